"""The state: one connection, one transaction per request, one private file."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async.errors import ConfigurationError, SentoriError
from sentori_async.sandbox.database import Database

TABLE = "CREATE TABLE IF NOT EXISTS t (n INTEGER UNIQUE)"


@pytest.fixture(params=["memory", "file"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(None if request.param == "memory" else tmp_path / "state.db")
    made.script(TABLE)
    yield made
    made.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_block_commits_at_its_end(database: Database) -> None:
    with database:
        database.run("INSERT INTO t VALUES (?)", 1)
        database.run_many("INSERT INTO t VALUES (?)", [(2,), (3,)])
    assert database.rows("SELECT n FROM t") == [(1,), (2,), (3,)]


def test_an_exception_undoes_the_outermost_block(database: Database) -> None:
    with pytest.raises(LookupError), database:
        with database:
            database.run("INSERT INTO t VALUES (?)", 1)
        raise LookupError
    assert database.value("SELECT count(*) FROM t") == 0
    database.run("INSERT INTO t VALUES (?)", 2)
    assert database.row("SELECT n FROM t") == (2,)


def test_a_failing_statement_leaves_the_connection_usable(database: Database) -> None:
    database.run("INSERT INTO t VALUES (?)", 1)
    with pytest.raises(sqlite3.IntegrityError):
        database.run("INSERT INTO t VALUES (?)", 1)
    assert database.run("INSERT INTO t VALUES (?)", 2) == 2


def test_a_failing_commit_is_undone(database: Database) -> None:
    database.script(
        "CREATE TABLE parent (n INTEGER PRIMARY KEY);"
        "CREATE TABLE child (n INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
    )
    with pytest.raises(sqlite3.IntegrityError):
        database.run("INSERT INTO child VALUES (?)", 7)
    assert database.value("SELECT count(*) FROM child") == 0


def test_two_threads_take_turns(database: Database) -> None:
    """A thread waits for the other one's block to end, and so never sees half of it."""
    inside, seen = threading.Event(), []

    def read() -> None:
        inside.wait()
        seen.append(database.value("SELECT count(*) FROM t"))

    reader = threading.Thread(target=read)
    reader.start()
    with database:
        database.run("INSERT INTO t VALUES (?)", 1)
        inside.set()
        database.run("INSERT INTO t VALUES (?)", 2)
    reader.join()
    assert seen == [2]


def test_closing_twice_is_harmless_and_use_after_it_says_closed(database: Database) -> None:
    database.close()
    database.close()
    with pytest.raises(SentoriError, match="closed"):
        database.rows("SELECT n FROM t")
    with pytest.raises(SentoriError, match="closed"), database:
        pass


def test_a_value_is_none_where_there_is_no_row(database: Database) -> None:
    assert database.value("SELECT n FROM t") is None


def test_a_file_keeps_its_rows(tmp_path: Path) -> None:
    for expected in (0, 1):
        database = Database(tmp_path / "state.db")
        database.script(TABLE)
        assert database.value("SELECT count(*) FROM t") == expected
        database.run("INSERT INTO t VALUES (?)", expected)
        database.close()


def test_a_file_is_private_from_its_first_moment(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    before = os.umask(0)
    try:
        database = Database(file)
        database.script(TABLE)
        companions = [mode(path) for path in tmp_path.iterdir()]
        database.close()
    finally:
        os.umask(before)
    assert len(companions) > 1
    assert set(companions) == {0o600}


def test_a_file_that_became_readable_is_made_private_again(tmp_path: Path) -> None:
    file = tmp_path / "state.db"
    Database(file).close()
    file.chmod(0o644)
    Database(file).close()
    assert mode(file) == 0o600


def test_somebody_elses_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "bank.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE money (amount)")
    other.close()
    file.chmod(0o640)
    before = file.read_bytes()
    with pytest.raises(ConfigurationError, match=r"bank\.db is not a state file"):
        Database(file)
    assert (file.read_bytes(), mode(file)) == (before, 0o640)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no database at all, and long enough to be looked at by SQLite" * 10)
    with pytest.raises(ConfigurationError, match=r"notes\.txt cannot be used"):
        Database(file)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used as a state file"):
        Database(tmp_path / "nowhere" / "state.db")
