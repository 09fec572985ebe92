"""The state file of a sync; everything here runs in its own thread and blocks."""

from __future__ import annotations

import pickle
import time
from typing import TYPE_CHECKING, Any, Final

import attrs

from sentori_async.bulk.journal.database import Copy, Database
from sentori_async.bulk.sync import schema
from sentori_async.bulk.sync.entries import Batch, Before, Entry
from sentori_async.bulk.sync.schema import BATCH
from sentori_async.errors import BulkError

if TYPE_CHECKING:
    import os
    import sqlite3
    from collections.abc import Iterable

_REMEDY: Final = "nothing is sent that is not in it; see to the disk, and run the same sync again"
_PAGE: Final = 256
_CACHE_KIB: Final = 16 * 1024
# Numbers of contacts that went are not used again until so many are gone.
_SPARSE: Final = 4
_FEW: Final = 100_000


@attrs.frozen(kw_only=True)
class Identity:
    """Which sync a state is of; the key is no part of it.

    Attributes:
        platform: The platform's name.
        base_url: Where it is.
        key_column: The field of a row that says whose it is.
        list_id: The list it is about, or None.
    """

    platform: str
    base_url: str
    key_column: str
    list_id: str | None = None

    def __str__(self) -> str:
        """Say what is synced, and where."""
        about = "" if self.list_id is None else f", list {self.list_id}"
        return f"{self.platform} by {self.key_column} at {self.base_url}{about}"


class State:
    """What each contact was last sent, and what is to be sent in this run.

    Attributes:
        total: How many contacts there were when it was opened.
    """

    def __init__(
        self, path: str | os.PathLike[str], identity: Identity, *, copied: bool = False
    ) -> None:
        """Prepare to open the state at a path.

        Args:
            path: Where it is, or will be.
            identity: Which sync it is of.
            copied: Whether to work on a copy, and to leave it as it is.
        """
        self._file = (Copy if copied else Database)(path, schema.STATE, _REMEDY)
        self._identity = identity
        self._seen = bytearray()
        self._first_new = 0
        self._next_number = 0
        self.total = 0

    def __str__(self) -> str:
        """Say where it is."""
        return str(self._file)

    # ------------------------------------------------------------------------------- opening

    def open(self) -> None:
        """Open the file, or make it.

        Raises:
            BulkError: It is in use, of another sync, damaged, or no state file.
        """
        db = self._file.open(self._fill, self._check)
        try:
            with self._file.writing():
                db.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
                db.execute(schema.SPOOL)
                self._count()
        except BaseException:
            self._file.close()
            raise

    def _fill(self, db: sqlite3.Connection) -> None:
        db.executescript(schema.TABLES)
        db.execute(
            "INSERT INTO syncs (platform, base_url, key_column, list, created_at)"
            " VALUES (?, ?, ?, ?, ?)",
            (*attrs.astuple(self._identity), time.time()),
        )

    def _check(self) -> None:
        found = self._file.opened.execute(
            "SELECT platform, base_url, key_column, list FROM syncs"
        ).fetchall()
        if len(found) != 1:
            raise self._file.damaged("it does not say which sync it is of")
        names = [field.name for field in attrs.fields(Identity)]
        kept = Identity(**dict(zip(names, found[0], strict=True)))
        if kept != self._identity:
            raise BulkError(
                f"{self} is of another sync ({kept}), and this one is {self._identity}: "
                "name another file"
            )

    def _count(self) -> None:
        counted = "SELECT count(*), coalesce(max(number) + 1, 0) FROM contacts"
        self.total, numbers = self._file.opened.execute(counted).fetchone()
        if numbers > _SPARSE * self.total + _FEW:
            with self._file.transaction() as db:
                for statement in schema.NUMBER_ANEW:
                    db.execute(statement)
            numbers = self.total
        self._first_new = self._next_number = numbers
        self._seen = bytearray(numbers // 8 + 1)

    def close(self) -> None:
        """Close the file and let others have it; harmless when it is closed."""
        self._file.close()

    # ----------------------------------------------------------------------------- comparing

    def compare(self, batch: Batch, *, keep_same: bool) -> None:
        """Take note of which contacts rows are of, and put by those that are to be sent.

        Args:
            batch: The rows, at most `BATCH` of them.
            keep_same: Whether those are put by as well that are like what was last sent.

        Raises:
            BulkError: The state is damaged, or there is no room.
        """
        given = batch.given + [None] * (2 * BATCH - len(batch.given))
        with self._file.reading():
            places, numbers = self._file.opened.execute(schema.FIND_SAME, given).fetchone()
        same: list[int] = [] if numbers is None else list(map(int, numbers.split(",")))
        if len(same) == len(batch.rows) and not keep_same:
            again = [n for n, number in enumerate(same) if self._mark(number)]
            if again:
                self._take_back([batch.given[2 * n] for n in again])
            return
        found = {} if places is None else dict(zip(map(int, places.split(",")), same, strict=True))
        with self._file.transaction() as db:
            for n in range(len(batch.rows)):
                if n in found and not keep_same:
                    if self._mark(found[n]):
                        db.execute(schema.DROP_FROM_SPOOL, (batch.given[2 * n],))
                else:
                    self._put_by(db, batch, n, same=n in found)

    def _mark(self, number: int) -> bool:
        """Take note of a contact that the input has; return whether that was known."""
        place, bit = number >> 3, 1 << (number & 7)
        if self._seen[place] & bit:
            return True
        self._seen[place] |= bit
        return False

    def _is_seen(self, number: int) -> bool:
        if number >= self._first_new:
            return True
        return bool(self._seen[number >> 3] & (1 << (number & 7)))

    def _take_back(self, keys: list[str | None]) -> None:
        """Forget earlier rows of contacts, as the later ones are like what was last sent."""
        with self._file.transaction() as db:
            db.executemany(schema.DROP_FROM_SPOOL, [(key,) for key in keys])

    def _put_by(self, db: sqlite3.Connection, batch: Batch, n: int, *, same: bool) -> None:
        key, digest = batch.given[2 * n], batch.given[2 * n + 1]
        contact = batch.contacts[n] if n < len(batch.contacts) else None
        old = None
        before = Before.UNNAMED if key is None else Before.NEW
        found = db.execute(schema.FIND, (key,)).fetchone()
        if found is not None:
            number, known, old, doubtful = found
            self._mark(number)
            if known is None:
                before = Before.NEVER
            elif doubtful:
                before = Before.DOUBTFUL
            else:
                before = Before.SAME if same else Before.SURE
        row = batch.rows[n]
        entry = (batch.start + n, key, digest, contact, old, before, self._kept(row))
        db.execute(schema.PUT_BY, entry)

    def _kept(self, row: object) -> bytes:
        """Return a row as it is put by, which the rows of database cursors know nothing of."""
        if type(row) is not dict and not isinstance(row, tuple) and hasattr(row, "keys"):
            try:
                return pickle.dumps(row)
            except TypeError:
                cells: Any = row
                names: Iterable[str] = cells.keys()
                row = {name: cells[name] for name in names}
        return pickle.dumps(row)

    def counts(self) -> tuple[int, dict[Before, int]]:
        """Return how many contacts of the state the input has, and how many are put by."""
        with self._file.reading():
            found = self._file.opened.execute(schema.COUNT_SPOOL).fetchall()
        seen = int.from_bytes(self._seen, "little").bit_count()
        return seen, {Before(before): count for before, count in found}

    # ------------------------------------------------------------------------------- sending

    def to_send(self, after: int) -> list[tuple[Entry, str | None]]:
        """Return the next contacts that are to be sent, marked as doubtful from now on.

        Args:
            after: The place of the last one before.

        Returns:
            Each with the platform's key that it had the last time, where that is not the state's.

        Raises:
            BulkError: They cannot be marked.
        """
        with self._file.reading():
            found = self._file.opened.execute(schema.READ_SPOOL, (after, _PAGE)).fetchall()
        entries = []
        marks = []
        for place, key, digest, contact, old, before, row in found:
            # Written by this very process, into a file that nobody else can open.
            kept = pickle.loads(row)  # noqa: S301
            entries.append((Entry(place, key, digest, contact, Before(before), kept), old))
            if key is not None:
                marks.append((key, self._next_number, contact))
                self._next_number += before == Before.NEW
        with self._file.transaction() as db:
            db.executemany(schema.DOUBT, marks)
        return entries

    def to_remove(self, after: str) -> tuple[str, list[Entry]]:
        """Return the next contacts that the input did not have, marked as doubtful from now on.

        One whose contact another key of the input names is forgotten, and not removed.

        Args:
            after: The key at which the last call ended.

        Returns:
            The key at which this one ended, "" at the end; and the contacts.

        Raises:
            BulkError: They cannot be marked.
        """
        entries: list[Entry] = []
        with self._file.transaction() as db:
            while not entries:
                page = db.execute(schema.SCAN, (after, _PAGE)).fetchall()
                if not page:
                    return "", []
                after = page[-1][0]
                for key, number, contact, doubtful in page:
                    if self._is_seen(number):
                        continue
                    if contact is not None and self._is_named(db, key, contact):
                        db.execute(schema.DROP, (key,))
                        continue
                    before = Before.DOUBTFUL if doubtful else Before.SURE
                    entries.append(Entry(-1, key, None, contact, before, contact or key))
            db.executemany(schema.DOUBT_KNOWN, [(entry.key,) for entry in entries])
        return after, entries

    def _is_named(self, db: sqlite3.Connection, key: str, contact: str) -> bool:
        others = db.execute(schema.NUMBERS_OF, (contact, key)).fetchall()
        return any(self._is_seen(number) for (number,) in others)

    def settle(self, done: list[Entry], refused: list[Entry], removed: list[Entry]) -> None:
        """Put down what became of contacts.

        Args:
            done: Those that were sent, with success.
            refused: Those that were surely not.
            removed: Those that are gone.

        Raises:
            BulkError: It cannot be written.
        """
        with self._file.transaction() as db:
            db.executemany(schema.CONFIRM, [(e.digest, e.contact, e.key) for e in done])
            # What an earlier run left in doubt is no clearer now.
            sure = [(e.key,) for e in refused if e.before in {Before.SURE, Before.SAME}]
            db.executemany(schema.CLEAR, sure)
            gone = [(e.key,) for e in refused if e.before is Before.NEW]
            db.executemany(schema.DROP, [*gone, *((e.key,) for e in removed)])
