"""One SQLite file that holds what must not be lost, opened by one process at a time.

1. It is made under another name, and gets its own when it is complete.
2. One that is something else, damaged, or of another version is never written to.
3. It holds contact data: mode 0600.
4. A commit is durable when it returns, as far as the disk does what it says.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from sentori_async.bulk.journal.header import Kind, is_new
from sentori_async.bulk.journal.lock import FileLock
from sentori_async.errors import BulkError

# Fewer checkpoints than the 1,000 pages that SQLite proposes: each one holds commits up.
_WAL_PAGES: Final = 4_000


class Database:
    """One file of a kind, with its lock.

    Attributes:
        path: Where it is.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        kind: Kind,
        remedy: str,
        *,
        most_bytes: int | None = None,
    ) -> None:
        """Prepare to open the file at a path.

        Args:
            path: Where it is, or will be.
            kind: What it is.
            remedy: What a user is to do when it can be written no more.
            most_bytes: How large it may grow; None leaves that to the disk.
        """
        self._most_bytes = most_bytes
        self.path = Path(path).resolve()
        self._kind = kind
        self._remedy = remedy
        self._lock = FileLock(self.path, kind.noun)
        self._db: sqlite3.Connection | None = None
        self._is_used = False

    def open(
        self, fill: Callable[[sqlite3.Connection], None], check: Callable[[], None]
    ) -> sqlite3.Connection:
        """Open the file, or make it.

        Args:
            fill: Fill a new one.
            check: See that one that is there is the right one.

        Raises:
            BulkError: It is in use, damaged, or something else.
        """
        try:
            self._open(fill, check)
        except OSError as error:
            self.close()
            raise BulkError(f"{self} cannot be opened: {error.strerror}") from error
        except BaseException:
            self.close()
            raise
        return self.opened

    def _open(self, fill: Callable[[sqlite3.Connection], None], check: Callable[[], None]) -> None:
        self._lock.take()
        new = is_new(self.path, self._kind)
        if new:
            self._create(fill)
        self.path.chmod(0o600)
        with self.reading():
            self._db = self._connect(self.path)
            if not new:
                self._require_sound(self._db)
                check()
            self._db.execute("PRAGMA journal_mode = WAL").fetchone()
            self._db.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        self._is_used = True

    def _connect(self, path: str | Path) -> sqlite3.Connection:
        # Isolation is ours to say: no statement begins a transaction by itself.
        db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        db.execute("PRAGMA synchronous = FULL")
        if self._most_bytes is not None:
            size = db.execute("PRAGMA page_size").fetchone()[0]
            db.execute(f"PRAGMA max_page_count = {max(1, self._most_bytes // size)}")
        return db

    def _require_sound(self, db: sqlite3.Connection) -> None:
        if db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise self.damaged("SQLite finds its structure broken")

    def _create(self, fill: Callable[[sqlite3.Connection], None]) -> None:
        descriptor, name = tempfile.mkstemp(".new", f"{self.path.name}-", self.path.parent)
        os.close(descriptor)
        draft = Path(name)
        try:
            with self.writing(), contextlib.closing(self._connect(draft)) as db:
                db.execute(f"PRAGMA application_id = {self._kind.application_id}")
                db.execute(f"PRAGMA user_version = {self._kind.version}")
                fill(db)
            draft.replace(self.path)
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self.path.parent)

    def close(self) -> None:
        """Close the file and let others have it; harmless when it is closed."""
        db, self._db = self._db, None
        try:
            # Both may fail, as somebody reads it: what was committed stays in the -wal file then.
            if db is not None:
                with contextlib.suppress(sqlite3.Error):
                    if self._is_used:
                        _put_to_rest(db)
                with contextlib.suppress(sqlite3.Error):
                    db.close()
        finally:
            self._lock.leave()

    @property
    def opened(self) -> sqlite3.Connection:
        """The open file."""
        if self._db is None:
            raise BulkError(f"{self} is closed")
        return self._db

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write something as a whole.

        Raises:
            BulkError: It cannot be written; nothing of it is.
        """
        with self.writing():
            db = self.opened
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
    def writing(self) -> Iterator[None]:
        """Translate what goes wrong with a write."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise BulkError(f"{self} cannot be used ({error}): {self._remedy}") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Translate what goes wrong with a read."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise BulkError(f"{self} cannot be used ({error}): {self._remedy}") from error
        except (sqlite3.Error, ValueError, TypeError) as error:
            raise self.damaged(str(error)) from error

    def damaged(self, why: str) -> BulkError:
        """Return the error of a file that is broken."""
        return BulkError(
            f"{self} is damaged ({why}); it was left as it is: keep a copy, and begin another one"
        )

    def __str__(self) -> str:
        """Say what it is and where."""
        return f"the {self._kind.noun} {self.path}"


class Copy(Database):
    """A copy of such a file, which goes with the process; the file itself is only read.

    Where there is none, the copy is a new one, and the file is not made.
    """

    def _open(self, fill: Callable[[sqlite3.Connection], None], check: Callable[[], None]) -> None:
        with self.reading():
            # SQLite unlinks the file of a database without a name at once.
            self._db = self._connect("")
            if is_new(self.path, self._kind):
                fill(self._db)
            else:
                self._read_in(self._db)
                self._require_sound(self._db)
                check()

    def _read_in(self, db: sqlite3.Connection) -> None:
        self._lock.take()
        try:
            # Without a -wal file all of it is in this one, and SQLite need not make any beside it.
            beside = self.path.with_name(f"{self.path.name}-wal")
            way = "mode=ro" if beside.exists() else "immutable=1"
            with contextlib.closing(
                sqlite3.connect(f"{self.path.as_uri()}?{way}", uri=True)
            ) as source:
                source.backup(db)
        finally:
            self._lock.leave()


def _put_to_rest(db: sqlite3.Connection) -> None:
    """Have all of it in one file: who reads one in WAL mode leaves others beside it."""
    db.execute("PRAGMA busy_timeout = 0")
    db.execute("PRAGMA journal_mode = DELETE")


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
