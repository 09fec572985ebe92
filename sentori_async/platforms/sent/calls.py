"""Every call of Sent's API v3 on contacts: values in, `Call` out.

Nothing here does I/O, and a value that cannot be sent is an InvalidInput before any.
Contacts are written by their ids only: a verb that is given a number takes several calls.
"""

from __future__ import annotations

from typing import Final

import attrs

from sentori_async.errors import AlreadyExists, InvalidInput, SentoriError
from sentori_async.platforms.sent import answers, inputs, lookups, operations, settle
from sentori_async.platforms.sent.envelopes import OfContact, OfContacts, OfSummary
from sentori_async.platforms.sent.inputs import SentFields
from sentori_async.platforms.sent.models import SentContact, SentMessageSummary
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.message import Call, Operation, Request, Response, Steps
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import query
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import Flow, Settle

_WRITES: Final = (
    operations.ADD_CONTACT,
    operations.ADD_FIELDS,
    operations.UPDATE_CONTACT,
    operations.UPSERT_ADD,
    operations.UPSERT_UPDATE,
    operations.OPT_OUT,
)
_OPTED_OUT: Final = body.dumps({"opt_out": True})

_read: Final = {
    operation: answers.unwrapped(operation, OfContact, answers.itself) for operation in _WRITES
}
_read_page: Final = answers.unwrapped(operations.ITERATE_CONTACTS, OfContacts, answers.itself)
_read_summary: Final = answers.unwrapped(operations.MESSAGE_SUMMARY, OfSummary, answers.itself)
_read_delete: Final = answers.emptied(operations.DELETE_CONTACT)

# ---------------------------------------------------------------------------------------- reads


def get_contact(contact: str) -> Call[SentContact]:
    """Plan to get a contact by its number, which begins with a plus sign, or by its id."""
    if inputs.is_number(contact):
        return lookups.by_number(inputs.number(contact))
    return lookups.by_id(inputs.contact_segment(contact))


def iterate_contacts(
    *,
    search: str | Unset = UNSET,
    channel: str | Unset = UNSET,
    page_size: int = 20,
    page: int = 1,
) -> Call[Page[SentContact]]:
    """Plan to get a page of the contacts.

    Args:
        search: A part of a number.
        channel: Only those whom this channel reaches.
        page_size: How many contacts a page has; the largest is not documented.
        page: The page's number, from 1.
    """
    asked = query(
        {
            "page": page,
            "page_size": inputs.paging(page_size),
            "search": search,
            "channel": channel,
        }
    )

    def read(response: Response) -> Page[SentContact]:
        data = _read_page(response)
        items = data.contacts or []
        if not answers.goes_on(data.pagination, page, len(items)):
            return Page(items)
        after = iterate_contacts(search=search, channel=channel, page_size=page_size, page=page + 1)
        return Page(items, after)

    return Call(Request(operations.ITERATE_CONTACTS, "contacts", query=asked), read)


def message_summary(contact_id: str) -> Call[SentMessageSummary]:
    """Plan to get the sums of a contact's messages."""
    path = f"contacts/{inputs.contact_segment(contact_id)}/message-summary"
    return Call(Request(operations.MESSAGE_SUMMARY, path), _read_summary)


# ------------------------------------------------------------------------------- single writes


def create(
    number: str, operation: Operation, rule: Settle[SentContact] = settle.ADD
) -> Call[SentContact]:
    """Plan to create the contact of a number; Sent takes nothing else with it."""
    request = Request(operation, "contacts", body.dumps({inputs.NUMBER: number}))
    return Call(request, _read[operation], rule)


def patch(segment: str, data: bytes, operation: Operation) -> Call[SentContact]:
    """Plan to change fields of the contact with an id."""
    request = Request(operation, f"contacts/{segment}", data)
    return Call(request, _read[operation], settle.UPDATE)


def remove(segment: str) -> Call[None]:
    """Plan to delete the contact with an id."""
    request = Request(operations.DELETE_CONTACT, f"contacts/{segment}")
    return Call(request, _read_delete, settle.DELETE)


# ---------------------------------------------------------------------------------------- verbs


def add_contact(number: str, fields: SentFields | None = None) -> Call[SentContact]:
    """Plan to add a contact; its fields, if any, are written by a second request."""
    number = inputs.number(number)
    data = inputs.contact_body(fields, number)
    first = create(number, operations.ADD_CONTACT)
    if data is None:
        return first

    def flow() -> Flow[SentContact]:
        try:
            contact: SentContact = yield first
        except SentoriError as error:
            if error.applied:
                _mark_half_done(error)
            raise
        contact = yield from _filled(contact, data, operations.ADD_FIELDS)
        return contact

    return Steps.of(flow)


def update_contact(contact: str, fields: SentFields) -> Call[SentContact]:
    """Plan to change fields of a contact, named by its number or its id."""
    own_number = inputs.number(contact) if inputs.is_number(contact) else None
    data = inputs.contact_body(fields, own_number)
    if data is None:
        raise InvalidInput("there is nothing to update: name a field that a contact has")
    return _patched(contact, data, operations.UPDATE_CONTACT)


def unsubscribe_all(contact: str) -> Call[SentContact]:
    """Plan to set a contact's opt-out, which counts for every channel."""
    return _patched(contact, _OPTED_OUT, operations.OPT_OUT)


def add_or_update_contact(
    number: str, fields: SentFields | None = None
) -> Call[Upserted[SentContact]]:
    """Plan to add a contact, or to update it where RESOURCE_007 says that it exists."""
    number = inputs.number(number)
    data = inputs.contact_body(fields, number)

    def flow() -> Flow[Upserted[SentContact]]:
        created: bool | None = True
        write = _filled
        try:
            contact: SentContact = yield create(number, operations.UPSERT_ADD, settle.REPEAT)
        except AlreadyExists:
            created, write = False, _changed
            contact = yield lookups.by_number(number)
        except SentoriError as error:
            if error.applied is False:
                raise
            # Who added it makes no difference to an upsert, if only it is there.
            created = error.applied
            if created and data is not None:
                _mark_half_done(error)
            contact = yield from _there(number, error)
        if data is not None:
            contact = yield from write(contact, data, operations.UPSERT_UPDATE)
        return Upserted(contact, created)

    return Steps.of(flow)


def delete_contact(contact: str) -> Call[None]:
    """Plan to delete a contact, named by its number or its id."""
    if not inputs.is_number(contact):
        return remove(inputs.contact_segment(contact))
    look = attrs.evolve(lookups.by_number(inputs.number(contact)), settle=settle.FIND_TO_DELETE)

    def flow() -> Flow[None]:
        found: SentContact | None = yield look
        if found is not None:
            yield remove(lookups.id_of(found))

    return Steps.of(flow)


def _patched(contact: str, data: bytes, operation: Operation) -> Call[SentContact]:
    if not inputs.is_number(contact):
        return patch(inputs.contact_segment(contact), data, operation)
    look = lookups.by_number(inputs.number(contact))

    def flow() -> Flow[SentContact]:
        found: SentContact = yield look
        changed = yield from _changed(found, data, operation)
        return changed

    return Steps.of(flow)


def _there(number: str, error: SentoriError) -> Flow[SentContact]:
    """Return the contact of a number, or raise what made it doubtful if nothing shows it."""
    try:
        contact: SentContact = yield lookups.by_number(number)
    except SentoriError:
        raise error from None
    return contact


def _changed(contact: SentContact, data: bytes, operation: Operation) -> Flow[SentContact]:
    """Write fields of a contact that was found."""
    changed: SentContact = yield patch(lookups.id_of(contact), data, operation)
    return changed


def _filled(contact: SentContact, data: bytes, operation: Operation) -> Flow[SentContact]:
    """Write the fields of a contact that was just added.

    Where that fails, half of the verb has been carried out: neither "applied" nor "not applied"
    would be true, and the same upsert once more completes it.
    """
    try:
        filled = yield from _changed(contact, data, operation)
    except SentoriError as error:
        _mark_half_done(error)
        raise
    return filled


def _mark_half_done(error: SentoriError) -> None:
    """Say of an error that the contact was added, and its fields were not written."""
    error.applied = None
    error.add_note("The contact was added, and its fields were not written.")
