"""The account of a whole job; live while it runs."""

from __future__ import annotations

import os
import pickle
import tempfile
import threading
import weakref
from collections import Counter
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from sentori_async.bulk import shown
from sentori_async.bulk.outcomes import UNSUCCESSFUL, BulkOutcome, Status
from sentori_async.tables import Column, Frames

if TYPE_CHECKING:
    from collections.abc import Iterator

_IN_MEMORY: Final = 1_000


class _Spool:
    """A temporary file of outcomes; the job writes it, and another thread may read meanwhile."""

    def __init__(self) -> None:
        # Unlinked at once and mode 0600: its contact data is ours alone.
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - open as long as this
        self._lock = threading.Lock()
        weakref.finalize(self, self._file.close)

    def append(self, outcome: BulkOutcome) -> None:
        with self._lock:
            self._file.seek(0, os.SEEK_END)
            pickle.dump(outcome, self._file)

    def read(self, position: int) -> tuple[BulkOutcome, int]:
        """Return the outcome at a position, and where the next one is."""
        with self._lock:
            self._file.seek(position)
            return pickle.load(self._file), self._file.tell()  # noqa: S301 - our own private file


class OutcomeLog(Frames):
    """A sized, re-iterable view of kept outcomes.

    The first 1,000 stay in memory; the rest go to a temporary file that only this process can
    open and that disappears with it.
    A copy, in this process or another, holds all of them.
    """

    _most = _IN_MEMORY

    def __init__(self) -> None:
        """Start empty."""
        self._head: list[BulkOutcome] = []
        self._spool: _Spool | None = None
        self._spooled = 0

    def append(self, outcome: BulkOutcome) -> None:
        """Keep one more outcome."""
        if len(self._head) < self._most:
            self._head.append(outcome)
            return
        if self._spool is None:
            self._spool = _Spool()
        self._spool.append(outcome)
        self._spooled += 1

    def __len__(self) -> int:
        """Return how many outcomes are kept."""
        return len(self._head) + self._spooled

    def __iter__(self) -> Iterator[BulkOutcome]:
        """Yield the outcomes in the order they were kept; any number of times."""
        yield from self._head
        yield from self._spooled_ones()

    def _spooled_ones(self) -> Iterator[BulkOutcome]:
        if self._spool is None:
            return
        position = 0
        for _ in range(self._spooled):
            outcome, position = self._spool.read(position)
            yield outcome

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the outcomes themselves: their file is this process's own."""
        return _log_of, (list(self),)

    def __repr__(self) -> str:
        """Show how many there are, and none of them."""
        return f"<{len(self)} outcomes>"

    def _repr_html_(self) -> str:
        return shown.of_outcomes(self)

    def _columns(self) -> list[Column]:
        return shown.columns_of(self)


def _log_of(outcomes: list[BulkOutcome]) -> OutcomeLog:
    log = OutcomeLog()
    for outcome in outcomes:
        log.append(outcome)
    return log


@attrs.define(eq=False, repr=False)
class BulkReport(Frames):
    """The account of a job: one outcome per row taken.

    ``total == succeeded + failed + skipped + unknown`` holds at any moment.

    Attributes:
        by_status: How many rows ended how.
        by_error: How many rows ended with which error, by the error's class name.
        failures: The outcomes of the failed rows.
        unknowns: The outcomes of the rows of which nobody can know.
        notes: What else the account's owner should know, a sentence each: what a request left
            behind that no row's outcome shows.
        requests: How many HTTP requests went out, retries included.
        retries: How many of the attempts were repeats.
        duration_s: How long the job has run, in seconds.
        finished: Whether the job came to its end: that of its input, or a drain or an abort.
        interrupted: Whether it was cancelled: then rows that were in flight are unknown, though a
            journal may tell the next run, and there are rows that were not taken.
        dry_run: Whether nothing was sent: then statuses say what would be expected, `requests` how
            many would be sent at least, and `estimated_s` how long that would take.
        expected: How many rows there are, where the input says so.
        estimated_s: How long the requests take at the present limits, in seconds, after a dry run
            and where there are limits.
    """

    by_status: Counter[Status] = attrs.field(factory=Counter)
    by_error: Counter[str] = attrs.field(factory=Counter)
    failures: OutcomeLog = attrs.field(factory=OutcomeLog)
    unknowns: OutcomeLog = attrs.field(factory=OutcomeLog)
    notes: list[str] = attrs.field(factory=list)
    requests: int = 0
    retries: int = 0
    duration_s: float = 0.0
    finished: bool = False
    interrupted: bool = False
    dry_run: bool = False
    expected: int | None = None
    estimated_s: float | None = None

    @property
    def rows_per_s(self) -> float:
        """How many rows were settled per second so far."""
        return self.total / self.duration_s if self.duration_s > 0 else 0.0

    @property
    def eta_s(self) -> float | None:
        """How long the rest takes at this speed, in seconds; None where nobody can tell."""
        speed = self.rows_per_s
        if self.expected is None or not speed:
            return None
        return max(0, self.expected - self.total) / speed

    @property
    def total(self) -> int:
        """How many rows were taken and have their outcome."""
        return sum(self.by_status.values())

    @property
    def succeeded(self) -> int:
        """How many rows reached the platform and were taken."""
        # The blocking face reads in another thread than the one that counts: copy at a stroke.
        counts = list(self.by_status.items())
        return sum(n for status, n in counts if status not in UNSUCCESSFUL)

    @property
    def failed(self) -> int:
        """How many rows were refused, here or by the platform."""
        return self.by_status["failed"]

    @property
    def skipped(self) -> int:
        """How many rows were not sent, and need not be or could not be."""
        return self.by_status["skipped"]

    @property
    def unknown(self) -> int:
        """How many rows were sent and nobody can know what became of them."""
        return self.by_status["unknown"]

    def count(self, outcome: BulkOutcome) -> None:
        """Account for one more row; the engine calls this."""
        status = outcome.status
        self.by_status[status] += 1
        if outcome.error is not None:
            self.by_error[type(outcome.error).__name__] += 1
        if status == "failed":
            self.failures.append(outcome)
        elif status == "unknown":
            self.unknowns.append(outcome)

    def _repr_html_(self) -> str:
        return shown.of_report(self)

    def _columns(self) -> list[Column]:
        """Tell of the rows that need a look: those that failed, and those of which nobody knows."""
        return shown.columns_of([*self.failures, *self.unknowns])

    def __repr__(self) -> str:
        """Show the counts, and no contact."""
        counts = [("total", self.total), *self.by_status.items(), *self.by_error.items()]
        shown = ", ".join(f"{name}={count}" for name, count in counts)
        return (
            f"BulkReport({shown}, requests={self.requests}, retries={self.retries}, "
            f"duration_s={self.duration_s:.3f})"
        )
