"""Rows and requests of a ledger in files that other programs read: CSV, JSON Lines and Parquet.

The files hold contact data: only their owner may read them (mode 0600).
"""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

import attrs

from sentori_async.bulk.ledger import LedgerRequest, LedgerRow
from sentori_async.errors import InvalidInput
from sentori_async.files import private_file
from sentori_async.tables import Kind, arrow_types, library

Entry: TypeAlias = LedgerRow | LedgerRequest
"""What a line of a file says."""

Columns: TypeAlias = Mapping[str, Kind]

_BATCH: Final = 10_000
_WHOLE: Final = frozenset(
    ("row", "first_row", "rows", "chunk", "run", "attempts", "failed", "unknown")
)
_INSTANTS: Final = frozenset(("intended_at", "settled_at", "begun_at", "ended_at"))


def export(
    rows: Iterable[LedgerRow] | Iterable[LedgerRequest],
    path: str | os.PathLike[str],
    *,
    of: type[Entry] | None = None,
) -> int:
    """Write rows, or requests, to a file of the kind that its name says, and return how many.

    Args:
        rows: Such as ``ledger.rows(outcome="failed")`` or ``ledger.requests()``.
        path: The file: .csv, .jsonl, .ndjson or .parquet; one that is there is not replaced.
        of: Whose columns a file has that there is nothing for; those of a row if it is not said.

    Raises:
        InvalidInput: The name says no kind that is known.
        ConfigurationError: The file cannot be written or is there already, or pyarrow is needed
            and not installed.
    """
    target = Path(path)
    write = _KINDS.get(target.suffix.lower())
    if write is None:
        raise InvalidInput(f"{target.name} says no kind: end it in {', '.join(_KINDS)}")
    entries: Iterator[Entry] = iter(rows)
    first = list(itertools.islice(entries, 1))
    columns = _columns(type(first[0]) if first else of or LedgerRow)
    counted = itertools.count()
    with private_file(target) as file:
        # `zip` takes a number for each one that there is.
        write(
            file,
            columns,
            (one for one, _ in zip(itertools.chain(first, entries), counted, strict=False)),
        )
    return next(counted)


def _columns(of: type[Entry]) -> Columns:
    return {field.name: _kind(field.name) for field in attrs.fields(of)}


def _kind(name: str) -> Kind:
    if name in _WHOLE:
        return Kind.WHOLE
    return Kind.INSTANT if name in _INSTANTS else Kind.TEXT


def _csv(file: IO[bytes], columns: Columns, entries: Iterable[Entry]) -> None:
    write = csv.writer(_Encoded(file), lineterminator="\n").writerow
    write(columns)
    for entry in entries:
        write([_text(value) for value in attrs.astuple(entry)])


class _Encoded:
    """A text file as far as `csv` needs one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def _json_lines(file: IO[bytes], _: Columns, entries: Iterable[Entry]) -> None:
    for entry in entries:
        file.write(json.dumps(attrs.asdict(entry), default=_text).encode() + b"\n")


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _parquet(file: IO[bytes], columns: Columns, entries: Iterator[Entry]) -> None:
    arrow, parquet = (library(name, "'sentori[arrow]'") for name in ("pyarrow", "pyarrow.parquet"))
    types = arrow_types(arrow)
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    with parquet.ParquetWriter(file, schema) as writer:
        while batch := [_record(entry, columns) for entry in itertools.islice(entries, _BATCH)]:
            writer.write_batch(arrow.RecordBatch.from_pylist(batch, schema=schema))


def _record(entry: Entry, columns: Columns) -> dict[str, Any]:
    # A column has one type: codes are numbers on some platforms and texts on others.
    return {
        name: str(value) if columns[name] is Kind.TEXT and value is not None else value
        for name, value in attrs.asdict(entry).items()
    }


_KINDS: Final[dict[str, Callable[[IO[bytes], Columns, Iterator[Entry]], None]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
