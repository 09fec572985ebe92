"""The bulk verbs of a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sentori_async.bulk.jobs import Jobs
from sentori_async.bulk.options import FLUSH_AFTER_S, JobOptions
from sentori_async.bulk.stream import OutcomeStream

if TYPE_CHECKING:
    from sentori_async.bulk.journal.home import Home
    from sentori_async.bulk.options import Dedupe, JournalFile, StateFile
    from sentori_async.bulk.plan import Evidence, Planner, Send, Verb, Via
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.report import BulkReport
    from sentori_async.bulk.rows import Rows
    from sentori_async.bulk.sync.report import SyncReport
    from sentori_async.bulk.sync.wish import Missing

R = TypeVar("R", bound="BulkReport")


class _Runs(Protocol[R]):
    """A job, of whatever kind."""

    report: R

    async def run(self) -> Any: ...


class AsyncBulk:
    """Many contacts at once: every row taken ends in exactly one outcome.

    Rows of one contact are sent in input order, one after the other; others run side by side.
    Memory does not grow with the number of rows.
    """

    def __init__(
        self, send: Send, planner: Planner, *, workers: int, home: Home | None = None
    ) -> None:
        """Prepare for jobs.

        Args:
            send: Send one call for a bulk job.
            planner: How the platform turns rows into calls.
            workers: How many requests may be in flight at once.
            home: Where the jobs run; without it they keep no journals.
        """
        self._jobs = Jobs(send, planner, workers=workers, home=home)
        self._latest: BulkReport | None = None

    @property
    def last_report(self) -> BulkReport | None:
        """The account of the job that was started last, however it ended; None before the first.

        It is live while the job runs, and what a cancelled or interrupted job leaves.
        """
        return self._latest

    async def add(
        self,
        rows: Rows,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Add every row as a new contact.

        Args:
            rows: Mappings that carry the contact's identity and fields.
            via: "single" sends one request per row; "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
        )
        return await self._run("add", rows, None, options, progress=progress)

    async def update(
        self,
        rows: Rows,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Update the contact of every row.

        Args:
            rows: Mappings that carry the identity and the fields to change; an (identity,
                fields) pair whose fields hold another identity renames the contact.
            via: "single" sends one request per row; "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
        )
        return await self._run("update", rows, None, options, progress=progress)

    async def add_or_update(
        self,
        rows: Rows,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        evidence: Evidence | None = None,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Add the contact of every row, or update it where it exists.

        Args:
            rows: Mappings that carry the identity and the fields, or (identity, fields) pairs.
            via: "single" sends one request per row; "import" sends many rows per request;
                "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            evidence: For an import that only counts the rows it leaves out: "rows" looks the likely
                ones up until each is named, and is what happens where nothing is said; "counts"
                asks for nothing more, and rows that the counters leave open are unknown.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
            evidence=evidence,
        )
        return await self._run("add_or_update", rows, None, options, progress=progress)

    async def delete(
        self,
        rows: Rows,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Delete the contact of every row.

        Args:
            rows: Identities, or mappings that carry them.
            via: "single" sends one request per row; "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
        )
        return await self._run("delete", rows, None, options, progress=progress)

    async def subscribe(
        self,
        rows: Rows,
        list_id: str,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Subscribe the contact of every row to a list.

        Args:
            rows: Identities, or mappings that carry them.
            list_id: The platform's identity of the list.
            via: "single" sends one request per row; "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
        )
        return await self._run("subscribe", rows, list_id, options, progress=progress)

    async def unsubscribe(
        self,
        rows: Rows,
        list_id: str,
        *,
        via: Via = "single",
        journal: JournalFile | None = None,
        retry_failed: bool = False,
        dedupe: Dedupe | None = None,
        dry_run: bool = False,
        flush_after_s: float = FLUSH_AFTER_S,
        progress: Progress | bool | None = None,
    ) -> BulkReport:
        """Unsubscribe the contact of every row from a list.

        Args:
            rows: Identities, or mappings that carry them.
            list_id: The platform's identity of the list.
            via: "single" sends one request per row; "auto" lets the platform's best path decide.
            journal: A file that keeps what was sent and what became of it: the same job, run
                again with it after whatever stopped it, goes on where that was.
            retry_failed: Whether rows that failed in an earlier run are sent again.
            dedupe: "last" sends, of several rows of one contact that stand near each other, only
                the last; the others are skipped.
            dry_run: Whether everything is done but to send.
            flush_after_s: How long rows of a slow input wait for others to share their request.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The job was aborted, and carries the cause and the report; or the journal
                cannot be used, or is of another job.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
        )
        return await self._run("unsubscribe", rows, list_id, options, progress=progress)

    async def sync(
        self,
        rows: Rows,
        *,
        key: str | None = None,
        state: StateFile = "state.db",
        missing: Missing = "keep",
        list_id: str | None = None,
        max_removals: float | None = None,
        via: Via = "single",
        verify: bool = False,
        journal: JournalFile | None = None,
        dry_run: bool = False,
        progress: Progress | bool | None = None,
    ) -> SyncReport:
        """Add or update the contacts whose rows have changed since the last sync, and no others.

        The whole input is read before anything is sent.
        Of several rows of one contact, the last one counts.

        Args:
            rows: The whole of what there is to be, as add_or_update takes it.
            key: The field of a row that says whose it is, where that is not the platform's own;
                then a contact that is named otherwise than last time is renamed, where that can
                be done.
            state: A file that keeps what each contact was last sent; made where there is none.
            missing: What becomes of contacts that an earlier input had and this one does not:
                "keep", "unsubscribe" or "delete".
            list_id: The list that they are unsubscribed from; without one, it is everything.
            max_removals: How many of them there may be at most: a number, or a share of the
                contacts in the state, such as 0.25.
                Where nothing is said it is a tenth, at least one and at most 1,000; and none for
                an empty input.
            via: How rows are sent, as add_or_update takes it; removals go one by one.
            verify: Whether unchanged contacts are read from the platform, one request for each,
                and sent again where they are otherwise there.
            journal: A file that keeps what was sent and what became of it, for this one run.
            dry_run: Whether everything is done but to send: the report counts what would be done,
                and the state is left as it is, or not made.
            progress: True, or a callable that is given the live report now and then.

        Raises:
            BulkError: The input broke off, or too many contacts are missing: then nothing was
                sent; or the state or the journal cannot be used, or the job was aborted.
            UnsupportedOperation: The platform cannot do this, or not this way.
        """
        # SQLite and a thread are for those who sync.
        from sentori_async.bulk.sync.wish import Wish

        wish = Wish(
            key=key,
            missing=missing,
            list_id=list_id,
            max_removals=max_removals,
            via=via,
            verify=verify,
            dry_run=dry_run,
        )
        return await self._finished(
            self._jobs.sync(rows, state, wish, journal=journal, progress=progress)
        )

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

        Use it with ``async with`` and iterate over what it gives; its `report` is the account.

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
        options = JobOptions(
            via=via,
            journal=journal,
            retry_failed=retry_failed,
            dedupe=dedupe,
            dry_run=dry_run,
            flush_after_s=flush_after_s,
            evidence=evidence,
        )
        job = self._jobs.job(verb, rows, list_id, options, progress=progress)
        return OutcomeStream(job, started=self._keep)

    async def _run(
        self,
        verb: Verb,
        rows: Rows,
        list_id: str | None,
        options: JobOptions,
        *,
        progress: Progress | bool | None,
    ) -> BulkReport:
        job = self._jobs.job(verb, rows, list_id, options, progress=progress)
        return await self._finished(job)

    async def _finished(self, job: _Runs[R]) -> R:
        """Run a job, and return its report."""
        self._keep(job.report)
        await job.run()
        return job.report

    def _keep(self, report: BulkReport) -> None:
        self._latest = report
