"""A bulk job that sends many rows per request.

1. A chunk is filled by one worker at a time, so chunks are stretches of the input, in order.
2. Within a chunk each contact stands once: a later row is merged into an earlier one, and the
   earlier is accounted for as skipped.
3. Chunks that share a contact are never in flight together.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import END, Source
from sentori_async.errors import InvalidInput, SentoriError
from sentori_async.wire.message import Meter

if TYPE_CHECKING:
    from sentori_async.bulk.plan import ChunkPlan, ChunkRow, Send
    from sentori_async.bulk.progress import Progress


@attrs.define
class _Entry:
    index: int
    row: ChunkRow


@attrs.define
class _Chunk:
    entries: dict[tuple[str, ...], _Entry] = attrs.field(factory=dict)
    size: int = 0
    turns: list[asyncio.Future[None]] = attrs.field(factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for keys in self.entries for key in keys)


class ChunkEngine(Engine):
    """A job that sends one request per chunk of rows."""

    def __init__(
        self,
        source: Source,
        send: Send,
        plan: ChunkPlan,
        *,
        workers: int,
        progress: Progress | None = None,
    ) -> None:
        """Prepare a job whose chunks `plan` turns into calls."""
        super().__init__(source, send, workers=min(workers, plan.workers), progress=progress)
        self._plan = plan
        self._filling = asyncio.Lock()
        self._carried: _Entry | None = None

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    async def _work(self) -> None:
        while True:
            async with self._filling:
                chunk = await self._fill()
            if not chunk.entries:
                return
            for turn in chunk.turns:
                await turn
            try:
                await self._deliver(chunk)
            finally:
                self._turns.leave(chunk.keys)

    async def _fill(self) -> _Chunk:
        """Take rows until the chunk is full or the input ends."""
        chunk = _Chunk()
        if self._carried is not None:
            self._add(chunk, self._carried)
            self._carried = None
        while len(chunk.entries) < self._plan.max_rows:
            entry = await self._next_entry()
            if entry is None:
                break
            if chunk.entries and chunk.size + entry.row.size > self._plan.max_bytes:
                self._carried = entry
                break
            self._add(chunk, entry)
        return chunk

    async def _next_entry(self) -> _Entry | None:
        """Return the next row that can be sent, or None at the end."""
        while (row := await self._take()) is not END:
            index = self._next_index()
            try:
                return _Entry(index, self._plan.plan(row))
            except InvalidInput as error:
                contact = self._plan.identity(row)
                self._tell(BulkOutcome(index, contact, "failed", None, error))
        return None

    def _add(self, chunk: _Chunk, entry: _Entry) -> None:
        keys = entry.row.keys
        earlier = chunk.entries.get(keys)
        if earlier is None:
            chunk.turns.extend(self._turns.join(keys))
        else:
            self._tell(BulkOutcome(earlier.index, earlier.row.contact, "skipped"))
            chunk.size -= earlier.row.size
            entry = _Entry(entry.index, self._plan.merge(earlier.row, entry.row))
        chunk.entries[keys] = entry
        chunk.size += entry.row.size

    async def _deliver(self, chunk: _Chunk) -> None:
        """Send one chunk and tell the outcome of each of its rows."""
        entries = list(chunk.entries.values())
        if isinstance(self._cause, SentoriError):
            for entry in entries:
                outcome = BulkOutcome(entry.index, entry.row.contact, "skipped", None, self._cause)
                self._tell(outcome)
            return
        rows = [entry.row for entry in entries]
        meter = Meter()
        try:
            result = await self._send(self._plan.call(rows), meter)
        except SentoriError as error:
            status = self._fate(error, lambda: "accepted")
            for entry in entries:
                self._tell(
                    BulkOutcome(entry.index, entry.row.contact, status, None, error, meter.attempts)
                )
            return
        finally:
            self._charge(meter)
        self._answered(None)
        note = self._plan.note(result)
        if note is not None:
            self.report.notes.append(note)
        for entry, verdict in zip(entries, self._plan.verdicts(rows, result), strict=True):
            self._tell(
                BulkOutcome(
                    entry.index,
                    entry.row.contact,
                    verdict.status,
                    None,
                    verdict.error,
                    meter.attempts,
                )
            )
