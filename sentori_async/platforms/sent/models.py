"""Contacts and the account as Sent shows them; messages and webhooks have modules of their own.

1. An attribute is the vendor's name; Sent writes snake_case itself, so the tables are short.
2. An absent key is `UNSET` and an explicit null is `None`; the vendor marks every field as
   optional and as nullable.
3. Read models keep what they do not know in `extra`: fields came and went with the versions.
4. A repr shows no number whole.

Sources: https://docs.sent.dm/reference/api (2026-05), and the official SDK 0.46.0 for the fields.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs

from sentori_async.errors import mask
from sentori_async.html import Shown
from sentori_async.unset import UNSET, Unset


def masked(number: str | Unset | None) -> str:
    """Return a number for a repr; a text that is none is hidden whole."""
    if not isinstance(number, str):
        return repr(number)
    shown = mask(number)
    return repr(shown if shown != number else "***")


# ------------------------------------------------------------------------------------- contacts


@attrs.define(repr=False)
class SentContact(Shown):
    """A contact: a phone number, whether it may be written to, and over which channels.

    Attributes:
        id: Sent's id of the contact, a UUID.
        customer_id: Whose contact it is: the key's account, or the profile's.
        phone_number: The number as it was given, which identifies the contact.
        format_e164: The number in E.164, such as "+12125550123".
        format_international: The number with spaces, such as "+1 212-555-0123".
        format_national: The number as one writes it in its country.
        format_rfc: The number as a ``tel:`` link.
        country_code: The calling code, such as "1".
        region_code: The country, such as "US".
        available_channels: The channels that reach it, joined by commas; see `channels`.
        default_channel: The channel that is used where none is asked for.
        opt_out: Whether it wants no messages, over any channel.
        is_inherited: Always false since 2026; contacts are no longer shared.
        created_at: When it was created.
        updated_at: When it was last changed; None where it never was.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    customer_id: str | Unset | None = UNSET
    phone_number: str | Unset | None = UNSET
    format_e164: str | Unset | None = UNSET
    format_international: str | Unset | None = UNSET
    format_national: str | Unset | None = UNSET
    format_rfc: str | Unset | None = UNSET
    country_code: str | Unset | None = UNSET
    region_code: str | Unset | None = UNSET
    available_channels: str | Unset | None = UNSET
    default_channel: str | Unset | None = UNSET
    opt_out: bool | Unset | None = UNSET
    is_inherited: bool | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that reach the contact."""
        joined = self.available_channels or ""
        return tuple(name for part in joined.split(",") if (name := part.strip()))

    def patch(self) -> SentContactPatch:
        """Return what may be written back, as it is now."""
        return SentContactPatch(default_channel=self.default_channel, opt_out=self.opt_out)

    def __repr__(self) -> str:
        number = masked(self.phone_number)
        return f"SentContact(id={self.id!r}, phone_number={number}, opt_out={self.opt_out!r})"


@attrs.define(kw_only=True)
class SentContactPatch:
    """The fields to write; what stays `UNSET` is left alone.

    Attributes:
        default_channel: The channel to use where none is asked for: "sms" or "whatsapp".
        opt_out: Whether the contact wants no messages.
        extra: Fields that this version does not know, by the vendor's names.
    """

    default_channel: str | Unset | None = UNSET
    opt_out: bool | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentChannelScore:
    """How well a channel has worked for a contact.

    Attributes:
        channel: The channel.
        success_score: What speaks for it.
        fail_score: What speaks against it.
        extra: What else the vendor said.
    """

    channel: str | Unset | None = UNSET
    success_score: float | Unset | None = UNSET
    fail_score: float | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentMessageSummary:
    """The messages of a contact, in sums.

    Attributes:
        contact_id: The contact.
        message_count: How many messages there are.
        channels_used: The channels they took.
        first_message_at: When the first was sent.
        last_message_at: When the last was sent.
        channel_scores: How well each channel has worked.
        extra: What else the vendor said.
    """

    contact_id: str | Unset | None = UNSET
    message_count: int | Unset | None = UNSET
    channels_used: list[str] | Unset | None = UNSET
    first_message_at: datetime | Unset | None = UNSET
    last_message_at: datetime | Unset | None = UNSET
    channel_scores: list[SentChannelScore] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


# ---------------------------------------------------------------------------------- the account


@attrs.define(repr=False)
class SentChannel:
    """One channel of an account.

    Attributes:
        configured: Whether the account can send over it.
        phone_number: The number it sends from.
        business_name: The name that WhatsApp shows.
        extra: What else the vendor said.
    """

    configured: bool | Unset | None = UNSET
    phone_number: str | Unset | None = UNSET
    business_name: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SentChannel(configured={self.configured!r})"


@attrs.define
class SentChannels:
    """The channels of an account.

    Attributes:
        sms: SMS.
        whatsapp: WhatsApp.
        rcs: RCS.
        extra: Channels that are newer.
    """

    sms: SentChannel | Unset | None = UNSET
    whatsapp: SentChannel | Unset | None = UNSET
    rcs: SentChannel | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class SentProfile:
    """A profile of an organization.

    Attributes:
        id: Its id: what the client takes as `profile_id`.
        name: The name.
        short_name: The short name.
        description: The description.
        icon: The URL of its icon.
        role: The user's role in it.
        status: How far it is set up.
        settings: Its settings, as the vendor prints them.
        created_at: When it was created.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    short_name: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    icon: str | Unset | None = UNSET
    role: str | Unset | None = UNSET
    status: str | Unset | None = UNSET
    settings: dict[str, Any] | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class SentAccount:
    """Whom the key belongs to.

    Attributes:
        id: The account's id.
        type: "organization", "user" or "profile".
        name: The name.
        short_name: The short name; profiles only.
        email: The address of whoever looks after it.
        description: The description.
        icon: The URL of its icon.
        status: How far it is set up; profiles only.
        organization_id: The organization above it; profiles only.
        channels: What it can send over.
        profiles: The profiles of an organization.
        settings: A profile's settings, as the vendor prints them.
        sending_phone_number: The number it sends SMS from in the United States.
        sending_phone_number_profile_id: The account that holds this number.
        created_at: When it was created.
        extra: What else the vendor said.
    """

    id: str | Unset | None = UNSET
    type: str | Unset | None = UNSET
    name: str | Unset | None = UNSET
    short_name: str | Unset | None = UNSET
    email: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    icon: str | Unset | None = UNSET
    status: str | Unset | None = UNSET
    organization_id: str | Unset | None = UNSET
    channels: SentChannels | Unset | None = UNSET
    profiles: list[SentProfile] | Unset | None = UNSET
    settings: dict[str, Any] | Unset | None = UNSET
    sending_phone_number: str | Unset | None = UNSET
    sending_phone_number_profile_id: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SentAccount(id={self.id!r}, type={self.type!r}, name={self.name!r})"


WRITABLE: Final = ("default_channel", "opt_out")
"""The fields of a contact that can be written."""
