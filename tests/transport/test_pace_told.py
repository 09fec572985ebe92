"""A limit per hour counts what was started before a restart, and nothing twice."""

from __future__ import annotations

import math

import orjson
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.settings import Limits, Rate
from sentori_async.transport.pace import Pace

HOUR = Rate(100, per_s=3600)


def pace_of(*rates: Rate) -> Pace:
    return Pace(Limits(concurrency=1000, rates=rates, adaptive=False))


def start(pace: Pace, now: float, count: int) -> None:
    for _ in range(count):
        assert pace.try_start(now, bulk=True) == 0.0
        pace.finish()


def carried(pace: Pace, now: float, wall: float) -> object:
    """Return what a journal gives back."""
    return orjson.loads(orjson.dumps(pace.told(now, wall)))


@given(
    starts=st.lists(st.floats(0, 5000), max_size=100).map(sorted),
    down_s=st.floats(0, 5000),
    clock=st.floats(0, 1e6),
)
def test_no_more_starts_after_a_restart_than_without_one(
    starts: list[float], down_s: float, clock: float
) -> None:
    """The new process has a monotonic clock of its own."""
    before, after = pace_of(HOUR), pace_of(HOUR)
    for moment in starts:
        start(before, moment, 1)
    now = 5000.0
    told = carried(before, now, 1e9 + now)
    after.recall(told, clock, 1e9 + now + down_s)  # type: ignore[arg-type]

    open_before = sum(before.try_start(now + down_s, bulk=True) == 0.0 for _ in range(101))
    open_after = sum(after.try_start(clock, bulk=True) == 0.0 for _ in range(101))
    assert open_after <= open_before
    # Starts count for a sixtieth of the window longer at most.
    later = clock + 3600.0 + 61.0
    assert after.wait(later, bulk=True) in (0.0, math.inf)


def test_what_this_process_started_itself_is_not_counted_twice() -> None:
    pace = pace_of(HOUR)
    start(pace, 0.0, 60)
    pace.recall(carried(pace, 0.0, 1e9), 0.0, 1e9)  # type: ignore[arg-type]

    start(pace, 0.0, 40)


def test_the_same_tale_is_not_counted_twice_and_a_later_one_adds_what_is_new() -> None:
    before, after = pace_of(HOUR), pace_of(HOUR)
    start(before, 0.0, 30)
    first = carried(before, 0.0, 1e9)
    start(before, 600.0, 30)
    second = carried(before, 600.0, 1e9 + 600.0)
    for told in (first, first, second, second):
        after.recall(told, 600.0, 1e9 + 600.0)  # type: ignore[arg-type]

    start(after, 600.0, 40)
    assert after.try_start(600.0, bulk=True) > 0.0


def test_short_windows_are_not_told() -> None:
    pace = pace_of(Rate(10, per_s=1), Rate(10, per_s=599))
    start(pace, 0.0, 5)

    assert pace.told(0.0, 1e9) is None


def test_where_the_limits_are_others_now_the_longest_window_counts() -> None:
    before, after = pace_of(HOUR, Rate(50, per_s=600)), pace_of(Rate(100, per_s=7200))
    start(before, 0.0, 40)
    start(before, 700.0, 30)
    after.recall(carried(before, 700.0, 1e9), 0.0, 1e9)  # type: ignore[arg-type]

    start(after, 0.0, 30)
    assert after.try_start(0.0, bulk=True) > 0.0


def test_a_long_window_is_told_in_few_numbers() -> None:
    pace = pace_of(Rate(30_000, per_s=3600))
    for second in range(3000):
        start(pace, float(second), 10)

    assert len(orjson.dumps(pace.told(3000.0, 1e9))) < 3_000
