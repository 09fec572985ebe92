"""The one SQLite connection behind a sandbox.

1. Every statement runs under one lock: the server's loop and a test's own thread may both call.
2. Writes happen inside ``with database:``, which commits at its end, or rolls back on an exception.
   Blocks nest, and the outermost one decides; so a request commits once.
3. A state file is created with mode 0600 and brought back to it: it holds contact data.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn

from sentori_async.errors import ConfigurationError, SentoriError

_APPLICATION_ID: Final = 0x53_4E_54_52  # "SNTR": tells our files from other people's databases
_FORMAT: Final = 1


class Database:
    """SQLite, in memory or in a file."""

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        """Open the state.

        Args:
            path: The file, or None to keep the state in memory.

        Raises:
            ConfigurationError: The file cannot be used as a state file.
        """
        self._lock = threading.RLock()
        self._depth = 0
        self._connection: sqlite3.Connection | None = _open(path)
        self._execute: Callable[..., sqlite3.Cursor] = self._connection.execute

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        with self._lock:
            return self._execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """Run one statement and return its first row, or None."""
        with self._lock:
            found: tuple[Any, ...] | None = self._execute(sql, values).fetchone()
            return found

    def value(self, sql: str, *values: Any) -> Any:
        """Run one statement and return its only value."""
        row = self.row(sql, *values)
        return row[0] if row else None

    def run(self, sql: str, *values: Any) -> int:
        """Run one writing statement and return the id of the row it inserted."""
        with self._lock:
            # Outside of any block SQLite makes a transaction of the one statement.
            return self._execute(sql, values).lastrowid or 0

    def run_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        """Run one writing statement for each set of values."""
        with self:
            self._open.executemany(sql, values)

    def script(self, sql: str) -> None:
        """Run statements that create tables; outside of any transaction."""
        with self._lock:
            self._open.executescript(sql)

    def close(self) -> None:
        """Close the connection; twice is harmless."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
                self._execute = _refuse

    def __enter__(self) -> None:
        self._lock.acquire()
        try:
            if self._depth == 0:
                self._execute("BEGIN")
        except BaseException:
            self._lock.release()
            raise
        self._depth += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._depth -= 1
        try:
            if self._depth == 0:
                self._end(self._open, keep=error is None)
        finally:
            self._lock.release()

    @staticmethod
    def _end(connection: sqlite3.Connection, *, keep: bool) -> None:
        try:
            if keep:
                connection.execute("COMMIT")
        finally:
            # A failed commit may leave the transaction open; a full disk has ended it already.
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    @property
    def _open(self) -> sqlite3.Connection:
        return self._connection or _refuse()


def _refuse(*_: object) -> NoReturn:
    raise SentoriError("the sandbox is closed: read its state before leaving the block")


def _open(path: str | os.PathLike[str] | None) -> sqlite3.Connection:
    if path is None or os.fspath(path) == ":memory:":
        return _set(_connect(":memory:"), "journal_mode = MEMORY", "foreign_keys = ON")
    file = Path(path)
    try:
        # Created here, because SQLite would let the umask decide who may read it.
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
        connection = _connect(file)
        try:
            _claim(connection, file)
            file.chmod(0o600)
            # NORMAL syncs at checkpoints only: a commit survives the process, which is enough here.
            return _set(
                connection, "journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"
            )
        except BaseException:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as error:
        raise ConfigurationError(f"{file} cannot be used as a state file: {error}") from error


def _connect(where: str | Path) -> sqlite3.Connection:
    return sqlite3.connect(
        where,
        isolation_level=None,  # transactions are begun by hand, once per request
        check_same_thread=False,  # the lock above stands in for the check
    )


def _set(connection: sqlite3.Connection, *pragmas: str) -> sqlite3.Connection:
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _claim(connection: sqlite3.Connection, file: Path) -> None:
    """Mark a new file as ours, and refuse one that is somebody else's before changing it."""
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables == 0:
        _set(connection, f"application_id = {_APPLICATION_ID}", f"user_version = {_FORMAT}")
    elif (owner, version) != (_APPLICATION_ID, _FORMAT):
        raise ConfigurationError(f"{file} is not a state file of this sandbox: choose another name")
