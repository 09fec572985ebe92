"""What is to be sent or removed, as the engine takes it, and what became of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from sentori_async.bulk.intake import Outlet
from sentori_async.bulk.rows import END, NOT_YET, Source
from sentori_async.bulk.sync.entries import Before, Entry
from sentori_async.bulk.sync.report import VERIFIED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sentori_async.bulk.outcomes import BulkOutcome
    from sentori_async.bulk.sync.report import SyncReport


class Waiting(Source):
    """Contacts that wait to be sent or removed, fetched page by page.

    Attributes:
        under_way: Those that were taken and have no outcome yet, by their places.
    """

    def __init__(self, fetch: Callable[[], Awaitable[list[Entry]]], end: int | None = None) -> None:
        """Begin before the first page.

        Args:
            fetch: Return the next page; an empty one at the end.
            end: How many rows the input has; None where it is no input.
        """
        self._fetch = fetch
        self._end = end
        self._place = 0
        self._ready: deque[Entry] = deque()
        self._turn = asyncio.Lock()
        self._ended = False
        self._stopped = False
        self.under_way: dict[int, Entry] = {}

    def take_now(self) -> object:
        """Return the next row, END, or NOT_YET."""
        if self._ready and not self._stopped:
            entry = self._ready.popleft()
            self._place = entry.place
            self.under_way[entry.place] = entry
            return entry.row
        if not (self._ended or self._stopped):
            return NOT_YET
        self._place = self._place + 1 if self._end is None else self._end
        return END

    async def take(self) -> object:
        """Return the next row or END.

        Raises:
            BulkError: The state cannot be used.
        """
        async with self._turn:
            if not (self._ready or self._ended or self._stopped):
                page = await self._fetch()
                self._ready.extend(page)
                self._ended = not page
            return self.take_now()

    def stop(self) -> None:
        """Let whoever waits in `take` have END, now and from now on."""
        self._stopped = True

    def place(self, after: int) -> int:  # noqa: ARG002 - the input's, whatever was left out
        """Return the place in the input of the row just taken, or how many it has."""
        return self._place

    def untaken(self) -> Iterable[Entry]:
        """Return those that were fetched and never taken; after the job."""
        return self._ready


class Settled(Outlet):
    """What became of contacts, until it is put down."""

    def __init__(
        self,
        waiting: Waiting,
        report: SyncReport,
        *,
        removing: bool = False,
        told: Callable[[BulkOutcome], object] | None = None,
    ) -> None:
        """Listen to a job.

        Args:
            waiting: What it takes.
            report: The account of the sync.
            removing: Whether it removes what it takes.
            told: Called with every outcome.
        """
        self._waiting = waiting
        self._report = report
        self._removing = removing
        self._told = told
        self._clear()

    def _clear(self) -> None:
        self._done: list[Entry] = []
        self._refused: list[Entry] = []
        self._removed: list[Entry] = []

    @property
    def full(self) -> bool:
        """Whether no more rows should be taken: never, a page is the most that is under way."""
        return False

    async def room(self) -> None:
        """Return at once."""

    def put(self, outcome: BulkOutcome) -> None:
        """Take one more outcome."""
        entry = self._waiting.under_way.pop(outcome.index, None)
        if self._told is not None and outcome.result is not VERIFIED:
            self._told(outcome)
        if entry is None or entry.key is None or outcome.status == "unknown":
            return
        if outcome.result is VERIFIED:
            self._done.append(entry)
        elif not outcome.ok:
            self._refused.append(entry)
        elif self._removing:
            self._removed.append(entry)
            self._report.removed += 1
        else:
            self._done.append(entry)
            self._count(entry)

    def _count(self, entry: Entry) -> None:
        if entry.before in {Before.NEW, Before.NEVER}:
            self._report.added += 1
        elif entry.before is Before.SAME:
            self._report.differing += 1
        else:
            self._report.changed += 1

    def give_back(self) -> None:
        """Take it that what was never taken was not sent; after the job."""
        self._refused += [entry for entry in self._waiting.untaken() if entry.key is not None]

    def taken(self) -> tuple[list[Entry], list[Entry], list[Entry]] | None:
        """Return what is to be put down since the last time, as `State.settle` takes it."""
        found = self._done, self._refused, self._removed
        if not any(found):
            return None
        self._clear()
        return found
