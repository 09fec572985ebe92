"""Parquet, which is read with pyarrow.

1. Rows are numbered from 1.
2. Values are those of data frames: missing is missing, and all are Python's own.
3. Empty text is absent, as an empty cell of a CSV is.
4. Memory holds one batch of rows, not the file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from sentori_async.bulk.frames import frame_rows
from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.files import private_file
from sentori_async.sources.marks import Marks
from sentori_async.sources.rows import Row, RowFile

_BATCH: Final = 1_024


class ParquetFile(RowFile):
    """The rows of a Parquet file."""

    def __init__(self, path: str | os.PathLike[str], *, empty_as_null: bool = False) -> None:
        """Read the names of the columns.

        Args:
            path: The file.
            empty_as_null: Whether a missing value or an empty text is None, which clears the field.

        Raises:
            InvalidInput: The file cannot be read, or its columns cannot be fields.
            ConfigurationError: pyarrow is not installed.
        """
        self._path = Path(path)
        self._empty = empty_as_null
        self._arrow, self._parquet = _libraries()
        with self._opened() as file:
            self.columns = tuple(file.schema_arrow.names)
            # Two columns of one name are refused here, and not with the first row.
            frame_rows(file.schema_arrow.empty_table())

    def __iter__(self) -> Iterator[Row]:
        """Yield every row, blank ones included.

        Raises:
            InvalidInput: The file cannot be read beyond this point.
        """
        with self._opened() as file:
            stream = self._arrow.RecordBatchReader.from_batches(
                file.schema_arrow, file.iter_batches(_BATCH)
            )
            values = frame_rows(stream, nulls="null" if self._empty else "absent")
            for number, row in enumerate(values, 1):
                yield self._row(number, row)

    def _row(self, number: int, values: dict[str, Any]) -> Row:
        stripped = {name: v.strip() if isinstance(v, str) else v for name, v in values.items()}
        if self._empty:
            return Row(number, {name: None if v == "" else v for name, v in stripped.items()})
        return Row(number, {name: v for name, v in stripped.items() if v != ""})

    def survey(self) -> int:
        """Read the whole file once and return the number of its rows.

        Raises:
            InvalidInput: Part of the file cannot be read.
        """
        with self._opened() as file:
            return sum(batch.num_rows for batch in file.iter_batches(_BATCH))

    def copy_rows(
        self,
        path: str | os.PathLike[str],
        *,
        numbers: Marks | None = None,
        indexes: Iterable[int] = (),
    ) -> int:
        """Write some rows to a file of their own, as `RowFile.copy_rows` says."""
        wanted = numbers if numbers is not None else Marks()
        places = Marks(indexes)
        copied = read = 0
        with (
            self._opened() as file,
            private_file(Path(path)) as target,
            self._parquet.ParquetWriter(target, file.schema_arrow) as writer,
        ):
            for batch in file.iter_batches(_BATCH):
                here = range(read, read + batch.num_rows)
                chosen = [place + 1 in wanted or place in places for place in here]
                writer.write_batch(batch.filter(self._arrow.array(chosen)))
                copied += sum(chosen)
                read += batch.num_rows
        return copied

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Any]:
        """Open the file, and translate what goes wrong with it."""
        try:
            with self._parquet.ParquetFile(self._path) as file:
                yield file
        except self._arrow.ArrowException as error:
            raise InvalidInput(f"{self._path.name} is no Parquet file, or damaged") from error
        except OSError as error:
            what = os.strerror(error.errno) if error.errno else "it is damaged"
            raise InvalidInput(f"{self._path} cannot be read: {what}") from error


def _libraries() -> tuple[Any, Any]:
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ConfigurationError(
            "Parquet is read with pyarrow, which is not installed: pip install 'sentori[arrow]'"
        ) from None
    return pa, parquet
