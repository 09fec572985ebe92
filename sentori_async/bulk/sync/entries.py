"""What is known of a contact while it is synced."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from typing import Any, NoReturn

import attrs

from sentori_async.errors import InvalidInput


class Before(enum.IntEnum):
    """What the state had of a contact before this run."""

    NEW = 0
    """Nothing."""
    SURE = 1
    """Another digest, of what was sent last."""
    DOUBTFUL = 2
    """A digest; and what was sent later may have been carried out or not."""
    SAME = 3
    """The same digest; only where the platform is asked, too."""
    NEVER = 4
    """No digest: it was sent, and nobody knows what became of it."""
    UNNAMED = 5
    """Nobody knows: the row does not say whose it is."""


# Not frozen and built by position: one is made for every row that is sent.
@attrs.define(eq=False)
class Entry:
    """One contact that is to be sent or removed.

    Attributes:
        place: The place of its row in the input; a removal's follows all of these.
        key: What the state knows it by; None where its row does not say.
        digest: The digest of its row.
        contact: The platform's key of it, where that is not the state's.
        before: What the state had of it.
        row: What the engine takes.
    """

    place: int
    key: str | None
    digest: str | None
    contact: str | None
    before: Before
    row: Any


@attrs.define(eq=False)
class Batch:
    """Rows that are compared with the state at a stroke.

    Attributes:
        start: The place of the first one in the input; the others follow.
        given: The key and the digest of each, one after the other.
        contacts: The platform's key of each, where that is not the state's.
        rows: The rows.
    """

    start: int
    given: list[str | None] = attrs.field(factory=list)
    contacts: list[str | None] = attrs.field(factory=list)
    rows: list[object] = attrs.field(factory=list)


class Unusable(Mapping[str, Any]):
    """A row that cannot be used: whoever reads it is told why."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        """Keep the reason."""
        self.reason = reason

    def __getitem__(self, key: str) -> NoReturn:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __iter__(self) -> Iterator[str]:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __len__(self) -> int:
        """Raise InvalidInput with the reason."""
        raise InvalidInput(self.reason)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the reason."""
        return Unusable, (self.reason,)
