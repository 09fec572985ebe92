"""What each platform can do, as tables, taken from the clients themselves."""

import importlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import sentori_async
from sentori_async.capabilities import CONTACT_VERBS, Ways
from sentori_async.registry import STEMS, catalogue_module
from sentori_async.resources import Group
from sentori_async.settings import Platform, Rate

CLIENTS: Final[tuple[Any, ...]] = tuple(
    getattr(sentori_async, f"Async{stem}") for stem in STEMS.values()
)
BULK_VERBS: Final = ("add", "update", "add_or_update", "delete", "subscribe", "unsubscribe")
Row = tuple[str, ...]


def verbs() -> Iterator[Row]:
    """Yield what each contact verb is on each platform."""
    yield _head("contacts")
    for verb in CONTACT_VERBS:
        yield (f"`{verb}`", *(_verb(client.capabilities, verb) for client in CLIENTS))


def _verb(capabilities: Any, verb: str) -> str:
    if verb not in capabilities.contacts:
        return "no"
    return "queued" if verb in capabilities.queued else "yes"


def bulk() -> Iterator[Row]:
    """Yield how each bulk verb can be sent on each platform."""
    yield _head("bulk")
    for verb in BULK_VERBS:
        yield (f"`{verb}`", *(_ways(client.capabilities.bulk.get(verb)) for client in CLIENTS))


def _ways(ways: Ways | None) -> str:
    if ways is None:
        return "no"
    return ", ".join(f"**{way}**" if way == ways.auto else way for way in ways.ways)


def facts() -> Iterator[Row]:
    """Yield what else is to be known of each platform, line by line."""
    yield _head("")
    for name, tell in _FACTS.items():
        yield (name, *(tell(client) for client in CLIENTS))


def _head(name: str) -> Row:
    return (name, *(client.platform.title for client in CLIENTS))


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _limits(platform: Platform) -> str:
    own = (f"`{name}` {_rates(rates)}" for name, rates in platform.own_rates.items())
    return "; ".join([_rates(platform.limits.rates) or "none documented: found out", *own])


def _rates(rates: tuple[Rate, ...]) -> str:
    return " and ".join(f"{rate.count:,} in {rate.per_s:g} s" for rate in rates)


def _keys(client: Any) -> str:
    if client._manners.idempotency is None:
        return "no"
    return "sent and relied on" if client.capabilities.idempotency_keys else "sent, not relied on"


def _groups(client: Any) -> str:
    """Return the resource groups besides those that all clients have."""
    made = vars(client(api_key="none"))
    names = sorted(name for name, value in made.items() if isinstance(value, Group))
    return ", ".join(f"`{name}`" for name in names if name != "contacts") or "none"


def _codes(client: Any) -> str:
    return f"{len(importlib.import_module(catalogue_module(client.platform.name)).CATALOGUE.codes)}"


_FACTS: Final[dict[str, Callable[[Any], str]]] = {
    "async client": lambda client: f"`{client.__name__}`",
    "blocking client": lambda client: f"`{client.__name__.removeprefix('Async')}`",
    "environment": lambda client: f"`{client.platform.env_prefix}_API_KEY`, `_BASE_URL`",
    "access tokens": lambda client: _yes(client.platform.token_auth),
    "a row names its contact by": lambda client: f"`{client.capabilities.identity}`",
    "an upsert says which it did": lambda client: _yes(client.capabilities.tells_created),
    "suppressions can be listed": lambda client: _yes(client.capabilities.lists_suppressions),
    "idempotency keys": _keys,
    "requests under way, at most": lambda client: f"{client.platform.limits.concurrency}",
    "requests, at most": lambda client: _limits(client.platform),
    "rate headers are heeded": lambda client: _yes(client._manners.rate_headers),
    "error codes known": _codes,
    "other groups": _groups,
}
