"""A bulk job: a fixed set of workers that take rows, send them and tell what became of each.

1. Every row taken ends in exactly one outcome.
2. Memory is bounded by the workers, never by the rows: rows that wait for their contact hold no
   worker, and when too many do, no more are taken.
3. The first request goes alone; the other workers start after an answer that is not 401 or 403.
4. A row's failure is an outcome; only a fault of the job itself (a bad key, a blocked account, an
   exhausted plan, a platform that is down for too long, code of the caller's that breaks) stops
   it, and what was not taken stays in the input.
5. Cancellation ends the job: what it finds in flight is unknown, and what waits is skipped.
6. Where there is a journal, nothing is sent before it is on record there, and what an earlier run
   settled is told and not sent.
"""

from __future__ import annotations

import abc
import asyncio
import inspect
from typing import TYPE_CHECKING, Final

from sentori_async.bulk.intake import Intake, Outlet, U
from sentori_async.bulk.journal.entries import Fate, Recalled
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.report import BulkReport
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

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sentori_async.bulk.journal.entries import IntentEntry
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.outcomes import Status
    from sentori_async.bulk.plan import Send
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.wire.message import Meter

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
_SHOW_EVERY_S: Final = 0.25
_PARKED: Final = 1_000
_UNRECORDED: Final = Recalled("", Fate.NEW)


class Engine(Intake[U]):
    """What jobs of single requests and jobs of chunks share; a unit is what is sent at once."""

    def __init__(
        self,
        source: Source,
        send: Send,
        *,
        workers: int,
        progress: Progress | None = None,
        most_parked: int = _PARKED,
        journal: Journal | None = None,
        estimate_s: Callable[[int], float | None] | None = None,
    ) -> None:
        """Prepare a job.

        Args:
            source: The rows.
            send: Send one call and count its cost.
            workers: How many requests may be in flight at once.
            progress: Called with the live report now and then, and at the end.
            most_parked: How many units may wait for their contacts before no more rows are taken.
            journal: Where the job is put down; None for nowhere.
            estimate_s: Return how long so many requests take, in seconds.
        """
        super().__init__(source, most_parked=most_parked, journal=journal)
        self.report = BulkReport()
        self._send = send
        self._workers = workers
        self._progress = progress
        self._estimate_s = estimate_s
        self._gate = asyncio.Event()
        self._cause: Exception | None = None

    def attach(self, outlet: Outlet) -> None:
        """Send outcomes to `outlet` too; before the job runs."""
        self._outlet = outlet

    def drain(self) -> None:
        """Take no more rows; those in flight are settled, also after a pause."""
        self._stopping = True
        self._gate.set()
        self._source.stop()
        ahead = list(self._ahead)
        self._ahead.clear()
        for unit in (*ahead, *self._turns.abandon()):
            self._skip_unit(unit)
        self._wake(len(self._idle))

    async def run(self) -> None:
        """Work until the input ends, or the job is drained or aborted.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used.
        """
        if self._journal is None:
            await self._run_workers()
        else:
            await self._journal.open(self.report, self._abort, workers=self._workers)
            await self._run_on_record(self._journal)
        if self.report.dry_run and self._estimate_s is not None:
            self.report.estimated_s = self._estimate_s(self.report.requests)
        self.report.finished = True
        await self._show()
        if isinstance(self._cause, BulkError):
            self._cause.report = self.report
            raise self._cause
        if self._cause is not None:
            raise self._aborted(self._cause) from self._cause

    async def _run_on_record(self, journal: Journal) -> None:
        """Work, and put down how that ended."""
        status = "cancelled"
        try:
            await self._run_workers()
            status = "aborted" if self._cause else "drained" if self._stopping else "finished"
        finally:
            try:
                await journal.close(self.report, status, self._cause)
            except BulkError as error:
                self._abort(error)

    async def _run_workers(self) -> None:
        clock = self._clock = asyncio.get_running_loop().time
        begun = clock()
        timekeeper = asyncio.create_task(self._keep_time(begun))
        workers = [asyncio.create_task(self._worker(n)) for n in range(self._workers)]
        try:
            await asyncio.gather(*workers)
        except BaseException:
            self._cut_off()
            raise
        finally:
            for task in (*workers, timekeeper):
                task.cancel()
            await asyncio.gather(*workers, timekeeper, return_exceptions=True)
            await self._end_coming()
            for row in self._source.left_over():
                self._skip(row)
            self.report.duration_s = clock() - begun
            if self.report.interrupted:
                await self._show()

    def _cut_off(self) -> None:
        """Take it that what has not been sent never is: the job is cancelled."""
        self.report.interrupted = True
        if self._coming is not None:
            self._coming.cancel()
        self.drain()

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

    def _next_index(self) -> int:
        index = self._source.place(self._rows_taken)
        self._rows_taken = index + 1
        return index

    # --------------------------------------------------------------------- what is on record

    def _recall(self, index: int, row: object) -> Recalled | None:
        """Return what the journal says of a row; None where nothing is left to be done about it."""
        if self._journal is None:
            return _UNRECORDED
        try:
            recalled = self._journal.recall(index, row)
        except BulkError as error:
            self._abort(error)
            self._tell(BulkOutcome(index, self._identity(row), "skipped", None, error))
            return None
        except Exception as error:  # noqa: BLE001 - the boundary to a row's own code
            self._abort(error)
            self._tell(BulkOutcome(index, "", "skipped"))
            return None
        if recalled.known is not None and recalled.fate is Fate.SETTLED:
            self._tell(recalled.known.told())
            return None
        return recalled

    def _intend(self, intents: Sequence[IntentEntry]) -> asyncio.Future[None] | None:
        """Begin to put down what is about to be sent; nothing is begun where that cannot be."""
        if self._journal is None:
            return None
        try:
            return self._journal.intend(intents)
        except BulkError as error:
            self._abort(error)
            return None

    async def _is_on_record(self, written: asyncio.Future[None] | None) -> bool:
        """Wait until what `_intend` began is durable; tell whether it is."""
        if self._journal is None or written is None:
            return False
        try:
            if not written.done():
                self._journal.need(written)
            await written
        except BulkError as error:
            self._abort(error)
            return False
        return True

    def _is_over(self) -> bool:
        """Tell whether not even rows that were taken may be sent any more.

        So it is where the platform would not take them, or the journal cannot.
        A fault of the caller's own code is no such reason: what was taken then is settled.
        """
        if isinstance(self._cause, SentoriError):
            return True
        return self._journal is not None and self._journal.is_broken

    def _refuse(self, index: int, row: object, recalled: Recalled, error: InvalidInput) -> None:
        """Account for a row that cannot be sent as it is."""
        outcome = BulkOutcome(index, self._identity(row), "failed", None, error)
        self._tell(outcome)
        self._record(outcome, recalled.digest)

    def _record(self, outcome: BulkOutcome, digest: str) -> None:
        """Put down what became of a row."""
        if self._journal is not None:
            self._journal.settle(outcome, digest)

    # ---------------------------------------------------------------------------- outcomes

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
        self._answered_now = True
        self.report.requests += meter.requests
        if meter.attempts > 1:
            self.report.retries += meter.attempts - 1

    def _give_way(self, keys: tuple[str, ...], in_doubt_until: float) -> None:
        """Let the next rows of these contacts go on, when no lost attempt can overtake them.

        A request that was given up, or whose connection broke, may still be under way.
        """
        if in_doubt_until:
            loop = asyncio.get_running_loop()
            if in_doubt_until > loop.time():
                loop.call_at(in_doubt_until, self._leave, keys)
                return
        self._leave(keys)

    def _leave(self, keys: tuple[str, ...]) -> None:
        self._turns.leave(keys)
        if self._turns.ready:
            self._wake(len(self._turns.ready))

    def _abort(self, cause: Exception) -> None:
        """Stop the job for a fault of its own; the first cause stands."""
        if self._cause is None:
            self._cause = cause
        self.drain()

    def _answered(self, error: SentoriError | None) -> None:
        """Let the other workers start, if this answer shows that the key is good."""
        if self._gate.is_set():
            return
        if isinstance(error, ApiError):
            if error.status not in _REFUSED_AT_THE_DOOR:
                self._gate.set()
        elif error is None or isinstance(error, DecodeError):
            self._gate.set()

    @abc.abstractmethod
    def _is_about_all(self, error: ApiError) -> bool:
        """Tell whether a refusal is about what all rows share."""

    def _is_fatal(self, error: SentoriError) -> bool:
        if isinstance(error, _FATAL):
            return True
        return isinstance(error, ApiError) and error.applied is False and self._is_about_all(error)

    def _stop_if_fatal(self, error: SentoriError) -> None:
        if self._is_fatal(error):
            self._abort(error)

    def _fate(self, error: SentoriError, if_applied: Callable[[], Status]) -> Status:
        """Return what an error means for the rows of its request; abort where it is fatal."""
        self._answered(error)
        self._stop_if_fatal(error)
        if error.applied is None:
            return "unknown"
        if error.applied:
            return if_applied()
        return "skipped" if self._is_fatal(error) else "failed"

    def _aborted(self, cause: Exception) -> BulkError:
        taken = f"{self.report.total} row{'s' if self.report.total != 1 else ''}"
        if isinstance(cause, SentoriError):
            what = f"the job stopped after {taken}: {cause}"
        else:
            name = type(cause).__name__
            what = f"the job stopped after {taken}: code that it was given raised {name}"
        return BulkError(what, cause=cause, report=self.report)
