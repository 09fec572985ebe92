"""The contacts of a Spotzee project: ``client.contacts``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn

from sentori_async.platforms.spotzee import calls, listings
from sentori_async.platforms.spotzee.inputs import UserFields
from sentori_async.platforms.spotzee.listings import SpotzeeDirection
from sentori_async.platforms.spotzee.preferences import SpotzeeSubscriptionState
from sentori_async.resources import Group, Pages, unsupported

if TYPE_CHECKING:
    from sentori_async.platforms.spotzee.models import (
        SpotzeeSession,
        SpotzeeUser,
        SpotzeeUserBatch,
    )
    from sentori_async.platforms.spotzee.preferences import SpotzeeUserSubscription
    from sentori_async.wire.results import Accepted, Upserted


class AsyncSpotzeeContacts(Group):
    """The contacts of the project, which Spotzee's paths call users: ``client.contacts``.

    A contact is named by its external id, which is your own and any text.
    Vendor page: https://docs.spotzee.com/guides/sync-users
    """

    async def get(self, external_id: str) -> SpotzeeUser:
        """Return a contact.

        Args:
            external_id: Your own id of the contact.

        Raises:
            NotFound: The project has no such contact, or it is archived.
        """
        return await self._send(calls.get_contact(external_id))

    def iterate(
        self,
        *,
        q: str | None = None,
        sort: str | None = None,
        direction: SpotzeeDirection | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[SpotzeeUser]:
        """Iterate over the contacts; those that change meanwhile may be missed or come twice.

        Args:
            q: A text that the external id, the address, the number or the anonymous id holds.
            sort: The field to sort by, such as "id".
            direction: "asc" or "desc".
            page_size: How many come with one request, at most 100.

        Raises:
            ValidationFailed: The project cannot be sorted by that field.
        """
        first = listings.iterate_contacts(q=q, sort=sort, direction=direction, page_size=page_size)
        return Pages(self._send, first)

    # Both have the face that they have elsewhere.
    async def add(self, external_id: str, fields: UserFields | None = None) -> NoReturn:  # noqa: ARG002
        """Not possible: nothing at Spotzee adds a contact without updating one that exists.

        Args:
            external_id: Your own id of the contact.
            fields: The other fields.

        Raises:
            UnsupportedOperation: Always; see `add_or_update`.
        """
        raise unsupported("Spotzee", "contacts.add", "use add_or_update()")

    async def update(self, external_id: str, fields: UserFields) -> NoReturn:  # noqa: ARG002
        """Not possible: nothing at Spotzee updates a contact without adding one that is missing.

        Args:
            external_id: Your own id of the contact.
            fields: The fields to change.

        Raises:
            UnsupportedOperation: Always; see `add_or_update`.
        """
        raise unsupported("Spotzee", "contacts.update", "use add_or_update()")

    async def add_or_update(
        self, external_id: str, fields: UserFields | None = None
    ) -> Upserted[SpotzeeUser]:
        """Add a contact, or update it where it exists; Spotzee does not say which it was.

        Args:
            external_id: Your own id of the contact.
            fields: The fields to set; what is not named stays as it is.

        Returns:
            The contact as it is now; `created` is None.

        Raises:
            ValidationFailed: A field's value is not valid.
            StateConflict: The contact is archived.
            AlreadyExists: Another contact has a value that has to be unique.
            QuotaExceeded: The organisation has no room for another contact.
        """
        return await self._send(calls.add_or_update_contact(external_id, fields))

    async def add_or_update_many(self, users: Iterable[UserFields]) -> SpotzeeUserBatch:
        """Add or update up to a hundred contacts with one request.

        An item that is refused fails nothing else: look at each result's `error`.

        Args:
            users: The contacts; each needs an ``external_id`` or an ``anonymous_id``.

        Returns:
            What became of each.
        """
        return await self._send(calls.add_or_update_many(users))

    async def queue(self, users: Iterable[UserFields]) -> Accepted:
        """Have up to a hundred contacts added or updated later.

        Nobody tells what becomes of them: an item that does not fit is dropped in silence.

        Args:
            users: The contacts; each needs an ``external_id`` or an ``anonymous_id``.
        """
        return await self._send(calls.queue_contacts(users))

    async def delete(self, external_id: str) -> Accepted:
        """Have a contact deleted, which takes effect later; one that is not there is no error.

        Args:
            external_id: Your own id of the contact.
        """
        return await self._send(calls.delete_contact(external_id))

    async def delete_many(self, external_ids: Iterable[str]) -> Accepted:
        """Have up to a hundred contacts deleted, which takes effect later.

        Args:
            external_ids: Your own ids of the contacts.
        """
        return await self._send(calls.delete_many(external_ids))

    async def subscribe(
        self,
        external_id: str,
        subscription_id: int,
        *,
        state: SpotzeeSubscriptionState = SpotzeeSubscriptionState.SUBSCRIBED,
    ) -> None:
        """Subscribe a contact to a type of messages; a repeat changes nothing.

        Args:
            external_id: Your own id of the contact.
            subscription_id: The subscription type's number.
            state: SUBSCRIBED, or OPTED_IN for who has asked for it, which SUBSCRIBED takes back.

        Raises:
            NotFound: The project has no such contact, or no such subscription type.
        """
        await self._send(calls.subscribe(external_id, subscription_id, state))

    async def unsubscribe(self, external_id: str, subscription_id: int) -> None:
        """Unsubscribe a contact from one type of messages; a repeat changes nothing.

        Args:
            external_id: Your own id of the contact.
            subscription_id: The subscription type's number.

        Raises:
            NotFound: The project has no such contact, or no such subscription type.
        """
        await self._send(calls.unsubscribe(external_id, subscription_id))

    async def unsubscribe_all(self, external_id: str) -> None:
        """Unsubscribe a contact from every type of messages that the project has now.

        Spotzee has no such operation: the types are listed, and a hundred of them are switched
        off with each request. A type that is made later is not covered.

        Args:
            external_id: Your own id of the contact.

        Raises:
            NotFound: The project has no such contact.
        """
        calls.unsubscribe_all(external_id, ())
        types = Pages(self._send, listings.iterate_subscriptions())
        numbers = [each.id async for each in types if isinstance(each.id, int)]
        for call in calls.unsubscribe_all(external_id, numbers):
            await self._send(call)

    def subscriptions(
        self, external_id: str, *, page_size: int = 100
    ) -> AsyncIterator[SpotzeeUserSubscription]:
        """Iterate over how a contact stands to each type of messages.

        Args:
            external_id: Your own id of the contact.
            page_size: How many come with one request, at most 100.

        Raises:
            NotFound: The project has no such contact.
        """
        return Pages(self._send, listings.contact_subscriptions(external_id, page_size=page_size))

    async def set_subscriptions(
        self, external_id: str, states: Mapping[int, SpotzeeSubscriptionState | int]
    ) -> SpotzeeUser:
        """Set how a contact stands to up to a hundred types of messages.

        Args:
            external_id: Your own id of the contact.
            states: The new states, by the subscription type's number.

        Raises:
            NotFound: The project has no such contact, or no such subscription type.
        """
        return await self._send(calls.set_subscriptions(external_id, states))

    async def create_session(self, external_id: str) -> SpotzeeSession:
        """Make a token with which a browser may act for a contact, for a quarter of an hour.

        Args:
            external_id: Your own id of the contact.

        Raises:
            NotFound: The project has no such contact.
        """
        return await self._send(calls.create_session(external_id))
