"""What a commit puts down is all there afterwards, or nothing of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sentori_async.bulk.journal import schema
from sentori_async.bulk.journal.store import Store
from sentori_async.errors import BulkError
from tests.bulk.journal.jobs import JOB, query

MANY = 2 * schema.MOST_AT_ONCE + 7


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
        store.commit([intent(MANY + n) for n in range(MANY)], [])
    assert query(path, "SELECT count(*) FROM rows") == [(MANY,)]


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
