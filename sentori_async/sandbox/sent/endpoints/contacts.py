"""The endpoints for contacts: https://docs.sent.dm/reference/api/contacts (2026-05)."""

from __future__ import annotations

import uuid
from typing import Any

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.endpoints.common import (
    identity,
    list_page,
    required_text,
    simulates,
)
from sentori_async.sandbox.sent.envelope import Result
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import (
    json_object,
    one_of,
    optional_bool,
    optional_text,
    query,
)
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.contacts import ContactRow

_FILTERS = frozenset({"sms", "whatsapp"})


def iterate(account: SentState, request: Incoming) -> Result:
    """Return a page of contacts, or with `phone` the one that has this number."""
    params = query(request.query)
    search, channel = params.get("search", ""), params.get("channel", "")
    if channel:
        one_of(channel, "channel", _FILTERS)
    paged = list_page(account, params, "contacts.iterate")
    if params.get("phone"):
        rows = _of_number(account, valid_number(account, params["phone"], "phone"))
        return _listed(account, rows, paged(len(rows)).show())
    page = paged(account.contacts.count(search=search, channel=channel))
    rows = account.contacts.page(page, search=search, channel=channel)
    return _listed(account, rows, page.show())


def add(account: SentState, request: Incoming) -> Result:
    """Create the contact of a number; one that exists is never changed."""
    body = json_object(request.body)
    number = valid_number(account, required_text(account, body, "phone_number"), "phone_number")
    status = account.options.create_status
    if simulates(body):
        row = account.contacts.sample(number, identity=str(uuid.uuid4()))
        return Result(account.contacts.show(row), status, simulated=True)
    if account.contacts.find(number) is not None:
        raise Refusal("RESOURCE_007")
    return Result(account.contacts.show(created(account, number)), status)


def get(account: SentState, request: Incoming) -> Result:
    """Return a contact by its id."""
    return Result(account.contacts.show(_existing(account, identity(account, request))))


def update(account: SentState, request: Incoming) -> Result:
    """Change a contact's channel or its opt-out."""
    key = identity(account, request)
    body = json_object(request.body)
    channel, opt_out = optional_text(body, "default_channel"), optional_bool(body, "opt_out")
    if channel is not None:
        one_of(channel, "default_channel", account.options.default_channels)
    contacts = account.contacts
    if simulates(body):
        row = contacts.sample("+12125550199", identity=key.lower())
        contacts.touch(row, default_channel=channel, opt_out=opt_out)
        return Result(contacts.show(row), simulated=True)
    row = _own(account, key)
    contacts.store(contacts.touch(row, default_channel=channel, opt_out=opt_out))
    return Result(contacts.show(row))


def delete(account: SentState, request: Incoming) -> Result:
    """Delete a contact; the documents advise to opt it out instead."""
    key = identity(account, request)
    if simulates(json_object(request.body)):
        return Result(status=204, simulated=True)
    account.contacts.remove(_own(account, key))
    return Result(status=204)


def message_summary(account: SentState, request: Incoming) -> Result:
    """Return what was exchanged with a contact."""
    row = _existing(account, identity(account, request))
    return Result(account.messages.summary(row.id))


# What other endpoints use as well.


def valid_number(account: SentState, text: str, field: str) -> str:
    """Return the text if it is a number in E.164; else refuse with VALIDATION_002."""
    if not account.options.is_number(text):
        raise wrong("VALIDATION_002", field, "Phone number must be in E.164 format")
    return text


def created(account: SentState, number: str) -> ContactRow:
    """Create a contact; refuse with BUSINESS_008 where the account may hold no more."""
    most = account.options.max_contacts
    if most is not None and account.contacts.count() >= most:
        raise Refusal("BUSINESS_008")
    return account.contacts.create(number)


def _of_number(account: SentState, number: str) -> list[ContactRow]:
    row = account.contacts.find(number)
    if row is None and account.options.unknown_phone_is_404:
        raise Refusal("RESOURCE_001")
    return [] if row is None else [row]


def _listed(account: SentState, rows: list[ContactRow], pagination: dict[str, Any]) -> Result:
    shown = [account.contacts.show(row) for row in rows]
    return Result({"contacts": shown, "pagination": pagination})


def _existing(account: SentState, key: str) -> ContactRow:
    row = account.contacts.find_id(key)
    if row is None:
        raise Refusal("RESOURCE_001")
    return row


def _own(account: SentState, key: str) -> ContactRow:
    row = _existing(account, key)
    if row.inherited:
        raise Refusal(account.options.inherited_code)
    return row
