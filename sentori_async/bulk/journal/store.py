"""The journal's file; everything here runs in the journal's thread and blocks.

A commit is durable when it returns: SQLite has told the operating system to put it on the disk
(``synchronous=FULL`` in WAL mode), which outlives the process, the system and the power, as far as
the disk does what it says.
"""

from __future__ import annotations

import itertools
import os
import socket
import sqlite3
import time
from pathlib import Path
from typing import Any, Final

import attrs
import orjson

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.database import Database
from sentori_async.bulk.journal.entries import IntentEntry, Known, OutcomeEntry
from sentori_async.bulk.journal.header import JOURNAL
from sentori_async.bulk.journal.home import Job
from sentori_async.bulk.journal.states import State, States
from sentori_async.errors import BulkError

_REMEDY: Final = "nothing is sent that is not in it; see to the disk, and run the same job again"


class Store:
    """One journal, opened for one run of its job.

    Attributes:
        highest: The highest row number that an earlier run recorded, or -1.
        last_needed: The highest one that this run must see again, or -1.
        chunk: The highest number of a request with many rows, or 0.
    """

    def __init__(self, path: str | os.PathLike[str], *, most_bytes: int | None = None) -> None:
        """Prepare to open the journal at a path.

        Args:
            path: Where it is, or will be.
            most_bytes: How large it may grow; None leaves that to the disk.
        """
        self.highest = -1
        self.last_needed = -1
        self.chunk = 0
        self._file = Database(path, JOURNAL, _REMEDY, most_bytes=most_bytes)
        self._run = 0
        self._states = States(0, -1, self._read)

    # ------------------------------------------------------------------------------- opening

    @property
    def path(self) -> Path:
        """Where it is."""
        return self._file.path

    def open(
        self,
        job: Job,
        *,
        retry_failed: bool,
        expected: int | None = None,
        unfinished: bool = False,
    ) -> None:
        """Open the journal of a job, or begin it, and begin a run.

        Args:
            job: Which job.
            retry_failed: Whether rows that failed are sent again.
            expected: How many rows the input has, where it says so.
            unfinished: Whether a journal of a run that is finished is refused.

        Raises:
            BulkError: It is in use, of another job, finished, damaged, or no journal.
        """

        def check() -> None:
            self._check(job)
            if unfinished:
                self._check_unfinished(job)

        self._file.open(lambda db: self._fill(db, job), check)
        try:
            self._write_apart()
            with self._file.reading():
                self._look_back(retry_failed=retry_failed)
            self._begin_run(expected)
        except BaseException:
            self.close()
            raise

    def _fill(self, db: sqlite3.Connection, job: Job) -> None:
        db.executescript(schema.TABLES + schema.VIEWS)
        db.execute(
            "INSERT INTO jobs (platform, base_url, account, verb, target, via, options, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*attrs.astuple(job), time.time()),
        )

    def _check(self, job: Job) -> None:
        """See that the file is this job's."""
        found = self._file.opened.execute(
            "SELECT platform, base_url, account, verb, target, via, options FROM jobs"
        ).fetchall()
        if len(found) != 1:
            raise self._file.damaged("it does not say which job it is of")
        names = [field.name for field in attrs.fields(Job)]
        kept = Job(**dict(zip(names, found[0], strict=True)))
        if not kept.is_same(job):
            msg = (
                f"the journal {self.path} is of another job ({kept}), and this one is {job}: "
                "name another file"
            )
            raise BulkError(msg)

    def _check_unfinished(self, job: Job) -> None:
        """See that no run has come to its end."""
        finished = "SELECT EXISTS (SELECT 1 FROM runs WHERE status = 'finished')"
        if self._file.opened.execute(finished).fetchone()[0]:
            raise BulkError(
                f"the journal {self.path} is of an earlier {job.verb}, which is finished: "
                "name another file for this one"
            )

    def _write_apart(self) -> None:
        """Write rows that are on their way like all others."""
        with self._file.transaction() as db:
            db.execute(schema.WRITE_APART)
            db.execute(schema.EMPTY_PLACES)

    def _look_back(self, *, retry_failed: bool) -> None:
        db = self._file.opened
        found = db.execute(schema.LOOK_BACK).fetchone()
        self.highest, self.last_needed, self.chunk, doubtful = found
        if doubtful:
            db.execute(schema.FIND_OVERTAKEN, {"retry_failed": retry_failed})
            db.execute("CREATE INDEX temp.overtaken_rows ON overtaken (number)")
        else:
            db.execute("CREATE TEMP TABLE overtaken (number INTEGER PRIMARY KEY)")

    def _begin_run(self, expected: int | None) -> None:
        with self._file.transaction() as db:
            db.execute("UPDATE runs SET status = 'killed' WHERE status = 'running'")
            found = db.execute(
                "INSERT INTO runs (job, started_at, status, expected, host, pid)"
                " VALUES (1, ?, 'running', ?, ?, ?)",
                (time.time(), expected, socket.gethostname(), os.getpid()),
            )
            self._run = found.lastrowid or 0
        self._states = States(self._run, self.highest, self._read)

    # ------------------------------------------------------------------------------- running

    def page(self, first: int, count: int) -> dict[int, Known]:
        """Return what is known of some rows, by their numbers.

        Raises:
            BulkError: The journal is damaged.
        """
        with self._file.reading():
            rows = self._file.opened.execute(schema.READ_PAGE, (first, first + count)).fetchall()
        return {row[0]: Known(*row) for row in rows}

    def commit(
        self, intents: list[IntentEntry], outcomes: list[OutcomeEntry], pace: Any = None
    ) -> None:
        """Put down rows that are about to be sent, and what became of others; durable at the end.

        Raises:
            BulkError: It cannot be written; nothing of it is.
        """
        with self._file.writing():
            self._put(intents, outcomes)
            if pace is not None:
                self._keep("pace", pace)

    def _put(self, intents: list[IntentEntry], outcomes: list[OutcomeEntry]) -> None:
        rows = self._states.apply(intents, outcomes, time.time())
        if len(rows) > schema.MOST_AT_ONCE:
            with self._file.transaction():
                many = len(rows) // schema.MOST_OF_MANY * schema.MOST_OF_MANY
                for at in range(0, many, schema.MOST_OF_MANY):
                    self._insert(rows[at : at + schema.MOST_OF_MANY])
                for at in range(many, len(rows), schema.MOST_AT_ONCE):
                    self._insert(rows[at : at + schema.MOST_AT_ONCE])
        elif rows:
            # One statement that is its own transaction: after each statement the thread would
            # have to wait for the interpreter's lock, which a busy loop is slow to give.
            self._insert(rows)

    def _insert(self, rows: list[State]) -> None:
        size = schema.rounded(len(rows))
        # One that is put down twice is there once.
        padding = [rows[-1]] * (size - len(rows))
        values = list(itertools.chain(*rows, *padding))
        self._file.opened.execute(schema.put(size), values)

    def _read(self, numbers: list[int]) -> list[Any]:
        return self._file.opened.execute(schema.READ_ROWS, (_json(numbers),)).fetchall()

    def pace(self) -> Any:
        """Return what was kept of the pace, or None."""
        with self._file.reading():
            found = self._file.opened.execute(
                "SELECT value FROM state WHERE name = 'pace'"
            ).fetchone()
            return None if found is None else orjson.loads(found[0])

    def _keep(self, name: str, value: Any) -> None:
        self._file.opened.execute(
            "INSERT OR REPLACE INTO state VALUES (?, ?)", (name, _json(value))
        )

    def end_run(self, status: str, account: dict[str, Any]) -> None:
        """Put down how the run ended.

        Raises:
            BulkError: It cannot be written.
        """
        self._write_apart()
        with self._file.transaction() as db:
            db.execute(
                "UPDATE runs SET ended_at = ?, status = ?, counts = ?, requests = ?, retries = ?,"
                " cause = ? WHERE id = ?",
                (
                    time.time(),
                    status,
                    _json(account["counts"]),
                    account["requests"],
                    account["retries"],
                    account["cause"],
                    self._run,
                ),
            )

    def close(self) -> None:
        """Close the file and let others have it; harmless when it is closed."""
        self._file.close()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
