"""What every file of rows gives."""

from __future__ import annotations

import abc
import contextlib
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, NoReturn, TypeAlias

from sentori_async.errors import InvalidInput
from sentori_async.files import private_file
from sentori_async.sources.marks import Marks

Counted: TypeAlias = Literal["line", "row"]


class Row(dict[str, Any]):
    """The values of one row by column; one without any value is blank.

    Attributes:
        number: The line of a text where the row begins, or the row's place; counted from 1.
    """

    __slots__ = ("number",)

    def __init__(
        self, number: int, values: Mapping[str, Any] | Iterable[tuple[str, Any]] = ()
    ) -> None:
        """Take the values."""
        super().__init__(values)
        self.number = number

    @property
    def blank(self) -> bool:
        """Whether there is nothing in the row."""
        return not self


class RefusedRow(Mapping[str, Any]):
    """A row that cannot be used: whoever reads it is told why.

    Attributes:
        number: The line of a text where the row begins, or the row's place; counted from 1.
        reason: Why it cannot be used, and what to do.
        values_read: What could be read of it.
    """

    __slots__ = ("number", "reason", "values_read")

    def __init__(
        self, number: int, reason: str, values_read: Mapping[str, Any] | None = None
    ) -> None:
        """Keep the reason for whoever reads the row."""
        self.number = number
        self.reason = reason
        self.values_read = values_read or {}

    def __getitem__(self, key: str) -> NoReturn:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __iter__(self) -> NoReturn:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __len__(self) -> NoReturn:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __repr__(self) -> str:
        """Show which row it is, and nothing of its values."""
        return f"<refused row {self.number}>"


class RowFile(abc.ABC):
    """The rows of a file, read from the start by every iteration, one at a time.

    Attributes:
        columns: The names of the columns, in their order.
        counts: What `Row.number` counts from 1: the lines of a text, header and all, or the rows.
    """

    columns: tuple[str, ...]
    counts: ClassVar[Counted] = "row"

    @abc.abstractmethod
    def __iter__(self) -> Iterator[Row | RefusedRow]:
        """Yield every row, blank ones included.

        Raises:
            InvalidInput: The file cannot be read beyond this point.
        """

    @abc.abstractmethod
    def survey(self) -> int:
        """Read the whole file once and return the number of its rows.

        Raises:
            InvalidInput: Part of the file cannot be read; the text names the line.
        """

    @abc.abstractmethod
    def copy_rows(
        self,
        path: str | os.PathLike[str],
        *,
        numbers: Marks | None = None,
        indexes: Iterable[int] = (),
    ) -> int:
        """Write some rows to a file of their own, as they stand in this one, and return how many.

        The new file is of this one's form, down to the header, encoding and line ends of a text, so
        that it can be read like this one once its rows are repaired.
        It holds contact data: only its owner may read it (mode 0600).

        Args:
            path: The new file; one that is there is not replaced.
            numbers: The rows' numbers, as `Row.number` has them.
            indexes: Or their places among all rows, counted from 0, as in `BulkOutcome.index`.

        Raises:
            ConfigurationError: The new file cannot be written, or is there already.
            InvalidInput: This file cannot be read.
        """


class TextFile(RowFile):
    """A file whose rows are records of text, one after the other."""

    counts: ClassVar[Counted] = "line"

    @abc.abstractmethod
    def _records(self) -> contextlib.AbstractContextManager[Records]:
        """Open the file for its records as they are written."""

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
        copied = 0
        with self._records() as records, private_file(Path(path)) as file:
            file.write(records.mark + records.head.encode(records.encoding))
            for place, (number, text) in enumerate(records.rows):
                if number in wanted or place in places:
                    file.write(_ended(text).encode(records.encoding))
                    copied += 1
        return copied


class Records:
    """A file's records as they are written.

    Attributes:
        mark: The byte order mark, or nothing.
        encoding: What the text is encoded as.
        head: What stands before the first row.
        rows: Each row's number and text.
    """

    def __init__(
        self, mark: bytes, encoding: str, head: str, rows: Iterable[tuple[int, str]]
    ) -> None:
        """Take what a kind of file knows of itself."""
        self.mark = mark
        self.encoding = encoding
        self.head = head
        self.rows = rows


def _ended(text: str) -> str:
    # The last line of a file may lack its end.
    return text if text.endswith(("\n", "\r")) else text + "\n"
