"""What every file of rows gives."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from sentori_async.errors import InvalidInput


class Row(dict[str, Any]):
    """The values of one row by column; one without any value is blank.

    Attributes:
        number: The row's number as the file's own program shows it.
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
        number: The row's number as the file's own program shows it.
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
    """

    columns: tuple[str, ...]

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
