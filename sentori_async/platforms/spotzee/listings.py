"""The calls of Spotzee's listings, which come page by page: api-pagination, 2026-09."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, Protocol, TypeAlias, TypeVar

from sentori_async.errors import DecodeError, InvalidInput
from sentori_async.platforms.spotzee import answers, inputs, operations
from sentori_async.platforms.spotzee.models import SpotzeeList, SpotzeeUser
from sentori_async.platforms.spotzee.names import CODEC
from sentori_async.platforms.spotzee.pages import ListPage, StatePage, SubscriptionPage, UserPage
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeSubscription,
    SpotzeeUserSubscription,
)
from sentori_async.unset import Unset
from sentori_async.wire.answers import reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import QueryValue, query

T = TypeVar("T")

SpotzeeDirection: TypeAlias = Literal["asc", "desc"]

_LARGEST_PAGE: Final = 100


class _Listed(Protocol[T]):
    """A page as it comes; see `pages.py`."""

    results: list[T]
    next_cursor: str | Unset | None


def _pages(
    operation: Operation, type_: type[_Listed[T]]
) -> Callable[[str, Mapping[str, QueryValue]], Call[Page[T]]]:
    """Return what plans the pages of a listing.

    No next cursor is the end, be it null or absent.
    """
    decode = CODEC.decoder(type_)

    def page(path: str, asked: Mapping[str, QueryValue]) -> Call[Page[T]]:
        def read(response: Response) -> Page[T]:
            found = decode(response.body)
            cursor = found.next_cursor
            if not isinstance(cursor, str) or not cursor:
                return Page(found.results)
            if cursor == asked.get("cursor"):
                raise DecodeError("its nextCursor is that of the page itself")
            return Page(found.results, page(path, {**asked, "cursor": cursor, "page": "next"}))

        return Call(
            Request(operation, path, None, query(asked)), reader(operation, read, answers.refuse)
        )

    return page


_users_page: Final = _pages(operations.ITERATE_CONTACTS, UserPage)
_states_page: Final = _pages(operations.CONTACT_SUBSCRIPTIONS, StatePage)
_types_page: Final = _pages(operations.ITERATE_SUBSCRIPTIONS, SubscriptionPage)
_lists_page: Final = _pages(operations.ITERATE_LISTS, ListPage)


def _asked(
    page_size: int, q: str | None, sort: str | None, direction: SpotzeeDirection | None
) -> dict[str, QueryValue]:
    """Return the query of a listing's first page."""
    if type(page_size) is not int or not 1 <= page_size <= _LARGEST_PAGE:
        raise InvalidInput(f"page_size is an int from 1 to {_LARGEST_PAGE}")
    if direction not in {None, "asc", "desc"}:
        raise InvalidInput("direction is 'asc' or 'desc'")
    return {"limit": page_size, "q": q, "sort": sort, "direction": direction}


def iterate_contacts(
    *,
    q: str | None = None,
    sort: str | None = None,
    direction: SpotzeeDirection | None = None,
    page_size: int = _LARGEST_PAGE,
) -> Call[Page[SpotzeeUser]]:
    """Plan to list users, those that `q` fits where it is given."""
    return _users_page("users", _asked(page_size, q, sort, direction))


def contact_subscriptions(
    external_id: str, *, page_size: int = _LARGEST_PAGE
) -> Call[Page[SpotzeeUserSubscription]]:
    """Plan to list how a user stands to each subscription type."""
    path = f"users/{inputs.user_segment(external_id)}/subscriptions"
    return _states_page(path, _asked(page_size, None, None, None))


def iterate_subscriptions(
    *,
    q: str | None = None,
    sort: str | None = None,
    direction: SpotzeeDirection | None = None,
    page_size: int = _LARGEST_PAGE,
) -> Call[Page[SpotzeeSubscription]]:
    """Plan to list the subscription types."""
    return _types_page("subscriptions", _asked(page_size, q, sort, direction))


def iterate_lists(
    *,
    q: str | None = None,
    sort: str | None = None,
    direction: SpotzeeDirection | None = None,
    page_size: int = _LARGEST_PAGE,
) -> Call[Page[SpotzeeList]]:
    """Plan to list the lists and segments."""
    return _lists_page("lists", _asked(page_size, q, sort, direction))
