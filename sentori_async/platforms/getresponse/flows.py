"""The verbs that take several requests: GetResponse writes to ids, and callers know addresses.

1. A contact is looked up by its exact address before it is written to; whoever passes an id saves
   that request.
2. Where an address has contacts in several campaigns, none of them is guessed.
3. Tags and custom fields are taken away by writing back those that stay. There is no conditional
   write (API description, 2025-10-31): whoever else writes between the two requests is overruled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from sentori_async.errors import AlreadyExists, ContactSuppressed, InvalidInput, NotFound
from sentori_async.platforms.getresponse import calls, inputs, operations, settle
from sentori_async.platforms.getresponse.inputs import GetResponseFields
from sentori_async.platforms.getresponse.models import (
    GetResponseContact,
    GetResponseContactTag,
    GetResponseCustomFieldValue,
)
from sentori_async.wire.message import Call, Operation
from sentori_async.wire.results import Accepted, Upserted
from sentori_async.wire.settle import Flow, sent_fields

T = TypeVar("T")


def only(contact: str, campaign: str | None, operation: Operation) -> Flow[str]:
    """Return the id of the one contact that is meant.

    Raises:
        InvalidInput: The address has contacts in several campaigns.
        NotFound: It has none.
    """
    contact = inputs.identity(contact)
    if not inputs.is_address(contact):
        return contact
    found = yield from settle.find(contact, campaign)
    if not found:
        raise no_contact(contact, campaign, operation)
    if len(found) > 1:
        campaigns = ", ".join(sorted({str(c.campaign_id) for c in found}))
        raise InvalidInput(
            f"the address has a contact in each of the campaigns {campaigns}: "
            "pass campaign=, or the contact's id"
        )
    return _id_of(found[0])


def _id_of(contact: GetResponseContact) -> str:
    return inputs.thing_id(contact.contact_id)


def no_contact(address: str, campaign: str | None, operation: Operation) -> NotFound:
    """Return the error of an address that a look-up did not find."""
    where = "" if campaign is None else f" in campaign {campaign}"
    return NotFound(
        f"no contact has the address {address}{where}",
        platform=operations.PLATFORM,
        operation=operation.name,
        status=200,
        remedy="Add it; one that was just added, or waits for its opt-in, is not visible yet.",
        doc_url=operation.doc_url,
    )


def _once(call: Call[T]) -> Flow[T]:
    result: T = yield call
    return result


def get(contact: str, campaign: str | None) -> Flow[GetResponseContact]:
    """Get a contact with everything it has."""
    key = yield from only(contact, campaign, operations.GET_CONTACT)
    found = yield from settle.details(calls.contacts_path(key))
    return found


def update(
    contact: str, fields: GetResponseFields, campaign: str | None
) -> Flow[GetResponseContact]:
    """Change a contact."""
    inputs.changed(fields)  # what cannot be sent is refused before the look-up
    key = yield from only(contact, campaign, operations.UPDATE_CONTACT)
    changed = yield from _once(calls.update_contact(key, fields))
    return changed


def move(contact: str, target: str, campaign: str | None) -> Flow[GetResponseContact]:
    """Move a contact to another campaign."""
    inputs.campaign_id(target)
    key = yield from only(contact, campaign, operations.MOVE_CONTACT)
    moved = yield from _once(calls.move_contact(key, target))
    return moved


def upsert(
    address: str, fields: GetResponseFields | None, campaign: str | None
) -> Flow[Upserted[GetResponseContact | Accepted]]:
    """Add a contact to a campaign, or update the one that is there.

    A contact that is refused and cannot be seen is blocked, was removed before, or waits for its
    confirmation: then the refusal stands.
    """
    call = calls.add_contact(address, fields, campaign)
    try:
        accepted = yield from _once(call)
    except (AlreadyExists, ContactSuppressed):
        # Whoever added it, be it a lost attempt of this very call: what is there is updated.
        sent = sent_fields(call.request)
        found = yield from settle.find(sent["email"], sent["campaign"]["campaignId"])
        if not found:
            raise
    else:
        return Upserted(accepted, created=None)
    key = _id_of(found[0])
    rest = calls.upsert_rest(fields)
    if not rest:
        contact = yield from settle.details(calls.contacts_path(key))
        return Upserted(contact, created=False)
    contact = yield from _once(calls.update_contact(key, rest))
    return Upserted(contact, created=False)


def delete(contact: str, campaign: str | None, query: Mapping[str, Any]) -> Flow[None]:
    """Delete a contact from its campaign."""
    key = yield from only(contact, campaign, operations.DELETE_CONTACT)
    yield from _once(calls.delete_contact(key, query))


def unsubscribe(contact: str, campaign: str) -> Flow[None]:
    """Delete a contact from a campaign; where it is not in it, that is as it should be."""
    contact = inputs.identity(contact)
    if not inputs.is_address(contact):
        found = yield from settle.details(calls.contacts_path(contact))
        if found.campaign_id != campaign:
            raise InvalidInput(
                f"the id is of a contact in campaign {found.campaign_id}, not in {campaign}: "
                "pass its address, or that campaign"
            )
        yield from _once(calls.unsubscribe(contact))
        return
    for one in (yield from settle.find(contact, campaign)):
        yield from _once(calls.unsubscribe(_id_of(one)))


def _address_of(contact: str) -> Flow[str]:
    contact = inputs.identity(contact)
    if inputs.is_address(contact):
        return contact
    found = yield from settle.details(calls.contacts_path(contact))
    return inputs.address(found.email)


def subscribe(contact: str, campaign: str) -> Flow[Accepted]:
    """Add an address, or that of a contact, to a campaign."""
    address = yield from _address_of(contact)
    accepted = yield from _once(calls.subscribe(address, campaign))
    return accepted


def unsubscribe_all(contact: str) -> Flow[None]:
    """Put an address, or that of a contact, on the account's blocklist."""
    address = yield from _address_of(contact)
    yield from _once(calls.unsubscribe_all(address))


def add_tags(contact: str, tags: Any, campaign: str | None) -> Flow[list[GetResponseContactTag]]:
    """Attach tags; those there are stay."""
    ids = inputs.tag_ids(tags)
    key = yield from only(contact, campaign, operations.ADD_TAGS)
    attached = yield from _once(calls.add_tags(key, ids))
    return attached


def set_custom_fields(
    contact: str, values: Any, campaign: str | None
) -> Flow[list[GetResponseCustomFieldValue]]:
    """Set custom fields, each as a whole; the others stay."""
    fields = inputs.custom_fields(values)
    key = yield from only(contact, campaign, operations.SET_CUSTOM_FIELDS)
    result = yield from _once(calls.set_custom_fields(key, fields))
    return result


def remove_tags(contact: str, tags: Any, campaign: str | None) -> Flow[GetResponseContact]:
    """Take tags away, and write back those that stay."""
    gone = set(inputs.tag_ids(tags))

    def rest(found: GetResponseContact) -> dict[str, Any] | None:
        kept = [tag for tag in found.tag_ids if tag not in gone]
        if len(found.tag_ids) >= _MOST_TAGS:
            raise InvalidInput(
                f"GetResponse shows {_MOST_TAGS} tags of a contact at most, and writing those "
                "back might take others away: update() with all the tags to keep"
            )
        return None if kept == found.tag_ids else {"tags": kept}

    changed = yield from _rewritten(contact, campaign, rest)
    return changed


def remove_custom_fields(
    contact: str, field_ids: Any, campaign: str | None
) -> Flow[GetResponseContact]:
    """Empty custom fields, and write back those that stay."""
    gone = set(inputs.tag_ids(field_ids))

    def rest(found: GetResponseContact) -> dict[str, Any] | None:
        kept = {key: texts for key, texts in found.custom_fields.items() if key not in gone}
        return None if kept == found.custom_fields else {"customFieldValues": kept}

    changed = yield from _rewritten(contact, campaign, rest)
    return changed


def _rewritten(
    contact: str,
    campaign: str | None,
    rest: Callable[[GetResponseContact], dict[str, Any] | None],
) -> Flow[GetResponseContact]:
    """Read a contact and write back what `rest` makes of it; None leaves it alone."""
    key = yield from only(contact, campaign, operations.UPDATE_CONTACT)
    found = yield from settle.details(calls.contacts_path(key))
    fields = rest(found)
    if fields is None:
        return found
    changed = yield from _once(calls.update_contact(key, fields))
    return changed


_MOST_TAGS: Final = 500
