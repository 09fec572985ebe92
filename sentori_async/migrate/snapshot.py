"""What was read of the source, in one SQLite file: the input of all that is written.

1. The file holds contact data: only its owner may read it (mode 0600).
2. Nothing is written to a target before the source was read to its end: who has opted out
   anywhere is known before anybody is subscribed.
3. Once it is whole it does not change, but for opt-outs that came later, which are added at its
   end: so the rows of a migration are the same whenever it is taken up again.
4. Two contacts that become one get the standing of the one that wants least, and so do contacts
   that are the same one at the source.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

import attrs
import orjson

from sentori_async.errors import BulkError, ConfigurationError
from sentori_async.migrate.sides import Standing

_APPLICATION_ID: Final = 0x53_4D_49_47  # "SMIG"
_SCHEMA: Final = """
CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE people (
    position INTEGER PRIMARY KEY, late INTEGER NOT NULL, key TEXT NOT NULL,
    identity TEXT NOT NULL, fields BLOB NOT NULL, standing INTEGER NOT NULL, UNIQUE (key, late)
);
CREATE TABLE sources (source TEXT, key TEXT, PRIMARY KEY (source, key)) WITHOUT ROWID;
CREATE TABLE opted_out (source TEXT PRIMARY KEY, standing INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE left_out (source TEXT PRIMARY KEY, standing INTEGER NOT NULL, why TEXT NOT NULL);
CREATE TABLE members (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE unseen (position INTEGER PRIMARY KEY);
"""
# Of two readings of the same contact, the fields of the fuller one stand.
_PUT: Final = """
INSERT INTO people (late, key, identity, fields, standing) VALUES (0, ?, ?, ?, ?)
ON CONFLICT (key, late) DO UPDATE SET
    standing = max(standing, excluded.standing),
    fields = CASE WHEN length(excluded.fields) > length(fields)
        THEN excluded.fields ELSE fields END
"""
_PUT_SOURCE: Final = "INSERT OR IGNORE INTO sources VALUES (?, ?)"
# What came late is marked with its standing, as a contact may leave and complain one day later.
_PUT_LATE: Final = """
INSERT OR IGNORE INTO people (late, key, identity, fields, standing) VALUES (?, ?, ?, ?, ?)
"""
# The same of contacts that were read before, whatever the target knows them by.
_SPREAD: Final = """
INSERT OR IGNORE INTO people (late, key, identity, fields, standing)
SELECT ?1, key, identity, fields, ?1 FROM people
WHERE NOT late AND key IN (SELECT key FROM sources WHERE source = ?2)
    AND (SELECT max(p.standing) FROM people AS p WHERE p.key = people.key) < ?1
"""
_OPT_OUT: Final = """
INSERT INTO opted_out VALUES (?, ?) ON CONFLICT DO UPDATE SET
    standing = max(standing, excluded.standing)
"""
_LEAVE_OUT: Final = """
INSERT INTO left_out VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET
    standing = max(standing, excluded.standing)
"""
_WORST: Final = """
SELECT max(o.standing) FROM sources AS s JOIN opted_out AS o USING (source) WHERE s.key = people.key
"""
_SETTLE: Final = f"UPDATE people SET standing = max(standing, coalesce(({_WORST}), 0))"  # noqa: S608 - ours
_LAST_WORD: Final = "SELECT max(standing) FROM people WHERE key = ?"
_PAGE: Final = """
SELECT position, key, identity, fields, standing FROM people
WHERE position > ? AND (late > 0) = ? ORDER BY position LIMIT ?
"""
# Everybody once, with the standing that late opt-outs leave.
_EVERYBODY: Final = """
SELECT position, key, identity, fields,
    (SELECT max(p.standing) FROM people AS p WHERE p.key = people.key)
FROM people WHERE position > ? AND (? = 0 OR position IN (SELECT position FROM unseen))
    AND position = (SELECT min(p.position) FROM people AS p WHERE p.key = people.key)
ORDER BY position LIMIT ?
"""


@attrs.define(repr=False)
class Migrant:
    """A contact on its way.

    Attributes:
        position: Its place among the contacts, from 1.
        key: What all spellings of its identity share at the target.
        identity: What the target is to know it by.
        fields: Its other fields, by the target's names.
        standing: How it is to stand to the target's place.
        source: What all spellings of its identity share at the source; "" once it was kept.
    """

    position: int
    key: str
    identity: str
    fields: dict[str, Any]
    standing: Standing
    source: str = ""


@attrs.define(repr=False)
class LeftOut:
    """A contact that cannot be written.

    Attributes:
        source: What all spellings of its identity share at the source.
        standing: How it stands there.
        why: Why it is left out.
    """

    source: str
    standing: Standing
    why: str


class Snapshot:
    """The contacts of one migration; its methods block."""

    def __init__(self, path: Path | None) -> None:
        """Prepare a file at a path; None for one that goes with the migration."""
        self._path = path
        self._stack = contextlib.ExitStack()
        self._db: sqlite3.Connection | None = None

    def open(self, about: str) -> None:
        """Open the file, or begin it.

        Args:
            about: Which migration it is of.

        Raises:
            BulkError: It is of another migration, or no file of this kind.
            ConfigurationError: It cannot be opened, or another process has it.
        """
        path = self._path or Path(self._stack.enter_context(_private_folder())) / "people.db"
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            path.chmod(0o600)
            self._db = sqlite3.connect(path, check_same_thread=False, timeout=0.0)
            self._begin(path, about)
        except (OSError, sqlite3.Error) as error:
            self.close()
            raise ConfigurationError(
                f"the file {path} cannot be used ({error}): another process may have it, or it is "
                "damaged"
            ) from error
        except BulkError:
            self.close()
            raise

    def _begin(self, path: Path, about: str) -> None:
        db = self._open
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        is_new = self._value("PRAGMA page_count") == 0
        with db:
            db.execute("BEGIN EXCLUSIVE")
            if is_new:
                # As a whole: a process that is killed in between leaves an empty file.
                db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                for statement in _SCHEMA.split(";"):
                    db.execute(statement)
                db.execute("INSERT INTO about VALUES ('migration', ?)", (about,))
                return
            if self._value("PRAGMA application_id") != _APPLICATION_ID:
                raise BulkError(f"{path} holds something else: name another journal")
            found = db.execute("SELECT value FROM about WHERE name = 'migration'").fetchone()
        if found != (about,):
            raise BulkError(
                f"{path} is of another migration: give the places and the map as they were, or "
                "name another journal"
            )

    @property
    def _open(self) -> sqlite3.Connection:
        if self._db is None:
            raise BulkError("the contacts of the migration are not open")
        return self._db

    def close(self) -> None:
        """Close the file; one without a path of its own is removed."""
        if self._db is not None:
            self._db.close()
            self._db = None
        self._stack.close()

    def __enter__(self) -> Self:
        """Return the snapshot itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    # --------------------------------------------------------------------------------- reading

    @property
    def is_whole(self) -> bool:
        """Whether the source was read to its end."""
        return self._value("SELECT count(*) FROM about WHERE name = 'whole'") > 0

    def forget(self) -> None:
        """Begin anew: what was read of a source and not to its end is worth nothing."""
        with self._open as db:
            for table in ("people", "sources", "opted_out", "left_out"):
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - ours

    def put(self, people: Iterable[Migrant], left_out: Iterable[LeftOut]) -> None:
        """Keep some contacts."""
        people, left_out = list(people), list(left_out)
        with self._open as db:
            db.executemany(_PUT, [_row(one) for one in people])
            db.executemany(_PUT_SOURCE, [(one.source, one.key) for one in people])
            db.executemany(_LEAVE_OUT, [(one.source, one.standing, one.why) for one in left_out])
            db.executemany(_OPT_OUT, _opt_outs(people, left_out))

    def put_late(self, people: Iterable[Migrant], left_out: Iterable[LeftOut]) -> int:
        """Keep who has opted out since the source was read, and return how many are new."""
        people, left_out = list(people), list(left_out)
        before = self.count(late=True)
        with self._open as db:
            for one in people:
                (known,) = db.execute(_LAST_WORD, (one.key,)).fetchone()
                if one.standing and (known is None or one.standing > known):
                    db.execute(_PUT_LATE, (int(one.standing), *_row(one)))
            outs = _opt_outs(people, left_out)
            db.executemany(_SPREAD, [(standing, source) for source, standing in outs])
        return self.count(late=True) - before

    def finish(self) -> None:
        """Give every contact the standing it has by all that was read; no more will come."""
        with self._open as db:
            db.execute(_SETTLE)
            db.execute("INSERT OR REPLACE INTO about VALUES ('whole', '1')")

    # --------------------------------------------------------------------------------- writing

    def page(self, after: int, size: int, *, late: bool) -> list[Migrant]:
        """Return the next contacts after a position, in order."""
        return _people(self._open.execute(_PAGE, (after, late, size)))

    def counts(self) -> dict[str, int]:
        """Return how many contacts there are of each standing."""
        return self._counted(
            "SELECT standing, count(*) FROM people WHERE NOT late GROUP BY standing"
        )

    def count(self, *, late: bool) -> int:
        """Return how many contacts there are, or how many opted out late."""
        return self._value(f"SELECT count(*) FROM people WHERE (late > 0) = {int(late)}")  # noqa: S608 - a digit

    def left_out(self) -> Iterator[LeftOut]:
        """Yield the contacts that cannot be written, and are not carried over by another one."""
        rows = self._open.execute(
            "SELECT source, standing, why FROM left_out AS l WHERE NOT EXISTS "
            "(SELECT 1 FROM sources WHERE source = l.source) ORDER BY rowid"
        )
        for source, standing, why in rows:
            yield LeftOut(source, Standing(standing), why)

    # ---------------------------------------------------------------------------- reading back

    def forget_looks(self) -> None:
        """Forget what was seen at the target before."""
        with self._open as db:
            db.execute("DELETE FROM members")
            db.execute("DELETE FROM unseen")

    def put_members(self, keys: Iterable[str]) -> None:
        """Keep who is subscribed at the target."""
        with self._open as db:
            db.executemany("INSERT OR IGNORE INTO members VALUES (?)", [(key,) for key in keys])

    def is_member(self, key: str) -> bool:
        """Tell whether a contact is subscribed at the target."""
        found = self._open.execute("SELECT 1 FROM members WHERE key = ?", (key,))
        return found.fetchone() is not None

    def everybody(self, after: int, size: int, *, unseen: bool) -> list[Migrant]:
        """Return the next contacts after a position, each once and with its last standing.

        Args:
            after: The position.
            size: How many at most.
            unseen: Whether only those are wanted that were not seen at the target before.
        """
        return _people(self._open.execute(_EVERYBODY, (after, unseen, size)))

    def note_unseen(self, positions: Iterable[int]) -> None:
        """Keep who was not seen at the target, to be looked for again."""
        with self._open as db:
            db.executemany("INSERT OR IGNORE INTO unseen VALUES (?)", [(n,) for n in positions])

    def note_seen(self, positions: Iterable[int]) -> None:
        """Look for these no more."""
        with self._open as db:
            db.executemany("DELETE FROM unseen WHERE position = ?", [(n,) for n in positions])

    def count_unseen(self) -> int:
        """Return how many are to be looked for again."""
        return self._value("SELECT count(*) FROM unseen")

    def _value(self, sql: str) -> int:
        found: int = self._open.execute(sql).fetchone()[0]
        return found

    def _counted(self, sql: str) -> dict[str, int]:
        return {Standing(number).word: count for number, count in self._open.execute(sql)}


def _people(rows: Iterable[tuple[Any, ...]]) -> list[Migrant]:
    return [
        Migrant(position, key, identity, orjson.loads(fields), Standing(standing))
        for position, key, identity, fields, standing in rows
    ]


def _row(one: Migrant) -> tuple[Any, ...]:
    return (one.key, one.identity, orjson.dumps(one.fields, default=str), int(one.standing))


def _opt_outs(people: list[Migrant], left_out: list[LeftOut]) -> list[tuple[str, int]]:
    outs = [(one.source, int(one.standing)) for one in people if one.standing]
    return outs + [(one.source, int(one.standing)) for one in left_out if one.standing]


def _private_folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="sentori-")
