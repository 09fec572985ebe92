"""CSV as people really have it.

1. A row's number is that of the line where it begins, as an editor shows it: what reading says of a
   line and what a job says of a row can be laid side by side.
2. Cells lose the space around them; an empty cell is absent, so that it clears nothing.
3. A row has a cell for every column, unless it is blank; empty cells beyond them are ignored. Where
   the numbers differ, nobody knows which cells belong to which columns: the row is refused.
4. What is wrong within one line refuses that row. A quoted cell that runs on and then breaks
   leaves nobody sure where rows begin, and refuses the file.
"""

from __future__ import annotations

import contextlib
import csv
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

from sentori_async.errors import InvalidInput
from sentori_async.sources.rows import Records, RefusedRow, Row, TextFile
from sentori_async.sources.text import Lines, no_text, reading

_DELIMITERS: Final = ",;\t|"  # where two divide the header alike, the earlier
_HINT: Final = "sep="  # Excel's own line above the header


class CsvFile(TextFile):
    """The rows of a CSV file."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        encoding: str | None = None,
        delimiter: str | None = None,
        empty_as_null: bool = False,
    ) -> None:
        """Read the header.

        Args:
            path: The file.
            encoding: Its encoding; UTF-8 where absent, and a byte order mark overrules both.
            delimiter: What separates cells; found in the header where absent.
            empty_as_null: Whether an empty cell is None, which clears the field.

        Raises:
            InvalidInput: The file cannot be read, or has no header that names its columns.
        """
        self._path = Path(path)
        self._encoding = encoding
        self._delimiter = delimiter
        self._empty = empty_as_null
        if delimiter is not None and len(delimiter) != 1:
            raise InvalidInput(f"a delimiter is one character, not {delimiter!r}")
        with reading(self._path, encoding) as lines:
            self.columns = _Table(lines, delimiter, self._path.name).columns

    def __iter__(self) -> Iterator[Row | RefusedRow]:
        """Yield every row, blank ones included.

        Raises:
            InvalidInput: The file cannot be read beyond this point.
        """
        with reading(self._path, self._encoding) as lines:
            for number, record in _Table(lines, self._delimiter, self._path.name):
                if isinstance(record, str):
                    yield RefusedRow(number, record)
                else:
                    yield self._row(number, record)

    def survey(self) -> int:
        """Read the whole file once and return the number of its rows.

        Raises:
            InvalidInput: Part of the file cannot be read; the text names the line.
        """
        with reading(self._path, self._encoding) as lines:
            return sum(1 for _ in _Table(lines, self._delimiter, self._path.name))

    @contextlib.contextmanager
    def _records(self) -> Iterator[Records]:
        with reading(self._path, self._encoding) as lines:
            table = _Table(lines, self._delimiter, self._path.name)
            yield Records(lines.mark, lines.encoding, table.taken(), table.texts())

    def _row(self, number: int, cells: list[str]) -> Row | RefusedRow:
        cells = [cell.strip() for cell in cells]
        if not any(cells):
            return Row(number)
        values = self._values(cells)
        if len(cells) < len(self.columns) or any(cells[len(self.columns) :]):
            return RefusedRow(number, self._miscounted(len(cells)), values)
        if any("\0" in cell for cell in cells):
            return RefusedRow(number, "the row holds a NUL character: remove it", values)
        return Row(number, values)

    def _miscounted(self, cells: int) -> str:
        """Return what is wrong with the number of a row's cells, and what to do."""
        columns = len(self.columns)
        remedy = (
            "look which are missing, and write the delimiters of empty ones too"
            if cells < columns
            else "put quotes around cells that hold the delimiter"
        )
        return f"the row has {cells} cell{'s' if cells > 1 else ''} for {columns} columns: {remedy}"

    def _values(self, cells: list[str]) -> Mapping[str, Any]:
        pairs = zip(self.columns, cells, strict=False)
        if self._empty:
            return {name: cell or None for name, cell in pairs}
        return {name: cell for name, cell in pairs if cell}


class _Table:
    """A header, and the records below it with their numbers; empty lines are left out."""

    def __init__(self, lines: Lines, delimiter: str | None, name: str) -> None:
        self._lines = lines
        self._name = name
        self._taken: list[str] = []
        text = self._noted(lines)
        first = next(text, "")
        if first.lower().startswith(_HINT) and len(first.rstrip("\r\n")) == len(_HINT) + 1:
            delimiter = delimiter or first[len(_HINT)]
            first = next(text, "")
        while first and not first.strip():
            first = next(text, "")
        self._reader = csv.reader(
            chain([first], text), delimiter=delimiter or _sniffed(first), strict=True
        )
        self._ahead = 1  # the header's first line was read to see what divides it
        self.columns = self._header()
        self._ahead = 0

    def _noted(self, lines: Lines) -> Iterator[str]:
        for line in lines:
            self._taken.append(line)
            yield line

    def taken(self) -> str:
        """Return the text that was read since this was last asked."""
        text = "".join(self._taken)
        self._taken.clear()
        return text

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield each record's number with its text."""
        for number, _ in self:
            yield number, self.taken()

    def _header(self) -> tuple[str, ...]:
        number, cells = next(iter(self), (0, []))
        if isinstance(cells, str):
            raise InvalidInput(f"the header of {self._name}, line {number}, is broken: {cells}")
        names = [cell.strip() for cell in cells]
        while names and not names[-1]:
            names.pop()  # a spreadsheet's unused columns
        if not names:
            raise InvalidInput(f"{self._name} is empty: its first row must name the columns")
        if any("\0" in name for name in names):
            raise no_text(self._name)
        unnamed = [str(place) for place, name in enumerate(names, start=1) if not name]
        if unnamed:
            which = ", ".join(unnamed)
            raise InvalidInput(f"the header of {self._name} has no name for column {which}")
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            which = ", ".join(map(repr, twice))
            raise InvalidInput(f"the header of {self._name} names {which} more than once")
        return tuple(names)

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        """Yield each record's number with its cells, or with what is wrong with it."""
        while True:
            number = self._lines.number + 1 - self._ahead
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                if self._lines.number > number:
                    raise InvalidInput(
                        f"a quoted cell that begins in line {number} of {self._name} does not "
                        f"end as it should ({error}): look for a quote too many or too few"
                    ) from None
                yield number, f"the row's quotes are wrong ({error}): double those inside"
            else:
                if cells:
                    yield number, cells
            self._taken.clear()


def _sniffed(header: str) -> str:
    """Return the delimiter that divides the header into most cells."""
    try:
        cells = {mark: len(next(csv.reader([header], delimiter=mark), [])) for mark in _DELIMITERS}
    except csv.Error:
        return _DELIMITERS[0]  # reading the header will say what is wrong with it
    return max(cells, key=lambda mark: cells[mark])
