"""What a row of a job may be, on every platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, runtime_checkable

from sentori_async.errors import InvalidInput, kind_of


@runtime_checkable
class CursorRow(Protocol):
    """A row of a database cursor, such as sqlite3.Row: a mapping in all but name."""

    def keys(self) -> Iterable[str]:
        """Return the names of the columns."""
        ...

    def __getitem__(self, name: str, /) -> Any:
        """Return the value of a column."""
        ...


def identity_and_fields(row: object, name: str) -> tuple[object, Any]:
    """Return a row's identity and its fields, neither of them looked at.

    Args:
        row: A mapping, a database row, an identity, or an (identity, fields) pair.
        name: The field that carries the identity in mappings.

    Raises:
        InvalidInput: It is something else.
    """
    match row:
        case str():
            return row, None
        case Mapping():
            return row.get(name), row
        case (identity, fields):
            return identity, fields
        case CursorRow():
            columns = {column: row[column] for column in row.keys()}  # noqa: SIM118 - it is no dict
            return columns.get(name), columns
        case _:
            raise InvalidInput(
                f"a row is a mapping, an identity such as the {name}, or an (identity, fields) "
                f"pair, not {kind_of(row)}"
            )


def shown(read: Callable[[object], tuple[object, ...]], row: object) -> str:
    """Return what seems to be the identity of a refused row, which may be no row at all.

    Args:
        read: Return a row's parts, the identity first, or raise InvalidInput.
        row: The row.
    """
    try:
        identity = read(row)[0]
    except InvalidInput:
        return ""
    return identity if isinstance(identity, str) else ""
