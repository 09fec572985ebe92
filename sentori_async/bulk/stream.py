"""Outcomes as they happen, with back-pressure."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Self

from sentori_async.bulk.intake import Outlet
from sentori_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sentori_async.bulk.engine import Engine
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.report import BulkReport

_BOUND: Final = 1_000


class OutcomeStream(Outlet):
    """The outcomes of a running job, in the order they happen.

    Use it with ``async with``; leaving the block early takes no new rows and settles those in
    flight, and `report` then accounts for them too.
    """

    def __init__(
        self, engine: Engine[Any], *, started: Callable[[BulkReport], None] | None = None
    ) -> None:
        """Prepare to run the job; it starts when the block is entered.

        Args:
            engine: The job.
            started: Called with its report when it starts.
        """
        self._engine = engine
        self._started = started
        self._ready: deque[BulkOutcome] = deque()
        self._news = asyncio.Event()
        self._taken = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wanted = True
        self._told = False
        engine.attach(self)

    @property
    def report(self) -> BulkReport:
        """The account of the job so far; final after the block."""
        return self._engine.report

    def drain(self) -> None:
        """Take no more rows; go on iterating to see those in flight settled."""
        self._engine.drain()
        self._taken.set()

    def pause(self) -> None:
        """Begin nothing new until `resume` is called; what is in flight goes on."""
        self._engine.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._engine.resume()

    async def __aenter__(self) -> Self:
        """Start the job."""
        if self._started is not None:
            self._started(self.report)
        self._task = asyncio.create_task(self._engine.run())
        self._task.add_done_callback(lambda _: self._news.set())
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Settle what is in flight.

        Raises:
            BulkError: The job was aborted, and the block has not seen that yet.
        """
        task = self._running()
        self._wanted = False
        self._ready.clear()
        self.drain()
        if isinstance(exc, asyncio.CancelledError):
            task.cancel()
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise
        if exc is None and not self._told:
            task.result()

    def __aiter__(self) -> Self:
        """Return the stream itself."""
        return self

    async def __anext__(self) -> BulkOutcome:
        """Return the next outcome.

        Raises:
            BulkError: The job was aborted; every row taken has had its outcome.
        """
        await self._wait_for_news()
        if not self._ready:
            raise StopAsyncIteration
        self._taken.set()
        return self._ready.popleft()

    async def page(self) -> list[BulkOutcome]:
        """Return all outcomes that are ready, at least one; an empty list at the end.

        Raises:
            BulkError: The job was aborted; every row taken has had its outcome.
        """
        await self._wait_for_news()
        outcomes = list(self._ready)
        self._ready.clear()
        self._taken.set()
        return outcomes

    async def _wait_for_news(self) -> None:
        """Wait until there is an outcome, or the job is over."""
        task = self._running()
        while not self._ready:
            if task.done():
                self._told = True
                task.result()
                return
            self._news.clear()
            await self._news.wait()

    def _running(self) -> asyncio.Task[None]:
        if self._task is None:
            msg = "the job has not started: use `async with client.bulk.stream(...) as outcomes`"
            raise ConfigurationError(msg)
        return self._task

    @property
    def full(self) -> bool:
        """Whether the reader is too far behind for more rows to be taken."""
        return len(self._ready) >= _BOUND

    def put(self, outcome: BulkOutcome) -> None:
        """Hand an outcome to the reader."""
        if self._wanted:
            self._ready.append(outcome)
            self._news.set()

    async def room(self) -> None:
        """Wait until the reader has caught up, or wants no more."""
        while self.full:
            self._taken.clear()
            await self._taken.wait()
