"""What the workers of a job do next: take a row, go on with one that has waited, or wait.

1. Rows are taken in the order of the input, and only when there is room for them.
2. Nobody who waits misses anything: who takes something wakes another one, to look for more.
3. A row that the input gave has an outcome, also when nobody wants it any more.
"""

from __future__ import annotations

import abc
import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.bulk.turns import Turns
from sentori_async.errors import BulkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.rows import Source

# How long rows that need no I/O may keep the loop from its other work, and how much longer others.
BREATHE_S: Final = 0.005
_LONGER_S: Final = 0.045

U = TypeVar("U")


class Outlet(abc.ABC):
    """Where outcomes go as they happen."""

    @property
    @abc.abstractmethod
    def full(self) -> bool:
        """Whether no more rows should be taken for now."""

    @abc.abstractmethod
    def put(self, outcome: BulkOutcome) -> None:
        """Take one more outcome."""

    @abc.abstractmethod
    async def room(self) -> None:
        """Wait until it is no longer full."""


class Intake(abc.ABC, Generic[U]):
    """The input of a job, as units of what is sent at once."""

    def __init__(self, source: Source, *, most_parked: int, journal: Journal | None) -> None:
        """Begin at the first row.

        Args:
            source: The rows.
            most_parked: How many units may wait for their contacts before no more rows are taken.
            journal: Where the job is put down; None for nowhere.
        """
        self._source = source
        self._most_parked = most_parked
        self._journal = journal
        self._outlet: Outlet | None = None
        self._turns: Turns[U] = Turns()
        # Units whose turn has come, which were made ready before a worker had time for them.
        self._ahead: deque[U] = deque()
        self._stopping = False
        self._paused = False
        self._ended = False
        self._rows_taken = 0
        # The running loop's, which is known when the job runs.
        self._clock: Callable[[], float] = time.monotonic
        self._breathe_at = 0.0
        # Whether the worker that goes on comes from a request, for which it nearly always waited.
        self._answered_now = False
        # The workers that have nothing to do, and the row that is being waited for.
        self._idle: deque[asyncio.Future[None]] = deque()
        self._coming: asyncio.Task[object] | None = None

    @abc.abstractmethod
    async def _make(self) -> U | None:
        """Return what is to be sent next; None where there is nothing yet, or no more.

        Nothing may be awaited between taking its last row and returning it.
        """

    def _holds_back(self) -> bool:
        """Tell whether something that was taken has not been returned by `_make` yet."""
        return False

    @abc.abstractmethod
    def _keys(self, unit: U) -> tuple[str, ...]:
        """Return what no other unit in flight may share."""

    @abc.abstractmethod
    def _skip_unit(self, unit: U) -> None:
        """Account for what was taken and is not to be sent any more."""

    @abc.abstractmethod
    def _skip(self, row: object) -> None:
        """Account for a row that was fetched and is not to be sent any more."""

    @abc.abstractmethod
    def _abort(self, cause: Exception) -> None:
        """Stop the job for a fault of its own; the first cause stands."""

    async def _next(self) -> U | None:
        """Return what may be sent now, or None when there is no more."""
        turns = self._turns
        while True:
            if self._paused and not self._stopping:
                await self._wait_for_news()
            elif self._ahead:
                if self._may_go_on():
                    return self._ahead.popleft()
                await self._has_room()
            elif turns.ready:
                unit = turns.ready.popleft()
                # There is room for one more now, or there is nothing left to wait for.
                self._wake(len(self._idle) if self._ended and not turns.parked else 1)
                return unit
            elif (self._stopping or self._ended) and not self._holds_back():
                if not turns.parked:
                    return None
                await self._wait_for_news()
            elif turns.parked >= self._most_parked:
                await self._wait_for_news()
            else:
                made = await self._make()
                if made is not None and self._may_begin(made):
                    return made

    def _may_begin(self, made: U) -> bool:
        """Tell whether what was just made may go at once; else it is parked, or skipped."""
        if self._stopping:
            # Its input has ended the job while it was asked for the row.
            self._skip_unit(made)
            return False
        return self._turns.join(self._keys(made), made)

    def _may_go_on(self) -> bool:
        """Tell whether one of the units that were made ready may go on."""
        is_full = self._outlet is not None and self._outlet.full
        return bool(self._ahead) and not self._paused and not is_full

    async def _has_room(self) -> None:
        if self._outlet is not None and self._outlet.full:
            await self._outlet.room()

    def _is_clear(self) -> bool:
        """Tell whether nothing is in the way of the next row, as nearly always."""
        turns = self._turns
        return not (
            self._stopping
            or self._ended
            or self._paused
            or turns.parked
            or self._coming is not None
            or (self._outlet is not None and self._outlet.full)
            or (self._journal is not None and self._journal.is_behind(self._rows_taken))
        )

    def _is_breathless(self) -> bool:
        """Tell whether the loop's other work is due."""
        late_s = self._clock() - self._breathe_at
        # Workers whose answers came together go on within one turn of the loop, which takes longer.
        return late_s >= (_LONGER_S if self._answered_now else 0.0)

    async def _take(self) -> object:
        """Return the next row, END when no more are to be taken, or NOT_YET: look again."""
        if self._is_breathless():
            due = self._breathe_at
            await asyncio.sleep(0)
            # One time for all workers, or each would keep the loop for as long in the same turn.
            if self._breathe_at == due:
                self._breathe_at = self._clock() + BREATHE_S
        await self._has_room()
        # Somebody else may have come to the input's end meanwhile.
        if self._stopping or self._ended:
            return END
        # Or have made some ready.
        if self._ahead:
            return NOT_YET
        if self._journal is not None and self._journal.is_behind(self._rows_taken):
            try:
                await self._journal.catch_up(self._rows_taken)
            except BulkError as error:
                self._abort(error)
                return END
            return NOT_YET
        row = self._take_now()
        if row is NOT_YET:
            await self._wait_for_row()
        return row

    def _take_now(self) -> object:
        """Return the next row, END when there are no more, or NOT_YET."""
        self._answered_now = False
        try:
            row = self._coming_row() if self._coming else self._source.take_now()
        except Exception as error:  # noqa: BLE001 - the boundary to the caller's own iterable
            self._abort(error)
            return END
        if row is END:
            self._end()
        elif row is not NOT_YET and self._idle:
            self._wake(1)
        return row

    def _end(self) -> None:
        """Take note that the input has ended."""
        self._ended = True
        self._rows_taken = self._source.place(self._rows_taken)
        self._wake(len(self._idle))
        if self._journal is not None:
            try:
                self._journal.check_end(self._rows_taken)
            except BulkError as error:
                self._abort(error)

    async def _wait_for_row(self) -> None:
        """Wait for the next row, or for a parked one whose turn comes first."""
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._source.take())
            self._coming.add_done_callback(lambda _: self._wake(1))
        await self._wait_for_news()

    def _coming_row(self) -> object:
        """Return the row that was waited for, or NOT_YET."""
        coming = self._coming
        if coming is None or not coming.done():
            return NOT_YET
        self._coming = None
        return coming.result()

    async def _end_coming(self) -> None:
        """Account for a row that came when nobody wanted it any more."""
        coming, self._coming = self._coming, None
        if coming is None:
            return
        await asyncio.wait([coming])
        if coming.cancelled():
            return
        error = coming.exception()
        if isinstance(error, Exception):
            self._abort(error)
        elif error is None and coming.result() is not END:
            self._skip(coming.result())

    def pause(self) -> None:
        """Begin nothing new until `resume` is called; what is in flight goes on."""
        self._paused = True

    def resume(self) -> None:
        """Go on after a pause."""
        self._paused = False
        self._wake(len(self._idle))

    async def _wait_for_news(self) -> None:
        """Wait until there may be something to do."""
        news = asyncio.get_running_loop().create_future()
        self._idle.append(news)
        await news

    def _wake(self, count: int) -> None:
        """Let so many of the workers that wait look again."""
        while count and self._idle:
            news = self._idle.popleft()
            if not news.done():
                news.set_result(None)
                count -= 1
