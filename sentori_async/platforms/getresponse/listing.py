"""Listings that come page by page.

The headers TotalPages and CurrentPage tell how many there are; a page beyond the end is empty
(API description, 2025-10-31). There are no cursors: what is deleted while a listing is read moves
what follows forward, so read to the end first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final, Generic, Literal, TypeAlias, TypeVar

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.platforms.getresponse import answers
from sentori_async.unset import UNSET
from sentori_async.wire import dates
from sentori_async.wire.answers import reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import QueryValue, query

T = TypeVar("T")

GetResponseSort: TypeAlias = Mapping[str, Literal["ASC", "DESC"]]
"""What to sort by, in this order: the vendor's names, each with "ASC" or "DESC"."""

MOST_PER_PAGE: Final = 1000


def _checked_per_page(value: object) -> int:
    """Return the size of a page; the API takes nonsense for it without a word."""
    if type(value) is not int or not 1 <= value <= MOST_PER_PAGE:
        raise InvalidInput(f"per_page is a number from 1 to {MOST_PER_PAGE}")
    return value


@attrs.frozen(kw_only=True, eq=False)
class Listing(Generic[T]):
    """One listing, whatever page.

    Attributes:
        operation: The kind of request.
        path: The path.
        decode: Turn a body into the items of a page.
        params: The query without page and size.
        per_page: How many items a page holds, from 1 to 1000.
        content: The body, where the conditions are one.
    """

    operation: Operation
    path: str
    decode: Callable[[bytes], list[T]]
    params: Mapping[str, QueryValue] = attrs.field(factory=dict)
    per_page: int = attrs.field(converter=_checked_per_page)
    content: bytes | None = None

    def page(self, number: int = 1) -> Call[Page[T]]:
        """Plan to get one page."""
        text = query({**self.params, "page": number, "perPage": self.per_page})
        request = Request(self.operation, self.path, self.content, text)

        def read(response: Response) -> Page[T]:
            items = self.decode(response.body)
            more = self._has_more(response, number, len(items))
            return Page(items, self.page(number + 1) if more else None)

        return Call(request, reader(self.operation, read, answers.refuse))

    def _has_more(self, response: Response, number: int, items: int) -> bool:
        total = response.headers.get("TotalPages", "").strip()
        if total.isascii() and total.isdigit():
            return items > 0 and number < int(total)
        return items >= self.per_page


def filters(**values: object) -> dict[str, QueryValue]:
    """Return the ``query[...]`` parameters; what is None is left out.

    Raises:
        InvalidInput: A filter is empty: the API would take it for one.
    """
    params: dict[str, QueryValue] = {}
    for name, value in values.items():
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise InvalidInput(
                f"the filter {name!r} is a text that is not empty; None is no filter"
            )
        params[f"query[{name}]"] = value
    return params


def between(name: str, first: date | None, last: date | None) -> dict[str, QueryValue]:
    """Return the ``query[name][from]`` and ``[to]`` parameters, both inclusive."""
    ends = {"from": first, "to": last}
    for value in ends.values():
        if value is not None and not isinstance(value, date):
            raise InvalidInput(f"a filter by {name} is a date or a datetime")
    return {
        f"query[{name}][{end}]": dates.encode(value)
        for end, value in ends.items()
        if value is not None
    }


def sorting(sort: GetResponseSort | None, allowed: frozenset[str]) -> dict[str, QueryValue]:
    """Return the ``sort[...]`` parameters.

    Raises:
        InvalidInput: It is no mapping of what the listing can be sorted by.
    """
    if sort is None:
        return {}
    given: object = sort
    if not isinstance(given, Mapping) or not allowed.issuperset(given):
        raise InvalidInput(
            f"sort maps names to 'ASC' or 'DESC'; here: {', '.join(sorted(allowed))}"
        )
    if not {"ASC", "DESC"}.issuperset(sort.values()):
        raise InvalidInput("a listing is sorted 'ASC' or 'DESC'")
    return {f"sort[{name}]": way for name, way in sort.items()}


def projection(fields: object) -> dict[str, QueryValue]:
    """Return the ``fields`` parameter, which leaves other fields out of the answer."""
    if fields is None or fields is UNSET:
        return {}
    if not isinstance(fields, list | tuple) or not all(isinstance(f, str) and f for f in fields):
        raise InvalidInput("fields are a list of the vendor's names, such as ['email', 'name']")
    return {"fields": ",".join(fields)}
