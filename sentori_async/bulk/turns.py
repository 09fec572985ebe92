"""Rows of one contact take turns, in the order they came.

1. What is to be sent joins the lines of all its contacts at once, in input order, so lines cannot
   cross.
2. What has to wait is parked here and holds no worker; when its turn has come it is `ready`.
3. Nothing is kept for a contact without a row in flight.
"""

from __future__ import annotations

from collections import deque
from typing import Generic, TypeVar

import attrs

U = TypeVar("U")


@attrs.define(eq=False)
class _Place(Generic[U]):
    """What waits, for how many of its contacts."""

    unit: U
    missing: int = 0


class Turns(Generic[U]):
    """The contacts that have a row in flight, and what waits for them.

    Attributes:
        ready: What waited and may go on now, in the order its turn came.
    """

    def __init__(self) -> None:
        """Start with no contact in flight."""
        self.ready: deque[U] = deque()
        # None: in flight, and nobody waits.
        self._lines: dict[str, deque[_Place[U]] | None] = {}
        # A dict for its order, which is that of the input.
        self._parked: dict[_Place[U], None] = {}

    def join(self, keys: tuple[str, ...], unit: U) -> bool:
        """Take a place in the line of every key.

        Returns:
            Whether the unit may go at once; if not, it is parked until it is ready.
        """
        place = None
        for key in keys:
            if key not in self._lines:
                self._lines[key] = None
                continue
            if place is None:
                place = _Place(unit)
                self._parked[place] = None
            line = self._lines[key]
            if line is None:
                line = self._lines[key] = deque()
            line.append(place)
            place.missing += 1
        return place is None

    def leave(self, keys: tuple[str, ...]) -> None:
        """Let what is next in the line of every key go on."""
        for key in keys:
            line = self._lines.get(key)
            if not line:
                self._lines.pop(key, None)
                continue
            place = line.popleft()
            place.missing -= 1
            if not place.missing:
                del self._parked[place]
                self.ready.append(place.unit)

    def abandon(self) -> list[U]:
        """Return all that has not gone on, and let it wait no more; nothing may join any more."""
        units = [*self.ready, *(place.unit for place in self._parked)]
        self.ready.clear()
        self._parked.clear()
        self._lines.clear()
        return units

    @property
    def parked(self) -> int:
        """How many units have not gone on yet."""
        return len(self._parked) + len(self.ready)

    def __len__(self) -> int:
        """Return how many contacts have a row in flight."""
        return len(self._lines)
