"""Webhooks, and the deliveries they would get: they are built, signed and kept, and never sent.

Source: https://docs.sent.dm/docs/webhooks/webhook-security (2026-05) and the vendor's integration
guide (2026-09).
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.sent.stores.account import SENDER
from sentori_async.sandbox.sent.stores.messages import MessageRow, MessageStore
from sentori_async.sandbox.sent.stores.scope import Page, Scope

_PREFIX: Final = "whsec_"
_SELECT: Final = """
SELECT id, display_name, endpoint_url, event_types, event_filters, retry_count, timeout_seconds,
    is_active, signing_secret, attempted, created, updated
FROM sent_webhooks
"""
_FILTER: Final = """
WHERE account = ?1 AND (?2 = '' OR instr(lower(display_name || endpoint_url), lower(?2)))
  AND (?3 IS NULL OR is_active = ?3)
"""
_PAGE: Final = f"{_SELECT} {_FILTER} ORDER BY webhook LIMIT ?4 OFFSET ?5"
_COUNTED: Final = "SELECT count(*) FROM sent_webhooks"
_COUNT: Final = f"{_COUNTED} {_FILTER}"
_INSERT: Final = """
INSERT INTO sent_webhooks (account, id, display_name, endpoint_url, event_types, event_filters,
    retry_count, timeout_seconds, is_active, signing_secret, attempted, created, updated)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_UPDATE: Final = """
UPDATE sent_webhooks SET display_name = ?, endpoint_url = ?, event_types = ?, event_filters = ?,
    retry_count = ?, timeout_seconds = ?, is_active = ?, signing_secret = ?, attempted = ?,
    updated = ?
WHERE id = ?
"""
_EVENTS: Final = """
SELECT e.id, e.event_type, e.body, e.headers, e.created, w.endpoint_url
FROM sent_events e JOIN sent_webhooks w USING (webhook)
WHERE w.account = ?1 AND (?2 IS NULL OR w.id = ?2) AND (?3 = '' OR instr(e.event_type, ?3))
ORDER BY e.event
"""
_EVENT: Final = """
INSERT INTO sent_events (webhook, id, event_type, body, headers, created)
SELECT webhook, ?, ?, ?, ?, ? FROM sent_webhooks WHERE id = ?
"""


@attrs.define(eq=False)
class WebhookRow:
    """A webhook as it is stored; lists and mappings are JSON, booleans 0 or 1."""

    id: str
    display_name: str
    endpoint_url: str
    event_types: str
    event_filters: str
    retry_count: int
    timeout_seconds: int
    is_active: int
    signing_secret: str
    attempted: str | None
    created: str
    updated: str | None

    def wants(self, family: str, suffix: str) -> bool:
        """Tell whether the webhook gets an event."""
        if not {family, f"{family}.{suffix}"} & set(orjson.loads(self.event_types)):
            return False
        filters = orjson.loads(self.event_filters) or {}
        return family not in filters or suffix in filters[family]


@attrs.frozen(repr=False)
class Delivery:
    """A request that Sent would have made.

    Attributes:
        url: Where it would have gone.
        headers: Its headers, the signature among them.
        body: Its body.
    """

    url: str
    headers: Mapping[str, str]
    body: bytes


def sign(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature of a delivery: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(_PREFIX))
    digest = hmac.digest(key, f"{webhook_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


class WebhookStore:
    """The webhooks of an account."""

    def __init__(self, scope: Scope, messages: MessageStore) -> None:
        self._scope = scope
        self._database = scope.database
        self._messages = messages

    # For tests: values in, values out.

    def add(self, url: str = "https://example.com/hook", *, event_types: tuple[str, ...]) -> str:
        """Add a webhook and return its id.

        Args:
            url: Where its events would go.
            event_types: The families it gets, or events such as "contact.opt_out".
        """
        return self.create(self.blank("Webhook", url, event_types)).id

    def get(self, identity: str) -> dict[str, Any] | None:
        """Return a webhook as Sent shows it, its secret in full, or None."""
        row = self.find(identity)
        return None if row is None else self.show(row, secret=True)

    def all(self) -> list[dict[str, Any]]:
        """Return every webhook as Sent shows it, secrets in full, oldest first."""
        rows = self.page(Page(1, self.count() or 1, 0))
        return [self.show(row, secret=True) for row in rows]

    def produced(self) -> list[Delivery]:
        """Return what the webhooks would have been sent, in order."""
        rows = self._database.rows(_EVENTS, self._scope.account, None, "")
        return [
            Delivery(url, orjson.loads(headers), body.encode())
            for _, _, body, headers, _, url in rows
        ]

    def count(self, *, search: str = "", is_active: bool | None = None) -> int:
        """Return the number of webhooks that fit."""
        number: int = self._database.value(_COUNT, self._scope.account, search, is_active)
        return number

    # For endpoints: rows.

    def find(self, identity: str) -> WebhookRow | None:
        """Return the webhook of an id in any case, or None."""
        row = self._database.row(
            f"{_SELECT} WHERE account = ? AND id = ?", self._scope.account, identity.lower()
        )
        return None if row is None else WebhookRow(*row)

    def page(
        self, page: Page, *, search: str = "", is_active: bool | None = None
    ) -> list[WebhookRow]:
        """Return one page of the webhooks, in the order they were created, which is inferred."""
        rows = self._database.rows(
            _PAGE, self._scope.account, search, is_active, page.size, page.skipped
        )
        return [WebhookRow(*row) for row in rows]

    def blank(self, name: str, url: str, event_types: tuple[str, ...]) -> WebhookRow:
        """Return a webhook that is not stored, with what is set where nothing is said."""
        identity = self._scope.new_id()
        return WebhookRow(
            id=identity,
            display_name=name,
            endpoint_url=url,
            event_types=orjson.dumps(event_types).decode(),
            event_filters="null",
            retry_count=3,
            timeout_seconds=30,
            is_active=1,
            signing_secret=self.new_secret(),
            attempted=None,
            created=self._scope.now(),
            updated=None,
        )

    def new_secret(self) -> str:
        """Return a signing secret that was not given before."""
        digest = hashlib.sha256(self._scope.new_id().encode()).digest()
        return f"{_PREFIX}{base64.b64encode(digest).decode()}"

    def create(self, row: WebhookRow) -> WebhookRow:
        """Store a new webhook."""
        self._database.run(_INSERT, self._scope.account, *attrs.astuple(row))
        return row

    def store(self, row: WebhookRow) -> None:
        """Store what may have changed of a webhook."""
        row.updated = self._scope.now()
        identity, *values = attrs.astuple(row)
        del values[-2]  # when it was created never changes
        self._database.run(_UPDATE, *values, identity)

    def remove(self, row: WebhookRow) -> None:
        """Delete a webhook and its log."""
        self._database.run("DELETE FROM sent_webhooks WHERE id = ?", row.id)

    def show(self, row: WebhookRow, *, secret: bool = False) -> dict[str, Any]:
        """Return a webhook as Sent prints it; that it hides the secret with stars is inferred."""
        hidden = f"{_PREFIX}****{row.signing_secret[-4:]}"
        return {
            "id": row.id,
            "customer_id": self._scope.customer_id,
            "display_name": row.display_name,
            "endpoint_url": row.endpoint_url,
            "event_types": orjson.loads(row.event_types),
            "event_filters": orjson.loads(row.event_filters),
            "retry_count": row.retry_count,
            "timeout_seconds": row.timeout_seconds,
            "is_active": bool(row.is_active),
            "signing_secret": row.signing_secret if secret else hidden,
            "consecutive_failures": 0,
            "last_delivery_attempt_at": row.attempted,
            "last_successful_delivery_at": row.attempted,
            "created_at": row.created,
            "updated_at": row.updated,
        }

    def log(self, row: WebhookRow, search: str) -> list[dict[str, Any]]:
        """Return what a webhook got, oldest first."""
        found = self._database.rows(_EVENTS, self._scope.account, row.id, search)
        return [
            {
                "id": identity,
                "event_type": event_type,
                "event_data": orjson.loads(body),
                "delivery_status": "DELIVERED",
                "delivery_attempts": 1,
                "http_status_code": 200,
                "error_message": None,
                "response_body": None,
                "created_at": created,
                "processing_started_at": created,
                "processing_completed_at": created,
            }
            for identity, event_type, body, _, created, _ in found
        ]

    # Events.

    def emit(self, event: str, payload: Mapping[str, Any]) -> None:
        """Keep an event, such as "contact.opt_out", for every webhook that wants it."""
        family, _, suffix = event.partition(".")
        for row in self.page(Page(1, self.count(is_active=True) or 1, 0), is_active=True):
            if row.wants(family, suffix):
                self.deliver(row, event, payload)

    def deliver(self, row: WebhookRow, event: str, payload: Mapping[str, Any]) -> None:
        """Keep an event for one webhook, signed."""
        now = self._scope.clock().replace(tzinfo=dt.UTC)
        identity = self._scope.new_id()
        envelope = {
            "field": event.partition(".")[0],
            "event": event,
            "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "request_id": f"req_{identity}",
            "payload": payload,
        }
        body, timestamp = orjson.dumps(envelope), int(now.timestamp())
        headers = {
            "Content-Type": "application/json",
            "x-webhook-id": row.id,
            "x-webhook-timestamp": str(timestamp),
            "x-webhook-signature": sign(row.signing_secret, row.id, timestamp, body),
            "x-webhook-event-type": event,
            "X-Webhook-Event-ID": identity,
        }
        kept = orjson.dumps(headers).decode()
        row.attempted = self._scope.now()
        self._database.run(_EVENT, identity, event, body.decode(), kept, row.attempted, row.id)
        self._database.run(
            "UPDATE sent_webhooks SET attempted = ? WHERE id = ?", row.attempted, row.id
        )

    def follow(self, row: MessageRow) -> None:
        """Emit the statuses that a message has come to by now; none is emitted later."""
        for step in self._messages.steps(row):
            self.emit(
                f"message.{step.status.lower()}",
                {
                    "account_id": self._scope.customer_id,
                    "message_id": row.id,
                    "message_status": step.status,
                    "channel": row.channel,
                    "template_id": row.template_id,
                    "outbound_number": row.phone,
                    "body": row.body,
                    "updated_at": row.started,
                    **self._messages.reason(row, step.status),
                },
            )

    def hear(self, row: MessageRow) -> None:
        """Emit that a contact wrote."""
        self.emit(
            "message.received",
            {
                "account_id": self._scope.customer_id,
                "message_id": row.id,
                "channel": row.channel,
                "inbound_number": row.phone,
                "outbound_number": SENDER,
                "text": row.body,
                "media": [],
                "received_at": row.created,
            },
        )

    def signal(self, row: MessageRow, suffix: str, *, opt_out: bool) -> None:
        """Emit what a contact's keyword means: opt_out, opt_in or help."""
        self.emit(
            f"contact.{suffix}",
            {
                "contact_id": row.contact_id,
                "account_id": self._scope.customer_id,
                "opt_out": opt_out,
                "source": "INBOUND_KEYWORD",
                "channel": row.channel,
                "from": row.phone,
                "to": SENDER,
                "text": row.body,
                "message_id": row.id,
                "template_id": None,
            },
        )
