"""What an account holds besides contacts, as GetResponse sends it.

The rules of `models.py` hold here too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import attrs

from sentori_async.platforms.getresponse.models import GetResponseCampaignReference, masked
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.hooks import BoolOrText


@attrs.define
class GetResponseOptinTypes:
    """Whether contacts of a campaign confirm their opt-in: "single" or "double", by origin.

    Attributes:
        email: For those who sign up by mail.
        api: For those the API adds.
        import_: For imported ones, always "single".
        webform: For those who fill in a form.
        extra: What else came.
    """

    email: str | Unset | None = UNSET
    api: str | Unset | None = UNSET
    import_: str | Unset | None = UNSET
    webform: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class GetResponseCampaign:
    """A campaign, which is what GetResponse calls a list.

    Attributes:
        campaign_id: Its id.
        name: Its name, which no other has.
        tech_name: Its name for imports by FTP.
        language_code: Its language, such as "EN".
        is_default: Whether it is the account's default.
        created_on: When it was made.
        href: Where it is in the API.
        description: The same as its name.
        optin_types: Whether its contacts confirm their opt-in; only `campaigns.get` says.
        extra: The rest of its settings, as they came.
    """

    campaign_id: str | Unset = UNSET
    name: str | Unset = UNSET
    tech_name: str | Unset | None = UNSET
    language_code: str | Unset | None = UNSET
    is_default: BoolOrText | Unset | None = UNSET
    created_on: datetime | Unset | None = UNSET
    href: str | Unset | None = UNSET
    description: str | Unset | None = UNSET
    optin_types: GetResponseOptinTypes | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class GetResponseTag:
    """A tag.

    Attributes:
        tag_id: Its id.
        name: Its name.
        href: Where it is in the API.
        color: Its colour; deprecated.
        created_at: When it was made.
        extra: What else came.
    """

    tag_id: str | Unset = UNSET
    name: str | Unset = UNSET
    href: str | Unset | None = UNSET
    color: str | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class GetResponseCustomField:
    """A custom field of the account's contacts.

    Attributes:
        custom_field_id: Its id.
        href: Where it is in the API.
        name: Its name.
        type: Its type, or in older fields its format.
        value_type: The type of its values.
        format: How it is entered, such as "text" or "single_select".
        field_type: Its former type; deprecated.
        hidden: Whether contacts do not see it.
        values: The values to choose from.
        extra: What else came.
    """

    custom_field_id: str | Unset = UNSET
    href: str | Unset | None = UNSET
    name: str | Unset = UNSET
    type: str | Unset | None = UNSET
    value_type: str | Unset | None = UNSET
    format: str | Unset | None = UNSET
    field_type: str | Unset | None = UNSET
    hidden: BoolOrText | Unset | None = UNSET
    values: list[str] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define(repr=False)
class GetResponseSuppression:
    """A list of masks whose addresses a message leaves out.

    Attributes:
        suppression_id: Its id.
        name: Its name.
        created_on: When it was made.
        href: Where it is in the API.
        masks: Addresses, and domains such as "@example.com"; only `suppressions.get` says.
        extra: What else came.
    """

    suppression_id: str | Unset = UNSET
    name: str | Unset = UNSET
    created_on: datetime | Unset | None = UNSET
    href: str | Unset | None = UNSET
    masks: list[str] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"GetResponseSuppression(suppression_id={self.suppression_id!r}, name={self.name!r})"


@attrs.define(repr=False)
class Masks:
    """A blocklist as it comes; callers get the masks alone."""

    masks: list[str]


@attrs.define(repr=False)
class GetResponseSearch:
    """A saved search for contacts, which is what others call a segment.

    Attributes:
        search_contact_id: Its id.
        name: Its name.
        created_on: When it was made.
        href: Where it is in the API.
        subscribers_type: Whom it finds: always "subscribed" where it is saved.
        section_logic_operator: How the sections go together: "and" or "or".
        section: The sections with their conditions, as the vendor writes them.
        extra: What else came.
    """

    search_contact_id: str | Unset = UNSET
    name: str | Unset = UNSET
    created_on: datetime | Unset | None = UNSET
    href: str | Unset | None = UNSET
    subscribers_type: list[str] | Unset | None = UNSET
    section_logic_operator: str | Unset | None = UNSET
    section: list[dict[str, Any]] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        search, name = self.search_contact_id, self.name
        return f"GetResponseSearch(search_contact_id={search!r}, name={name!r})"


@attrs.define
class GetResponseImportStatistics:
    """How many rows of an import came to what; the numbers may follow after it is finished.

    Attributes:
        uploaded: The rows there were.
        invalid: Those left out.
        updated: Those that changed a contact.
        added_to_list: Those that added one.
        extra: What else came.
    """

    uploaded: int | Unset | None = UNSET
    invalid: int | Unset | None = UNSET
    updated: int | Unset | None = UNSET
    added_to_list: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class GetResponseImportErrors:
    """Why rows of an import were left out, in numbers.

    Attributes:
        syntax_errors: The address is none.
        already_in_queue: The address waits to be added already.
        invalid_domains: The address's domain is none.
        blacklist: The address is on a blocklist.
        policy_failures: A policy of GetResponse excludes it.
        mismatched_criteria: It does not meet the campaign's criteria.
        extra: What else came.
    """

    syntax_errors: int | Unset | None = UNSET
    already_in_queue: int | Unset | None = UNSET
    invalid_domains: int | Unset | None = UNSET
    blacklist: int | Unset | None = UNSET
    policy_failures: int | Unset | None = UNSET
    mismatched_criteria: int | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


_ENDED: Final = frozenset({"finished", "rejected", "canceled"})


@attrs.define
class GetResponseImport:
    """A tracked import.

    Attributes:
        import_id: Its id.
        campaign: The campaign it goes to.
        status: "uploaded", "to_review", "review", "approved", "finished", "rejected", "canceled".
        statistics: What became of its rows.
        error_statistics: Why rows were left out.
        created_on: When it was made.
        finished_on: When it was finished.
        href: Where it is in the API.
        extra: What else came.
    """

    import_id: str | Unset = UNSET
    campaign: GetResponseCampaignReference | Unset | None = UNSET
    status: str | Unset = UNSET
    statistics: GetResponseImportStatistics | Unset | None = UNSET
    error_statistics: GetResponseImportErrors | Unset | None = UNSET
    created_on: datetime | Unset | None = UNSET
    finished_on: datetime | Unset | None = UNSET
    href: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    @property
    def ended(self) -> bool:
        """Whether it is over, however it ended."""
        return self.status in _ENDED


@attrs.define(repr=False)
class GetResponseAccount:
    """Whose key it is.

    Attributes:
        account_id: The account's id.
        first_name: The owner's given name.
        last_name: The owner's family name.
        email: The owner's address.
        company_name: The company.
        time_zone: The account's time zone, as it came.
        extra: What else came.
    """

    account_id: str | Unset = UNSET
    first_name: str | Unset | None = UNSET
    last_name: str | Unset | None = UNSET
    email: str | Unset | None = UNSET
    company_name: str | Unset | None = UNSET
    time_zone: dict[str, Any] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"GetResponseAccount(account_id={self.account_id!r}, email={masked(self.email)})"
