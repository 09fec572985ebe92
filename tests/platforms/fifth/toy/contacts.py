"""The people of Toy."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from sentori_async.platforms.toy import calls
from sentori_async.platforms.toy.models import ToyPerson
from sentori_async.resources import Group, unsupported
from sentori_async.wire.results import Upserted


class AsyncToyContacts(Group):
    """The people of Toy."""

    async def get(self, identity: str) -> ToyPerson:
        """Return a person."""
        return await self._send(calls.get_person(identity))

    async def add_or_update(
        self, identity: str, fields: Mapping[str, Any] | None = None
    ) -> Upserted[ToyPerson]:
        """Write a person, new or not."""
        return await self._send(calls.put_person(identity, fields))

    async def delete(self, identity: str) -> None:
        """Delete a person."""
        await self._send(calls.delete_person(identity))

    def iterate(self) -> AsyncIterator[ToyPerson]:
        """Not possible."""
        raise unsupported("Toy", "contacts.iterate", "nothing lists people")

    async def add(self, identity: str) -> None:
        """Not possible."""
        raise unsupported("Toy", "contacts.add", "see add_or_update")

    async def update(self, identity: str) -> None:
        """Not possible."""
        raise unsupported("Toy", "contacts.update", "see add_or_update")

    async def subscribe(self, identity: str, list_id: str) -> None:
        """Not possible."""
        raise unsupported("Toy", "contacts.subscribe", "it has no lists")

    async def unsubscribe(self, identity: str, list_id: str) -> None:
        """Not possible."""
        raise unsupported("Toy", "contacts.unsubscribe", "it has no lists")

    async def unsubscribe_all(self, identity: str) -> None:
        """Not possible."""
        raise unsupported("Toy", "contacts.unsubscribe_all", "it has no lists")
