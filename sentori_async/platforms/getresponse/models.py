"""Contacts as GetResponse sends and takes them, as plain objects.

1. An attribute is the vendor's name in snake_case; `names.py` holds the table.
2. On read and patch models an absent key is `UNSET` and an explicit null is `None`: pages of
   contacts lack tags, custom fields and the place, which only `contacts.get` returns.
3. Read models keep what they do not know in `extra`, and are built by position.
4. A repr shows no identity: addresses are masked, other contact data is left out.

Source: https://apireference.getresponse.com, the API description of 2025-10-31.
Times carry an offset without a colon and are aware; the zone is UTC unless asked otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from sentori_async.errors import mask
from sentori_async.html import Shown
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.hooks import IntOrText


def masked(address: str | Unset | None) -> str:
    """Return an address for a repr; a text that is no address is hidden whole."""
    if not isinstance(address, str):
        return repr(address)
    shown = mask(address)
    return repr(shown if shown != address else "***")


@attrs.define
class GetResponseCampaignReference:
    """The campaign, which is what GetResponse calls a list, that something belongs to.

    Attributes:
        campaign_id: Its id.
        name: Its name.
        href: Where it is in the API.
        extra: What else came.
    """

    campaign_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    href: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class GetResponseContactTag:
    """A tag on a contact.

    Attributes:
        tag_id: Its id.
        name: Its name.
        href: Where it is in the API.
        color: Its colour; deprecated.
        extra: What else came.
    """

    tag_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    href: str | Unset | None = UNSET
    color: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class GetResponseCustomFieldValue:
    """What a contact has in a custom field.

    Attributes:
        custom_field_id: The field's id.
        name: The field's name.
        value: The values, always as texts.
        values: The same once more; the answer to a change has it alone.
        type: The field's type, or in older fields its format.
        field_type: The field's former type; deprecated.
        value_type: The type of the values.
        extra: What else came.
    """

    custom_field_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    value: list[str] | Unset | None = UNSET
    values: list[str] | Unset | None = UNSET
    type: str | Unset | None = UNSET
    field_type: str | Unset | None = UNSET
    value_type: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    @property
    def texts(self) -> list[str]:
        """The values, whichever of the two names they came under."""
        return self.value or self.values or []

    def __repr__(self) -> str:
        return f"GetResponseCustomFieldValue(custom_field_id={self.custom_field_id!r})"


@attrs.define(repr=False)
class GetResponseGeolocation:
    """Where a contact seems to be.

    Attributes:
        latitude: The latitude, as text.
        longitude: The longitude, as text.
        continent_code: The continent's two letters.
        country_code: The country's two letters.
        region: The region.
        postal_code: The postal code.
        dma_code: The code of the media market.
        city: The city.
        extra: What else came.
    """

    latitude: str | Unset | None = UNSET
    longitude: str | Unset | None = UNSET
    continent_code: str | Unset | None = UNSET
    country_code: str | Unset | None = UNSET
    region: str | Unset | None = UNSET
    postal_code: str | Unset | None = UNSET
    dma_code: str | Unset | None = UNSET
    city: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return "GetResponseGeolocation()"


@attrs.define(repr=False)
class GetResponseContact(Shown):
    """A contact: one address in one campaign.

    Attributes:
        contact_id: Its id.
        name: Its name.
        origin: How it came in, such as "api" or "import".
        time_zone: Its time zone, such as "Europe/Warsaw".
        activities: Where its activities are in the API.
        changed_on: When it was last changed.
        created_on: When it was added.
        campaign: The campaign it belongs to.
        email: Its address.
        day_of_cycle: The day of the autoresponder cycle; None where it is in none.
        scoring: Its score.
        engagement_score: How engaged it is, from 1 to 5.
        href: Where it is in the API.
        note: A note about it.
        ip_address: The address it signed up from.
        geolocation: Where it seems to be.
        tags: Its tags, at most 500.
        custom_field_values: Its custom fields.
        extra: What else came.
    """

    contact_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    origin: str | Unset | None = UNSET
    time_zone: str | Unset | None = UNSET
    activities: str | Unset | None = UNSET
    changed_on: datetime | Unset | None = UNSET
    created_on: datetime | Unset | None = UNSET
    campaign: GetResponseCampaignReference | Unset | None = UNSET
    email: str | Unset = UNSET
    day_of_cycle: IntOrText | Unset | None = UNSET
    scoring: float | Unset | None = UNSET
    engagement_score: IntOrText | Unset | None = UNSET
    href: str | Unset | None = UNSET
    note: str | Unset | None = UNSET
    ip_address: str | Unset | None = UNSET
    geolocation: GetResponseGeolocation | Unset | None = UNSET
    tags: list[GetResponseContactTag] | Unset | None = UNSET
    custom_field_values: list[GetResponseCustomFieldValue] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    @property
    def campaign_id(self) -> str | None:
        """The id of the campaign it belongs to, or None where it was not said."""
        campaign = self.campaign
        if isinstance(campaign, GetResponseCampaignReference):
            return campaign.campaign_id or None
        return None

    @property
    def tag_ids(self) -> list[str]:
        """The ids of its tags."""
        return [tag.tag_id for tag in self.tags or () if isinstance(tag.tag_id, str)]

    @property
    def custom_fields(self) -> dict[str, list[str]]:
        """The values of its custom fields, by the fields' ids."""
        return {
            field.custom_field_id: field.texts
            for field in self.custom_field_values or ()
            if isinstance(field.custom_field_id, str)
        }

    def patch(self) -> GetResponseContactPatch:
        """Return what may be written back, as it is now; a name it lacks cannot be written."""
        return GetResponseContactPatch(
            email=self.email,
            name=UNSET if self.name is None else self.name,
            campaign_id=self.campaign_id or UNSET,
            day_of_cycle=self.day_of_cycle,
            scoring=self.scoring,
            note=self.note,
            tags=self.tag_ids if isinstance(self.tags, list) else UNSET,
            custom_fields=(
                dict(self.custom_fields) if isinstance(self.custom_field_values, list) else UNSET
            ),
        )

    def __repr__(self) -> str:
        return (
            f"GetResponseContact(contact_id={self.contact_id!r}, email={masked(self.email)}, "
            f"campaign_id={self.campaign_id!r})"
        )


@attrs.define(kw_only=True, repr=False)
class GetResponseContactPatch:
    """The fields to write; what stays `UNSET` is left alone, and `None` clears.

    Attributes:
        email: The address.
        name: The name, of 1 to 128 characters.
        campaign_id: The campaign; another one than the contact's moves it.
        day_of_cycle: The day of the autoresponder cycle; None takes it out of the cycle.
        scoring: The score.
        note: A note of at most 255 characters; of an update only.
        ip_address: The address it signed up from; of an add only.
        tags: The ids of all its tags: an update takes away those that are not named.
        custom_fields: All its custom fields by their ids, each a value or several: an update
            empties those that are not named.
        extra: Other fields, by the vendor's names.
    """

    email: str | Unset = UNSET
    name: str | Unset = UNSET
    campaign_id: str | Unset = UNSET
    day_of_cycle: int | Unset | None = UNSET
    scoring: float | Unset | None = UNSET
    note: str | Unset | None = UNSET
    ip_address: str | Unset = UNSET
    tags: list[str] | Unset = UNSET
    custom_fields: dict[str, Any] | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        fields = attrs.fields(GetResponseContactPatch)
        names = [f.name for f in fields if f.name != "extra" and getattr(self, f.name) is not UNSET]
        return f"GetResponseContactPatch(<{', '.join([*names, *self.extra])}>)"


@attrs.define(repr=False)
class GetResponseFoundContact(Shown):
    """A contact as a search finds it, which reaches removed and unconfirmed ones too.

    Attributes:
        contact_id: Its id.
        name: Its name.
        email: Its address.
        origin: How it came in.
        day_of_cycle: The day of the autoresponder cycle.
        created_on: When it was added.
        campaign: The campaign it belongs to.
        score: Its score, as text.
        reason: Why it was removed, such as "unsubscribe" or "bounce".
        deleted_on: When it was removed.
        extra: What else came.
    """

    contact_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    email: str | Unset = UNSET
    origin: str | Unset | None = UNSET
    day_of_cycle: IntOrText | Unset | None = UNSET
    created_on: datetime | Unset | None = UNSET
    campaign: GetResponseCampaignReference | Unset | None = UNSET
    score: str | Unset | None = UNSET
    reason: str | Unset | None = UNSET
    deleted_on: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return (
            f"GetResponseFoundContact(contact_id={self.contact_id!r}, email={masked(self.email)})"
        )


@attrs.define
class GetResponseActivity:
    """Something a contact did, or that was sent to it.

    Attributes:
        activity: "send", "open" or "click".
        subject: The subject of the message.
        created_on: When it happened.
        preview_url: Where the message can be seen, for "send".
        resource: The message: its id, its type and where it is.
        click_track: The link, for "click".
        extra: What else came.
    """

    activity: str | Unset = UNSET
    subject: str | Unset | None = UNSET
    created_on: datetime | Unset | None = UNSET
    preview_url: str | Unset | None = UNSET
    resource: dict[str, Any] | Unset | None = UNSET
    click_track: dict[str, Any] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
