"""What a row of a bulk job says: whose it is, in which campaign, and what is to be written."""

from __future__ import annotations

from typing import Any, Final

import attrs

from sentori_async.bulk import reading
from sentori_async.errors import InvalidInput
from sentori_async.platforms.getresponse import inputs
from sentori_async.platforms.getresponse.models import (
    GetResponseContact,
    GetResponseContactPatch,
)
from sentori_async.unset import UNSET

_ADDRESS: Final = "email"
_ID: Final = "contactId"
# What names the contact, and is not written: in a pair it is, where it stands in the fields.
_NAMES_IT: Final = frozenset({_ADDRESS, _ID, "campaign", "campaignId"})


@attrs.frozen
class Row:
    """What a row says.

    Attributes:
        contact: The address, or the id.
        campaign: The campaign that it names, or None.
        fields: The fields to write, without what names the contact.
        moves_to: The address that the contact is to get, or None.
    """

    contact: str
    campaign: str | None
    fields: dict[str, Any]
    moves_to: str | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The contacts that the row touches, whatever campaign they are in."""
        key = inputs.contact_key(self.contact)
        other = None if self.moves_to is None else inputs.contact_key(self.moves_to)
        return (key,) if other is None or other == key else (key, other)


def _parts(row: object) -> tuple[object, Any, bool]:
    """Return a row's identity and fields, and whether the identity stands apart from them."""
    if isinstance(row, GetResponseContact | GetResponseContactPatch):
        return row.email, row, False
    identity, fields = reading.identity_and_fields(row, _ADDRESS)
    apart = isinstance(row, str | tuple | list)
    if not identity and not apart:
        identity = fields.get(_ID)
    return identity, fields, apart


def read(row: object) -> Row:
    """Return what a row says.

    Raises:
        InvalidInput: The row names no contact, or is no row at all.
    """
    identity, fields, apart = _parts(row)
    if not identity or identity is UNSET:
        raise InvalidInput(f"the row has no {_ADDRESS}: every contact needs one")
    contact = inputs.identity(identity)
    document = inputs.document(fields)
    if not apart:
        campaign = document.get("campaign", {}).get("campaignId")
        rest = {name: value for name, value in document.items() if name not in _NAMES_IT}
        return Row(contact, campaign, rest)
    other = document.get(_ADDRESS)
    return Row(contact, None, document, other if isinstance(other, str) else None)


def shown(row: object) -> str:
    """Return what seems to be a refused row's identity."""
    return reading.shown(_parts, row).strip()
