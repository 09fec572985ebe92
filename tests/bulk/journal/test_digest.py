"""The digest of a row changes with what the row says, and with nothing else."""

from __future__ import annotations

import datetime as dt
import decimal
import sqlite3
import types
import uuid
from typing import Any

import pytest

from sentori_async import UNSET, ContactPatch
from sentori_async.bulk.journal.digest import digest_of


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ({"a": "x"}, types.MappingProxyType({"a": "x"})),
        (("a", {"b": 1, "c": 2}), ["a", {"c": 2, "b": 1}]),
        (ContactPatch(first_name="x"), ContactPatch(first_name="x")),
        ({"a": object()}, {"a": object()}),
        ({"a": {"x", "y", "z"}}, {"a": {"z", "y", "x"}}),
        ({"a": 10**30, "b": 1}, {"b": 1, "a": 10**30}),
        ({"a": "\ud800"}, {"a": "\ud800"}),
        ({"a": UNSET, "b": 1}, {"b": 1}),
        (("a", {"b": UNSET, "c": {"d": UNSET}}), ("a", {"c": {}})),
        ({"a": UNSET, "b": "\ud800"}, {"b": "\ud800"}),
    ],
)
def test_rows_that_say_the_same_have_the_same_digest(one: Any, other: Any) -> None:
    assert digest_of(one) == digest_of(other)


def test_rows_that_say_different_things_have_different_digests() -> None:
    rows: list[Any] = [
        "a",
        "b",
        None,
        {"a": 1},
        {"a": "1"},
        {"a": None},
        {"a": "UNSET"},
        {"a": ["UNSET"]},
        {},
        {"a": decimal.Decimal("1.5")},
        {"a": decimal.Decimal("2.5")},
        {"a": dt.date(2026, 1, 1)},
        {"a": dt.date(2026, 1, 2)},
        {"a": uuid.UUID(int=1)},
        {"a": b"x"},
        {"a": b"y"},
        {"a": {"x"}},
        {"a": 10**30},
        {"a": 10**31},
        {"a": "\ud800"},
        {"a": "\ud801"},
        ("a", {"b": 1}),
        ("a", {"b": 2}),
        ContactPatch(first_name="x"),
        ContactPatch(first_name=None),
        ContactPatch(last_name="x"),
    ]
    assert len({digest_of(row) for row in rows}) == len(rows)


def test_a_database_row_counts_as_the_mapping_that_it_is() -> None:
    db = sqlite3.connect(":memory:")
    db.row_factory = sqlite3.Row
    row = db.execute("SELECT 1 AS a, 'x' AS b").fetchone()
    db.close()

    assert digest_of(row) == digest_of({"b": "x", "a": 1})


def test_a_digest_is_short_and_stays_the_same_from_version_to_version() -> None:
    """Journals of today are resumed by the program of tomorrow."""
    assert digest_of({"EmailAddress": "joe@example.com", "FirstName": "Joe"}) == "NQ41FXG1zFCmy7Oq"
