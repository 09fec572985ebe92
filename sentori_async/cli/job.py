"""One bulk job over the rows of a file.

1. Every row taken has one line in the report file, whatever happens: also the rows in flight when
   the job is cancelled, which end as unknown.
2. Only rows in flight are kept in memory.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final, Self

import attrs

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import Verb, Via
from sentori_async.cli.columns import Columns
from sentori_async.cli.interrupt import Interruption
from sentori_async.cli.report_file import ReportFile
from sentori_async.cli.tally import Tally
from sentori_async.errors import BulkError
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.sources import RefusedRow, Row, RowFile
from sentori_async.sources.marks import Marks

_BLANK: Final = "the row is empty"
_SUPERSEDED: Final = "a later row of the same contact was sent with this one merged into it"
_CANCELLED: Final = "the job was cancelled while the row was on its way: send it again"


@attrs.frozen
class Item:
    """A row on its way into a job.

    Attributes:
        number: The row's number in the file.
        contact: The address, as far as the row has one.
        row: What the bulk verb takes.
    """

    number: int
    contact: str
    row: object


class Feed:
    """Give a job its rows, and remember those it has not settled."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Begin before the first row."""
        self._items = items
        self._in_flight: dict[int, Item] = {}

    def __iter__(self) -> Iterator[object]:
        """Yield what the bulk verb takes."""
        for index, item in enumerate(self._items):
            self._in_flight[index] = item
            yield item.row

    def settle(self, index: int) -> Item:
        """Return the row of an outcome, and forget it."""
        return self._in_flight.pop(index)

    def settle_rest(self) -> list[Item]:
        """Return the rows that will have no outcome, and forget them."""
        rest = list(self._in_flight.values())
        self._in_flight.clear()
        return rest


class Spool:
    """The rows that succeeded, for the next job: in a file that only this process can open."""

    def __init__(self) -> None:
        """Make the file, unlinked at once and mode 0600."""
        self._file: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - see __exit__
        self._count = 0

    def add(self, number: int, address: str) -> None:
        """Keep one more row."""
        self._file.write(json.dumps([number, address]) + "\n")
        self._count += 1

    def __len__(self) -> int:
        """Return how many rows are kept."""
        return self._count

    def __iter__(self) -> Iterator[Item]:
        """Yield the rows in the order they were kept."""
        self._file.seek(0)
        for line in self._file:
            number, address = json.loads(line)
            yield Item(number, address, address)

    def __enter__(self) -> Self:
        """Return the spool itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file, which removes it."""
        self._file.close()


@attrs.frozen(kw_only=True)
class Job:
    """What a job needs besides its rows.

    Attributes:
        client: The client of the account.
        verb: The bulk verb.
        list_id: The list it is about, or None.
        via: How rows are sent.
        tally: What counts the rows.
        report: The file that every row's outcome goes to.
        interruption: Whether somebody pressed Ctrl-C.
        failed: Where the numbers of rows that did not succeed are kept.
        journal: The file that lets the job go on where it was, or None.
        retry_failed: Whether rows that failed in an earlier run are sent again.
        dry_run: Whether everything is done but to send.
    """

    client: AsyncSentori
    verb: Verb
    list_id: str | None = None
    via: Via = "single"
    tally: Tally
    report: ReportFile
    interruption: Interruption
    failed: Marks
    journal: Path | None = None
    retry_failed: bool = False
    dry_run: bool = False

    async def run(
        self,
        items: Iterable[Item],
        count: int,
        show: Callable[[], None],
        succeeded: Spool | None = None,
    ) -> None:
        """Send every row.

        Args:
            items: The rows.
            count: How many there are.
            show: Called now and then, to show the progress.
            succeeded: What keeps the rows that succeeded.

        Raises:
            BulkError: The job was stopped; every row taken is accounted for.
            ConfigurationError: The report cannot be written any more.
        """
        feed = Feed(items)

        def progress(_: object) -> None:
            self.report.flush()
            show()

        stream = self.client.bulk.stream(
            self.verb,
            feed,
            self.list_id,
            via=self.via,
            journal=self.journal,
            retry_failed=self.retry_failed,
            dry_run=self.dry_run,
            progress=progress,
        )
        stream.report.expected = count
        self.tally.report = stream.report
        try:
            async with stream:
                with self.interruption.ends(stream.drain):
                    while page := await stream.page():
                        for outcome in page:
                            self.settle(feed.settle(outcome.index), outcome, succeeded)
        finally:
            for item in feed.settle_rest():
                self.tell(item.number, item.contact, "unknown", _CANCELLED)

    def settle(self, item: Item, outcome: BulkOutcome, succeeded: Spool | None) -> None:
        """Account for a row that has its outcome."""
        contact = outcome.contact or item.contact
        if isinstance(outcome.error, BulkError):
            outcome.error.say_where(f"{self.tally.counts} {item.number}")
        merged = outcome.status == "skipped" and outcome.error is None
        why = _SUPERSEDED if merged else ""
        self.tally.count(item.number, outcome.status, outcome.error, why)
        self.report.write(
            item.number,
            contact,
            self.tally.action,
            outcome.status,
            error=outcome.error,
            reason=why,
            attempts=outcome.attempts,
        )
        if outcome.ok:
            if succeeded is not None:
                succeeded.add(item.number, contact)
        elif not merged:
            self.failed.add(item.number)

    def tell(self, number: int, contact: str, status: str, why: str) -> None:
        """Account for a row that the bulk verb never saw, or never answered for."""
        if status == "unknown":
            self.failed.add(number)
        self.tally.count(number, status, None, why)
        self.report.write(number, contact, self.tally.action, status, reason=why)

    def contacts(self, rows: RowFile, columns: Columns) -> Iterator[Item]:
        """Yield a file's rows as contacts; blank ones are accounted for and left out."""
        for row in rows:
            if isinstance(row, Row) and row.blank:
                self.tell(row.number, "", "skipped", _BLANK)
                continue
            yield _item(row, columns)


def _item(row: Row | RefusedRow, columns: Columns) -> Item:
    contact = columns.contact(row)
    return Item(row.number, columns.address(contact), contact)
