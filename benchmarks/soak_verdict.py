"""The report's word on every row, laid against what the account holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import attrs

from benchmarks.soak_jobs import Found, Job, Truth
from benchmarks.soak_rows import Row

# What a platform says of the row itself; all other errors are about the way there.
_REFUSALS: Final = frozenset(
    {"AlreadyExists", "ContactSuppressed", "NotFound", "StateConflict", "ValidationFailed"}
)
_SHOWN: Final = 10


@attrs.frozen
class Told:
    """What was said of a row: plain values, as they come from the client's process."""

    index: int
    status: str
    error: str | None
    attempts: int


@attrs.frozen(kw_only=True)
class Account:
    """What the client's process says of a whole job.

    Attributes:
        by_status: How many rows ended how, as the report counts them.
        requests: How many requests went out; None where nobody counted on that side.
        retries: How many attempts were repeats, likewise.
        duration_s: How long the job took, in seconds.
        peak_bytes: The most memory that the process has held.
        notes: What else the report says.
        aborted: Why the job stopped early, or None.
    """

    by_status: dict[str, int]
    requests: int | None
    retries: int | None
    duration_s: float
    peak_bytes: int
    notes: Sequence[str] = ()
    aborted: str | None = None


@attrs.define(kw_only=True)
class Verdict:
    """How far the report and the account agree.

    Attributes:
        rows: How many rows the job had.
        lost: Rows without an outcome, or with a success of which nothing is there.
        doubled: What took effect twice, or for a contact that no row names.
        misreported: Successes with other values there, failures although carried out, and
            figures of the report that its own outcomes contradict.
        unknown: Rows of which the report says that nobody can know.
        unknown_done: How many of those were carried out.
        wrongs: The first of what is wrong, in words.
    """

    rows: int
    lost: int = 0
    doubled: int = 0
    misreported: int = 0
    unknown: int = 0
    unknown_done: int = 0
    wrongs: list[str] = attrs.field(factory=list)

    @property
    def wrong(self) -> int:
        """How much is wrong."""
        return self.lost + self.doubled + self.misreported

    def say(self, text: str) -> None:
        """Keep an example of what is wrong, unless there are enough."""
        if len(self.wrongs) < _SHOWN:
            self.wrongs.append(text)


def judged(
    job: Job, truth: Truth, told: Iterable[Told], account: Account, *, rows: int, seen: int
) -> Verdict:
    """Compare a job's outcomes with what became of its rows.

    Args:
        job: The job.
        truth: What the account holds.
        told: The outcomes, in any order.
        account: The report.
        rows: How many rows there were.
        seen: How many requests the server has seen.
    """
    verdict = Verdict(rows=rows)
    sent = [job.row(n) for n in range(rows)]
    outcomes: dict[int, Told] = {}
    for one in told:
        if one.index in outcomes or not 0 <= one.index < rows:
            verdict.misreported += 1
            verdict.say(f"row {one.index} has an outcome too many: {one.status}")
        outcomes[one.index] = one
    for n, row in enumerate(sent):
        _judge(verdict, row, outcomes.get(n), job.found(truth, row), n)
    for address in job.doubled(truth, sent, account.notes):
        verdict.doubled += 1
        verdict.say(f"{address} is there twice, or changed without a row")
    _judge_report(verdict, outcomes.values(), account, seen)
    return verdict


def _judge(verdict: Verdict, row: Row, told: Told | None, found: Found, n: int) -> None:
    """Count what an outcome says against what is found."""
    if told is None:
        verdict.lost += 1
        verdict.say(f"row {n} has no outcome, and is {found.value}")
        return
    if told.status == "unknown":
        verdict.unknown += 1
        verdict.unknown_done += found is Found.AS_SENT
        return
    wrong = _wrong_failure if told.status in {"failed", "skipped"} else _wrong_success
    kind = wrong(row, told, found)
    if kind is not None:
        setattr(verdict, kind, getattr(verdict, kind) + 1)
        said = told.status if told.error is None else f"{told.status} ({told.error})"
        verdict.say(f"row {n} is {said} after {told.attempts} attempts, and is {found.value}")


def _wrong_success(row: Row, told: Told, found: Found) -> str | None:
    """Return what is wrong about a success, if anything."""
    if found is Found.NOTHING:
        return "lost"
    if found is Found.OTHER:
        return "misreported"
    claims = {"added": False, "updated": True}.get(told.status)
    if claims is None or row.existed is None or claims is row.existed:
        return None
    return "misreported"


def _wrong_failure(row: Row, told: Told, found: Found) -> str | None:
    """Return what is wrong about a failure, if anything."""
    if found is Found.AS_SENT and not row.may_be_so:
        return "misreported"
    if told.error in _REFUSALS and told.error not in row.refusals:
        return "misreported"
    return None


def _judge_report(verdict: Verdict, told: Iterable[Told], account: Account, seen: int) -> None:
    """Compare the report's figures with its outcomes, and with what the server has seen."""
    counted = Counter(one.status for one in told)
    if counted != Counter(account.by_status):
        verdict.misreported += 1
        verdict.say(f"the report counts {account.by_status}, and its outcomes are {counted}")
    if account.requests is not None and account.requests < seen:
        verdict.misreported += 1
        verdict.say(f"the report counts {account.requests} requests, and the server saw {seen}")
    if account.aborted is not None:
        verdict.misreported += 1
        verdict.say(f"the job was aborted: {account.aborted}")
