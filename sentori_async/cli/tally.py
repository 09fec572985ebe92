"""The account of a job for people: how many rows ended how, and why, with their numbers."""

from __future__ import annotations

import bisect
from collections import Counter
from typing import Any, Final

import attrs

from sentori_async.bulk.outcomes import UNSUCCESSFUL
from sentori_async.bulk.report import BulkReport
from sentori_async.errors import SentoriError, mask
from sentori_async.sources.rows import Counted

_ROWS_SHOWN: Final = 5
# Reasons are few; should they be as many as the rows, memory still does not grow with them.
_REASONS_KEPT: Final = 50
_OTHERS: Final = "other reasons: see the report file"

# Statuses in the order people ask for them.
STATUSES: Final = (
    "added",
    "updated",
    "upserted",
    "subscribed",
    "unsubscribed",
    "deleted",
    "accepted",
    "failed",
    "unknown",
    "skipped",
)


@attrs.define
class Reason:
    """Why rows did not succeed.

    Attributes:
        status: What became of them.
        text: The reason, identities masked.
        error: The error's class name, or "".
        code: The vendor's code, or None.
        remedy: What to do about it, or "".
        count: How many rows it is about.
        rows: The lowest of their numbers.
    """

    status: str
    text: str
    error: str = ""
    code: int | str | None = None
    remedy: str = ""
    count: int = 0
    rows: list[int] = attrs.field(factory=list)

    def is_about(self, error: BaseException) -> bool:
        """Tell whether it is this error that rows ended with."""
        return self.error == type(error).__name__ and self.text == _said(error)

    def add(self, row: int, times: int = 1) -> None:
        """Count one more row, or several without a number."""
        self.count += times
        if not row:
            return
        bisect.insort(self.rows, row)
        del self.rows[_ROWS_SHOWN:]


def _said(error: BaseException) -> str:
    return mask(error.message) if isinstance(error, SentoriError) else ""


@attrs.define(kw_only=True)
class Tally:
    """What became of the rows of one job; it counts what the report file says.

    Attributes:
        action: What the job does, such as "add-or-update".
        target: The list it is about, or None.
        counts: What the rows' numbers count, in the singular.
        within: Whether its requests and its time are in the account of the job before.
        report: The job's own account, for what rows do not tell: requests and time.
        by_status: How many rows ended how.
        by_error: How many rows ended with which error.
    """

    action: str
    target: str | None = None
    counts: Counted = "row"
    within: bool = False
    report: BulkReport = attrs.field(factory=BulkReport)
    by_status: Counter[str] = attrs.field(factory=Counter)
    by_error: Counter[str] = attrs.field(factory=Counter)
    _reasons: dict[tuple[object, ...], Reason] = attrs.field(factory=dict)

    def count(
        self, row: int, status: str, error: SentoriError | None, why: str = "", times: int = 1
    ) -> None:
        """Count one row, with the reason where it was not simply done.

        Args:
            row: The row's number; 0 where no row is about the contact.
            status: What became of it.
            error: Why it did not succeed.
            why: The same in words, where there is no error.
            times: How many rows it is, where they have no number and no error.
        """
        self.by_status[status] += times
        if error is not None:
            name = type(error).__name__
            self.by_error[name] += 1
            code, remedy = getattr(error, "code", None), getattr(error, "remedy", "")
            self._kept(Reason(status, _said(error), name, code, remedy)).add(row)
        elif why:
            self._kept(Reason(status, why)).add(row, times)

    def _kept(self, reason: Reason) -> Reason:
        key: tuple[object, ...] = (reason.status, reason.error, reason.code, reason.text)
        if key not in self._reasons and len(self._reasons) >= _REASONS_KEPT:
            reason = Reason(reason.status, _OTHERS)
            key = (reason.status, _OTHERS)
        return self._reasons.setdefault(key, reason)

    def reasons(self, status: str) -> list[Reason]:
        """Return the reasons of the rows that ended so, those of most rows first."""
        kept = (reason for reason in self._reasons.values() if reason.status == status)
        return sorted(kept, key=lambda reason: -reason.count)

    @property
    def total(self) -> int:
        """How many rows are accounted for."""
        return self.by_status.total()

    @property
    def succeeded(self) -> int:
        """How many rows reached the platform and were taken."""
        return self.total - sum(self.by_status[status] for status in UNSUCCESSFUL)

    @property
    def all_well(self) -> bool:
        """Whether no row failed or is in doubt."""
        return not (self.by_status["failed"] or self.by_status["unknown"])

    @property
    def rows_per_s(self) -> float:
        """How many rows were settled per second."""
        return self.report.total / self.report.duration_s if self.report.duration_s else 0.0

    def as_json(self) -> dict[str, Any]:
        """Return the account for machines; it holds no contact data."""
        reasons = (reason for status in STATUSES for reason in self.reasons(status))
        return {
            "action": self.action,
            "list": self.target,
            "total": self.total,
            "succeeded": self.succeeded,
            "failed": self.by_status["failed"],
            "skipped": self.by_status["skipped"],
            "unknown": self.by_status["unknown"],
            "by_status": {name: self.by_status[name] for name in STATUSES if self.by_status[name]},
            "by_error": dict(self.by_error),
            "reasons": [attrs.asdict(reason) for reason in reasons],
            "requests": self.report.requests,
            "retries": self.report.retries,
            "duration_s": round(self.report.duration_s, 3),
            "rows_per_s": round(self.rows_per_s, 1),
        }
