"""Rows from files: CSV as spreadsheets leave it, JSON Lines, and Parquet.

A row is a mapping, so the bulk verbs take a file as it is::

    report = await client.bulk.add_or_update(open_rows("contacts.csv"))

A row that cannot be used raises its reason when it is read, which makes it a failed row of the
job and leaves its neighbours alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from sentori_async.sources.csv_file import CsvFile
from sentori_async.sources.json_lines import JsonLinesFile
from sentori_async.sources.parquet import ParquetFile
from sentori_async.sources.rows import RefusedRow, Row, RowFile

_JSON_LINES: Final = frozenset({".jsonl", ".ndjson"})


def open_rows(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    empty_as_null: bool = False,
) -> RowFile:
    """Return the rows of a file: CSV, unless its name ends in .jsonl, .ndjson or .parquet.

    Args:
        path: The file.
        encoding: A text's encoding; UTF-8 where absent, and a byte order mark overrules both.
        delimiter: What separates the cells of a CSV; found in its header where absent.
        empty_as_null: Whether an empty value is None, which clears the field, instead of absent.

    Raises:
        InvalidInput: The file cannot be read, or its header cannot be understood.
        ConfigurationError: It is Parquet, and pyarrow is not installed.
    """
    if Path(path).suffix.lower() == ".parquet":
        return ParquetFile(path, empty_as_null=empty_as_null)
    if Path(path).suffix.lower() in _JSON_LINES:
        return JsonLinesFile(path, encoding=encoding, empty_as_null=empty_as_null)
    return CsvFile(path, encoding=encoding, delimiter=delimiter, empty_as_null=empty_as_null)


__all__ = ["CsvFile", "JsonLinesFile", "ParquetFile", "RefusedRow", "Row", "RowFile", "open_rows"]
