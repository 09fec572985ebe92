"""A bulk job: a fixed set of workers that take rows, send them and tell what became of each.

1. Every row taken ends in exactly one outcome.
2. Memory is bounded by the workers, never by the rows.
3. The first request goes alone; the other workers start after an answer that is not 401 or 403.
4. A row's failure is an outcome; only a fault of the job itself (a bad key, a blocked account, an
   exhausted plan, a platform that is down for too long, code of the caller's that breaks) stops
   it, and what was not taken stays in the input.
5. Cancellation is never an outcome: it ends the job.
"""

from __future__ import annotations

import abc
import asyncio
import inspect
from typing import TYPE_CHECKING, Final

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import END, NOT_YET, Source
from sentori_async.bulk.turns import Turns
from sentori_async.errors import (
    AccountBlocked,
    ApiError,
    AuthenticationError,
    BulkError,
    CircuitOpen,
    ConfigurationError,
    DecodeError,
    InvalidInput,
    QuotaExceeded,
    RateLimited,
    SentoriError,
)
from sentori_async.wire.message import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.bulk.outcomes import Status
    from sentori_async.bulk.plan import PlannedRow, RowPlan, Send
    from sentori_async.bulk.progress import Progress

# The transport waits out what passes; what it still reports of these is not the row's fault.
_FATAL: Final = (
    AuthenticationError,
    AccountBlocked,
    QuotaExceeded,
    RateLimited,
    CircuitOpen,
    ConfigurationError,
)
_REFUSED_AT_THE_DOOR: Final = frozenset({401, 403})
_BREATHE_S: Final = 0.005
_SHOW_EVERY_S: Final = 0.25


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


class Engine(abc.ABC):
    """What jobs of single requests and jobs of chunks share."""

    def __init__(
        self, source: Source, send: Send, *, workers: int, progress: Progress | None = None
    ) -> None:
        """Prepare a job.

        Args:
            source: The rows.
            send: Send one call and count its cost.
            workers: How many requests may be in flight at once.
            progress: Called with the live report now and then, and at the end.
        """
        self.report = BulkReport()
        self._source = source
        self._send = send
        self._workers = workers
        self._progress = progress
        self._outlet: Outlet | None = None
        self._turns = Turns()
        self._gate = asyncio.Event()
        self._cause: Exception | None = None
        self._stopping = False
        self._rows_taken = 0
        self._breathe_at = 0.0

    def attach(self, outlet: Outlet) -> None:
        """Send outcomes to `outlet` too; before the job runs."""
        self._outlet = outlet

    def drain(self) -> None:
        """Take no more rows; those in flight are settled."""
        self._stopping = True
        self._gate.set()
        self._source.stop()

    async def run(self) -> None:
        """Work until the input ends, or the job is drained or aborted.

        Raises:
            BulkError: The job was aborted; it carries the cause and the report.
        """
        clock = asyncio.get_running_loop().time
        begun = clock()
        timekeeper = asyncio.create_task(self._keep_time(begun))
        workers = [asyncio.create_task(self._worker(n)) for n in range(self._workers)]
        try:
            await asyncio.gather(*workers)
        finally:
            for task in (*workers, timekeeper):
                task.cancel()
            await asyncio.gather(*workers, timekeeper, return_exceptions=True)
            self.report.duration_s = clock() - begun
        for row in self._source.left_over():
            self._skip(row)
        self.report.finished = True
        await self._show()
        if self._cause is not None:
            raise self._aborted(self._cause) from self._cause

    async def _keep_time(self, begun: float) -> None:
        """Keep the live report's duration true, and show it."""
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(_SHOW_EVERY_S)
            self.report.duration_s = clock() - begun
            await self._show()

    async def _show(self) -> None:
        if self._progress is None:
            return
        try:
            shown = self._progress(self.report)
            # The blocking face shows it in another thread; a coroutine function will do, too.
            if inspect.isawaitable(shown):
                await shown
        except Exception as error:  # noqa: BLE001 - the boundary to the caller's own callable
            self._progress = None
            self._abort(error)

    async def _worker(self, number: int) -> None:
        if number:
            await self._gate.wait()
        try:
            await self._work()
        finally:
            self._gate.set()

    @abc.abstractmethod
    async def _work(self) -> None:
        """Take rows and settle them until there are none."""

    @abc.abstractmethod
    def _identity(self, row: object) -> str:
        """Return the identity a row seems to have, or ""."""

    async def _take(self) -> object:
        """Return the next row, or END when no more are to be taken."""
        clock = asyncio.get_running_loop().time
        if clock() >= self._breathe_at:
            # Rows that need no I/O must not keep the loop from its other work.
            await asyncio.sleep(0)
            self._breathe_at = clock() + _BREATHE_S
        if self._outlet is not None and self._outlet.full:
            await self._outlet.room()
        if self._stopping:
            return END
        try:
            row = self._source.take_now()
            return await self._source.take() if row is NOT_YET else row
        except Exception as error:  # noqa: BLE001 - the boundary to the caller's own iterable
            self._abort(error)
            return END

    def _next_index(self) -> int:
        index = self._rows_taken
        self._rows_taken += 1
        return index

    def _tell(self, outcome: BulkOutcome) -> None:
        self.report.count(outcome)
        if self._outlet is not None:
            self._outlet.put(outcome)

    def _skip(self, row: object) -> None:
        """Account for a row that was fetched and is not to be sent any more."""
        cause = self._cause if isinstance(self._cause, SentoriError) else None
        outcome = BulkOutcome(self._next_index(), self._identity(row), "skipped", None, cause)
        self._tell(outcome)

    def _charge(self, meter: Meter) -> None:
        """Add what one call has cost to the report."""
        self.report.requests += meter.requests
        self.report.retries += max(0, meter.attempts - 1)

    def _give_way(self, keys: tuple[str, ...], in_doubt_until: float) -> None:
        """Let the next rows of these contacts go on, when no lost attempt can overtake them.

        A request that was given up, or whose connection broke, may still be under way.
        """
        loop = asyncio.get_running_loop()
        if in_doubt_until > loop.time():
            loop.call_at(in_doubt_until, self._turns.leave, keys)
        else:
            self._turns.leave(keys)

    def _abort(self, cause: Exception) -> None:
        """Stop the job for a fault of its own; the first cause stands."""
        if self._cause is None:
            self._cause = cause
        self.drain()

    def _answered(self, error: SentoriError | None) -> None:
        """Let the other workers start, if this answer shows that the key is good."""
        if isinstance(error, ApiError):
            if error.status not in _REFUSED_AT_THE_DOOR:
                self._gate.set()
        elif error is None or isinstance(error, DecodeError):
            self._gate.set()

    def _stop_if_fatal(self, error: SentoriError) -> None:
        if isinstance(error, _FATAL):
            self._abort(error)

    def _fate(self, error: SentoriError, if_applied: Callable[[], Status]) -> Status:
        """Return what an error means for the rows of its request; abort where it is fatal."""
        self._answered(error)
        self._stop_if_fatal(error)
        if error.applied is None:
            return "unknown"
        if error.applied:
            return if_applied()
        return "skipped" if isinstance(error, _FATAL) else "failed"

    def _aborted(self, cause: Exception) -> BulkError:
        taken = self.report.total
        if isinstance(cause, SentoriError):
            what = f"the job stopped after {taken} rows: {cause}"
        else:
            name = type(cause).__name__
            what = f"the job stopped after {taken} rows: code that it was given raised {name}"
        return BulkError(what, cause=cause, report=self.report)


class RowEngine(Engine):
    """A job that sends one request per row."""

    def __init__(
        self,
        source: Source,
        send: Send,
        plan: RowPlan,
        *,
        workers: int,
        progress: Progress | None = None,
    ) -> None:
        """Prepare a job whose rows `plan` turns into calls."""
        super().__init__(source, send, workers=workers, progress=progress)
        self._plan = plan

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    async def _work(self) -> None:
        while (row := await self._take()) is not END:
            index = self._next_index()
            try:
                planned = self._plan.plan(row)
            except InvalidInput as error:
                contact = self._plan.identity(row)
                self._tell(BulkOutcome(index, contact, "failed", None, error))
                continue
            except Exception as error:  # noqa: BLE001 - the boundary to a row's own code
                self._abort(error)
                self._tell(BulkOutcome(index, "", "skipped"))
                return
            for turn in self._turns.join(planned.keys):
                await turn
            meter = Meter()
            try:
                outcome = await self._deliver(index, planned, meter)
            finally:
                self._give_way(planned.keys, meter.in_doubt_until)
            self._tell(outcome)

    async def _deliver(self, index: int, row: PlannedRow, meter: Meter) -> BulkOutcome:
        """Send one row and return its outcome."""
        contact = row.contact
        if isinstance(self._cause, SentoriError):
            return BulkOutcome(index, contact, "skipped", None, self._cause)
        try:
            result = await self._send(row.call, meter)
        except SentoriError as error:
            status = self._fate(error, lambda: self._plan.status(None))
            return BulkOutcome(index, contact, status, None, error, meter.attempts)
        except Exception as error:  # noqa: BLE001 - the boundary to observers and middleware
            self._abort(error)
            return BulkOutcome(index, contact, "unknown", None, None, meter.attempts)
        finally:
            self._charge(meter)
        self._answered(None)
        return BulkOutcome(index, contact, self._plan.status(result), result, None, meter.attempts)
