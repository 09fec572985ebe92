"""The contacts of a GetResponse account: ``client.contacts``."""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sentori_async.errors import InvalidInput
from sentori_async.platforms.getresponse import calls, flows, inputs, listing, settle
from sentori_async.platforms.getresponse.inputs import GetResponseFields
from sentori_async.platforms.getresponse.listing import GetResponseSort
from sentori_async.resources import Group, Pages, Send
from sentori_async.tables import Models

if TYPE_CHECKING:
    from sentori_async.platforms.getresponse.models import (
        GetResponseActivity,
        GetResponseContact,
        GetResponseContactTag,
        GetResponseCustomFieldValue,
    )
    from sentori_async.wire.results import Accepted, Upserted

# What GetResponse recommends to wait before each look (its guide for integrations, 2026).
LOOKS_AFTER_S: Final = (5.0, 15.0, 30.0, 60.0, 120.0, 300.0)
_BY_CREATION: Final[GetResponseSort] = {"createdOn": "ASC"}


class AsyncGetResponseContacts(Group):
    """The contacts of the account: ``client.contacts``.

    A contact is one address in one campaign, which is what GetResponse calls a list.
    A text with an @ names it by its address, looked for in `campaign`, else in the client's
    `default_campaign`, else everywhere; any other text is its id, and saves the look-up.
    Vendor page: https://apireference.getresponse.com/#tag/Contacts
    """

    def __init__(
        self,
        send: Send,
        *,
        default_campaign: str | None,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        """Send through the client.

        Args:
            send: Send a call and return its result.
            default_campaign: The campaign of addresses where none is named.
            sleep: Wait for some seconds.
        """
        super().__init__(send)
        self._campaign = default_campaign
        self._sleep = sleep

    def _in(self, campaign: str | None) -> str | None:
        chosen = self._campaign if campaign is None else campaign
        return None if chosen is None else inputs.campaign_id(chosen)

    # ---------------------------------------------------------------------------------- reading

    async def get(self, contact: str, *, campaign: str | None = None) -> GetResponseContact:
        """Return a contact with its tags, custom fields and place.

        Args:
            contact: The address, or the id.
            campaign: The campaign to look for the address in.

        Raises:
            NotFound: There is no such contact, or it is not visible.
            InvalidInput: The address has contacts in several campaigns; the message names them.
        """
        return await self._walk(lambda: flows.get(contact, self._in(campaign)))

    async def find(self, address: str, *, campaign: str | None = None) -> list[GetResponseContact]:
        """Return all contacts of an address, one per campaign, without tags and custom fields.

        Args:
            address: The address; the default campaign does not narrow this down.
            campaign: The only campaign to look in.
        """
        target = None if campaign is None else inputs.campaign_id(campaign)
        return Models(await self._walk(lambda: settle.find(inputs.address(address), target)))

    def iterate(
        self,
        *,
        email: str | None = None,
        name: str | None = None,
        campaign: str | None = None,
        origin: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        changed_from: date | None = None,
        changed_to: date | None = None,
        exact: bool = False,
        sort: GetResponseSort | None = None,
        fields: Sequence[str] | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseContact]:
        """List the subscribed contacts that meet all filters, in the order of creation.

        Removed, bounced and unconfirmed contacts are not listed: `search_contacts` finds them.

        Args:
            email: A part of the address, or all of it with `exact`.
            name: A part of the name, or all of it with `exact`.
            campaign: The campaign; all campaigns where absent.
            origin: How the contact came in, such as "api".
            created_from: The first day or moment of its creation.
            created_to: The last one.
            changed_from: The first day or moment of its latest change.
            changed_to: The last one.
            exact: Whether `email` and `name` are the whole and not a part.
            sort: Other orders, such as ``{"changedOn": "DESC"}``.
            fields: The only fields to return, by the vendor's names; the id always comes.
            per_page: How many contacts come with one request, at most 1000.
        """
        params = {
            **listing.filters(email=email, name=name, campaignId=campaign, origin=origin),
            **listing.between("createdOn", created_from, created_to),
            **listing.between("changedOn", changed_from, changed_to),
            **listing.projection(fields),
        }
        order = _BY_CREATION if sort is None else sort
        call = calls.list_contacts(params, sort=order, exact=exact, per_page=per_page)
        return Pages(self._send, call)

    def activities(
        self,
        contact_id: str,
        *,
        created_from: date | None = None,
        created_to: date | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseActivity]:
        """List what was sent to a contact and what it did, of the last 14 days unless said.

        Args:
            contact_id: The contact's id.
            created_from: The first day or moment.
            created_to: The last one.
            per_page: How many activities come with one request, at most 1000.
        """
        params = listing.between("createdOn", created_from, created_to)
        return Pages(self._send, calls.list_activities(contact_id, params, per_page=per_page))

    # ---------------------------------------------------------------------------------- writing

    async def add(
        self, address: str, fields: GetResponseFields | None = None, *, campaign: str | None = None
    ) -> Accepted:
        """Have a contact added: it waits in a queue, and may be dropped there without a word.

        Args:
            address: The new contact's address.
            fields: The other fields to set.
            campaign: The campaign to add it to; one in the fields goes before it.

        Raises:
            AlreadyExists: The campaign has a contact of the address; it is left as it is.
            ContactSuppressed: The address is blocked, bounced or was removed before.
            NotFound: The campaign, a tag or a custom field does not exist.
            QuotaExceeded: The plan takes no more contacts.
        """
        return await self._send(calls.add_contact(address, fields, self._in(campaign)))

    async def wait_until_visible(
        self,
        address: str,
        *,
        campaign: str | None = None,
        looks_after_s: Sequence[float] = LOOKS_AFTER_S,
    ) -> GetResponseContact | None:
        """Wait until a contact that was accepted can be seen, and return it.

        Do not add it again where it stays away: it may wait for its opt-in to be confirmed.

        Args:
            address: The address.
            campaign: The campaign that it was added to.
            looks_after_s: The waits before each look, in seconds; GetResponse's own advice.

        Returns:
            The contact, or None where it is not visible after the last look.
        """
        address = inputs.address(address)
        target = inputs.the_campaign(campaign, self._campaign)
        for wait_s in looks_after_s:
            await self._sleep(wait_s)
            found = await self._walk(lambda: settle.find(address, target))
            if found:
                contact_id = str(found[0].contact_id)
                return await self._walk(functools.partial(flows.get, contact_id, None))
        return None

    async def add_batch(
        self, contacts: Iterable[Mapping[str, Any]], *, campaign: str | None = None
    ) -> Accepted:
        """Have up to 1000 contacts added to one campaign; what becomes of each is not said.

        GetResponse takes one batch per second, and 80 in ten minutes.

        Args:
            contacts: Mappings with `email` and the other fields.
            campaign: The campaign to add them to.

        Raises:
            AlreadyExists: The campaign has one of them, and none was taken.
            ValidationFailed: One of them is not valid, and none was taken.
        """
        target = inputs.the_campaign(campaign, self._campaign)
        rows = [calls.batch_row(row.get("email", ""), row, target) for row in contacts]
        if any(found != target for found, _ in rows):
            raise InvalidInput("a batch goes to one campaign: make one per campaign")
        return await self._send(calls.add_batch([row for _, row in rows], target))

    async def update(
        self, contact: str, fields: GetResponseFields, *, campaign: str | None = None
    ) -> GetResponseContact:
        """Change fields of a contact and return it; what is not named stays as it is.

        Tags and custom fields are replaced as a whole where they are named: `add_tags`,
        `remove_tags`, `set_custom_fields` and `remove_custom_fields` change single ones.

        Args:
            contact: The address, or the id.
            fields: The fields to change; another ``email`` or ``campaign`` moves the contact.
            campaign: The campaign to look for the address in.

        Raises:
            NotFound: There is no such contact; none is created.
            AlreadyExists: Another contact has the address in that campaign.
            InvalidInput: The address has contacts in several campaigns; the message names them.
        """
        return await self._walk(lambda: flows.update(contact, fields, self._in(campaign)))

    async def add_or_update(
        self, address: str, fields: GetResponseFields | None = None, *, campaign: str | None = None
    ) -> Upserted[GetResponseContact | Accepted]:
        """Have a contact added to a campaign, or update the one it has.

        Args:
            address: The contact's address.
            fields: The fields to set.
            campaign: The campaign; one in the fields goes before it.

        Returns:
            The contact as it is now with `created` False where it was updated; an `Accepted` with
            `created` None where it was queued, which may come to nothing.

        Raises:
            ContactSuppressed: The address is blocked, bounced or was removed before.
            AlreadyExists: The campaign has it, but it is not visible: it waits for its opt-in.
            NotFound: The campaign, a tag or a custom field does not exist.
        """
        return await self._walk(lambda: flows.upsert(address, fields, self._in(campaign)))

    async def delete(
        self,
        contact: str,
        *,
        campaign: str | None = None,
        message_id: str | None = None,
        ip_address: str | None = None,
    ) -> None:
        """Delete a contact from its campaign; adding it there again may be refused.

        Args:
            contact: The address, or the id.
            campaign: The campaign to look for the address in.
            message_id: A message; then it counts as a click on its unsubscribe link.
            ip_address: The unsubscriber's IPv4 address, with `message_id`.

        Raises:
            NotFound: There is no such contact.
            InvalidInput: The address has contacts in several campaigns; the message names them.
        """
        query = calls.unsubscribed_by(message_id, ip_address)
        await self._walk(lambda: flows.delete(contact, self._in(campaign), query))

    # ------------------------------------------------------------------------------ campaigns

    async def subscribe(self, contact: str, campaign: str) -> Accepted:
        """Have an address added to a campaign; other campaigns keep it, and a repeat is fine.

        Args:
            contact: The address, or the id of a contact that has it.
            campaign: The campaign's id.

        Raises:
            ContactSuppressed: The address is blocked, bounced or was removed before.
            NotFound: There is no such campaign, or no contact of that id.
        """
        return await self._walk(lambda: flows.subscribe(contact, inputs.campaign_id(campaign)))

    async def unsubscribe(self, contact: str, campaign: str) -> None:
        """Delete a contact from one campaign; where it is not in it, nothing happens.

        Args:
            contact: The address, or the id of the contact in that campaign.
            campaign: The campaign's id.

        Raises:
            NotFound: There is no contact of that id.
            InvalidInput: The id is of a contact in another campaign.
        """
        await self._walk(lambda: flows.unsubscribe(contact, inputs.campaign_id(campaign)))

    async def unsubscribe_all(self, contact: str) -> None:
        """Put an address on the account's blocklist, which keeps all others that are on it.

        Args:
            contact: The address, or the id of a contact that has it.
        """
        await self._walk(lambda: flows.unsubscribe_all(contact))

    async def move(
        self, contact: str, to_campaign: str, *, campaign: str | None = None
    ) -> GetResponseContact:
        """Move a contact to another campaign, with its history and statistics.

        Args:
            contact: The address, or the id.
            to_campaign: The campaign to move it to.
            campaign: The campaign to look for the address in.

        Raises:
            AlreadyExists: The other campaign has a contact of the address.
            NotFound: There is no such contact, or no such campaign.
        """
        return await self._walk(lambda: flows.move(contact, to_campaign, self._in(campaign)))

    # ---------------------------------------------------------------------- tags, custom fields

    async def add_tags(
        self, contact: str, tags: Iterable[str], *, campaign: str | None = None
    ) -> list[GetResponseContactTag]:
        """Attach tags to a contact; those there are stay.

        Args:
            contact: The address, or the id.
            tags: The tags' ids.
            campaign: The campaign to look for the address in.

        Returns:
            The tags that the contact has now.

        Raises:
            NotFound: There is no such contact, or no such tag.
        """
        target, ids = self._in(campaign), list(tags)
        return Models(await self._walk(lambda: flows.add_tags(contact, ids, target)))

    async def remove_tags(
        self, contact: str, tags: Iterable[str], *, campaign: str | None = None
    ) -> GetResponseContact:
        """Take tags away from a contact: it is read, and written back with those that stay.

        What another client writes to its tags between the two is lost: the API cannot tell.

        Args:
            contact: The address, or the id.
            tags: The tags' ids.
            campaign: The campaign to look for the address in.

        Raises:
            NotFound: There is no such contact.
            InvalidInput: It has as many tags as GetResponse shows at most.
        """
        target, ids = self._in(campaign), list(tags)
        return await self._walk(lambda: flows.remove_tags(contact, ids, target))

    async def set_custom_fields(
        self, contact: str, values: Mapping[str, Any], *, campaign: str | None = None
    ) -> list[GetResponseCustomFieldValue]:
        """Set custom fields of a contact, each as a whole; the others stay.

        Args:
            contact: The address, or the id.
            values: The fields' ids, each with a value or a list of them.
            campaign: The campaign to look for the address in.

        Returns:
            The custom fields as the answer shows them.

        Raises:
            NotFound: There is no such contact, or no such field.
            ValidationFailed: A value does not fit its field.
        """
        target = self._in(campaign)
        return Models(await self._walk(lambda: flows.set_custom_fields(contact, values, target)))

    async def remove_custom_fields(
        self, contact: str, field_ids: Iterable[str], *, campaign: str | None = None
    ) -> GetResponseContact:
        """Empty custom fields of a contact: it is read, and written back with the others.

        What another client writes to its fields between the two is lost: the API cannot tell.

        Args:
            contact: The address, or the id.
            field_ids: The fields' ids.
            campaign: The campaign to look for the address in.

        Raises:
            NotFound: There is no such contact.
        """
        target, ids = self._in(campaign), list(field_ids)
        return await self._walk(lambda: flows.remove_custom_fields(contact, ids, target))
