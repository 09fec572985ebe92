"""The account of a sync."""

from __future__ import annotations

from typing import Final

import attrs

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.report import BulkReport

VERIFIED: Final = object()
"""The result of a row that was not sent, as the platform has its values."""


@attrs.define(eq=False, repr=False)
class SyncReport(BulkReport):
    """The account of a sync: that of what was sent, and what was not.

    ``total`` counts what has an outcome: rows that were sent or refused, earlier rows of the same
    contact (skipped), and contacts that were to be removed, whose index follows those of the input.
    When a sync has finished, every row read is either one of the unchanged or among these.
    After a dry run all of it says what would be, and nothing was sent.

    Attributes:
        read: How many rows the input had.
        unchanged: How many contacts had a row like the one that was last sent.
        added: How many contacts that the state did not have were sent, with success.
        changed: How many that it had were sent, with success.
        superseded: How many rows came before another one of the same contact; they are skipped.
        missing: How many contacts of the state the input did not have.
        removed: How many of these were removed, with success.
        verified: How many of the unchanged ones were read from the platform and found as sent.
        differing: How many were found otherwise, or not at all, and sent again with success.
    """

    read: int = 0
    unchanged: int = 0
    added: int = 0
    changed: int = 0
    superseded: int = 0
    missing: int = 0
    removed: int = 0
    verified: int = 0
    differing: int = 0

    def count(self, outcome: BulkOutcome) -> None:
        """Account for one more outcome; one that was only verified is none."""
        if outcome.result is VERIFIED:
            self.unchanged += 1
            self.verified += 1
            return
        super().count(outcome)

    def __repr__(self) -> str:
        """Show the counts, and no contact."""
        names = ("read", "unchanged", "added", "changed", "superseded", "missing", "removed")
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in names)
        return f"SyncReport({shown}, {super().__repr__()})"
