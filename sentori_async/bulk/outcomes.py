"""What became of one row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

import attrs

from sentori_async.errors import SentoriError, mask_identity
from sentori_async.tables import Kind

Status = Literal[
    "added",
    "updated",
    "upserted",
    "subscribed",
    "unsubscribed",
    "deleted",
    "accepted",
    "skipped",
    "failed",
    "unknown",
]

COLUMNS: Final[Mapping[str, Kind]] = {
    "row": Kind.WHOLE,
    "contact": Kind.TEXT,
    "status": Kind.TEXT,
    "error": Kind.TEXT,
    "code": Kind.TEXT,
    "message": Kind.TEXT,
    "remedy": Kind.TEXT,
    "attempts": Kind.WHOLE,
    "request_id": Kind.TEXT,
}
"""What a table of outcomes says of each."""

UNSUCCESSFUL: Final[frozenset[Status]] = frozenset({"skipped", "failed", "unknown"})


def always(status: Status) -> Callable[[Any], Status]:
    """Return what says this status of every answer."""
    return lambda _: status


def upserted(result: Any) -> Status:
    """Return the status of an upsert, whose answer may not tell which of the two it was."""
    created = None if result is None else result.created
    if created is None:
        return "upserted"
    return "added" if created else "updated"


# Not frozen and built by position: one is made for every row.
@attrs.define
class BulkOutcome:
    """The fate of one row.

    Attributes:
        index: The row's place in the input, counted from 0.
        contact: The contact's identity, such as its address; "" where the row has none.
        status: What happened.
        result: What the platform answered, decoded, or None.
        error: Why the row failed, was skipped or is unknown, or None.
        attempts: How often sending was tried.
    """

    index: int
    contact: str
    status: Status
    result: Any = None
    error: SentoriError | None = None
    attempts: int = 0

    @property
    def ok(self) -> bool:
        """Whether the row reached the platform and was taken."""
        return self.status not in UNSUCCESSFUL

    def record(self) -> tuple[Any, ...]:
        """Return what a table says of it: the values of `COLUMNS`, nothing masked."""
        error = self.error
        code = getattr(error, "code", None)
        return (
            self.index,
            self.contact,
            self.status,
            None if error is None else type(error).__name__,
            # A column has one type: codes are numbers on some platforms and texts on others.
            None if code is None else str(code),
            None if error is None else error.message,
            getattr(error, "remedy", None) or None,
            self.attempts,
            getattr(error, "request_id", None),
        )

    def __repr__(self) -> str:
        """Show the fate, with the identity masked and without the result."""
        error = "" if self.error is None else f", error={type(self.error).__name__}"
        return (
            f"BulkOutcome(index={self.index}, contact={mask_identity(self.contact)!r}, "
            f"status={self.status!r}{error}, attempts={self.attempts})"
        )
