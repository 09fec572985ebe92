"""Rows of one contact take turns, in the order they came.

1. A row joins the lines of all its contacts at once, in input order, so lines cannot cross.
2. Nothing is kept for a contact without a row in flight.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """The contacts that have a row in flight, and the rows that wait for them."""

    def __init__(self) -> None:
        """Start with no contact in flight."""
        # None: in flight, and nobody waits.
        self._lines: dict[str, deque[asyncio.Future[None]] | None] = {}

    def join(self, keys: tuple[str, ...]) -> list[asyncio.Future[None]]:
        """Take a place in the line of every key; return what must be awaited before going on."""
        waits: list[asyncio.Future[None]] = []
        for key in keys:
            if key not in self._lines:
                self._lines[key] = None
                continue
            turn = asyncio.get_running_loop().create_future()
            line = self._lines[key]
            if line is None:
                line = self._lines[key] = deque()
            line.append(turn)
            waits.append(turn)
        return waits

    def leave(self, keys: tuple[str, ...]) -> None:
        """Let the next row of every key go on."""
        for key in keys:
            line = self._lines[key]
            while line and line[0].done():
                del line[0]  # cancelled while it waited
            if line:
                line.popleft().set_result(None)
            else:
                del self._lines[key]

    def __len__(self) -> int:
        """Return how many contacts have a row in flight."""
        return len(self._lines)
