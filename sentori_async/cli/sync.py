"""`sentori sync`: the rows of a file become contacts."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import attrs
from cyclopts import Parameter
from cyclopts.types import PositiveInt

from sentori_async.bulk.plan import Verb, Via
from sentori_async.cli.account import FROM_ENVIRONMENT, Account
from sentori_async.cli.changes import Changes
from sentori_async.cli.columns import Columns, match_columns, require_address
from sentori_async.cli.diff import ALL_ROWS, Diff, run_diff
from sentori_async.cli.exits import STOPPED
from sentori_async.cli.interrupt import Interruption, interruptible
from sentori_async.cli.job import Item, Job, Spool
from sentori_async.cli.output import AsJson, Force, Output, Quiet, Report
from sentori_async.cli.progress import progress_for
from sentori_async.cli.reading import AS_IT_IS, Reading
from sentori_async.cli.report_file import ReportFile, default_path
from sentori_async.cli.running import guarded, run_async
from sentori_async.cli.summary import SyncResult, rows_of, tell
from sentori_async.cli.tally import Tally
from sentori_async.errors import ConfigurationError, InvalidInput, NotFound, SentoriError
from sentori_async.migrate.sides import there_are
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.sources import RowFile
from sentori_async.sources.marks import Marks

Mode: TypeAlias = Literal["add", "update", "add-or-update", "import"]

_VERBS: Final[dict[Mode, tuple[Verb, Via]]] = {
    "add": ("add", "single"),
    "update": ("update", "single"),
    "add-or-update": ("add_or_update", "single"),
    "import": ("add_or_update", "import"),
}
_STOPPING: Final = (
    "Stopping: the rows on their way are being settled. Ctrl-C once more leaves them in doubt."
)


@attrs.frozen(kw_only=True)
class SyncPlan:
    """What is to be synced, checked as far as that goes without the account.

    Attributes:
        path: The file.
        rows: Its rows.
        said: The field of each column that the user named.
        ignore_unknown: Whether columns that the account has no field for are left out.
        mode: What becomes of each row.
        list_id: The list that contacts are subscribed to, or None.
        report: Where the report goes.
        force: Whether the report may replace a file that is there.
        journal: The file that lets the job go on where it was, or None.
        retry_failed: Whether rows that failed in an earlier run are sent again.
        dead_letters: Where the rows that did not succeed are copied to, or None.
        diff: Whether only rows that have changed are sent.
        dry_run: Whether everything is done but to send.
    """

    path: Path
    rows: RowFile
    said: dict[str, str] = attrs.field(factory=dict)
    ignore_unknown: bool = False
    mode: Mode = "add-or-update"
    list_id: str | None = None
    report: Path
    force: bool = False
    journal: Path | None = None
    retry_failed: bool = False
    dead_letters: Path | None = None
    diff: Diff = ALL_ROWS
    dry_run: bool = False


def sync(
    file: Annotated[
        Path,
        Parameter(help="The file: CSV, unless its name ends in .jsonl, .ndjson or .parquet."),
    ],
    /,
    *,
    mode: Annotated[
        Mode,
        Parameter(
            show_default=True,
            help="What becomes of each row. With import, many rows share a request: faster, and "
            "less is known about each of them.",
        ),
    ] = "add-or-update",
    list_id: Annotated[
        str | None,
        Parameter(
            name="--list",
            metavar="ID",
            help="Subscribe every contact that succeeded to the mailing list with this ExternalID.",
        ),
    ] = None,
    concurrency: Annotated[
        PositiveInt | None,
        Parameter(metavar="N", help="How many requests are in flight at most; 16 if not given."),
    ] = None,
    journal: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Keep what was sent and what became of it, so that the same command goes on where "
            "it was, whatever stopped it. It holds contact data, for you alone to read.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, Parameter(help="With --journal: send rows that failed before once more.")
    ] = False,
    dry_run: Annotated[
        bool,
        Parameter(
            help="Do everything but send: check the rows, and say how many requests they take and "
            "how long."
        ),
    ] = False,
    dead_letters: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Copy the rows that did not succeed to a new file like this one, to be repaired "
            "and synced.",
        ),
    ] = None,
    diff: Diff = ALL_ROWS,
    reading: Reading = AS_IT_IS,
    account: Account = FROM_ENVIRONMENT,
    report: Report = None,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Send every row of a file to the account, and return the exit code."""
    output = Output(as_json=as_json, quiet=quiet)

    def work() -> int:
        diff.check(mode, retry_failed=retry_failed)
        if dry_run and journal is not None:
            raise InvalidInput("a dry run keeps nothing: leave --journal out")
        if retry_failed and journal is None:
            raise InvalidInput("--retry-failed needs the --journal of the run in which rows failed")
        plan = SyncPlan(
            path=file,
            rows=reading.open(file),
            said=reading.said(),
            ignore_unknown=reading.ignore_unknown_columns,
            mode=mode,
            list_id=list_id,
            report=report or default_path(file),
            force=force,
            journal=journal,
            retry_failed=retry_failed,
            dead_letters=_new_file(dead_letters),
            diff=diff,
            dry_run=dry_run,
        )
        require_address(plan.rows.columns, plan.said)
        client = account.connect(concurrency=concurrency)
        count = survey(plan, output)
        return run_async(_sync_and_close(client, plan, count, output))

    return guarded(output, work, lambda _: STOPPED)


def _new_file(path: Path | None) -> Path | None:
    """Refuse a file that is there before anything is sent.

    Raises:
        ConfigurationError: It is there.
    """
    if path is not None and path.exists():
        raise ConfigurationError(f"{path} is there already: move it away, or choose another name")
    return path


def survey(plan: SyncPlan, output: Output) -> int:
    """Read the whole file before any of it is sent, and return the number of its rows.

    Raises:
        InvalidInput: Part of it cannot be read.
    """
    with output.working(f"Reading {plan.path}"):
        return plan.rows.survey()


async def _sync_and_close(client: AsyncSentori, plan: SyncPlan, count: int, output: Output) -> int:
    async with client:
        return await run_sync(client, plan, count, output)


async def run_sync(client: AsyncSentori, plan: SyncPlan, count: int, output: Output) -> int:
    """Send the rows, say what came of it, and return the exit code.

    Args:
        client: The client of the account.
        plan: What is to be synced.
        count: How many rows there are.
        output: Where progress and summary go.

    Raises:
        SentoriError: Nothing was sent: the account, the list or the report is not usable.
    """
    structure = await client.contacts.structure()
    columns = match_columns(
        plan.rows.columns, structure, plan.said, ignore_unknown=plan.ignore_unknown
    )
    if plan.list_id is not None:
        await _require_list(client, plan.list_id)
    _announce(plan, columns, count, output)
    result = SyncResult(file=plan.path, report_path=plan.report, dry_run=plan.dry_run)
    report = ReportFile(plan.report, source=plan.path, force=plan.force)
    result.earlier_report = report.kept
    failed = Marks()
    say = functools.partial(output.note, _STOPPING)
    with interruptible(say) as interruption:
        try:
            with report:
                run = _Run(client, plan, columns, report, output, interruption, result, failed)
                await run.jobs(count)
        except SentoriError as error:
            result.error = error
        finally:
            result.interrupted = interruption.requested
            if plan.dead_letters is not None and len(failed):
                _keep_failed(plan, failed, result, plan.dead_letters)
            tell(result, output)
    return result.exit_code


def _keep_failed(plan: SyncPlan, failed: Marks, result: SyncResult, target: Path) -> None:
    """Copy the rows that did not succeed, once no other run is to finish the job.

    That run is the same command, which replaces no file, and meets the same failures.
    """
    if result.interrupted or result.error is not None:
        result.letters_due = target
        return
    result.to_repair = plan.rows.copy_rows(target, numbers=failed)
    result.dead_letters = target


async def _require_list(client: AsyncSentori, list_id: str) -> None:
    """Make sure that the list exists: each row would fail without it."""
    try:
        await client.mailing_lists.get(list_id)
    except NotFound:
        lists = await client.mailing_lists.all()
        known = there_are((one.external_id, one.name) for one in lists)
        raise InvalidInput(f"the account has no mailing list {list_id!r}: {known}") from None


def _announce(plan: SyncPlan, columns: Columns, count: int, output: Output) -> None:
    output.note(f"{plan.path}: {rows_of(count)}")
    for column, field in columns.renamed:
        output.note(f"  {column} is sent as {field}")
    for column in sorted(columns.left_out):
        output.note(f"  {column} is left out")


@attrs.frozen
class _Run:
    """The jobs of one sync."""

    client: AsyncSentori
    plan: SyncPlan
    columns: Columns
    report: ReportFile
    output: Output
    interruption: Interruption
    result: SyncResult
    failed: Marks

    async def jobs(self, count: int) -> None:
        """Send the rows, then subscribe those that succeeded where that is wanted."""
        verb, via = _VERBS[self.plan.mode]
        with Spool() as succeeded:
            job = attrs.evolve(
                self._job(self._tally(self.plan.mode), verb, via),
                journal=self.plan.journal,
                retry_failed=self.plan.retry_failed,
            )
            items = job.contacts(self.plan.rows, self.columns)
            if self.plan.list_id is None:
                await self._run(job, items, count, None)
                return
            self.result.left_undone = f"subscribe to {self.plan.list_id}"
            await self._run(job, items, count, succeeded)
            if self.interruption.requested:
                return
            self.result.left_undone = ""
            tally = self._tally("subscribe", self.plan.list_id)
            job = self._job(tally, "subscribe", "single", self.plan.list_id)
            await self._run(job, succeeded, len(succeeded), None)

    def _tally(self, action: str, target: str | None = None) -> Tally:
        return Tally(action=action, target=target, counts=self.plan.rows.counts)

    def _job(self, tally: Tally, verb: Verb, via: Via, list_id: str | None = None) -> Job:
        self.result.tallies.append(tally)
        return Job(
            client=self.client,
            verb=verb,
            via=via,
            list_id=list_id,
            tally=tally,
            report=self.report,
            interruption=self.interruption,
            failed=self.failed,
            dry_run=self.plan.dry_run,
        )

    async def _run(self, job: Job, items: Iterable[Item], count: int, keep: Spool | None) -> None:
        progress = progress_for(self.output, job.tally, count)
        try:
            if self.plan.diff.state is None or job.verb == "subscribe":
                await job.run(items, count, progress.show, keep)
            else:
                await self._run_diff(job, items, progress.show, keep)
        finally:
            progress.end()

    async def _run_diff(
        self, job: Job, items: Iterable[Item], show: Callable[[], None], keep: Spool | None
    ) -> None:
        """Send what has changed, and settle what is missing."""
        diff = self.plan.diff
        target = self.plan.list_id if diff.missing == "unsubscribe" else None
        removals = self._tally(diff.missing, target)
        removals.within = True
        job = attrs.evolve(job, list_id=self.plan.list_id)
        report = await run_diff(job, diff, items, show=show, removals=removals, succeeded=keep)
        if removals.total:
            self.result.tallies.append(removals)
        self.result.unchanged = report.unchanged
        self.result.changes = Changes.of(report, diff.missing)
        self.result.notes = report.notes
