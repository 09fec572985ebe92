"""A bulk job that sends many rows per request.

1. A chunk is filled by one worker at a time, so chunks are stretches of the input, in order.
2. Within a chunk each contact stands once: a later row is merged into an earlier one, and the
   earlier is accounted for as skipped.
3. Chunks that share a contact are never in flight together.
4. A chunk that is refused for what it holds is halved until the row is named.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import attrs

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.journal.entries import Fate, intent_entry
from sentori_async.bulk.options import PLAIN
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import RowVerdict
from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.errors import ApiError, InvalidInput, SentoriError
from sentori_async.wire.message import Meter
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sentori_async.bulk.journal.entries import IntentEntry, Recalled
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.options import JobOptions
    from sentori_async.bulk.plan import ChunkPlan, ChunkRow, Send
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.wire.idempotency import IdempotencyKey
    from sentori_async.wire.message import Call

# Each has to be put down with the chunk; one contact's rows alone would never fill one.
_MOST_TAKEN_IN: Final = 10_000


@attrs.define(eq=False)
class _Entry:
    """A row of a chunk, with the number and digest of each earlier row it has taken in."""

    index: int
    row: ChunkRow
    recalled: Recalled
    taken_in: list[tuple[int, str]] = attrs.field(factory=list)
    on_record: bool = False

    @property
    def lost_with(self) -> int | None:
        """The earlier run's request that it went with, if nobody knows what became of that."""
        known = self.recalled.known
        return (known.chunk or 0) if known and self.recalled.fate is Fate.LOST else None

    def intents(self, chunk: int, key: IdempotencyKey | None) -> Iterator[IntentEntry]:
        """Yield what is put down of it and of the rows that it has taken in."""
        contact, keys = self.row.contact, self.row.keys
        for number, digest in self.taken_in:
            yield intent_entry(number, contact, keys, digest, chunk=chunk, merged_into=self.index)
        yield intent_entry(self.index, contact, keys, self.recalled.digest, key=key, chunk=chunk)


@attrs.define(eq=False)
class _Chunk:
    entries: dict[tuple[str, ...], _Entry] = attrs.field(factory=dict)
    size: int = 0
    taken_in: int = 0
    lost_with: int | None = None
    group: str = ""
    in_doubt_until: float = 0.0
    overdue: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        # Once each, or a chunk would wait for itself: rows may share one contact of two.
        return tuple(dict.fromkeys(key for keys in self.entries for key in keys))


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
        journal: Journal | None = None,
        options: JobOptions = PLAIN,
        estimate_s: Callable[[int], float | None] | None = None,
    ) -> None:
        """Prepare a job whose chunks `plan` turns into calls."""
        workers = min(workers, plan.workers)
        super().__init__(
            source,
            send,
            workers=workers,
            progress=progress,
            most_parked=workers,
            journal=journal,
            estimate_s=estimate_s,
        )
        self._plan = plan
        self._last_wins = options.dedupe is not None
        self._flush_after_s = options.flush_after_s
        self._dry = self.report.dry_run = options.dry_run
        # What one worker is filling, and the row that did not fit into what was filled last.
        self._filling: _Chunk | None = None
        self._carried: _Entry | None = None

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    def _is_about_all(self, error: ApiError) -> bool:
        return self._plan.is_about_all(error)

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
            parts = [list(chunk.entries.values())]
            try:
                await self._deliver(chunk, parts)
            except BaseException:
                self._leave_open(parts)
                raise
            finally:
                self._give_way(chunk.keys, chunk.in_doubt_until)

    async def _make(self) -> _Chunk | None:
        """Take rows until the chunk is full or the input ends."""
        if self._filling is not None:
            await self._wait_for_news()
            return None
        chunk = self._filling = _Chunk()
        # A source that has nothing more to say for now must not hold up what it has said.
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._flush_after_s, self._flush, chunk)
        try:
            await self._fill(chunk)
        except BaseException:
            self._skip_unit(chunk)
            raise
        finally:
            timer.cancel()
            self._filling = None
            self._wake(1)
        if chunk.entries and self._stopping:
            self._skip_unit(chunk)
            return None
        return chunk if chunk.entries else None

    def _wake(self, count: int) -> None:
        """Let all look again: who fills a chunk and who waits for that need different news."""
        super()._wake(len(self._idle) if count else 0)

    def _flush(self, chunk: _Chunk) -> None:
        chunk.overdue = True
        self._wake(len(self._idle))

    async def _fill(self, chunk: _Chunk) -> None:
        if self._carried is not None:
            self._add(chunk, self._carried)
            self._carried = None
        while len(chunk.entries) < self._plan.max_rows and chunk.taken_in < _MOST_TAKEN_IN:
            entry = await self._next_entry(chunk)
            if entry is None:
                break
            if chunk.entries and not self._fits(chunk, entry):
                self._carried = entry
                break
            self._add(chunk, entry)

    def _fits(self, chunk: _Chunk, entry: _Entry) -> bool:
        """Tell whether a row may go with a chunk: what was lost together is settled together."""
        if entry.lost_with != chunk.lost_with or entry.row.group != chunk.group:
            return False
        return chunk.size + entry.row.size <= self._plan.max_bytes

    async def _next_entry(self, chunk: _Chunk) -> _Entry | None:
        """Return the next row that can be sent, or None at the end or where none comes in time."""
        while (row := await self._take()) is not END:
            if row is NOT_YET:
                if chunk.overdue and chunk.entries:
                    return None
                continue
            index = self._next_index()
            recalled = self._recall(index, row)
            if recalled is None:
                continue
            try:
                return _Entry(index, self._plan.plan(row), recalled)
            except InvalidInput as error:
                self._refuse(index, row, recalled, error)
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
            if not self._last_wins:
                merged = self._plan.merge(earlier.row, entry.row)
                entry = _Entry(entry.index, merged, entry.recalled)
            if self._journal is not None:
                earlier.taken_in.append((earlier.index, earlier.recalled.digest))
                entry.taken_in = earlier.taken_in
                chunk.taken_in += 1
        if not chunk.entries:
            chunk.lost_with = entry.lost_with
            chunk.group = entry.row.group
        chunk.entries[keys] = entry
        chunk.size += entry.row.size

    async def _deliver(self, chunk: _Chunk, parts: list[list[_Entry]]) -> None:
        """Send a chunk, in halves where one of its rows is refused, and tell all outcomes.

        Args:
            chunk: The chunk.
            parts: All of it; what is left here has no outcome yet, and the last is being sent.
        """
        lost = chunk.lost_with is not None
        while parts:
            part = parts[-1]
            call = self._plan.call([entry.row for entry in part])
            meter = await self._put_down(part, call, lost=lost)
            if self._is_over():
                self._tell_all(parts.pop(), self._skip_verdict(), 0)
                continue
            sent = await self._send_part(chunk, part, call, meter)
            parts.pop()
            # A refusal of what was sent is also what an earlier attempt of it has met.
            lost = False
            if not sent:
                middle = len(part) // 2
                parts += [part[middle:], part[:middle]]

    def _leave_open(self, parts: list[list[_Entry]]) -> None:
        """Account for a chunk whose job was cancelled while its last part was being sent."""
        *unsent, part = parts
        for entry in part:
            # On record it is one that was sent, or was not begun: the next run finds out.
            self._tell(BulkOutcome(entry.index, entry.row.contact, "unknown"))
        for rest in unsent:
            self._tell_all(rest, self._skip_verdict(), 0)

    async def _put_down(self, part: list[_Entry], call: Call[Any], *, lost: bool) -> Meter:
        """Put rows on record before they are sent; those of a lost request are on record."""
        journal = self._journal
        if journal is None or self._is_over():
            return Meter()
        if lost:
            key = journal.key_for(call, part[0].recalled.known)
            return Meter(lost=True, key=key)
        key = journal.key_for(call)
        number = journal.next_chunk()
        intents = [intent for entry in part for intent in entry.intents(number, key)]
        on_record = await self._is_on_record(self._intend(intents))
        for entry in part:
            entry.on_record = entry.on_record or on_record
        return Meter(key=key)

    async def _send_part(
        self, chunk: _Chunk, part: list[_Entry], call: Call[Any], meter: Meter
    ) -> bool:
        """Send some rows at once; return False if they are refused and may be sent apart."""
        rows = [entry.row for entry in part]
        if self._dry:
            self._answered(None)
            self.report.requests += 1
            self._tell_all(part, RowVerdict(self._plan.expected), 0)
            return True
        try:
            result = await self._send(call, meter)
        except SentoriError as error:
            if len(part) > 1 and self._is_about_rows(error):
                self._answered(error)
                for entry in part:
                    entry.on_record = True
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
            self._tell_entry(entry, self._judged(verdict), meter.attempts)
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
            self._tell_entry(entry, verdict, attempts)

    def _tell_entry(self, entry: _Entry, verdict: RowVerdict, attempts: int) -> None:
        status = verdict.status
        outcome = BulkOutcome(entry.index, entry.row.contact, status, None, verdict.error, attempts)
        self._tell(outcome)
        if self._journal is not None and (status != "skipped" or entry.on_record):
            self._record(outcome, entry.recalled.digest)
