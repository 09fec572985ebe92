"""The calls of Sent's API v3 on webhooks: values in, `Call` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sentori_async.platforms.sent import answers, inputs, lookups, operations, settle
from sentori_async.platforms.sent.endpoints import (
    SentDelivery,
    SentEventType,
    SentSigningSecret,
    SentWebhook,
    SentWebhookTest,
)
from sentori_async.platforms.sent.envelopes import (
    OfDeliveries,
    OfEventTypes,
    OfSecret,
    OfTest,
    OfWebhook,
    OfWebhooks,
)
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import query

_read_webhooks: Final = answers.unwrapped(operations.ITERATE_WEBHOOKS, OfWebhooks, answers.itself)
_read_created: Final = answers.unwrapped(operations.CREATE_WEBHOOK, OfWebhook, answers.itself)
_read_updated: Final = answers.unwrapped(operations.UPDATE_WEBHOOK, OfWebhook, answers.itself)
_read_switched: Final = answers.unwrapped(operations.SET_WEBHOOK_ACTIVE, OfWebhook, answers.itself)
_read_deleted: Final = answers.emptied(operations.DELETE_WEBHOOK)
_read_types: Final = answers.unwrapped(
    operations.WEBHOOK_EVENT_TYPES, OfEventTypes, lambda data: data.event_types or []
)
_read_deliveries: Final = answers.unwrapped(
    operations.WEBHOOK_DELIVERIES, OfDeliveries, answers.itself
)
_read_secret: Final = answers.unwrapped(operations.ROTATE_SECRET, OfSecret, answers.itself)
_read_test: Final = answers.unwrapped(operations.TEST_WEBHOOK, OfTest, answers.itself)


def iterate(
    *,
    search: str | Unset = UNSET,
    is_active: bool | Unset = UNSET,
    page_size: int = 20,
    page: int = 1,
) -> Call[Page[SentWebhook]]:
    """Plan to get a page of the webhooks."""
    asked = query(
        {
            "page": page,
            "page_size": inputs.paging(page_size),
            "search": search,
            "is_active": is_active,
        }
    )

    def read(response: Response) -> Page[SentWebhook]:
        data = _read_webhooks(response)
        items = data.webhooks or []
        if not answers.goes_on(data.pagination, page, len(items)):
            return Page(items)
        after = iterate(search=search, is_active=is_active, page_size=page_size, page=page + 1)
        return Page(items, after)

    return Call(Request(operations.ITERATE_WEBHOOKS, "webhooks", query=asked), read)


def get(webhook_id: str) -> Call[SentWebhook]:
    """Plan to get a webhook."""
    return lookups.webhook(inputs.id_segment(webhook_id))


def _body(
    *,
    display_name: str,
    endpoint_url: str,
    event_types: Sequence[str],
    event_filters: Mapping[str, Sequence[str]] | Unset,
    retry_count: int | Unset,
    timeout_seconds: int | Unset,
) -> bytes:
    return body.dumps(
        {
            "display_name": display_name,
            "endpoint_url": endpoint_url,
            "event_types": inputs.words(event_types, "event_types"),
            "event_filters": event_filters,
            "retry_count": retry_count,
            "timeout_seconds": timeout_seconds,
        }
    )


def create(
    *,
    display_name: str,
    endpoint_url: str,
    event_types: Sequence[str],
    event_filters: Mapping[str, Sequence[str]] | Unset = UNSET,
    retry_count: int | Unset = UNSET,
    timeout_seconds: int | Unset = UNSET,
) -> Call[SentWebhook]:
    """Plan to create a webhook."""
    data = _body(
        display_name=display_name,
        endpoint_url=endpoint_url,
        event_types=event_types,
        event_filters=event_filters,
        retry_count=retry_count,
        timeout_seconds=timeout_seconds,
    )
    request = Request(operations.CREATE_WEBHOOK, "webhooks", data)
    return Call(request, _read_created, settle.REPEAT)


def update(
    webhook_id: str,
    *,
    display_name: str,
    endpoint_url: str,
    event_types: Sequence[str],
    event_filters: Mapping[str, Sequence[str]] | Unset = UNSET,
    retry_count: int | Unset = UNSET,
    timeout_seconds: int | Unset = UNSET,
) -> Call[SentWebhook]:
    """Plan to replace what a webhook is set to; Sent has no other way to change one."""
    data = _body(
        display_name=display_name,
        endpoint_url=endpoint_url,
        event_types=event_types,
        event_filters=event_filters,
        retry_count=retry_count,
        timeout_seconds=timeout_seconds,
    )
    path = f"webhooks/{inputs.id_segment(webhook_id)}"
    return Call(
        Request(operations.UPDATE_WEBHOOK, path, data), _read_updated, settle.UPDATE_WEBHOOK
    )


def delete(webhook_id: str) -> Call[None]:
    """Plan to delete a webhook."""
    path = f"webhooks/{inputs.id_segment(webhook_id)}"
    request = Request(operations.DELETE_WEBHOOK, path)
    return Call(request, _read_deleted, settle.DELETE_WEBHOOK)


def set_active(webhook_id: str, *, is_active: bool) -> Call[SentWebhook]:
    """Plan to switch a webhook on or off."""
    path = f"webhooks/{inputs.id_segment(webhook_id)}/toggle-status"
    request = Request(operations.SET_WEBHOOK_ACTIVE, path, body.dumps({"is_active": is_active}))
    return Call(request, _read_switched, settle.UPDATE_WEBHOOK)


def event_types() -> Call[list[SentEventType]]:
    """Plan to get the families of events that there are."""
    return Call(Request(operations.WEBHOOK_EVENT_TYPES, "webhooks/event-types"), _read_types)


def deliveries(
    webhook_id: str, *, search: str | Unset = UNSET, page_size: int = 20, page: int = 1
) -> Call[Page[SentDelivery]]:
    """Plan to get a page of the events that a webhook was called for."""
    path = f"webhooks/{inputs.id_segment(webhook_id)}/events"
    asked = query({"page": page, "page_size": inputs.paging(page_size), "search": search})

    def read(response: Response) -> Page[SentDelivery]:
        data = _read_deliveries(response)
        items = data.events or []
        if not answers.goes_on(data.pagination, page, len(items)):
            return Page(items)
        after = deliveries(webhook_id, search=search, page_size=page_size, page=page + 1)
        return Page(items, after)

    return Call(Request(operations.WEBHOOK_DELIVERIES, path, query=asked), read)


def rotate_secret(webhook_id: str) -> Call[SentSigningSecret]:
    """Plan to replace a webhook's secret; the old one is worthless at once."""
    path = f"webhooks/{inputs.id_segment(webhook_id)}/rotate-secret"
    request = Request(operations.ROTATE_SECRET, path, b"{}")
    return Call(request, _read_secret, settle.REPEAT)


def test(webhook_id: str, *, event_type: str) -> Call[SentWebhookTest]:
    """Plan to have a webhook called once."""
    path = f"webhooks/{inputs.id_segment(webhook_id)}/test"
    request = Request(operations.TEST_WEBHOOK, path, body.dumps({"event_type": event_type}))
    return Call(request, _read_test, settle.REPEAT)
