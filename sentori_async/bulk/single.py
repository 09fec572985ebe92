"""A bulk job that sends one request per row."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import attrs

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.intake import BREATHE_S
from sentori_async.bulk.journal.entries import Fate, intent_entry
from sentori_async.bulk.options import PLAIN
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.bulk.window import LONGEST_S, Window
from sentori_async.errors import InvalidInput, SentoriError
from sentori_async.wire.message import Meter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sentori_async.bulk.journal.entries import IntentEntry, Recalled
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.options import JobOptions
    from sentori_async.bulk.plan import PlannedRow, RowPlan, Send
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.errors import ApiError
    from sentori_async.wire.idempotency import IdempotencyKey

# Rows are put down ahead for so long at the rate of late, but no more for each worker; how often
# the rate is looked at.
_AHEAD_S: Final = 0.02
_AHEAD_EACH: Final = 2
_LATE_S: Final = 0.05
# Platforms remember keys for hours.
_SOON_S: Final = 60.0


# Not frozen and built by position: one is made for every row.
@attrs.define(eq=False)
class _Unit:
    """A row, with the number and digest of each earlier row that it has superseded.

    Attributes:
        meter: What sending it has cost.
        is_put_down: Whether the journal was told of it.
        written: What is over when that is durable; None where it is already, or never will be.
    """

    index: int
    row: PlannedRow
    recalled: Recalled
    superseded: tuple[tuple[int, str], ...] = ()
    meter: Meter = attrs.field(factory=Meter)
    is_put_down: bool = False
    written: asyncio.Future[None] | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """The normalised identities that it touches."""
        return self.row.keys

    @property
    def can_be_looked_up(self) -> bool:
        """Whether the next run can find out what became of it, should this one be killed."""
        settle = self.row.call.settle
        return settle is not None and settle.look is not None

    @property
    def may_be_superseded(self) -> bool:
        """Whether it need not be sent if a later one is: not where it may have been sent before.

        One that was superseded before is as lost as the later row, but never was sent.
        """
        known = self.recalled.known
        return self.recalled.fate is not Fate.LOST or (known is not None and known.merged)


def _renewed(key: IdempotencyKey) -> IdempotencyKey:
    """Return a key of a row that was put down ahead, where a pause has kept it from being sent."""
    now = time.time()
    return key if now - key.first_used_at < _SOON_S else attrs.evolve(key, first_used_at=now)


class RowEngine(Engine[_Unit]):
    """A job that sends one request per row."""

    def __init__(
        self,
        source: Source,
        send: Send,
        plan: RowPlan,
        *,
        workers: int,
        progress: Progress | None = None,
        journal: Journal | None = None,
        options: JobOptions = PLAIN,
        estimate_s: Callable[[int], float | None] | None = None,
    ) -> None:
        """Prepare a job whose rows `plan` turns into calls."""
        super().__init__(
            source,
            send,
            workers=workers,
            progress=progress,
            journal=journal,
            estimate_s=estimate_s,
        )
        self._plan = plan
        self._window: Window[_Unit] | None = Window() if options.dedupe else None
        self._timer: asyncio.TimerHandle | None = None
        self._most_ahead = 0
        self._late_from = self._late_requests = 0.0
        self._dry = self.report.dry_run = options.dry_run

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    def _is_about_all(self, error: ApiError) -> bool:
        return self._plan.is_about_all(error)

    def _keys(self, unit: _Unit) -> tuple[str, ...]:
        return unit.row.keys

    def _skip_unit(self, unit: _Unit) -> None:
        outcome = self._skipped(unit)
        self._tell(outcome)
        self._settle(unit, outcome, on_record=unit.written is not None)

    def drain(self) -> None:
        """Take no more rows; those in flight are settled."""
        super().drain()
        if self._window is not None:
            for unit in self._window.clear():
                self._skip_unit(unit)

    def _skipped(self, unit: _Unit) -> BulkOutcome:
        cause = self._cause if isinstance(self._cause, SentoriError) else None
        return BulkOutcome(unit.index, unit.row.contact, "skipped", None, cause)

    async def _work(self) -> None:
        while (unit := self._next_now() or await self._next()) is not None:
            on_record = False
            try:
                if self._journal is not None:
                    if not unit.is_put_down:
                        self._put_down((unit,), self._journal)
                    elif unit.meter.key is not None and not unit.meter.lost:
                        unit.meter.key = _renewed(unit.meter.key)
                    on_record = await self._is_on_record(unit.written)
                outcome = await self._deliver(unit)
            except BaseException:
                # On record it is one that was sent, or was not begun: the next run finds out.
                contact = unit.row.contact
                self._tell(
                    BulkOutcome(unit.index, contact, "unknown", None, None, unit.meter.attempts)
                )
                raise
            finally:
                self._give_way(unit.row.keys, unit.meter.in_doubt_until)
            self._tell(outcome)
            if self._journal is not None:
                self._settle(unit, outcome, on_record=on_record)

    def _settle(self, unit: _Unit, outcome: BulkOutcome, *, on_record: bool) -> None:
        """Put down what became of a row; one that was not sent needs no record but to end one."""
        if outcome.status != "skipped" or (on_record and not unit.meter.lost):
            self._record(outcome, unit.recalled.digest)

    # ---------------------------------------------------------------------------- the journal

    def _put_down(self, units: Sequence[_Unit], journal: Journal) -> None:
        """Begin to put down rows that are about to be sent."""
        entries: list[IntentEntry] = []
        for unit in units:
            unit.is_put_down = True
            self._enter(unit, journal, entries)
        written = self._intend(entries) if entries else None
        for unit in units:
            unit.written = written

    def _enter(self, unit: _Unit, journal: Journal, entries: list[IntentEntry]) -> None:
        """Add what is to be put down of a row; a lost one is on record already."""
        row, recalled, meter = unit.row, unit.recalled, unit.meter
        contact, keys = row.contact, row.keys
        key = meter.key = journal.key_for(row.call, recalled.known)
        meter.lost = recalled.fate is Fate.LOST
        for number, digest in unit.superseded:
            entries.append(intent_entry(number, contact, keys, digest, merged_into=unit.index))
        if not meter.lost:
            entries.append(intent_entry(unit.index, contact, keys, recalled.digest, key=key))

    def _look_ahead(self, journal: Journal) -> None:
        """Put rows down together before there is a worker for each.

        They are as many as are sent in a moment: each one would have to be looked up if the job
        were killed.
        A third is left when more are put down, to be sent while those are written.
        """
        ahead = self._ahead
        # A worker that has nothing to do would have to wait for what is put down for others.
        if 3 * len(ahead) > self._most_ahead or self._idle or self._is_breathless():
            return
        most = self._room_ahead()
        units: list[_Unit] = []
        until = self._clock() + BREATHE_S
        while len(ahead) < most and (unit := self._new_now()) is not None:
            units.append(unit)
            # What ends the job now finds it there.
            ahead.append(unit)
            if not unit.can_be_looked_up or self._clock() >= until:
                break
        if units and not self._stopping:
            self._put_down(units, journal)
            journal.hurry()

    def _room_ahead(self) -> int:
        """Return how many rows may be put down ahead."""
        now, requests = self._clock(), self.report.requests
        late_s = now - self._late_from
        if late_s >= _LATE_S:
            rate = (requests - self._late_requests) / late_s
            self._most_ahead = min(_AHEAD_EACH * self._workers, int(rate * _AHEAD_S))
            self._late_from, self._late_requests = now, requests
        return self._most_ahead

    # -------------------------------------------------------------------------------- the rows

    def _next_now(self) -> _Unit | None:
        """Return what `_next` would, if nothing is in the way of it."""
        if self._journal is not None:
            self._look_ahead(self._journal)
        if self._ahead:
            return self._ahead.popleft() if self._may_go_on() else None
        return None if self._is_breathless() else self._new_now()

    def _new_now(self) -> _Unit | None:
        """Return the next row, if it is a new one that nothing is in the way of."""
        if self._window is not None or not self._is_clear():
            return None
        unit = self._planned(self._take_now())
        if unit is not None and self._stopping:
            # As in `_may_begin`, without its calls for every row.
            self._skip_unit(unit)
            return None
        return unit if unit is not None and self._turns.join(unit.row.keys, unit) else None

    async def _make(self) -> _Unit | None:
        window = self._window
        if window is None:
            return self._planned(await self._take())
        now = asyncio.get_running_loop().time
        while not (self._ended or self._stopping or window.is_due(now())):
            unit = self._planned(await self._take())
            if unit is not None:
                self._hold(window, unit)
            elif not window:
                return None
        return window.release()

    def _holds_back(self) -> bool:
        return bool(self._window)

    def _hold(self, window: Window[_Unit], unit: _Unit) -> None:
        """Hold a row back, and account for the one that it supersedes."""
        loop = asyncio.get_running_loop()
        earlier = window.add(unit, loop.time())
        if earlier is not None:
            unit.superseded = (*earlier.superseded, (earlier.index, earlier.recalled.digest))
            self._tell(BulkOutcome(earlier.index, earlier.row.contact, "skipped"))
        if self._timer is None:
            # A source that has nothing more to say for now must not hold up what it has said.
            self._timer = loop.call_later(LONGEST_S, self._look_again)

    def _look_again(self) -> None:
        self._timer = None
        if self._window:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_S, self._look_again)
            self._wake(1)

    def _planned(self, row: object) -> _Unit | None:
        """Return a row that was just taken, ready to be sent; None where there is none to send."""
        if row is END or row is NOT_YET:
            return None
        index = self._next_index()
        recalled = self._recall(index, row)
        if recalled is None:
            return None
        try:
            return _Unit(index, self._plan.plan(row), recalled)
        except InvalidInput as error:
            self._refuse(index, row, recalled, error)
        except Exception as error:  # noqa: BLE001 - the boundary to a row's own code
            self._abort(error)
            self._tell(BulkOutcome(index, "", "skipped"))
        return None

    async def _deliver(self, unit: _Unit) -> BulkOutcome:
        """Send one row and return its outcome."""
        if self._is_over():
            return self._skipped(unit)
        index, contact, meter = unit.index, unit.row.contact, unit.meter
        if self._dry:
            self._answered(None)
            self.report.requests += 1
            return BulkOutcome(index, contact, self._plan.status(None))
        try:
            result = await self._send(unit.row.call, meter)
        except SentoriError as error:
            status = self._fate(error, lambda: self._plan.status(None))
            return BulkOutcome(index, contact, status, None, error, meter.attempts)
        except Exception as error:  # noqa: BLE001 - the boundary to observers and middleware
            self._abort(error)
            return BulkOutcome(index, contact, "unknown", None, None, meter.attempts)
        finally:
            self._charge(meter)
        self._answered(None)
        return BulkOutcome(index, contact, self._plan.status(result), result, None, meter.attempts)
