"""What a lost answer means on GetResponse, write by write.

=======================  ======  ============================================================
write                    resent  how it is settled
=======================  ======  ============================================================
add                      yes     on 1008 or 1002 the contact is looked up: as sent means
                                 added, otherwise the address was taken; not visible: unknown
add a batch              yes     on a refusal that may be of one's own doing the rows are
                                 looked up: those that are there are accepted, the others unknown
subscribe                yes     1008 is success, lost or not
update, move             yes     a repeat changes nothing more; on 1008 the contact is read
add tags                 yes     a repeat changes nothing more; the contact shows the tags
set custom fields        yes     as add tags
delete, unsubscribe      yes     1013 after a lost attempt is success
blocklists               yes     a repeat changes nothing more; the list shows the masks
create anything          yes     on 1008 its name is looked up: as sent means created; one that
                                 is nothing but a name may be another's: unknown
update anything          yes     a repeat changes nothing more; an unreadable answer is read
delete anything          yes     1013 after a lost attempt is success
set fields of a search   yes     a repeat changes nothing more
import                   yes     it adds and updates, so a second one ends in the same contacts
=======================  ======  ============================================================

Inferred, all of it: GetResponse documents no idempotency and takes no keys. The rules rest on
what is documented: an add never changes a contact that is there, names are unique (1008), an
update of a contact goes to its id. A contact that was accepted is visible some time later, or
never: that it cannot be seen yet proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl

import attrs

from sentori_async.errors import (
    AlreadyExists,
    ApiError,
    ContactSuppressed,
    NotFound,
    SentoriError,
    StateConflict,
)
from sentori_async.platforms.getresponse import answers, operations
from sentori_async.platforms.getresponse.inputs import contact_key
from sentori_async.platforms.getresponse.models import (
    GetResponseContact,
    GetResponseContactTag,
    GetResponseCustomFieldValue,
)
from sentori_async.platforms.getresponse.names import CODEC
from sentori_async.platforms.getresponse.things import GetResponseImport, Masks
from sentori_async.wire.answers import nothing, reader
from sentori_async.wire.message import Call, Operation, Request, Response, Safety
from sentori_async.wire.paths import query, segment
from sentori_async.wire.results import Accepted
from sentori_async.wire.settle import Flow, Settle, sent_fields

T = TypeVar("T")

_NO_RESOURCE: Final = 1013
_IDENTITY: Final = frozenset({"email", "campaign"})
_CREATED: Final = frozenset({"name"})


@attrs.frozen
class BatchInDoubt(Accepted):
    """A batch that may have been taken: its rows have to be looked up.

    Attributes:
        error: What it ended with.
    """

    error: SentoriError = attrs.field(kw_only=True)


@attrs.define
class RepeatedImport(GetResponseImport):
    """An import that was sent twice: besides its own, another may carry the same rows."""


# ------------------------------------------------------------------------------------ look-ups

_decode_contact: Final = CODEC.decoder(GetResponseContact)
_decode_contacts: Final = CODEC.decoder(list[GetResponseContact])
_read_contact: Final = reader(
    operations.GET_CONTACT, lambda response: _decode_contact(response.body), answers.refuse
)
_read_found: Final = reader(
    operations.FIND_CONTACTS, lambda response: _decode_contacts(response.body), answers.refuse
)


def find(address: str, campaign: str | None) -> Flow[list[GetResponseContact]]:
    """Look up the contacts of an address, one per campaign; without tags and custom fields."""
    params = {
        "query[email]": address,
        "query[campaignId]": campaign,
        # Without it, the filter finds every address that contains this one.
        "additionalFlags": "exactMatch",
        "perPage": 1000,
    }
    request = Request(operations.FIND_CONTACTS, "contacts", None, query(params))
    found: list[GetResponseContact] = yield Call(request, _read_found)
    key = contact_key(address)
    return [c for c in found if isinstance(c.email, str) and contact_key(c.email) == key]


def details(path: str) -> Flow[GetResponseContact]:
    """Get a contact with everything, tags and custom fields included."""
    contact: GetResponseContact = yield Call(Request(operations.GET_CONTACT, path), _read_contact)
    return contact


def _says_gone(error: SentoriError) -> bool:
    """Tell whether GetResponse says that there is no such thing; any proxy can say 404."""
    return isinstance(error, NotFound) and error.code == _NO_RESOURCE


# --------------------------------------------------------------------------------- comparisons


def as_sent(
    contact: GetResponseContact,
    sent: Mapping[str, Any],
    proof: frozenset[str] = frozenset(),
    *,
    replaced: bool = False,
) -> bool:
    """Tell whether a contact has the values that were sent.

    Args:
        contact: The contact, with its details.
        sent: The body of the request.
        proof: The fields that prove nothing; with no others, nothing is proved.
        replaced: Whether the request leaves no other tags and custom fields.
    """
    if not any(name not in proof for name in sent):
        return False
    found = CODEC.document(contact)
    return all(_has(contact, found, name, sent[name], replaced=replaced) for name in sent)


def _has(
    contact: GetResponseContact, found: Mapping[str, Any], name: str, sent: Any, *, replaced: bool
) -> bool:
    if name == "campaign":
        return bool(contact.campaign_id == sent["campaignId"])
    if name == "tags":
        ids, there = {tag["tagId"] for tag in sent}, set(contact.tag_ids)
        return ids == there if replaced else ids <= there
    if name == "customFieldValues":
        wanted = {f["customFieldId"]: f["value"] for f in sent}
        filled = {key: texts for key, texts in contact.custom_fields.items() if texts}
        if replaced:
            return {key: texts for key, texts in wanted.items() if texts} == filled
        return all(filled.get(key, []) == texts for key, texts in wanted.items())
    if name == "ipAddress":
        # It is written once, and no description says that it can be read.
        return True
    return _same(sent, found.get(name))


def _same(sent: object, found: object) -> bool:
    sent, found = _plain(sent), _plain(found)
    return sent == found or (sent is not None and found is not None and str(sent) == str(found))


def _plain(value: object) -> object:
    """Return a value as it is likely kept: trimmed, and nothing for an empty text (inferred)."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return (value.strip() or None) if isinstance(value, str) else value


# ------------------------------------------------------------------------------------ contacts


def _added(request: Request, error: SentoriError) -> Flow[Accepted]:
    sent = sent_fields(request)
    found = yield from find(sent["email"], sent["campaign"]["campaignId"])
    if error.applied and found:
        return Accepted()
    if found and len(sent.keys() - _IDENTITY) > 0:
        contact = yield from details(f"contacts/{segment(str(found[0].contact_id))}")
        if as_sent(contact, sent, _IDENTITY):
            return Accepted()
        if isinstance(error, AlreadyExists):
            error.applied = False
    raise error


def _batch_in_doubt(request: Request, error: SentoriError) -> Flow[Accepted]:  # noqa: ARG001 - as all rules
    yield from ()  # its rows are looked up by whoever knows which they are
    return BatchInDoubt(error=error)


def _updated(request: Request, error: SentoriError) -> Flow[GetResponseContact]:
    contact = yield from details(request.path)
    if error.applied or as_sent(contact, sent_fields(request), replaced=True):
        return contact
    raise error


def _tagged(request: Request, error: SentoriError) -> Flow[list[GetResponseContactTag]]:
    contact = yield from details(request.path.rpartition("/")[0])
    if error.applied or as_sent(contact, sent_fields(request)):
        return contact.tags or []
    raise error


def _customised(request: Request, error: SentoriError) -> Flow[list[GetResponseCustomFieldValue]]:
    contact = yield from details(request.path.rpartition("/")[0])
    if error.applied or as_sent(contact, sent_fields(request)):
        return contact.custom_field_values or []
    raise error


# -------------------------------------------------------------------------------------- things


def reading(operation: Operation) -> Operation:
    """Return the operation that reads what another writes or deletes, at the same path."""
    return attrs.evolve(operation, method="GET", safety=Safety.READ)


def _deleted(request: Request, error: SentoriError) -> Flow[None]:
    if _says_gone(error):
        return
    operation = reading(request.operation)
    read = reader(operation, nothing, answers.refuse)
    try:
        yield Call(Request(operation, request.path), read)
    except SentoriError as gone:
        if _says_gone(gone):
            return
        raise
    raise error


def _masked(request: Request, error: SentoriError) -> Flow[None]:
    """Look whether a blocklist has, or lacks, what was sent."""
    sent = {mask.lower() for mask in sent_fields(request)["masks"]}
    flag = dict(parse_qsl(request.query))["additionalFlags"].partition(",")[0]
    # One mask can be asked for; a long list of them comes whole, it has no pages.
    params = {"query[mask]": next(iter(sent)) if len(sent) == 1 and flag == "add" else None}
    operation = reading(request.operation)
    call = Call(Request(operation, request.path, None, query(params)), _read_masks(operation))
    masks: list[str] = yield call
    found = {mask.lower() for mask in masks}
    if error.applied or _agrees(flag, sent, found):
        return
    raise error


def _agrees(flag: str, sent: set[str], found: set[str]) -> bool:
    if flag == "add":
        return sent <= found
    return not sent & found if flag == "delete" else sent == found


def _read_masks(operation: Operation) -> Callable[[Response], list[str]]:
    return reader(operation, masks_of, answers.refuse)


def masks_of(response: Response) -> list[str]:
    """Return the masks of a blocklist."""
    return _decode_masks(response.body).masks


_decode_masks: Final = CODEC.decoder(Masks)


def created(listing: Operation, decode: Callable[[bytes], list[T]]) -> Settle[T]:
    """Return the rules of what is created with a unique name.

    Args:
        listing: How such things are listed.
        decode: Turn a page of them into models, which have a `name`.
    """
    read = reader(listing, lambda response: decode(response.body), answers.refuse)

    def look(request: Request, error: SentoriError) -> Flow[T]:
        sent = sent_fields(request)
        text = query({"query[name]": sent["name"]})
        found: list[T] = yield Call(Request(listing, request.path, None, text), read)
        named = [thing for thing in found if _named(thing) == sent["name"]]
        if named and (error.applied or _thing_as_sent(named[0], sent, _CREATED)):
            return named[0]
        raise error

    return Settle(own_doing=(AlreadyExists,), look=look)


def _named(thing: object) -> object:
    return getattr(thing, "name", None)


def updated(decode: Callable[[bytes], T]) -> Settle[T]:
    """Return the rules of what is updated at its own path.

    Args:
        decode: Turn the thing, as its path shows it, into a model.
    """

    def look(request: Request, error: SentoriError) -> Flow[T]:
        operation = reading(request.operation)
        read = reader(operation, lambda response: decode(response.body), answers.refuse)
        thing: T = yield Call(Request(operation, request.path), read)
        if error.applied or _thing_as_sent(thing, sent_fields(request), frozenset()):
            return thing
        raise error

    return Settle(own_doing=(AlreadyExists,), look=look)


def _thing_as_sent(thing: object, sent: Mapping[str, Any], proof: frozenset[str]) -> bool:
    """Tell whether what a thing shows is what was sent; what it does not show proves nothing."""
    found = CODEC.document(thing)
    shown = [name for name in sent if name in found]
    if not any(name not in proof for name in shown):
        return False
    return all(_said(sent[name]) == _said(found[name]) for name in shown)


def _said(value: object) -> object:
    """Return a value as a text of the API says it: yes and no are texts there."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _plain(value)


def _repeated(result: GetResponseImport) -> GetResponseImport:
    return RepeatedImport(*(getattr(result, name) for name in _IMPORT_NAMES))


_IMPORT_NAMES: Final = tuple(field.name for field in attrs.fields(GetResponseImport))
_TAKEN: Final[tuple[type[ApiError], ...]] = (AlreadyExists, ContactSuppressed)

ADD: Final = Settle(own_doing=_TAKEN, look=_added)
# Wrong values are refused whether or not an attempt was lost; the rest may be of one's own doing.
BATCH: Final[Settle[Accepted]] = Settle(own_doing=_TAKEN)
BULK_BATCH: Final = Settle(own_doing=_TAKEN, look=_batch_in_doubt)
UPDATE: Final = Settle(look=_updated)
MOVE: Final = Settle(own_doing=(AlreadyExists,), look=_updated)
ADD_TAGS: Final = Settle(look=_tagged)
SET_CUSTOM_FIELDS: Final = Settle(look=_customised)
DELETE: Final = Settle(own_doing=(NotFound,), look=_deleted)
MASKS: Final = Settle(look=_masked)
# What is under way when a repeat is refused may be the lost attempt.
IMPORT: Final = Settle(own_doing=(AlreadyExists, StateConflict), doubted=_repeated)
REPEAT: Final[Settle[Accepted]] = Settle()
"""A repeat changes nothing more, and is refused where the lost attempt was."""
