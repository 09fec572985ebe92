"""A Parquet file is a source of rows like any other."""

from __future__ import annotations

import datetime as dt
import stat
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.sources import Row, open_rows
from sentori_async.sources.marks import Marks

NAN = float("nan")
COLUMNS: dict[str, list[Any]] = {
    "EmailAddress": ["ann@example.com", " bob@example.com ", None, "cem@example.com"],
    "FirstName": ["Ann", "", None, None],
    "Age": [31, None, None, 7],
    "Score": [1.5, NAN, NAN, 2.0],
    "Born": [dt.date(1990, 1, 2), None, None, None],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a file of four rows, the third without a value."""
    path = tmp_path / "contacts.parquet"
    parquet.write_table(pa.table(COLUMNS), path)
    return path


def test_values_are_pythons_own_and_missing_ones_are_absent(path: Path) -> None:
    rows = open_rows(path)

    assert rows.columns == tuple(COLUMNS)
    assert list(rows) == [
        {
            "EmailAddress": "ann@example.com",
            "FirstName": "Ann",
            "Age": 31,
            "Score": 1.5,
            "Born": dt.date(1990, 1, 2),
        },
        {"EmailAddress": "bob@example.com"},
        {},
        {"EmailAddress": "cem@example.com", "Age": 7, "Score": 2.0},
    ]


def test_missing_values_and_empty_text_clear_fields_where_that_is_said(path: Path) -> None:
    second = list(open_rows(path, empty_as_null=True))[1]

    assert second == {**dict.fromkeys(COLUMNS), "EmailAddress": "bob@example.com"}


def test_rows_are_numbered_from_one_each_time(path: Path) -> None:
    rows = open_rows(path)
    for _ in range(2):
        read = list(rows)
        assert [row.number for row in read] == [1, 2, 3, 4]
        assert [isinstance(row, Row) and row.blank for row in read] == [False, False, True, False]


@given(count=st.integers(0, 3_000), rows_per_group=st.integers(1, 2_000))
def test_no_row_is_lost_at_the_end_of_a_batch_or_group(
    tmp_path_factory: pytest.TempPathFactory, count: int, rows_per_group: int
) -> None:
    path = tmp_path_factory.mktemp("rows") / "n.parquet"
    parquet.write_table(pa.table({"n": range(count)}), path, row_group_size=rows_per_group)
    rows = open_rows(path)

    assert [row["n"] for row in rows] == list(range(count))
    assert rows.survey() == count


def test_some_rows_are_copied_to_a_file_of_the_same_form(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "repair.parquet"

    assert open_rows(path).copy_rows(target, numbers=Marks([2]), indexes=[3]) == 2
    found = parquet.read_table(target)
    assert found.schema.equals(parquet.read_schema(path))
    assert found.column("EmailAddress").to_pylist() == [" bob@example.com ", "cem@example.com"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_copy_replaces_no_file(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is there already"):
        open_rows(path).copy_rows(path, indexes=[0])


def test_what_is_no_parquet_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        open_rows(path)
    path.write_bytes(b"EmailAddress\nann@example.com\n")
    with pytest.raises(InvalidInput, match="no Parquet file"):
        open_rows(path)


def test_a_damaged_file_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table({"n": range(50_000)}), path, compression="snappy")
    whole = path.read_bytes()
    path.write_bytes(whole[:1_000] + bytes(len(whole) - 3_000) + whole[-2_000:])

    with pytest.raises(InvalidInput):
        open_rows(path).survey()


def test_two_columns_of_one_name_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    parquet.write_table(pa.table([[1], [2]], names=["a", "a"]), path)

    with pytest.raises(InvalidInput, match="two columns are called 'a'"):
        open_rows(path)


def test_without_pyarrow_the_error_says_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigurationError, match=r"sentori\[arrow\]"):
        open_rows(path)
