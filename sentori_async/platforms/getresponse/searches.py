"""Searches for contacts at GetResponse, saved or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from sentori_async.platforms.getresponse import listing, operations, thing_calls
from sentori_async.platforms.getresponse.listing import GetResponseSort
from sentori_async.resources import Group, Pages

if TYPE_CHECKING:
    from sentori_async.platforms.getresponse.models import GetResponseFoundContact
    from sentori_async.platforms.getresponse.things import GetResponseSearch
    from sentori_async.wire.results import Accepted


class AsyncGetResponseSearchContacts(Group):
    """Searches for contacts, saved or not: ``client.search_contacts``.

    They alone find removed, bounced and unconfirmed contacts.
    Vendor page: https://apireference.getresponse.com/#tag/Search-Contacts
    """

    def iterate(
        self,
        *,
        name: str | None = None,
        created_from: date | None = None,
        created_to: date | None = None,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseSearch]:
        """List the saved searches, without their conditions.

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
        call = thing_calls.SEARCHES.list(params, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    async def get(self, search_contact_id: str) -> GetResponseSearch:
        """Return a saved search with its conditions.

        Raises:
            NotFound: The account has no such search.
        """
        return await self._send(thing_calls.SEARCHES.get(search_contact_id))

    async def create(self, name: str, conditions: Mapping[str, Any]) -> GetResponseSearch:
        """Save a search.

        Args:
            name: Its name, which no other has.
            conditions: ``sectionLogicOperator``, ``section`` and so on, as the vendor has them.

        Raises:
            AlreadyExists: Another search has the name.
            ValidationFailed: A condition is not valid.
        """
        document = {**thing_calls.mapping(conditions, "conditions"), "name": name}
        return await self._send(thing_calls.SEARCHES.create(document))

    async def update(
        self, search_contact_id: str, name: str, conditions: Mapping[str, Any]
    ) -> GetResponseSearch:
        """Change a saved search.

        Args:
            search_contact_id: Its id.
            name: Its name.
            conditions: All its conditions.

        Raises:
            NotFound: The account has no such search.
            AlreadyExists: Another search has the name.
        """
        document = {**thing_calls.mapping(conditions, "conditions"), "name": name}
        operation = operations.UPDATE_SEARCH
        call = thing_calls.SEARCHES.update(operation, search_contact_id, document)
        return await self._send(call)

    async def delete(self, search_contact_id: str) -> None:
        """Delete a saved search; its contacts stay.

        Raises:
            NotFound: The account has no such search.
        """
        operation = operations.DELETE_SEARCH
        await self._send(thing_calls.SEARCHES.delete(operation, search_contact_id))

    def contacts(
        self, search_contact_id: str, *, sort: GetResponseSort | None = None, per_page: int = 1000
    ) -> AsyncIterator[GetResponseFoundContact]:
        """List what a saved search finds.

        Args:
            search_contact_id: Its id.
            sort: By "name", "email" or "createdOn".
            per_page: How many come with one request, at most 1000.
        """
        call = thing_calls.search_contacts(search_contact_id, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    def find(
        self,
        conditions: Mapping[str, Any],
        *,
        sort: GetResponseSort | None = None,
        per_page: int = 1000,
    ) -> AsyncIterator[GetResponseFoundContact]:
        """List what conditions find that are not saved.

        Args:
            conditions: ``subscribersType`` ("subscribed", "undelivered", "removed" or
                "unconfirmed"), ``sectionLogicOperator`` and ``section``.
            sort: By "name", "email" or "createdOn".
            per_page: How many come with one request, at most 1000.
        """
        call = thing_calls.find_by_conditions(conditions, sort=sort, per_page=per_page)
        return Pages(self._send, call)

    async def set_custom_fields(
        self, search_contact_id: str, values: Mapping[str, Any]
    ) -> Accepted:
        """Have custom fields set on all contacts that a saved search finds; it is queued.

        Args:
            search_contact_id: The search's id.
            values: The fields' ids, each with a value or a list of them.

        Raises:
            NotFound: There is no such search, or no such field.
        """
        return await self._send(thing_calls.set_found_custom_fields(search_contact_id, values))
