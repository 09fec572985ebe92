"""The query string of a list: filters, orders, projection and pages.

From the API description of 2025-10-31; that a `perPage` of 0 or of no number is taken was seen.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs

from sentori_async.sandbox.getresponse.checks import Checks, not_allowed
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.stores.scope import printed
from sentori_async.sandbox.platform import Reply, json_reply

_KEY: Final = re.compile(r"(query|sort)\[([^\]]*)\](?:\[([^\]]*)\])?")
_PER_PAGE: Final = 100
_MOST_PER_PAGE: Final = 1000


@attrs.frozen(eq=False)
class Query:
    """What a list was asked for.

    Attributes:
        filters: The values of ``query[...]``; dates have the names "createdOn.from" and so on.
        sort: The names of ``sort[...]`` in their order, and whether each descends.
        fields: The names of ``fields``, or None for all.
        flags: The words of ``additionalFlags``.
        page: The page, from 1.
        per_page: How many there are on each.
        rest: All other parameters.
    """

    filters: Mapping[str, str]
    sort: tuple[tuple[str, bool], ...]
    fields: tuple[str, ...] | None
    flags: frozenset[str]
    page: int
    per_page: int
    rest: Mapping[str, str]

    def project(self, thing: Mapping[str, Any], id_name: str) -> dict[str, Any]:
        """Return the fields that were asked for; the id always comes back."""
        if self.fields is None:
            return dict(thing)
        return {n: thing[n] for n in thing if n == id_name or n in self.fields}


def read(
    options: GetResponseOptions,
    query: str,
    *,
    filters: Collection[str] = (),
    dates: Collection[str] = (),
    sort: Collection[str] = (),
) -> Query:
    """Read a query string.

    Args:
        options: How the sandbox behaves.
        query: The query string.
        filters: The texts that the list can be filtered by.
        dates: The dates that it can be filtered by.
        sort: What it can be sorted by.

    Raises:
        Refusal: 1000, a filter or order is not the list's; 1003, a date or direction is none.
    """
    checks = Checks(options)
    wanted: dict[str, str] = {}
    orders: list[tuple[str, bool]] = []
    rest: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        match = _KEY.fullmatch(key)
        if match is None:
            rest[key] = value
            continue
        kind, name, edge = match.groups()
        if kind == "sort":
            orders.append(_order(checks, name, value, sort))
        elif edge in ("from", "to") and name in dates:
            wanted[f"{name}.{edge}"] = _moment(checks, f"{name}.{edge}", value)
        elif edge is None and name in filters:
            wanted[name] = value
        else:
            raise not_allowed("query", name)
    checks.finish()
    return Query(
        wanted,
        tuple(orders),
        _words(rest["fields"]) if rest.get("fields") else None,
        frozenset(_words(rest.get("additionalFlags", ""))),
        max(_number(rest.get("page"), 1), 1),
        _per_page(options, rest.get("perPage")),
        rest,
    )


def _order(checks: Checks, name: str, value: str, allowed: Collection[str]) -> tuple[str, bool]:
    if name not in allowed:
        raise not_allowed("sort", name)
    if value.upper() not in ("ASC", "DESC"):
        checks.add(1003, ("sort", name), value, "Value outside of the dictionary")
    return name, value.upper() == "DESC"


def _moment(checks: Checks, name: str, value: str) -> str:
    """Return a date as the tables hold it; a day as an upper edge is its end, inclusively."""
    try:
        # An unescaped plus of an offset has become a space on its way.
        moment = dt.datetime.fromisoformat(value.replace(" ", "+") if "T" in value else value)
    except ValueError:
        checks.add(1003, ("query", name), value, "Expected a date")
        return ""
    if moment.tzinfo is not None:
        moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
    if len(value) == len("2026-01-01") and name.endswith(".to"):
        moment += dt.timedelta(days=1, seconds=-1)
    return printed(moment)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _number(text: str | None, default: int) -> int:
    """Return a number of at most nine digits, or the default: what is none was seen to be taken."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 10):
        return default
    return int(text) or default


def _per_page(options: GetResponseOptions, text: str | None) -> int:
    number = _number(text, _PER_PAGE)
    if number <= _MOST_PER_PAGE:
        return number
    if not options.clamp_per_page:
        checks = Checks(options)
        checks.add(1000, ("perPage",), text, "Expected at most 1000", max=_MOST_PER_PAGE)
        checks.finish()
    return _MOST_PER_PAGE


# Lists that are short enough to be filtered here.


def select(things: Iterable[Mapping[str, Any]], query: Query) -> list[Mapping[str, Any]]:
    """Return the things that pass all filters, in the order asked for.

    A text has to be contained in any case, a date within its edges.
    """
    found = [t for t in things if all(_passes(t, n, v) for n, v in query.filters.items())]
    for name, descends in reversed(query.sort):
        found.sort(key=lambda thing: _sort_key(thing, name), reverse=descends)
    return found


def _passes(thing: Mapping[str, Any], name: str, wanted: str) -> bool:
    name, _, edge = name.partition(".")
    value = str(_value(thing, name))
    if edge == "from":
        return value >= wanted
    if edge == "to":
        return value <= wanted
    return wanted.lower() in value.lower()


def _sort_key(thing: Mapping[str, Any], name: str) -> tuple[float, str]:
    """Return what sorts numbers as numbers and words as words; nothing has both under one name."""
    value = _value(thing, name)
    return (value, "") if isinstance(value, int) else (0, str(value).lower())


def _value(thing: Mapping[str, Any], name: str) -> Any:
    """Return a value by its name in queries, which is not always its name in answers."""
    found: Any = thing
    for part in _INSIDE.get(name, (name,)):
        found = (found or {}).get(part)
    return "" if found is None else found


_INSIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "campaignId": ("campaign", "campaignId"),
    "campaignName": ("campaign", "name"),
    "uploadedContacts": ("statistics", "uploaded"),
    "updatedContacts": ("statistics", "updated"),
    "addedContacts": ("statistics", "addedToList"),
    "invalidContacts": ("statistics", "invalid"),
}


def page_of(
    things: list[Mapping[str, Any]],
    query: Query,
    show: Callable[[Any], Mapping[str, Any]],
    id_name: str,
) -> Reply:
    """Return one page of a list, with the headers that count it."""
    first = (query.page - 1) * query.per_page
    shown = [show(thing) for thing in things[first : first + query.per_page]]
    return paged([query.project(thing, id_name) for thing in shown], query, len(things))


def paged(items: list[dict[str, Any]], query: Query, total: int) -> Reply:
    """Return a page that is ready; one beyond the end is empty."""
    return json_reply(items).with_headers(
        {
            "TotalCount": str(total),
            "TotalPages": str(-(-total // query.per_page)),
            "CurrentPage": str(query.page),
        }
    )
