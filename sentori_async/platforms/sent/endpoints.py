"""Webhook endpoints as Sent shows them, by the rules of `models.py`.

What a webhook says when it arrives is in `webhooks.py`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from sentori_async.unset import UNSET, Unset


@attrs.define(repr=False)
class SentWebhook:
    """An endpoint of yours that Sent calls when something happens.

    Attributes:
        id: The webhook's id, which its calls carry as ``x-webhook-id``.
        customer_id: Whose webhook it is.
        display_name: The name.
        endpoint_url: The URL that is called.
        event_types: The families of events it is called for, such as "message".
        event_filters: Of each family, the only events it is called for.
        retry_count: How often a failed call is repeated, 1 to 5.
        timeout_seconds: How long a call may take, 5 to 120.
        is_active: Whether it is called at all.
        signing_secret: What `SentWebhookVerifier` takes; whole only where it was just made.
        consecutive_failures: How many calls in a row have failed; ten switch it off.
        last_delivery_attempt_at: When it was last called.
        last_successful_delivery_at: When a call last succeeded.
        created_at: When it was created.
        updated_at: When it was last changed.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    customer_id: str | Unset | None = UNSET
    display_name: str | Unset | None = UNSET
    endpoint_url: str | Unset | None = UNSET
    event_types: list[str] | Unset | None = UNSET
    event_filters: dict[str, Any] | Unset | None = UNSET
    retry_count: int | Unset | None = UNSET
    timeout_seconds: int | Unset | None = UNSET
    is_active: bool | Unset | None = UNSET
    signing_secret: str | Unset | None = UNSET
    consecutive_failures: int | Unset | None = UNSET
    last_delivery_attempt_at: datetime | Unset | None = UNSET
    last_successful_delivery_at: datetime | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return (
            f"SentWebhook(id={self.id!r}, display_name={self.display_name!r}, "
            f"is_active={self.is_active!r})"
        )


@attrs.define(repr=False)
class SentSigningSecret:
    """A webhook's new secret; the old one is worthless from now on.

    Attributes:
        signing_secret: What `SentWebhookVerifier` takes.
        extra: What else the vendor said.
    """

    signing_secret: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return "SentSigningSecret(***)"


@attrs.define
class SentWebhookTest:
    """What a test call came to.

    Attributes:
        success: Whether your endpoint answered well.
        message: What happened, in words.
        extra: What else the vendor said.
    """

    success: bool | Unset | None = UNSET
    message: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentEventSubtype:
    """One event of a family.

    Attributes:
        name: Its name, such as "delivered".
        event_type: What subscriptions call it.
        display_name: The name for people.
        description: What it tells.
        is_active: Whether it can be subscribed to.
        extra: What else the vendor said.
    """

    name: str | Unset | None = UNSET
    event_type: str | Unset | None = UNSET
    display_name: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    is_active: bool | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentEventType:
    """A family of events that a webhook can be called for.

    Attributes:
        name: Its name, such as "message".
        event_type: What subscriptions call it.
        display_name: The name for people.
        description: What it tells.
        is_active: Whether it can be subscribed to.
        sub_types: The events of the family.
        extra: What else the vendor said.
    """

    name: str | Unset | None = UNSET
    event_type: str | Unset | None = UNSET
    display_name: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    is_active: bool | Unset | None = UNSET
    sub_types: list[SentEventSubtype] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class SentDelivery:
    """One event that a webhook was called for.

    Attributes:
        id: The id in the log.
        event_type: What happened.
        event_data: What the call said, as the vendor prints it.
        delivery_status: What became of it.
        delivery_attempts: How often it was tried.
        http_status_code: What your endpoint answered.
        response_body: What it said.
        error_message: Why it failed, in words.
        created_at: When it happened.
        processing_started_at: When the calls began.
        processing_completed_at: When they ended.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    event_type: str | Unset | None = UNSET
    event_data: dict[str, Any] | Unset | None = UNSET
    delivery_status: str | Unset | None = UNSET
    delivery_attempts: int | Unset | None = UNSET
    http_status_code: int | Unset | None = UNSET
    response_body: str | Unset | None = UNSET
    error_message: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    processing_started_at: datetime | Unset | None = UNSET
    processing_completed_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return (
            f"SentDelivery(id={self.id!r}, event_type={self.event_type!r}, "
            f"delivery_status={self.delivery_status!r})"
        )
