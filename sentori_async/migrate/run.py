"""All the steps of a migration, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from sentori_async.migrate.ends import End
from sentori_async.migrate.mapping import FieldMap
from sentori_async.migrate.migration import Migration
from sentori_async.migrate.verification import Verification

if TYPE_CHECKING:
    import os

    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.report import BulkReport
    from sentori_async.bulk.stream import OutcomeStream


@attrs.define(kw_only=True)
class MigrationReport:
    """What a migration came to.

    Attributes:
        cautions: What one should know of this pair of platforms, in sentences.
        read: How many contacts of each standing were read, by its word.
        left_out: How many of them cannot be written.
        written: What became of the contacts.
        late: What became of opt-outs that came meanwhile.
        verification: What reading back came to; None where that was not asked for.
    """

    cautions: tuple[str, ...]
    read: Mapping[str, int]
    left_out: int
    written: BulkReport
    late: BulkReport
    verification: Verification | None = None

    @property
    def ok(self) -> bool:
        """Whether every contact was carried over, and is there where that was looked at."""
        jobs = (self.written, self.late)
        well = all(job.total == job.succeeded for job in jobs) and not self.left_out
        return well and (self.verification is None or self.verification.ok)


async def migrate(
    source: End,
    target: End,
    *,
    mapping: FieldMap | Mapping[str, Any] | None = None,
    journal: str | os.PathLike[str] | None = None,
    retry_failed: bool = False,
    verify: bool = True,
    progress: Progress | None = None,
    looks_after_s: Sequence[float] | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> MigrationReport:
    """Move the contacts of one place to another, with how they stand to it.

    Args:
        source: Where they are: ``End.of(client, "LISTID01")``.
        target: Where they are to be.
        mapping: A `FieldMap`, or which field of the target is made from which of the source.
        journal: A file that keeps what was written, so that the same migration goes on after
            whatever stopped it; two more lie beside it, and all hold contact data.
        retry_failed: Whether contacts that failed in an earlier run are sent again.
        verify: Whether every contact is read back.
        progress: Called with the live report of writing now and then.
        looks_after_s: How long to wait before each further look for a queued contact.
        sleep: Wait for some seconds.

    Raises:
        InvalidInput: A place is not there, or the map does not fit; nothing was written.
        BulkError: Writing was aborted, or the journal is of another migration.
        SentoriError: A platform cannot be read.
    """
    async with Migration(
        source,
        target,
        mapping=mapping,
        journal=journal,
        retry_failed=retry_failed,
        looks_after_s=looks_after_s,
        sleep=sleep,
    ) as migration:
        cautions = await migration.open()
        await migration.read()
        report = MigrationReport(
            cautions=cautions,
            read=migration.counts,
            left_out=sum(1 for _ in migration.left_out()),
            written=await _run(migration.write(progress=progress)),
            late=await _late(migration),
        )
        if verify:
            report.verification = await migration.verify()
        return report


async def _late(migration: Migration) -> BulkReport:
    await migration.read_late()
    return await _run(migration.write_late())


async def _run(job: OutcomeStream) -> BulkReport:
    async with job as outcomes:
        while await outcomes.page():
            pass
    return job.report
