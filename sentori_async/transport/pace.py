"""What all clients of one key may start together, and when.

1. Never more than `concurrency` requests in flight, and in any stretch of time never more starts
   than its rate allows; the tightest limits of all clients hold.
2. A wait that the platform asks for holds back every client of the key.
3. Single calls go before bulk.
4. No asyncio object is kept: those who wait leave a function that wakes them.
5. What was started within long windows can be taken along into another process.
"""

from __future__ import annotations

import math
import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from sentori_async.settings import Limits, Rate
from sentori_async.transport.adaptive import AdaptiveRate

# How much of a second's worth may start at once under an adaptive rate. A limit may be per fixed
# second: what is made up for in it comes on top of its own.
_BURST_S: Final = 0.02
# A timer that is late by so little costs nothing, however low the rate is.
_LATE_S: Final = 0.005
# Shorter windows are as good as empty when a program has been started anew.
_LONG_S: Final = 600.0
_BUCKETS: Final = 60


class _Window:
    """The starts within one rate's stretch of time."""

    def __init__(self, rate: Rate) -> None:
        self._per_s = rate.per_s
        self._starts: deque[float] = deque(maxlen=rate.count)

    def wait(self, now: float) -> float:
        """Return how long until one more start fits, in seconds."""
        if len(self._starts) < (self._starts.maxlen or 0):
            return 0.0
        return max(0.0, self._starts[0] + self._per_s - now)

    def start(self, now: float) -> None:
        """Count a start; the oldest falls out of the window."""
        self._starts.append(now)

    def told(self, now: float, wall: float) -> list[tuple[float, int]]:
        """Return how many starts count until when, by the wall clock, in few buckets."""
        width = self._per_s / _BUCKETS
        # Rounded up, so that they count for a little longer and never too short.
        buckets = Counter(
            math.ceil((wall - now + start) / width) * width
            for start in self._starts
            if start + self._per_s > now
        )
        return sorted(buckets.items())

    def recall(self, told: list[tuple[float, int]], now: float, wall: float) -> None:
        """Count starts of another process too; what is no longer in the window falls out."""
        most = self._starts.maxlen or 0
        starts = list(self._starts)
        for moment, count in told:
            start = min(now, now - wall + moment)
            if start + self._per_s > now:
                starts += [start] * min(count, most)
        self._starts = deque(sorted(starts), maxlen=most)


class Pace:
    """The limits of one key and what is under way within them; safe to use from any thread."""

    def __init__(self, limits: Limits) -> None:
        """Start with nothing in flight."""
        self._lock = threading.Lock()
        self._concurrency = limits.concurrency
        self._windows: dict[Rate, _Window] = {}
        self._adaptive: AdaptiveRate | None = None
        self._next_start = 0.0
        self._in_flight = 0
        self._paused_until = -math.inf
        self._singles_waiting = 0
        self._wakers: Counter[Callable[[], None]] = Counter()
        self._name = uuid.uuid4().hex
        # How many starts of another process are counted already, by its name and the bucket.
        self._recalled: Counter[tuple[str, float, float]] = Counter()
        self.tighten(limits)

    def renew(self) -> None:
        """Begin anew in a forked child, where nothing is in flight and nobody waits.

        What was started before still counts, and so does a pause.
        """
        self._lock = threading.Lock()
        self._in_flight = 0
        self._singles_waiting = 0
        self._wakers.clear()
        self._name = uuid.uuid4().hex

    def tighten(self, limits: Limits) -> None:
        """Hold to these limits too, besides those already held to."""
        with self._lock:
            self._concurrency = min(self._concurrency, limits.concurrency)
            for rate in limits.rates:
                self._windows.setdefault(rate, _Window(rate))
            if limits.adapts and self._adaptive is None:
                self._adaptive = AdaptiveRate()

    def try_start(self, now: float, *, bulk: bool) -> float:
        """Count a start and return 0.0, or return how long to wait before asking again.

        Infinity means: until something in flight has ended, or single calls have gone.
        """
        with self._lock:
            wait = self._wait(now, bulk=bulk)
            if wait > 0.0:
                return wait
            for window in self._windows.values():
                window.start(now)
            if self._adaptive is not None:
                self._space(now, self._adaptive.per_s)
            self._in_flight += 1
            return 0.0

    def wait(self, now: float, *, bulk: bool) -> float:
        """Return how long to wait for a start, as `try_start` does, and count none."""
        with self._lock:
            return self._wait(now, bulk=bulk)

    def _space(self, now: float, per_s: float) -> None:
        """Keep starts apart, but for the few that a moment's worth of a high rate is."""
        late_s = now - self._next_start
        made_up_s = late_s if late_s <= _LATE_S else int(per_s * _BURST_S) / per_s
        self._next_start = max(self._next_start, now - made_up_s) + 1.0 / per_s

    def _wait(self, now: float, *, bulk: bool) -> float:
        if self._in_flight >= self._concurrency or (bulk and self._singles_waiting):
            return math.inf
        wait = max(0.0, self._paused_until - now)
        for window in self._windows.values():
            wait = max(wait, window.wait(now))
        adaptive = self._adaptive
        # While nothing has been throttled, the slow start is for the many: a single call of a
        # web backend must not wait for a limit that may not exist.
        if adaptive is not None and (bulk or adaptive.known) and self._next_start > now:
            if not wait:
                adaptive.waited()
            wait = max(wait, self._next_start - now)
        return wait

    def estimate_s(self, requests: int) -> float | None:
        """Return how long so many requests take to start at the present limits, in seconds.

        None where nothing limits them but what is in flight.
        """
        with self._lock:
            times = [
                max(0, requests - rate.count) / rate.count * rate.per_s for rate in self._windows
            ]
            if self._adaptive is not None:
                times.append(requests / self._adaptive.per_s)
            return max(times, default=None)

    def finish(self) -> None:
        """Count a request as over, and let those who wait look again."""
        with self._lock:
            self._in_flight -= 1
        if self._wakers:
            self._wake()

    def pause(self, now: float, wait_s: float) -> bool:
        """Start nothing for a while: the platform asked for it.

        Returns:
            Whether that begins a pause, and does not merely prolong one.
        """
        with self._lock:
            begins = self._paused_until <= now
            self._paused_until = max(self._paused_until, now + wait_s)
            if self._adaptive is not None:
                self._adaptive.paused(self._paused_until)
            return begins

    def paused_for_s(self, now: float) -> float:
        """Return how long nothing starts because the platform asked for it, in seconds."""
        return max(0.0, self._paused_until - now)

    # ------------------------------------------------------------------- what answers teach

    def answered(self, now: float) -> None:
        """Take note of an answer that was neither throttled nor a fault."""
        if self._adaptive is not None:
            with self._lock:
                self._adaptive.answered(now)

    def faulted(self, now: float) -> None:
        """Take note of a broken connection, a time-out or a server error."""
        if self._adaptive is not None:
            with self._lock:
                self._adaptive.faulted(now)

    def throttled(self, now: float) -> None:
        """Take note that the platform said "too many requests"."""
        if self._adaptive is not None:
            with self._lock:
                self._adaptive.throttled(now)

    # ------------------------------------------------------------------ from run to run

    def told(self, now: float, wall: float) -> dict[str, Any] | None:
        """Return what was started within windows of ten minutes and more, as plain data.

        Args:
            now: The present time by the monotonic clock.
            wall: The present time, as a Unix time.

        Returns:
            What `recall` takes; None where no window is that long.
        """
        with self._lock:
            windows = [
                (rate.per_s, window.told(now, wall))
                for rate, window in self._windows.items()
                if rate.per_s >= _LONG_S
            ]
        return {"by": self._name, "windows": windows} if windows else None

    def recall(self, told: Mapping[str, Any], now: float, wall: float) -> None:
        """Count what another process has started; what is counted already is not counted twice.

        Where the limits are others now, the starts of the longest window count.
        """
        with self._lock:
            if told["by"] == self._name:
                return
            of_windows = {
                per_s: [
                    (moment, self._not_yet((told["by"], per_s, moment), count))
                    for moment, count in starts
                ]
                for per_s, starts in told["windows"]
            }
            for rate, window in self._windows.items():
                if rate.per_s >= _LONG_S:
                    starts = of_windows.get(rate.per_s, of_windows[max(of_windows)])
                    window.recall(starts, now, wall)

    def _not_yet(self, bucket: tuple[str, float, float], count: int) -> int:
        """Return how many of a bucket's starts are not counted yet, and count them."""
        new = max(0, count - self._recalled[bucket])
        self._recalled[bucket] += new
        return new

    # -------------------------------------------------------------------------- who waits

    def join(self, waker: Callable[[], None], *, bulk: bool) -> None:
        """Wake `waker` whenever something has ended, until it leaves."""
        with self._lock:
            self._wakers[waker] += 1
            self._singles_waiting += not bulk

    def leave(self, waker: Callable[[], None], *, bulk: bool) -> None:
        """Wake `waker` no more, and let the others look whether it is their turn."""
        with self._lock:
            self._wakers[waker] -= 1
            if not self._wakers[waker]:
                del self._wakers[waker]
            self._singles_waiting -= not bulk
        self._wake()

    def _wake(self) -> None:
        if self._wakers:
            for waker in tuple(self._wakers):
                waker()
