"""Reading the target back, contact by contact."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from sentori_async.errors import InvalidInput
from sentori_async.migrate.ends import End, each
from sentori_async.migrate.sides import Found, Person, Standing
from sentori_async.migrate.snapshot import Migrant, Snapshot
from sentori_async.migrate.verification import Difference, Verification, difference

_PAGE: Final = 1_000


class Checker:
    """Look at the contacts of the target, and count what is there."""

    def __init__(
        self,
        end: End,
        snapshot: Snapshot,
        result: Verification,
        tell: Callable[[Difference], None],
    ) -> None:
        """Prepare to look.

        Args:
            end: The target.
            snapshot: Who should be there.
            result: What counts them.
            tell: Called with each contact that is not as it should be.
        """
        self._end = end
        self._snapshot = snapshot
        self._result = result
        self._tell = tell

    def tell(self, found: Difference) -> None:
        """Count and tell a contact that is not as it should be."""
        self._result.add(found)
        self._tell(found)

    async def keep_members(self, people: list[Person]) -> None:
        """Keep who is subscribed."""
        keys = [self._end.side.key(person.identity) for person in people]
        await asyncio.to_thread(self._snapshot.put_members, keys)

    async def look_at_all(self, *, unseen: bool, is_last: bool) -> None:
        """Look at everybody, or at those who were not seen before.

        Args:
            unseen: Whether it is the latter.
            is_last: Whether who is not there will not be looked for again.
        """
        after = 0
        while True:
            page = await asyncio.to_thread(self._snapshot.everybody, after, _PAGE, unseen=unseen)
            if not page:
                return
            after = page[-1].position
            pairs = await each(page, self._look, self._end.workers)
            absent = [] if is_last else [one.position for one, found in pairs if found is None]
            there = [pair for pair in pairs if is_last or pair[1] is not None]
            await asyncio.to_thread(self._snapshot.note_unseen, absent)
            await asyncio.to_thread(self._snapshot.note_seen, [one.position for one, _ in there])
            for one, found in there:
                self._compare(one, found)

    async def _look(self, one: Migrant) -> tuple[Migrant, Found | None]:
        try:
            return one, await self._end.follow(self._end.side.look(one.identity))
        except InvalidInput:
            return one, None  # what cannot be sent is not there

    def _compare(self, one: Migrant, found: Found | None) -> None:
        standing = None if found is None else found.standing
        if found is not None and standing is None:
            is_member = self._snapshot.is_member(one.key)
            standing = Standing.SUBSCRIBED if is_member else Standing.UNSUBSCRIBED
        self._result.count(one.standing, standing)
        reason = difference(one, found, standing, self._end.side)
        if reason is not None:
            self.tell(Difference(one.identity, reason, one.position))
