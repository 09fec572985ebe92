"""Every call of Sentori's API v2.0: values in, `Call` out.

Nothing here does I/O, and a value that cannot be sent is an InvalidInput before any.
The operations and their sources are in `operations.py`, what callers may pass in `inputs.py`,
and what comes back in `answers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal, TypeVar

from sentori_async.errors import InvalidInput
from sentori_async.platforms.sentori import answers, inputs, operations, settle
from sentori_async.platforms.sentori.inputs import Fields
from sentori_async.platforms.sentori.models import (
    Audience,
    Contact,
    ContactPatch,
    ContactStructure,
    CreatedEmail,
    DraftEmail,
    EmailEvent,
    EmailTemplate,
    ImportResult,
    Kpi,
    MailingList,
    Subscriber,
)
from sentori_async.platforms.sentori.names import CODEC
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.answers import nothing, reader
from sentori_async.wire.message import Call, Operation, Request, Response
from sentori_async.wire.paths import segment
from sentori_async.wire.results import Upserted

T = TypeVar("T")


def _reader(operation: Operation, read: Callable[[Response], T]) -> Callable[[Response], T]:
    return reader(operation, read, answers.refuse)


def _model(operation: Operation, type_: type[T]) -> Callable[[Response], T]:
    decode = CODEC.decoder(type_)
    return _reader(operation, lambda response: decode(response.body))


# ------------------------------------------------------------------------------------ contacts

_read_get: Final = _reader(operations.GET_CONTACT, answers.contact)
_read_add: Final = _reader(operations.ADD_CONTACT, answers.contact)
_read_update: Final = _reader(operations.UPDATE_CONTACT, answers.contact)
_read_rename: Final = _reader(operations.RENAME_CONTACT, answers.contact)
_read_upsert: Final = _reader(operations.ADD_OR_UPDATE_CONTACT, answers.upserted)
_read_upsert_two: Final = _reader(operations.ADD_OR_UPDATE_TWO, answers.upserted)
_read_delete: Final = _reader(operations.DELETE_CONTACT, nothing)
_read_structure: Final = _reader(operations.CONTACT_STRUCTURE, answers.structure)
_read_subscribe: Final = _reader(operations.SUBSCRIBE, nothing)
_read_unsubscribe: Final = _reader(operations.UNSUBSCRIBE, nothing)
_read_unsubscribe_all: Final = _reader(operations.UNSUBSCRIBE_ALL, nothing)
_read_import: Final = _reader(operations.IMPORT_CONTACTS, answers.imported)
_read_attach: Final = _reader(operations.ATTACH_UPLOAD_GROUP, nothing)


def get_contact(contact: str | int) -> Call[Contact]:
    """Plan to get a contact by its address (a str) or its SystemID (an int)."""
    key = inputs.contact_segment(contact)
    return Call(Request(operations.GET_CONTACT, f"contact/get/{key}/"), _read_get)


def add_contact(address: str, fields: Fields | None = None) -> Call[Contact]:
    """Plan to add a contact; a body address that differs is left for the server to refuse (104)."""
    address = inputs.address(address)
    data, _ = inputs.contact_body(address, fields)
    path = f"contact/add/{segment(address)}/"
    return Call(Request(operations.ADD_CONTACT, path, data), _read_add, settle.ADD)


def update_contact(address: str, fields: Fields) -> Call[Contact]:
    """Plan to change fields of a contact; another address in them renames it."""
    address = inputs.address(address)
    data, renames = inputs.contact_body(address, fields, keep_case=True)
    path = f"contact/update/{segment(address)}/"
    if renames:
        return Call(Request(operations.RENAME_CONTACT, path, data), _read_rename, settle.RENAME)
    return Call(Request(operations.UPDATE_CONTACT, path, data), _read_update, settle.UPDATE)


def add_or_update_contact(address: str, fields: Fields | None = None) -> Call[Upserted[Contact]]:
    """Plan to add a contact, or to update it where it exists.

    What another address in the fields does is in the vendor's table on api-contacts, 2018-05-23.
    """
    address = inputs.address(address)
    data, two = inputs.contact_body(address, fields)
    path = f"contact/addorupdate/{segment(address)}/"
    if two:
        request = Request(operations.ADD_OR_UPDATE_TWO, path, data)
        return Call(request, _read_upsert_two, settle.UPSERT)
    request = Request(operations.ADD_OR_UPDATE_CONTACT, path, data)
    return Call(request, _read_upsert, settle.UPSERT)


def delete_contact(address: str) -> Call[None]:
    """Plan to delete a contact."""
    path = f"contact/delete/{inputs.address_segment(address)}/"
    return Call(Request(operations.DELETE_CONTACT, path), _read_delete, settle.DELETE)


def contact_structure(form: Literal["single", "list"] = "single") -> Call[ContactStructure]:
    """Plan to get the writable fields, in either of the vendor's two forms."""
    if form not in {"single", "list"}:
        raise InvalidInput("the form of a contact structure is 'single' or 'list'")
    path = f"contact/getstructure/{form}/"
    return Call(Request(operations.CONTACT_STRUCTURE, path), _read_structure)


def subscribe(address: str, list_id: str) -> Call[None]:
    """Plan to subscribe a contact to a mailing list."""
    path = f"contact/subscribe/{inputs.address_segment(address)}/{inputs.id_segment(list_id)}/"
    return Call(Request(operations.SUBSCRIBE, path), _read_subscribe, settle.REPEAT)


def unsubscribe(address: str, list_id: str) -> Call[None]:
    """Plan to unsubscribe a contact from one mailing list."""
    path = f"contact/unsubscribe/{inputs.address_segment(address)}/{inputs.id_segment(list_id)}/"
    return Call(Request(operations.UNSUBSCRIBE, path), _read_unsubscribe, settle.REPEAT)


def unsubscribe_all(address: str) -> Call[None]:
    """Plan to unsubscribe an address from everything and to suppress it."""
    path = f"contact/unsubscribe/{inputs.address_segment(address)}/"
    request = Request(operations.UNSUBSCRIBE_ALL, path)
    return Call(request, _read_unsubscribe_all, settle.UNSUBSCRIBE_ALL)


def import_contacts(
    contacts: Iterable[Fields | body.Encoded],
    *,
    name: str | Unset | None = UNSET,
    description: str | Unset | None = UNSET,
) -> Call[ImportResult]:
    """Plan to add and update many contacts with one request.

    Args:
        contacts: The rows, each with its address; `inputs.import_row` encodes one beforehand.
        name: The upload group's name.
        description: The upload group's description.
    """
    if isinstance(contacts, str | bytes | Mapping | Contact | ContactPatch):
        raise InvalidInput("an import takes a list of contacts, not one")
    rows = [
        row if isinstance(row, body.Encoded) else inputs.import_row(row, f"Contacts[{i}]")
        for i, row in enumerate(contacts)
    ]
    data = body.dumps({"Name": name, "Description": description, "Contacts": rows})
    request = Request(operations.IMPORT_CONTACTS, "contact/import/", data)
    return Call(request, _read_import, settle.IMPORT)


def attach_upload_group(upload_group_id: str, document_id: str) -> Call[None]:
    """Plan to attach an upload group to a draft email."""
    # Printed without a final slash: api-contacts, 2018-05-23.
    group, document = inputs.id_segment(upload_group_id), inputs.id_segment(document_id)
    path = f"contact/import/{group}/attach/{document}"
    return Call(Request(operations.ATTACH_UPLOAD_GROUP, path), _read_attach, settle.REPEAT)


# ------------------------------------------------------------------- mailing lists, audiences

_read_list: Final = _model(operations.GET_MAILING_LIST, MailingList)
_read_lists: Final = _model(operations.ALL_MAILING_LISTS, list[MailingList])
_read_subscribers: Final = _model(operations.MAILING_LIST_SUBSCRIBERS, list[Subscriber])
_read_audiences: Final = _model(operations.ALL_AUDIENCES, list[Audience])
_read_audience: Final = _model(operations.AUDIENCE_CONTACTS, list[Subscriber])


def get_mailing_list(list_id: str) -> Call[MailingList]:
    """Plan to get a mailing list."""
    return Call(
        Request(operations.GET_MAILING_LIST, f"mailinglists/{inputs.id_segment(list_id)}/"),
        _read_list,
    )


def all_mailing_lists() -> Call[list[MailingList]]:
    """Plan to get all mailing lists."""
    return Call(Request(operations.ALL_MAILING_LISTS, "mailinglists/"), _read_lists)


def mailing_list_subscribers(list_id: str) -> Call[list[Subscriber]]:
    """Plan to get the subscribers of a mailing list who can be mailed."""
    # Printed without a final slash: api-mailinglists, 2017-05-04.
    path = f"mailinglists/subscribers/{inputs.id_segment(list_id)}"
    return Call(Request(operations.MAILING_LIST_SUBSCRIBERS, path), _read_subscribers)


def all_audiences() -> Call[list[Audience]]:
    """Plan to get all audiences."""
    return Call(Request(operations.ALL_AUDIENCES, "audiences/"), _read_audiences)


def audience_contacts(audience_id: str) -> Call[list[Subscriber]]:
    """Plan to get the contacts in an audience who can be mailed."""
    # Printed without a final slash: api-audiences, undated.
    path = f"audiences/contacts/{inputs.id_segment(audience_id)}"
    return Call(Request(operations.AUDIENCE_CONTACTS, path), _read_audience)


# -------------------------------------------------------------- emails, reports, automation

_read_created: Final = _model(operations.CREATE_EMAIL, CreatedEmail)
_read_drafts: Final = _model(operations.DRAFT_EMAILS, list[DraftEmail])
_read_templates: Final = _model(operations.EMAIL_TEMPLATES, list[EmailTemplate])
_read_kpi: Final = _model(operations.KPI, Kpi)
_read_abuse: Final = _model(operations.ABUSE, list[EmailEvent])
_read_bounces: Final = _model(operations.BOUNCES, list[EmailEvent])
_read_clicks: Final = _model(operations.CLICKS, list[EmailEvent])
_read_automation: Final = _reader(operations.ADD_TO_AUTOMATION, nothing)


def create_email(
    source_id: str, *, name: str, description: str | Unset | None = UNSET
) -> Call[CreatedEmail]:
    """Plan to create a draft from a template, or as a copy of an email."""
    data = body.dumps(
        {"ExternalID": inputs.external_id(source_id), "Name": name, "Description": description}
    )
    return Call(Request(operations.CREATE_EMAIL, "emails/create/", data), _read_created)


def draft_emails() -> Call[list[DraftEmail]]:
    """Plan to get all draft emails."""
    return Call(Request(operations.DRAFT_EMAILS, "emails/drafts/"), _read_drafts)


def email_templates() -> Call[list[EmailTemplate]]:
    """Plan to get all email templates."""
    return Call(Request(operations.EMAIL_TEMPLATES, "emails/templates/"), _read_templates)


def kpi(email_id: str, *, iteration: int | None = None) -> Call[Kpi]:
    """Plan to get the figures of an email."""
    return Call(Request(operations.KPI, _report("kpi", email_id, iteration)), _read_kpi)


def abuse(email_id: str) -> Call[list[EmailEvent]]:
    """Plan to get who complained about an email; the page prints no iteration here."""
    return Call(Request(operations.ABUSE, _report("abuse", email_id)), _read_abuse)


def bounces(email_id: str, *, iteration: int | None = None) -> Call[list[EmailEvent]]:
    """Plan to get from whom an email bounced."""
    path = _report("bounced", email_id, iteration)
    return Call(Request(operations.BOUNCES, path), _read_bounces)


def clicks(email_id: str, *, iteration: int | None = None) -> Call[list[EmailEvent]]:
    """Plan to get who clicked a link of an email, with the time of the first click."""
    return Call(Request(operations.CLICKS, _report("clicks", email_id, iteration)), _read_clicks)


def add_to_automation(
    automation_id: str, address: str, data: Mapping[str, Any] | None = None
) -> Call[None]:
    """Plan to add a contact to an autoresponder, with flat data to merge into its emails."""
    automation, contact = inputs.id_segment(automation_id), inputs.address_segment(address)
    path = f"automation/{automation}/addcontact/{contact}/"
    request = Request(operations.ADD_TO_AUTOMATION, path, inputs.merge_data(data))
    return Call(request, _read_automation)


def _report(kind: str, email_id: str, iteration: int | None = None) -> str:
    path = f"email/{kind}/{inputs.id_segment(email_id)}/"
    if iteration is None:
        return path
    if type(iteration) is not int or iteration < 1:
        raise InvalidInput("an iteration is a positive int")
    return f"{path}{iteration}/"
