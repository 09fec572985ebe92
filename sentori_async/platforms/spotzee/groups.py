"""The other resource groups of the Spotzee client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sentori_async.platforms.spotzee import calls, listings
from sentori_async.platforms.spotzee.inputs import StateChange, UserEvent
from sentori_async.platforms.spotzee.listings import SpotzeeDirection
from sentori_async.resources import Group, Pages
from sentori_async.unset import UNSET, Unset

if TYPE_CHECKING:
    from sentori_async.platforms.spotzee.models import SpotzeeEventBatch, SpotzeeList
    from sentori_async.platforms.spotzee.preferences import (
        SpotzeeSubscription,
        SpotzeeSubscriptionBatch,
    )


class AsyncSpotzeeSubscriptions(Group):
    """The subscription types of the project: ``client.subscriptions``.

    Nothing in the API deletes one.
    Vendor page: https://docs.spotzee.com/guides/subscription-preferences
    """

    def iterate(
        self,
        *,
        q: str | None = None,
        sort: str | None = None,
        direction: SpotzeeDirection | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[SpotzeeSubscription]:
        """Iterate over the subscription types.

        Args:
            q: A text to look for.
            sort: The field to sort by.
            direction: "asc" or "desc".
            page_size: How many come with one request, at most 100.
        """
        first = listings.iterate_subscriptions(
            q=q, sort=sort, direction=direction, page_size=page_size
        )
        return Pages(self._send, first)

    async def get(self, subscription_id: int) -> SpotzeeSubscription:
        """Return a subscription type.

        Args:
            subscription_id: Its number.

        Raises:
            NotFound: The project has no such subscription type.
        """
        return await self._send(calls.get_subscription(subscription_id))

    async def create(
        self, name: str, *, channel: str, is_public: bool | Unset = UNSET
    ) -> SpotzeeSubscription:
        """Create a subscription type.

        Args:
            name: Its name.
            channel: What it is sent through: a `SpotzeeChannel`, such as "email".
            is_public: Whether users see it among their preferences.

        Raises:
            ValidationFailed: There is no such channel.
        """
        return await self._send(
            calls.create_subscription(name, channel=channel, is_public=is_public)
        )

    async def update(
        self,
        subscription_id: int,
        *,
        name: str | Unset = UNSET,
        is_public: bool | Unset = UNSET,
    ) -> SpotzeeSubscription:
        """StateChange a subscription type and return it; its channel stays what it is.

        Args:
            subscription_id: Its number.
            name: The new name.
            is_public: Whether users see it among their preferences.

        Raises:
            NotFound: The project has no such subscription type.
        """
        return await self._send(
            calls.update_subscription(subscription_id, name=name, is_public=is_public)
        )

    async def batch(self, changes: Iterable[StateChange]) -> SpotzeeSubscriptionBatch:
        """Set up to a hundred states, of any contacts and types, with one request.

        An item that is refused fails nothing else: look at each result's `error`.

        Args:
            changes: Each says whose state of which type is to be what.

        Returns:
            What became of each.
        """
        return await self._send(calls.batch_subscriptions(changes))


class AsyncSpotzeeLists(Group):
    """The lists and segments of the project: ``client.lists``.

    Nothing in the API says who is in a list, or puts anybody into a static one.
    Vendor page: https://docs.spotzee.com/guides/build-segment-via-api
    """

    def iterate(
        self,
        *,
        q: str | None = None,
        sort: str | None = None,
        direction: SpotzeeDirection | None = None,
        page_size: int = 100,
    ) -> AsyncIterator[SpotzeeList]:
        """Iterate over the lists and segments.

        Args:
            q: A text to look for.
            sort: The field to sort by.
            direction: "asc" or "desc".
            page_size: How many come with one request, at most 100.
        """
        first = listings.iterate_lists(q=q, sort=sort, direction=direction, page_size=page_size)
        return Pages(self._send, first)

    async def get(self, list_id: int) -> SpotzeeList:
        """Return a list.

        Args:
            list_id: Its number.

        Raises:
            NotFound: The project has no such list.
        """
        return await self._send(calls.get_list(list_id))

    async def create(
        self,
        name: str,
        *,
        type: str = "static",  # noqa: A002 - the vendor's name
        rule: Mapping[str, Any] | Unset = UNSET,
        tags: Sequence[str] | Unset | None = UNSET,
        is_visible: bool | Unset | None = UNSET,
    ) -> SpotzeeList:
        """Create a list, or a segment.

        Args:
            name: Its name.
            type: "static", or "dynamic" for a segment: a `SpotzeeListType`.
            rule: Who is in a segment: a tree of nodes with uuid, type, group, path and operator.
            tags: Its tags.
            is_visible: Whether it is shown in the vendor's pages.

        Raises:
            AlreadyExists: Another list has the name.
            ValidationFailed: The rule does not fit.
        """
        return await self._send(
            calls.create_list(name, type=type, rule=rule, tags=tags, is_visible=is_visible)
        )

    async def update(
        self,
        list_id: int,
        *,
        name: str,
        rule: Mapping[str, Any] | Unset = UNSET,
        tags: Sequence[str] | Unset | None = UNSET,
        published: bool | Unset | None = UNSET,
    ) -> SpotzeeList:
        """StateChange a list and return it.

        Args:
            list_id: Its number.
            name: Its name, new or not: the vendor wants it in every change.
            rule: Who is in the segment.
            tags: Its tags.
            published: Whether a draft is to become ready.

        Raises:
            NotFound: The project has no such list.
            StateConflict: It is archived.
            AlreadyExists: Another list has the name.
        """
        return await self._send(
            calls.update_list(list_id, name=name, rule=rule, tags=tags, published=published)
        )

    async def delete(self, list_id: int) -> None:
        """Archive a list; one that is archived already is deleted for good.

        It is sent once: if its answer is lost, nobody knows, and a repeat might do the other.

        Args:
            list_id: Its number.

        Raises:
            NotFound: The project has no such list.
        """
        await self._send(calls.delete_list(list_id))


class AsyncSpotzeeEvents(Group):
    """What contacts do: ``client.events``.

    Vendor page: https://docs.spotzee.com/api-reference
    """

    async def create(self, events: Iterable[UserEvent]) -> SpotzeeEventBatch:
        """Report up to a hundred events, which may start journeys.

        It is sent once, as a repeat would count twice.

        Args:
            events: Each with a name, an ``external_id`` or an ``anonymous_id``, and data.

        Returns:
            What became of each, where the vendor says so; else all is UNSET.
        """
        return await self._send(calls.create_events(events))
