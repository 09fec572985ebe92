"""What a sync came to, for people and for machines."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Any, Final

import attrs

from sentori_async.cli.changes import Changes
from sentori_async.cli.exits import (
    FAILED,
    INTERRUPTED,
    OK,
    STOPPED,
    error_as_json,
    sentences_of,
)
from sentori_async.cli.output import Output
from sentori_async.cli.tally import STATUSES, Reason, Tally
from sentori_async.errors import SentoriError

_STYLES: Final = {"failed": "red", "unknown": "yellow", "skipped": "dim"}
_REASONS_SHOWN: Final = 10
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
        tell_job(tally, output)
    if result.dry_run:
        _tell_rehearsal(result, output)
    _tell_changes(result, output)
    for note in result.notes:
        output.line(f"Note: {note}.")
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
    if result.letters_due is not None:
        output.line(f"Not written yet: {result.letters_due}, as the job is not finished.")
    if result.dead_letters is not None:
        output.line()
        output.line(f"{_rows_of(result.to_repair)} to repair: ", (str(result.dead_letters), "bold"))
    output.line()
    output.line("Every row's outcome: ", (str(result.report_path), "bold"))
    output.line("It holds contact data; only you can read it.")
    output.line(f"Open it with: {opener(result.report_path)}")


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
        output.line(f"At the limits of now, the requests take {sum(known):,.0f} s or more.")


def tell_job(tally: Tally, output: Output) -> None:
    """Print what one job came to."""
    title = tally.action + (f" to {tally.target}" if tally.target else "")
    report = tally.report
    output.line()
    output.line(
        (title, "bold"),
        f": {_rows_of(tally.total)} in {report.duration_s:,.1f} s ({tally.rows_per_s:,.0f} rows/s)",
    )
    for status in STATUSES:
        count = tally.by_status[status]
        if count or status == "failed":
            style = _STYLES.get(status, "green") if count else ""
            output.line((f"  {status:<12} {count:>9,}", style))
            _tell_reasons(tally.reasons(status), output)
    output.line(f"  {'requests':<12} {report.requests:>9,}")
    output.line(f"  {'retries':<12} {report.retries:>9,}")


def _tell_reasons(reasons: list[Reason], output: Output) -> None:
    for reason in reasons[:_REASONS_SHOWN]:
        code = "" if reason.code is None else f" (code {reason.code})"
        output.line(f"    {reason.count:>9,}  {reason.text}{code}")
        output.line(f"               {_rows(reason)}. {reason.remedy}".rstrip())
    if len(reasons) > _REASONS_SHOWN:
        output.line(f"               and {len(reasons) - _REASONS_SHOWN} more reasons")


def _rows_of(count: int) -> str:
    return f"{count:,} row{'s' if count != 1 else ''}"


def _rows(reason: Reason) -> str:
    shown = ", ".join(f"{row}" for row in reason.rows)
    more = reason.count - len(reason.rows)
    return f"row{'s' if reason.count > 1 else ''} {shown}" + (f" and {more:,} more" if more else "")


def opener(path: Path) -> str:
    """Return a command that shows a report."""
    quoted = shlex.quote(str(path))
    return f"{_OPENERS.get(sys.platform, 'xdg-open')} {quoted}, or read it with: less {quoted}"
