"""What a sync with a state found to be otherwise than the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import attrs

if TYPE_CHECKING:
    from sentori_async.bulk.sync.report import SyncReport
    from sentori_async.bulk.sync.wish import Missing

_DONE: Final[dict[Missing, str]] = {"delete": "deleted", "unsubscribe": "unsubscribed"}


@attrs.frozen(kw_only=True)
class Changes:
    """How many contacts are not as they were last sent.

    Attributes:
        added: How many are new, and were sent; after a dry run, how many would be.
        changed: How many were sent otherwise before.
        missing: How many the file has no more.
        removed: How many of these were removed.
        removal: What was to become of them.
    """

    added: int
    changed: int
    missing: int
    removed: int
    removal: Missing

    @classmethod
    def of(cls, report: SyncReport, removal: Missing) -> Self:
        """Return what a sync's account says of them."""
        return cls(
            added=report.added,
            changed=report.changed,
            missing=report.missing,
            removed=report.removed,
            removal=removal,
        )

    def told(self, *, dry_run: bool) -> str:
        """Return it in words; after a dry run they are about what is to come."""
        parts = f"{self.added:,} new, {self.changed:,} changed, {self.missing:,} missing"
        if not self.missing:
            return parts
        if not self.removed:
            return f"{parts} and kept"
        due = "to be " if dry_run else ""
        return f"{parts}, {self.removed:,} of them {due}{_DONE[self.removal]}"
