"""A listing is fetched one page ahead, and no further."""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

import attrs
import pytest

from sentori_async.errors import ConnectionLost
from sentori_async.resources import Pages, unsupported
from sentori_async.wire.message import Call
from sentori_async.wire.pages import Page

T = TypeVar("T")


@attrs.define
class Listing:
    """A platform with some pages, each fetched when the test lets it."""

    pages: list[list[int]]
    asked: list[int] = attrs.field(factory=list)
    faults: dict[int, list[BaseException]] = attrs.field(factory=dict)
    held: asyncio.Event | None = None

    def call(self, number: int) -> Call[Page[int]]:
        return cast("Call[Page[int]]", number)

    async def fetch(self, number: int) -> Page[int]:
        self.asked.append(number)
        await asyncio.sleep(0)
        if self.held is not None:
            await self.held.wait()
        if self.faults.get(number):
            raise self.faults[number].pop()
        more = number + 1 < len(self.pages)
        return Page(self.pages[number], self.call(number + 1) if more else None)

    def send(self, call: Call[T], /) -> Awaitable[T]:
        return cast("Awaitable[T]", self.fetch(cast("int", call)))

    def pages_of(self) -> Pages[int]:
        return Pages(self.send, self.call(0))


async def settled() -> None:
    """Let whatever can run come to rest."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_every_item_comes_once_and_in_order() -> None:
    listing = Listing([[1, 2], [], [3], []])

    assert [item async for item in listing.pages_of()] == [1, 2, 3]
    assert listing.asked == [0, 1, 2, 3]


async def test_nothing_is_asked_before_the_first_item_is() -> None:
    listing = Listing([[1]])
    listing.pages_of()
    await settled()

    assert listing.asked == []


async def test_one_page_is_fetched_ahead_and_no_more() -> None:
    listing = Listing([[1], [2], [3], [4]])
    items = listing.pages_of()
    assert await anext(items) == 1
    await settled()

    assert listing.asked == [0, 1]


async def test_a_page_is_what_is_left_of_it_and_empty_at_the_end() -> None:
    listing = Listing([[1, 2, 3], [4]])
    items = listing.pages_of()

    assert await anext(items) == 1
    assert [await items.page(), await items.page(), await items.page()] == [[2, 3], [4], []]
    with pytest.raises(StopAsyncIteration):
        await anext(items)


async def test_a_page_that_fails_raises_after_the_items_before_it_and_can_be_asked_again() -> None:
    lost = ConnectionLost("lost", operation="contacts.iterate")
    listing = Listing([[1, 2], [3]], faults={1: [lost]})
    items = listing.pages_of()

    assert [await anext(items), await anext(items)] == [1, 2]
    with pytest.raises(ConnectionLost):
        await anext(items)
    assert await items.page() == [3]


async def test_a_cancelled_wait_loses_no_page() -> None:
    listing = Listing([[1], [2]], held=asyncio.Event())
    items = listing.pages_of()
    waiting = asyncio.ensure_future(items.page())
    await settled()
    waiting.cancel()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    cast("asyncio.Event", listing.held).set()

    assert [await items.page(), await items.page(), await items.page()] == [[1], [2], []]


async def test_closing_ends_what_is_being_fetched() -> None:
    listing = Listing([[1], [2]], held=asyncio.Event())
    cast("asyncio.Event", listing.held).set()
    items = listing.pages_of()
    await anext(items)
    listing.held = asyncio.Event()
    await settled()
    before = asyncio.all_tasks()
    await items.aclose()

    assert len(before - asyncio.all_tasks()) == 1
    assert await items.page() == []


async def test_a_listing_that_is_dropped_leaves_no_warning() -> None:
    """What was fetched ahead and failed is looked at, though nobody comes for it."""
    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context))
    listing = Listing([[1], [2]], faults={1: [ConnectionLost("lost", operation="x")]})
    items = listing.pages_of()
    await anext(items)
    await settled()
    del items

    assert said == []


def test_a_verb_that_is_not_possible_says_what_there_is_instead() -> None:
    error = unsupported("Spotzee", "contacts.add", "use add_or_update()")
    assert str(error) == "Spotzee cannot do contacts.add: use add_or_update()"
