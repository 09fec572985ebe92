"""The rows of data frames: pandas, polars, and whatever gives an Arrow stream.

1. A frame is read slice by slice, so that neither a copy of it nor all of its rows are in memory.
2. Missing is missing: null, NaN, NaT and NA are one thing, and by default leave a field alone.
3. Values arrive as Python's own, inside lists and mappings as well: no numpy scalars and arrays, no
   pandas timestamps.  A column of whole numbers that pandas made floats of, because some are
   missing, is a column of whole numbers.
4. A frame whose columns cannot be fields is refused before anything is sent; a value that cannot be
   sent fails its row, with the column's name.

None of these libraries is imported here, save pyarrow for what only gives an Arrow stream.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, TypeAlias

from sentori_async.errors import ConfigurationError, InvalidInput

Nulls: TypeAlias = Literal["absent", "null"]
"""What a missing value means: the field is left alone, or cleared."""

Slice: TypeAlias = tuple[Sequence[Iterable[Any]], Iterable[Any]]

# A slice is made on the event loop: about a millisecond's worth of rows.
_SLICE_ROWS: Final = 256
_MISSING: Final = object()


class FrameRows(Iterable[dict[str, Any]]):
    """The rows of a data frame as mappings; each iteration begins at the first row.

    What can be read only once, such as a stream, can be iterated over only once.
    """

    def __init__(
        self, names: Sequence[object], rows: Callable[[], Iterator[Sequence[Any]]], nulls: Nulls
    ) -> None:
        """Take the columns' names and what yields the rows, each a sequence of its values."""
        if nulls not in {"absent", "null"}:
            raise InvalidInput(f"nulls is 'absent' or 'null', not {nulls!r}")
        self._names = _checked(names)
        self._rows = rows
        self._keeps_nulls = nulls == "null"

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Yield each row's values by the names of their columns."""
        names = self._names
        if self._keeps_nulls:
            for row in self._rows():
                yield {
                    name: None if value is _MISSING else value
                    for name, value in zip(names, row, strict=True)
                }
            return
        for row in self._rows():
            yield {
                name: value for name, value in zip(names, row, strict=True) if value is not _MISSING
            }


class SizedFrameRows(FrameRows):
    """The rows of a data frame that knows how many it has."""

    def __init__(
        self,
        names: Sequence[object],
        rows: Callable[[], Iterator[Sequence[Any]]],
        nulls: Nulls,
        size: int,
    ) -> None:
        """As `FrameRows`, with the number of rows."""
        super().__init__(names, rows, nulls)
        self._size = size

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._size


def is_frame(rows: object) -> bool:
    """Tell whether something is a data frame rather than an iterable of rows."""
    return hasattr(rows, "__dataframe__") or hasattr(rows, "__arrow_c_stream__")


def frame_rows(frame: Any, *, nulls: Nulls = "absent") -> FrameRows:
    """Return the rows of a data frame, for any bulk verb.

    Bulk verbs take a frame as it is; this says what its missing values mean.

    Args:
        frame: A pandas or polars DataFrame, a pyarrow Table, RecordBatch or RecordBatchReader, a
            DuckDB relation, or anything with ``__arrow_c_stream__``.
        nulls: "absent" leaves a field alone where its value is missing; "null" clears it.

    Raises:
        InvalidInput: It is no frame of rows, or its columns cannot be fields.
        ConfigurationError: pyarrow is needed and not installed.
    """
    library = type(frame).__module__.partition(".")[0]
    if library == "pandas":
        return _of_pandas(frame, nulls)
    if library == "polars":
        return _of_polars(frame, nulls)
    if hasattr(frame, "__arrow_c_stream__"):
        return _of_arrow(frame, nulls)
    raise InvalidInput(
        f"a {type(frame).__name__} gives no rows: pass a pandas or polars DataFrame, or anything "
        "with an Arrow stream"
    )


def _checked(names: Sequence[object]) -> list[str]:
    """Return the columns' names, which are to be fields.

    Raises:
        InvalidInput: One is no text, or there twice.
    """
    seen: list[str] = []
    for number, name in enumerate(names):
        if not isinstance(name, str):
            raise InvalidInput(
                f"column {number} is called {name!r}, and fields are called by text: rename it"
            )
        if name in seen:
            raise InvalidInput(f"two columns are called {name!r}: rename or drop one")
        seen.append(str(name))
    return seen


# ------------------------------------------------------------------------------------- pandas


def _of_pandas(frame: Any, nulls: Nulls) -> FrameRows:
    if not hasattr(frame, "columns"):
        raise InvalidInput(
            f"a pandas {type(frame).__name__} has no columns: pass a DataFrame, such as "
            "series.to_frame()"
        )
    whole = [_was_whole(frame.iloc[:, number]) for number in range(frame.shape[1])]

    def rows() -> Iterator[Sequence[Any]]:
        for start in range(0, len(frame), _SLICE_ROWS):
            part = frame.iloc[start : start + _SLICE_ROWS]
            columns = [_pandas_values(part.iloc[:, n], whole=whole[n]) for n in range(len(whole))]
            yield from zip(*columns, strict=True)

    return SizedFrameRows(list(frame.columns), rows, nulls, len(frame))


def _was_whole(column: Any) -> bool:
    """Tell whether a column of floats holds whole numbers, and is float for what is missing."""
    if column.dtype.kind != "f":
        return False
    present = column.dropna()
    return len(present) < len(column) and bool(((present % 1) == 0).all())


def _pandas_values(column: Any, *, whole: bool) -> list[Any]:
    values = column.tolist()
    if whole:
        values = [int(value) if value == value else value for value in values]  # noqa: PLR0124 - NaN
    return [
        _MISSING if missing else _own(value)
        for value, missing in zip(values, column.isna().tolist(), strict=True)
    ]


# ------------------------------------------------------------------------------------- polars


def _of_polars(frame: Any, nulls: Nulls) -> FrameRows:
    if not hasattr(frame, "iter_slices"):
        raise InvalidInput(
            f"a polars {type(frame).__name__} is not a DataFrame: pass lazy.collect() or "
            "series.to_frame()"
        )

    def rows() -> Iterator[Sequence[Any]]:
        for part in frame.iter_slices(_SLICE_ROWS):
            for row in part.rows():
                yield [_present(value) for value in row]

    return SizedFrameRows(frame.columns, rows, nulls, frame.height)


# -------------------------------------------------------------------------------------- Arrow


def _of_arrow(stream: Any, nulls: Nulls) -> FrameRows:
    try:
        import pyarrow as pa
    except ImportError:
        raise ConfigurationError(
            f"the rows of a {type(stream).__name__} are read with pyarrow, which is not installed: "
            "pip install 'sentori[arrow]'"
        ) from None
    reader = pa.RecordBatchReader.from_stream(stream)
    size = getattr(stream, "num_rows", None)

    def rows() -> Iterator[Sequence[Any]]:
        nonlocal reader
        again, reader = reader, None
        for batch in again or pa.RecordBatchReader.from_stream(stream):
            for start in range(0, batch.num_rows, _SLICE_ROWS):
                part = batch.slice(start, _SLICE_ROWS)
                columns = [[_present(v) for v in column.to_pylist()] for column in part.columns]
                yield from zip(*columns, strict=True)

    names = reader.schema.names
    if isinstance(size, int):
        return SizedFrameRows(names, rows, nulls, size)
    return FrameRows(names, rows, nulls)


# ------------------------------------------------------------------------------------- values


def _present(value: Any) -> Any:
    if value is None or (type(value) is float and value != value):  # noqa: PLR0124 - NaN
        return _MISSING
    return _own(value)


def _own(value: Any) -> Any:
    """Return a value of numpy or pandas as Python's own; any other as it is."""
    kind = type(value)
    if kind in _COMMON:
        return value
    own = getattr(value, "to_pydatetime", None)
    if own is not None:
        # Microseconds are the finest that any platform keeps.
        return own(warn=False)
    if kind.__module__ == "numpy" and hasattr(value, "tolist"):
        # A scalar, or what Parquet's lists become in pandas.
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_inner(item) for item in value]
    if isinstance(value, dict):
        return {name: _inner(item) for name, item in value.items()}
    return value


def _inner(value: Any) -> Any:
    """Return a value inside another one; what is missing there is null, as its place stays."""
    if type(value).__name__ in _MISSING_INSIDE:
        return None
    present = _present(value)
    return None if present is _MISSING else present


# What pandas has for what is missing; it is not imported here.
_MISSING_INSIDE: Final = frozenset({"NaTType", "NAType"})
_COMMON: Final = frozenset({str, int, float, bool, dt.date, dt.datetime})
