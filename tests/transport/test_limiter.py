"""Nobody starts too early, nobody waits in vain, and nobody is forgotten."""

import asyncio
import threading
from collections import deque

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.settings import Limits, Rate
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.pace import Pace
from tests.clock import now, run, running


def limiter_of(limits: Limits) -> Limiter:
    """Return a limiter that holds to what the limits say and to nothing it finds out."""
    return Limiter(Pace(attrs.evolve(limits, adaptive=False)), clock=now)


@attrs.define(eq=False)
class Visit:
    """One request: when it comes, how long it stays, and when its caller gives up."""

    at: float
    stays_s: float
    bulk: bool = False
    gives_up_at: float | None = None
    client: int = 0
    started_at: float | None = None


CLIENTS = 3


@attrs.define
class Hall:
    """The limiters of one key's clients, and our own reckoning of who waits and who is inside."""

    limits: Limits
    limiters: list[Limiter] = attrs.field(init=False)
    waiting: dict[tuple[int, bool], deque[Visit]] = attrs.field(init=False)
    starts: list[float] = attrs.field(factory=list)
    inside: int = 0

    def __attrs_post_init__(self) -> None:
        pace = Pace(attrs.evolve(self.limits, adaptive=False))
        self.limiters = [Limiter(pace, clock=now) for _ in range(CLIENTS)]
        self.waiting = {(n, bulk): deque() for n in range(CLIENTS) for bulk in (False, True)}

    @property
    def singles(self) -> int:
        """How many single calls wait, whoever's they are."""
        return sum(len(self.waiting[n, False]) for n in range(CLIENTS))

    async def visit(self, visit: Visit) -> None:
        """Wait, stay and go, and see that all the rules hold at the start."""
        await asyncio.sleep(visit.at)
        line = self.waiting[visit.client, visit.bulk]
        limiter = self.limiters[visit.client]
        line.append(visit)
        try:
            await limiter.enter(bulk=visit.bulk)
        except asyncio.CancelledError:
            line.remove(visit)
            raise
        assert line.popleft() is visit, "overtaken by a later call of the same kind"
        assert not (visit.bulk and self.singles), "a bulk call went before a single one"
        self.start(visit)
        try:
            await asyncio.sleep(visit.stays_s)
        finally:
            self.inside -= 1
            limiter.leave()

    def start(self, visit: Visit) -> None:
        assert now() >= self.opens_at(), "more starts in a window than its rate allows"
        assert self.inside < self.limits.concurrency
        self.inside += 1
        self.starts.append(now())
        visit.started_at = now()

    def opens_at(self) -> float:
        """Return when all windows allow one more start."""
        full = (rate for rate in self.limits.rates if len(self.starts) >= rate.count)
        return max((self.starts[-rate.count] + rate.per_s for rate in full), default=0.0)

    def nobody_waits_in_vain(self) -> None:
        if any(self.waiting.values()):
            assert self.inside == self.limits.concurrency or self.opens_at() > now()

    async def open(self, *visits: Visit) -> list[float | None]:
        """Let all visits happen; return when each began, or None."""
        running().before_jump = self.nobody_waits_in_vain
        tasks = [asyncio.create_task(self.visit(visit)) for visit in visits]
        for visit, task in zip(visits, tasks, strict=True):
            if visit.gives_up_at is not None:
                running().call_at(visit.gives_up_at, task.cancel)
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result
        assert (self.inside, any(self.waiting.values())) == (0, False)
        return [visit.started_at for visit in visits]


def fates(limits: Limits, *visits: Visit) -> list[float | None]:
    """Return when each visit began, or None where its caller gave up."""
    return run(Hall(limits).open(*visits))


def starts(limits: Limits, *visits: Visit) -> list[float]:
    """Return when each visit began; all did."""
    return [moment for moment in fates(limits, *visits) if moment is not None]


# Quarters add up exactly, so that "at the very moment" happens often.
quarters = st.integers(0, 40).map(lambda n: n / 4)
visits = st.builds(
    Visit,
    at=quarters,
    stays_s=quarters,
    bulk=st.booleans(),
    gives_up_at=st.none() | quarters,
    client=st.integers(0, CLIENTS - 1),
)
rates = st.builds(
    lambda count, per: Rate(count, per_s=per / 4), st.integers(1, 4), st.integers(1, 8)
)
any_limits = st.builds(
    Limits, concurrency=st.integers(1, 5), rates=st.lists(rates, max_size=3).map(tuple)
)


@given(limits=any_limits, coming=st.lists(visits, max_size=30))
def test_all_limits_hold_and_everyone_who_stays_is_served_in_order(
    limits: Limits, coming: list[Visit]
) -> None:
    for visit, started_at in zip(coming, fates(limits, *coming), strict=True):
        if visit.gives_up_at is None:
            assert started_at is not None
        elif started_at is not None:
            assert visit.at <= started_at <= visit.gives_up_at


awkward = st.floats(0, 10, allow_subnormal=False)


@given(
    limits=st.builds(
        Limits,
        concurrency=st.integers(1, 5),
        rates=st.lists(
            st.builds(
                lambda count, per: Rate(count, per_s=per), st.integers(1, 4), st.floats(1e-3, 3)
            ),
            max_size=3,
        ).map(tuple),
    ),
    coming=st.lists(st.builds(Visit, at=awkward, stays_s=awkward, bulk=st.booleans()), max_size=20),
)
def test_times_that_do_not_add_up_exactly_break_no_limit_and_strand_nobody(
    limits: Limits, coming: list[Visit]
) -> None:
    assert None not in fates(limits, *coming)


def test_no_limit_reached_means_no_wait() -> None:
    assert starts(Limits(concurrency=3), *(Visit(0, 5) for _ in range(3))) == [0, 0, 0]


def test_place_is_given_on_at_the_moment_it_comes_free() -> None:
    assert starts(Limits(concurrency=1), Visit(0, 5), Visit(1, 2), Visit(2, 1)) == [0, 5, 7]


def test_window_slides_it_does_not_tumble() -> None:
    limits = Limits(rates=(Rate(2, per_s=1),))
    # With windows that begin at whole seconds, four starts could fall between 0.75 and 1.0.
    coming = [Visit(0.75, 0) for _ in range(6)]
    assert sorted(starts(limits, *coming)) == [0.75, 0.75, 1.75, 1.75, 2.75, 2.75]


def test_all_windows_hold_at_once() -> None:
    limits = Limits(rates=(Rate(1, per_s=1), Rate(3, per_s=10)))
    assert starts(limits, *(Visit(0, 0) for _ in range(7))) == [0, 1, 2, 10, 11, 12, 20]


def test_single_call_goes_before_bulk_calls_that_came_first() -> None:
    limits = Limits(concurrency=1)
    coming = [
        Visit(0, 4, bulk=True),
        Visit(1, 4, bulk=True),
        Visit(2, 4, bulk=True),
        Visit(3, 4),
    ]
    assert starts(limits, *coming) == [0, 8, 12, 4]


def test_single_call_takes_the_place_that_a_bulk_call_was_just_woken_for() -> None:
    async def visits() -> tuple[bool, bool, float]:
        limiter = limiter_of(Limits(concurrency=1))
        await limiter.enter(bulk=True)
        waiting = asyncio.create_task(limiter.enter(bulk=True))
        await asyncio.sleep(1)
        limiter.leave()
        taken = limiter.try_enter()
        await asyncio.sleep(1)
        still_waiting = not waiting.done()
        limiter.leave()
        await waiting
        return taken, still_waiting, now()

    assert run(visits()) == (True, True, 2.0)


@pytest.mark.parametrize("bulk", [False, True], ids=["single", "bulk"])
def test_first_in_line_that_gives_up_passes_its_turn_on(bulk: bool) -> None:
    limits = Limits(rates=(Rate(1, per_s=4),))
    coming = [Visit(0, 0), Visit(1, 0, bulk, gives_up_at=2), Visit(1, 0, bulk)]
    assert fates(limits, *coming) == [0, None, 4]


def test_single_call_that_gives_up_lets_bulk_go_on() -> None:
    limits = Limits(rates=(Rate(1, per_s=4),))
    coming = [Visit(0, 0), Visit(1, 0, bulk=True), Visit(2, 0, gives_up_at=3)]
    assert fates(limits, *coming) == [0, 4, None]


@pytest.mark.parametrize("limits", [Limits(concurrency=1), Limits(rates=(Rate(1, per_s=4),))])
def test_wake_up_is_not_lost_on_one_that_gives_up_in_that_very_moment(limits: Limits) -> None:
    coming = [Visit(0, 4), Visit(1, 1, gives_up_at=4), Visit(2, 1)]
    assert fates(limits, *coming)[2] in (4, 8)


def test_call_that_fails_inside_gives_its_place_on() -> None:
    async def visits() -> float:
        limiter = limiter_of(Limits(concurrency=1))
        await limiter.enter()
        second = asyncio.create_task(limiter.enter())
        await asyncio.sleep(3)
        limiter.leave()
        await second
        return now()

    assert run(visits()) == 3.0


def test_try_enter_never_jumps_the_line() -> None:
    async def visits() -> list[bool]:
        limiter = limiter_of(Limits(concurrency=1))
        tried = [limiter.try_enter(), limiter.try_enter(), limiter.try_enter(bulk=True)]
        second = asyncio.create_task(limiter.enter(bulk=True))
        await asyncio.sleep(1)
        limiter.leave()
        # The place is free, and meant for the bulk call that waits: not for another one of them.
        tried.append(limiter.try_enter(bulk=True))
        await second
        return tried

    assert run(visits()) == [True, False, False, False]


def test_thousand_calls_leave_the_line_in_the_order_they_joined_it() -> None:
    limits = Limits(concurrency=4, rates=(Rate(10, per_s=1),))
    began = starts(limits, *(Visit(0, 0.25, bulk=bool(n % 2)) for n in range(1000)))
    assert (len(began), max(began)) == (1000, 99.5)


def test_waiting_keeps_one_timer_whoever_waits() -> None:
    async def crowd() -> int:
        limiter = limiter_of(Limits(rates=(Rate(1, per_s=60),)))
        tasks = [asyncio.create_task(limiter.enter()) for _ in range(100)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        timers = len(running()._scheduled)  # type: ignore[attr-defined]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return timers

    assert run(crowd()) == 1


def test_place_that_comes_free_in_one_thread_wakes_who_waits_in_another() -> None:
    pace = Pace(Limits(concurrency=1, adaptive=False))
    waits, entered = threading.Event(), threading.Event()

    async def wait() -> None:
        task = asyncio.create_task(Limiter(pace).enter())
        await asyncio.sleep(0)
        waits.set()
        await task
        entered.set()

    async def hold() -> bool:
        limiter = Limiter(pace)
        await limiter.enter()
        thread.start()
        await asyncio.to_thread(waits.wait)
        was_in = entered.is_set()
        limiter.leave()
        await asyncio.to_thread(entered.wait)
        return was_in

    thread = threading.Thread(target=lambda: asyncio.run(wait()))
    assert asyncio.run(hold()) is False
    thread.join()


def test_line_of_a_loop_that_is_gone_holds_nobody_up() -> None:
    pace = Pace(Limits(concurrency=1, adaptive=False))
    gone, here = Limiter(pace), Limiter(pace)

    async def take_turns() -> bool:
        await here.enter()
        lost = asyncio.new_event_loop()
        left = lost.create_task(gone.enter())
        await asyncio.to_thread(lost.run_until_complete, asyncio.sleep(0))
        lost.close()
        here.leave()
        entered = here.try_enter()
        left._log_destroy_pending = False  # type: ignore[attr-defined]
        return entered

    assert asyncio.run(take_turns()) is True
