"""JSON Lines: one object per line.

1. A row's number is its line's; empty lines count and are left out.
2. Empty text is absent, as an empty cell of a CSV is; an explicit null clears the field.
3. A line that is no object refuses that row alone.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final, NoReturn

from sentori_async.errors import InvalidInput
from sentori_async.sources.rows import Records, RefusedRow, Row, TextFile
from sentori_async.sources.text import reading

_FIRST: Final = 1_000


class JsonLinesFile(TextFile):
    """The rows of a JSON Lines file; its columns are the names in its first thousand lines."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        encoding: str | None = None,
        empty_as_null: bool = False,
    ) -> None:
        """Read the first lines.

        Args:
            path: The file.
            encoding: Its encoding; UTF-8 where absent, and a byte order mark overrules both.
            empty_as_null: Whether an empty text is None, which clears the field.

        Raises:
            InvalidInput: The file cannot be read, or holds no object there.
        """
        self._path = Path(path)
        self._encoding = encoding
        self._empty = empty_as_null
        first = [value for _, value in islice(self._lines(), _FIRST) if isinstance(value, dict)]
        if not first:
            raise InvalidInput(f"{self._path.name} holds no JSON object: one per line is a row")
        self.columns = tuple(dict.fromkeys(chain.from_iterable(first)))

    def __iter__(self) -> Iterator[Row | RefusedRow]:
        """Yield every row, blank ones included.

        Raises:
            InvalidInput: The file cannot be read beyond this point.
        """
        for number, value in self._lines():
            if isinstance(value, str):
                yield RefusedRow(number, value)
            else:
                yield self._row(number, value)

    def survey(self) -> int:
        """Read the whole file once and return the number of its rows.

        Raises:
            InvalidInput: Part of the file cannot be read; the text names the line.
        """
        with reading(self._path, self._encoding) as lines:
            return sum(1 for line in lines if line.strip())

    @contextlib.contextmanager
    def _records(self) -> Iterator[Records]:
        with reading(self._path, self._encoding) as lines:
            rows = ((lines.number, line) for line in lines if line.strip())
            yield Records(lines.mark, lines.encoding, "", rows)

    def _lines(self) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield each line's number with its object, or with what is wrong with it."""
        with reading(self._path, self._encoding) as lines:
            for line in lines:
                if line.strip():
                    yield lines.number, _object(line)

    def _row(self, number: int, value: dict[str, Any]) -> Row:
        values = {name: v.strip() if isinstance(v, str) else v for name, v in value.items()}
        if self._empty:
            return Row(number, {name: None if v == "" else v for name, v in values.items()})
        return Row(number, {name: v for name, v in values.items() if v != ""})


def _object(line: str) -> dict[str, Any] | str:
    """Return the object of a line, or what is wrong with it."""
    try:
        value = json.loads(line, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        what = error.msg if isinstance(error, json.JSONDecodeError) else "not a JSON value"
        return f"the line is not JSON ({what}): write one object per line"
    if isinstance(value, dict):
        return value
    return "the line is not a JSON object: write one object per line"


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and the infinities, which JSON does not have
