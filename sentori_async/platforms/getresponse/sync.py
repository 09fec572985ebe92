"""How contacts of GetResponse are told apart and compared in a sync."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from sentori_async.bulk.plan import RowPlan, SyncRules
from sentori_async.errors import NotFound
from sentori_async.platforms.getresponse import calls, inputs, rows, settle
from sentori_async.platforms.getresponse.models import GetResponseContact
from sentori_async.wire.settle import Flow

# No address, no id and no campaign has one.
_BETWEEN: Final = "\t"


class GetResponseSync(SyncRules):
    """Contacts are told apart by their addresses, ignoring case, and by their campaigns."""

    identity: ClassVar[str] = "email"

    def __init__(self, unsubscribe_all: RowPlan, campaign: str | None) -> None:
        """Take the plan that blocks addresses, and the campaign of rows that name none."""
        self._unsubscribe_all = unsubscribe_all
        self._campaign = campaign

    def key_of(self, row: object) -> str | None:
        """Return the key of a row's contact."""
        found = rows.read(row)
        campaign = found.campaign or self._campaign or ""
        return f"{inputs.contact_key(found.contact)}{_BETWEEN}{campaign}"

    def row_of(self, key: str) -> object:
        """Return a row that names a contact and says nothing else."""
        contact, _, campaign = key.partition(_BETWEEN)
        if not inputs.is_address(contact):
            return contact
        return {"email": contact, "campaign": campaign} if campaign else {"email": contact}

    def find(self, row: object) -> Flow[GetResponseContact | None]:
        """Look the contact of a row up."""
        found = rows.read(row)
        contact_id = found.contact
        if inputs.is_address(contact_id):
            contacts = yield from settle.find(contact_id, found.campaign or self._campaign)
            if not contacts:
                return None
            contact_id = inputs.thing_id(contacts[0].contact_id)
        try:
            contact = yield from settle.details(calls.contacts_path(contact_id))
        except NotFound as error:
            if error.code is None:
                raise
            return None
        return contact

    def as_sent(self, found: Any, row: object) -> bool:
        """Tell whether a contact has the values of a row."""
        fields = rows.read(row).fields
        return not fields or settle.as_sent(found, fields)

    def unsubscribe_all(self) -> RowPlan:
        """Return the plan that puts addresses on the blocklist."""
        return self._unsubscribe_all
