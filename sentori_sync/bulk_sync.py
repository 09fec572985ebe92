"""The blocking face of a sync, whose rows and progress are in the calling thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentori_sync._caller import Caller
from sentori_sync.bulk import BulkJobs, _advanced_by, _shown_by

if TYPE_CHECKING:
    from sentori_async.bulk.options import JournalFile, StateFile
    from sentori_async.bulk.plan import Via
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Rows
    from sentori_async.bulk.sync.report import SyncReport
    from sentori_async.bulk.sync.wish import Missing


class SyncingBulkJobs(BulkJobs):
    """What the generated bulk verbs stand on, with the one that is no job of its own."""

    def sync(
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
        caller = Caller()
        sync = self._async._jobs.sync(  # noqa: SLF001 - the verb itself could only be cancelled
            _advanced_by(caller, rows),
            state,
            wish,
            journal=journal,
            progress=_shown_by(caller, rows, progress),
        )
        caller.drain = sync.drain
        return self._portal.run_for(caller, self._async._finished, sync)  # noqa: SLF001 - as above
