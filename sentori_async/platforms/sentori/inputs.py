"""What callers may pass, and what is sent of it.

1. A str is an address and an int is a SystemID, never the other way round.
2. Only what would reach another contact, or could never be meant, is refused here; whether an
   address or a field is valid is for the server to say (codes 100 and 103).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from sentori_async.errors import InvalidInput, kind_of
from sentori_async.platforms.sentori.models import Contact, ContactPatch
from sentori_async.platforms.sentori.names import CODEC
from sentori_async.unset import UNSET
from sentori_async.wire import body
from sentori_async.wire.paths import segment

Fields: TypeAlias = Mapping[str, Any] | ContactPatch | Contact
"""Contact fields: a mapping with the vendor's names, a patch, or a contact to write back."""

_ADDRESS: Final = "EmailAddress"
# What .NET reads as an int, and Sentori therefore as a SystemID (inferred).
_NUMBER: Final = re.compile(r"[+-]?[0-9]+")
# Far beyond what an id may be: Python refuses to write out ints of thousands of digits.
_LARGEST_ID: Final = 2**63


def contact_key(address: str) -> str:
    """Return what all spellings of a contact's address share: they are compared ignoring case."""
    return address.strip().lower()


def address(value: object) -> str:
    """Return an address without surrounding space.

    Raises:
        InvalidInput: It is no text, empty, or a number, which the vendor takes for a SystemID.
    """
    if not isinstance(value, str):
        raise InvalidInput(
            f"an address is a str, not {kind_of(value)}: only contacts.get() takes a SystemID"
        )
    value = value.strip()
    if not value:
        raise InvalidInput("the address is empty")
    # Nearly all addresses end in a letter, and then there is no need to look closer.
    if value[-1].isdecimal() and _NUMBER.fullmatch(value):
        raise InvalidInput(
            "the address is a number: pass a SystemID to contacts.get() as an int, not as text"
        )
    return value


def address_segment(value: object) -> str:
    """Return an address as a segment of a path."""
    return segment(address(value))


def contact_segment(value: object) -> str:
    """Return an address (a str) or a SystemID (an int) as a segment of a path."""
    if isinstance(value, int) and not isinstance(value, bool):
        if abs(value) > _LARGEST_ID:
            raise InvalidInput("a SystemID is a number such as 16382: this one is too large")
        return str(int(value))
    return address_segment(value)


def external_id(value: object) -> str:
    """Return an ExternalID without surrounding space; what it may hold is not documented."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    raise InvalidInput("an ExternalID is a text such as '1234ABCD'")


def id_segment(value: object) -> str:
    """Return an ExternalID as a segment of a path."""
    return segment(external_id(value))


def document(fields: Fields) -> Mapping[str, Any]:
    """Return what may be written of the fields, by the vendor's names.

    Raises:
        InvalidInput: They are neither a mapping nor a model of a contact.
    """
    # A plain dict first, as nearly always: to ask whether something is a mapping takes longer.
    if type(fields) is dict or isinstance(fields, Mapping):
        return fields
    if isinstance(fields, Contact | ContactPatch):
        return CODEC.document(fields.patch() if isinstance(fields, Contact) else fields)
    raise InvalidInput(
        "fields are a mapping with the vendor's own names, a ContactPatch or a Contact, "
        f"not {kind_of(fields)}"
    )


def contact_body(
    uri_address: str, fields: Fields | None, *, keep_case: bool = False
) -> tuple[bytes | None, bool]:
    """Return the body of an add, update or upsert, and whether it names another address.

    The URI's own address is left out of it: api-contacts, 2018-05-23, wants it in the URI only.

    Args:
        uri_address: The address in the URI.
        fields: What the caller wants written.
        keep_case: Whether an address that differs in case only is written, as an update can.

    Raises:
        InvalidInput: The address in the fields is none.
    """
    if fields is None:
        return None, False
    data = document(fields)
    named = data.get(_ADDRESS, UNSET)
    if named is UNSET:
        return _filled(body.dumps(data)), False
    if not isinstance(named, str) or not named.strip():
        raise InvalidInput(f"{_ADDRESS} must be an address: leave it out to keep the contact's")
    if named == uri_address or contact_key(named) == contact_key(uri_address):
        if keep_case and named.strip() != uri_address:
            return body.dumps(_trimmed(data)), False
        rest = dict(data)
        rest.pop(_ADDRESS, None)
        return _filled(body.dumps(rest)), False
    return body.dumps(_trimmed(data)), True


def import_row(fields: Fields, where: str = "Contacts[]") -> body.Encoded:
    """Return one row of an import as JSON, its address without surrounding space.

    Args:
        fields: The row.
        where: Where it is going to stand, for the text of an error.
    """
    return body.Encoded(body.dumps(_trimmed(document(fields)), where))


def merge_data(data: Mapping[str, Any] | None) -> bytes | None:
    """Return an autoresponder's data as JSON.

    api-automation, 2018-02-19: one flat object, no arrays and no nesting.

    Raises:
        InvalidInput: A value is nested.
    """
    if data is None:
        return None
    if not isinstance(data, Mapping):
        raise InvalidInput(f"an autoresponder's data is a mapping, not {kind_of(data)}")
    for name, value in data.items():
        if isinstance(value, Mapping | list | tuple):
            raise InvalidInput(f"the field {name!r} is nested: an autoresponder takes flat data")
    return _filled(body.dumps(data))


def _trimmed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    named = data.get(_ADDRESS)
    if isinstance(named, str) and named != named.strip():
        return {**data, _ADDRESS: named.strip()}
    return data


def _filled(data: bytes) -> bytes | None:
    """Return a body, or None where it would hold no field."""
    return None if data == b"{}" else data
