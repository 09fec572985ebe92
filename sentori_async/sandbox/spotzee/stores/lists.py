"""Lists and segments; a segment is a dynamic list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.spotzee.paging import Source
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.rules import rule_faults
from sentori_async.sandbox.spotzee.stores.scope import LARGEST, Scope

_COLUMNS: Final = (
    "id, name, type, state, rule, version, users_count, tags, is_visible, archived,"
    " created_at, updated_at"
)
_FROM: Final = "FROM spotzee_lists WHERE project = ?"
_BY_ID: Final = f"SELECT {_COLUMNS} {_FROM} AND id = ?"
_BY_NAME: Final = f"SELECT id {_FROM} AND NOT archived AND name = ?"
_ALL: Final = f"SELECT {_COLUMNS} {_FROM} AND NOT archived ORDER BY id"

SOURCE: Final = Source(
    columns=_COLUMNS,
    table="spotzee_lists WHERE project = ? AND NOT archived",
    sorts={
        "id": "id",
        "name": "name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    },
    sort="updated_at",
    searched=("name",),
)
"""Lists as they are listed; what they can be sorted by besides the time is inferred."""


@attrs.define(eq=False)
class ListRow:
    """A list as it is stored; `rule` and `tags` are JSON or null, flags are 0 or 1."""

    id: int
    name: str
    type: str
    state: str
    rule: str | None
    version: int
    users_count: int | None
    tags: str | None
    is_visible: int
    archived: int
    created_at: str
    updated_at: str


class ListStore:
    """The lists of a project; over the API they have no members that could be set."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database

    # For tests: values in, values out.

    def add(
        self,
        name: str,
        *,
        rule: Mapping[str, Any] | None = None,
        users_count: int | None = None,
        tags: Sequence[str] | None = None,
    ) -> int:
        """Add a list that is ready, and return its id.

        Args:
            name: The name.
            rule: The rule tree of a dynamic list; None makes a static one.
            users_count: How many users it is said to have.
            tags: The tags.

        Raises:
            InvalidInput: The rule is none, or the name is taken.
        """
        if self.name_is_taken(name) or (rule is not None and rule_faults(rule)):
            raise InvalidInput(f"the list {name!r} cannot be added: its name or its rule is wrong")
        kind = "static" if rule is None else "dynamic"
        row = self.create(name, kind, rule=rule, tags=tags, is_visible=True)
        row.state, row.users_count = "ready", users_count
        self.save(row)
        return row.id

    def get(self, list_id: int) -> dict[str, Any] | None:
        """Return a list as Spotzee shows it, archived or not, or None."""
        row = self.find(list_id)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every list that is not archived as Spotzee shows it."""
        return [self.show(ListRow(*row)) for row in self._scope.rows(_ALL)]

    # For endpoints: rows.

    def find(self, list_id: int) -> ListRow | None:
        """Return a list, archived or not, or None."""
        row = self._scope.row(_BY_ID, list_id) if list_id <= LARGEST else None
        return None if row is None else ListRow(*row)

    def existing(self, list_id: int) -> ListRow:
        """Return a list, archived or not; else refuse with resource_missing."""
        row = self.find(list_id)
        if row is None:
            raise Refusal("resource_missing", "There is no such list.")
        return row

    def name_is_taken(self, name: str, *, by_other_than: int = 0) -> bool:
        """Tell whether a list that is not archived has a name already."""
        return any(number != by_other_than for (number,) in self._scope.rows(_BY_NAME, name))

    def create(
        self,
        name: str,
        kind: str,
        *,
        rule: Mapping[str, Any] | None,
        tags: Sequence[str] | None,
        is_visible: bool,
    ) -> ListRow:
        """Store a new list; inferred: a dynamic one begins as a draft, a static one is ready."""
        now = self._scope.now()
        state = "ready" if kind == "static" else "draft"
        values = (name, kind, state, _json(rule), 1, None, _json(tags), is_visible, 0, now, now)
        number = self._database.run(
            "INSERT INTO spotzee_lists (project, name, type, state, rule, version, users_count,"
            " tags, is_visible, archived, created_at, updated_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            self._scope.project,
            *values,
        )
        return ListRow(number, *values)

    def change(self, row: ListRow, body: Mapping[str, Any]) -> ListRow:
        """Store what a checked body has; `published` makes a draft ready."""
        row.name = body["name"]
        if "rule" in body:
            row.rule = _json(body["rule"])
        if "tags" in body:
            row.tags = _json(body["tags"])
        if body.get("published"):
            row.state = "ready"
        row.version += 1
        row.updated_at = self._scope.now()
        self.save(row)
        return row

    def save(self, row: ListRow) -> None:
        """Store what a list has become."""
        self._database.run(
            "UPDATE spotzee_lists SET name = ?, state = ?, rule = ?, version = ?, users_count = ?,"
            " tags = ?, archived = ?, updated_at = ? WHERE id = ?",
            row.name,
            row.state,
            row.rule,
            row.version,
            row.users_count,
            row.tags,
            row.archived,
            row.updated_at,
            row.id,
        )

    def remove(self, row: ListRow) -> None:
        """Archive a list, or delete one that is archived for good."""
        if row.archived:
            self._database.run("DELETE FROM spotzee_lists WHERE id = ?", row.id)
            return
        row.archived = True
        self.save(row)

    def show(self, row: ListRow) -> dict[str, Any]:
        """Return a list as Spotzee prints it."""
        dynamic = row.type == "dynamic"
        return {
            "id": row.id,
            "project_id": self._scope.project,
            "name": row.name,
            "type": row.type,
            "state": row.state,
            **({"rule": orjson.loads(row.rule or "null")} if dynamic else {}),
            "rule_id": row.id if dynamic else None,
            "version": row.version,
            "users_count": row.users_count,
            "tags": None if row.tags is None else orjson.loads(row.tags),
            "is_visible": bool(row.is_visible),
            "refreshed_at": None,
            "created_at": row.created_at,
            "updated_at": row.updated_at,
        }


def _json(value: object) -> str | None:
    return None if value is None else orjson.dumps(value).decode()
