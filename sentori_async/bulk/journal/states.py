"""The rows in flight as the journal's thread knows them.

1. Rows that are put down together before they are sent share one place below the rows, as a text;
   the place is free for others when all of them have their outcomes.
2. A row is written by itself when it has its outcome, with all there is to say of it.
   So each is written once, and none is read for it.
3. What is put down again, or was merged into another, is written by itself at once: what a place
   says of a row counts only while nothing of the same run is written of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import attrs
import orjson

from sentori_async.bulk.journal.entries import IntentEntry, OutcomeEntry

State: TypeAlias = "list[Any]"
"""All that is known of a row: the values of `schema.COLUMNS`, with "" for null.

To bind a None takes Python's sqlite3 as long as all else of a row, as it looks for an adapter.
"""

# Where they are in a state.
_OUTCOME: Final = 4
_ATTEMPTS: Final = 5
_INTENT: Final = 9
_MERGED_INTO: Final = 3


# Not frozen and built by position: one is made for every commit.
@attrs.define(eq=False)
class _Group:
    """Rows that were put down together.

    Attributes:
        place: Where, counted from -1 downwards.
        intended_at: When.
        left: How many of them have no outcome yet.
    """

    place: int
    intended_at: float
    left: int


class States:
    """The rows that a run has intended and not settled."""

    def __init__(
        self, run: int, highest: int, read: Callable[[list[int]], Iterable[Sequence[Any]]]
    ) -> None:
        """Begin with none.

        Args:
            run: The run's number.
            highest: The highest row that earlier runs have put down.
            read: Return what they have put down of some rows.
        """
        self._run = run
        self._highest = highest
        self._read = read
        # What is in flight, with how often earlier runs have tried, and its group.
        self._together: dict[int, tuple[IntentEntry, int, _Group]] = {}
        self._apart: dict[int, State] = {}
        self._free: list[int] = []
        self._lowest = 0

    def apply(
        self, intents: Iterable[IntentEntry], outcomes: Iterable[OutcomeEntry], now: float
    ) -> list[State]:
        """Take in what is put down, and return what is to be written."""
        known = self._known([*intents, *outcomes]) if self._highest >= 0 else {}
        rows = self._intended(intents, now, known)
        rows += [self._settled(entry, now, known) for entry in outcomes]
        return rows

    def _known(self, entries: Iterable[IntentEntry | OutcomeEntry]) -> dict[int, State]:
        """Return what earlier runs have put down of rows, in one go."""
        numbers = [entry[0] for entry in entries if entry[0] <= self._highest]
        numbers = [n for n in numbers if n not in self._together and n not in self._apart]
        found = self._read(numbers) if numbers else ()
        return {row[0]: ["" if value is None else value for value in row] for row in found}

    def _intended(
        self, entries: Iterable[IntentEntry], now: float, known: dict[int, State]
    ) -> list[State]:
        rows: list[State] = []
        together: list[IntentEntry] = []
        for entry in entries:
            intent = entry[3]
            is_merged = intent is not None and intent[_MERGED_INTO] is not None
            if is_merged or entry[0] in self._together or entry[0] in self._apart:
                rows.append(self._intended_apart(entry, now, known, is_merged=is_merged))
            else:
                together.append(entry)
        if together:
            rows.append(self._intended_together(together, now, known))
        return rows

    def _intended_together(
        self, entries: list[IntentEntry], now: float, known: dict[int, State]
    ) -> State:
        if not self._free:
            self._lowest -= 1
            self._free.append(self._lowest)
        group = _Group(self._free.pop(), now, len(entries))
        for entry in entries:
            earlier = known.get(entry[0]) if known else None
            attempts = earlier[_ATTEMPTS] if earlier else 0
            self._together[entry[0]] = entry, attempts, group
        return [group.place, self._run, "", "", "", 0, now, "", "", _json(entries), ""]

    def _intended_apart(
        self, entry: IntentEntry, now: float, known: dict[int, State], *, is_merged: bool
    ) -> State:
        number, contact, digest, intent = entry
        earlier = self._taken(number) or known.get(number)
        attempts = earlier[_ATTEMPTS] if earlier else 0
        state = [number, self._run, contact, digest, "", attempts, now, "", "", "", ""]
        if intent is not None:
            state[_INTENT] = _json(intent)
        if is_merged:
            # It has its outcome already.
            state[_OUTCOME] = "skipped"
        else:
            self._apart[number] = state
        return state

    def _settled(self, entry: OutcomeEntry, now: float, known: dict[int, State]) -> State:
        number, contact, digest, outcome, attempts, request_id, error = entry
        state = self._taken(number) or known.get(number)
        if state is None:
            state = [number, 0, contact, digest, "", 0, "", "", "", "", ""]
        state[1] = self._run
        state[_OUTCOME] = outcome
        state[_ATTEMPTS] += attempts
        state[7] = now
        state[8] = request_id or ""
        state[10] = "" if error is None else _json(error)
        return state

    def _taken(self, number: int) -> State | None:
        """Return the state of a row in flight, which is so no more."""
        found = self._together.pop(number, None)
        if found is None:
            return self._apart.pop(number, None)
        (_, contact, digest, intent), attempts, group = found
        group.left -= 1
        if not group.left:
            self._free.append(group.place)
        rare = "" if intent is None else _json(intent)
        return [number, 0, contact, digest, "", attempts, group.intended_at, "", "", rare, ""]


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
