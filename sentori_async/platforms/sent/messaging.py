"""Messages and templates as Sent shows them, by the rules of `models.py`.

The pages (2026-05) and the official SDK 0.46.0 differ in a few fields: all of them are read.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any

import attrs

from sentori_async.platforms.sent.models import masked
from sentori_async.unset import UNSET, Unset


class SentMessageStatus(enum.StrEnum):
    """Where a message is; a status that is newer comes as a plain text."""

    QUEUED = "QUEUED"
    ACCEPTED = "ACCEPTED"
    ROUTED = "ROUTED"
    SCHEDULED = "SCHEDULED"
    CANCELLED = "CANCELLED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    READ = "READ"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    FILTERED = "FILTERED"
    RECEIVED = "RECEIVED"


@attrs.define(repr=False)
class SentRecipient:
    """What became of a send for one recipient and one channel.

    Attributes:
        message_id: The message's id, for `messages.get`.
        to: The recipient's number.
        channel: The channel; None where Sent chooses.
        body: The text, with the parameters in it; None where Sent chooses the channel.
        extra: What else the vendor said.
    """

    message_id: str | Unset | None = UNSET
    to: str | Unset | None = UNSET
    channel: str | Unset | None = UNSET
    body: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return (
            f"SentRecipient(message_id={self.message_id!r}, to={masked(self.to)}, "
            f"channel={self.channel!r})"
        )


@attrs.define
class SentSending:
    """A send that Sent has accepted; whether it goes out is told later, message by message.

    Attributes:
        status: `QUEUED`.
        template_id: The template.
        template_name: The template's name.
        recipients: One entry per message.
        scheduled_at: When it goes out, where that was asked for.
        extra: What else the vendor said.
    """

    status: SentMessageStatus | str | Unset | None = UNSET
    template_id: str | Unset | None = UNSET
    template_name: str | Unset | None = UNSET
    recipients: list[SentRecipient] | Unset | None = UNSET
    scheduled_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentMessageEvent:
    """One step of a message's way.

    Attributes:
        status: Where it was.
        timestamp: When.
        description: What happened, in words.
        reason: Why it went no further, in words.
        reason_code: The same as a code, such as "BUSINESS_003".
        extra: What else the vendor said.
    """

    status: SentMessageStatus | str | Unset | None = UNSET
    timestamp: datetime | Unset | None = UNSET
    description: str | Unset | None = UNSET
    reason: str | Unset | None = UNSET
    reason_code: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class SentMessage:
    """A message.

    Attributes:
        id: The message's id.
        customer_id: Whose message it is.
        contact_id: The contact it went to.
        phone: The contact's number.
        phone_international: The same with spaces.
        region_code: The number's country.
        template_id: The template.
        template_name: The template's name.
        template_category: The template's category.
        channel: The channel it took.
        direction: Whether it was sent or received.
        message_body: What it said, as the vendor prints it.
        status: Where it is.
        reason: Why it went no further, in words.
        reason_code: The same as a code.
        price: What the channel cost.
        active_contact_price: What was added to it.
        created_at: When it was accepted.
        scheduled_at: When it goes out, where that was asked for.
        events: Its way so far.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    customer_id: str | Unset | None = UNSET
    contact_id: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    phone_international: str | Unset | None = UNSET
    region_code: str | Unset | None = UNSET
    template_id: str | Unset | None = UNSET
    template_name: str | Unset | None = UNSET
    template_category: str | Unset | None = UNSET
    channel: str | Unset | None = UNSET
    direction: str | Unset | None = UNSET
    message_body: dict[str, Any] | Unset | None = UNSET
    status: SentMessageStatus | str | Unset | None = UNSET
    reason: str | Unset | None = UNSET
    reason_code: str | Unset | None = UNSET
    price: float | Unset | None = UNSET
    active_contact_price: float | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    scheduled_at: datetime | Unset | None = UNSET
    events: list[SentMessageEvent] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return (
            f"SentMessage(id={self.id!r}, phone={masked(self.phone)}, channel={self.channel!r}, "
            f"status={self.status!r})"
        )


@attrs.define(repr=False)
class SentMessageActivity:
    """One step of a message's way, with what it cost.

    Attributes:
        status: Where the message was.
        timestamp: When.
        description: What happened, in words.
        reason: Why it went no further, in words.
        reason_code: The same as a code.
        from_: The number it was sent from; the vendor's ``from``.
        price: What the channel cost, as text with four decimals.
        active_contact_price: What was added to it, likewise.
        scheduled_at: When it goes out, where that was asked for.
        extra: What else the vendor said.
    """

    status: SentMessageStatus | str | Unset | None = UNSET
    timestamp: datetime | Unset | None = UNSET
    description: str | Unset | None = UNSET
    reason: str | Unset | None = UNSET
    reason_code: str | Unset | None = UNSET
    from_: str | Unset | None = UNSET
    price: str | Unset | None = UNSET
    active_contact_price: str | Unset | None = UNSET
    scheduled_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SentMessageActivity(status={self.status!r}, timestamp={self.timestamp!r})"


@attrs.define
class SentTemplate:
    """A template that messages are made from.

    Attributes:
        id: The template's id.
        customer_id: Whose template it is.
        name: The name.
        category: The category, such as "MARKETING".
        language: The language, such as "en_US".
        status: Whether it may be used, such as "APPROVED".
        channels: The channels it has a text for.
        variables: The names of the parameters that a send has to give.
        is_published: Whether it is published.
        auto_reply_action: What an answer to it sets off.
        created_at: When it was created.
        updated_at: When it was last changed.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    customer_id: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    category: str | Unset | None = UNSET
    language: str | Unset | None = UNSET
    status: str | Unset | None = UNSET
    channels: list[str] | Unset | None = UNSET
    variables: list[str] | Unset | None = UNSET
    is_published: bool | Unset | None = UNSET
    auto_reply_action: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
