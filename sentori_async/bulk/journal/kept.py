"""Outcomes that a report reads from the journal, however many there are."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.entries import read_error
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.report import OutcomeLog
from sentori_async.errors import BulkError

if TYPE_CHECKING:
    from pathlib import Path

    from sentori_async.bulk.outcomes import Status

_PAGE: Final = 500


class KeptOutcomes(OutcomeLog):
    """A sized, re-iterable view of outcomes: the first in memory, the others in the journal.

    Those in the journal come in the order of the input, without what the platform answered.
    While the job runs, the latest may not be there yet.
    """

    def __init__(self, path: Path, status: Status, *, kept: int = 0) -> None:
        """Start empty.

        Args:
            path: Where the journal is.
            status: Which outcomes are kept.
            kept: How many the journal has besides.
        """
        super().__init__()
        self._path = path
        self._status = status
        self._kept = kept
        self._broken = False

    def append(self, outcome: BulkOutcome) -> None:
        """Keep one more outcome."""
        if self._broken or len(self._head) < self._most:
            super().append(outcome)
        else:
            self._kept += 1

    def give_up(self) -> None:
        """Keep all that comes in a file of this process: the journal takes no more."""
        self._broken = True

    def __len__(self) -> int:
        """Return how many outcomes are kept."""
        return super().__len__() + self._kept

    def __iter__(self) -> Iterator[BulkOutcome]:
        """Yield the outcomes; any number of times.

        Raises:
            BulkError: The journal cannot be read any more.
        """
        yield from self._head
        if self._kept:
            seen = {outcome.index for outcome in self._head}
            yield from (outcome for outcome in self._recorded() if outcome.index not in seen)
        yield from self._spooled_ones()

    def _recorded(self) -> Iterator[BulkOutcome]:
        last = -1
        while page := self._page(last):
            for number, contact, status, error_class, error, attempts in page:
                told = read_error(error_class, error)
                yield BulkOutcome(number, contact, status, None, told, attempts)
                last = number

    def _page(self, last: int) -> list[Any]:
        uri = f"{self._path.as_uri()}?mode=ro"
        try:
            with contextlib.closing(sqlite3.connect(uri, uri=True)) as db:
                return db.execute(schema.READ_OUTCOMES, (self._status, last, _PAGE)).fetchall()
        except sqlite3.Error as error:
            msg = f"the journal {self._path} cannot be read ({error}): the outcomes are in it"
            raise BulkError(msg) from error

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what is in memory, and where the rest is."""
        state = (self._path, self._status, self._kept, [*self._head, *self._spooled_ones()])
        return _restored, state


def _restored(path: Path, status: Status, kept: int, rest: list[BulkOutcome]) -> KeptOutcomes:
    log = KeptOutcomes(path, status, kept=kept)
    for outcome in rest:
        OutcomeLog.append(log, outcome)
    return log
