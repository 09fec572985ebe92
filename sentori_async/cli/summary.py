"""What a sync came to, for people and for machines."""

from __future__ import annotations

import shlex
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs

from sentori_async.cli.changes import Changes
from sentori_async.cli.exits import (
    FAILED,
    INTERRUPTED,
    OK,
    STOPPED,
    cause_of,
    error_as_json,
    sentences_of,
)
from sentori_async.cli.output import Output
from sentori_async.cli.tally import STATUSES, Reason, Tally
from sentori_async.errors import SentoriError
from sentori_async.sources.rows import Counted

_STYLES: Final = {"failed": "red", "unknown": "yellow", "skipped": "dim"}
_REASONS_SHOWN: Final = 10
_STOPPED_FIRST: Final = "the job stopped first: see below"
_OPENERS: Final = {"darwin": "open", "win32": "start"}  # everywhere else: xdg-open


@attrs.define(kw_only=True)
class SyncResult:
    """What a sync came to.

    Attributes:
        file: The file whose rows were sent.
        report_path: The file with every row's outcome.
        tallies: The account of each job that ran.
        left_undone: The job that did not run because an earlier one did not end well, or "".
        error: What stopped a job, or None.
        interrupted: Whether somebody pressed Ctrl-C.
        dead_letters: The file with the rows that did not succeed, or None.
        letters_due: That file, where the job has to be finished first, or None.
        to_repair: How many rows are in it.
        dry_run: Whether nothing was sent.
        unchanged: How many contacts were as they were last sent; None where that is not known.
        changes: How many were not; None where that is not known.
        notes: What no row shows, in sentences.
        earlier_report: Where the report of an earlier run has been kept, or None.
    """

    file: Path
    report_path: Path
    tallies: list[Tally] = attrs.field(factory=list)
    left_undone: str = ""
    error: SentoriError | None = None
    interrupted: bool = False
    dead_letters: Path | None = None
    letters_due: Path | None = None
    to_repair: int = 0
    dry_run: bool = False
    unchanged: int | None = None
    changes: Changes | None = None
    notes: list[str] = attrs.field(factory=list)
    earlier_report: Path | None = None

    @property
    def exit_code(self) -> int:
        """The command's exit code."""
        if self.interrupted:
            return INTERRUPTED
        if self.error is not None:
            return STOPPED
        return OK if all(tally.all_well for tally in self.tallies) else FAILED

    def as_json(self) -> dict[str, Any]:
        """Return the result for machines; it holds no contact data."""
        return {
            "file": str(self.file),
            "report_file": str(self.report_path),
            "earlier_report": None if self.earlier_report is None else str(self.earlier_report),
            "exit_code": self.exit_code,
            "interrupted": self.interrupted,
            "dry_run": self.dry_run,
            "aborted": None if self.error is None else error_as_json(self.error),
            "not_run": self.left_undone or None,
            "dead_letters": None if self.dead_letters is None else str(self.dead_letters),
            "unchanged": self.unchanged,
            "changes": None if self.changes is None else attrs.asdict(self.changes),
            "jobs": [tally.as_json() for tally in self.tallies],
        }


def tell(result: SyncResult, output: Output) -> None:
    """Print what a sync came to."""
    output.document(result.as_json())
    for tally in result.tallies:
        tell_job(tally, output, stopped_by=result.error)
    if result.dry_run:
        _tell_rehearsal(result, output)
    _tell_changes(result, output)
    for note in result.notes:
        output.line(f"Note: {note}.")
    _tell_stop(result, output)
    if result.letters_due is not None:
        output.line(f"Not written yet: {result.letters_due}, as the job is not finished.")
    if result.dead_letters is not None:
        output.line()
        output.line(f"{rows_of(result.to_repair)} to repair: ", (str(result.dead_letters), "bold"))
    tell_report("Every row's outcome", result.report_path, result.earlier_report, output)


def _tell_stop(result: SyncResult, output: Output) -> None:
    if result.error is not None:
        output.line()
        output.line(("Stopped: ", "bold red"), " ".join(sentences_of(result.error)))
        output.line("Mend that, then run the same command again.")
        output.line("Rows that were not sent are still in the file.")
    if result.interrupted:
        output.line()
        output.line(("Interrupted. ", "bold yellow"), "Run the same command again to finish.")
    if result.left_undone:
        output.line(f"Not done: {result.left_undone}.")


def tell_report(what: str, path: Path, earlier: Path | None, output: Output) -> None:
    """Say where the report is and, to somebody at a terminal, how it is opened.

    Args:
        what: What is in it.
        path: Where it is.
        earlier: Where the one of an earlier run is now.
        output: Where that is said.
    """
    output.line()
    output.line(f"{what}: ", (str(path), "bold"))
    if earlier is not None:
        output.line(f"The report of the run before is kept as {earlier.name}.")
    output.line("It holds contact data; only you can read it.")
    if output.watched:
        output.line(f"Open it with: {opener(path)}")


def _tell_changes(result: SyncResult, output: Output) -> None:
    if result.unchanged is not None:
        output.line()
        words = "contact is as it was" if result.unchanged == 1 else "contacts are as they were"
        output.line(f"{result.unchanged:,} {words} last sent.")
    if result.changes is not None:
        output.line(f"Since then: {result.changes.told(dry_run=result.dry_run)}.")


def _tell_rehearsal(result: SyncResult, output: Output) -> None:
    times = [tally.report.estimated_s for tally in result.tallies]
    known = [time_s for time_s in times if time_s is not None]
    output.line()
    output.line(("Nothing was sent: ", "bold"), "this was a dry run, and shows what is expected.")
    if known:
        least_s = round(sum(known))
        time = f"{timedelta(seconds=least_s)}" if least_s else "a moment"
        output.line(f"At the limits of now, the requests take {time} or more.")


def tell_job(tally: Tally, output: Output, *, stopped_by: SentoriError | None = None) -> None:
    """Print what one job came to.

    Args:
        tally: The account of the job.
        output: Where it is printed.
        stopped_by: What stopped the command, which is told in full after the jobs.
    """
    where = "from" if tally.action == "unsubscribe" else "to"
    title = tally.action + (f" {where} {tally.target}" if tally.target else "")
    report = tally.report
    output.line()
    pace = f" in {report.duration_s:,.1f} s ({tally.rows_per_s:,.0f} rows/s)"
    output.line((title, "bold"), f": {rows_of(tally.total)}{'' if tally.within else pace}")
    for status in STATUSES:
        count = tally.by_status[status]
        if count or status == "failed":
            style = _STYLES.get(status, "green") if count else ""
            output.line((f"  {status:<12} {count:>9,}", style))
            _tell_reasons(tally, status, output, stopped_by)
    if tally.within:
        return
    output.line(f"  {'requests':<12} {report.requests:>9,}")
    output.line(f"  {'retries':<12} {report.retries:>9,}")


def _tell_reasons(
    tally: Tally, status: str, output: Output, stopped_by: SentoriError | None
) -> None:
    reasons = tally.reasons(status)
    for reason in reasons[:_REASONS_SHOWN]:
        text, remedy = reason.text, reason.remedy
        if stopped_by is not None and reason.is_about(cause_of(stopped_by)):
            text, remedy = _STOPPED_FIRST, ""
        elif reason.code is not None:
            text += f" (code {reason.code})"
        output.line(f"    {reason.count:>9,}  {text}")
        more = " ".join(filter(None, (_places(reason, tally.counts), remedy)))
        if more:
            output.line(f"               {more}")
    if len(reasons) > _REASONS_SHOWN:
        output.line(f"               and {len(reasons) - _REASONS_SHOWN} more reasons")


def rows_of(count: int) -> str:
    """Return how many rows there are, in words."""
    return counted(count, "row")


def counted(count: int, noun: str) -> str:
    """Return how many there are of something, in words."""
    return f"{count:,} {noun}{'s' if count != 1 else ''}"


def _places(reason: Reason, counts: Counted) -> str:
    """Return where the rows of a reason are; "" where no row is about its contacts."""
    if not reason.rows:
        return ""
    shown = ", ".join(f"{row}" for row in reason.rows)
    more = reason.count - len(reason.rows)
    named = f"{counts}{'s' if reason.count > 1 else ''} {shown}"
    return named + (f" and {more:,} more." if more else ".")


def opener(path: Path) -> str:
    """Return a command that shows a report."""
    quoted = shlex.quote(str(path))
    return f"{_OPENERS.get(sys.platform, 'xdg-open')} {quoted}, or read it with: less {quoted}"
