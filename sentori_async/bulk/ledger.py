"""The record of a job, for looking at it: while it runs, from another process, or years later.

A ledger only reads; the journal that it reads is written by the job itself.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import json
import operator
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import attrs

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.header import is_new
from sentori_async.bulk.journal.home import Job
from sentori_async.bulk.journal.lock import is_in_use
from sentori_async.errors import BulkError, mask

if TYPE_CHECKING:
    from types import TracebackType

ON_ITS_WAY: Final = "on its way"
"""What counts call a row that was sent and has no outcome yet."""

_PAGE: Final = 1_000
_JOB: Final = "SELECT platform, base_url, account, verb, target, via, options FROM jobs"
_RUNS: Final = """
SELECT id, started_at, ended_at, status, expected, counts, requests, retries, cause, host, pid
FROM runs ORDER BY id
"""
_COUNTS: Final = "SELECT outcome, count(*) FROM rows GROUP BY outcome"
_ROWS: Final = """
SELECT number, contact, action, outcome, error_class, error_code, error, attempts, request_id,
    intended_at, settled_at, run
FROM rows
WHERE number > :after
    AND (:outcome IS NULL OR coalesce(outcome, :on_its_way) = :outcome)
    AND (:error IS NULL OR error_class = :error)
    AND (:contact IS NULL OR :contact = contact OR coalesce(contact_key, contact) = lower(:contact))
ORDER BY number LIMIT :limit
"""
_REQUESTS: Final = "SELECT * FROM ({}) WHERE first_row > ? ORDER BY first_row LIMIT ?"


@attrs.frozen
class Run:
    """One run of a job, from its start until it ended or was killed.

    Attributes:
        number: Its number, from 1.
        started_at: When it began.
        ended_at: When it ended; None while it runs, or where it was killed.
        status: "running", "finished", "drained", "aborted", "cancelled" or "killed".
        expected: How many rows the input has, where it says so.
        counts: How many rows ended how, by the run's own account.
        requests: How many HTTP requests it sent, where it ended.
        retries: How many of them were repeats.
        cause: The class of the error that stopped it, or None.
        host: The machine it ran on.
        pid: Its process.
    """

    number: int
    started_at: datetime
    ended_at: datetime | None
    status: str
    expected: int | None
    counts: dict[str, int]
    requests: int | None
    retries: int | None
    cause: str | None
    host: str
    pid: int


@attrs.frozen
class LedgerRow:
    """One row of a job.

    Attributes:
        row: Its place in the input, counted from 0.
        contact: The contact's identity.
        action: What was to be done, such as "add".
        outcome: What became of it; None while it is on its way.
        error: The class of the error, or None.
        code: The vendor's error code, or None.
        message: What was wrong, in words, or None.
        remedy: What to do about it, or None.
        attempts: How often sending was tried, in all runs.
        request_id: The vendor's name for the last request, or None.
        intended_at: When it was about to be sent.
        settled_at: When its outcome was known.
        run: The number of the run that did it.
    """

    row: int
    contact: str
    action: str
    outcome: str | None
    error: str | None
    code: int | str | None
    message: str | None
    remedy: str | None
    attempts: int
    request_id: str | None
    intended_at: datetime | None
    settled_at: datetime | None
    run: int

    def __repr__(self) -> str:
        """Show the fate, with the identity masked."""
        return (
            f"LedgerRow(row={self.row}, contact={mask(self.contact)!r}, outcome={self.outcome!r})"
        )


COLUMNS: Final = tuple(field.name for field in attrs.fields(LedgerRow))


@attrs.frozen
class LedgerRequest:
    """One request that carried rows, as the rows that were last sent with it tell.

    Attributes:
        first_row: The place of its first row in the input, counted from 0.
        rows: How many rows it carried; those that were merged into others are not counted.
        chunk: Its number, where many rows share a request; None for a row's own.
        run: The number of the run that did it.
        attempts: How often sending was tried; for a row's own request, in all runs.
        request_id: The vendor's name for the last attempt, or None.
        begun_at: When it was first about to be sent.
        ended_at: When the last of its outcomes was known; None while it is on its way.
        failed: How many of its rows failed.
        unknown: Of how many of them nobody knows what became.
    """

    first_row: int
    rows: int
    chunk: int | None
    run: int
    attempts: int
    request_id: str | None
    begun_at: datetime
    ended_at: datetime | None
    failed: int
    unknown: int


class Ledger:
    """What a journal has recorded; use it with ``with``, or call `close` when done.

    It holds contact data, as the journal does.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open a journal to read it.

        Raises:
            BulkError: There is none, or it is damaged, or of another version.
        """
        self.path = Path(path).resolve()
        self._numbers = itertools.count()
        try:
            if is_new(self.path):
                raise BulkError(f"there is no journal at {self.path}")
            self._db = sqlite3.connect(f"{self.path.as_uri()}?mode=ro", uri=True)
        except (OSError, sqlite3.Error) as error:
            raise self._unreadable(error) from error
        with self._reading():
            found = self._db.execute(_JOB).fetchone()
        names = [field.name for field in attrs.fields(Job)]
        self.job = Job(**dict(zip(names, found, strict=True)))

    def close(self) -> None:
        """Close the file; twice is harmless."""
        self._db.close()

    def __enter__(self) -> Self:
        """Return the ledger itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def runs(self) -> list[Run]:
        """Return all runs, the first one first.

        A run that was killed could not record its end: it is one that nobody carries on.

        Raises:
            BulkError: The journal cannot be read.
        """
        runs = self._recorded_runs()
        if not _is_running(runs) or is_in_use(self.path):
            return runs
        # It may have ended since it was read, and has then recorded how.
        number, runs = runs[-1].number, self._recorded_runs()
        if _is_running(runs) and runs[-1].number == number:
            runs[-1] = attrs.evolve(runs[-1], status="killed")
        return runs

    def _recorded_runs(self) -> list[Run]:
        with self._reading():
            return [_run(*found) for found in self._db.execute(_RUNS)]

    def counts(self) -> dict[str, int]:
        """Return how many rows ended how; those without an outcome are "on its way".

        Raises:
            BulkError: The journal cannot be read.
        """
        with self._reading():
            found = self._db.execute(_COUNTS).fetchall()
        return {outcome or ON_ITS_WAY: count for outcome, count in found}

    def rows(
        self,
        *,
        outcome: str | None = None,
        error: str | None = None,
        contact: str | None = None,
    ) -> Iterator[LedgerRow]:
        """Yield rows in the order of the input, a page at a time.

        Args:
            outcome: Only those with this outcome, such as "failed" or "on its way".
            error: Only those with an error of this class, such as "ValidationFailed".
            contact: Only those of the contact with this identity.

        Raises:
            BulkError: The journal cannot be read.
        """
        wanted: dict[str, Any] = {
            "outcome": outcome,
            "error": error,
            "contact": contact,
            "on_its_way": ON_ITS_WAY,
            "limit": _PAGE,
            "after": -1,
        }
        while True:
            with self._reading():
                page = [_row(*found) for found in self._db.execute(_ROWS, wanted)]
            yield from page
            if len(page) < _PAGE:
                return
            wanted["after"] = page[-1].row

    def requests(self) -> Iterator[LedgerRequest]:
        """Yield the requests that carried rows, in the order of their first rows, page by page.

        A row is in the request that it was last sent with, and in none where it was not sent.
        Requests of many rows are those there were when the first is asked for.

        Raises:
            BulkError: The journal cannot be read.
        """
        # They are spread over the file: to put them together again for each page would take as
        # many passes as there are pages.
        chunks = f"chunks_{next(self._numbers)}"
        with self._reading():
            self._db.execute(f"CREATE TEMP TABLE {chunks} AS {schema.CHUNK_REQUESTS}")
            self._db.execute(f"CREATE INDEX temp.{chunks}_first ON {chunks} (first_row)")
        try:
            yield from heapq.merge(
                self._request_pages(schema.SINGLE_REQUESTS),
                self._request_pages(f"SELECT * FROM {chunks}"),  # noqa: S608 - our own name
                key=operator.attrgetter("first_row"),
            )
        finally:
            # Who closes the ledger first has it dropped by that.
            with contextlib.suppress(sqlite3.ProgrammingError):
                self._db.execute(f"DROP TABLE temp.{chunks}")

    def _request_pages(self, which: str) -> Iterator[LedgerRequest]:
        query, after = _REQUESTS.format(which), -1
        while True:
            with self._reading():
                found = self._db.execute(query, (after, _PAGE))
                page = [_request(*values) for values in found]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].first_row

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> BulkError:
        return BulkError(f"the journal {self.path} cannot be read ({error})")


def _is_running(runs: list[Run]) -> bool:
    return bool(runs) and runs[-1].status == "running"


def _run(number: int, started: float, ended: float | None, status: str, *rest: Any) -> Run:
    expected, counts, *others = rest
    return Run(
        number,
        datetime.fromtimestamp(started, UTC),
        _time(ended),
        status,
        expected,
        json.loads(counts) if counts else {},
        *others,
    )


def _row(*found: Any) -> LedgerRow:
    number, contact, action, outcome, name, code, error, attempts, request_id, *rest = found
    intended, settled, run = rest
    said = json.loads(error) if error else {}
    return LedgerRow(
        number,
        contact,
        action,
        outcome,
        name,
        code,
        said.get("message"),
        said.get("remedy") or None,
        attempts,
        request_id,
        _time(intended),
        _time(settled),
        run,
    )


def _request(*found: Any) -> LedgerRequest:
    first_row, rows, chunk, run, attempts, request_id, begun, ended, failed, unknown = found
    return LedgerRequest(
        first_row,
        rows,
        chunk,
        run,
        attempts,
        request_id,
        datetime.fromtimestamp(begun, UTC),
        _time(ended),
        failed,
        unknown,
    )


def _time(value: float | None) -> datetime | None:
    return None if value is None else datetime.fromtimestamp(value, UTC)
