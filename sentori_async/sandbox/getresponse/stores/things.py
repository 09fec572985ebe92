"""Things of which an account has few: JSON objects with an id, and some with a unique name."""

from __future__ import annotations

from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.getresponse.refusal import missing, taken
from sentori_async.sandbox.getresponse.stores.scope import Scope

_WHERE: Final = "FROM getresponse_things WHERE account = ? AND kind = ?"


@attrs.frozen(eq=False)
class ThingStore:
    """All things of one kind.

    Attributes:
        scope: The account.
        kind: What they are, such as "tag".
        id_name: What their id is called, such as "tagId".
    """

    scope: Scope
    kind: str
    id_name: str

    def all(self) -> list[dict[str, Any]]:
        """Return all of them as they are stored, in the order they were made."""
        rows = self.scope.database.rows(
            f"SELECT body {_WHERE} ORDER BY thing", self.scope.account, self.kind
        )
        return [orjson.loads(body) for (body,) in rows]

    def get(self, thing_id: str) -> dict[str, Any] | None:
        """Return the one of an id as it is stored, or None."""
        return self._one("id", thing_id)

    def named(self, name: str) -> dict[str, Any] | None:
        """Return the one of a name in any case as it is stored, or None."""
        return self._one("name_key", name.lower())

    def existing(self, thing_id: str) -> dict[str, Any]:
        """Return the one of an id.

        Raises:
            Refusal: 1013, there is none.
        """
        found = self.get(thing_id)
        if found is None:
            raise missing(self.id_name, thing_id)
        return found

    def create(self, fields: dict[str, Any], *, thing_id: str | None = None) -> dict[str, Any]:
        """Store a new one and return it with its id; `thing_id` fixes the id.

        Raises:
            Refusal: 1008, its name is taken.
        """
        body = {self.id_name: thing_id or self.scope.new_id(), **fields}
        self._free(body)
        self.scope.database.run(
            "INSERT INTO getresponse_things (account, kind, id, name_key, body)"
            " VALUES (?, ?, ?, ?, ?)",
            self.scope.account,
            self.kind,
            body[self.id_name],
            _name_key(body),
            orjson.dumps(body).decode(),
        )
        return body

    def replace(self, body: dict[str, Any]) -> dict[str, Any]:
        """Store a changed one and return it.

        Raises:
            Refusal: 1008, its new name is taken.
        """
        self._free(body)
        self.scope.database.run(
            "UPDATE getresponse_things SET name_key = ?, body = ?"
            " WHERE account = ? AND kind = ? AND id = ?",
            _name_key(body),
            orjson.dumps(body).decode(),
            self.scope.account,
            self.kind,
            body[self.id_name],
        )
        return body

    def remove(self, thing_id: str) -> None:
        """Delete the one of an id, if there is one."""
        self.scope.database.run(
            f"DELETE {_WHERE} AND id = ?", self.scope.account, self.kind, thing_id
        )

    def seeded(self, fields: dict[str, Any], *, thing_id: str | None = None) -> str:
        """Store a new one for a test and return its id.

        Raises:
            InvalidInput: Its id or its name is taken.
        """
        with self.scope.database:
            name = fields.get("name")
            if (name and self.named(name)) or (thing_id and self.get(thing_id)):
                raise InvalidInput(f"a {self.kind} of this name or id exists already")
            made: str = self.create(fields, thing_id=thing_id)[self.id_name]
            return made

    def _one(self, column: str, value: str) -> dict[str, Any] | None:
        body = self.scope.database.value(
            f"SELECT body {_WHERE} AND {column} = ?", self.scope.account, self.kind, value
        )
        return None if body is None else orjson.loads(body)

    def _free(self, body: dict[str, Any]) -> None:
        name = body.get("name")
        holder = self.named(name) if name else None
        if holder is not None and holder[self.id_name] != body[self.id_name]:
            raise taken(str(name))


def _name_key(body: dict[str, Any]) -> str | None:
    name = body.get("name")
    return None if name is None else str(name).lower()
