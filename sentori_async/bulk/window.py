"""The rows that are held back for a moment, in case a later one of the same contact comes.

1. Rows leave in the order of the input.
2. A row is superseded by a later one that names exactly the same contact and no other: a rename
   touches two, and keeps its place.
3. Nothing is held for longer than a second, and no more than so many rows are.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Generic, Protocol, TypeVar

MOST_HELD: Final = 5_000
LONGEST_S: Final = 1.0


class Held(Protocol):
    """What a window holds."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The normalised identities that it touches."""
        ...

    @property
    def may_be_superseded(self) -> bool:
        """Whether it need not be sent if a later one is."""
        ...


H = TypeVar("H", bound=Held)


class Window(Generic[H]):
    """Rows on their way from the input to the platform."""

    def __init__(self, *, most: int = MOST_HELD) -> None:
        """Hold nothing.

        Args:
            most: How many rows are held at most.
        """
        self._most = most
        # By number, in the order of the input, with the time since when each is held.
        # Not a dict: to find the first of one that is emptied from the front takes ever longer.
        self._held: OrderedDict[int, tuple[H, float]] = OrderedDict()
        self._latest: dict[str, int] = {}
        self._number = 0

    def __len__(self) -> int:
        """Return how many rows are held."""
        return len(self._held)

    def add(self, row: H, now: float) -> H | None:
        """Hold a row; return the earlier one that it supersedes, if there is one."""
        earlier = self._superseded(row)
        self._number += 1
        self._held[self._number] = row, now
        for key in row.keys:
            self._latest[key] = self._number
        return earlier

    def _superseded(self, row: H) -> H | None:
        if len(row.keys) != 1:
            return None
        number = self._latest.get(row.keys[0])
        if number is None:
            return None
        earlier, _ = self._held[number]
        if earlier.keys != row.keys or not earlier.may_be_superseded:
            return None
        del self._held[number]
        return earlier

    def is_due(self, now: float) -> bool:
        """Tell whether the first row is to go."""
        if len(self._held) >= self._most:
            return True
        first = next(iter(self._held.values()), None)
        return first is not None and now - first[1] >= LONGEST_S

    def release(self) -> H | None:
        """Let the first row go; None where there is none."""
        number = next(iter(self._held), None)
        if number is None:
            return None
        row, _ = self._held.pop(number)
        for key in row.keys:
            if self._latest[key] == number:
                del self._latest[key]
        return row

    def clear(self) -> list[H]:
        """Let all rows go, in their order."""
        rows = [row for row, _ in self._held.values()]
        self._held.clear()
        self._latest.clear()
        return rows
