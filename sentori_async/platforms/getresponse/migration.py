"""How contacts are moved out of a GetResponse campaign, and into one.

1. A contact is in a campaign or it is not: there is no other standing (API description,
   2025-10-31). Who has left is found by a search for removed contacts, who is blocked in the
   blocklists of the campaign and of the account.
2. So an opt-out is written as a mask on a blocklist, and then the contact is removed. It is never
   added before: an add may start an autoresponder.
3. Who is blocked, or was removed from the target, is not added there again. Why a contact was
   removed is not held against that: an unsubscription through the API looks like a deletion.
4. Of a contact that is there, custom fields are set one by one: an update would empty the others.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from sentori_async.errors import AlreadyExists, InvalidInput, NotFound
from sentori_async.migrate.sides import (
    Found,
    Kind,
    Listing,
    Person,
    Side,
    Standing,
    Written,
    nested,
    nobody_asks,
    one_page,
    pages,
    require_word,
    said,
    there_are,
)
from sentori_async.platforms.getresponse import calls, inputs, settle, thing_calls
from sentori_async.platforms.getresponse.models import (
    GetResponseContact,
    GetResponseFoundContact,
)
from sentori_async.platforms.getresponse.names import CODEC
from sentori_async.platforms.getresponse.things import GetResponseCampaign, GetResponseCustomField
from sentori_async.wire.message import Call
from sentori_async.wire.pages import Page
from sentori_async.wire.settle import Flow

_ADDRESS: Final = "email"
_CUSTOM: Final = "customFields"
_LISTED: Final = frozenset({_ADDRESS, "name", "contactId", "origin", "createdOn", "changedOn"})
_WRITABLE: Final = (_ADDRESS, "name", "note", "scoring", "dayOfCycle", "ipAddress")
_READ_ONLY: Final = ("contactId", "origin", "timeZone", "createdOn", "changedOn")
_OF_AN_ADD: Final = "ipAddress"
_OF_AN_UPDATE: Final = "note"
# Removed by what the address or its owner did for good; all else is about the campaign alone.
_FOR_GOOD: Final = frozenset({"blacklisted", "bounce", "cleaner", "complaint"})
_GONE: Final = ("removed", "undelivered")


class _GetResponseSide(Side):
    """A campaign of GetResponse."""

    title: ClassVar[str] = "GetResponse"
    identity: ClassVar[str] = _ADDRESS
    kind: ClassVar[Kind] = Kind.ADDRESS
    place_is: ClassVar[str] = "a campaign's id"
    # After its own advice for looking for what was queued (its guide for integrations, 2026).
    looks_after_s: ClassVar[tuple[float, ...]] = (5.0, 15.0, 30.0, 60.0)

    def __init__(self, place: str) -> None:
        """Stand for a campaign, by its id."""
        super().__init__(inputs.campaign_id(place))
        self._customs: dict[str, str] = {}
        self._masks: dict[str, Standing] = {}

    def open(self) -> Flow[None]:
        try:
            yield thing_calls.CAMPAIGNS.get(self.place)
        except NotFound as error:
            require_word(error)
            first: Page[GetResponseCampaign] = yield thing_calls.CAMPAIGNS.list({})
            known = there_are((one.campaign_id, one.name) for one in first.items)
            msg = f"the GetResponse account has no campaign {self.place!r}: {known}"
            raise InvalidInput(msg) from error
        found: list[GetResponseCustomField] = yield from pages(
            thing_calls.CUSTOM_FIELDS.list({}, sort=None, per_page=1000)
        )
        self._customs = {
            one.name: one.custom_field_id
            for one in found
            if isinstance(one.name, str) and isinstance(one.custom_field_id, str)
        }
        self._masks = {}
        for campaign, standing in self._blocklists():
            masks: list[str] = yield thing_calls.get_blocklist(campaign)
            self._masks.update((mask.strip().lower(), standing) for mask in masks)

    def _blocklists(self) -> tuple[tuple[str | None, Standing], ...]:
        """Return the campaign's and the account's; the latter comes last, as it says more."""
        return (self.place, Standing.UNSUBSCRIBED), (None, Standing.SUPPRESSED)

    def readable(self) -> tuple[str, ...]:
        return (*_WRITABLE, *_READ_ONLY, *self._custom_names())

    def writable(self) -> tuple[str, ...]:
        return (*_WRITABLE, *self._custom_names())

    def _custom_names(self) -> tuple[str, ...]:
        return tuple(f"{_CUSTOM}.{name}" for name in self._customs)

    def cautions_as_source(self) -> tuple[str, ...]:
        domains = sum(mask.startswith("@") for mask in self._masks)
        notes = [
            (
                "Of contacts who have left, GetResponse tells the address and the name only; "
                "contacts who have not confirmed their opt-in are not read."
            ),
        ]
        if domains:
            notes.append(
                f"{domains} blocked domain(s) count for the contacts of the campaign, and are not "
                "carried over themselves."
            )
        return tuple(notes)

    def cautions_as_target(self) -> tuple[str, ...]:
        return (
            (
                "GetResponse keeps no contact that has opted out: its address goes on a blocklist, "
                "and its fields are not carried over."
            ),
            "GetResponse queues new contacts, and may drop one there without a word.",
        )

    def key(self, identity: str) -> str:
        return inputs.contact_key(identity)

    # --------------------------------------------------------------------------------- reading

    def listings(self, names: frozenset[str]) -> list[Listing[Any]]:
        known = names <= _LISTED

        def tell(contact: GetResponseContact) -> Flow[Person | None]:
            return self._tell(contact, known=known)

        first = calls.list_contacts(
            {"query[campaignId]": self.place}, sort={"createdOn": "ASC"}, per_page=1000
        )
        gone = [Listing(self._search(kind), _tell_gone, opt_outs=True) for kind in _GONE]
        blocked = [self._blocked(campaign, standing) for campaign, standing in self._blocklists()]
        return [Listing(first, tell, opt_outs=False), *gone, *blocked]

    def _tell(self, contact: GetResponseContact, *, known: bool) -> Flow[Person | None]:
        if not isinstance(contact.email, str):
            return None
        address = contact.email
        if not known:
            try:
                contact = yield from settle.details(calls.contacts_path(str(contact.contact_id)))
            except NotFound as error:
                require_word(error)
                return None  # it has left between the listing and this
        return Person(address, _fields(contact), self._blocks(address))

    def _blocks(self, address: str) -> Standing:
        """Return what the blocklists say of an address."""
        key = self.key(address)
        domain = "@" + key.rpartition("@")[2]
        nothing = Standing.SUBSCRIBED
        return max(self._masks.get(key, nothing), self._masks.get(domain, nothing))

    def _search(self, kind: str, address: str = "") -> Call[Page[GetResponseFoundContact]]:
        """Plan to list the contacts of the campaign that are of a kind."""
        section: dict[str, Any] = {
            "campaignIdsList": [self.place],
            "logicOperator": "and",
            "subscriberCycle": ["receiving_autoresponder", "not_receiving_autoresponder"],
            "subscriptionDate": "all_time",
        }
        if address:
            condition = {"conditionType": "email", "operatorType": "string_operator"}
            section["conditions"] = [{**condition, "operator": "is", "value": address}]
        return thing_calls.find_by_conditions(
            {"subscribersType": [kind], "sectionLogicOperator": "and", "section": [section]}
        )

    def _blocked(self, campaign: str | None, standing: Standing) -> Listing[str]:
        def tell(mask: str) -> Flow[Person | None]:
            address = mask.strip()
            if address.startswith("@") or not inputs.is_address(address):
                return nobody_asks(None)
            return nobody_asks(Person(address, {_ADDRESS: address}, standing))

        return Listing(one_page(thing_calls.get_blocklist(campaign)), tell, opt_outs=True)

    # --------------------------------------------------------------------------------- writing

    def write(self, identity: str, fields: Mapping[str, Any], standing: Standing) -> Flow[Written]:
        address = inputs.address(identity)
        document, customs = self._document(fields)
        if standing is not Standing.SUBSCRIBED:
            yield from self._opted_out(address, standing)
            return Written(standing)
        blocked = self._blocks(address)
        found = yield from settle.find(address, self.place)
        if found:
            yield from _changed(found[0], document, customs)
            return Written(blocked)
        if blocked is not Standing.SUBSCRIBED:
            return Written(blocked)
        gone = yield from self._left(address)
        if gone is not None:
            return Written(gone)
        document.pop(_OF_AN_UPDATE, None)
        if customs:
            document["customFieldValues"] = customs
        # One that exists and is not seen is in the queue, or waits for its confirmation.
        with contextlib.suppress(AlreadyExists):
            yield calls.add_contact(address, document, self.place)
        return Written(Standing.SUBSCRIBED, queued=True)

    def _document(self, fields: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the fields as GetResponse takes them, and the custom ones by their ids."""
        plain, customs = nested(fields, _CUSTOM)
        return plain, {self._customs[name]: value for name, value in customs.items()}

    def _opted_out(self, address: str, standing: Standing) -> Flow[None]:
        campaign = self.place if standing is Standing.UNSUBSCRIBED else None
        yield thing_calls.change_blocklist([address], "add", campaign)
        for one in (yield from settle.find(address, self.place)):
            yield calls.unsubscribe(str(one.contact_id))

    def _left(self, address: str) -> Flow[Standing | None]:
        """Tell how a contact stands that was in the campaign before."""
        for kind in _GONE:
            found: list[GetResponseFoundContact] = yield from pages(self._search(kind, address))
            if found:
                return max(_standing(one) for one in found)
        return None

    # ------------------------------------------------------------------------------ reading back

    def look(self, identity: str) -> Flow[Found | None]:
        address = inputs.address(identity)
        for campaign, standing in reversed(self._blocklists()):
            masks: list[str] = yield thing_calls.get_blocklist(campaign, address)
            if self.key(address) in {self.key(mask) for mask in masks}:
                # One that is blocked and still there is told as what it is: in the campaign.
                still = yield from settle.find(address, self.place)
                return Found(None, Standing.SUBSCRIBED if still else standing)
        found = yield from settle.find(address, self.place)
        if not found:
            return None
        path = calls.contacts_path(str(found[0].contact_id))
        contact = yield from settle.details(path)
        return Found(_fields(contact), Standing.SUBSCRIBED)


def _changed(
    contact: GetResponseContact, document: Mapping[str, Any], customs: Mapping[str, Any]
) -> Flow[None]:
    """Write the fields of a contact that is there; its IP address is of an add only."""
    key = str(contact.contact_id)
    rest = {name: value for name, value in document.items() if name != _OF_AN_ADD}
    if rest:
        yield calls.update_contact(key, rest)
    if customs:
        yield calls.set_custom_fields(key, customs)


def _tell_gone(one: GetResponseFoundContact) -> Flow[Person | None]:
    if not isinstance(one.email, str):
        return nobody_asks(None)
    fields = {_ADDRESS: one.email, "name": one.name, "contactId": one.contact_id}
    named = {name: value for name, value in fields.items() if isinstance(value, str)}
    return nobody_asks(Person(one.email, said(named), _standing(one)))


def _standing(one: GetResponseFoundContact) -> Standing:
    """Return how somebody who has left stands; one that cannot be reached has no reason."""
    left = isinstance(one.reason, str) and one.reason not in _FOR_GOOD
    return Standing.UNSUBSCRIBED if left else Standing.SUPPRESSED


def _fields(contact: GetResponseContact) -> dict[str, Any]:
    document = dict(CODEC.document(contact))
    document.pop("customFieldValues", None)
    customs = {
        f"{_CUSTOM}.{field.name}": field.texts[0] if len(field.texts) == 1 else field.texts
        for field in contact.custom_field_values or ()
        if field.texts
    }
    return said({**document, **customs})


SIDE: Final = _GetResponseSide
