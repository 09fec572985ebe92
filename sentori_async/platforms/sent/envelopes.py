"""What each answer's envelope holds: ``{success, data, error, meta}``, each of them optional.

The shape is that of https://docs.sent.dm/reference/api/errors (2026-05), for both outcomes.
`error` is read where an answer is refused and `meta` only names the request.
"""

from __future__ import annotations

import attrs

from sentori_async.platforms.sent.endpoints import (
    SentDelivery,
    SentEventType,
    SentSigningSecret,
    SentWebhook,
    SentWebhookTest,
)
from sentori_async.platforms.sent.messaging import (
    SentMessage,
    SentMessageActivity,
    SentSending,
    SentTemplate,
)
from sentori_async.platforms.sent.models import SentAccount, SentContact, SentMessageSummary
from sentori_async.unset import UNSET, Unset


@attrs.define
class Pagination:
    """Where in a listing a page is; ``cursors`` is declared by the SDK and never filled."""

    page: int | Unset | None = UNSET
    page_size: int | Unset | None = UNSET
    total_count: int | Unset | None = UNSET
    total_pages: int | Unset | None = UNSET
    has_more: bool | Unset | None = UNSET


@attrs.define
class Contacts:
    """A page of contacts."""

    contacts: list[SentContact] | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class Templates:
    """A page of templates."""

    templates: list[SentTemplate] | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class Webhooks:
    """A page of webhooks."""

    webhooks: list[SentWebhook] | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class Deliveries:
    """A page of a webhook's log."""

    events: list[SentDelivery] | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class Activities:
    """A message's way."""

    activities: list[SentMessageActivity] | Unset | None = UNSET
    message_id: str | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class EventTypes:
    """What webhooks can be called for."""

    event_types: list[SentEventType] | Unset | None = UNSET
    pagination: Pagination | Unset | None = UNSET


@attrs.define
class OfContact:
    """The envelope of a contact."""

    success: bool | Unset | None = UNSET
    data: SentContact | Unset | None = UNSET


@attrs.define
class OfContacts:
    """The envelope of a page of contacts."""

    success: bool | Unset | None = UNSET
    data: Contacts | Unset | None = UNSET


@attrs.define
class OfSummary:
    """The envelope of a contact's sums."""

    success: bool | Unset | None = UNSET
    data: SentMessageSummary | Unset | None = UNSET


@attrs.define
class OfAccount:
    """The envelope of an account."""

    success: bool | Unset | None = UNSET
    data: SentAccount | Unset | None = UNSET


@attrs.define
class OfSending:
    """The envelope of an accepted send."""

    success: bool | Unset | None = UNSET
    data: SentSending | Unset | None = UNSET


@attrs.define
class OfMessage:
    """The envelope of a message."""

    success: bool | Unset | None = UNSET
    data: SentMessage | Unset | None = UNSET


@attrs.define
class OfActivities:
    """The envelope of a message's way."""

    success: bool | Unset | None = UNSET
    data: Activities | Unset | None = UNSET


@attrs.define
class OfTemplate:
    """The envelope of a template."""

    success: bool | Unset | None = UNSET
    data: SentTemplate | Unset | None = UNSET


@attrs.define
class OfTemplates:
    """The envelope of a page of templates."""

    success: bool | Unset | None = UNSET
    data: Templates | Unset | None = UNSET


@attrs.define
class OfWebhook:
    """The envelope of a webhook."""

    success: bool | Unset | None = UNSET
    data: SentWebhook | Unset | None = UNSET


@attrs.define
class OfWebhooks:
    """The envelope of a page of webhooks."""

    success: bool | Unset | None = UNSET
    data: Webhooks | Unset | None = UNSET


@attrs.define
class OfSecret:
    """The envelope of a new secret."""

    success: bool | Unset | None = UNSET
    data: SentSigningSecret | Unset | None = UNSET


@attrs.define
class OfTest:
    """The envelope of a test call's result."""

    success: bool | Unset | None = UNSET
    data: SentWebhookTest | Unset | None = UNSET


@attrs.define
class OfDeliveries:
    """The envelope of a page of a webhook's log."""

    success: bool | Unset | None = UNSET
    data: Deliveries | Unset | None = UNSET


@attrs.define
class OfEventTypes:
    """The envelope of the families of events."""

    success: bool | Unset | None = UNSET
    data: EventTypes | Unset | None = UNSET
