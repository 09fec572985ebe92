"""What the resource groups of all platforms are made of."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from sentori_async.errors import UnsupportedOperation
from sentori_async.tables import Models
from sentori_async.wire.message import Steps

if TYPE_CHECKING:
    from sentori_async.wire.message import Call
    from sentori_async.wire.pages import Page
    from sentori_async.wire.settle import Flow

T = TypeVar("T")


class Send(Protocol):
    """Send a call and return its result."""

    def __call__(self, call: Call[T], /) -> Awaitable[T]:
        """Send a call and return its result."""
        ...


class Group:
    """A resource group: its verbs send calls through the client."""

    def __init__(self, send: Send) -> None:
        """Send through the client."""
        self._send = send

    def _walk(self, flow: Callable[[], Flow[T]]) -> Awaitable[T]:
        """Send the calls of a verb that takes several, before one deadline."""
        return self._send(Steps.of(flow))


def unsupported(platform: str, verb: str, why: str) -> UnsupportedOperation:
    """Return the error of a verb that the platform lacks.

    Args:
        platform: The platform's title.
        verb: The verb, such as "contacts.subscribe".
        why: What the platform has instead, or why there is nothing.
    """
    return UnsupportedOperation(f"{platform} cannot do {verb}: {why}")


class Pages(AsyncIterator[T], Generic[T]):
    """The items of a listing that comes page by page.

    1. Nothing is asked for before the first item is.
    2. While one page is read, the next one is fetched, and no more than that.
    3. A page that fails raises after the items before it; asked again, it is fetched again.
    """

    def __init__(self, send: Send, first: Call[Page[T]]) -> None:
        """Begin before the first page.

        Args:
            send: Send a call and return its result.
            first: The call of the first page.
        """
        self._send = send
        self._next: Call[Page[T]] | None = first
        self._coming: asyncio.Task[Page[T]] | None = None
        self._items: deque[T] = deque()

    def __aiter__(self) -> Self:
        """Return the listing itself."""
        return self

    async def __anext__(self) -> T:
        """Return the next item.

        Raises:
            SentoriError: The next page could not be had.
        """
        if not self._items:
            self._items.extend(await self.page())
        if not self._items:
            raise StopAsyncIteration
        return self._items.popleft()

    async def page(self) -> list[T]:
        """Return the items up to the next page's end, at least one; an empty list at the end.

        Raises:
            SentoriError: The next page could not be had.
        """
        items: list[T] = Models(self._items)
        self._items.clear()
        while not items and self._next is not None:
            items = await self._turn(self._next)
        return items

    async def aclose(self) -> None:
        """Stop: what is being fetched is not waited for."""
        self._items.clear()
        self._next = None
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.cancel()
            await asyncio.wait([coming])

    async def _turn(self, call: Call[Page[T]]) -> list[T]:
        """Return the items of a page, and have the one after it fetched."""
        coming, self._coming = self._coming or self._fetch(call), None
        try:
            page = await coming
        except BaseException:
            self._next = call
            raise
        self._next = page.next
        if self._next is not None:
            self._coming = self._fetch(self._next)
        return Models(page.items)

    def _fetch(self, call: Call[Page[T]]) -> asyncio.Task[Page[T]]:
        task = asyncio.ensure_future(self._awaited(call))
        # Looked at even if nobody comes back for it: asyncio reports what nobody looks at.
        task.add_done_callback(_look_at)
        return task

    async def _awaited(self, call: Call[Page[T]]) -> Page[T]:
        return await self._send(call)


def _look_at(task: asyncio.Task[Page[T]]) -> None:
    if not task.cancelled():
        task.exception()
