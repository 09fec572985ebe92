"""What a migration came to, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from sentori_async.cli.exits import (
    FAILED,
    INTERRUPTED,
    OK,
    STOPPED,
    error_as_json,
    sentences_of,
)
from sentori_async.cli.output import Output
from sentori_async.cli.summary import tell_job, tell_report
from sentori_async.cli.tally import Tally
from sentori_async.errors import SentoriError
from sentori_async.migrate.verification import Verification, masked

_DIFFERENCES_SHOWN: Final = 20


@attrs.define(kw_only=True)
class MigrateResult:
    """What a migration came to.

    Attributes:
        source: Where the contacts were.
        target: Where they were to go.
        read: How many contacts of each standing were read, by its word.
        report_path: The file with every contact's outcome.
        tallies: The account of each job that ran.
        verification: What reading back came to, or None.
        error: What stopped a job, or None.
        interrupted: Whether somebody pressed Ctrl-C.
        earlier_report: Where the report of an earlier run has been kept, or None.
    """

    source: str
    target: str
    read: Mapping[str, int]
    report_path: Path
    tallies: list[Tally] = attrs.field(factory=list)
    verification: Verification | None = None
    error: SentoriError | None = None
    interrupted: bool = False
    earlier_report: Path | None = None

    @property
    def exit_code(self) -> int:
        """The command's exit code."""
        if self.interrupted:
            return INTERRUPTED
        if self.error is not None:
            return STOPPED
        verified = self.verification is None or self.verification.ok
        return OK if verified and all(tally.all_well for tally in self.tallies) else FAILED

    def as_json(self) -> dict[str, Any]:
        """Return the result for machines; it holds no contact data."""
        return {
            "from": self.source,
            "to": self.target,
            "read": dict(self.read),
            "report_file": str(self.report_path),
            "earlier_report": None if self.earlier_report is None else str(self.earlier_report),
            "exit_code": self.exit_code,
            "interrupted": self.interrupted,
            "aborted": None if self.error is None else error_as_json(self.error),
            "jobs": [tally.as_json() for tally in self.tallies],
            "verification": None if self.verification is None else _verified(self.verification),
        }


def _verified(verification: Verification) -> dict[str, Any]:
    return {
        "expected": dict(verification.expected),
        "found": dict(verification.found),
        "differences": verification.differences,
    }


def tell(result: MigrateResult, output: Output) -> None:
    """Print what a migration came to."""
    output.document(result.as_json())
    for tally in result.tallies:
        tell_job(tally, output, stopped_by=result.error)
    if result.verification is not None:
        _tell_verification(result.verification, output)
    if result.error is not None:
        output.line()
        output.line(("Stopped: ", "bold red"), " ".join(sentences_of(result.error)))
    if result.interrupted:
        output.line()
        output.line(("Interrupted. ", "bold yellow"), "Run the same command again to finish.")
    tell_report("Every contact's outcome", result.report_path, result.earlier_report, output)


def _tell_verification(verification: Verification, output: Output) -> None:
    output.line()
    output.line(("read back", "bold"), f": {verification.found.total():,} contacts")
    words = dict.fromkeys((*verification.expected, *verification.found))
    for word in words:
        found, expected = verification.found[word], verification.expected[word]
        output.line(f"  {word:<12} {found:>9,} of {expected:,}")
    style = "red" if verification.differences else ""
    output.line((f"  {'different':<12} {verification.differences:>9,}", style))
    for one in verification.first[:_DIFFERENCES_SHOWN]:
        row = f"row {one.row}, " if one.row else ""
        output.line(f"               {row}{masked(one.contact)}: {one.reason}")
    more = verification.differences - _DIFFERENCES_SHOWN
    if more > 0:
        output.line(f"               and {more:,} more: see the report file")
