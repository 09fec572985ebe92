"""Bulk jobs for blocking code: the engine is on the loop, rows and progress in the caller's thread.

1. The input is advanced, and the progress called, in the thread that waits for the job.
2. Rows are fetched by chunks, and only when the engine has none left: the first alone, then twice
   as many each time, at most 256 and for at most 5 ms.
3. A row that was fetched has an outcome: rows that an abort or a drained stream finds fetched and
   unsent are skipped.
4. An interrupt drains: no more rows are fetched, and those in flight have 5 s to be settled before
   they are cancelled and unknown. The report is kept however the job ends.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Self, cast

from sentori_async.bulk.options import FLUSH_AFTER_S, JobOptions
from sentori_async.bulk.progress import progress_of
from sentori_async.bulk.rows import END, NOT_YET, IterableSource, Source, size_of, source_of
from sentori_async.errors import ConfigurationError
from sentori_sync._caller import Caller, Errand, Notice, is_async
from sentori_sync.client import Group

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable
    from types import TracebackType

    from sentori_async.bulk import stream as async_stream
    from sentori_async.bulk.options import Dedupe, JournalFile
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.plan import Evidence, Verb, Via
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.report import BulkReport
    from sentori_async.bulk.rows import Rows
    from sentori_async.bulk.verbs import AsyncBulk
    from sentori_sync.portal import Portal

_CHUNK: Final = 256
_CHUNK_S: Final = 0.005


class CallerSource(Source):
    """Rows of a plain iterable, advanced in the calling thread."""

    def __init__(self, rows: IterableSource, caller: Caller) -> None:
        """Fetch rows whenever `caller` waits and the job needs some."""
        self.size = rows.size
        self._rows = rows
        self._caller = caller
        # Filled by the calling thread, emptied by the loop.
        self._ready: deque[object] = deque()
        self._chunk = 1
        self._ended = False
        self._fault: Exception | None = None
        self._turn = asyncio.Lock()
        self._errand: Errand | None = None
        self._stopped = False

    def take_now(self) -> object:
        """Return a row that is there already, or NOT_YET."""
        if self._ready and not self._stopped:
            return self._ready.popleft()
        return NOT_YET

    async def take(self) -> object:
        """Return the next row or END.

        Raises:
            Exception: What the iterable raised, after the rows before it.
        """
        async with self._turn:
            while not self._stopped:
                if self._ready:
                    return self._ready.popleft()
                if self._fault is not None:
                    raise self._fault
                if self._ended:
                    return END
                self._errand = self._caller.ask(self._fetch)
                await self._errand.over()
            return END

    def _fetch(self) -> None:
        """Fetch the next chunk; in the calling thread."""
        until = time.monotonic() + _CHUNK_S
        for _ in range(self._chunk):
            if self._stopped or self._caller.draining:
                return
            try:
                row = self._rows.take_now()
            except Exception as error:  # noqa: BLE001 - the boundary to the caller's own iterable
                self._fault = error
                return
            if row is END:
                self._ended = True
                return
            self._ready.append(row)
            if time.monotonic() >= until:
                return
        self._chunk = min(2 * self._chunk, _CHUNK)

    def stop(self) -> None:
        """Fetch no more; a fetch that is under way ends with the row it is at."""
        self._stopped = True
        if self._errand is not None:
            self._errand.withdraw()

    def left_over(self) -> Iterable[object]:
        """Return the rows that were fetched and never taken."""
        return self._ready


class BulkJobs(Group):
    """What the generated bulk verbs stand on."""

    _async: AsyncBulk

    @property
    def last_report(self) -> BulkReport | None:
        """The account of the job that was started last, however it ended; None before the first.

        It is live while the job runs, and what a cancelled or interrupted job leaves.
        """
        return self._async.last_report

    def stream(
        self,
        verb: Verb,
        rows: Rows,
        list_id: str | None = None,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        evidence: Evidence | None = None,
        progress: Progress | bool | None = None,
    ) -> OutcomeStream:
        """Run a job and see every row's outcome as it happens.

        Use it with ``with`` and iterate over what it gives; its `report` is the account.

        Args:
            verb: The name of a bulk verb, such as "add".
            rows: What that verb takes.
            list_id: The platform's identity of the list, for the verbs that need one.
            via: As the verb takes it.
            journal: As the verb takes it; rows that an earlier run settled are told, not sent.
            retry_failed: As the verb takes it.
            dedupe: As the verb takes it.
            dry_run: As the verb takes it.
            flush_after_s: As the verb takes it.
            evidence: As add_or_update takes it.
            progress: As the verb takes it.

        Raises:
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        caller = Caller(lasting=True)
        stream = self._async.stream(
            verb,
            _advanced_by(caller, rows),
            list_id,
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
            evidence=evidence,
            progress=_shown_by(caller, rows, progress),
        )
        return OutcomeStream(self._portal, caller, stream)

    def _run(
        self,
        verb: Callable[..., Coroutine[Any, Any, BulkReport]],
        rows: Rows,
        /,
        *args: Any,
        progress: Progress | bool | None,
        **options: Any,
    ) -> BulkReport:
        """Run the job of an async bulk verb, its rows and its progress in this thread."""
        caller = Caller()
        job = self._async._jobs.job(  # noqa: SLF001 - the verb itself could only be cancelled
            cast("Verb", verb.__name__),
            _advanced_by(caller, rows),
            args[0] if args else None,
            JobOptions(**options),
            progress=_shown_by(caller, rows, progress),
        )
        caller.drain = job.drain
        return self._portal.run_for(caller, self._async._finished, job)  # noqa: SLF001 - as above


def _advanced_by(caller: Caller, rows: Rows) -> Any:
    """Return the rows' source; an async iterable is advanced on the loop.

    Raises:
        InvalidInput: It is not an iterable of rows.
    """
    source = source_of(rows)
    return CallerSource(source, caller) if isinstance(source, IterableSource) else source


def _shown_by(
    caller: Caller,
    rows: Rows,
    progress: Progress | bool | None,  # noqa: FBT001 - as users write it: progress=True
) -> Progress | None:
    """Return a progress that runs in the calling thread; a coroutine function runs on the loop."""
    show = progress_of(progress, total=size_of(rows))
    if show is None or is_async(show):
        return show

    async def ask(report: BulkReport) -> None:
        if report.interrupted:
            # The thread waits for nothing but the clean-up, and is told when that is over.
            await caller.inform(Notice(lambda: show(report), lambda _: None))
        else:
            await caller.ask(lambda: show(report)).over()

    return ask


class OutcomeStream:
    """The outcomes of a running job, in the order they happen.

    Use it with ``with``; leaving the block early takes no new rows and settles those in flight, and
    `report` then accounts for them too.
    The input is advanced while outcomes are waited for, in the thread that waits.
    """

    def __init__(self, portal: Portal, caller: Caller, stream: async_stream.OutcomeStream) -> None:
        """Prepare to run the job; it starts when the block is entered."""
        self._portal = portal
        self._caller = caller
        self._async = stream
        self._page: deque[BulkOutcome] = deque()
        self._entered = False

    @property
    def report(self) -> BulkReport:
        """The account of the job so far; final after the block."""
        return self._async.report

    def drain(self) -> None:
        """Take no more rows; go on iterating to see those in flight settled."""
        self._caller.draining = True
        self._caller.post(self._drain)

    async def _drain(self) -> None:
        self._async.drain()

    def pause(self) -> None:
        """Begin nothing new until `resume` is called; what is in flight goes on."""
        self._caller.post(self._pause)

    async def _pause(self) -> None:
        self._async.pause()

    def resume(self) -> None:
        """Go on after a pause."""
        self._caller.post(self._resume)

    async def _resume(self) -> None:
        self._async.resume()

    def __enter__(self) -> Self:
        """Start the job."""
        self._portal.run_for(self._caller, self._async.__aenter__)
        self._entered = True
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Settle what is in flight; after Ctrl-C, cancel what is not settled within 5 s.

        Raises:
            BulkError: The job was aborted, and the block has not seen that yet.
        """
        self._page.clear()
        if self._caller.is_left_behind:
            # The job is not ours.
            return
        self._caller.draining = True
        kind = None if exc is None else type(exc)
        leave = self._async.__aexit__
        try:
            if exc is None or isinstance(exc, Exception):
                self._portal.run_for(self._caller, leave, kind, exc, None)
            else:
                self._portal.wind_up(self._caller, leave, kind, exc, None)
        finally:
            self._caller.post(self._caller.retire)

    def __iter__(self) -> Self:
        """Return the stream itself.

        Raises:
            ConfigurationError: The block was not entered.
        """
        if not self._entered:
            raise ConfigurationError(
                "the job has not started: use `with client.bulk.stream(...) as outcomes`"
            )
        return self

    def __next__(self) -> BulkOutcome:
        """Return the next outcome.

        Raises:
            BulkError: The job was aborted; every row taken has had its outcome.
        """
        if not self._page:
            self._page.extend(self._portal.run_for(self._caller, self._async.page))
        if not self._page:
            raise StopIteration
        return self._page.popleft()
