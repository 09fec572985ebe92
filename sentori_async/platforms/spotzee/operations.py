"""The operations of Spotzee's Main API for projects that the client has.

Sources: the vendor's guides and API reference to September 2026, and the types of its JavaScript
SDK of 2026-06-23. Paths say "users" where the prose says "contacts", since 2026-04-30.
The vendor takes idempotency keys and does not act on them yet (api-idempotency, 2026-09), so no
write is safe because of its key; each safety is inferred from what a repeat does.
"""

from __future__ import annotations

from typing import Final

from sentori_async.wire.message import Operation, Safety

PLATFORM: Final = "spotzee"
_DOCS: Final = "https://docs.spotzee.com/"


def _operation(name: str, line: str, safety: Safety, page: str) -> Operation:
    method, template = line.split(" ")
    return Operation(
        platform=PLATFORM,
        name=name,
        method=method,
        template=template,
        safety=safety,
        doc_url=_DOCS + page,
    )


# -------------------------------------------------------------------- guides/sync-users, 2026-09

_USERS: Final = "guides/sync-users"

ITERATE_CONTACTS: Final = _operation("contacts.iterate", "GET users", Safety.READ, _USERS)
GET_CONTACT: Final = _operation("contacts.get", "GET users/{external_id}", Safety.READ, _USERS)
# Keyed by external id: a repeat writes the same values once more.
ADD_OR_UPDATE_CONTACT: Final = _operation(
    "contacts.add_or_update", "POST users/batch", Safety.IDEMPOTENT, _USERS
)
ADD_OR_UPDATE_MANY: Final = _operation(
    "contacts.add_or_update_many", "POST users/batch", Safety.IDEMPOTENT, _USERS
)
QUEUE_CONTACTS: Final = _operation("contacts.queue", "PATCH users", Safety.IDEMPOTENT, _USERS)
DELETE_CONTACT: Final = _operation(
    "contacts.delete", "DELETE users/{external_id}", Safety.IDEMPOTENT, _USERS
)
DELETE_MANY: Final = _operation("contacts.delete_many", "DELETE users", Safety.IDEMPOTENT, _USERS)
# Each makes a token of its own.
CREATE_SESSION: Final = _operation(
    "contacts.create_session", "POST users/{external_id}/sessions", Safety.UNSAFE, _USERS
)

# ----------------------------------------------------- guides/subscription-preferences, 2026-09

_PREFERENCES: Final = "guides/subscription-preferences"
_STATES: Final = "users/{external_id}/subscriptions"

CONTACT_SUBSCRIPTIONS: Final = _operation(
    "contacts.subscriptions", f"GET {_STATES}", Safety.READ, _PREFERENCES
)
# States are set, not toggled, so a repeat changes nothing more.
SET_SUBSCRIPTIONS: Final = _operation(
    "contacts.set_subscriptions", f"PATCH {_STATES}", Safety.IDEMPOTENT, _PREFERENCES
)
SUBSCRIBE: Final = _operation(
    "contacts.subscribe", f"PATCH {_STATES}", Safety.IDEMPOTENT, _PREFERENCES
)
UNSUBSCRIBE: Final = _operation(
    "contacts.unsubscribe", f"PATCH {_STATES}", Safety.IDEMPOTENT, _PREFERENCES
)
UNSUBSCRIBE_ALL: Final = _operation(
    "contacts.unsubscribe_all", f"PATCH {_STATES}", Safety.IDEMPOTENT, _PREFERENCES
)
ITERATE_SUBSCRIPTIONS: Final = _operation(
    "subscriptions.iterate", "GET subscriptions", Safety.READ, _PREFERENCES
)
GET_SUBSCRIPTION: Final = _operation(
    "subscriptions.get", "GET subscriptions/{subscription_id}", Safety.READ, _PREFERENCES
)
# Nothing keeps two of one name apart.
CREATE_SUBSCRIPTION: Final = _operation(
    "subscriptions.create", "POST subscriptions", Safety.UNSAFE, _PREFERENCES
)
UPDATE_SUBSCRIPTION: Final = _operation(
    "subscriptions.update",
    "PATCH subscriptions/{subscription_id}",
    Safety.IDEMPOTENT,
    _PREFERENCES,
)
BATCH_SUBSCRIPTIONS: Final = _operation(
    "subscriptions.batch", "POST subscriptions/batch", Safety.IDEMPOTENT, _PREFERENCES
)

# -------------------------------------------------------- guides/build-segment-via-api, 2026-09

_SEGMENTS: Final = "guides/build-segment-via-api"

ITERATE_LISTS: Final = _operation("lists.iterate", "GET lists", Safety.READ, _SEGMENTS)
GET_LIST: Final = _operation("lists.get", "GET lists/{list_id}", Safety.READ, _SEGMENTS)
CREATE_LIST: Final = _operation("lists.create", "POST lists", Safety.UNSAFE, _SEGMENTS)
UPDATE_LIST: Final = _operation(
    "lists.update", "PATCH lists/{list_id}", Safety.IDEMPOTENT, _SEGMENTS
)
# The first archives the list and the second deletes it for good: never to be repeated.
DELETE_LIST: Final = _operation("lists.delete", "DELETE lists/{list_id}", Safety.UNSAFE, _SEGMENTS)

# ------------------------------------------------------------------------- api-reference, 2026-09

# Each event counts: a repeat would trigger journeys twice.
CREATE_EVENTS: Final = _operation("events.create", "POST events", Safety.UNSAFE, "api-reference")
