"""Every call of GetResponse's API v3 that is about contacts: values in, `Call` out.

Nothing here does I/O, and a value that cannot be sent is an InvalidInput before any.
What takes several calls is in `flows.py`, what is not about contacts in `thing_calls.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

from sentori_async.errors import ApiError, InvalidInput
from sentori_async.platforms.getresponse import answers, inputs, operations, settle
from sentori_async.platforms.getresponse.inputs import GetResponseFields
from sentori_async.platforms.getresponse.listing import GetResponseSort, Listing, sorting
from sentori_async.platforms.getresponse.models import (
    GetResponseActivity,
    GetResponseContact,
    GetResponseContactTag,
    GetResponseCustomFieldValue,
)
from sentori_async.platforms.getresponse.names import CODEC
from sentori_async.wire import body
from sentori_async.wire.answers import nothing, reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import QueryValue, query
from sentori_async.wire.results import Accepted

T = TypeVar("T")

MOST_PER_BATCH: Final = 1000
_TAKEN: Final = 1008
_SORTED_BY: Final = frozenset({"email", "name", "createdOn", "changedOn", "campaignId"})


def made(operation: Operation, read: Callable[[Response], T]) -> Callable[[Response], T]:
    """Return the decoder of an operation's answers."""
    return reader(operation, read, answers.refuse)


def model(operation: Operation, type_: type[T]) -> Callable[[Response], T]:
    """Return the decoder of an operation that answers with a model, or with a list of one."""
    decode = CODEC.decoder(type_)
    return made(operation, lambda response: decode(response.body))


_read_add: Final = made(operations.ADD_CONTACT, answers.accepted)
_read_batch: Final = made(operations.ADD_BATCH, answers.accepted)
_read_update: Final = model(operations.UPDATE_CONTACT, GetResponseContact)
_read_move: Final = model(operations.MOVE_CONTACT, GetResponseContact)
_read_delete: Final = made(operations.DELETE_CONTACT, nothing)
_read_unsubscribe: Final = made(operations.UNSUBSCRIBE, nothing)
_read_unsubscribe_all: Final = made(operations.UNSUBSCRIBE_ALL, nothing)
_read_tags: Final = model(operations.ADD_TAGS, list[GetResponseContactTag])
_read_fields: Final = model(operations.SET_CUSTOM_FIELDS, list[GetResponseCustomFieldValue])
_decode_contacts: Final = CODEC.decoder(list[GetResponseContact])
_decode_activities: Final = CODEC.decoder(list[GetResponseActivity])


def contacts_path(contact_id: str, rest: str = "") -> str:
    """Return the path of a contact."""
    return f"contacts/{inputs.id_segment(contact_id)}{rest}"


# ------------------------------------------------------------------------------------- reading


def list_contacts(
    params: Mapping[str, QueryValue],
    *,
    sort: GetResponseSort | None = None,
    exact: bool = False,
    per_page: int = 1000,
) -> Call[Page[GetResponseContact]]:
    """Plan to list contacts, by the filters in `params`."""
    flags: dict[str, QueryValue] = {"additionalFlags": "exactMatch"} if exact else {}
    return Listing(
        operation=operations.LIST_CONTACTS,
        path="contacts",
        decode=_decode_contacts,
        params={**params, **sorting(sort, _SORTED_BY), **flags},
        per_page=per_page,
    ).page()


def list_activities(
    contact_id: str, params: Mapping[str, QueryValue], *, per_page: int = 1000
) -> Call[Page[GetResponseActivity]]:
    """Plan to list what a contact did."""
    return Listing(
        operation=operations.ACTIVITIES,
        path=contacts_path(contact_id, "/activities"),
        decode=_decode_activities,
        params=params,
        per_page=per_page,
    ).page()


# ------------------------------------------------------------------------------------- writing


def add_contact(
    address: str, fields: GetResponseFields | None = None, campaign: str | None = None
) -> Call[Accepted]:
    """Plan to add a contact; the campaign in the fields goes before the other."""
    data = inputs.added(inputs.address(address), fields, campaign)
    request = Request(operations.ADD_CONTACT, "contacts", body.dumps(data))
    return Call(request, _read_add, settle.ADD)


def subscribe(address: str, campaign: str) -> Call[Accepted]:
    """Plan to add an address to a campaign; that it is there already is fine."""
    data = inputs.added(inputs.address(address), None, inputs.campaign_id(campaign))
    request = Request(operations.SUBSCRIBE, "contacts", body.dumps(data))
    return Call(request, _subscribed, settle.REPEAT)


_read_subscribe: Final = made(operations.SUBSCRIBE, answers.accepted)


def _subscribed(response: Response) -> Accepted:
    try:
        return _read_subscribe(response)
    except ApiError as error:
        if error.code == _TAKEN:
            return Accepted(error.request_id)
        raise


def batch_row(
    address: str, fields: GetResponseFields | None, campaign: str | None
) -> tuple[str, dict[str, Any]]:
    """Return the campaign of a row of a batch, and the row as the batch wants it.

    Args:
        address: The address.
        fields: The other fields.
        campaign: The campaign, where the fields name none.
    """
    data = inputs.added(inputs.address(address), fields, campaign)
    target = data.pop("campaign")["campaignId"]
    if "tags" in data:
        # Of all endpoints this one alone takes them so (API description, 2025-10-31).
        data["tags"] = {"ids": [tag["tagId"] for tag in data["tags"]]}
    return target, data


def add_batch(
    rows: Iterable[Mapping[str, Any] | body.Encoded], campaign: str, *, in_bulk: bool = False
) -> Call[Accepted]:
    """Plan to add up to 1000 contacts to one campaign.

    Args:
        rows: The rows as `batch_row` makes them.
        campaign: The campaign.
        in_bulk: Whether whoever sends it looks the rows up where the answer is lost.
    """
    contacts = list(rows)
    if not 1 <= len(contacts) <= MOST_PER_BATCH:
        raise InvalidInput(f"a batch holds 1 to {MOST_PER_BATCH} contacts, not {len(contacts)}")
    data = body.dumps({"campaignId": inputs.campaign_id(campaign), "contacts": contacts})
    request = Request(operations.ADD_BATCH, "contacts/batch", data)
    return Call(request, _read_batch, settle.BULK_BATCH if in_bulk else settle.BATCH)


def update_contact(contact_id: str, fields: GetResponseFields) -> Call[GetResponseContact]:
    """Plan to change a contact; with an address or a campaign in the fields it moves."""
    data = inputs.changed(fields)
    moves = "campaign" in data or "email" in data
    request = Request(operations.UPDATE_CONTACT, contacts_path(contact_id), body.dumps(data))
    return Call(request, _read_update, settle.MOVE if moves else settle.UPDATE)


def upsert_rest(fields: GetResponseFields | None) -> dict[str, Any]:
    """Return what an upsert writes to a contact that is there: what is not its identity.

    The IP address is of an add only, and stays what it was.
    """
    data = inputs.document(fields)
    return {
        name: value
        for name, value in data.items()
        if name not in {"email", "campaign", "ipAddress"}
    }


def move_contact(contact_id: str, campaign: str) -> Call[GetResponseContact]:
    """Plan to move a contact to another campaign, with its history."""
    data = {"campaign": {"campaignId": inputs.campaign_id(campaign)}}
    request = Request(operations.MOVE_CONTACT, contacts_path(contact_id), body.dumps(data))
    return Call(request, _read_move, settle.MOVE)


def unsubscribed_by(message_id: str | None, ip_address: str | None) -> dict[str, QueryValue]:
    """Return the query of a delete that counts as a click on a message's unsubscribe link."""
    if message_id is None:
        if ip_address is not None:
            raise InvalidInput("ip_address goes with message_id: it is the unsubscriber's")
        return {}
    return {"messageId": inputs.thing_id(message_id), "ipAddress": ip_address}


def delete_contact(contact_id: str, params: Mapping[str, QueryValue]) -> Call[None]:
    """Plan to delete a contact from its campaign."""
    path = contacts_path(contact_id)
    request = Request(operations.DELETE_CONTACT, path, None, query(params))
    return Call(request, _read_delete, settle.DELETE)


def unsubscribe(contact_id: str) -> Call[None]:
    """Plan to delete a contact from its campaign, as `contacts.unsubscribe` does."""
    request = Request(operations.UNSUBSCRIBE, contacts_path(contact_id))
    return Call(request, _read_unsubscribe, settle.DELETE)


def unsubscribe_all(address: str) -> Call[None]:
    """Plan to put an address on the account's blocklist."""
    data = body.dumps({"masks": [inputs.address(address)]})
    # Without the flag, the blocklist would hold this address and nothing else.
    text = query({"additionalFlags": "add,noResponse"})
    request = Request(operations.UNSUBSCRIBE_ALL, "accounts/blocklists", data, text)
    return Call(request, _read_unsubscribe_all, settle.MASKS)


def add_tags(contact_id: str, tags: object) -> Call[list[GetResponseContactTag]]:
    """Plan to attach tags; those there are stay."""
    ids = inputs.tag_ids(tags)
    if not ids:
        raise InvalidInput("there are no tags to add")
    data = body.dumps({"tags": [{"tagId": tag} for tag in ids]})
    request = Request(operations.ADD_TAGS, contacts_path(contact_id, "/tags"), data)
    return Call(request, _read_tags, settle.ADD_TAGS)


def set_custom_fields(contact_id: str, values: object) -> Call[list[GetResponseCustomFieldValue]]:
    """Plan to set custom fields, each as a whole; the others stay."""
    fields = inputs.custom_fields(values)
    if not fields:
        raise InvalidInput("there are no custom fields to set")
    path = contacts_path(contact_id, "/custom-fields")
    data = body.dumps({"customFieldValues": fields})
    request = Request(operations.SET_CUSTOM_FIELDS, path, data)
    return Call(request, _read_fields, settle.SET_CUSTOM_FIELDS)
