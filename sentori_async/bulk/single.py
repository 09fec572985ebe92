"""A bulk job that sends one request per row."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import attrs

from sentori_async.bulk.engine import Engine
from sentori_async.bulk.journal.entries import Fate, Intent
from sentori_async.bulk.options import PLAIN
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.bulk.window import LONGEST_S, Window
from sentori_async.errors import InvalidInput, SentoriError
from sentori_async.wire.message import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.bulk.journal.entries import Recalled
    from sentori_async.bulk.journal.journal import Journal
    from sentori_async.bulk.options import JobOptions
    from sentori_async.bulk.plan import PlannedRow, RowPlan, Send
    from sentori_async.bulk.progress import Progress
    from sentori_async.bulk.rows import Source
    from sentori_async.errors import ApiError


# Not frozen and built by position: one is made for every row.
@attrs.define(eq=False)
class _Unit:
    """A row, with the number and digest of each earlier row that it has superseded."""

    index: int
    row: PlannedRow
    recalled: Recalled
    on_record: bool = False
    superseded: tuple[tuple[int, str], ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The normalised identities that it touches."""
        return self.row.keys

    @property
    def may_be_superseded(self) -> bool:
        """Whether it need not be sent if a later one is: not where it may have been sent before.

        One that was superseded before is as lost as the later row, but never was sent.
        """
        known = self.recalled.known
        return self.recalled.fate is not Fate.LOST or (known is not None and known.merged)


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
        self._dry = self.report.dry_run = options.dry_run

    def _identity(self, row: object) -> str:
        return self._plan.identity(row)

    def _is_about_all(self, error: ApiError) -> bool:
        return self._plan.is_about_all(error)

    def _keys(self, unit: _Unit) -> tuple[str, ...]:
        return unit.row.keys

    def _skip_unit(self, unit: _Unit) -> None:
        self._tell(self._skipped(unit))

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
            meter = Meter()
            try:
                if self._journal is not None:
                    intents = self._intents(self._journal, unit, meter)
                    done = await self._intend(intents) if intents else False
                    unit.on_record = done and not meter.lost
                outcome = await self._deliver(unit, meter)
            except BaseException:
                # On record it is one that was sent, or was not begun: the next run finds out.
                contact = unit.row.contact
                self._tell(BulkOutcome(unit.index, contact, "unknown", None, None, meter.attempts))
                raise
            finally:
                self._give_way(unit.row.keys, meter.in_doubt_until)
            self._tell(outcome)
            if self._journal is not None and (outcome.status != "skipped" or unit.on_record):
                self._record(outcome, unit.recalled.digest)

    def _intents(self, journal: Journal, unit: _Unit, meter: Meter) -> list[Intent]:
        """Return what is to be put down before the row is sent; a lost one is on record already."""
        row, recalled = unit.row, unit.recalled
        meter.key = journal.key_for(row.call, recalled.known)
        meter.lost = recalled.fate is Fate.LOST
        if meter.lost and not unit.superseded:
            return []
        contact, keys = row.contact, row.keys
        intents = [
            Intent(number, contact, keys, digest, None, None, unit.index)
            for number, digest in unit.superseded
        ]
        if not meter.lost:
            intents.append(Intent(unit.index, contact, keys, recalled.digest, meter.key))
        return intents

    def _next_now(self) -> _Unit | None:
        """Return what `_next` would, if that is a new row that nothing is in the way of."""
        if self._window is not None or not self._is_clear():
            return None
        unit = self._planned(self._take_now())
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

    async def _deliver(self, unit: _Unit, meter: Meter) -> BulkOutcome:
        """Send one row and return its outcome."""
        if isinstance(self._cause, SentoriError):
            return self._skipped(unit)
        index, contact = unit.index, unit.row.contact
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
