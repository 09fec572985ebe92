"""What a commit puts down is all there afterwards, or nothing of it."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.entries import intent_entry, outcome_entry
from sentori_async.bulk.journal.store import Store
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.errors import BulkError
from tests.bulk.journal.jobs import JOB, query

MANY = 1_007


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "job.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    store.open(JOB, retry_failed=False)
    yield store
    store.close()


def intent(number: int, rare: list[Any] | None = None) -> Any:
    return number, f"c{number}", "digest", rare


def outcome(number: int, status: str = "added") -> Any:
    return number, f"c{number}", "digest", status, 1, None, None


def places(path: Path) -> list[Any]:
    return query(path, "SELECT number FROM record WHERE number < 0 ORDER BY number DESC")


def test_a_group_too_large_for_one_statement_is_put_down_as_a_whole(
    store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.commit([intent(n) for n in range(MANY)], [])
    assert query(path, "SELECT count(*), max(number) FROM rows") == [(MANY, MANY - 1)]

    put, calls = schema.put, 0

    def failing(rows: int) -> str:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise sqlite3.OperationalError("the disk is full")
        return put(rows)

    monkeypatch.setattr(schema, "put", failing)
    with pytest.raises(BulkError, match="is full"):
        store.commit([], [outcome(n) for n in range(MANY)])
    assert query(path, "SELECT count(outcome), count(*) FROM rows") == [(0, MANY)]


@pytest.mark.parametrize("count", [1, 7, 8, 9, 63, 64, 65, 135, 512, 600])
def test_each_row_is_put_down_once_however_many_there_are(
    store: Store, path: Path, count: int
) -> None:
    store.commit([], [outcome(n) for n in range(count)])

    assert query(path, "SELECT number FROM record ORDER BY number") == [(n,) for n in range(count)]


def test_rows_that_are_put_down_together_share_a_place_until_all_are_settled(
    store: Store, path: Path
) -> None:
    store.commit([intent(0), intent(1)], [])
    store.commit([intent(2)], [outcome(1)])
    assert places(path) == [(-1,), (-2,)]
    assert query(path, "SELECT number, outcome FROM rows ORDER BY number") == [
        (0, None),
        (1, "added"),
        (2, None),
    ]
    store.commit([], [outcome(0)])
    store.commit([intent(3)], [])
    assert places(path) == [(-1,), (-2,)]
    assert query(path, "SELECT number, outcome, intended_at > 0 FROM rows ORDER BY number") == [
        (0, "added", 1),
        (1, "added", 1),
        (2, None, 1),
        (3, None, 1),
    ]


def test_a_place_is_not_given_away_while_one_of_its_rows_is_on_its_way(
    store: Store, path: Path
) -> None:
    store.commit([intent(0), intent(1)], [])
    store.commit([], [outcome(1)])
    store.commit([intent(2)], [])
    assert query(path, "SELECT number, outcome FROM rows ORDER BY number") == [
        (0, None),
        (1, "added"),
        (2, None),
    ]


def test_a_row_that_is_put_down_a_third_time_is_in_its_latest_request(
    store: Store, path: Path
) -> None:
    for chunk in range(1, 4):
        store.commit([intent(0, [None, None, chunk, None, None, None, None])], [])
    assert query(path, "SELECT chunk, outcome FROM rows") == [(3, None)]


def test_a_row_that_is_put_down_twice_in_a_run_is_on_its_way_once(store: Store, path: Path) -> None:
    """A chunk that was refused is put down again in halves."""
    asked = "SELECT number, chunk, outcome FROM rows ORDER BY number"
    store.commit([intent(n, [None, None, 1, None, None, None, None]) for n in range(2)], [])
    store.commit([intent(0, [None, None, 2, None, None, None, None])], [])
    assert query(path, asked) == [(0, 2, None), (1, 1, None)]
    store.commit([intent(1, [None, None, 3, None, None, None, None])], [outcome(0)])
    assert query(path, asked) == [(0, 2, "added"), (1, 3, None)]
    store.commit([], [outcome(1)])
    assert query(path, asked) == [(0, 2, "added"), (1, 3, "added")]


def test_what_was_on_its_way_is_written_by_itself_when_the_file_is_opened_again(path: Path) -> None:
    rare = ["key", "other", None, None, "k", "00", 1.5]
    asked = "SELECT * FROM rows ORDER BY number"
    first = Store(path)
    first.open(JOB, retry_failed=False)
    first.commit([intent(0, rare), intent(1), intent(2)], [])
    first.commit([], [outcome(1)])
    first.close()
    left = query(path, asked)
    assert [row[4] for row in left] == [None, "added", None]

    second = Store(path)
    second.open(JOB, retry_failed=False)
    assert (query(path, asked), places(path)) == (left, [])
    assert second.last_needed == 2
    second.commit([], [outcome(0)])
    second.end_run("finished", {"counts": {}, "requests": 1, "retries": 0, "cause": None})
    second.close()
    assert query(path, "SELECT number, outcome, run, other_key FROM rows ORDER BY number") == [
        (0, "added", 2, "other"),
        (1, "added", 1, None),
        (2, None, 1, None),
    ]


ODD = ["a\0b", "a\0c", "e\U0001f600", "q\"u'o\\", "\ud800x", "", "null", "123", "[1]", "a\\u0000b"]


def test_odd_contacts_are_told_apart_and_the_same_on_their_way_and_afterwards(path: Path) -> None:
    asked = "SELECT contact, contact_key, other_key FROM rows ORDER BY number"
    first = Store(path)
    first.open(JOB, retry_failed=False)
    first.commit([intent_entry(n, c, (f"k{c}", c), "digest") for n, c in enumerate(ODD)], [])
    on_their_way = query(path, asked)
    first.close()

    second = Store(path)
    second.open(JOB, retry_failed=False)
    assert query(path, asked) == on_their_way
    done = [outcome_entry(BulkOutcome(n, c, "added"), "digest") for n, c in enumerate(ODD)]
    second.commit([], done)
    second.close()
    assert query(path, asked) == on_their_way
    assert len(set(on_their_way)) == len(ODD)
    assert on_their_way[2:4] == [(c, f"k{c}", c) for c in ODD[2:4]]


def test_what_is_on_its_way_at_the_end_of_a_run_is_written_by_itself(
    store: Store, path: Path
) -> None:
    store.commit([intent(0)], [])
    store.end_run("cancelled", {"counts": {}, "requests": 1, "retries": 0, "cause": None})
    assert query(path, "SELECT number, outcome FROM record") == [(0, None)]


PAGES = {
    "rows": "SELECT number, contact, error FROM rows"
    " WHERE number > 5 AND coalesce(contact_key, contact) <> '' ORDER BY number LIMIT 10",
    "requests": f"SELECT * FROM ({schema.SINGLE_REQUESTS})"
    " WHERE first_row > 5 ORDER BY first_row LIMIT 10",
    "outcomes": schema.READ_OUTCOMES.replace("?", "{}").format("'added'", 5, 10),
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_pages_of_rows_are_found_without_reading_the_others(
    page: str, store: Store, path: Path
) -> None:
    """To read all of a journal by pages would take as long as the square of its rows."""
    store.commit([intent(n) for n in range(MANY)], [])
    store.commit([intent(MANY)], [outcome(n) for n in range(MANY)])
    # What was put down last has the place.
    store.commit([intent(MANY + 1)], [])
    done = 0

    def count() -> None:
        nonlocal done
        done += 10

    with contextlib.closing(sqlite3.connect(path)) as db:
        db.set_progress_handler(count, 10)
        assert len(db.execute(page).fetchall()) == 10
    assert 0 < done < 2 * MANY


def test_an_outcome_keeps_what_was_said_when_the_row_was_sent(store: Store, path: Path) -> None:
    store.commit([intent(0, ["key", "other", 7, None, "k", "00", 1.5])], [])
    before = query(path, "SELECT outcome, settled_at, intended_at FROM rows")
    store.commit([], [(0, "c0", "digest", "failed", 2, "r1", ["NotFound", 102, "{}"])])

    assert before[0][:2] == (None, None)
    assert query(
        path,
        "SELECT outcome, attempts, request_id, contact_key, other_key, chunk, merged_into,"
        " idempotency_key, key_digest, key_first_used_at, error_class, error_code, error,"
        " intended_at, settled_at >= intended_at, run, job, action FROM rows",
    ) == [
        (
            *("failed", 2, "r1", "key", "other", 7, None, "k", "00", 1.5, "NotFound", 102, "{}"),
            *(before[0][2], 1, 1, 1, "update"),
        )
    ]


def test_a_row_that_is_sent_again_adds_to_its_attempts_and_forgets_its_error(path: Path) -> None:
    first = Store(path)
    first.open(JOB, retry_failed=True)
    first.commit([intent(0)], [])
    first.commit([], [(0, "c0", "digest", "failed", 2, None, ["NotFound", 102, "{}"])])
    first.close()
    second = Store(path)
    second.open(JOB, retry_failed=True)
    second.commit([intent(0)], [])
    between = query(path, "SELECT outcome, attempts, error_class, settled_at, run FROM rows")
    second.commit([], [(0, "c0", "digest", "updated", 1, None, None)])
    second.close()

    assert between == [(None, 2, None, None, 2)]
    assert query(path, "SELECT outcome, attempts, error FROM rows") == [("updated", 3, None)]
