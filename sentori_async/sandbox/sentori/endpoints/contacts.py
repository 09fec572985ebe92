"""The endpoints for single contacts: https://docs.sentoriapp.com/api-contacts (2018-05-23)."""

from __future__ import annotations

from typing import Any

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import (
    ADDRESS_FIELD,
    READ_ONLY,
    address_key,
    json_object,
    without,
)
from sentori_async.sandbox.sentori.state import SentoriState
from sentori_async.sandbox.sentori.stores.contacts import ContactRow

_SOURCE = "API"  # inferred: only "Uploaded" is known as a value of CreatedSourceValue


def get(account: SentoriState, request: Incoming) -> Reply:
    """Return a contact by SystemID (a segment of digits only) or by address."""
    (identity,) = request.args
    if identity.isascii() and identity.isdigit():
        row = account.contacts.find_id(int(identity)) if len(identity) < 20 else None
    else:
        row = account.contacts.find(valid_address(account, identity))
    if row is None:
        raise Refusal(101)
    return json_reply(account.contacts.show(row))


def add(account: SentoriState, request: Incoming) -> Reply:
    """Create a contact; one that exists is never changed."""
    address = valid_address(account, request.args[0])
    fields, given = body_fields(account, request)
    if given is not None and (
        address_key(given) != address_key(address) or not account.options.add_accepts_same_address
    ):
        raise Refusal(104)
    found = account.contacts.find(address)
    if account.options.refuse_unmailable_on_add:
        refuse_unmailable(account, address, found)
    if found is not None:
        raise Refusal(102)
    row = account.contacts.create(address, stored(account, fields), source=_SOURCE)
    return json_reply(account.contacts.show(row), account.options.add_status)


def update(account: SentoriState, request: Incoming) -> Reply:
    """Change a contact, and rename it where the body has another address."""
    address = valid_address(account, request.args[0])
    fields, new = body_fields(account, request)
    row = existing(account, address)
    if account.options.refuse_unmailable_on_update:
        refuse_unmailable(account, address, row)
    if new is not None and _is_other(account, row, valid_address(account, new)):
        raise Refusal(102)
    row = _changed(account, row, stored(account, fields), new)
    return json_reply(account.contacts.show(row), account.options.update_status)


def upsert(account: SentoriState, request: Incoming) -> Reply:
    """Create or change the contact of the path, of the body, or both: the page's truth table."""
    address = valid_address(account, request.args[0])
    fields, other = body_fields(account, request)
    if other is not None and address_key(valid_address(account, other)) == address_key(address):
        other = None  # inferred: the same address says nothing new
    here = account.contacts.find(address)
    there = None if other is None else account.contacts.find(other)
    _refuse_upsert(account, [row for row in (here, there) if row is not None], other or address)
    values = stored(account, fields)
    options, contacts = account.options, account.contacts
    if here is not None and there is not None:
        contacts.change(here, values)
        return json_reply(
            contacts.show(contacts.change(there, values)), options.both_updated_status
        )
    if here is not None:
        return json_reply(contacts.show(_changed(account, here, values, other)))
    if there is not None:
        return json_reply(contacts.show(contacts.change(there, values)))
    created = contacts.create(other or address, values, source=_SOURCE)
    return json_reply(contacts.show(created), 201)


def delete(account: SentoriState, request: Incoming) -> Reply:
    """Delete a contact with its subscriptions; the Suppression List keeps its address."""
    row = existing(account, valid_address(account, request.args[0]))
    account.contacts.remove(row)
    return empty_reply(account, account.options.delete_status)


def structure(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return an example of the importable fields."""
    return json_reply(account.fields.structure.example())


def structure_list(account: SentoriState, request: Incoming) -> Reply:  # noqa: ARG001
    """Return an example of the importable fields as a list of one."""
    return json_reply([account.fields.structure.example()])


def subscribe(account: SentoriState, request: Incoming) -> Reply:
    """Subscribe a contact to a mailing list; a second time changes nothing."""
    row, number = _contact_and_list(account, request)
    if account.options.subscribe_lifts_suppression:
        account.suppression.remove(row.address)
    elif account.options.refuse_unmailable_on_subscribe:
        refuse_unmailable(account, row.address, row)
    account.mailing_lists.join(number, row)
    return empty_reply(account, account.options.subscribe_status)


def leave(account: SentoriState, request: Incoming) -> Reply:
    """Unsubscribe a contact from a mailing list; a second time changes nothing."""
    row, number = _contact_and_list(account, request)
    account.mailing_lists.leave(number, row)
    return empty_reply(account, account.options.unsubscribe_status)


def suppress(account: SentoriState, request: Incoming) -> Reply:
    """Unsubscribe an address from everything and suppress it, whether it has a contact or not."""
    address = valid_address(account, request.args[0])
    row = account.contacts.find(address)
    if row is not None:
        account.mailing_lists.leave_all(row)
    account.suppression.add(address)
    if account.options.unsubscribe_fires_webhook:
        account.webhooks.keep(account.webhooks.build("unsubscribe", address))
    return empty_reply(account, account.options.unsubscribe_status)


# What other endpoints use as well.


def valid_address(account: SentoriState, text: str) -> str:
    """Return the text if it is an address; else refuse with 100."""
    if not account.options.is_address(text):
        raise Refusal(100)
    return text


def existing(account: SentoriState, address: str) -> ContactRow:
    """Return the contact of an address; else refuse with 101."""
    row = account.contacts.find(address)
    if row is None:
        raise Refusal(101)
    return row


def refuse_unmailable(account: SentoriState, address: str, row: ContactRow | None) -> None:
    """Refuse a suppressed address with 106, and a contact marked bad with 107."""
    if address in account.suppression:
        raise Refusal(106)
    if row is not None and row.bad:
        raise Refusal(107)


def empty_reply(account: SentoriState, status: int) -> Reply:
    """Return the answer where no page describes one."""
    return Reply(status, account.options.empty_body)


def body_fields(account: SentoriState, request: Incoming) -> tuple[dict[str, Any], str | None]:
    """Return the body's fields without the address, and the address or None.

    Raises:
        Refusal: -1, the body is no object; 103 or 100, its address is no text or empty.
    """
    fields = readable(account, json_object(request.body))
    if ADDRESS_FIELD not in fields:
        return fields, None
    address = fields.pop(ADDRESS_FIELD)
    if address in (None, ""):
        raise Refusal(100)  # inferred: a contact cannot lose its address
    if not isinstance(address, str):
        raise Refusal(103)
    return fields, address


def readable(account: SentoriState, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields under the names the account knows, as the options say."""
    if account.options.ignore_field_case:
        fields = account.fields.structure.spelled(fields)
    if account.options.ignore_read_only_fields:
        fields = without(fields, READ_ONLY)
    return fields


def stored(account: SentoriState, fields: dict[str, Any]) -> dict[str, Any]:
    """Return the values to store; else refuse with 103."""
    return account.fields.structure.checked(
        fields, empty_text_clears=account.options.empty_text_clears
    )


def _is_other(account: SentoriState, row: ContactRow, address: str) -> bool:
    holder = account.contacts.find(address)
    return holder is not None and holder.system_id != row.system_id


def _changed(
    account: SentoriState, row: ContactRow, values: dict[str, Any], address: str | None
) -> ContactRow:
    """Change a contact and read it again where its address, and so its suppression, changed."""
    if address is None:
        return account.contacts.change(row, values)
    if row.suppressed and account.options.rename_keeps_suppression:
        account.suppression.add(address)
    account.contacts.change(row, values, address=address)
    return existing(account, address)


def _refuse_upsert(account: SentoriState, rows: list[ContactRow], new: str) -> None:
    """Apply the options of add or update to an upsert, whichever it turns out to be."""
    if account.options.refuse_unmailable_on_update:
        for row in rows:
            refuse_unmailable(account, row.address, row)
    if account.options.refuse_unmailable_on_add and not rows:
        refuse_unmailable(account, new, None)


def _contact_and_list(account: SentoriState, request: Incoming) -> tuple[ContactRow, int]:
    address, external_id = request.args
    row = existing(account, valid_address(account, address))
    number = account.mailing_lists.find(external_id)
    if number is None:
        raise Refusal(200)
    return row, number
