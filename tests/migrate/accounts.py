"""A sandbox with an account of each platform, and clients of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import attrs

from sentori_async import (
    AsyncGetResponse,
    AsyncSent,
    AsyncSentori,
    AsyncSpotzee,
    Limits,
    RetryPolicy,
)
from sentori_async.client import AsyncClient
from sentori_async.migrate import End, MigrationReport, migrate
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.spotzee.options import SpotzeeOptions

LIST: Final = "LISTID01"
CAMPAIGN: Final = DEFAULT_CAMPAIGN
_KINDS: Final[Mapping[str, type[AsyncClient]]] = {
    "sentori": AsyncSentori,
    "getresponse": AsyncGetResponse,
    "sent": AsyncSent,
    "spotzee": AsyncSpotzee,
}
# So many attempts that chance does not decide where many requests fail.
_FAST: Final = RetryPolicy(attempts=8, base_s=0.001, throttled_base_s=0.001, cap_s=0.01)


@attrs.frozen
class Accounts:
    """The accounts, and a client of each.

    Attributes:
        sandbox: The sandbox, whose state tests look at.
        news: The Spotzee subscription type that contacts are moved into.
        other: Another one.
        clients: The clients by their platforms.
    """

    sandbox: Sandbox
    news: int
    other: int
    clients: Mapping[str, AsyncClient]

    def end(self, platform: str) -> End:
        """Return a new end of a migration."""
        places = {"sentori": LIST, "getresponse": CAMPAIGN, "spotzee": str(self.news)}
        return End.of(self.clients[platform], places.get(platform, ""))

    async def migrate(
        self, source: str, target: str, mapping: Any = None, **options: Any
    ) -> MigrationReport:
        """Migrate, and read back without waiting."""
        options = {"looks_after_s": (), **options}
        return await migrate(self.end(source), self.end(target), mapping=mapping, **options)

    def subscribe(self, address: str, fields: Mapping[str, Any] | None = None) -> None:
        """Add a contact to Sentori's list."""
        self.sandbox.sentori.contacts.add(address, fields)
        self.sandbox.sentori.mailing_lists.subscribe(LIST, address)

    def on_list(self) -> list[str]:
        """Return who is subscribed to Sentori's list."""
        return sorted(self.sandbox.sentori.mailing_lists.members(LIST))


@asynccontextmanager
async def accounts(sandbox: Sandbox) -> AsyncIterator[Accounts]:
    """Give a running sandbox its places, and clients."""
    sandbox.sentori.mailing_lists.add(LIST, "Newsletter")
    news, other = (sandbox.spotzee.subscriptions.add(name) for name in ("News", "Offers"))
    clients: dict[str, AsyncClient] = {}
    try:
        for name, kind in _KINDS.items():
            key = getattr(sandbox, name).api_key
            clients[name] = kind(
                api_key=key,
                base_url=sandbox.url(name),
                limits=Limits(concurrency=8, rates=(), adaptive=False),
                retry=_FAST,
            )
        yield Accounts(sandbox, news, other, clients)
    finally:
        for client in clients.values():
            await client.close()


def unlimited() -> dict[str, Any]:
    """Return options of platforms that are not in the way of a test."""
    return {
        "getresponse": GetResponseOptions(
            calls_per_s=None, calls_per_frame=None, concurrent_requests=None
        ),
        "sent": SentOptions(rate_per_min=None),
        "spotzee": SpotzeeOptions(rates=()),
    }
