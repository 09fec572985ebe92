"""`sentori migrate`: the contacts of one platform go to another."""

from __future__ import annotations

import functools
import os
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs
from cyclopts import Group, Parameter

from sentori_async.cli.exits import STOPPED
from sentori_async.cli.interrupt import Interruption, interruptible
from sentori_async.cli.migrate_result import MigrateResult, tell
from sentori_async.cli.output import AsJson, Force, Output, Quiet
from sentori_async.cli.progress import progress_for
from sentori_async.cli.report_file import ReportFile, default_path
from sentori_async.cli.running import guarded, run_async
from sentori_async.cli.tally import Tally
from sentori_async.errors import SentoriError
from sentori_async.migrate.ends import End, parse_end
from sentori_async.migrate.mapping import FieldMap
from sentori_async.migrate.migration import Migration
from sentori_async.registry import client_class

if TYPE_CHECKING:
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.stream import OutcomeStream
    from sentori_async.client import AsyncClient
    from sentori_async.migrate.verification import Difference

_STOPPING: Final = (
    "Stopping: the contacts on their way are being settled. Ctrl-C once more leaves them in doubt."
)
_REPORT: Final = Path("migrate.report.csv")
_OUTPUT: Final = Group("Output", sort_key=30)
_READ: Final = "read"


@attrs.frozen(kw_only=True)
class MigratePlan:
    """What is to be moved, checked as far as that goes without the platforms.

    Attributes:
        source: The platform and the place where the contacts are.
        target: The platform and the place where they are to be.
        mapping: Which field is made from which.
        map_path: The file that says so, or None.
        journal: The file that lets the migration go on where it was, or None.
        retry_failed: Whether contacts that failed in an earlier run are sent again.
        verify: Whether every contact is read back.
        report: Where the report goes.
        force: Whether the report may replace a file that is there.
    """

    source: tuple[str, str]
    target: tuple[str, str]
    mapping: FieldMap
    map_path: Path | None
    journal: Path | None
    retry_failed: bool
    verify: bool
    report: Path
    force: bool


def migrate(
    *,
    source: Annotated[
        str,
        Parameter(
            name="--from",
            metavar="PLATFORM:PLACE",
            help="Where the contacts are: getresponse:CAMPAIGN, sentori:LIST, "
            "spotzee:SUBSCRIPTION or sent.",
        ),
    ],
    target: Annotated[
        str,
        Parameter(
            name="--to", metavar="PLATFORM:PLACE", help="Where they are to be, written likewise."
        ),
    ],
    mapping: Annotated[
        Path | None,
        Parameter(
            name="--map",
            metavar="FILE",
            help="A TOML file that says which field of the target is made from which of the "
            "source; without it, the identity alone is carried over.",
        ),
    ] = None,
    journal: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Keep what was read and what became of it, in this file and in FILE.people and "
            "FILE.late, so that the same command goes on where it was, whatever stopped it.",
        ),
    ] = None,
    retry_failed: Annotated[
        bool, Parameter(help="With --journal: send contacts that failed before once more.")
    ] = False,
    verify: Annotated[
        bool, Parameter(help="Read every contact back, and name those that are not as they should.")
    ] = False,
    report: Annotated[
        Path | None,
        Parameter(
            name="--report",
            group=_OUTPUT,
            metavar="FILE",
            help="Where every contact's outcome is written, with contact data, for you alone to "
            f"read; beside the journal, or as {_REPORT}, if not given. An earlier report is kept, "
            "with a number in its name.",
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Move contacts from one platform to another, and return the exit code."""
    output = Output(as_json=as_json, quiet=quiet)

    def work() -> int:
        plan = MigratePlan(
            source=parse_end(source),
            target=parse_end(target),
            mapping=FieldMap() if mapping is None else FieldMap.read(mapping),
            map_path=mapping,
            journal=journal,
            retry_failed=retry_failed,
            verify=verify,
            report=report or (_REPORT if journal is None else default_path(journal)),
            force=force,
        )
        return run_async(run_migration(plan, output))

    return guarded(output, work, lambda _: STOPPED)


async def run_migration(plan: MigratePlan, output: Output) -> int:
    """Move the contacts, say what came of it, and return the exit code.

    Raises:
        SentoriError: Nothing was written: an account, a place, the map or a file is not usable.
    """
    async with AsyncExitStack() as stack:
        ends = []
        for platform, place in (plan.source, plan.target):
            client = await stack.enter_async_context(_client(platform))
            ends.append(End.of(client, place))
        migration = await stack.enter_async_context(
            Migration(
                *ends,
                mapping=plan.mapping,
                journal=plan.journal,
                retry_failed=plan.retry_failed,
            )
        )
        for caution in await migration.open():
            output.note(("Note: ", "yellow"), caution)
        return await _move(migration, plan, output)


def _client(platform: str) -> AsyncClient:
    """Return a client of the account that the environment names."""
    client: AsyncClient = client_class(platform)()
    return client


async def _move(migration: Migration, plan: MigratePlan, output: Output) -> int:
    with output.working(f"Reading {migration.source}"):
        await migration.read()
    result = MigrateResult(
        source=str(migration.source),
        target=str(migration.target),
        read=migration.counts,
        report_path=plan.report,
    )
    told = ", ".join(f"{count:,} {word}" for word, count in result.read.items())
    output.note(f"{migration.source}: {told or 'no contacts'}")
    report = ReportFile(plan.report, source=plan.map_path or Path(os.devnull), force=plan.force)
    result.earlier_report = report.kept
    with interruptible(functools.partial(output.note, _STOPPING)) as interruption:
        try:
            with report:
                await _Run(migration, plan, report, output, interruption, result).steps()
        except SentoriError as error:
            result.error = error
        finally:
            result.interrupted = interruption.requested
            tell(result, output)
    return result.exit_code


@attrs.frozen
class _Run:
    """The steps of one migration after reading."""

    migration: Migration
    plan: MigratePlan
    report: ReportFile
    output: Output
    interruption: Interruption
    result: MigrateResult

    async def steps(self) -> None:
        """Write all contacts, then opt-outs that came meanwhile, and read back if wanted."""
        self._account_for_left_out()
        count = sum(self.result.read.values())
        await self._job("migrate", count, late=False)
        if self.interruption.requested:
            return
        with self.output.working(f"Reading who has left {self.migration.source} meanwhile"):
            late = await self.migration.read_late()
        if late or self.migration.has_late:
            await self._job("late opt-out", late, late=True)
        if not self.plan.verify or self.interruption.requested:
            return
        with self.output.working(f"Reading {self.migration.target} back"):
            self.result.verification = await self.migration.verify(self._tell_difference)

    def _account_for_left_out(self) -> None:
        tally = Tally(action=_READ)
        for number, one in enumerate(self.migration.left_out(), 1):
            self.report.write(number, one.source, _READ, "failed", reason=one.why)
            tally.count(number, "failed", None, one.why)
        if tally.total:
            self.result.tallies.append(tally)

    def _tell_difference(self, found: Difference) -> None:
        self.report.write(found.row, found.contact, "verify", "differs", reason=found.reason)

    async def _job(self, action: str, count: int, *, late: bool) -> None:
        tally = Tally(action=action, target=str(self.migration.target))
        self.result.tallies.append(tally)
        progress = progress_for(self.output, tally, count)

        def show(_: object) -> None:
            self.report.flush()
            progress.show()

        job = self.migration.write_late if late else self.migration.write
        stream = job(progress=show)
        stream.report.expected = count
        tally.report = stream.report
        try:
            await self._settle_all(stream, tally)
        finally:
            progress.end()

    async def _settle_all(self, stream: OutcomeStream, tally: Tally) -> None:
        async with stream:
            with self.interruption.ends(stream.drain):
                while page := await stream.page():
                    for outcome in page:
                        self._settle(outcome, tally)

    def _settle(self, outcome: BulkOutcome, tally: Tally) -> None:
        row = outcome.index + 1
        tally.count(row, outcome.status, outcome.error)
        self.report.write(
            row,
            outcome.contact,
            tally.action,
            outcome.status,
            error=outcome.error,
            attempts=outcome.attempts,
        )
