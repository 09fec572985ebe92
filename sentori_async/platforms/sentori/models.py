"""What Sentori sends and takes, as plain objects.

1. An attribute is the vendor's name in snake_case; `names.py` holds the table.
2. On read and patch models an absent key is `UNSET` and an explicit null is `None`.
3. Read models keep what they do not know in `extra`: accounts have fields of their own, and the
   vendor may add some. It is written back where the object is written back.
4. Read models are built by position, in the vendor's order of fields.
5. A repr shows no identity: addresses are masked, other contact data is left out.

Sources: https://docs.sentoriapp.com, pages api-contacts (2018-05-23), api-mailinglists
(2017-05-04), api-audiences, api-emails (2015-03-04) and api-email-reports (2017-02-03).
Times there carry no zone and stay naive: the vendor does not say which zone they are in.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from sentori_async.errors import mask
from sentori_async.html import Shown
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.hooks import IntOrText

SystemId: TypeAlias = IntOrText
"""Sentori's number of a contact: an int, even where the vendor prints it as text."""


def masked(address: str | Unset | None) -> str:
    """Return an address for a repr; a text that is no address is hidden whole."""
    if not isinstance(address, str):
        return repr(address)
    masked = mask(address)
    return repr(masked if masked != address else "***")


# ------------------------------------------------------------------------------------- contacts


@attrs.define(repr=False)
class Contact(Shown):
    """A contact as Sentori returns it, with every field that the account exports.

    Attributes:
        is_suppressed: Whether the address is on the Suppression List; read-only.
        is_bad_email_address: Whether mail to the address bounced for good.
        system_id: Sentori's number of the contact; read-only.
        crm_id: The contact's id in the customer's own system.
        title: The form of address, such as "Mr".
        first_name: The given name.
        last_name: The family name.
        known_as: The name the contact goes by.
        email_address: The address, which identifies the contact.
        company_name: The company.
        phone_number: The phone number.
        mobile_phone_number: The mobile phone number.
        created_source_value: How the contact came in, such as "Uploaded"; read-only.
        created_ip_address: The address it came from; read-only.
        created_http_referrer_url: The page it came from; read-only.
        created_timestamp: When it was created, without a zone; read-only.
        modified_timestamp: When it was last changed, without a zone; read-only.
        is_confirmed: Whether the opt-in was confirmed; read-only.
        is_bad_mobile_phone_number: Whether the mobile number does not work.
        extra: The account's own fields, by the vendor's names.
    """

    is_suppressed: bool | Unset = UNSET
    is_bad_email_address: bool | Unset = UNSET
    system_id: SystemId | Unset = UNSET
    crm_id: str | Unset | None = UNSET
    title: str | Unset | None = UNSET
    first_name: str | Unset | None = UNSET
    last_name: str | Unset | None = UNSET
    known_as: str | Unset | None = UNSET
    email_address: str | Unset = UNSET
    company_name: str | Unset | None = UNSET
    phone_number: str | Unset | None = UNSET
    mobile_phone_number: str | Unset | None = UNSET
    created_source_value: str | Unset | None = UNSET
    created_ip_address: str | Unset | None = UNSET
    created_http_referrer_url: str | Unset | None = UNSET
    created_timestamp: datetime | Unset | None = UNSET
    modified_timestamp: datetime | Unset | None = UNSET
    is_confirmed: bool | Unset | None = UNSET
    is_bad_mobile_phone_number: bool | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def patch(self) -> ContactPatch:
        """Return what may be written back: the importable fields and `extra`, as they are now."""
        fields = {name: getattr(self, name) for name in _PATCH_NAMES}
        return ContactPatch(**fields, extra=dict(self.extra))

    def __repr__(self) -> str:
        address = masked(self.email_address)
        return f"Contact(system_id={self.system_id!r}, email_address={address})"


@attrs.define(kw_only=True, repr=False)
class ContactPatch:
    """The fields to write; what stays `UNSET` is left alone, and `None` clears.

    Attributes:
        is_bad_email_address: Whether mail to the address bounces; False clears the mark.
        crm_id: The contact's id in your own system.
        title: The form of address, such as "Mr".
        first_name: The given name.
        last_name: The family name.
        known_as: The name the contact goes by.
        email_address: The new address, to rename the contact.
        company_name: The company.
        phone_number: The phone number.
        mobile_phone_number: The mobile phone number.
        is_bad_mobile_phone_number: Whether the mobile number does not work.
        extra: The account's own fields, by the vendor's names.
    """

    is_bad_email_address: bool | Unset | None = UNSET
    crm_id: str | Unset | None = UNSET
    title: str | Unset | None = UNSET
    first_name: str | Unset | None = UNSET
    last_name: str | Unset | None = UNSET
    known_as: str | Unset | None = UNSET
    email_address: str | Unset = UNSET
    company_name: str | Unset | None = UNSET
    phone_number: str | Unset | None = UNSET
    mobile_phone_number: str | Unset | None = UNSET
    is_bad_mobile_phone_number: bool | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        names = [name for name in _PATCH_NAMES if getattr(self, name) is not UNSET]
        return f"ContactPatch(<{', '.join([*names, *self.extra])}>)"


_PATCH_NAMES: Final = tuple(
    field.name for field in attrs.fields(ContactPatch) if field.name != "extra"
)


class FieldKind(enum.Enum):
    """What a field takes, as far as the vendor's example value tells."""

    TEXT = "text"
    """Text; the example is the word "string"."""
    YES_NO = "yes/no"
    """A boolean; the example is false."""
    OTHER = "other"
    """Something the vendor's page has no example of; see `ContactField.example`."""


@attrs.frozen
class ContactField:
    """One field that can be written.

    Attributes:
        name: The vendor's name, as `fields` mappings use it; case-sensitive.
        kind: What it takes.
        example: The vendor's example value, from which `kind` was read.
        custom: Whether it is the account's own and not one that every account has.
    """

    name: str
    kind: FieldKind
    example: Any
    custom: bool


@attrs.frozen
class ContactStructure:
    """The fields that can be written, custom ones included, in the vendor's order.

    Attributes:
        fields: Each field by its name.
    """

    fields: Mapping[str, ContactField]

    @property
    def custom(self) -> tuple[ContactField, ...]:
        """The account's own fields."""
        return tuple(field for field in self.fields.values() if field.custom)

    def unknown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of `names` that the account does not have, in the order given."""
        return tuple(name for name in names if name not in self.fields)


@attrs.define
class ImportResult:
    """What an import did, in counts of rows.

    Attributes:
        total_rows: Rows in the request.
        emailable_rows_created: New contacts that can be mailed.
        emailable_rows_updated: Known contacts that can be mailed and were updated.
        suppressed_updated: Suppressed contacts that were updated.
        bad_email_updated: Contacts with a bad address that were updated.
        excluded_duplicates: Rows left out because the request held the address before.
        excluded_invalid_email: Rows left out because the address is not valid.
        excluded_role_based: Rows left out because the address belongs to a role, such as info@.
        upload_group_external_id: The Upload Group that was made; None if nothing was imported.
        extra: What else the vendor said.
    """

    total_rows: int | Unset = UNSET
    emailable_rows_created: int | Unset = UNSET
    emailable_rows_updated: int | Unset = UNSET
    suppressed_updated: int | Unset = UNSET
    bad_email_updated: int | Unset = UNSET
    excluded_duplicates: int | Unset = UNSET
    excluded_invalid_email: int | Unset = UNSET
    excluded_role_based: int | Unset = UNSET
    upload_group_external_id: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


# -------------------------------------------------------------------------- lists and audiences


@attrs.define
class _Named:
    external_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class MailingList(_Named):
    """A mailing list: one kind of newsletter that contacts subscribe to.

    Attributes:
        external_id: The id that other calls take.
        name: The name.
        description: The description.
        extra: What else the vendor said.
    """


@attrs.define
class Audience(_Named):
    """An audience: a saved rule that selects contacts.

    Attributes:
        external_id: The id that other calls take.
        name: The name.
        description: The description.
        extra: What else the vendor said.
    """


@attrs.define(repr=False)
class Subscriber(Shown):
    """A contact as lists of contacts show it.

    Attributes:
        system_id: Sentori's number of the contact.
        email_address: The address.
        extra: What else the vendor said.
    """

    system_id: SystemId | Unset = UNSET
    email_address: str | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        address = masked(self.email_address)
        return f"Subscriber(system_id={self.system_id!r}, email_address={address})"


# --------------------------------------------------------------------------- emails and reports


@attrs.define
class CreatedEmail:
    """The draft that was made.

    Attributes:
        external_id: The id that other calls take.
        extra: What else the vendor said.
    """

    external_id: str | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class _Email:
    external_id: str | Unset = UNSET
    name: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    created: datetime | Unset | None = UNSET
    created_by: str | Unset | None = UNSET
    modified: datetime | Unset | None = UNSET
    modified_by: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class DraftEmail(_Email):
    """An email that has not been sent yet.

    Attributes:
        external_id: The id that other calls take.
        name: The name.
        description: The description.
        created: When it was created, without a zone.
        created_by: The user who created it.
        modified: When it was last changed, without a zone.
        modified_by: The user who changed it last.
        extra: What else the vendor said.
    """


@attrs.define
class EmailTemplate(_Email):
    """A template that emails can be made from.

    Only the id and the name are documented; the other fields are inferred from drafts.

    Attributes:
        external_id: The id that other calls take.
        name: The name.
        description: The description.
        created: When it was created, without a zone.
        created_by: The user who created it.
        modified: When it was last changed, without a zone.
        modified_by: The user who changed it last.
        extra: What else the vendor said.
    """


@attrs.define
class SocialKpi:
    """How often an email was shared, by network.

    Attributes:
        google_plus_ones: Google +1.
        linked_in_shares: Shares on LinkedIn.
        tweets: Tweets.
        facebook_likes: Likes on Facebook.
        extra: What else the vendor said.
    """

    google_plus_ones: int | Unset = UNSET
    linked_in_shares: int | Unset = UNSET
    tweets: int | Unset = UNSET
    facebook_likes: int | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class Kpi:
    """The figures of an email that was sent.

    Attributes:
        sent: Contacts it was sent to.
        bounced: Contacts it bounced from.
        opens: Contacts who opened it.
        unique_clickers: Contacts who clicked a link.
        total_clicks: Clicks.
        social_shares: Shares on social networks.
        social_kpi: The shares by network.
        unsubscribes: Contacts who unsubscribed from it.
        abuse_complaints: Contacts who reported it as abuse.
        extra: What else the vendor said.
    """

    sent: int | Unset = UNSET
    bounced: int | Unset = UNSET
    opens: int | Unset = UNSET
    unique_clickers: int | Unset = UNSET
    total_clicks: int | Unset = UNSET
    social_shares: int | Unset = UNSET
    social_kpi: SocialKpi | Unset | None = UNSET
    unsubscribes: int | Unset = UNSET
    abuse_complaints: int | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class EmailEvent:
    """One contact's complaint, bounce or first click.

    Attributes:
        email_address: The contact's address.
        timestamp: When it happened, without a zone.
        extra: What else the vendor said.
    """

    email_address: str | Unset = UNSET
    timestamp: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        address = masked(self.email_address)
        return f"EmailEvent(email_address={address}, timestamp={self.timestamp!r})"
