"""Every operation of Sent's API v3 that has a verb here.

Sources: https://docs.sent.dm/reference/api (the pages of 2026-05), the vendor's integration guide
of 2026-09, and the official SDK 0.46.0 for paths that the pages spell differently.

1. POST, PUT and PATCH honour an idempotency key for 24 hours (/reference/api/idempotency): they are
   keyed, the ones that a repeat would not change included.
2. DELETE does not: the guide and the SDK say so, against the older page. A repeat of it changes
   nothing more, and is told so with a 404 (inferred).
"""

from __future__ import annotations

from typing import Final

from sentori_async.wire.message import Operation, Safety

PLATFORM: Final = "sent"
_DOCS: Final = "https://docs.sent.dm/reference/api/"
_SAFETIES: Final = {
    "GET": Safety.READ,
    "POST": Safety.KEYED,
    "PUT": Safety.KEYED,
    "PATCH": Safety.KEYED,
    "DELETE": Safety.IDEMPOTENT,
}


def _operation(name: str, line: str) -> Operation:
    method, template = line.split(" ")
    return Operation(
        platform=PLATFORM,
        name=name,
        method=method,
        template=template,
        safety=_SAFETIES[method],
        doc_url=_DOCS + template.partition("/")[0],
    )


# ------------------------------------------------------------------------------------ contacts

GET_CONTACT: Final = _operation("contacts.get", "GET contacts/{id}")
FIND_CONTACT: Final = _operation("contacts.get", "GET contacts")
ITERATE_CONTACTS: Final = _operation("contacts.iterate", "GET contacts")
MESSAGE_SUMMARY: Final = _operation("contacts.message_summary", "GET contacts/{id}/message-summary")
ADD_CONTACT: Final = _operation("contacts.add", "POST contacts")
ADD_FIELDS: Final = _operation("contacts.add", "PATCH contacts/{id}")
UPDATE_CONTACT: Final = _operation("contacts.update", "PATCH contacts/{id}")
UPSERT_ADD: Final = _operation("contacts.add_or_update", "POST contacts")
UPSERT_UPDATE: Final = _operation("contacts.add_or_update", "PATCH contacts/{id}")
OPT_OUT: Final = _operation("contacts.unsubscribe_all", "PATCH contacts/{id}")
DELETE_CONTACT: Final = _operation("contacts.delete", "DELETE contacts/{id}")

# ------------------------------------------------------------ messages, templates, the account

SEND_MESSAGE: Final = _operation("messages.send", "POST messages")
GET_MESSAGE: Final = _operation("messages.get", "GET messages/{id}")
MESSAGE_ACTIVITIES: Final = _operation("messages.activities", "GET messages/{id}/activities")
ITERATE_TEMPLATES: Final = _operation("templates.iterate", "GET templates")
GET_TEMPLATE: Final = _operation("templates.get", "GET templates/{id}")
ME: Final = _operation("me", "GET me")

# ------------------------------------------------------------------------------------ webhooks

ITERATE_WEBHOOKS: Final = _operation("webhooks.iterate", "GET webhooks")
GET_WEBHOOK: Final = _operation("webhooks.get", "GET webhooks/{id}")
CREATE_WEBHOOK: Final = _operation("webhooks.create", "POST webhooks")
UPDATE_WEBHOOK: Final = _operation("webhooks.update", "PUT webhooks/{id}")
DELETE_WEBHOOK: Final = _operation("webhooks.delete", "DELETE webhooks/{id}")
WEBHOOK_EVENT_TYPES: Final = _operation("webhooks.event_types", "GET webhooks/event-types")
WEBHOOK_DELIVERIES: Final = _operation("webhooks.deliveries", "GET webhooks/{id}/events")
ROTATE_SECRET: Final = _operation("webhooks.rotate_secret", "POST webhooks/{id}/rotate-secret")
TEST_WEBHOOK: Final = _operation("webhooks.test", "POST webhooks/{id}/test")
SET_WEBHOOK_ACTIVE: Final = _operation("webhooks.set_active", "PATCH webhooks/{id}/toggle-status")
