"""Rows of a ledger in files that other programs read: CSV, JSON Lines and Parquet.

The files hold contact data: only their owner may read them (mode 0600).
"""

from __future__ import annotations

import csv
import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from sentori_async.bulk.ledger import COLUMNS, LedgerRow
from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.files import private_file

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH: Final = 10_000


def export(rows: Iterable[LedgerRow], path: str | os.PathLike[str]) -> int:
    """Write rows to a file of the kind that its name says, and return how many.

    Args:
        rows: The rows, such as ``ledger.rows(outcome="failed")``.
        path: The file: .csv, .jsonl, .ndjson or .parquet; one that is there is not replaced.

    Raises:
        InvalidInput: The name says no kind that is known.
        ConfigurationError: The file cannot be written or is there already, or pyarrow is needed
            and not installed.
    """
    target = Path(path)
    write = _KINDS.get(target.suffix.lower())
    if write is None:
        raise InvalidInput(f"{target.name} says no kind: end it in {', '.join(_KINDS)}")
    counted = itertools.count()
    with private_file(target) as file:
        # `zip` takes a number for each row that there is.
        write(file, (row for row, _ in zip(rows, counted, strict=False)))
    return next(counted)


def _csv(file: IO[bytes], rows: Iterable[LedgerRow]) -> None:
    write = csv.writer(_Encoded(file), lineterminator="\n").writerow
    write(COLUMNS)
    for row in rows:
        write([_text(value) for value in attrs.astuple(row)])


class _Encoded:
    """A text file as far as `csv` needs one."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.encode())


def _json_lines(file: IO[bytes], rows: Iterable[LedgerRow]) -> None:
    for row in rows:
        file.write(json.dumps(attrs.asdict(row), default=_text).encode() + b"\n")


def _text(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def _parquet(file: IO[bytes], rows: Iterable[LedgerRow]) -> None:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        msg = (
            "Parquet is written with pyarrow, which is not installed: pip install 'sentori[arrow]'"
        )
        raise ConfigurationError(msg) from None
    with parquet.ParquetWriter(file, schema()) as writer:
        for batch in _batches(rows):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema()))


def _batches(rows: Iterable[LedgerRow]) -> Iterator[list[dict[str, Any]]]:
    numbered = iter(rows)
    while batch := [_record(row) for row in itertools.islice(numbered, _BATCH)]:
        yield batch


def _record(row: LedgerRow) -> dict[str, Any]:
    # A column has one type: codes are numbers on some platforms and texts on others.
    code = None if row.code is None else str(row.code)
    return attrs.asdict(attrs.evolve(row, code=code))


def schema() -> pa.Schema:
    """Return the columns of a ledger in Arrow's terms."""
    import pyarrow as pa

    times, numbers = pa.timestamp("us", tz="UTC"), pa.int64()
    types = {
        "row": numbers,
        "attempts": numbers,
        "run": numbers,
        "intended_at": times,
        "settled_at": times,
    }
    return pa.schema([(name, types.get(name, pa.string())) for name in COLUMNS])


_KINDS: Final[dict[str, Callable[[IO[bytes], Iterable[LedgerRow]], None]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".parquet": _parquet,
}
