"""A bulk job that sends many rows per request.

1. A chunk is filled by one worker at a time, so chunks are stretches of the input, in order.
2. Within a chunk each contact stands once: a later row is merged into an earlier one, and the
   earlier is accounted for as skipped.
3. Chunks that share a contact are never in flight together.
4. A chunk that is refused for what it holds is halved until the row is named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import RowVerdict
from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.errors import ApiError, InvalidInput, SentoriError
from sentori_async.wire.message import Meter
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sentori_async.bulk.plan import ChunkPlan, ChunkRow, Send
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.wire.message import Call


@attrs.define
class _Entry:
    index: int
    row: ChunkRow


@attrs.define(eq=False)
class _Chunk:
    entries: dict[tuple[str, ...], _Entry] = attrs.field(factory=dict)
    size: int = 0
    in_doubt_until: float = 0.0

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for keys in self.entries for key in keys)


class ChunkEngine(Engine[_Chunk]):
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
        workers = min(workers, plan.workers)
        super().__init__(source, send, workers=workers, progress=progress, most_parked=workers)
        self._plan = plan
        # What one worker is filling, and the row that did not fit into what was filled last.
        self._filling: _Chunk | None = None
        self._carried: _Entry | None = None

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    def _keys(self, unit: _Chunk) -> tuple[str, ...]:
        return unit.keys

    def _skip_unit(self, unit: _Chunk) -> None:
        self._tell_all(unit.entries.values(), self._skip_verdict(), 0)

    def drain(self) -> None:
        """Take no more rows; those in flight are settled."""
        super().drain()
        carried, self._carried = self._carried, None
        if carried is not None:
            self._tell_all([carried], self._skip_verdict(), 0)

    def _skip_verdict(self) -> RowVerdict:
        return RowVerdict("skipped", self._cause if isinstance(self._cause, SentoriError) else None)

    async def _work(self) -> None:
        while (chunk := await self._next()) is not None:
            try:
                await self._deliver(chunk)
            finally:
                self._give_way(chunk.keys, chunk.in_doubt_until)

    async def _make(self) -> _Chunk | None:
        """Take rows until the chunk is full or the input ends."""
        if self._filling is not None:
            await self._wait_for_news()
            return None
        chunk = self._filling = _Chunk()
        try:
            await self._fill(chunk)
        finally:
            self._filling = None
            self._wake(1)
        if chunk.entries and self._stopping:
            self._skip_unit(chunk)
            return None
        return chunk if chunk.entries else None

    async def _fill(self, chunk: _Chunk) -> None:
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

    async def _next_entry(self) -> _Entry | None:
        """Return the next row that can be sent, or None at the end."""
        while (row := await self._take()) is not END:
            if row is NOT_YET:
                continue
            index = self._next_index()
            try:
                return _Entry(index, self._plan.plan(row))
            except InvalidInput as error:
                contact = self._plan.identity(row)
                self._tell(BulkOutcome(index, contact, "failed", None, error))
            except Exception as error:  # noqa: BLE001 - the boundary to a row's own code
                self._abort(error)
                self._tell(BulkOutcome(index, "", "skipped"))
        return None

    def _add(self, chunk: _Chunk, entry: _Entry) -> None:
        keys = entry.row.keys
        earlier = chunk.entries.get(keys)
        if earlier is not None:
            self._tell(BulkOutcome(earlier.index, earlier.row.contact, "skipped"))
            chunk.size -= earlier.row.size
            entry = _Entry(entry.index, self._plan.merge(earlier.row, entry.row))
        chunk.entries[keys] = entry
        chunk.size += entry.row.size

    async def _deliver(self, chunk: _Chunk) -> None:
        """Send a chunk, in halves where one of its rows is refused, and tell all outcomes."""
        parts = [list(chunk.entries.values())]
        while parts:
            part = parts.pop()
            if isinstance(self._cause, SentoriError):
                self._tell_all(part, self._skip_verdict(), 0)
            elif not await self._send_part(chunk, part):
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]

    async def _send_part(self, chunk: _Chunk, part: list[_Entry]) -> bool:
        """Send some rows at once; return False if they are refused and may be sent apart."""
        rows = [entry.row for entry in part]
        meter = Meter()
        try:
            result = await self._send(self._plan.call(rows), meter)
        except SentoriError as error:
            if len(part) > 1 and self._is_about_rows(error):
                self._answered(error)
                return False
            status = self._fate(error, lambda: "accepted")
            self._tell_all(part, RowVerdict(status, error), meter.attempts)
            return True
        except Exception as error:  # noqa: BLE001 - the boundary to observers and middleware
            self._abort(error)
            self._tell_all(part, RowVerdict("unknown"), meter.attempts)
            return True
        finally:
            self._charge(meter)
            chunk.in_doubt_until = max(chunk.in_doubt_until, meter.in_doubt_until)
        self._answered(None)
        note = self._plan.note(result)
        if note is not None:
            self.report.notes.append(note)
        verdicts = await follow(self._plan.verdicts(rows, result), self._look_up)
        for entry, verdict in zip(part, verdicts, strict=True):
            self._tell_all([entry], self._judged(verdict), meter.attempts)
        return True

    def _judged(self, verdict: RowVerdict) -> RowVerdict:
        """Return a row's verdict; one that would be every row's, such as no quota, ends the job."""
        if verdict.status != "failed" or verdict.error is None:
            return verdict
        return RowVerdict(self._fate(verdict.error, lambda: "accepted"), verdict.error)

    def _is_about_rows(self, error: SentoriError) -> bool:
        if not isinstance(error, ApiError) or error.applied is not False:
            return False
        return self._plan.is_about_rows(error)

    async def _look_up(self, call: Call[Any]) -> Any:
        """Send a look-up, which is a request of the job and no attempt of a row."""
        meter = Meter()
        try:
            return await self._send(call, meter)
        except SentoriError as error:
            self._stop_if_fatal(error)
            raise
        finally:
            self.report.requests += meter.requests

    def _tell_all(self, entries: Iterable[_Entry], verdict: RowVerdict, attempts: int) -> None:
        for entry in entries:
            self._tell(
                BulkOutcome(
                    entry.index, entry.row.contact, verdict.status, None, verdict.error, attempts
                )
            )
