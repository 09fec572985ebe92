"""One run of a sync."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from sentori_async.bulk.journal.kept import KeptOutcomes
from sentori_async.bulk.options import JobOptions
from sentori_async.bulk.plan import RowPlan
from sentori_async.bulk.sync.entries import Batch, Before, Entry, Unusable
from sentori_async.bulk.sync.plans import RemovingPlan, Unchanged, VerifyingPlan
from sentori_async.bulk.sync.reading import Reader
from sentori_async.bulk.sync.report import SyncReport
from sentori_async.bulk.sync.state import Identity, State
from sentori_async.bulk.sync.waiting import Settled, Waiting
from sentori_async.errors import BulkError, InvalidInput, SentoriError

if TYPE_CHECKING:
    from sentori_async.bulk.engine import Engine
    from sentori_async.bulk.journal.home import Home
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.plan import ChunkPlan, Planner
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.bulk.sync.wish import Wish

T = TypeVar("T")

_SETTLE_EVERY_S: Final = 0.1
_SHOW_EVERY_S: Final = 0.25


@attrs.frozen(kw_only=True)
class Means:
    """What a sync works with.

    Attributes:
        home: Where it runs.
        planner: How the platform turns rows into calls.
        engine: Make a job of a source and a plan, which shows its progress, on record or not, and
            sends or does not.
        journal: Where what is sent is put down; None for nowhere.
        progress: Called with the live report now and then, and at the end.
        told: Called with every outcome.
    """

    home: Home
    planner: Planner
    engine: Callable[
        [Source, RowPlan | ChunkPlan, Progress, Journal | None, JobOptions], Engine[Any]
    ]
    journal: Journal | None = None
    progress: Progress | None = None
    told: Callable[[BulkOutcome], object] | None = None


class Sync:
    """One run of a sync."""

    def __init__(self, rows: Source, path: Any, wish: Wish, means: Means) -> None:
        """Prepare to sync the rows with the state at a path.

        Raises:
            ConfigurationError: The wish makes no sense.
            UnsupportedOperation: The platform cannot do it, or not this way.
        """
        wish.check()
        self._wish = wish
        self._means = means
        self._rules = means.planner.sync_rules()
        self._plan = self._sending_plan()
        self._removing = None if wish.missing == "keep" else self._removing_plan()
        home = means.home
        key = wish.key or self._rules.identity
        self._reader = Reader(rows, self._rules, key)
        identity = Identity(
            platform=home.platform, base_url=home.base_url, key_column=key, list_id=wish.list_id
        )
        self._state = State(path, identity, copied=wish.dry_run)
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sentori-state")
        self._settled: Settled | None = None
        self._broken: BulkError | None = None
        self._changes = 0
        self._over = False
        self._drained = False
        self._engine: Engine[Any] | None = None
        self._begun = 0.0
        self._show_at = 0.0
        self.report = SyncReport(dry_run=wish.dry_run)

    @property
    def _verifies(self) -> bool:
        """Whether the platform is asked for unchanged contacts."""
        return self._wish.verify and not self._wish.dry_run

    def _sending_plan(self) -> RowPlan | ChunkPlan:
        via = "single" if self._wish.verify else self._wish.via
        plan = self._means.planner.plan_for("add_or_update", None, via)
        if self._wish.verify and isinstance(plan, RowPlan):
            return VerifyingPlan(plan, self._rules)
        return plan

    def _removing_plan(self) -> RowPlan:
        planner, list_id = self._means.planner, self._wish.list_id
        if self._wish.missing == "delete":
            plan = planner.plan_for("delete", None, "single")
        elif list_id is None:
            plan = self._rules.unsubscribe_all()
        else:
            plan = planner.plan_for("unsubscribe", list_id, "single")
        if not isinstance(plan, RowPlan):
            raise TypeError("single calls are planned row by row")
        return RemovingPlan(plan, self._rules)

    async def run(self) -> SyncReport:
        """Read the whole input, send what has changed, and remove what is missing.

        Raises:
            BulkError: The input broke off, too many contacts are missing, the state cannot be
                used, or a job was aborted; it carries the report.
        """
        self._begun = asyncio.get_running_loop().time()
        try:
            try:
                await self._call(self._state.open)
                await self._work()
            finally:
                # An end that was begun is finished, even when the sync is cancelled meanwhile.
                await asyncio.shield(self._end())
            if self._broken is not None:
                raise self._broken
        except BulkError as error:
            error.report = self.report
            raise
        except asyncio.CancelledError:
            await self._show_interrupted()
            raise
        finally:
            self._threads.shutdown(wait=False)
        return self.report

    def drain(self) -> None:
        """Take nothing more, and remove nothing; what is under way is settled."""
        self._drained = True
        self._reader.stop()
        if self._engine is not None:
            self._engine.drain()

    async def _work(self) -> None:
        await self._read()
        if not self._drained:
            removes = self._weigh()
            if self._changes:
                await self._send()
            if removes is not None and not self._drained:
                await self._remove(removes)
        if self._wish.dry_run:
            self._estimate()
        self._over = True
        await self._show_own()

    def _estimate(self) -> None:
        """Say how long all requests would take, with one at least for each contact to verify."""
        report, estimate_s = self.report, self._means.home.estimate_s
        if self._wish.verify:
            report.requests += report.unchanged
        if estimate_s is not None:
            report.estimated_s = estimate_s(report.requests)

    async def _end(self) -> None:
        """Put down what is known, and close the state."""
        await self._put_down()
        await self._call(self._state.close)

    async def _call(self, do: Callable[..., T], *args: Any, **options: Any) -> T:
        """Have the state's thread do something, and return its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, functools.partial(do, *args, **options))

    # ------------------------------------------------------------------------------- reading

    async def _read(self) -> None:
        """Compare the whole input with the state.

        Raises:
            BulkError: It broke off; nothing was sent.
        """
        ended = False
        try:
            while not (ended or self._drained):
                batch = Batch(self.report.read)
                ended = await self._reader.fill(batch)
                await self._call(self._state.compare, batch, keep_same=self._verifies)
                self.report.read += len(batch.rows)
                await self._show_now_and_then()
        except BulkError:
            raise
        except Exception as error:
            text = str(error) if isinstance(error, SentoriError) else type(error).__name__
            raise BulkError(
                f"the input could not be read beyond its first {self.report.read} rows, and "
                f"nothing was sent: {text}",
                cause=error,
            ) from error
        finally:
            self._reader.stop()
        if ended and not self._drained:
            await self._sum_up()

    async def _sum_up(self) -> None:
        """Account for the rows that are not to be sent."""
        seen, put_by = await self._call(self._state.counts)
        known = (Before.SURE, Before.DOUBTFUL, Before.NEVER, Before.SAME)
        report = self.report
        report.unchanged = seen - sum(put_by.get(before, 0) for before in known)
        contacts = seen + put_by.get(Before.NEW, 0)
        report.superseded = report.read - self._reader.unnamed - contacts
        if report.superseded:
            report.by_status["skipped"] += report.superseded
        report.missing = self._state.total - seen
        self._changes = sum(put_by.values())
        report.expected = report.total + self._changes
        if self._means.journal is not None and not put_by.keys() & {Before.DOUBTFUL, Before.NEVER}:
            # The state has all that a finished run did: its journal would only hide changes since.
            self._means.journal.refuse_finished()

    def _weigh(self) -> RowPlan | None:
        """Return the plan of the contacts that are to be removed, if any are.

        Raises:
            BulkError: They are too many.
        """
        report, total = self.report, self._state.total
        if self._removing is None or not report.missing:
            return None
        allowed = self._wish.allowed(total, report.read)
        if report.missing > allowed:
            raise BulkError(
                f"{report.missing} of the {total} contacts of {self._state} are not among the "
                f"{report.read} rows of the input, and {allowed} may be removed: nothing was sent "
                f"or removed; if they are to go, pass max_removals={report.missing}"
            )
        if self._reader.unnamed:
            report.notes.append(
                f"{report.missing} contacts that the input does not have were kept, as "
                f"{self._reader.unnamed} of its rows do not say whose they are"
            )
            return None
        report.expected = (report.expected or 0) + report.missing
        return self._removing

    # ------------------------------------------------------------------------------- sending

    async def _send(self) -> None:
        """Send what has changed.

        Raises:
            BulkError: The job was aborted.
        """
        after = -1

        async def fetch() -> list[Entry]:
            nonlocal after
            await self._put_down_or_raise()
            page = await self._call(self._state.to_send, after)
            for entry, old in page:
                after = entry.place
                self._prepare(entry, old)
            return [entry for entry, _ in page]

        waiting = Waiting(fetch, end=self.report.read)
        await self._run(waiting, self._plan, self._means.journal)
        for log in (self.report.failures, self.report.unknowns):
            if isinstance(log, KeptOutcomes):
                # What becomes of removals is not in the journal.
                log.give_up()

    def _prepare(self, entry: Entry, old: str | None) -> None:
        """Let the engine know what is special about a row."""
        if entry.before is Before.SAME:
            entry.row = Unchanged(entry.row)
        elif old is not None and old != entry.contact:
            try:
                entry.row = self._rules.renamed(old, entry.row)
            except InvalidInput as error:
                entry.row = Unusable(error.message)

    async def _remove(self, plan: RowPlan) -> None:
        """Remove what the input does not have any more.

        Raises:
            BulkError: The job was aborted.
        """
        after, place = "", self.report.read - 1

        async def fetch() -> list[Entry]:
            nonlocal after, place
            await self._put_down_or_raise()
            after, page = await self._call(self._state.to_remove, after)
            for entry in page:
                place += 1
                entry.place = place
                entry.row = self._rules.row_of(entry.row)
            return page

        await self._run(Waiting(fetch), plan, None, removing=True)

    async def _run(
        self,
        waiting: Waiting,
        plan: RowPlan | ChunkPlan,
        journal: Journal | None,
        *,
        removing: bool = False,
    ) -> None:
        options = JobOptions(dry_run=self._wish.dry_run)
        engine = self._means.engine(waiting, plan, self._show, journal, options)
        self._engine = engine
        engine.report = self.report
        settled = self._settled = Settled(
            waiting, self.report, removing=removing, told=self._means.told
        )
        engine.attach(settled)
        over = asyncio.Event()
        keeper = asyncio.create_task(self._keep_settling(over))
        try:
            await engine.run()
        finally:
            over.set()
            await asyncio.wait([keeper])
            settled.give_back()
        await self._put_down_or_raise()

    async def _keep_settling(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_SETTLE_EVERY_S):
                    await over.wait()
            await self._put_down()

    async def _put_down(self) -> None:
        """Put down what became of contacts; what cannot be is sent again another time."""
        settled = None if self._settled is None else self._settled.taken()
        if settled is None or self._broken is not None:
            return
        try:
            await self._call(self._state.settle, *settled)
        except BulkError as error:
            self._broken = error

    async def _put_down_or_raise(self) -> None:
        await self._put_down()
        if self._broken is not None:
            raise self._broken

    # ------------------------------------------------------------------------------ progress

    async def _show_now_and_then(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._show_at:
            self._show_at = now + _SHOW_EVERY_S
            await self._show_own()

    async def _show_own(self) -> None:
        """Show the account while no job does.

        Raises:
            BulkError: The caller's own callable broke.
        """
        try:
            await self._show(self.report)
        except Exception as error:
            name = type(error).__name__
            msg = f"the sync stopped: code that it was given raised {name}"
            raise BulkError(msg, cause=error) from error

    async def _show_interrupted(self) -> None:
        """Show what was done when the sync was cancelled, unless its job has shown it."""
        if not self.report.interrupted:
            self.report.interrupted = True
            with contextlib.suppress(BulkError):
                await self._show_own()

    async def _show(self, report: Any) -> None:
        """Show the account of the whole, whichever job it is that asks."""
        report.finished = self._over
        report.duration_s = asyncio.get_running_loop().time() - self._begun
        if self._means.progress is not None:
            shown = self._means.progress(report)
            if inspect.isawaitable(shown):
                await shown
