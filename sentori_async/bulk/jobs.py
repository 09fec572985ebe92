"""How a client's bulk jobs are put together: a plan, an engine, a journal and a progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.journal.home import Job
from sentori_async.bulk.options import JobOptions, JournalFile, StateFile
from sentori_async.bulk.plan import ChunkPlan
from sentori_async.bulk.progress import Progress, progress_of
from sentori_async.bulk.rows import Rows, source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.errors import ConfigurationError, UnsupportedOperation

if TYPE_CHECKING:
    from sentori_async.bulk.engine import Engine
    from sentori_async.bulk.journal.home import Home
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.plan import Planner, RowPlan, Send, Verb
    from sentori_async.bulk.rows import Source
    from sentori_async.bulk.sync.run import Sync
    from sentori_async.bulk.sync.wish import Wish


class Jobs:
    """Makes the bulk jobs of one client; whoever has one runs it."""

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
        self._send = send
        self._planner = planner
        self._workers = workers
        self._home = home

    def job(
        self,
        verb: Verb,
        rows: Rows,
        list_id: str | None,
        options: JobOptions,
        *,
        progress: Progress | bool | None,
    ) -> Engine[Any]:
        """Return a job that is ready to run.

        Raises:
            ConfigurationError: It makes no sense.
            UnsupportedOperation: The platform cannot do it, or not this way.
        """
        options.check()
        plan = self._planner.plan_for(verb, list_id, options.via)
        if options.evidence is not None:
            if not isinstance(plan, ChunkPlan):
                raise UnsupportedOperation("evidence is for imports: leave it out")
            plan = plan.with_evidence(options.evidence)
        source = source_of(rows)
        shown = progress_of(progress, total=source.size)
        journal = self._journal(verb, list_id, options)
        job = self._engine(source, plan, shown, journal, options)
        job.report.expected = source.size
        return job

    def sync(
        self,
        rows: Rows,
        state: StateFile,
        wish: Wish,
        *,
        journal: JournalFile | None,
        progress: Progress | bool | None,
        told: Callable[[BulkOutcome], object] | None = None,
    ) -> Sync:
        """Return a sync that is ready to run.

        Raises:
            ConfigurationError: It makes no sense.
            UnsupportedOperation: The platform cannot do it, or not this way.
        """
        # SQLite and a thread are for those who sync.
        from sentori_async.bulk.sync.run import Means, Sync

        if self._home is None:
            raise ConfigurationError("these bulk jobs cannot sync: use a client's")
        options = JobOptions(via=wish.via, journal=journal, dry_run=wish.dry_run)
        options.check()
        source = source_of(rows)
        means = Means(
            home=self._home,
            planner=self._planner,
            engine=self._engine,
            journal=self._journal("sync", wish.list_id, options),
            progress=progress_of(progress, total=source.size),
            told=told,
        )
        return Sync(source, state, wish, means)

    def _journal(
        self, verb: Verb | Literal["sync"], list_id: str | None, options: JobOptions
    ) -> Journal | None:
        """Return the journal of a job, which the job opens when it starts.

        Raises:
            ConfigurationError: There can be none.
        """
        if options.journal is None:
            return None
        if self._home is None:
            raise ConfigurationError("these bulk jobs cannot keep a journal: leave it out")
        # SQLite and a thread are for those who keep one.
        from sentori_async.bulk.journal.journal import Journal

        job = Job(
            platform=self._home.platform,
            base_url=self._home.base_url,
            verb=verb,
            target=list_id,
            via=options.via,
            # What was only tried must not pass for done.
            options=", ".join(
                filter(None, [self._home.options, "dry run" if options.dry_run else ""])
            ),
        )
        return Journal(options.journal, job, self._home, retry_failed=options.retry_failed)

    def _engine(
        self,
        source: Source,
        plan: RowPlan | ChunkPlan,
        progress: Progress | None,
        journal: Journal | None,
        options: JobOptions,
    ) -> Engine[Any]:
        means: dict[str, Any] = {
            "workers": self._workers,
            "progress": progress,
            "journal": journal,
            "options": options,
            "estimate_s": None if self._home is None else self._home.estimate_s,
        }
        if isinstance(plan, ChunkPlan):
            return ChunkEngine(source, self._send, plan, **means)
        return RowEngine(source, self._send, plan, **means)
