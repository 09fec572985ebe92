"""The two ends of a migration: a client, and the place of its account."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from sentori_async.bulk.progress import progress_of
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import InvalidInput
from sentori_async.migrate.sides import Side
from sentori_async.registry import STEMS, migration_module
from sentori_async.wire.message import Call, Meter
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from collections.abc import AsyncIterable
    from pathlib import Path

    from sentori_async.bulk.plan import RowPlan
    from sentori_async.bulk.progress import Progress
    from sentori_async.client import AsyncClient
    from sentori_async.wire.settle import Flow

T = TypeVar("T")


def parse_end(text: str) -> tuple[str, str]:
    """Return the platform and the place that ``platform:place`` names.

    Raises:
        InvalidInput: There is no such platform.
    """
    platform, _, place = text.partition(":")
    if platform in STEMS:
        return platform, place
    raise InvalidInput(f"there is no platform {platform!r}: there are {', '.join(STEMS)}")


@attrs.frozen(eq=False)
class End:
    """One end of a migration.

    Attributes:
        client: The client of the account.
        side: The place, as the platform says it.
    """

    client: AsyncClient
    side: Side

    @classmethod
    def of(cls, client: AsyncClient, place: str = "") -> End:
        """Return the end that is a place of a client's account.

        Args:
            client: The client.
            place: The list's id, by the platform's own; "" where it has none.

        Raises:
            InvalidInput: The place is missing, or cannot be one.
        """
        platform = client.platform
        kind: type[Side] = importlib.import_module(migration_module(platform.name)).SIDE
        if kind.place_is and not place.strip():
            raise InvalidInput(
                f"{platform.title} needs {kind.place_is}: write '{platform.name}:' and then that"
            )
        return cls(client, kind(place.strip()))

    @property
    def workers(self) -> int:
        """How many requests may be in flight at once."""
        return self.client.settings.limits.concurrency

    def __str__(self) -> str:
        """Return it as it is written, such as "sentori:LISTID01"."""
        place = f":{self.side.place}" if self.side.place else ""
        return f"{self.client.platform.name}{place}"

    @property
    def address(self) -> str:
        """Where it is: two clients of one account have the same."""
        return f"{self} at {self.client.settings.base_url}"

    async def send(self, call: Call[T]) -> T:
        """Send one call, after the single calls of whoever else works with the account."""
        result: T = await self.client.facilities.send(call, Meter())
        return result

    async def follow(self, flow: Flow[T]) -> T:
        """Take a flow through its steps and return its result."""
        return await follow(flow, self.send)

    def job(
        self,
        plan: RowPlan,
        rows: AsyncIterable[Any] | Iterable[Any],
        *,
        journal: Path | None,
        options: str,
        retry_failed: bool,
        progress: Progress | None,
    ) -> OutcomeStream:
        """Return a bulk job, as the client's own are."""
        engine = RowEngine(
            source_of(rows),
            self.client.facilities.send,
            plan,
            workers=self.workers,
            progress=progress_of(progress, total=None),
            journal=None if journal is None else self._journal(journal, options, retry_failed),
        )
        return OutcomeStream(engine)

    def _journal(self, path: Path, options: str, retry_failed: bool) -> Any:  # noqa: FBT001 - as given
        # SQLite and a thread are for those who keep one.
        from sentori_async.bulk.journal.home import Job
        from sentori_async.bulk.journal.journal import Journal

        job = Job(
            platform=self.client.platform.name,
            base_url=self.client.settings.base_url,
            verb="migrate",
            target=self.side.place or None,
            options=options,
        )
        return Journal(path, job, self.client.facilities.home, retry_failed=retry_failed)


async def each(items: Sequence[Any], work: Callable[[Any], Awaitable[T]], workers: int) -> list[T]:
    """Return what `work` makes of each item, in no order, some of them at a time."""
    todo = iter(items)
    done: list[T] = []

    async def worker() -> None:
        for item in todo:
            made = await work(item)
            done.append(made)

    tasks = [asyncio.create_task(worker()) for _ in range(min(workers, len(items)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return done
