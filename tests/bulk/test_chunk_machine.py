"""However rows, answers, time and pauses follow each other, chunks keep count, order and bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.intake import Outlet
from sentori_async.bulk.options import JobOptions
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import source_of
from sentori_async.errors import ConnectionLost, ValidationFailed
from sentori_async.wire.message import Call, Meter
from sentori_async.wire.message import Response as Answer
from tests.bulk.fakes import FakeChunkPlan
from tests.bulk.test_engine import api_error
from tests.clock import VirtualLoop

# Every request with a row of contact "p" is refused.
CONTACTS = st.lists(st.sampled_from("abcdp!"), min_size=1, max_size=8)
FLUSH_AFTER_S = 1.0


class Told(Outlet):
    """What became of rows, by their places."""

    def __init__(self) -> None:
        self.outcomes: dict[int, BulkOutcome] = {}

    @property
    def full(self) -> bool:
        return False

    def put(self, outcome: BulkOutcome) -> None:
        assert outcome.index not in self.outcomes, "it is told twice"
        self.outcomes[outcome.index] = outcome

    async def room(self) -> None:
        return


class ChunkMachine(RuleBasedStateMachine):
    """A job of chunks whose input, answers and time are in the hands of the rules."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = VirtualLoop()
        self.rows: list[str] = []
        self.sent: dict[str, None] = {}
        self.under_way: dict[str, asyncio.Future[None]] = {}
        self.told = Told()
        self.answered = self.paused = self.drained = False
        self.input: asyncio.Queue[str | None] = asyncio.Queue()

    @initialize(rows=st.integers(1, 4), most=st.integers(3, 24), workers=st.integers(1, 3))
    def begin(self, rows: int, most: int, workers: int) -> None:
        self.plan = FakeChunkPlan(max_rows=rows, max_bytes=most, workers=workers)
        self.engine = ChunkEngine(
            source_of(self.given()),
            self.send,
            self.plan,
            workers=4,
            options=JobOptions(flush_after_s=FLUSH_AFTER_S),
        )
        self.engine.attach(self.told)
        self.job = self.loop.create_task(self.engine.run())

    async def given(self) -> AsyncIterator[str]:
        while (row := await self.input.get()) is not None:
            yield row

    async def send(self, call: Call[Any], meter: Meter) -> Any:
        text = call.request.path
        meter.attempts += 1
        meter.requests += 1
        for row in texts_of(text):
            self.sent.setdefault(row)
        self.under_way[text] = self.loop.create_future()
        try:
            await self.under_way[text]
        finally:
            del self.under_way[text]
        return call.decode(Answer(200, {}, b""))

    # --------------------------------------------------------------------------------- rules

    @rule(contacts=CONTACTS)
    def feed(self, contacts: list[str]) -> None:
        for contact in contacts:
            number = len(self.rows)
            self.rows.append(f"!{number}" if contact == "!" else f"{contact}:{number}")
            self.input.put_nowait(self.rows[-1])
        self.wait(0.0)

    @rule(seconds=st.sampled_from([0.3, 0.7, 3.0]))
    def wait(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds + 0.001))

    @precondition(lambda self: self.under_way)
    @rule(which=st.integers(0, 5), lost=st.booleans())
    def answer(self, which: int, lost: bool) -> None:
        text = list(self.under_way)[which % len(self.under_way)]
        answer = self.under_way[text]
        if any(row.startswith("p") for row in texts_of(text)):
            answer.set_exception(api_error(ValidationFailed, 400))
        elif lost:
            answer.set_exception(ConnectionLost("cut", applied=None))
        else:
            answer.set_result(None)
            self.answered = True
        self.wait(0.0)

    @rule()
    def pause(self) -> None:
        self.engine.pause()
        self.paused = True

    @rule()
    def resume(self) -> None:
        self.engine.resume()
        self.paused = False
        self.wait(0.0)

    @rule(seldom=st.integers(0, 9))
    def drain(self, seldom: int) -> None:
        if not seldom:
            self.loop.call_soon(self.engine.drain)
            self.drained = True
            self.wait(0.0)

    # ---------------------------------------------------------------------------- what holds

    @invariant()
    def requests_under_way_share_no_contact(self) -> None:
        contacts = [part[0] for text in self.under_way for part in text.split(",")]
        assert len(contacts) == len(set(contacts))

    @invariant()
    def chunks_are_as_large_as_they_may_be_and_as_many(self) -> None:
        for text in self.under_way:
            parts = text.split(",")
            assert len(parts) <= self.plan.max_rows
            # What joins two texts comes on top.
            size = sum(len(part) - part.count("|") for part in parts)
            assert len(parts) == 1 or size <= self.plan.max_bytes
        assert len(self.under_way) <= (self.plan.workers if self.answered else 3)

    @invariant()
    def rows_of_a_contact_are_sent_in_their_order(self) -> None:
        for contact in "abcdp":
            mine = [row for row in self.sent if row.startswith(contact)]
            assert mine == sorted(mine, key=lambda row: int(row[2:]))

    def teardown(self) -> None:
        if hasattr(self, "job"):
            self.resume()
            self.wait(3 * FLUSH_AFTER_S)
            if not self.under_way:
                assert self.drained or len(self.told.outcomes) == len(self.rows), "a row is held up"
            self.input.put_nowait(None)
            self.wait(0.0)
            for _ in range(4 * len(self.rows)):
                if self.under_way:
                    self.answer(0, lost=False)
            assert self.job.done(), "the job does not end"
            self.job.result()
            self.judge()
        self.loop.close()

    def judge(self) -> None:
        """See that every row taken has the outcome that is its due."""
        assert sorted(self.told.outcomes) == list(range(len(self.told.outcomes)))
        assert self.drained or len(self.told.outcomes) == len(self.rows)
        for index, outcome in self.told.outcomes.items():
            row = self.rows[index]
            allowed = (
                {"skipped", "failed"} if row[0] in "p!" else {"skipped", "accepted", "unknown"}
            )
            assert outcome.status in allowed, row
            later = any(other[0] == row[0] for other in self.rows[index + 1 :])
            assert outcome.status != "skipped" or later or self.drained, row


def texts_of(request: str) -> list[str]:
    return [text for part in request.split(",") for text in part.split("|")]


TestChunkMachine = ChunkMachine.TestCase
TestChunkMachine.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)
