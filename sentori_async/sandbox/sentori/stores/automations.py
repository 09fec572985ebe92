"""Autoresponders and who was added to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sentori.stores.scope import Scope


@attrs.frozen
class AutomationEntry:
    """One contact that was added to an autoresponder.

    Attributes:
        address: The contact's address.
        data: The transaction data that came with it.
    """

    address: str
    data: Mapping[str, Any]


class AutomationStore:
    """The autoresponders of an account."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database

    def add(self, external_id: str, name: str) -> None:
        """Add an autoresponder.

        Raises:
            InvalidInput: The id is taken.
        """
        with self._database:
            if self.find(external_id) is not None:
                raise InvalidInput(f"there is an autoresponder {external_id} already")
            self._database.run(
                "INSERT INTO sentori_automations (account, external_id, name) VALUES (?, ?, ?)",
                self._scope.account,
                external_id,
                name,
            )

    def entries(self, external_id: str) -> list[AutomationEntry]:
        """Return who was added, in order; a contact may be added more than once."""
        rows = self._database.rows(
            "SELECT address, data FROM sentori_automation_entries"
            " WHERE automation = ? ORDER BY entry",
            self.find(external_id),
        )
        return [AutomationEntry(address, orjson.loads(data)) for address, data in rows]

    def enter(self, number: int, address: str, data: Mapping[str, Any]) -> None:
        """Add a contact to an autoresponder."""
        self._database.run(
            "INSERT INTO sentori_automation_entries (automation, address, data) VALUES (?, ?, ?)",
            number,
            address,
            orjson.dumps(data).decode(),
        )

    def find(self, external_id: str) -> int | None:
        """Return the number of an autoresponder, or None."""
        row = self._scope.owned(
            "SELECT automation FROM sentori_automations WHERE account = ? AND external_id = ?",
            external_id,
        )
        return None if row is None else row[0]
