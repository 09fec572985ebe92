"""The calls of Sent's API v3 on the account, messages and templates: values in, `Call` out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sentori_async.platforms.sent import answers, inputs, operations, settle
from sentori_async.platforms.sent.envelopes import (
    OfAccount,
    OfActivities,
    OfMessage,
    OfSending,
    OfTemplate,
    OfTemplates,
)
from sentori_async.platforms.sent.messaging import (
    SentMessage,
    SentMessageActivity,
    SentSending,
    SentTemplate,
)
from sentori_async.platforms.sent.models import SentAccount
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.pages import Page
from sentori_async.wire.paths import query

# ------------------------------------------------------------------- the account, the messages

_read_me: Final = answers.unwrapped(operations.ME, OfAccount, answers.itself)
_read_send: Final = answers.unwrapped(operations.SEND_MESSAGE, OfSending, answers.itself)
_read_message: Final = answers.unwrapped(operations.GET_MESSAGE, OfMessage, answers.itself)
_read_activities: Final = answers.unwrapped(
    operations.MESSAGE_ACTIVITIES, OfActivities, lambda data: data.activities or []
)


def me() -> Call[SentAccount]:
    """Plan to ask whom the key belongs to."""
    return Call(Request(operations.ME, "me"), _read_me)


def send_message(
    to: str | Iterable[str],
    *,
    text: str | Unset = UNSET,
    template_id: str | Unset = UNSET,
    template_name: str | Unset = UNSET,
    parameters: Mapping[str, str] | Unset = UNSET,
    channel: Sequence[str] | Unset = UNSET,
    channels: Mapping[str, Any] | Unset = UNSET,
    media_urls: Sequence[str] | Unset = UNSET,
    subject: str | Unset = UNSET,
    scheduled_at: datetime | Unset = UNSET,
) -> Call[SentSending]:
    """Plan to send a text or a template to up to 1,000 numbers.

    The arguments are the vendor's, but for the template's, which stand beside each other.
    """
    data = body.dumps(
        {
            "to": inputs.recipients(to),
            **inputs.content(text, template_id, template_name, parameters),
            "channel": inputs.words(channel, "channel"),
            "channels": channels,
            "media_urls": inputs.words(media_urls, "media_urls"),
            "subject": subject,
            "scheduled_at": inputs.moment(scheduled_at),
        }
    )
    return Call(Request(operations.SEND_MESSAGE, "messages", data), _read_send, settle.REPEAT)


def get_message(message_id: str) -> Call[SentMessage]:
    """Plan to get a message."""
    path = f"messages/{inputs.id_segment(message_id)}"
    return Call(Request(operations.GET_MESSAGE, path), _read_message)


def message_activities(message_id: str) -> Call[list[SentMessageActivity]]:
    """Plan to get a message's way so far."""
    path = f"messages/{inputs.id_segment(message_id)}/activities"
    return Call(Request(operations.MESSAGE_ACTIVITIES, path), _read_activities)


# ----------------------------------------------------------------------------------- templates

_read_template: Final = answers.unwrapped(operations.GET_TEMPLATE, OfTemplate, answers.itself)
_read_templates: Final = answers.unwrapped(
    operations.ITERATE_TEMPLATES, OfTemplates, answers.itself
)


def iterate_templates(
    *,
    search: str | Unset = UNSET,
    status: str | Unset = UNSET,
    category: str | Unset = UNSET,
    page_size: int = 20,
    page: int = 1,
) -> Call[Page[SentTemplate]]:
    """Plan to get a page of the templates."""
    filters = {"search": search, "status": status, "category": category}
    asked = query({"page": page, "page_size": inputs.paging(page_size), **filters})

    def read(response: Response) -> Page[SentTemplate]:
        data = _read_templates(response)
        items = data.templates or []
        if not answers.goes_on(data.pagination, page, len(items)):
            return Page(items)
        return Page(items, iterate_templates(**filters, page_size=page_size, page=page + 1))

    return Call(Request(operations.ITERATE_TEMPLATES, "templates", query=asked), read)


def get_template(template_id: str) -> Call[SentTemplate]:
    """Plan to get a template."""
    path = f"templates/{inputs.id_segment(template_id)}"
    return Call(Request(operations.GET_TEMPLATE, path), _read_template)
