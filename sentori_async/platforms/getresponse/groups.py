"""Campaigns, tags, custom fields, blocklists and suppressions of a GetResponse account."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sentori_async.platforms.getresponse import inputs, listing, operations, thing_calls
from sentori_async.platforms.getresponse.listing import GetResponseSort
from sentori_async.resources import Group, Pages

if TYPE_CHECKING:
    from sentori_async.platforms.getresponse.models import GetResponseContact
    from sentori_async.platforms.getresponse.things import (
        GetResponseCampaign,
        GetResponseCustomField,
        GetResponseSuppression,
        GetResponseTag,
    )


class AsyncGetResponseCampaigns(Group):
    """The campaigns, which are GetResponse's lists: ``client.campaigns``.

    Nothing in the API deletes one.
    Vendor page: https://apireference.getresponse.com/#tag/Campaigns
    """

    def iterate(
        self,
        *,
        name: str | None = None,
        is_default: bool | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseCampaign]:
        """List the campaigns.

        Args:
            name: A part of the name.
            is_default: Whether it is the account's default.
            sort: By "name" or "createdOn".
            per_page: How many come with one request, at most 1000.
        """
        default = None if is_default is None else str(is_default).lower()
        params = listing.filters(name=name, isDefault=default)
        call = thing_calls.CAMPAIGNS.list(params, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    async def get(self, campaign_id: str) -> GetResponseCampaign:
        """Return a campaign with all its settings.

        Raises:
            NotFound: The account has no such campaign.
        """
        return await self._send(thing_calls.CAMPAIGNS.get(campaign_id))

    async def create(
        self, name: str, settings: Mapping[str, Any] | None = None
    ) -> GetResponseCampaign:
        """Create a campaign.

        Args:
            name: Its name, of 3 to 64 characters, which no other has.
            settings: Other settings, by the vendor's names, such as ``languageCode``.

        Raises:
            AlreadyExists: Another campaign has the name.
            ValidationFailed: The name or a setting is not valid.
        """
        document = _with_texts({**(settings or {}), "name": name})
        return await self._send(thing_calls.CAMPAIGNS.create(document))

    async def update(self, campaign_id: str, settings: Mapping[str, Any]) -> GetResponseCampaign:
        """Change settings of a campaign and return it.

        Args:
            campaign_id: Its id.
            settings: The settings to change, by the vendor's names.

        Raises:
            NotFound: The account has no such campaign.
            AlreadyExists: Another campaign has the name.
        """
        document = _with_texts(thing_calls.mapping(settings, "settings"))
        operation = operations.UPDATE_CAMPAIGN
        return await self._send(thing_calls.CAMPAIGNS.update(operation, campaign_id, document))

    def contacts(
        self,
        campaign_id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseContact]:
        """List the contacts of a campaign; `contacts.iterate` has more filters.

        Args:
            campaign_id: The campaign.
            email: A part of the address.
            name: A part of the name.
            created_from: The first day or moment of the contact's creation.
            created_to: The last one.
            sort: By "email", "name" or "createdOn".
            per_page: How many come with one request, at most 1000.
        """
        params = {
            **listing.filters(email=email, name=name),
            **listing.between("createdOn", created_from, created_to),
        }
        call = thing_calls.campaign_contacts(campaign_id, params, sort=sort, per_page=per_page)
        return Pages(self._send, call)


class AsyncGetResponseTags(Group):
    """The tags of the account: ``client.tags``.

    A tag cannot be renamed: the API takes the request and does nothing.
    Vendor page: https://apireference.getresponse.com/#tag/Tags
    """

    def iterate(
        self,
        *,
        name: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseTag]:
        """List the tags.

        Args:
            name: A part of the name.
            created_from: The first day or moment of its creation.
            created_to: The last one.
            sort: By "name" or "createdAt".
            per_page: How many come with one request, at most 1000.
        """
        params = {
            **listing.filters(name=name),
            **listing.between("createdAt", created_from, created_to),
        }
        return Pages(self._send, thing_calls.TAGS.list(params, sort=sort, per_page=per_page))

    async def get(self, tag_id: str) -> GetResponseTag:
        """Return a tag.

        Raises:
            NotFound: The account has no such tag.
        """
        return await self._send(thing_calls.TAGS.get(tag_id))

    async def create(self, name: str) -> GetResponseTag:
        """Create a tag.

        Args:
            name: Its name: 2 to 64 letters, digits and underscores.

        Raises:
            ValidationFailed: The name is not valid.
            AlreadyExists: Another tag has the name; some accounts return that tag instead.
        """
        return await self._send(thing_calls.TAGS.create({"name": name}))

    async def delete(self, tag_id: str) -> None:
        """Delete a tag, from all contacts that have it.

        Raises:
            NotFound: The account has no such tag.
        """
        await self._send(thing_calls.TAGS.delete(operations.DELETE_TAG, tag_id))


class AsyncGetResponseCustomFields(Group):
    """The custom fields of the account's contacts: ``client.custom_fields``.

    Vendor page: https://apireference.getresponse.com/#tag/Custom-Fields
    """

    def iterate(
        self, *, name: str | None = None, sort: GetResponseSort | None = None, per_page: int = 1000
    ) -> AsyncIterator[GetResponseCustomField]:
        """List the custom fields.

        Args:
            name: A part of the name.
            sort: By "name".
            per_page: How many come with one request, at most 1000.
        """
        params = listing.filters(name=name)
        call = thing_calls.CUSTOM_FIELDS.list(params, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    async def get(self, custom_field_id: str) -> GetResponseCustomField:
        """Return a custom field.

        Raises:
            NotFound: The account has no such field.
        """
        return await self._send(thing_calls.CUSTOM_FIELDS.get(custom_field_id))

    async def create(
        self,
        name: str,
        *,
        type: str = "string",  # noqa: A002 - the vendor's name
        format: str = "text",  # noqa: A002 - the vendor's name
        hidden: bool = False,
        values: Sequence[str] = (),
    ) -> GetResponseCustomField:
        """Create a custom field.

        Args:
            name: Its name: lower-case letters, digits and underscores, which no other has.
            type: "string", "number", "date", "datetime", "country", "phone", "url" and so on.
            format: "text", "textarea", "radio", "checkbox", "single_select" or "multi_select".
            hidden: Whether contacts do not see it.
            values: The values to choose from, at least two for a radio or a select.

        Raises:
            AlreadyExists: Another field has the name.
            ValidationFailed: Something is not valid.
        """
        document = {
            "name": name,
            "type": type,
            "format": format,
            "hidden": inputs.yes_or_no(hidden),
            "values": list(values),
        }
        return await self._send(thing_calls.CUSTOM_FIELDS.create(document))

    async def update(
        self, custom_field_id: str, *, hidden: bool, values: Sequence[str]
    ) -> GetResponseCustomField:
        """Change what can be changed of a custom field; both have to be said.

        Args:
            custom_field_id: Its id.
            hidden: Whether contacts do not see it.
            values: The values to choose from.

        Raises:
            NotFound: The account has no such field.
        """
        document = {"hidden": inputs.yes_or_no(hidden), "values": list(values)}
        operation = operations.UPDATE_CUSTOM_FIELD
        call = thing_calls.CUSTOM_FIELDS.update(operation, custom_field_id, document)
        return await self._send(call)

    async def delete(self, custom_field_id: str) -> None:
        """Delete a custom field, from all contacts that have it.

        Raises:
            NotFound: The account has no such field.
            StateConflict: A form or a segment uses it.
        """
        operation = operations.DELETE_CUSTOM_FIELD
        await self._send(thing_calls.CUSTOM_FIELDS.delete(operation, custom_field_id))


class AsyncGetResponseBlocklists(Group):
    """The blocklists of the account and of its campaigns: ``client.blocklists``.

    A mask is an address, or a domain such as "@example.com".
    Vendor page: https://apireference.getresponse.com/#tag/Accounts
    """

    async def get(self, *, campaign: str | None = None, mask: str | None = None) -> list[str]:
        """Return the masks of the account, or of a campaign; unpaged.

        Args:
            campaign: The campaign; the account where absent.
            mask: A part of the masks to return.
        """
        return await self._send(thing_calls.get_blocklist(campaign, mask))

    async def add(self, masks: Iterable[str], *, campaign: str | None = None) -> None:
        """Add masks to a blocklist; those there are stay.

        Args:
            masks: The masks.
            campaign: The campaign; the account where absent.
        """
        await self._send(thing_calls.change_blocklist(masks, "add", campaign))

    async def remove(self, masks: Iterable[str], *, campaign: str | None = None) -> None:
        """Take masks off a blocklist; the others stay.

        Args:
            masks: The masks.
            campaign: The campaign; the account where absent.
        """
        await self._send(thing_calls.change_blocklist(masks, "delete", campaign))

    async def replace_all(self, masks: Iterable[str], *, campaign: str | None = None) -> None:
        """Make a blocklist hold these masks and no others: whoever else was blocked no longer is.

        Args:
            masks: The masks; none at all empties the blocklist.
            campaign: The campaign; the account where absent.
        """
        await self._send(thing_calls.change_blocklist(masks, "replace", campaign))


class AsyncGetResponseSuppressions(Group):
    """Lists of masks that a message may leave out: ``client.suppressions``.

    Vendor page: https://apireference.getresponse.com/#tag/Suppressions
    """

    def iterate(
        self,
        *,
        name: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseSuppression]:
        """List the suppressions, without their masks.

        Args:
            name: A part of the name.
            created_from: The first day or moment of its creation.
            created_to: The last one.
            sort: By "name" or "createdOn".
            per_page: How many come with one request, at most 1000.
        """
        params = {
            **listing.filters(name=name),
            **listing.between("createdOn", created_from, created_to),
        }
        call = thing_calls.SUPPRESSIONS.list(params, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    async def get(self, suppression_id: str) -> GetResponseSuppression:
        """Return a suppression with its masks.

        Raises:
            NotFound: The account has no such suppression.
        """
        return await self._send(thing_calls.SUPPRESSIONS.get(suppression_id))

    async def create(self, name: str, masks: Iterable[str] = ()) -> GetResponseSuppression:
        """Create a suppression.

        Args:
            name: Its name, which no other has.
            masks: Addresses and domains.

        Raises:
            AlreadyExists: Another suppression has the name.
        """
        document = {"name": name, "masks": inputs.masks(masks)}
        return await self._send(thing_calls.SUPPRESSIONS.create(document))

    async def update(
        self, suppression_id: str, *, name: str, masks: Iterable[str]
    ) -> GetResponseSuppression:
        """Give a suppression another name and other masks; both have to be said.

        Args:
            suppression_id: Its id.
            name: Its name.
            masks: All its masks: those not named are taken off.

        Raises:
            NotFound: The account has no such suppression.
            AlreadyExists: Another suppression has the name.
        """
        document = {"name": name, "masks": inputs.masks(masks)}
        operation = operations.UPDATE_SUPPRESSION
        call = thing_calls.SUPPRESSIONS.update(operation, suppression_id, document)
        return await self._send(call)

    async def delete(self, suppression_id: str) -> None:
        """Delete a suppression.

        Raises:
            NotFound: The account has no such suppression.
        """
        operation = operations.DELETE_SUPPRESSION
        await self._send(thing_calls.SUPPRESSIONS.delete(operation, suppression_id))


def _with_texts(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings with yes and no as texts; `isDefault` false is refused by the API."""
    return {name: inputs.yes_or_no(value) for name, value in settings.items()}
