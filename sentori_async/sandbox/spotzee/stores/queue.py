"""What was accepted and has not taken effect yet."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from sentori_async.sandbox.spotzee.stores.scope import Scope, printed


class Job(enum.Enum):
    """What can be queued; the values are the state file's."""

    UPSERT = "upsert"
    DELETE = "delete"


class Queue:
    """Jobs that take effect in the order they were accepted, `visible_after_s` later."""

    def __init__(self, scope: Scope, perform: Mapping[Job, Callable[[Any], None]]) -> None:
        self._scope = scope
        self._perform = perform

    def put(self, kind: Job, payload: Any) -> None:
        """Accept a job; it takes effect in no case before the next request or read."""
        delay = dt.timedelta(seconds=self._scope.options.visible_after_s)
        self._scope.database.run(
            "INSERT INTO spotzee_jobs (project, due, kind, payload) VALUES (?, ?, ?, ?)",
            self._scope.project,
            printed(self._scope.clock() + delay),
            kind.value,
            orjson.dumps(payload).decode(),
        )

    def apply_due(self) -> None:
        """Let everything take effect whose time has come."""
        self._apply(
            "SELECT job, kind, payload FROM spotzee_jobs WHERE project = ? AND due <= ?"
            " ORDER BY job",
            self._scope.now(),
        )

    def apply_all(self) -> None:
        """Let everything take effect at once."""
        self._apply("SELECT job, kind, payload FROM spotzee_jobs WHERE project = ? ORDER BY job")

    def __len__(self) -> int:
        return self._scope.number("SELECT count(*) FROM spotzee_jobs WHERE project = ?")

    def _apply(self, sql: str, *values: Any) -> None:
        if self._scope.row(sql, *values) is None:
            return
        with self._scope.database:
            for job, kind, payload in self._scope.rows(sql, *values):
                self._perform[Job(kind)](orjson.loads(payload))
                self._scope.database.run("DELETE FROM spotzee_jobs WHERE job = ?", job)
