"""Models as tables: lists that a notebook shows, and what data frames are made of.

1. A column is an attribute, or a name that the platform used in `extra`; what is nested in it has
   a name with a dot, such as ``campaign.name``.
2. A column has one type.  Values of several types become text, lists of anything but texts become
   JSON.
3. Absent and null are the same here: missing.

pyarrow, pandas and polars are imported on first use.
"""

from __future__ import annotations

import abc
import enum
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final, SupportsIndex, TypeVar, overload

import attrs

from sentori_async import html
from sentori_async.errors import ConfigurationError
from sentori_async.unset import UNSET

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


class Kind(enum.Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    YES_NO = "yes/no"
    DAY = "day"
    TIME = "time"
    """A time without a zone."""
    INSTANT = "instant"
    """A time in UTC."""
    TEXTS = "texts"


@attrs.frozen
class Column:
    """One column of a table.

    Attributes:
        name: Its name.
        kind: What it holds.
        values: A value per row, of that kind or None.
    """

    name: str
    kind: Kind
    values: list[Any]


class Frames:
    """What can be had as a data frame."""

    __slots__ = ()

    @abc.abstractmethod
    def _columns(self) -> list[Column]:
        """Return the columns of the table."""

    def to_arrow(self) -> pa.Table:
        """Return a pyarrow Table; what is missing is null.

        Raises:
            ConfigurationError: pyarrow is not installed.
        """
        arrow = library("pyarrow", "'sentori[arrow]'")
        columns = self._columns()
        types = arrow_types(arrow)
        arrays = [arrow.array(column.values, types[column.kind]) for column in columns]
        return arrow.table(arrays, names=[column.name for column in columns])

    def to_pandas(self) -> pd.DataFrame:
        """Return a pandas DataFrame; its types have room for what is missing.

        Raises:
            ConfigurationError: pandas is not installed.
        """
        pandas = library("pandas", "pandas")
        return pandas.DataFrame(
            {
                column.name: pandas.Series(column.values, dtype=_PANDAS[column.kind])
                for column in self._columns()
            }
        )

    def to_polars(self) -> pl.DataFrame:
        """Return a polars DataFrame; what is missing is null.

        Raises:
            ConfigurationError: polars is not installed.
        """
        polars = library("polars", "polars")
        types = _polars_types(polars)
        frame: pl.DataFrame = polars.DataFrame(
            [
                polars.Series(column.name, column.values, types[column.kind])
                for column in self._columns()
            ]
        )
        return frame


class Models(list[T], Frames):
    """A list of models, which notebooks show as a table and data frames are made of.

    In all else it is a list; a slice of it is such a list as well.
    """

    __slots__ = ()

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> T: ...
    @overload
    def __getitem__(self, index: slice, /) -> Models[T]: ...
    def __getitem__(self, index: SupportsIndex | slice, /) -> T | Models[T]:
        """Return an item, or some of them as such a list."""
        if isinstance(index, slice):
            return Models(super().__getitem__(index))
        return super().__getitem__(index)

    def _columns(self) -> list[Column]:
        return columns_of(self)

    def _repr_html_(self) -> str:
        return html.of_list(self)


def columns_of(items: Iterable[Any]) -> list[Column]:
    """Return the columns of a table of models, in the order in which names turn up."""
    records = [dict(_flat(item)) for item in items]
    names = dict.fromkeys(name for record in records for name in record)
    return [_column(name, [record.get(name) for record in records]) for name in names]


def _flat(item: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the names and values of a model, of what is nested in it too."""
    for name, value in _entries(item):
        if value is UNSET:
            continue
        if isinstance(value, Mapping) or attrs.has(type(value)):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value.value if isinstance(value, enum.Enum) else value


def _entries(item: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(item, Mapping):
        yield from item.items()
        return
    if not attrs.has(type(item)):
        yield "value", item
        return
    names = [field.name for field in attrs.fields(type(item)) if field.name != html.EXTRA]
    for name in names:
        yield name, getattr(item, name)
    for name, value in getattr(item, html.EXTRA, {}).items():
        # An account's own field may be called as an attribute is.
        yield (f"{html.EXTRA}.{name}" if name in names else name), value


# --------------------------------------------------------------------------------------- columns


def _column(name: str, values: list[Any]) -> Column:
    present = [value for value in values if value is not None]
    kind, read = _kind(present)
    return Column(name, kind, [None if value is None else read(value) for value in values])


def _kind(present: Sequence[Any]) -> tuple[Kind, Callable[[Any], Any]]:
    """Return what a column of such values holds, and what makes a value of that."""
    types = {type(value) for value in present}
    if types == {int}:
        fits = all(-(2**63) <= value < 2**63 for value in present)
        return (Kind.WHOLE, _same) if fits else (Kind.TEXT, _as_text)
    if types and types <= {int, float}:
        return Kind.NUMBER, float
    if types == {bool}:
        return Kind.YES_NO, _same
    if types == {date}:
        return Kind.DAY, _same
    if types == {datetime} and len(zoned := {value.tzinfo is None for value in present}) == 1:
        return (Kind.TIME, _same) if True in zoned else (Kind.INSTANT, _in_utc)
    if types == {list} and all(type(text) is str for texts in present for text in texts):
        return Kind.TEXTS, _same
    return Kind.TEXT, _as_text


def _same(value: Any) -> Any:
    return value


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    """Return as JSON can say it what is nested in a list."""
    return dict(_flat(value)) if attrs.has(type(value)) else str(value)


# ------------------------------------------------------------------------------------- libraries


def library(name: str, package: str) -> Any:
    """Return a library that not everybody has.

    Args:
        name: What it is imported as.
        package: What is installed for it.

    Raises:
        ConfigurationError: It is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        raise ConfigurationError(
            f"{name} is needed for this and not installed: pip install {package}"
        ) from None


_PANDAS: Final = {
    Kind.TEXT: "string",
    Kind.WHOLE: "Int64",
    Kind.NUMBER: "Float64",
    Kind.YES_NO: "boolean",
    Kind.DAY: "object",
    Kind.TIME: "datetime64[us]",
    Kind.INSTANT: "datetime64[us, UTC]",
    Kind.TEXTS: "object",
}


def arrow_types(arrow: Any) -> dict[Kind, Any]:
    """Return what pyarrow, which is given, calls each kind."""
    return {
        Kind.TEXT: arrow.string(),
        Kind.WHOLE: arrow.int64(),
        Kind.NUMBER: arrow.float64(),
        Kind.YES_NO: arrow.bool_(),
        Kind.DAY: arrow.date32(),
        Kind.TIME: arrow.timestamp("us"),
        Kind.INSTANT: arrow.timestamp("us", tz="UTC"),
        Kind.TEXTS: arrow.list_(arrow.string()),
    }


def _polars_types(polars: Any) -> dict[Kind, Any]:
    return {
        Kind.TEXT: polars.String,
        Kind.WHOLE: polars.Int64,
        Kind.NUMBER: polars.Float64,
        Kind.YES_NO: polars.Boolean,
        Kind.DAY: polars.Date,
        Kind.TIME: polars.Datetime("us"),
        Kind.INSTANT: polars.Datetime("us", "UTC"),
        Kind.TEXTS: polars.List(polars.String),
    }
