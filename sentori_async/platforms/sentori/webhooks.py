"""What Sentori's outgoing webhooks say.

Source: https://docs.sentoriapp.com/api-webhooks, revisions 2016-02-10 (the contact hooks and their
hash), 2016-10-28 (the date's form) and 2017-01-18 (the mailing-list hooks).

1. Hand `parse_webhook` the body as it came: the hash is over the text of its values.
2. The hash is SHA-1 over values and key, not an HMAC. It tells that the sender knows the key, and
   nothing about the source and the description, which it leaves out.
3. `verified` is None where nothing can be checked: trust such an event no more than a stranger.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import attrs

from sentori_async.errors import DecodeError
from sentori_async.platforms.sentori.models import masked
from sentori_async.secret import Secret
from sentori_async.unset import UNSET, Unset
from sentori_async.wire import body
from sentori_async.wire.convert import Codec


@attrs.define(repr=False)
class WebhookEvent:
    """Something that happened in the account; of this class itself where its kind is unknown.

    Attributes:
        account_external_id: The account's id.
        email_address: The contact's address.
        type: What happened, as the vendor says it.
        date: When it happened, in UTC, to the microsecond; the vendor sends a digit more.
        source: Where it came from: a page's URL, or "User".
        description: What happened, in words.
        vhash: The hash that came along.
        extra: What else the vendor said.
        verified: Whether the sender knows the account's key; None where it cannot be checked.
    """

    account_external_id: str | Unset | None = UNSET
    email_address: str | Unset | None = UNSET
    type: str | Unset | None = UNSET
    date: datetime | Unset | None = UNSET
    source: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    vhash: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
    verified: bool | None = attrs.field(default=None, init=False)

    def __repr__(self) -> str:
        address = masked(self.email_address)
        return (
            f"{type(self).__name__}(email_address={address}, type={self.type!r}, "
            f"date={self.date!r}, verified={self.verified!r})"
        )


@attrs.define(repr=False)
class ContactSubscribed(WebhookEvent):
    """A contact confirmed its opt-in, or a user added it by hand; uploads do not tell."""


@attrs.define(repr=False)
class ContactUnsubscribed(WebhookEvent):
    """A contact unsubscribed from everything; suppression-list uploads do not tell."""


@attrs.define(repr=False)
class _MailingListEvent(WebhookEvent):
    mailing_list_external_id: str | Unset | None = UNSET


@attrs.define(repr=False)
class MailingListSubscribed(_MailingListEvent):
    """A contact subscribed to one mailing list: `mailing_list_external_id`."""


@attrs.define(repr=False)
class MailingListUnsubscribed(_MailingListEvent):
    """A contact left one mailing list, `mailing_list_external_id`, or the account."""


_LIST: Final = "MailingListExternalID"
_CLASSES: Final[Mapping[tuple[str, bool], type[WebhookEvent]]] = {
    ("subscribe", False): ContactSubscribed,
    ("unsubscribe", False): ContactUnsubscribed,
    ("subscribe", True): MailingListSubscribed,
    ("unsubscribe", True): MailingListUnsubscribed,
}

_NAMES: Final[Mapping[str, str]] = {
    "account_external_id": "AccountExternalID",
    "email_address": "EmailAddress",
    "type": "Type",
    "date": "Date",
    "source": "Source",
    "description": "Description",
    "vhash": "vhash",
}
_LIST_NAMES: Final[Mapping[str, str]] = {**_NAMES, "mailing_list_external_id": _LIST}
# In this order, with the key at the end: api-webhooks, 2016-02-10.
_HASHED: Final = ("AccountExternalID", "EmailAddress", "Type", "Date")

_CODEC: Final = Codec(
    {
        WebhookEvent: _NAMES,
        ContactSubscribed: _NAMES,
        ContactUnsubscribed: _NAMES,
        MailingListSubscribed: _LIST_NAMES,
        MailingListUnsubscribed: _LIST_NAMES,
    }
)


def parse_webhook(data: bytes, api_key: str | Secret | None) -> WebhookEvent:
    """Return the event that a webhook request's body tells, its hash checked where possible.

    Args:
        data: The body, as it came.
        api_key: The account's key; None checks nothing.

    Returns:
        A `ContactSubscribed`, `ContactUnsubscribed`, `MailingListSubscribed` or
        `MailingListUnsubscribed`, or a plain `WebhookEvent` for a kind that has no class.
        Only for the first two is `verified` True or False: what the mailing-list hooks hash is
        not documented.

    Raises:
        DecodeError: The body is not a JSON object of an event.
    """
    document = _object(data)
    kind = document.get("Type")
    name = kind.lower() if isinstance(kind, str) else ""
    cls = _CLASSES.get((name, _LIST in document), WebhookEvent)
    event = _CODEC.decoder(cls)(data)
    if api_key is not None and cls in {ContactSubscribed, ContactUnsubscribed}:
        event.verified = _matches(document, Secret.of(api_key))
    return event


def _object(data: bytes) -> Mapping[str, Any]:
    try:
        document = body.loads(data)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise DecodeError("a webhook's body is a JSON object, and this is none: pass it as it came")
    return document


def _matches(document: Mapping[str, Any], key: Secret) -> bool:
    values = [document.get(name) for name in _HASHED]
    given = document.get("vhash")
    if not isinstance(given, str):
        return False
    # Their texts as they came: a parsed date would have lost its seventh digit.
    expected = key.sha1_after("".join(str(value) for value in values))
    return hmac.compare_digest(expected.encode(), given.strip().upper().encode())
