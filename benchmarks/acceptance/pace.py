"""A job that is not told how much a platform takes, and has to find out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from benchmarks.acceptance.figures import Figure
from benchmarks.acceptance.started import started
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.sentori.options import SentoriOptions

_LIMITS: Final = (10, 200, 2_000)
_FOUND_AFTER_S: Final = 20.0
_WATCHED_S: Final = 60.0
# The rate is that of the first seconds after it is to be found.
_FIRST_S: Final = 5.0
_MANY: Final = 1_000_000
_START_S: Final = 60.0


def measure(*, quick: bool) -> Iterator[Figure]:
    """Run a job at each limit, and count what was answered and what was refused."""
    scale = 0.05 if quick else 1.0
    for limit in _LIMITS[1:2] if quick else _LIMITS:
        taken, refused = _watched(limit, scale)
        yield Figure(f"pace: % off {limit:,}/s after 20 s", abs(taken / limit - 1) * 100, 10)
        yield Figure(f"pace: % refused in 60 s at {limit:,}/s", refused * 100, 2)


def _watched(limit: int, scale: float) -> tuple[float, float]:
    """Return how many requests a second were taken at first, and the share refused later."""
    options = SentoriOptions(requests_per_s=limit)
    with (
        Sandbox(sentori=options, keep_requests=_MANY).in_thread() as sandbox,
        started(sandbox.url("sentori"), _MANY, "--adaptive"),
    ):
        began = _first_request(sandbox)
        marks = []
        for after_s in (0.0, _FIRST_S, _WATCHED_S):
            until = began + (_FOUND_AFTER_S + after_s) * scale
            time.sleep(max(0.0, until - time.monotonic()))
            marks.append((time.monotonic(), *_counts(sandbox)))
    (t0, taken0, refused0), (t1, taken1, _), (_, taken2, refused2) = marks
    sent = taken2 - taken0 + refused2 - refused0
    return (taken1 - taken0) / (t1 - t0), (refused2 - refused0) / max(1, sent)


def _first_request(sandbox: Sandbox) -> float:
    until = time.monotonic() + _START_S
    while not sandbox.requests.count() and time.monotonic() < until:
        time.sleep(0.01)
    return time.monotonic()


def _counts(sandbox: Sandbox) -> tuple[int, int]:
    """Return how many requests were taken and how many were refused."""
    statuses = [record.status for record in sandbox.requests.latest()]
    refused = statuses.count(429)
    return len(statuses) - refused, refused
