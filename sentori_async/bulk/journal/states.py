"""The rows in flight as the journal's thread knows them.

With what is kept here, each write says all there is to say of a row, and none is read for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeAlias

import orjson

from sentori_async.bulk.journal.entries import IntentEntry, OutcomeEntry

State: TypeAlias = "list[Any]"
"""All that is known of a row: the values of `schema.COLUMNS`, with "" for null.

To bind a None takes Python's sqlite3 as long as all else of a row, as it looks for an adapter.
"""

# Where they are in a state.
_ATTEMPTS: Final = 5


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
        self._in_flight: dict[int, State] = {}

    def apply(
        self, intents: Iterable[IntentEntry], outcomes: Iterable[OutcomeEntry], now: float
    ) -> list[State]:
        """Take in what is put down, and return the rows as they are now."""
        known = self._known([*intents, *outcomes]) if self._highest >= 0 else {}
        rows = [self._intended(entry, now, known) for entry in intents]
        rows += [self._settled(entry, now, known) for entry in outcomes]
        return rows

    def _known(self, entries: Iterable[IntentEntry | OutcomeEntry]) -> dict[int, State]:
        """Return what earlier runs have put down of rows, in one go."""
        numbers = [entry[0] for entry in entries if entry[0] <= self._highest]
        numbers = [number for number in numbers if number not in self._in_flight]
        found = self._read(numbers) if numbers else ()
        return {row[0]: ["" if value is None else value for value in row] for row in found}

    def _intended(self, entry: IntentEntry, now: float, known: dict[int, State]) -> State:
        number, contact, digest, intent = entry
        earlier = self._in_flight.get(number) or known.get(number)
        attempts = earlier[_ATTEMPTS] if earlier else 0
        state = [number, self._run, contact, digest, "", attempts, now, "", "", "", ""]
        if intent is not None:
            state[9] = _json(intent)
            if intent[3] is not None:
                # Merged into a later row, it has its outcome already.
                state[4] = "skipped"
                return state
        self._in_flight[number] = state
        return state

    def _settled(self, entry: OutcomeEntry, now: float, known: dict[int, State]) -> State:
        number, contact, digest, outcome, attempts, request_id, error = entry
        state = self._in_flight.pop(number, None) or known.get(number)
        if state is None:
            state = [number, 0, contact, digest, "", 0, "", "", "", "", ""]
        state[1] = self._run
        state[4] = outcome
        state[_ATTEMPTS] += attempts
        state[7] = now
        state[8] = request_id or ""
        state[10] = "" if error is None else _json(error)
        return state


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
