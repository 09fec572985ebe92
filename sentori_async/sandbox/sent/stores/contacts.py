"""Contacts: one per number and account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.numbers import Number
from sentori_async.sandbox.sent.stores.scope import Page, Scope

_SELECT: Final = """
SELECT id, phone_number, available_channels, default_channel, opt_out, inherited, created, updated
FROM sent_contacts
"""
_FILTER: Final = """
WHERE account = ?1 AND (?2 = '' OR instr(phone_number, ?2))
  AND (?3 = '' OR instr(',' || available_channels || ',', ',' || ?3 || ','))
"""
_PAGE: Final = f"{_SELECT} {_FILTER} ORDER BY contact LIMIT ?4 OFFSET ?5"
_COUNTED: Final = "SELECT count(*) FROM sent_contacts"
_COUNT: Final = f"{_COUNTED} {_FILTER}"
_INSERT: Final = """
INSERT INTO sent_contacts (account, id, phone_number, available_channels, default_channel, opt_out,
    inherited, created)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_CHANNELS: Final = "sms,whatsapp"  # inferred: what a new number can be reached over
_CHANNEL: Final = "sms"  # inferred


@attrs.define(eq=False)
class ContactRow:
    """A contact as it is stored; booleans are 0 or 1 from the database."""

    id: str
    phone_number: str
    available_channels: str
    default_channel: str
    opt_out: int
    inherited: int
    created: str
    updated: str | None

    def reaches(self, channel: str) -> bool:
        """Tell whether the contact can be reached over a channel."""
        return channel in self.available_channels.split(",")


class ContactStore:
    """The contacts of an account."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._database = scope.database

    # For tests: values in, values out.

    def add(
        self,
        phone_number: str,
        *,
        opt_out: bool = False,
        default_channel: str = _CHANNEL,
        available_channels: str = _CHANNELS,
        inherited: bool = False,
    ) -> str:
        """Add a contact and return its id.

        Args:
            phone_number: The number in E.164.
            opt_out: Whether it has opted out.
            default_channel: "sms" or "whatsapp".
            available_channels: The channels that reach it, joined by commas.
            inherited: Whether it belongs to somebody else and cannot be changed, as contacts
                could before 2026-07.

        Raises:
            InvalidInput: The number is taken or none.
        """
        with self._database:
            if not self._scope.options.is_number(phone_number) or self.find(phone_number):
                raise InvalidInput("the contact cannot be added: its number is taken or no number")
            return self.create(
                phone_number,
                opt_out=opt_out,
                default_channel=default_channel,
                available_channels=available_channels,
                inherited=inherited,
            ).id

    def add_many(self, phone_numbers: Iterable[str]) -> int:
        """Add contacts in one transaction and return how many."""
        number = 0
        with self._database:
            for phone_number in phone_numbers:
                self.add(phone_number)
                number += 1
        return number

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return a contact as Sent shows it, by number (with its plus sign) or id, or None."""
        row = self.find(identity) if identity.startswith("+") else self.find_id(identity)
        return None if row is None else self.show(row)

    def all(self) -> list[dict[str, Any]]:
        """Return every contact as Sent shows it, in the order they were created."""
        found = self._database.rows(
            f"{_SELECT} WHERE account = ? ORDER BY contact", self._scope.account
        )
        return [self.show(ContactRow(*row)) for row in found]

    def numbers(self) -> list[str]:
        """Return every number, in the order the contacts were created."""
        found = self._database.rows(
            "SELECT phone_number FROM sent_contacts WHERE account = ? ORDER BY contact",
            self._scope.account,
        )
        return [number for (number,) in found]

    def count(self, *, search: str = "", channel: str = "") -> int:
        """Return the number of contacts.

        Args:
            search: Count only those with this in their number.
            channel: Count only those whom this channel reaches.
        """
        number: int = self._database.value(_COUNT, self._scope.account, search, channel)
        return number

    # For endpoints: rows.

    def find(self, phone_number: str) -> ContactRow | None:
        """Return the contact of a number, or None."""
        row = self._database.row(
            f"{_SELECT} WHERE account = ? AND phone_number = ?", self._scope.account, phone_number
        )
        return None if row is None else ContactRow(*row)

    def find_id(self, identity: str) -> ContactRow | None:
        """Return the contact of an id in any case, or None."""
        row = self._database.row(
            f"{_SELECT} WHERE account = ? AND id = ?", self._scope.account, identity.lower()
        )
        return None if row is None else ContactRow(*row)

    def page(self, page: Page, *, search: str, channel: str) -> list[ContactRow]:
        """Return one page of the contacts, in the order they were created, which is inferred."""
        found = self._database.rows(
            _PAGE, self._scope.account, search, channel, page.size, page.skipped
        )
        return [ContactRow(*row) for row in found]

    def create(
        self,
        phone_number: str,
        *,
        opt_out: bool = False,
        default_channel: str = _CHANNEL,
        available_channels: str = _CHANNELS,
        inherited: bool = False,
    ) -> ContactRow:
        """Store a new contact of checked values."""
        row = self.sample(phone_number, identity=self._scope.new_id())
        row.opt_out, row.inherited = int(opt_out), int(inherited)
        row.default_channel, row.available_channels = default_channel, available_channels
        self._database.run(
            _INSERT,
            self._scope.account,
            row.id,
            phone_number,
            available_channels,
            default_channel,
            row.opt_out,
            row.inherited,
            row.created,
        )
        return row

    def sample(self, phone_number: str, *, identity: str) -> ContactRow:
        """Return a contact that is not stored."""
        now = self._scope.now()
        return ContactRow(identity, phone_number, _CHANNELS, _CHANNEL, 0, 0, now, None)

    def touch(
        self, row: ContactRow, *, default_channel: str | None, opt_out: bool | None
    ) -> ContactRow:
        """Change a row without storing it; None leaves a value as it is, which is inferred."""
        if default_channel is not None:
            row.default_channel = default_channel
        if opt_out is not None:
            row.opt_out = int(opt_out)
        row.updated = self._scope.now()
        return row

    def store(self, row: ContactRow) -> None:
        """Store what may have changed of a contact."""
        self._database.run(
            "UPDATE sent_contacts SET default_channel = ?, opt_out = ?, updated = ? WHERE id = ?",
            row.default_channel,
            row.opt_out,
            row.updated,
            row.id,
        )

    def remove(self, row: ContactRow) -> None:
        """Delete a contact; its messages stay."""
        self._database.run("DELETE FROM sent_contacts WHERE id = ?", row.id)

    def show(self, row: ContactRow) -> dict[str, Any]:
        """Return a contact as Sent prints it."""
        number = Number.of(row.phone_number)
        shown = {
            "id": row.id,
            "customer_id": self._scope.customer_id,
            "phone_number": row.phone_number,
            "format_e164": number.e164,
            "format_international": number.international,
            "format_national": number.national,
            "format_rfc": number.rfc,
            "country_code": number.country_code,
            "region_code": number.region_code,
            "available_channels": row.available_channels,
            "default_channel": row.default_channel,
            "opt_out": bool(row.opt_out),
            "is_inherited": bool(row.inherited),
            "created_at": row.created,
            "updated_at": row.updated,
        }
        if self._scope.options.show_channel_consent:
            word = "opted_out" if row.opt_out else "opted_in"
            shown["channel_consent"] = dict.fromkeys(row.available_channels.split(","), word)
        return shown
