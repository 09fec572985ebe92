"""Mailing lists, their subscribers, and the account's Suppression List."""

from __future__ import annotations

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sentori.rules import address_key
from sentori_async.sandbox.sentori.stores.contacts import ContactRow, ContactStore
from sentori_async.sandbox.sentori.stores.scope import Scope


@attrs.frozen
class Entry:
    """What names a mailing list, an audience or an upload group.

    Attributes:
        external_id: The id that the API uses.
        name: The name.
        description: The description, empty where there is none.
    """

    external_id: str
    name: str
    description: str = ""

    def shown(self) -> dict[str, str]:
        """Return it as Sentori prints it."""
        return {
            "ExternalID": self.external_id,
            "Name": self.name,
            "Description": self.description,
        }


class SuppressionStore:
    """The account's Suppression List: addresses, whether they have a contact or not."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def add(self, *addresses: str) -> None:
        """Put addresses on the list; those on it already stay.

        Raises:
            InvalidInput: One of them is no address.
        """
        for address in addresses:
            if not self._scope.options.is_address(address):
                raise InvalidInput(f"{address} is no address")
        self._scope.database.run_many(
            "INSERT OR IGNORE INTO sentori_suppressed (account, address, address_key)"
            " VALUES (?, ?, ?)",
            [(self._scope.account, address, address_key(address)) for address in addresses],
        )

    def remove(self, address: str) -> None:
        """Take an address off the list."""
        self._scope.database.run(
            "DELETE FROM sentori_suppressed WHERE account = ? AND address_key = ?",
            self._scope.account,
            address_key(address),
        )

    def __contains__(self, address: str) -> bool:
        found = self._scope.database.row(
            "SELECT 1 FROM sentori_suppressed WHERE account = ? AND address_key = ?",
            self._scope.account,
            address_key(address),
        )
        return found is not None

    def all(self) -> list[str]:
        """Return the addresses in the order they came."""
        rows = self._scope.database.rows(
            "SELECT address FROM sentori_suppressed WHERE account = ? ORDER BY entry",
            self._scope.account,
        )
        return [address for (address,) in rows]


class MailingListStore:
    """The mailing lists of an account and who subscribes to them."""

    def __init__(self, scope: Scope, contacts: ContactStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._contacts = contacts

    # For tests: ids and addresses.

    def add(self, external_id: str, name: str, description: str = "") -> None:
        """Add a mailing list.

        Raises:
            InvalidInput: The id is taken.
        """
        with self._database:
            if self.find(external_id) is not None:
                raise InvalidInput(f"there is a mailing list {external_id} already")
            self._database.run(
                "INSERT INTO sentori_mailing_lists (account, external_id, name, description)"
                " VALUES (?, ?, ?, ?)",
                self._scope.account,
                external_id,
                name,
                description,
            )

    def subscribe(self, external_id: str, *addresses: str) -> None:
        """Subscribe contacts, emailable or not.

        Raises:
            InvalidInput: There is no such list or no such contact.
        """
        with self._database:
            number = self.find(external_id)
            if number is None:
                raise InvalidInput(f"there is no mailing list {external_id}")
            for address in addresses:
                row = self._contacts.find(address)
                if row is None:
                    raise InvalidInput(f"there is no contact {address}")
                self.join(number, row)

    def members(self, external_id: str) -> list[str]:
        """Return the addresses of all subscribers, emailable or not, oldest contact first."""
        rows = self._database.rows(
            "SELECT address FROM sentori_subscriptions JOIN sentori_contacts USING (system_id)"
            " WHERE list = ? ORDER BY system_id",
            self.find(external_id),
        )
        return [address for (address,) in rows]

    def of(self, address: str) -> list[str]:
        """Return the ids of the lists that a contact subscribes to, oldest list first."""
        row = self._contacts.find(address)
        rows = self._database.rows(
            "SELECT m.external_id FROM sentori_subscriptions b"
            " JOIN sentori_mailing_lists m USING (list) WHERE b.system_id = ? ORDER BY list",
            None if row is None else row.system_id,
        )
        return [external_id for (external_id,) in rows]

    def all(self) -> list[Entry]:
        """Return the lists in the order they were added."""
        rows = self._database.rows(
            "SELECT external_id, name, description FROM sentori_mailing_lists"
            " WHERE account = ? ORDER BY list",
            self._scope.account,
        )
        return [Entry(*row) for row in rows]

    def get(self, external_id: str) -> Entry | None:
        """Return a list, or None."""
        row = self._scope.owned(
            "SELECT external_id, name, description FROM sentori_mailing_lists"
            " WHERE account = ? AND external_id = ?",
            external_id,
        )
        return None if row is None else Entry(*row)

    # For endpoints: numbers and rows.

    def find(self, external_id: str) -> int | None:
        """Return the number of a list, or None."""
        row = self._scope.owned(
            "SELECT list FROM sentori_mailing_lists WHERE account = ? AND external_id = ?",
            external_id,
        )
        return None if row is None else row[0]

    def join(self, number: int, row: ContactRow) -> None:
        """Subscribe a contact; a second time changes nothing."""
        self._database.run(
            "INSERT OR IGNORE INTO sentori_subscriptions (list, system_id) VALUES (?, ?)",
            number,
            row.system_id,
        )

    def leave(self, number: int, row: ContactRow) -> None:
        """Unsubscribe a contact; a second time changes nothing."""
        self._database.run(
            "DELETE FROM sentori_subscriptions WHERE list = ? AND system_id = ?",
            number,
            row.system_id,
        )

    def leave_all(self, row: ContactRow) -> None:
        """Unsubscribe a contact from every list."""
        self._database.run("DELETE FROM sentori_subscriptions WHERE system_id = ?", row.system_id)

    def emailable(self, number: int) -> list[tuple[int, str]]:
        """Return SystemID and address of the subscribers that Sentori would mail."""
        rows = self._database.rows(
            "SELECT system_id, address FROM sentori_subscriptions"
            " JOIN sentori_emailable USING (system_id) WHERE list = ? ORDER BY system_id",
            number,
        )
        return [(system_id, address) for system_id, address in rows]
