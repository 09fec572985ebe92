"""Contacts moved from one platform to another, with how they stand to what they are sent.

1. Nothing is written before the source was read to its end: first who is there and who has opted
   out, then every contact with its standing, then who has opted out meanwhile.
2. A contact that has opted out is never subscribed; of two things said of it, the opt-out holds.
3. Memory does not grow with the contacts: they wait in a file.
4. With a journal, whatever stopped a migration, the same one goes on where that was.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import orjson

from sentori_async.bulk.outcomes import Status
from sentori_async.bulk.plan import PlannedRow, RowPlan
from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.migrate.checking import Checker
from sentori_async.migrate.ends import End, each
from sentori_async.migrate.mapping import FieldMap
from sentori_async.migrate.sides import Listing, Person, Side, Standing, Written, one_by_one
from sentori_async.migrate.snapshot import LeftOut, Migrant, Snapshot
from sentori_async.migrate.verification import Difference, Verification
from sentori_async.resources import Pages
from sentori_async.wire.message import Steps
from sentori_async.wire.settle import Flow

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.stream import OutcomeStream

_PAGE: Final = 1_000


class Migration:
    """One migration, step by step: `open`, `read`, `write`, `read_late`, `write_late`, `verify`.

    Use it with ``async with``; `migrate` takes all the steps.
    """

    def __init__(
        self,
        source: End,
        target: End,
        *,
        mapping: FieldMap | Mapping[str, Any] | None = None,
        journal: str | os.PathLike[str] | None = None,
        retry_failed: bool = False,
        looks_after_s: Sequence[float] | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Prepare to move contacts.

        Args:
            source: Where they are.
            target: Where they are to be.
            mapping: Which field of the target is made from which of the source; without it, the
                identity alone is carried over.
            journal: A file that keeps what was written; beside it, with longer names, lie the
                contacts that were read and the journal of late opt-outs.
            retry_failed: Whether contacts that failed in an earlier run are sent again.
            looks_after_s: How long to wait before each further look for a queued contact when
                reading back; the platform's own advice where absent.
            sleep: Wait for some seconds.

        Raises:
            ConfigurationError: `retry_failed` is given, and no journal.
        """
        if retry_failed and journal is None:
            raise ConfigurationError(
                "retry_failed needs the journal of the run in which they failed"
            )
        self.source = source
        self.target = target
        self._map = mapping if isinstance(mapping, FieldMap) else FieldMap.of(mapping or {})
        self._journal = None if journal is None else Path(journal)
        self._retry_failed = retry_failed
        waits = target.side.looks_after_s if looks_after_s is None else looks_after_s
        self._looks_after_s = tuple(waits)
        self._sleep = sleep
        self._snapshot = Snapshot(_beside(self._journal, "people"))

    async def __aenter__(self) -> Self:
        """Return the migration itself."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the file with the contacts."""
        self._snapshot.close()

    # ---------------------------------------------------------------------------------- before

    async def open(self) -> tuple[str, ...]:
        """Check everything that can be checked before anything is read or written.

        Returns:
            What one should know before starting, in sentences.

        Raises:
            InvalidInput: A place is not there, or the map does not fit.
            BulkError: The journal is of another migration.
        """
        if self.source.address == self.target.address:
            raise InvalidInput(f"{self.source} is both where the contacts are and where they go")
        source, target = self.source.side, self.target.side
        await self.source.follow(source.open())
        await self.target.follow(target.open())
        self._map = self._map.for_pair(source, target)
        await asyncio.to_thread(self._snapshot.open, self._about())
        return (*source.cautions_as_source(), *target.cautions_as_target())

    def _about(self) -> str:
        told = [self.source.address, self.target.address, self._map.told()]
        return orjson.dumps(told, default=str).decode()

    # --------------------------------------------------------------------------------- reading

    async def read(self, progress: Callable[[int], None] | None = None) -> None:
        """Read the source to its end, unless an earlier run has.

        Args:
            progress: Called with how many were read, after each page.

        Raises:
            SentoriError: The source cannot be read; nothing was written.
        """
        if await asyncio.to_thread(lambda: self._snapshot.is_whole):
            return
        await asyncio.to_thread(self._snapshot.forget)
        count = 0

        async def keep(people: list[Person]) -> None:
            nonlocal count
            await asyncio.to_thread(self._snapshot.put, *self._sorted(people))
            count += len(people)
            if progress is not None:
                progress(count)

        for listing in self.source.side.listings(self._map.sources):
            await self._list(self.source, listing, keep)
        await asyncio.to_thread(self._snapshot.finish)

    async def read_late(self) -> int:
        """Read once more who has opted out, and return how many have since `read`.

        Raises:
            SentoriError: The source cannot be read.
        """
        late = 0

        async def keep(people: list[Person]) -> None:
            nonlocal late
            late += await asyncio.to_thread(self._snapshot.put_late, *self._sorted(people))

        for listing in self.source.side.listings(self._map.sources):
            if listing.opt_outs:
                await self._list(self.source, listing, keep)
        return late

    async def _list(
        self, end: End, listing: Listing[Any], keep: Callable[[list[Person]], Awaitable[None]]
    ) -> None:
        listed = Pages(end.send, listing.first)

        async def tell(item: Any) -> Person | None:
            return await end.follow(listing.tell(item))

        try:
            while page := await listed.page():
                items = iter(page)
                while some := list(islice(items, _PAGE)):
                    await keep([one for one in await each(some, tell, end.workers) if one])
        finally:
            await listed.aclose()

    def _sorted(self, people: Iterable[Person]) -> tuple[list[Migrant], list[LeftOut]]:
        """Return the contacts as the target is to have them, and those that it cannot have."""
        made = [self._migrant(person) for person in people]
        left_out = [one for one in made if isinstance(one, LeftOut)]
        return [one for one in made if isinstance(one, Migrant)], left_out

    def _migrant(self, person: Person) -> Migrant | LeftOut:
        """Return a contact as the target is to have it."""
        standing = person.standing
        if standing is Standing.UNSUBSCRIBED:
            standing = self._map.unsubscribed
        source = self.source.side.key(person.identity)
        name = self.target.side.identity
        fields = self._map.apply(person.fields)
        found = fields.pop(name, None)
        identity = "" if isinstance(found, bool | list | None) else str(found).strip()
        if not identity:
            why = f"it has no {self._map.rules[name].source}, which is to be the {name}"
            return LeftOut(source, standing, why)
        return Migrant(0, self.target.side.key(identity), identity, fields, standing, source)

    # --------------------------------------------------------------------------------- writing

    @property
    def counts(self) -> dict[str, int]:
        """How many contacts of each standing were read, by its word."""
        return self._snapshot.counts()

    @property
    def has_late(self) -> bool:
        """Whether this or an earlier run has found opt-outs that came late."""
        return self._snapshot.count(late=True) > 0

    def left_out(self) -> Iterable[LeftOut]:
        """Return the contacts that cannot be written, with the reasons."""
        return self._snapshot.left_out()

    def write(self, *, progress: Progress | None = None) -> OutcomeStream:
        """Return the job that writes every contact with its standing; see `bulk.stream`."""
        return self._job(late=False, progress=progress)

    def write_late(self, *, progress: Progress | None = None) -> OutcomeStream:
        """Return the job that writes the opt-outs that `read_late` found."""
        return self._job(late=True, progress=progress)

    def _job(self, *, late: bool, progress: Progress | None) -> OutcomeStream:
        return self.target.job(
            _WritePlan(self.target.side),
            _Rows(self._snapshot, late=late),
            journal=_beside(self._journal, "late") if late else self._journal,
            options=f"from {self.source.address}",
            retry_failed=self._retry_failed,
            progress=progress,
        )

    # ------------------------------------------------------------------------------ reading back

    async def verify(self, tell: Callable[[Difference], None] | None = None) -> Verification:
        """Read every contact back, and name those that are not as they should be.

        Args:
            tell: Called with each of these.

        Raises:
            SentoriError: The target cannot be read.
        """
        result = Verification()
        checker = Checker(self.target, self._snapshot, result, tell or (lambda _: None))
        await asyncio.to_thread(self._snapshot.forget_looks)
        members = self.target.side.members()
        if members is not None:
            await self._list(self.target, members, checker.keep_members)
        waits = deque(self._looks_after_s)
        await checker.look_at_all(unseen=False, is_last=not waits)
        while waits and self._snapshot.count_unseen():
            await self._sleep(waits.popleft())
            await checker.look_at_all(unseen=True, is_last=not waits)
        for one in self.left_out():
            checker.tell(Difference(one.source, f"it was left out: {one.why}"))
        return result


class _Rows:
    """What a job is to write, from the snapshot, page by page."""

    def __init__(self, snapshot: Snapshot, *, late: bool) -> None:
        self._snapshot = snapshot
        self._late = late
        self._after = 0
        self._page: deque[Migrant] = deque()

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        return self

    async def __anext__(self) -> dict[str, Any]:
        if not self._page:
            page = await asyncio.to_thread(self._snapshot.page, self._after, _PAGE, late=self._late)
            if not page:
                raise StopAsyncIteration
            self._after = page[-1].position
            self._page.extend(page)
        one = self._page.popleft()
        return {"identity": one.identity, "fields": one.fields, "standing": int(one.standing)}


class _WritePlan(RowPlan):
    """Write one contact per row, as the platform says."""

    def __init__(self, side: Side) -> None:
        self._side = side

    def plan(self, row: Any) -> PlannedRow:
        identity: str = row["identity"]

        def steps() -> Flow[Written]:
            standing = Standing(row["standing"])
            return one_by_one(self._side.write(identity, row["fields"], standing))

        return PlannedRow(identity, (self._side.key(identity),), Steps.of(steps))

    def identity(self, row: Any) -> str:
        identity: str = row["identity"]
        return identity

    def status(self, result: Written | None) -> Status:
        if result is None or result.queued:
            return "accepted"
        return "subscribed" if result.standing is Standing.SUBSCRIBED else "unsubscribed"


def _beside(journal: Path | None, suffix: str) -> Path | None:
    """Return a file beside the journal, such as "job.db.people"."""
    return None if journal is None else journal.with_name(f"{journal.name}.{suffix}")
