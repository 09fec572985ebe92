"""`sentori sync --state`: only the rows that have changed since the last time."""

from __future__ import annotations

import bisect
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import attrs
from cyclopts import Parameter

from sentori_async.bulk.sync.wish import Missing, Wish
from sentori_async.cli.job import Item, Job, Spool
from sentori_async.cli.tally import Tally
from sentori_async.errors import ConfigurationError

if TYPE_CHECKING:
    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.sync.report import SyncReport

_SUPERSEDED: Final = "a later row of the same contact is what counts"


@Parameter(name="*")
@attrs.frozen(kw_only=True)
class Diff:
    """Which rows are sent, and what becomes of contacts that the file has no more."""

    state: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="Send only the rows that have changed since the last sync with this file, which "
            "is made where there is none. It holds addresses, for you alone to read.",
        ),
    ] = None
    missing: Annotated[
        Missing,
        Parameter(
            show_default=True,
            help="With --state: what becomes of contacts that an earlier file had and this one "
            "has not; they are unsubscribed from the --list, or from everything.",
        ),
    ] = "keep"
    max_removals: Annotated[
        str | None,
        Parameter(
            metavar="N",
            help="With --missing: how many they may be at most, as 500, 0.25 or 25%; a tenth of "
            "the contacts, and at most 1,000, if not given.",
        ),
    ] = None

    def check(self, mode: str, *, retry_failed: bool) -> None:
        """See that the options can be meant together.

        Raises:
            ConfigurationError: They cannot.
        """
        if self.state is None:
            if self.missing != "keep" or self.max_removals is not None:
                raise ConfigurationError("--missing and --max-removals need a --state")
            return
        if mode not in {"add-or-update", "import"}:
            raise ConfigurationError("--state goes with --mode add-or-update and import")
        if retry_failed:
            raise ConfigurationError("--retry-failed is what --state does anyway: leave it out")
        self.limit()

    def limit(self) -> float | None:
        """Return the limit as `bulk.sync` takes it.

        Raises:
            ConfigurationError: It is none.
        """
        text = self.max_removals
        if text is None:
            return None
        try:
            if text.endswith("%"):
                return float(text[:-1]) / 100
            return int(text) if text.isdecimal() else float(text)
        except ValueError:
            raise ConfigurationError(f"--max-removals is no number: {text}") from None


ALL_ROWS = Diff()
"""Every row is sent."""


class Places:
    """The numbers of rows by their places, in as little memory as there are gaps between them."""

    def __init__(self) -> None:
        """Begin before the first row."""
        self._places = array("Q")
        self._numbers = array("Q")

    def add(self, place: int, number: int) -> None:
        """Take note of the number of the row at the next place."""
        if not self._places or number - place != self._numbers[-1] - self._places[-1]:
            self._places.append(place)
            self._numbers.append(number)

    def number(self, place: int) -> int:
        """Return the number of the row at a place."""
        n = bisect.bisect_right(self._places, place) - 1
        return self._numbers[n] + place - self._places[n]


async def run_diff(
    job: Job,
    diff: Diff,
    items: Iterable[Item],
    *,
    show: Callable[[], None],
    removals: Tally,
    succeeded: Spool | None,
) -> SyncReport:
    """Send the rows that have changed, and settle what is missing.

    Args:
        job: What sends rows.
        diff: What is wished for.
        items: All rows.
        show: Called now and then, to show the progress.
        removals: The account of contacts that are removed.
        succeeded: What keeps the rows that succeeded.

    Raises:
        BulkError: It was stopped; what has an outcome is accounted for.
        ConfigurationError: The report cannot be written any more.
    """
    places = Places()
    wish = Wish(
        key=None,
        missing=diff.missing,
        list_id=job.list_id,
        max_removals=diff.limit(),
        via=job.via,
        verify=False,
        dry_run=job.dry_run,
    )

    def told(outcome: BulkOutcome) -> None:
        if outcome.index >= sync.report.read:
            _tell_removal(job, removals, outcome)
        else:
            item = Item(places.number(outcome.index), outcome.contact, None)
            job.settle(item, outcome, succeeded)

    def progress(_: object) -> None:
        job.report.flush()
        show()

    sync = job.client.bulk._jobs.sync(  # noqa: SLF001 - the verb itself tells no outcomes
        _rows(items, places),
        diff.state or "",
        wish,
        journal=job.journal,
        progress=progress,
        told=told,
    )
    job.tally.report = sync.report
    with job.interruption.ends(sync.drain):
        report = await sync.run()
    if report.superseded:
        job.tally.count(0, "skipped", None, _SUPERSEDED, times=report.superseded)
    return report


def _tell_removal(job: Job, removals: Tally, outcome: BulkOutcome) -> None:
    """Account for a contact that no row of the file is about."""
    error, action = outcome.error, removals.action
    removals.count(0, outcome.status, error)
    job.report.write(
        0, outcome.contact, action, outcome.status, error=error, attempts=outcome.attempts
    )


def _rows(items: Iterable[Item], places: Places) -> Iterator[object]:
    for place, item in enumerate(items):
        places.add(place, item.number)
        yield item.row
