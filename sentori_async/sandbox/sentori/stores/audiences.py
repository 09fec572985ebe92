"""Upload groups, which imports make, and audiences, which are saved questions."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sentori.rules import is_field_name
from sentori_async.sandbox.sentori.stores.lists import Entry
from sentori_async.sandbox.sentori.stores.scope import Scope


@attrs.frozen
class FieldIs:
    """The rule that a text field has one value.

    Attributes:
        field: The field's name, any but `EmailAddress` and `IsBadEmailAddress`.
        value: The value, compared exactly.
    """

    field: str
    value: str


@attrs.frozen
class InUploadGroup:
    """The rule that a contact came with one import.

    Attributes:
        external_id: The upload group's id.
    """

    external_id: str


Rule = FieldIs | InUploadGroup
"""What decides who is in an audience: much less than Sentori's own rules can say."""


class UploadGroupStore:
    """The upload groups of an account."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database

    def create(self, name: str, description: str, members: Sequence[int]) -> str:
        """Make a group of contacts, given by SystemID, and return its id."""
        with self._database:
            external_id = self._scope.new_external_id()
            number = self._database.run(
                "INSERT INTO sentori_upload_groups (account, external_id, name, description)"
                " VALUES (?, ?, ?, ?)",
                self._scope.account,
                external_id,
                name,
                description,
            )
            self._database.run_many(
                "INSERT INTO sentori_group_members (upload_group, system_id) VALUES (?, ?)",
                ((number, system_id) for system_id in members),
            )
            return external_id

    def all(self) -> list[Entry]:
        """Return the groups, oldest first."""
        rows = self._database.rows(
            "SELECT external_id, name, description FROM sentori_upload_groups"
            " WHERE account = ? ORDER BY upload_group",
            self._scope.account,
        )
        return [Entry(*row) for row in rows]

    def members(self, external_id: str) -> list[str]:
        """Return the addresses of a group's contacts, emailable or not, oldest contact first."""
        rows = self._database.rows(
            "SELECT address FROM sentori_group_members JOIN sentori_contacts USING (system_id)"
            " WHERE upload_group = ? ORDER BY system_id",
            self.find(external_id),
        )
        return [address for (address,) in rows]

    def find(self, external_id: str) -> int | None:
        """Return the number of a group, or None."""
        row = self._scope.owned(
            "SELECT upload_group FROM sentori_upload_groups WHERE account = ? AND external_id = ?",
            external_id,
        )
        return None if row is None else row[0]

    def emailable(self, number: int) -> list[tuple[int, str]]:
        """Return SystemID and address of the members that Sentori would mail."""
        rows = self._database.rows(
            "SELECT system_id, address FROM sentori_group_members"
            " JOIN sentori_emailable USING (system_id) WHERE upload_group = ? ORDER BY system_id",
            number,
        )
        return [(system_id, address) for system_id, address in rows]


class AudienceStore:
    """The audiences of an account; each is evaluated when it is asked for."""

    def __init__(self, scope: Scope, groups: UploadGroupStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._groups = groups

    def add(self, external_id: str, name: str, rule: Rule, description: str = "") -> None:
        """Add an audience.

        Raises:
            InvalidInput: The id is taken, or the rule's field cannot be one.
        """
        if isinstance(rule, FieldIs) and not is_field_name(rule.field):
            raise InvalidInput(f"{rule.field!r} is no contact field")
        with self._database:
            if self.find(external_id) is not None:
                raise InvalidInput(f"there is an audience {external_id} already")
            self._database.run(
                "INSERT INTO sentori_audiences"
                " (account, external_id, name, description, field, value, upload_group)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                self._scope.account,
                external_id,
                name,
                description,
                rule.field if isinstance(rule, FieldIs) else None,
                rule.value if isinstance(rule, FieldIs) else None,
                rule.external_id if isinstance(rule, InUploadGroup) else None,
            )

    def all(self) -> list[Entry]:
        """Return the audiences in the order they were added."""
        rows = self._database.rows(
            "SELECT external_id, name, description FROM sentori_audiences"
            " WHERE account = ? ORDER BY audience",
            self._scope.account,
        )
        return [Entry(*row) for row in rows]

    def find(self, external_id: str) -> Rule | None:
        """Return the rule of an audience, or None."""
        row = self._scope.owned(
            "SELECT field, value, upload_group FROM sentori_audiences"
            " WHERE account = ? AND external_id = ?",
            external_id,
        )
        if row is None:
            return None
        field, value, upload_group = row
        return InUploadGroup(upload_group) if field is None else FieldIs(field, value)

    def emailable(self, rule: Rule) -> list[tuple[int, str]]:
        """Return SystemID and address of the contacts that match and that Sentori would mail."""
        if isinstance(rule, InUploadGroup):
            number = self._groups.find(rule.external_id)
            return [] if number is None else self._groups.emailable(number)
        rows = self._database.rows(
            "SELECT system_id, address FROM sentori_emailable"
            " WHERE account = ? AND json_extract(fields, ?) = ? ORDER BY system_id",
            self._scope.account,
            f"$.{rule.field}",
            rule.value,
        )
        return [(system_id, address) for system_id, address in rows]
