"""A rate that nobody documents is found within seconds, kept nearly full, and hardly exceeded."""

from __future__ import annotations

import heapq
import math
import random
from collections import deque
from collections.abc import Callable
from typing import TypeAlias

import attrs
import pytest

from sentori_async.settings import Limits
from sentori_async.transport.pace import Pace

Server: TypeAlias = Callable[[float], bool]
"""Tell whether a request that comes at this moment is within the limit."""


def sliding_window(limit: Callable[[float], int]) -> Server:
    taken: deque[float] = deque()

    def takes(now: float) -> bool:
        while taken and taken[0] <= now - 1.0:
            taken.popleft()
        if len(taken) >= limit(now):
            return False
        taken.append(now)
        return True

    return takes


def token_bucket(limit: Callable[[float], int]) -> Server:
    """Take a tenth of a second's worth at once."""
    tokens, since = 1.0, 0.0

    def takes(now: float) -> bool:
        nonlocal tokens, since
        tokens = min(max(1.0, limit(now) / 10), tokens + (now - since) * limit(now))
        since = now
        if tokens < 1.0:
            return False
        tokens -= 1.0
        return True

    return takes


def fixed_window(limit: Callable[[float], int]) -> Server:
    second, taken = 0, 0

    def takes(now: float) -> bool:
        nonlocal second, taken
        if int(now) != second:
            second, taken = int(now), 0
        taken += 1
        return taken <= limit(now)

    return takes


@attrs.frozen
class Seconds:
    """How many requests were answered and throttled, second by second."""

    answered: list[int]
    throttled: list[int]

    def per_s(self, first: int, last: int) -> float:
        return sum(self.answered[first:last]) / (last - first)

    def waste(self, first: int, last: int) -> float:
        """Return which part of the requests was throttled."""
        throttled = sum(self.throttled[first:last])
        return throttled / (throttled + sum(self.answered[first:last]))


def late(server: Server, by_s: float) -> Server:
    """Begin in the middle of one of the server's seconds."""
    return lambda now: server(now + by_s)


def simulated(
    server: Server,
    seconds: int,
    *,
    retry_after_s: float = 0.0,
    workers: int = 64,
    away_s: float = 0.004,
    late_s: float = 0.0,
) -> Seconds:
    """Let a bulk job, whose workers never want for work, meet a server.

    Args:
        server: The server.
        seconds: For how long.
        retry_after_s: For how long a throttled request asks to start nothing.
        workers: How many requests may be in flight.
        away_s: How long an answer takes, give or take a quarter.
        late_s: By how much a timer comes late at most.
    """
    draw = random.Random(1).uniform
    pace = Pace(Limits(concurrency=workers))
    found = Seconds([0] * seconds, [0] * seconds)
    arriving: list[float] = []
    now = timer = 0.0
    while now < seconds:
        if now >= timer:
            while not (wait := pace.try_start(now, bulk=True)):
                heapq.heappush(arriving, now + away_s * draw(0.75, 1.25))
            timer = now + wait + draw(0.0, late_s)
        if not arriving or timer < arriving[0]:
            now = timer
            continue
        now = heapq.heappop(arriving)
        if now < seconds:
            answer(pace, now, found, takes=server(now), retry_after_s=retry_after_s)
        pace.finish()
        if timer == math.inf:
            timer = now
    return found


def answer(pace: Pace, now: float, found: Seconds, *, takes: bool, retry_after_s: float) -> None:
    if takes:
        pace.answered(now)
        found.answered[int(now)] += 1
        return
    pace.throttled(now)
    found.throttled[int(now)] += 1
    if retry_after_s:
        pace.pause(now, retry_after_s)


@pytest.mark.parametrize("limit", [10, 200, 2000])
@pytest.mark.parametrize("kind", [sliding_window, token_bucket, fixed_window])
@pytest.mark.parametrize("retry_after_s", [0, 1], ids=["bare", "retry-after"])
def test_it_finds_the_limit_within_20_seconds_and_wastes_little_afterwards(
    limit: int, kind: Callable[[Callable[[float], int]], Server], retry_after_s: int
) -> None:
    found = simulated(kind(lambda now: limit), 80, retry_after_s=retry_after_s)
    assert 0.9 <= found.per_s(20, 80) / limit <= 1.1
    assert found.waste(20, 80) <= 0.02


@pytest.mark.parametrize("tenths", range(10))
@pytest.mark.parametrize("retry_after_s", [0, 1], ids=["bare", "retry-after"])
def test_it_finds_the_limit_of_a_fixed_second_whenever_the_second_begins(
    tenths: int, retry_after_s: int
) -> None:
    """After a pause of a second, the rest of the next one is free of charge, and misleads."""
    server = late(fixed_window(lambda now: 200), tenths / 10)
    found = simulated(server, 80, retry_after_s=retry_after_s)
    assert 0.9 <= found.per_s(20, 80) / 200 <= 1.1
    assert max(found.per_s(second, second + 2) for second in range(17)) >= 0.9 * 200
    assert found.waste(20, 80) <= 0.02


# How far away the server is, and how many requests may be in flight.
JOBS = ((0.001, 16), (0.004, 64), (0.02, 64))


@pytest.mark.parametrize(
    ("limit", "tenths"),
    [
        (limit, tenths)
        for limit in (10, 37, 200, 450, 2000)
        for tenths in range(0, 10, 3 if limit == 2000 else 1)
    ],
)
def test_it_is_within_a_tenth_of_a_limit_per_fixed_second_after_20_seconds(
    limit: int, tenths: int
) -> None:
    """Each throttled request costs a second, and timers are late."""
    away_s, workers = JOBS[tenths % len(JOBS)]
    server = late(fixed_window(lambda now: limit), tenths / 10)
    found = simulated(server, 80, retry_after_s=1, workers=workers, away_s=away_s, late_s=0.0015)
    assert 0.9 <= found.per_s(20, 25) / limit <= 1.0
    assert 0.9 <= found.per_s(20, 80) / limit <= 1.0
    assert found.waste(20, 80) <= 0.02


@pytest.mark.parametrize("retry_after_s", [0, 1], ids=["bare", "retry-after"])
@pytest.mark.parametrize(
    ("before", "within_s"),
    [
        pytest.param(lambda now: 20 if now < 60 else 200, 60, id="ten-times-as-much-all-at-once"),
        pytest.param(lambda now: 0 if 30 < now < 60 else 200, 90, id="nothing-for-half-a-minute"),
        pytest.param(lambda now: 2 if 30 < now < 60 else 200, 90, id="little-for-half-a-minute"),
    ],
)
def test_it_finds_out_soon_that_a_limit_has_been_raised(
    before: Callable[[float], int], within_s: int, retry_after_s: int
) -> None:
    """A bad minute must not make a job slow for hours."""
    found = simulated(sliding_window(before), 240, retry_after_s=retry_after_s)
    assert found.per_s(60 + within_s, 240) >= 0.85 * 200
    assert found.waste(60, 240) <= 0.02


@pytest.mark.parametrize("limit", [100, 20])
@pytest.mark.parametrize("retry_after_s", [0, 1], ids=["bare", "retry-after"])
def test_it_finds_out_at_once_that_a_limit_has_been_lowered(limit: int, retry_after_s: int) -> None:
    server = sliding_window(lambda now: 200 if now < 30 else limit)
    found = simulated(server, 90, retry_after_s=retry_after_s)
    assert found.waste(36, 90) <= 0.02
    assert found.per_s(40, 90) >= 0.85 * limit
