"""All clients of a key start together what its tightest limits allow, and no more."""

from __future__ import annotations

import asyncio
import itertools
import math
import threading
from collections.abc import Iterable

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sentori_async.settings import Limits, Rate
from sentori_async.transport.adaptive import START
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.pace import Pace
from tests.clock import now, run


def fixed(*rates: Rate, concurrency: int = 1000) -> Limits:
    return Limits(concurrency=concurrency, rates=rates, adaptive=False)


def starts_at(pace: Pace, moments: Iterable[float], *, bulk: bool = False) -> list[float]:
    """Return the wait that each moment's request is told; 0.0 means that it started."""
    return [pace.try_start(moment, bulk=bulk) for moment in moments]


# --------------------------------------------------------------------------------- the limits


def test_tightest_concurrency_of_all_clients_holds() -> None:
    pace = Pace(fixed(concurrency=3))
    pace.tighten(fixed(concurrency=2))
    pace.tighten(fixed(concurrency=5))
    assert starts_at(pace, [0.0] * 3) == [0.0, 0.0, math.inf]


def test_rates_of_all_clients_hold_together() -> None:
    pace = Pace(fixed(Rate(3, per_s=1)))
    pace.tighten(fixed(Rate(4, per_s=10)))
    assert starts_at(pace, [0.0] * 4) == [0.0] * 3 + [1.0]
    assert starts_at(pace, [1.0] * 2) == [0.0, 9.0]


def test_client_with_the_same_rate_does_not_begin_its_window_anew() -> None:
    pace = Pace(fixed(Rate(2, per_s=1)))
    starts_at(pace, [0.0, 0.0])
    pace.tighten(fixed(Rate(2, per_s=1)))
    assert starts_at(pace, [0.5]) == [0.5]


def test_client_that_wants_no_pacing_does_not_free_the_others() -> None:
    pace = Pace(fixed(Rate(1, per_s=1)))
    pace.tighten(fixed())
    assert starts_at(pace, [0.0, 0.0]) == [0.0, 1.0]


def test_adaptive_rate_begins_with_the_first_client_that_wants_it_and_stays() -> None:
    pace = Pace(fixed())
    assert set(starts_at(pace, [0.0] * 100, bulk=True)) == {0.0}
    pace.tighten(Limits(adaptive=True, concurrency=1000))
    pace.throttled(100.0)
    pace.tighten(Limits(adaptive=True, concurrency=1000))
    # 10 a second, not 20: what was learnt is not forgotten when another client comes.
    assert starts_at(pace, [100.0, 100.0], bulk=True) == pytest.approx([0.0, 0.1])


@pytest.mark.parametrize("held_by", ["nothing", "a window", "a pause"])
def test_adaptive_rate_grows_only_while_nothing_else_holds_requests_back(held_by: str) -> None:
    rates = (Rate(2, per_s=60),) if held_by == "a window" else ()
    pace = Pace(Limits(adaptive=True, concurrency=1000, rates=rates))
    starts_at(pace, [0.0, 1.0, 1.0], bulk=True)
    if held_by == "a pause":
        pace.pause(1.0, 60.0)
    (wait,) = starts_at(pace, [1.0], bulk=True)
    assert (wait < 1.0) is (held_by == "nothing")
    pace.answered(1.0)
    pace.answered(2.0)
    assert pace._adaptive is not None
    assert (pace._adaptive.per_s > START) is (held_by == "nothing")


def test_pause_holds_back_single_and_bulk_calls_to_the_moment() -> None:
    pace = Pace(fixed())
    assert pace.pause(10.0, 5.0)
    assert not pace.pause(11.0, 2.0)
    waits = [pace.try_start(12.0, bulk=bulk) for bulk in (False, True)]
    assert waits == [3.0, 3.0]
    assert (pace.paused_for_s(12.0), pace.paused_for_s(15.0), pace.paused_for_s(16.0)) == (3, 0, 0)
    assert starts_at(pace, [15.0]) == [0.0]
    assert pace.pause(16.0, 1.0)


def test_single_call_that_waits_holds_back_the_bulk_calls_of_all_clients() -> None:
    pace = Pace(fixed())
    woken: list[str] = []

    def waker() -> None:
        woken.append("single")

    pace.join(waker, bulk=False)
    assert starts_at(pace, [0.0], bulk=True) == [math.inf]
    assert starts_at(pace, [0.0]) == [0.0]
    pace.leave(waker, bulk=False)
    assert starts_at(pace, [0.0], bulk=True) == [0.0]


def test_all_who_wait_are_woken_by_each_end_and_by_each_who_leaves() -> None:
    pace = Pace(fixed())
    woken: list[str] = []

    def first() -> None:
        woken.append("first")

    def second() -> None:
        woken.append("second")

    pace.try_start(0.0, bulk=False)
    pace.join(first, bulk=True)
    pace.join(first, bulk=True)
    pace.join(second, bulk=True)
    pace.finish()
    assert woken == ["first", "second"]
    pace.leave(first, bulk=True)
    assert woken == ["first", "second"] * 2
    pace.leave(first, bulk=True)
    assert woken[4:] == ["second"]
    pace.leave(second, bulk=True)
    pace.finish()
    assert woken[5:] == []


class PaceMachine(RuleBasedStateMachine):
    """Whatever comes in whatever order, no limit that was ever named is exceeded."""

    def __init__(self) -> None:
        super().__init__()
        self.limits = [fixed(Rate(4, per_s=2), concurrency=5)]
        self.pace = Pace(self.limits[0])
        self.now = 0.0
        self.starts: list[tuple[float, int]] = []
        self.in_flight = 0
        self.paused_until = 0.0

    @rule(
        count=st.integers(1, 6),
        quarters=st.integers(1, 12),
        concurrency=st.integers(1, 6),
    )
    def join(self, count: int, quarters: int, concurrency: int) -> None:
        limits = fixed(Rate(count, per_s=quarters / 4), concurrency=concurrency)
        self.pace.tighten(limits)
        self.limits.append(limits)

    @rule(quarters=st.integers(1, 8))
    def wait(self, quarters: int) -> None:
        self.now += quarters / 4

    @rule(quarters=st.integers(1, 20))
    def rest(self, quarters: int) -> None:
        self.pace.pause(self.now, quarters / 4)
        self.paused_until = max(self.paused_until, self.now + quarters / 4)

    @rule(bulk=st.booleans(), times=st.integers(1, 8))
    def start(self, bulk: bool, times: int) -> None:
        for _ in range(times):
            wait = self.pace.try_start(self.now, bulk=bulk)
            assert wait == self.opens_in()
            if wait == 0.0:
                self.starts.append((self.now, len(self.limits)))
                self.in_flight += 1

    @precondition(lambda self: self.in_flight)
    @rule()
    def finish(self) -> None:
        self.pace.finish()
        self.in_flight -= 1

    def opens_in(self) -> float:
        """Return the wait by a plain count of the starts since each client came."""
        if self.in_flight >= min(limits.concurrency for limits in self.limits):
            return math.inf
        opens = self.paused_until
        rates = [rate for limits in self.limits for rate in limits.rates]
        for number, rate in enumerate(rates):
            known = rates.index(rate) if rate in rates[:number] else number
            mine = [moment for moment, clients in self.starts if clients > known]
            if len(mine) >= rate.count:
                opens = max(opens, mine[-rate.count] + rate.per_s)
        return max(0.0, opens - self.now)

    @invariant()
    def counts_what_is_in_flight(self) -> None:
        assert self.pace._in_flight == self.in_flight


TestPace = PaceMachine.TestCase

# --------------------------------------------------------------------- clients in many threads


class Witness(Pace):
    """Writes down when requests start and how many are in flight."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.starts: list[float] = []
        self.most = 0

    def try_start(self, now: float, *, bulk: bool) -> float:
        wait = super().try_start(now, bulk=bulk)
        if wait == 0.0:
            self.starts.append(now)
            self.most = max(self.most, self._in_flight)
        return wait


def test_clients_of_many_threads_and_loops_keep_the_limits_together() -> None:
    """Their real clocks differ by what a thread waits for the lock."""
    rate = Rate(20, per_s=0.05)
    pace = Witness(fixed(rate, concurrency=3))

    async def visit(limiter: Limiter, *, bulk: bool) -> None:
        await limiter.enter(bulk=bulk)
        await asyncio.sleep(0)
        limiter.leave()

    async def client() -> None:
        limiter = Limiter(pace)
        async with asyncio.timeout(30):
            await asyncio.gather(*(visit(limiter, bulk=bool(n % 3)) for n in range(60)))

    threads = [threading.Thread(target=asyncio.run, args=(client(),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    starts = sorted(pace.starts)
    assert len(starts) == 240
    assert pace.most <= 3
    spans = [later - first for first, later in zip(starts, starts[rate.count :], strict=False)]
    assert min(spans) > rate.per_s - 0.005


def test_cancelled_clients_of_other_threads_strand_nobody() -> None:
    pace = Pace(fixed(concurrency=1))

    async def impatient() -> None:
        limiter = Limiter(pace)
        for _ in range(100):
            task = asyncio.create_task(limiter.enter())
            await asyncio.sleep(0)
            if not task.done():
                task.cancel()
            if not (await asyncio.gather(task, return_exceptions=True))[0]:
                limiter.leave()

    async def patient() -> int:
        limiter = Limiter(pace)
        served = 0
        async with asyncio.timeout(30):
            for _ in range(100):
                await limiter.enter(bulk=True)
                served += 1
                limiter.leave()
        return served

    threads = [threading.Thread(target=asyncio.run, args=(impatient(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert asyncio.run(patient()) == 100
    for thread in threads:
        thread.join()
    assert (pace._in_flight, pace._singles_waiting, dict(pace._wakers)) == (0, 0, {})


def test_pause_ends_for_all_clients_at_the_same_moment() -> None:
    async def paused() -> list[float]:
        pace = Pace(fixed())
        limiters = [Limiter(pace, clock=now) for _ in range(3)]
        pace.pause(0.0, 7.0)

        async def visit(limiter: Limiter, *, bulk: bool) -> float:
            await limiter.enter(bulk=bulk)
            return now()

        pairs = itertools.product(limiters, (True, False))
        return await asyncio.gather(*(visit(limiter, bulk=bulk) for limiter, bulk in pairs))

    assert run(paused()) == [7.0] * 6
