"""Subscription types, and each user's state in them."""

from __future__ import annotations

from typing import Any, Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.spotzee.paging import Source
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.rules import CHANNELS, SUBSCRIBED, UNSUBSCRIBED
from sentori_async.sandbox.spotzee.stores.contacts import ContactStore, UserRow
from sentori_async.sandbox.spotzee.stores.scope import LARGEST, Scope

_COLUMNS: Final = "id, name, channel, is_public"
_FROM: Final = "FROM spotzee_subscriptions WHERE project = ?"
_BY_ID: Final = f"SELECT {_COLUMNS} {_FROM} AND id = ?"
_ALL: Final = f"SELECT {_COLUMNS} {_FROM} ORDER BY id"
_OF_USER: Final = (
    "spotzee_subscriptions s LEFT JOIN spotzee_states t ON t.subscription = s.id AND t.user = ?"
    " WHERE s.project = ?"
)
_STATE_COLUMNS: Final = "s.id, t.state, s.is_public, s.name, s.channel"
_STATES: Final = f"SELECT {_STATE_COLUMNS} FROM {_OF_USER} ORDER BY s.id"  # noqa: S608 - ours

TYPES: Final = Source(
    columns=_COLUMNS,
    table="spotzee_subscriptions WHERE project = ?",
    sorts={"id": "id", "name": "name", "channel": "channel"},
    searched=("name",),
)
"""Subscription types as they are listed; how they can be sorted is inferred."""
STATES: Final = Source(
    columns=_STATE_COLUMNS,
    table=_OF_USER,
    sorts={"id": "s.id", "name": "s.name", "channel": "s.channel"},
    searched=("s.name",),
)
"""A user's states as they are listed; the table has places for the user and the project."""


@attrs.define(eq=False)
class TypeRow:
    """A subscription type as it is stored; `is_public` is 0 or 1."""

    id: int
    name: str
    channel: str
    is_public: int

    def shown(self) -> dict[str, Any]:
        """Return it as Spotzee prints it."""
        return {
            "id": self.id,
            "name": self.name,
            "channel": self.channel,
            "is_public": bool(self.is_public),
        }


class SubscriptionStore:
    """The subscription types of a project and who has them."""

    def __init__(self, scope: Scope, contacts: ContactStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._contacts = contacts

    # For tests: ids in, values out; what is due has taken effect before.

    def add(self, name: str, channel: str = "email", *, is_public: bool = True) -> int:
        """Add a subscription type and return its id.

        Args:
            name: The name.
            channel: "email", "text", "push", "webhook" or "in_app".
            is_public: Whether users see it in their preferences.

        Raises:
            InvalidInput: There is no such channel.
        """
        if channel not in CHANNELS:
            raise InvalidInput(f"{channel!r} is no channel of Spotzee")
        return self.create(name, channel, is_public=is_public).id

    def all(self) -> list[dict[str, Any]]:
        """Return every subscription type as Spotzee shows it."""
        return [TypeRow(*row).shown() for row in self._scope.rows(_ALL)]

    def set(self, external_id: str, subscription_id: int, state: int) -> None:
        """Give a user a state: 0 unsubscribed, 1 subscribed, 2 opted in.

        Raises:
            InvalidInput: There is no such user or subscription.
        """
        self._contacts.queue.apply_due()
        row = self._contacts.find(external_id)
        if row is None or self.find(subscription_id) is None:
            raise InvalidInput(f"no user {external_id}, or no subscription {subscription_id}")
        self.change(row, subscription_id, state)

    def states(self, external_id: str) -> dict[int, int]:
        """Return a user's state in every subscription type; none for an unknown user."""
        self._contacts.queue.apply_due()
        row = self._contacts.find(external_id)
        if row is None:
            return {}
        found = self._database.rows(_STATES, row.id, self._scope.project)
        return {entry[0]: self.show_state(entry)["state"] for entry in found}

    # For endpoints: rows.

    def find(self, subscription_id: int) -> TypeRow | None:
        """Return a subscription type, or None."""
        if subscription_id > LARGEST:
            return None
        row = self._scope.row(_BY_ID, subscription_id)
        return None if row is None else TypeRow(*row)

    def existing(self, subscription_id: int) -> TypeRow:
        """Return a subscription type; else refuse with resource_missing."""
        row = self.find(subscription_id)
        if row is None:
            raise Refusal("resource_missing", "There is no such subscription.")
        return row

    def create(self, name: str, channel: str, *, is_public: bool) -> TypeRow:
        """Store a new subscription type."""
        number = self._database.run(
            "INSERT INTO spotzee_subscriptions (project, name, channel, is_public)"
            " VALUES (?, ?, ?, ?)",
            self._scope.project,
            name,
            channel,
            is_public,
        )
        return TypeRow(number, name, channel, is_public)

    def save(self, row: TypeRow) -> None:
        """Store what a subscription type has become."""
        self._database.run(
            "UPDATE spotzee_subscriptions SET name = ?, is_public = ? WHERE id = ?",
            row.name,
            row.is_public,
            row.id,
        )

    def change(self, row: UserRow, subscription_id: int, state: int) -> None:
        """Store a user's state; the same again changes nothing."""
        self._database.run(
            "INSERT OR REPLACE INTO spotzee_states VALUES (?, ?, ?)", row.id, subscription_id, state
        )

    def show_state(self, row: tuple[Any, ...]) -> dict[str, Any]:
        """Return one row of `STATES` as Spotzee prints it."""
        number, state, is_public, name, channel = row
        if state is None:
            assumed = self._scope.options.absent_means_subscribed or is_public
            state = SUBSCRIBED if assumed else UNSUBSCRIBED
        return {"subscription_id": number, "state": state, "name": name, "channel": channel}
