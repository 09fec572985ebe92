"""How contacts are moved out of a Sent account, and into one.

1. Sent has no lists: its opt-out is one mark per contact, for every channel.
2. Sent adds a number first and marks it later. Where the mark cannot be set, the number is taken
   away again.
3. A contact whose mark is not said to be off counts as opted out: every field may be missing
   (SDK 0.46.0).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sentori_async.errors import InvalidInput, NotFound, SentoriError
from sentori_async.migrate.sides import (
    Found,
    Kind,
    Listing,
    Person,
    Side,
    Standing,
    Written,
    nobody_asks,
    said,
)
from sentori_async.platforms.sent import calls, inputs, lookups
from sentori_async.platforms.sent.models import WRITABLE, SentContact
from sentori_async.platforms.sent.names import CODEC
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Flow

_MARK: Final = "opt_out"
_PAGE: Final = 100
_READ_ONLY: Final = (
    "id",
    "format_e164",
    "format_international",
    "format_national",
    "country_code",
    "region_code",
    "available_channels",
    "created_at",
    "updated_at",
)


class _SentSide(Side):
    """An account of Sent."""

    title: ClassVar[str] = "Sent"
    identity: ClassVar[str] = inputs.NUMBER
    kind: ClassVar[Kind] = Kind.PHONE

    def __init__(self, place: str) -> None:
        """Stand for the account.

        Raises:
            InvalidInput: A list is named.
        """
        if place:
            raise InvalidInput("Sent has no lists: write 'sent' without a colon")
        super().__init__(place)

    def open(self) -> Flow[None]:
        yield from ()

    def readable(self) -> tuple[str, ...]:
        return (*self.writable(), *_READ_ONLY)

    def writable(self) -> tuple[str, ...]:
        return (inputs.NUMBER, *(name for name in WRITABLE if name != _MARK))

    def cautions_as_target(self) -> tuple[str, ...]:
        return ("Sent has one opt-out for everything: who is unsubscribed gets no message at all.",)

    def key(self, identity: str) -> str:
        return identity.strip()

    def listings(self, names: frozenset[str]) -> list[Listing[Any]]:  # noqa: ARG002 - all come
        def tell(contact: SentContact) -> Flow[Person | None]:
            return nobody_asks(_person(contact))

        return [Listing(calls.iterate_contacts(page_size=_PAGE), tell, opt_outs=True)]

    # --------------------------------------------------------------------------------- writing

    def write(self, identity: str, fields: Mapping[str, Any], standing: Standing) -> Flow[Written]:
        number = inputs.number(identity)
        inputs.contact_body(fields, number)  # what cannot be sent is refused before all
        if standing is not Standing.SUBSCRIBED:
            yield from _opted_out(number, fields)
            return Written(Standing.SUPPRESSED)
        upserted: Upserted[SentContact] = yield calls.add_or_update_contact(number, fields)
        return Written(_standing(upserted.contact))

    # ------------------------------------------------------------------------------ reading back

    def look(self, identity: str) -> Flow[Found | None]:
        contact = yield from lookups.found_or_none(lookups.by_number(inputs.number(identity)))
        return None if contact is None else Found(_fields(contact), _standing(contact))


def _opted_out(number: str, fields: Mapping[str, Any]) -> Flow[None]:
    try:
        yield calls.unsubscribe_all(number)
    except NotFound as error:
        if not lookups.says_gone(error):
            raise
    else:
        if fields:
            yield calls.update_contact(number, fields)
        return
    try:
        yield calls.add_or_update_contact(number, {**fields, _MARK: True})
    except SentoriError:
        yield from _taken_back(number)
        raise


def _taken_back(number: str) -> Flow[None]:
    """Delete a contact that was added and could not be opted out."""
    contact = yield from lookups.found_or_none(lookups.by_number(number))
    if contact is not None and contact.opt_out is not True:
        yield calls.remove(lookups.id_of(contact))


def _person(contact: SentContact) -> Person | None:
    if not isinstance(contact.phone_number, str):
        return None
    return Person(contact.phone_number, _fields(contact), _standing(contact))


def _fields(contact: SentContact) -> dict[str, Any]:
    return said(CODEC.document(contact))


def _standing(contact: SentContact) -> Standing:
    return Standing.SUBSCRIBED if contact.opt_out is False else Standing.SUPPRESSED


SIDE: Final = _SentSide
