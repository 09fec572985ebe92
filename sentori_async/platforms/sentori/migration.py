"""How contacts are moved out of a Sentori mailing list, and into one.

1. Sentori lists who can be mailed and nobody else: an opt-out cannot be read from a list.
2. A contact that is written is on no list by that. So the opt-out of a list comes first where
   there is a contact, and again after it was added.
3. A suppressed contact is never subscribed: whether that would lift the suppression is not
   documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sentori_async.errors import ContactSuppressed, InvalidInput, NotFound
from sentori_async.migrate.sides import (
    Found,
    Kind,
    Listing,
    Person,
    Side,
    Standing,
    Written,
    nobody_asks,
    one_page,
    said,
    there_are,
)
from sentori_async.platforms.sentori import calls, inputs
from sentori_async.platforms.sentori.models import (
    Contact,
    ContactStructure,
    MailingList,
    Subscriber,
)
from sentori_async.platforms.sentori.names import CODEC
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Flow

_ADDRESS: Final = "EmailAddress"
_ID: Final = "SystemID"
# A mark of the contact's standing, which is carried over as such and never as a field.
_STANDING: Final = "IsBadEmailAddress"
_NO_CONTACT: Final = 101
_READ_ONLY: Final = (
    _ID,
    "IsSuppressed",
    "IsConfirmed",
    "CreatedSourceValue",
    "CreatedIPAddress",
    "CreatedHttpReferrerUrl",
    "CreatedTimestamp",
    "ModifiedTimestamp",
)


class _SentoriSide(Side):
    """A mailing list of Sentori."""

    title: ClassVar[str] = "Sentori"
    identity: ClassVar[str] = _ADDRESS
    kind: ClassVar[Kind] = Kind.ADDRESS
    place_is: ClassVar[str] = "a mailing list's ExternalID"
    lists_opt_outs: ClassVar[bool] = False

    def __init__(self, place: str) -> None:
        """Stand for a mailing list, by its ExternalID."""
        super().__init__(inputs.external_id(place))
        self._fields: tuple[str, ...] = ()

    def open(self) -> Flow[None]:
        try:
            yield calls.get_mailing_list(self.place)
        except NotFound as error:
            lists: list[MailingList] = yield calls.all_mailing_lists()
            known = there_are((one.external_id, one.name) for one in lists)
            msg = f"the Sentori account has no mailing list {self.place!r}: {known}"
            raise InvalidInput(msg) from error
        structure: ContactStructure = yield calls.contact_structure()
        self._fields = tuple(structure.fields)

    def readable(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((_ADDRESS, *self._fields, *_READ_ONLY)))

    def writable(self) -> tuple[str, ...]:
        names = (name for name in self._fields if name != _STANDING)
        return tuple(dict.fromkeys((_ADDRESS, *names)))

    def cautions_as_source(self) -> tuple[str, ...]:
        return (
            (
                "Sentori lists neither suppressed nor unsubscribed contacts: they are not carried "
                "over, so load its Suppression List into the target first."
            ),
        )

    def cautions_as_target(self) -> tuple[str, ...]:
        return (
            (
                "Sentori does not tell who has left a mailing list: a contact that left it before, "
                "and is subscribed at the source, is subscribed again unless it is suppressed."
            ),
        )

    def key(self, identity: str) -> str:
        return inputs.contact_key(identity)

    # --------------------------------------------------------------------------------- reading

    def listings(self, names: frozenset[str]) -> list[Listing[Any]]:
        known = names <= {_ADDRESS, _ID}

        def tell(one: Subscriber) -> Flow[Person | None]:
            if known or not isinstance(one.email_address, str):
                return nobody_asks(_listed(one))
            return _detailed(one.email_address)

        first = one_page(calls.mailing_list_subscribers(self.place))
        return [Listing(first, tell, opt_outs=False)]

    # --------------------------------------------------------------------------------- writing

    def write(self, identity: str, fields: Mapping[str, Any], standing: Standing) -> Flow[Written]:
        address = inputs.address(identity)
        if standing is Standing.SUPPRESSED:
            yield calls.unsubscribe_all(address)
            yield from _upsert(address, fields)
            return Written(standing)
        if standing is Standing.UNSUBSCRIBED:
            has_left = yield from self._left(address)
            yield from _upsert(address, fields)
            if not has_left:
                yield calls.unsubscribe(address, self.place)
            return Written(standing)
        contact = yield from _upsert(address, fields)
        if contact is None or contact.is_suppressed is not False:
            return Written(Standing.SUPPRESSED)
        try:
            yield calls.subscribe(address, self.place)
        except ContactSuppressed:
            return Written(Standing.SUPPRESSED)
        return Written(Standing.SUBSCRIBED)

    def _left(self, address: str) -> Flow[bool]:
        """Take a contact off the list, and tell whether there was one."""
        try:
            yield calls.unsubscribe(address, self.place)
        except NotFound as error:
            if error.code != _NO_CONTACT:
                raise
            return False
        return True

    # ------------------------------------------------------------------------------ reading back

    def look(self, identity: str) -> Flow[Found | None]:
        try:
            contact: Contact = yield calls.get_contact(inputs.address(identity))
        except NotFound as error:
            if error.code != _NO_CONTACT:
                raise
            return None
        standing = Standing.SUPPRESSED if _is_out(contact) else None
        return Found(_fields(contact), standing)

    def members(self) -> Listing[Any] | None:
        def tell(one: Subscriber) -> Flow[Person | None]:
            return nobody_asks(_listed(one))

        first = one_page(calls.mailing_list_subscribers(self.place))
        return Listing(first, tell, opt_outs=False)


def _upsert(address: str, fields: Mapping[str, Any]) -> Flow[Contact | None]:
    """Write a contact; return None where Sentori writes nothing of who is suppressed."""
    try:
        upserted: Upserted[Contact] = yield calls.add_or_update_contact(address, fields)
    except ContactSuppressed:
        return None
    return upserted.contact


def _detailed(address: str) -> Flow[Person | None]:
    try:
        contact: Contact = yield calls.get_contact(address)
    except NotFound as error:
        if error.code != _NO_CONTACT:
            raise
        return None  # it was deleted between the listing and this
    standing = Standing.SUPPRESSED if _is_out(contact) else Standing.SUBSCRIBED
    return Person(address, _fields(contact), standing)


def _listed(one: Subscriber) -> Person | None:
    if not isinstance(one.email_address, str):
        return None
    fields = said(CODEC.document(one))
    return Person(one.email_address, fields, Standing.SUBSCRIBED)


def _fields(contact: Contact) -> dict[str, Any]:
    return said(CODEC.document(contact))


def _is_out(contact: Contact) -> bool:
    return contact.is_suppressed is True or contact.is_bad_email_address is True


SIDE: Final = _SentoriSide
