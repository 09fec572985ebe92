"""The endpoints for messages: accepted with 202, their fate told later (guide, 2026-09)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.endpoints.common import identity, simulates
from sentori_async.sandbox.sent.endpoints.contacts import created
from sentori_async.sandbox.sent.endpoints.orders import Order, read_order
from sentori_async.sandbox.sent.envelope import Result, printed
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import json_object
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.account import SENDER
from sentori_async.sandbox.sent.stores.contacts import ContactRow
from sentori_async.sandbox.sent.stores.messages import MessageRow
from sentori_async.sandbox.sent.stores.scope import Page
from sentori_async.sandbox.sent.stores.templates import TemplateRow

_FILTERED = "BUSINESS_004"
_FOREIGN = "BUSINESS_029"  # a reason that no published list of codes has


def send(account: SentState, request: Incoming) -> Result:
    """Accept a message for every recipient and channel."""
    body = json_object(request.body)
    order = read_order(account, body)
    if simulates(body):
        entries = [_entry(order, None, number, c, str(uuid.uuid4())) for number, c in _pairs(order)]
        return _sent(order, None, entries, simulated=True)
    template = _template(account, order)
    _check_held(account, order)
    entries = []
    for number, channel in _pairs(order):
        contact = account.contacts.find(number) or created(account, number)
        row = _accepted(account, order, template, contact, channel)
        account.webhooks.follow(row)
        entries.append(_entry(order, template, number, channel, row.id))
    return _sent(order, template, entries)


def get(account: SentState, request: Incoming) -> Result:
    """Return a message and what became of it."""
    return Result(account.messages.show(_existing(account, identity(account, request))))


def activities(account: SentState, request: Incoming) -> Result:
    """Return what happened to a message, the latest first."""
    row = _existing(account, identity(account, request))
    shown = account.messages.activities(row)
    page = Page(1, account.options.page_size, len(shown))
    return Result({"message_id": row.id, "activities": shown, "pagination": page.show()})


def cancel(account: SentState, request: Incoming) -> Result:
    """Call a scheduled message off, as long as it has not been released."""
    row = _existing(account, identity(account, request))
    if account.messages.status(row) != "SCHEDULED":
        raise Refusal("BUSINESS_006")
    row.cancelled = printed(account.clock())
    account.messages.store(row)
    return Result(account.messages.show(row))


def resend(account: SentState, request: Incoming) -> Result:
    """Put a message that has ended on its way again; never a filtered or a cancelled one."""
    row = _existing(account, identity(account, request))
    messages = account.messages
    if not messages.is_over(row) or messages.status(row) in {"FILTERED", "CANCELLED"}:
        raise Refusal("BUSINESS_006")
    contact = account.contacts.find(row.phone)
    template = None if row.template_id is None else account.templates.find(row.template_id)
    reason = None if contact is None else _obstacle(account, template, contact, row.channel)
    row.outcome, row.reason_code = _outcome(reason), reason
    row.started, row.scheduled = printed(account.clock()), None
    messages.store(row)
    account.webhooks.follow(row)
    return Result(messages.show(row), 202)  # inferred: as for the first attempt


def _pairs(order: Order) -> Iterator[tuple[str, str | None]]:
    """Yield every recipient with every channel; None is left to Sent."""
    for number in order.to:
        for channel in order.channels:
            yield number, None if channel == "sent" else channel


def _accepted(
    account: SentState,
    order: Order,
    template: TemplateRow | None,
    contact: ContactRow,
    channel: str | None,
) -> MessageRow:
    chosen = channel or contact.default_channel
    reason = _obstacle(account, template, contact, channel)
    if reason is not None and account.options.refuse_at_send:
        raise Refusal(reason)
    if not set(order.senders.get(chosen, ())) <= {SENDER}:
        reason = reason or _FOREIGN
    text = order.text or ""
    return account.messages.accept(
        contact_id=contact.id,
        phone=contact.phone_number,
        channel=chosen,
        body=text if template is None else template.rendered(chosen, order.parameters),
        outcome=_outcome(reason),
        reason_code=reason,
        template_id=None if template is None else template.id,
        scheduled=order.scheduled_at,
    )


def _obstacle(
    account: SentState, template: TemplateRow | None, contact: ContactRow, channel: str | None
) -> str | None:
    """Return the code of what keeps a message from being sent, or None.

    For scheduled messages it is found when they are accepted, and not when they are released.
    """
    if not account.account.funded:
        return "BUSINESS_003"
    if contact.opt_out:
        return _FILTERED
    if template is not None and template.status != "APPROVED":
        return "BUSINESS_005"
    if channel is not None and template is not None and channel not in template.channels:
        return "BUSINESS_012"
    over = "sms" if channel == "mms" else channel  # MMS goes out from SMS numbers
    if over is not None and not contact.reaches(over):
        return "BUSINESS_007"
    return None


def _outcome(reason: str | None) -> str:
    if reason is None:
        return "DELIVERED"
    return "FILTERED" if reason == _FILTERED else "BLOCKED"


def _template(account: SentState, order: Order) -> TemplateRow | None:
    """Return the template of an order whose variables all have values, or None for a text."""
    if order.template_id is None and order.template_name is None:
        return None
    if order.template_id is not None:
        template = account.templates.find(order.template_id)
    else:
        template = account.templates.find_name(order.template_name or "")
    if template is None:
        raise Refusal("RESOURCE_002")
    for name in template.variables:
        if name not in order.parameters:
            raise wrong("VALIDATION_008", f"template.parameters.{name}", "The value is missing")
    return template


def _check_held(account: SentState, order: Order) -> None:
    most = account.options.max_scheduled
    number = len(order.to) * len(order.channels)
    if (
        order.scheduled_at is not None
        and most is not None
        and account.messages.held() + number > most
    ):
        raise Refusal("LIMIT_001")


def _entry(
    order: Order, template: TemplateRow | None, number: str, channel: str | None, message_id: str
) -> dict[str, Any]:
    """Return what one recipient gets; the body is null where Sent picks the channel."""
    body = None
    if channel is not None:
        body = order.text if template is None else template.rendered(channel, order.parameters)
    return {"message_id": message_id, "to": number, "channel": channel, "body": body}


def _sent(
    order: Order,
    template: TemplateRow | None,
    recipients: list[dict[str, Any]],
    *,
    simulated: bool = False,
) -> Result:
    data: dict[str, Any] = {
        "status": "QUEUED",
        "template_id": order.template_id if template is None else template.id,
        "template_name": order.template_name if template is None else template.name,
        "recipients": recipients,
    }
    if order.scheduled_at is not None:
        data["scheduled_at"] = printed(order.scheduled_at)
    return Result(data, 202, simulated=simulated)


def _existing(account: SentState, key: str) -> MessageRow:
    row = account.messages.find(key)
    if row is None or not account.messages.is_visible(row):
        raise Refusal("RESOURCE_003")
    return row
