"""Autoresponders: https://docs.sentoriapp.com/api-automation (2018-02-19)."""

from __future__ import annotations

from typing import Any, Final

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.sentori.endpoints.contacts import (
    empty_reply,
    existing,
    refuse_unmailable,
    valid_address,
)
from sentori_async.sandbox.sentori.refusal import Refusal
from sentori_async.sandbox.sentori.rules import json_object
from sentori_async.sandbox.sentori.state import SentoriState

# This page prints the code as text, and another message than the list of errors has.
_INVALID_JSON: Final = json_reply(
    {"Code": "-1", "Message": "Invalid JSON found in Request Body."}, 400
)


def add_contact(account: SentoriState, request: Incoming) -> Reply:
    """Add a contact to an autoresponder, with the data its emails are to show."""
    automation_id, address = request.args
    number = account.automations.find(automation_id)
    if number is None:
        raise Refusal(account.options.unknown_automation_code)
    valid_address(account, address)
    data = _flat_object(request.body)
    if account.options.automation_creates_contact and account.contacts.find(address) is None:
        account.contacts.create(address, {}, source="API")
    row = existing(account, address)
    if account.options.refuse_unmailable_on_automation:
        refuse_unmailable(account, address, row)
    account.automations.enter(number, row.address, data)
    return empty_reply(account, account.options.automation_status)


def _flat_object(body: bytes) -> dict[str, Any]:
    try:
        data = json_object(body)
    except Refusal as refusal:
        raise Refusal(-1, _INVALID_JSON) from refusal
    if any(isinstance(value, (dict, list)) for value in data.values()):
        raise Refusal(-1, _INVALID_JSON)
    return data
