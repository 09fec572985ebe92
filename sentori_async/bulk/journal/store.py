"""The journal's file; everything here runs in the journal's thread and blocks.

A commit is durable when it returns: SQLite has told the operating system to put it on the disk
(``synchronous=FULL`` in WAL mode), which outlives the process, the system and the power, as far as
the disk does what it says.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import attrs
import orjson

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.entries import IntentEntry, Known, OutcomeEntry
from sentori_async.bulk.journal.header import is_new
from sentori_async.bulk.journal.home import Job
from sentori_async.bulk.journal.lock import FileLock
from sentori_async.bulk.journal.states import State, States
from sentori_async.errors import BulkError

# Fewer checkpoints than the 1,000 pages that SQLite proposes: each one holds commits up.
_WAL_PAGES: Final = 4_000


class Store:
    """One journal, opened for one run of its job.

    Attributes:
        path: Where it is.
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
        self.path = Path(path).resolve()
        self.highest = -1
        self.last_needed = -1
        self.chunk = 0
        self._most_bytes = most_bytes
        self._lock = FileLock(self.path)
        self._db: sqlite3.Connection | None = None
        self._run = 0
        self._states = States(0, -1, self._read)

    # ------------------------------------------------------------------------------- opening

    def open(self, job: Job, *, retry_failed: bool, expected: int | None = None) -> None:
        """Open the journal of a job, or begin it, and begin a run.

        Args:
            job: Which job.
            retry_failed: Whether rows that failed are sent again.
            expected: How many rows the input has, where it says so.

        Raises:
            BulkError: It is in use, of another job, damaged, or no journal.
        """
        try:
            self._lock.take()
            new = is_new(self.path)
            if new:
                self._create(job)
            self.path.chmod(0o600)
            with self._reading():
                self._db = self._connect(self.path)
                self._db.execute("PRAGMA journal_mode = WAL").fetchone()
                self._db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
                if not new:
                    self._check(job)
                self._look_back(retry_failed=retry_failed)
            self._begin_run(expected)
        except OSError as error:
            self.close()
            msg = f"the journal {self.path} cannot be opened: {error.strerror}"
            raise BulkError(msg) from error
        except BaseException:
            self.close()
            raise

    def _connect(self, path: Path) -> sqlite3.Connection:
        # Isolation is ours to say: no statement begins a transaction by itself.
        db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        db.execute("PRAGMA synchronous = FULL")
        if self._most_bytes is not None:
            size = db.execute("PRAGMA page_size").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {max(1, self._most_bytes // size)}")
        return db

    def _create(self, job: Job) -> None:
        """Make the journal under another name and give it its own when it is complete."""
        descriptor, name = tempfile.mkstemp(".new", f"{self.path.name}-", self.path.parent)
        os.close(descriptor)
        draft = Path(name)
        try:
            with self._writing(), contextlib.closing(self._connect(draft)) as db:
                db.executescript(
                    f"PRAGMA application_id = {schema.APPLICATION_ID};"
                    f"PRAGMA user_version = {schema.VERSION};" + schema.TABLES + schema.VIEWS
                )
                values = attrs.astuple(job)
                db.execute(
                    "INSERT INTO jobs (platform, base_url, account, verb, target, via, options,"
                    " created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, time.time()),
                )
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(self.path.parent)

    def _check(self, job: Job) -> None:
        """See that the file is sound and this job's."""
        db = self._opened
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise self._damaged("SQLite finds its structure broken")
        found = db.execute(
            "SELECT platform, base_url, account, verb, target, via, options FROM jobs"
        ).fetchall()
        if len(found) != 1:
            raise self._damaged("it does not say which job it is of")
        names = [field.name for field in attrs.fields(Job)]
        kept = Job(**dict(zip(names, found[0], strict=True)))
        if not kept.is_same(job):
            msg = (
                f"the journal {self.path} is of another job ({kept}), and this one is {job}: "
                "name another file"
            )
            raise BulkError(msg)

    def _look_back(self, *, retry_failed: bool) -> None:
        db = self._opened
        found = db.execute(schema.LOOK_BACK).fetchone()
        self.highest, self.last_needed, self.chunk, doubtful = found
        if doubtful:
            db.execute(schema.FIND_OVERTAKEN, {"retry_failed": retry_failed})
            db.execute("CREATE INDEX temp.overtaken_rows ON overtaken (number)")
        else:
            db.execute("CREATE TEMP TABLE overtaken (number INTEGER PRIMARY KEY)")

    def _begin_run(self, expected: int | None) -> None:
        with self._writing(), self._transaction() as db:
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
        with self._reading():
            rows = self._opened.execute(schema.READ_PAGE, (first, first + count)).fetchall()
        return {row[0]: Known(*row) for row in rows}

    def commit(
        self, intents: list[IntentEntry], outcomes: list[OutcomeEntry], pace: Any = None
    ) -> None:
        """Put down rows that are about to be sent, and what became of others; durable at the end.

        Raises:
            BulkError: It cannot be written; nothing of it is.
        """
        with self._writing():
            self._put(intents, outcomes)
            if pace is not None:
                self._keep("pace", pace)

    def _put(self, intents: list[IntentEntry], outcomes: list[OutcomeEntry]) -> None:
        rows = self._states.apply(intents, outcomes, time.time())
        if len(rows) > schema.MOST_AT_ONCE:
            with self._transaction():
                for at in range(0, len(rows), schema.MOST_AT_ONCE):
                    self._insert(rows[at : at + schema.MOST_AT_ONCE])
        elif rows:
            # One statement that is its own transaction: after each statement the thread would
            # have to wait for the interpreter's lock, which a busy loop is slow to give.
            self._insert(rows)

    def _insert(self, rows: list[State]) -> None:
        values = list(itertools.chain.from_iterable(rows))
        self._opened.execute(schema.put(len(rows)), values)

    def _read(self, numbers: list[int]) -> list[Any]:
        return self._opened.execute(schema.READ_ROWS, (_json(numbers),)).fetchall()

    def pace(self) -> Any:
        """Return what was kept of the pace, or None."""
        with self._reading():
            found = self._opened.execute("SELECT value FROM state WHERE name = 'pace'").fetchone()
            return None if found is None else orjson.loads(found[0])

    def _keep(self, name: str, value: Any) -> None:
        self._opened.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (name, _json(value)))

    def end_run(self, status: str, account: dict[str, Any]) -> None:
        """Put down how the run ended.

        Raises:
            BulkError: It cannot be written.
        """
        with self._writing(), self._transaction() as db:
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
        db, self._db = self._db, None
        try:
            if db is not None:
                db.close()
        except sqlite3.Error:
            # The checkpoint at closing: what was committed stays in the -wal file.
            pass
        finally:
            self._lock.leave()

    # -------------------------------------------------------------------------------- errors

    @property
    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            raise BulkError(f"the journal {self.path} is closed")
        return self._db

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        db = self._opened
        db.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.execute("COMMIT")
        except BaseException:
            # A full disk may have ended it already, or refuse even this.
            with contextlib.suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from error

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:
            raise self._unusable(error) from error
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self._damaged(str(error)) from error

    def _unusable(self, error: Exception) -> BulkError:
        return BulkError(
            f"the journal {self.path} cannot be used ({error}): nothing is sent that is not in it; "
            "see to the disk, and run the same job again"
        )

    def _damaged(self, why: str) -> BulkError:
        return BulkError(
            f"the journal {self.path} is damaged ({why}); it was left as it is: keep a copy, and "
            "begin another one"
        )


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
