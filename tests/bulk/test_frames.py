"""Data frames of every make give their rows, with Python's own values and nothing for missing."""

import datetime as dt
import json
import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.frames import SizedFrameRows, frame_rows
from sentori_async.bulk.rows import END, source_of
from sentori_async.errors import ConfigurationError, InvalidInput

DAY = dt.date(2020, 1, 2)
MIDNIGHT = dt.datetime.fromisoformat("2020-01-02T00:00:00")
MOMENT = dt.datetime.fromisoformat("2020-01-02T03:04:05")
ROWS: list[dict[str, Any]] = [
    {"EmailAddress": "a@example.com", "Age": 41, "Vip": True, "Seen": MOMENT, "Note": "x"},
    {"EmailAddress": "b@example.com", "Age": None, "Vip": False, "Seen": None, "Note": None},
]
WITHOUT_NULLS = [{k: v for k, v in row.items() if v is not None} for row in ROWS]


def relation(table: pa.Table) -> Any:
    """Return a DuckDB relation of a table."""
    return duckdb.connect().from_arrow(table)


MAKES: dict[str, Callable[[], Any]] = {
    "pandas": lambda: pd.DataFrame(ROWS),
    "pandas-nullable": lambda: pd.DataFrame(ROWS).convert_dtypes(),
    "pandas-arrow": lambda: pd.DataFrame(ROWS).convert_dtypes(dtype_backend="pyarrow"),
    "polars": lambda: pl.DataFrame(ROWS),
    "table": lambda: pa.Table.from_pylist(ROWS),
    "batch": lambda: pa.RecordBatch.from_pylist(ROWS),
    "reader": lambda: pa.Table.from_pylist(ROWS).to_reader(),
    "duckdb": lambda: relation(pa.Table.from_pylist(ROWS)),
}
EVERY_MAKE = pytest.mark.parametrize("make", MAKES.values(), ids=MAKES)


@EVERY_MAKE
def test_what_is_missing_is_absent(make: Callable[[], Any]) -> None:
    assert list(frame_rows(make())) == WITHOUT_NULLS


@EVERY_MAKE
def test_what_is_missing_is_null_where_that_is_said(make: Callable[[], Any]) -> None:
    assert list(frame_rows(make(), nulls="null")) == ROWS


@EVERY_MAKE
def test_values_are_pythons_own(make: Callable[[], Any]) -> None:
    row = next(iter(frame_rows(make())))

    assert [type(value) for value in row.values()] == [str, int, bool, dt.datetime, str]


@EVERY_MAKE
async def test_a_bulk_verb_takes_the_frame_itself(make: Callable[[], Any]) -> None:
    source = source_of(make())

    assert [source.take_now(), await source.take(), source.take_now()] == [*WITHOUT_NULLS, END]


@pytest.mark.parametrize("make", ["pandas", "polars", "table"])
def test_a_frame_that_knows_its_size_says_so_and_can_be_read_again(make: str) -> None:
    rows = frame_rows(MAKES[make]())

    assert isinstance(rows, SizedFrameRows)
    assert len(rows) == len(list(rows)) == len(list(rows)) == 2


@given(size=st.integers(0, 900), make=st.sampled_from(["pandas", "polars", "table", "reader"]))
def test_no_row_is_lost_between_slices(size: int, make: str) -> None:
    columns = {"id": list(range(size))}
    makers: dict[str, Callable[[], Any]] = {
        "pandas": lambda: pd.DataFrame(columns),
        "polars": lambda: pl.DataFrame(columns),
        "table": lambda: pa.table(columns),
        "reader": lambda: pa.table(columns).to_reader(max_chunksize=100),
    }

    assert [row["id"] for row in frame_rows(makers[make]())] == columns["id"]


# ---------------------------------------------------------------------- what pandas does to values


def test_whole_numbers_stay_whole_though_some_are_missing() -> None:
    """Else they would be floats; a phone number with ".0" reaches nobody."""
    frame = pd.DataFrame({"phone": [4930123456, None], "score": [1.5, None], "full": [1.0, 2.0]})

    (first, second) = frame_rows(frame)
    assert [repr(value) for value in first.values()] == ["4930123456", "1.5", "1.0"]
    assert second == {"full": 2.0}


def test_what_pandas_and_numpy_put_into_columns_of_objects_is_unpacked() -> None:
    values = [np.int64(3), np.bool_(True), np.float64("nan"), pd.NaT, pd.NA, [1], {"a": 1}]
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})

    found = [row.get("x") for row in frame_rows(frame)]
    assert found == [3, True, None, None, None, [1], {"a": 1}]
    assert [type(value) for value in found[:2]] == [int, bool]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (np.array([1, 2]), [1, 2]),
        (np.array(["a", None], dtype=object), ["a", None]),
        ([np.int64(1), pd.NaT, pd.NA, float("nan")], [1, None, None, None]),
        (
            {"at": pd.Timestamp(2020, 1, 2), "tags": np.array(["a"])},
            {"at": MIDNIGHT, "tags": ["a"]},
        ),
        ((1, [np.bool_(True)]), [1, [True]]),
    ],
    ids=["array", "array-of-objects", "list", "mapping", "tuple"],
)
def test_what_is_inside_a_value_is_unpacked_as_well(cell: Any, value: Any) -> None:
    """Parquet's lists are arrays in pandas; what is missing inside keeps its place."""
    (row,) = frame_rows(pd.DataFrame({"x": pd.Series([cell], dtype=object)}))

    assert row == {"x": value}
    assert json.dumps(row, default=dt.datetime.isoformat)


def test_a_category_is_its_value() -> None:
    frame = pd.DataFrame({"x": pd.Categorical(["a", None])})
    other = pl.DataFrame({"x": pl.Series(["a", None], dtype=pl.Categorical)})
    third = pa.table({"x": pa.array(["a", None]).dictionary_encode()})

    assert [list(frame_rows(each)) for each in (frame, other, third)] == [[{"x": "a"}, {}]] * 3


def test_times_keep_their_zone_and_lose_only_nanoseconds() -> None:
    moment = pd.Timestamp("2020-01-02 03:04:05.123456789", tz="UTC")

    (row,) = frame_rows(pd.DataFrame({"x": [moment]}))
    assert row["x"] == dt.datetime(2020, 1, 2, 3, 4, 5, 123456, tzinfo=dt.UTC)
    assert type(row["x"]) is dt.datetime


def test_a_float_that_is_no_number_is_missing_in_every_make() -> None:
    nan = float("nan")
    frames = [pd.DataFrame({"x": [nan]}), pl.DataFrame({"x": [nan]}), pa.table({"x": [nan]})]

    assert [list(frame_rows(frame)) for frame in frames] == [[{}]] * 3


def test_dates_decimals_and_nested_values_come_as_they_are() -> None:
    """Whether a field takes them is for the platform's rules, which name the field."""
    row = {"day": DAY, "price": Decimal("1.50"), "tags": ["a"], "address": {"city": "Rome"}}

    assert list(frame_rows(pl.DataFrame([row]))) == [row]
    assert list(frame_rows(pa.Table.from_pylist([row]))) == [row]


# ------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("frame", "why"),
    [
        (pd.Series([1]), "a pandas Series has no columns"),
        (pl.DataFrame({"x": [1]}).lazy(), r"pass lazy\.collect\(\)"),
        (pl.Series([1]), "not a DataFrame"),
        (pd.DataFrame([[1, 2]]), "column 0 is called 0, and fields are called by text"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns are called 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "two columns are called 'a'"),
        (object(), "a object gives no rows"),
    ],
)
def test_what_cannot_be_rows_is_refused_before_anything_is_read(frame: Any, why: str) -> None:
    with pytest.raises(InvalidInput, match=why):
        frame_rows(frame)


def test_nulls_mean_one_of_two_things() -> None:
    with pytest.raises(InvalidInput, match="'absent' or 'null', not 'skip'"):
        frame_rows(pl.DataFrame(), nulls="skip")  # type: ignore[arg-type]


def test_a_stream_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = relation(pa.table({"x": [1]}))
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(ConfigurationError, match=r"pip install 'sentori\[arrow\]'"):
        frame_rows(stream)


@pytest.mark.parametrize("make", ["pandas", "polars"])
def test_pandas_and_polars_need_no_pyarrow(make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = MAKES[make]()
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert list(frame_rows(frame)) == WITHOUT_NULLS
