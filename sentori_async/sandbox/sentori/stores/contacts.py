"""Contacts: one per address and account, however the address is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import (
    ADDRESS_FIELD,
    BAD_FIELD,
    FieldKind,
    Structure,
    address_key,
    is_field_name,
    without,
)
from sentori_async.sandbox.sentori.stores.scope import Scope

_SELECT: Final = """
SELECT c.system_id, c.address, c.bad, c.fields, c.source, c.created, c.modified, EXISTS (
    SELECT 1 FROM sentori_suppressed s
    WHERE s.account = c.account AND s.address_key = c.address_key
)
FROM sentori_contacts c
"""
_BY_ADDRESS: Final = f"{_SELECT} WHERE c.account = ? AND c.address_key = ?"
_BY_ID: Final = f"{_SELECT} WHERE c.account = ? AND c.system_id = ?"
_ALL: Final = f"{_SELECT} WHERE c.account = ? ORDER BY c.system_id"
_INSERT: Final = """
INSERT INTO sentori_contacts
    (account, address, address_key, bad, fields, source, created, modified)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE sentori_contacts SET address = ?, address_key = ?, bad = ?, fields = ?, modified = ?
WHERE system_id = ?
"""
_LARGEST_ID: Final = 2**63 - 1


@attrs.define(eq=False)
class ContactRow:
    """A contact as it is stored.

    Attributes:
        system_id: The number that identifies it for good.
        address: The address as it was given.
        bad: Whether the address is marked bad.
        fields: The other fields as JSON; absent ones are null.
        source: How it was created.
        created: When it was created.
        modified: When it was changed last.
        suppressed: Whether the address is on the Suppression List; 0 or 1 from the database.
    """

    system_id: int
    address: str
    bad: int
    fields: str
    source: str
    created: str
    modified: str
    suppressed: int


class FieldStore:
    """The custom fields of an account."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        rows = scope.database.rows(
            "SELECT name, kind FROM sentori_fields WHERE account = ? ORDER BY field", scope.account
        )
        self.structure = Structure({name: FieldKind(kind) for name, kind in rows})

    def add(self, name: str, kind: FieldKind = FieldKind.TEXT) -> None:
        """Add a custom field; contacts that exist already have it empty.

        Args:
            name: The name in the API: letters and digits, such as "FavouriteColour".
            kind: The type of its values.

        Raises:
            InvalidInput: The name is taken or cannot be one.
        """
        if not is_field_name(name) or self.structure.knows(name):
            raise InvalidInput(f"{name!r} cannot become a contact field: it is taken or misshapen")
        self._scope.database.run(
            "INSERT INTO sentori_fields (account, name, kind) VALUES (?, ?, ?)",
            self._scope.account,
            name,
            kind.value,
        )
        self.structure = Structure({**self.structure.custom, name: kind})

    def all(self) -> dict[str, FieldKind]:
        """Return the custom fields in the order they were added."""
        return dict(self.structure.custom)


class ContactStore:
    """The contacts of an account."""

    def __init__(self, scope: Scope, fields: FieldStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._fields = fields

    # For tests: values in, values out.

    def add(self, address: str, fields: Mapping[str, Any] | None = None) -> int:
        """Add a contact as an upload would, and return its SystemID.

        Args:
            address: The address, kept as it is given.
            fields: Any importable fields besides `EmailAddress`.

        Raises:
            InvalidInput: The address is taken or none, or a field does not fit the account.
        """
        with self._database:
            if not self._scope.options.is_address(address) or self.find(address):
                raise InvalidInput(f"{address} cannot be added: it is taken or no address")
            try:
                values = self._fields.structure.checked(fields or {}, empty_text_clears=True)
            except Refusal:
                raise InvalidInput(f"the fields of {address} do not fit the account") from None
            return self.create(address, values, source="Uploaded").system_id

    def add_many(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Add contacts in one transaction and return how many; each row has an `EmailAddress`."""
        number = 0
        with self._database:
            for row in rows:
                self.add(row[ADDRESS_FIELD], without(row, (ADDRESS_FIELD,)))
                number += 1
        return number

    def get(self, identity: str | int) -> dict[str, Any] | None:
        """Return a contact as Sentori shows it, by address or SystemID, or None."""
        row = self.find_id(identity) if isinstance(identity, int) else self.find(identity)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every contact as Sentori shows it, in the order they were created."""
        found = self._database.rows(_ALL, self._scope.account)
        return [self.show(ContactRow(*row)) for row in found]

    def addresses(self) -> list[str]:
        """Return every address as it was given, in the order they were created."""
        found = self._database.rows(
            "SELECT address FROM sentori_contacts WHERE account = ? ORDER BY system_id",
            self._scope.account,
        )
        return [address for (address,) in found]

    def count(self) -> int:
        """Return the number of contacts."""
        number: int = self._database.value(
            "SELECT count(*) FROM sentori_contacts WHERE account = ?", self._scope.account
        )
        return number

    # For endpoints: rows.

    def find(self, address: str) -> ContactRow | None:
        """Return the contact of an address in any case, or None."""
        row = self._database.row(_BY_ADDRESS, self._scope.account, address_key(address))
        return None if row is None else ContactRow(*row)

    def find_id(self, system_id: int) -> ContactRow | None:
        """Return the contact of a SystemID, or None."""
        if system_id > _LARGEST_ID:
            return None
        row = self._database.row(_BY_ID, self._scope.account, system_id)
        return None if row is None else ContactRow(*row)

    def create(self, address: str, values: Mapping[str, Any], *, source: str) -> ContactRow:
        """Store a new contact of checked values."""
        now = self._scope.now()
        bad = bool(values.get(BAD_FIELD))
        fields = _stored(values)
        key = address_key(address)
        system_id = self._database.run(
            _INSERT, self._scope.account, address, key, bad, fields, source, now, now
        )
        suppressed = self._database.value(
            "SELECT 1 FROM sentori_suppressed WHERE account = ? AND address_key = ?",
            self._scope.account,
            key,
        )
        return ContactRow(system_id, address, bad, fields, source, now, now, suppressed or 0)

    def change(
        self, row: ContactRow, values: Mapping[str, Any], *, address: str | None = None
    ) -> ContactRow:
        """Store checked values over those a contact has, and a new address if there is one."""
        if BAD_FIELD in values:
            row.bad = bool(values[BAD_FIELD])
        row.fields = _stored({**orjson.loads(row.fields), **values})
        row.address = address or row.address
        row.modified = self._scope.now()
        key = address_key(row.address)
        self._database.run(
            _UPDATE, row.address, key, row.bad, row.fields, row.modified, row.system_id
        )
        return row

    def remove(self, row: ContactRow) -> None:
        """Delete a contact with its subscriptions; suppression and reports stay."""
        self._database.run("DELETE FROM sentori_contacts WHERE system_id = ?", row.system_id)

    def show(self, row: ContactRow) -> dict[str, Any]:
        """Return a contact as Sentori prints it: documented fields in order, then custom ones."""
        get = orjson.loads(row.fields).get
        shown = {
            "IsSuppressed": bool(row.suppressed),
            BAD_FIELD: bool(row.bad),
            "SystemID": row.system_id,
            "CRMID": get("CRMID"),
            "Title": get("Title"),
            "FirstName": get("FirstName"),
            "LastName": get("LastName"),
            "KnownAs": get("KnownAs"),
            ADDRESS_FIELD: row.address,
            "CompanyName": get("CompanyName"),
            "PhoneNumber": get("PhoneNumber"),
            "MobilePhoneNumber": get("MobilePhoneNumber"),
            "CreatedSourceValue": row.source,
            "CreatedIPAddress": "127.0.0.1",
            "CreatedHttpReferrerUrl": None,
            "CreatedTimestamp": row.created,
            "ModifiedTimestamp": row.modified,
            "IsConfirmed": True,
            "IsBadMobilePhoneNumber": get("IsBadMobilePhoneNumber", False),
        }
        for name, kind in self._fields.structure.custom.items():
            shown[name] = get(name, kind.empty)
        return shown


def _stored(values: Mapping[str, Any]) -> str:
    """Return fields as JSON without empty ones, which need no room."""
    kept = {n: v for n, v in values.items() if v is not None and n != BAD_FIELD}
    return orjson.dumps(kept).decode()
