"""A rate that nobody documents rises, falls and searches by rules that can be told in advance."""

from __future__ import annotations

import math

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sentori_async.settings import Limits
from sentori_async.transport.adaptive import SLOWEST, START, AdaptiveRate
from sentori_async.transport.pace import Pace

# ---------------------------------------------------------------------------------- the rules


def rates(rate: AdaptiveRate, seconds: float, *, waited: bool = True) -> list[float]:
    """Return the rate at first and after each half second in which an answer came."""
    rate.answered(0.0)
    return [rate.per_s, *held(rate, 0.0, seconds, waited=waited)]


def held(rate: AdaptiveRate, since: float, seconds: float, *, waited: bool = True) -> list[float]:
    """Return the rate after each half second in which an answer came."""
    found = []
    for step in range(1, int(seconds * 2) + 1):
        if waited:
            rate.waited()
        rate.answered(since + step / 2)
        found.append(rate.per_s)
    return found


def test_it_starts_slowly_and_doubles_while_requests_wait_for_it() -> None:
    assert rates(AdaptiveRate(), 3) == [20, 40, 80, 160, 320, 640, 1280]


def test_it_does_not_grow_while_nobody_waits_for_it() -> None:
    assert set(rates(AdaptiveRate(), 60, waited=False)) == {START}


def test_a_wait_long_ago_does_not_make_it_grow_by_all_the_time_since() -> None:
    rate = AdaptiveRate()
    rate.throttled(0.0)
    rates(rate, 20)
    before = rate.per_s
    rate.waited()
    rate.answered(7200.0)
    assert rate.per_s <= before * 1.1


def test_it_is_lowered_at_most_once_a_second() -> None:
    rate = AdaptiveRate(start=1000.0)
    found = []
    for tenth in range(25):
        rate.throttled(tenth / 10)
        found.append(rate.per_s)
    assert found == pytest.approx([500] * 10 + [350] * 10 + [175] * 5)


def test_it_is_halved_at_first_and_lowered_more_the_oftener_that_was_not_enough() -> None:
    rate = AdaptiveRate(start=1000.0)
    found = []
    for moment in (5.0, 10.0, 12.5, 14.0, 15.5, 17.0, 19.5):
        rate.throttled(moment)
        found.append(rate.per_s)
    assert found == pytest.approx([500, 450, 405, 283.5, 141.75, 70.875, 63.7875])


def searched(*sustained: bool) -> list[float]:
    """Return the rates tried: 500, and those after each was sustained for two seconds or not."""
    rate = AdaptiveRate(start=1000.0)
    rate.throttled(0.0)
    found = [rate.per_s]
    for number, good in enumerate(sustained):
        held(rate, 2.0 * number, 2.0 if good else 1.5)
        if not good:
            rate.throttled(2.0 * number + 2.0)
        found.append(rate.per_s)
    return found


@pytest.mark.parametrize(
    ("sustained", "expected"),
    [
        pytest.param([True], [500, 707.1], id="the middle of what was sustained and too much"),
        pytest.param([True, True], [500, 707.1, 840.9], id="what was sustained is kept"),
        pytest.param([True, False], [500, 707.1, 594.6], id="what was too much is kept"),
        pytest.param(
            [True, True, True, True, True],
            [500, 707.1, 840.9, 917.0, 950, 0.97 * 950],
            id="never too near to what was too much, and just below what was sustained",
        ),
        pytest.param(
            [True, False, False, False, False],
            [500, 707.1, 594.6, 545.3, 518.0, 0.97 * 500],
            id="just below what was sustained although other rates were tried since",
        ),
        pytest.param([False], [500, 350], id="nothing was sustained"),
        pytest.param(
            [True, False, False, False, False, True, False],
            [500, 707.1, 594.6, 545.3, 518.0, 485, 485, 0.9 * 485],
            id="what was sustained once is too much now",
        ),
        pytest.param(
            [True, False, False, False, False, False, False, False],
            [500, 707.1, 594.6, 545.3, 518.0, 485, 436.5, 305.55, 152.8],
            id="the more so the oftener, but for what was tried since",
        ),
    ],
)
def test_it_searches_between_what_was_sustained_and_what_was_too_much(
    sustained: list[bool], expected: list[float]
) -> None:
    assert searched(*sustained) == pytest.approx(expected, abs=0.05)


def test_search_goes_on_only_while_requests_wait_for_the_rate() -> None:
    rate = AdaptiveRate(start=1000.0)
    rate.throttled(0.0)
    assert set(held(rate, 0.0, 60.0, waited=False)) == {500}
    assert held(rate, 60.0, 2.0)[-1] > 500


def settled() -> AdaptiveRate:
    """Return a rate that has been too much at 1,000 and was settled at 921.5 ten seconds later."""
    rate = AdaptiveRate(start=1000.0)
    rate.throttled(0.0)
    held(rate, 0.0, 10.0)
    return rate


def test_it_stays_for_half_a_minute_and_then_tries_more_a_little_at_first_and_soon_a_lot() -> None:
    found = held(settled(), 10.0, 60.0)
    assert found[:60] == pytest.approx([921.5] * 60)
    assert found[60] > found[59]
    assert found[67] < 921.5 * 1.06
    assert found[-1] == pytest.approx(921.5 * 2**4)


def test_it_returns_to_what_it_sustained_until_two_seconds_before_more_was_too_much() -> None:
    rate = settled()
    found = held(rate, 10.0, 34.0)
    rate.throttled(44.5)
    assert rate.per_s == pytest.approx(0.97 * found[-5])
    assert found[-5] < found[-1] < 1000.0


def test_it_searches_anew_where_a_lot_more_was_sustained() -> None:
    rate = settled()
    found = held(rate, 10.0, 60.0)
    rate.throttled(70.5)
    assert rate.per_s == pytest.approx(math.sqrt(found[-5] * found[-1]))
    assert 2 * 921.5 < rate.per_s < found[-1]


def refused(rate: AdaptiveRate, answered: int, throttled: int) -> float:
    """Return the rate a second later, after many answers at once."""
    for _ in range(answered):
        rate.answered(10.5)
    for _ in range(throttled):
        rate.throttled(10.5)
    rate.throttled(11.5)
    return rate.per_s


@pytest.mark.parametrize(
    ("answered", "throttled", "expected"),
    [
        pytest.param(0, 20, 0.5, id="all"),
        pytest.param(0, 19, 0.7, id="too few to tell"),
        pytest.param(100, 320, 0.5, id="more than three of four"),
        pytest.param(100, 319, 0.7, id="three of four"),
    ],
)
def test_it_is_halved_where_nearly_all_requests_since_it_was_lowered_are_refused(
    answered: int, throttled: int, expected: float
) -> None:
    """The limit is another one: no need to find that out step by step."""
    rate = settled()
    rate.throttled(10.1)
    before = rate.per_s
    assert refused(rate, answered, throttled) == pytest.approx(before * expected)


def test_flood_of_refused_requests_ends_the_search() -> None:
    """What was sustained a moment ago is no longer."""
    rate = AdaptiveRate(start=1000.0)
    rate.throttled(0.0)
    held(rate, 0.0, 2.0)
    rate.throttled(3.0)
    before = rate.per_s
    for _ in range(20):
        rate.throttled(3.5)
    rate.throttled(4.0)
    assert rate.per_s == pytest.approx(before * 0.5)


def test_pause_that_the_platform_asked_for_is_no_time_in_which_it_was_sustained() -> None:
    rate = AdaptiveRate(start=1000.0)
    rate.throttled(5.0)
    rate.paused(15.0)
    rate.throttled(16.0)
    assert rate.per_s == pytest.approx(350)


def test_pause_of_the_key_is_no_time_in_which_its_rate_was_sustained() -> None:
    pace = Pace(Limits())
    pace.throttled(0.0)
    pace.pause(0.0, 10.0)
    pace.throttled(11.0)
    assert pace.try_start(11.0, bulk=True) == 0.0
    assert pace.try_start(11.0, bulk=True) == pytest.approx(1 / (START * 0.5 * 0.7))


def test_it_does_not_grow_by_the_time_of_a_pause() -> None:
    found = []
    for paused_until in (5.0, 15.0):
        rate = AdaptiveRate(start=1000.0)
        rate.throttled(5.0)
        rate.paused(paused_until)
        found.append(held(rate, paused_until, 3.0))
    assert found == [pytest.approx([500, 500, 500, 707.107, 707.107, 707.107], abs=0.001)] * 2


def test_it_never_stops() -> None:
    rate = AdaptiveRate()
    for second in range(1000):
        rate.throttled(float(second))
    assert rate.per_s == SLOWEST


def test_it_is_known_once_the_platform_has_throttled_and_not_by_faults() -> None:
    rate = AdaptiveRate()
    for _ in range(1000):
        rate.faulted(0.0)
    assert not rate.known
    rate.throttled(0.0)
    assert rate.known


def lowered_by(faults: int, of: int) -> bool:
    rate = AdaptiveRate(start=1000.0)
    for number in range(of):
        if number * faults // of < (number + 1) * faults // of:
            rate.faulted(0.0)
        else:
            rate.answered(0.0)
    return rate.per_s < 1000.0


@pytest.mark.parametrize(
    ("faults", "of", "expected"),
    [(40, 200, False), (41, 200, True), (199, 199, False), (400, 2000, False), (420, 2000, True)],
)
def test_faults_lower_it_only_when_more_than_a_fifth_of_200_are(
    faults: int, of: int, expected: bool
) -> None:
    assert lowered_by(faults, of) is expected


def test_faults_that_have_lowered_it_do_not_lower_it_again() -> None:
    rate = AdaptiveRate(start=1000.0)
    for _ in range(200):
        rate.faulted(0.0)
    lowered = rate.per_s
    for _ in range(199):
        rate.faulted(10.0)
    assert rate.per_s == lowered < 1000.0


class RateMachine(RuleBasedStateMachine):
    """Whatever comes, it stays a usable number and moves only when it may."""

    def __init__(self) -> None:
        super().__init__()
        self.rate = AdaptiveRate()
        self.now = 0.0
        self.lowered_at = -math.inf
        self.waited = False
        self.may_settle = False

    @rule(seconds=st.floats(0, 100), doubtful=st.booleans())
    def wait(self, seconds: float, doubtful: bool) -> None:
        self.now += seconds
        if doubtful:
            self.rate.waited()
            self.waited = True

    @rule(times=st.integers(1, 300))
    def answer(self, times: int) -> None:
        before = self.rate.per_s
        for _ in range(times):
            self.rate.answered(self.now)
        if self.rate.per_s < before:
            # Once after each time it was lowered, because what was sustained may be all there is.
            assert self.may_settle
            assert self.rate.per_s == pytest.approx(max(SLOWEST, before * 0.97))
            self.may_settle = False
        if self.rate.per_s != before:
            assert self.waited
            self.waited = False

    @rule(times=st.integers(1, 300), throttled=st.booleans())
    def fail(self, times: int, throttled: bool) -> None:
        before = self.rate.per_s
        for _ in range(times):
            (self.rate.throttled if throttled else self.rate.faulted)(self.now)
        if self.rate.per_s < before:
            assert self.now - self.lowered_at >= 1.0
            assert max(SLOWEST, before * 0.5) <= self.rate.per_s <= max(SLOWEST, before * 0.97)
            self.lowered_at = self.now
            self.waited = False
            self.may_settle = True
        assert self.rate.per_s <= before

    @invariant()
    def can_be_used(self) -> None:
        assert SLOWEST <= self.rate.per_s < math.inf


TestRate = RateMachine.TestCase

# ----------------------------------------------------------------------------- who waits for it


def test_single_call_does_not_wait_for_a_limit_that_may_not_exist() -> None:
    pace = Pace(Limits(concurrency=10_000))
    assert {pace.try_start(0.0, bulk=False) for _ in range(10_000)} == {0.0}


def test_bulk_call_is_spaced_from_the_beginning() -> None:
    pace = Pace(Limits(concurrency=10_000))
    waits = [pace.try_start(moment, bulk=True) for moment in (0.0, 0.0, 0.05, 0.08)]
    assert waits == pytest.approx([0.0, 0.05, 0.0, 0.02])


def test_late_timer_costs_nothing() -> None:
    pace = Pace(Limits(concurrency=10_000))
    assert [pace.try_start(moment, bulk=True) for moment in (0.0, 0.0549)] == [0.0, 0.0]
    assert pace.try_start(0.0549, bulk=True) == pytest.approx(0.0451)


def started_at(pace: Pace, moment: float) -> int:
    """Return how many requests start at once."""
    started = 0
    while not pace.try_start(moment, bulk=True):
        started += 1
    return started


def test_hiccup_is_made_up_for_by_no_more_than_a_fiftieth_of_a_second() -> None:
    """A limit may be per fixed second, and what comes late counts in the next."""
    pace = Pace(Limits(concurrency=10_000))
    found = []
    for step in range(8):
        found.append(started_at(pace, step / 2))
        pace.answered(step / 2)
    assert found == [1, 1, 1, 2, 4, 7, 13, 25]


def test_single_call_waits_once_the_platform_has_throttled() -> None:
    pace = Pace(Limits(concurrency=10_000))
    pace.throttled(0.0)
    waits = [pace.try_start(0.0, bulk=False) for _ in range(2)]
    assert waits == pytest.approx([0.0, 0.1])


def test_no_adaptive_rate_means_no_spacing_and_nothing_learnt() -> None:
    pace = Pace(Limits(concurrency=10_000, adaptive=False))
    pace.throttled(0.0)
    pace.faulted(0.0)
    pace.answered(0.0)
    assert {pace.try_start(0.0, bulk=True) for _ in range(10_000)} == {0.0}
