"""A row is read the same way on every platform."""

from __future__ import annotations

import sqlite3

import pytest

from sentori_async.bulk.reading import identity_and_fields
from sentori_async.errors import InvalidInput


@pytest.mark.parametrize(
    ("row", "identity", "fields"),
    [
        ("u-1", "u-1", None),
        ({"id": "u-1", "name": "Joe"}, "u-1", {"id": "u-1", "name": "Joe"}),
        ({"name": "Joe"}, None, {"name": "Joe"}),
        (("u-1", {"name": "Joe"}), "u-1", {"name": "Joe"}),
        (["u-1", None], "u-1", None),
    ],
)
def test_identity_and_fields_are_told_apart(row: object, identity: object, fields: object) -> None:
    assert identity_and_fields(row, "id") == (identity, fields)


def test_a_database_row_is_read_by_its_columns() -> None:
    connection = sqlite3.connect(":memory:")
    try:
        connection.row_factory = sqlite3.Row
        row = connection.execute("SELECT 'u-1' AS id, 'Joe' AS name, 2 AS n").fetchone()
        assert identity_and_fields(row, "id") == ("u-1", {"id": "u-1", "name": "Joe", "n": 2})
    finally:
        connection.close()


@pytest.mark.parametrize("row", [None, 5, ("u-1",), object()])
def test_what_is_no_row_is_refused_without_being_shown(row: object) -> None:
    with pytest.raises(InvalidInput, match=rf"not an? {type(row).__name__}"):
        identity_and_fields(row, "id")
