"""The journal as a running job sees it; its methods are for the loop."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import attrs

from sentori_async.bulk.journal.digest import digest_of
from sentori_async.bulk.journal.entries import Fate, Known, Recalled, outcome_entry
from sentori_async.bulk.journal.kept import KeptOutcomes
from sentori_async.bulk.journal.store import Store
from sentori_async.bulk.journal.writer import Writer
from sentori_async.errors import BulkError, SentoriError
from sentori_async.wire.idempotency import IdempotencyKey
from sentori_async.wire.idempotency import digest_of as digest_of_request

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sentori_async.bulk.journal.entries import IntentEntry
    from sentori_async.bulk.journal.home import Home, Job
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.report import BulkReport
    from sentori_async.wire.message import Call

_PAGE: Final = 1_000
_MOST_WAITING: Final = 10_000


class Journal:
    """The record of one run of one job."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        job: Job,
        home: Home,
        *,
        retry_failed: bool = False,
        most_bytes: int | None = None,
    ) -> None:
        """Prepare to open the journal at a path.

        Args:
            path: Where it is, or will be.
            job: Which job it is of.
            home: Where the job runs.
            retry_failed: Whether rows that failed are sent again.
            most_bytes: How large the file may grow; None leaves that to the disk.
        """
        self._job = job
        self._home = home
        self._retry_failed = retry_failed
        self._unfinished = False
        self._store = Store(path, most_bytes=most_bytes)
        self._writer: Writer | None = None
        self._page: dict[int, Known] = {}
        self._read_until = 0
        self._reading = asyncio.Lock()
        self._kept: list[KeptOutcomes] = []

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._store.path

    @property
    def is_broken(self) -> bool:
        """Whether it can no longer be written."""
        return self._writer is not None and self._writer.error is not None

    # ------------------------------------------------------------------------- opening, closing

    def refuse_finished(self) -> None:
        """Have `open` refuse a journal of a run that is finished."""
        self._unfinished = True

    async def open(
        self, report: BulkReport, failed: Callable[[BulkError], None], *, workers: int = 1
    ) -> None:
        """Open the file, and let the report read from it.

        Args:
            report: The job's account.
            failed: Called when the file can no longer be written.
            workers: How many requests may be in flight at once.

        Raises:
            BulkError: It is in use, of another job, finished where that is refused, damaged, or no
                journal.
        """
        job = await self._identified()

        def give_up(error: BulkError) -> None:
            for kept in self._kept:
                kept.give_up()
            failed(error)

        self._writer = Writer(self._store, give_up, workers, self._home.pace_told)
        self._writer.start()
        try:
            await self._writer.call(
                lambda: self._store.open(
                    job,
                    retry_failed=self._retry_failed,
                    expected=report.expected,
                    unfinished=self._unfinished,
                )
            )
            if self._home.pace_recall is not None:
                told = await self._writer.call(self._store.pace)
                if told is not None:
                    self._home.pace_recall(told)
        except BaseException:
            await asyncio.shield(self._writer.end())
            raise
        report.failures = KeptOutcomes(self.path, "failed")
        report.unknowns = KeptOutcomes(self.path, "unknown")
        self._kept = [report.failures, report.unknowns]

    async def _identified(self) -> Job:
        """Return the job with the account that the platform says the key belongs to."""
        if self._home.account is None:
            return self._job
        try:
            account = await self._home.account()
        except SentoriError as error:
            msg = f"the job did not start, as its account is not known: {error}"
            raise BulkError(msg, cause=error) from error
        return attrs.evolve(self._job, account=account)

    async def close(self, report: BulkReport, status: str, cause: Exception | None) -> None:
        """Write what is left, put down how the run ended, and close the file.

        Raises:
            BulkError: It cannot be written.
        """
        account = {
            "counts": dict(report.by_status),
            "requests": report.requests,
            "retries": report.retries,
            "cause": None if cause is None else type(cause).__name__,
        }
        # A close that was begun is finished, even when the job is cancelled meanwhile.
        closing = asyncio.ensure_future(self._close(status, account))
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            await asyncio.wait([closing])
            # Who cancels a job does not ask whether its journal was closed well.
            closing.exception()
            raise

    async def _close(self, status: str, account: dict[str, object]) -> None:
        try:
            if self._running.error is None:
                await self._running.flush()
                await self._running.call(lambda: self._store.end_run(status, account))
        finally:
            await self._running.end()

    @property
    def _running(self) -> Writer:
        if self._writer is None:
            raise BulkError(f"the journal {self.path} is not open")
        return self._writer

    # --------------------------------------------------------------------------- earlier runs

    def is_behind(self, number: int) -> bool:
        """Tell whether `catch_up` must be awaited before the row of this number is taken."""
        if self._read_until <= number <= self._store.highest:
            return True
        return self._writer is not None and self._writer.waiting > _MOST_WAITING

    async def catch_up(self, number: int) -> None:
        """Read what is known of the next rows, and let what became of others be written.

        Raises:
            BulkError: The journal is damaged, or cannot be written.
        """
        async with self._reading:
            if self._read_until <= number <= self._store.highest:
                self._page = await self._running.call(lambda: self._store.page(number, _PAGE))
                self._read_until = number + _PAGE
        if self._running.waiting > _MOST_WAITING:
            await self._running.flush()

    def recall(self, number: int, row: object) -> Recalled:
        """Return what is known of a row that was just read.

        Raises:
            BulkError: It is another row than the one that an earlier run had there.
        """
        digest = digest_of(row)
        known = self._page.pop(number, None)
        if known is None:
            return Recalled(digest, Fate.NEW)
        if known.digest != digest:
            msg = (
                f"is not the one that the journal {self.path} has there: "
                "give the input as it was, or name another file for another job"
            )
            raise BulkError(msg, index=number)
        return Recalled(digest, known.fate(retry_failed=self._retry_failed), known)

    def check_end(self, rows: int) -> None:
        """See that the input held all rows that were sent.

        Raises:
            BulkError: It did not.
        """
        if rows <= self._store.last_needed:
            msg = (
                f"the input has {rows} rows, and the journal {self.path} has "
                f"{self._store.last_needed + 1} or more of it: give the whole input"
            )
            raise BulkError(msg)

    # ------------------------------------------------------------------------------- this run

    def key_for(self, call: Call[object], known: Known | None = None) -> IdempotencyKey | None:
        """Return the idempotency key for a call; the earlier one for a call that was lost.

        Args:
            call: What is to be sent; of several steps the first, if that is a write.
            known: What an earlier run recorded of the row, or of the first of many.
        """
        rules = self._home.keys
        if rules is None:
            return None
        if call.request.operation.method not in rules.methods:
            return None
        if known is None or known.key is None or known.outcome not in {None, "unknown"}:
            return IdempotencyKey.new(call.request, time.time())
        key = known.key
        digest = digest_of_request(call.request)
        # Another request must not go out with the key, nor as if it were new: it is looked up.
        return key if key.digest == digest else IdempotencyKey(key.text, digest, 0.0)

    def next_chunk(self) -> int:
        """Return the number of a new request with many rows."""
        self._store.chunk += 1
        return self._store.chunk

    def intend(self, intents: Sequence[IntentEntry]) -> asyncio.Future[None]:
        """Put down what is about to be sent, some time; return what is over when that is durable.

        Who waits for that says so with `need`.

        Raises:
            BulkError: It cannot be written: nothing may be sent; what is returned raises it, too.
        """
        return self._running.intend(intents)

    def hurry(self) -> None:
        """Have all written now that was put down."""
        self._running.hurry()

    def need(self, written: asyncio.Future[None]) -> None:
        """Have written soon what `intend` returned this of, as one more waits for it."""
        if self._writer is not None:
            self._writer.need(written)

    def settle(self, outcome: BulkOutcome, digest: str) -> None:
        """Put down what became of a row."""
        if self._writer is not None:
            self._writer.settle(outcome_entry(outcome, digest))
