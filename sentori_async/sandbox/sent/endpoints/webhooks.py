"""The endpoints for webhooks (docs of 2026-05, guide of 2026-09)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.endpoints.common import (
    identity,
    list_page,
    required_text,
    simulates,
)
from sentori_async.sandbox.sent.envelope import Result, printed
from sentori_async.sandbox.sent.events import FAMILIES, NAMES, specimen
from sentori_async.sandbox.sent.refusal import Refusal, wrong
from sentori_async.sandbox.sent.rules import (
    json_object,
    one_of,
    optional_bool,
    optional_text,
    query,
    texts,
    whole,
)
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.webhooks import WebhookRow

_FLAGS: Final = {"true": True, "false": False}


def iterate(account: SentState, request: Incoming) -> Result:
    """Return a page of webhooks."""
    params = query(request.query)
    search, flag = params.get("search", ""), params.get("is_active", "")
    active = _FLAGS[one_of(flag, "is_active", _FLAGS)] if flag else None
    paged = list_page(account, params, "webhooks.iterate")
    page = paged(account.webhooks.count(search=search, is_active=active))
    rows = account.webhooks.page(page, search=search, is_active=active)
    shown = [account.webhooks.show(row) for row in rows]
    return Result({"webhooks": shown, "pagination": page.show()})


def get(account: SentState, request: Incoming) -> Result:
    """Return a webhook by its id."""
    return Result(account.webhooks.show(_existing(account, identity(account, request))))


def add(account: SentState, request: Incoming) -> Result:
    """Create a webhook; this answer alone shows its secret."""
    body = json_object(request.body)
    row = account.webhooks.blank(
        required_text(account, body, "display_name"),
        _url(required_text(account, body, "endpoint_url")),
        tuple(_event_types(account, body)),
    )
    _apply(row, body)
    status = account.options.create_status
    if simulates(body):
        row.id = str(uuid.uuid4())
        return Result(account.webhooks.show(row, secret=True), status, simulated=True)
    return Result(account.webhooks.show(account.webhooks.create(row), secret=True), status)


def update(account: SentState, request: Incoming) -> Result:
    """Change a webhook; what is absent or null stays, which is inferred."""
    key = identity(account, request)
    body = json_object(request.body)
    made_up = simulates(body)
    row = account.webhooks.blank("Webhook", "https://example.com", ("message",))
    row.id = key.lower()
    if not made_up:
        row = _existing(account, key)
    row.display_name = optional_text(body, "display_name") or row.display_name
    url = optional_text(body, "endpoint_url")
    row.endpoint_url = row.endpoint_url if url is None else _url(url)
    if body.get("event_types") is not None:
        row.event_types = orjson.dumps(_event_types(account, body)).decode()
    _apply(row, body)
    if not made_up:
        account.webhooks.store(row)
    return Result(account.webhooks.show(row), simulated=made_up)


def delete(account: SentState, request: Incoming) -> Result:
    """Delete a webhook; there is no way to simulate it."""
    account.webhooks.remove(_existing(account, identity(account, request)))
    return Result(status=204)


def event_types(account: SentState, request: Incoming) -> Result:
    """Return the families of events and what is in them."""
    params = query(request.query)
    shown = [_event_type(family, suffixes) for family, suffixes in FAMILIES.items()]
    page = list_page(account, params, "webhooks.event_types")(len(shown))
    part = shown[page.skipped : page.skipped + page.size]
    return Result({"event_types": part, "pagination": page.show()})


def events(account: SentState, request: Incoming) -> Result:
    """Return a page of what a webhook got."""
    key, params = identity(account, request), query(request.query)
    paged = list_page(account, params, "webhooks.deliveries")
    log = account.webhooks.log(_existing(account, key), params.get("search", ""))
    page = paged(len(log))
    part = log[page.skipped : page.skipped + page.size]
    return Result({"events": part, "pagination": page.show()})


def rotate_secret(account: SentState, request: Incoming) -> Result:
    """Give a webhook a new secret; the old one is void at once."""
    key = identity(account, request)
    secret = account.webhooks.new_secret()
    if simulates(json_object(request.body)):
        return Result({"signing_secret": secret}, simulated=True)
    row = _existing(account, key)
    row.signing_secret = secret
    account.webhooks.store(row)
    return Result({"signing_secret": secret})


def test(account: SentState, request: Incoming) -> Result:
    """Send a specimen event to an active webhook."""
    key = identity(account, request)
    body = json_object(request.body)
    event = one_of(required_text(account, body, "event_type"), "event_type", NAMES)
    done = {"success": True, "message": "Test event sent"}
    if simulates(body):
        return Result(done, simulated=True)
    row = _existing(account, key)
    if not row.is_active:
        raise Refusal("BUSINESS_010")
    event, payload = specimen(event, account.customer_id, printed(account.clock()))
    account.webhooks.deliver(row, event, payload)
    return Result(done)


def toggle_status(account: SentState, request: Incoming) -> Result:
    """Switch a webhook on or off."""
    key = identity(account, request)
    body = json_object(request.body)
    active = optional_bool(body, "is_active")
    if active is None:
        raise wrong(account.options.missing_field_code, "is_active", "The field is required")
    if simulates(body):
        row = account.webhooks.blank("Webhook", "https://example.com", ("message",))
        row.id, row.is_active = key.lower(), int(active)
        return Result(account.webhooks.show(row), simulated=True)
    row = _existing(account, key)
    row.is_active = int(active)
    account.webhooks.store(row)
    return Result(account.webhooks.show(row))


def _event_types(account: SentState, body: Mapping[str, Any]) -> list[str]:
    if not body.get("event_types"):
        raise wrong(account.options.missing_field_code, "event_types", "The field is required")
    names = texts(body["event_types"], "event_types")
    for name in names:
        one_of(name, "event_types", NAMES)
    return names


def _apply(row: WebhookRow, body: Mapping[str, Any]) -> None:
    """Set what a body may leave out, within the bounds of the error catalogue."""
    row.retry_count = whole(body, "retry_count", row.retry_count, 1, 5)
    row.timeout_seconds = whole(body, "timeout_seconds", row.timeout_seconds, 5, 120)
    filters = body.get("event_filters")
    if filters is None:
        return
    if not isinstance(filters, dict):
        raise wrong("VALIDATION_001", "event_filters", "The value must be an object")
    for family, suffixes in filters.items():
        one_of(family, "event_filters", FAMILIES)
        texts(suffixes, f"event_filters.{family}")
    row.event_filters = orjson.dumps(filters).decode()


def _url(text: str) -> str:
    """Return an address that can be posted to; whether plain http is taken is not documented."""
    parts = urlsplit(text)
    if parts.scheme not in {"https", "http"} or not parts.netloc:
        raise wrong("VALIDATION_001", "endpoint_url", "The value must be a URL")
    return text


def _event_type(name: str, suffixes: tuple[str, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "name": name,
        "event_type": name,
        "display_name": name.capitalize(),
        "description": f"Events of the family {name.partition('.')[0]}",
        "is_active": True,
    }
    if suffixes:
        shown["sub_types"] = [_event_type(f"{name}.{suffix}", ()) for suffix in suffixes]
    return shown


def _existing(account: SentState, key: str) -> WebhookRow:
    row = account.webhooks.find(key)
    if row is None:
        raise Refusal("RESOURCE_008")
    return row
