"""Events: what users did, as the project's own systems tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from sentori_async.sandbox.spotzee.stores.scope import Scope


class EventStore:
    """The events of a project; a repeated one is there twice."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def keep(self, events: Iterable[Mapping[str, Any]]) -> None:
        """Store events."""
        self._scope.database.run_many(
            "INSERT INTO spotzee_events (project, body) VALUES (?, ?)",
            [(self._scope.project, orjson.dumps(event).decode()) for event in events],
        )

    def all(self) -> list[dict[str, Any]]:
        """Return every event as it was sent, in the order they came."""
        found = self._scope.rows("SELECT body FROM spotzee_events WHERE project = ? ORDER BY event")
        return [orjson.loads(body) for (body,) in found]
