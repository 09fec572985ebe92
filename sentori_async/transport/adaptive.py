"""A rate that finds out by itself what the platform sustains.

1. It starts slowly and doubles while requests wait for it and none is throttled.
2. A throttled request takes it down a little, once per second at most: the many requests that are
   refused together tell one thing. What is still too much within two seconds is lowered more, and
   what is too much even then is halved.
3. From then on it closes in on the rate that was too much, fast at first and slowly near it
   (the cubic curve of TCP and of AWS's adaptive retries), stays just below it for a while, and
   then tries more, a little at first and soon a lot, because limits change.
4. Other faults lower it only while more than a fifth of the last 200 answers are faults: a few
   faults are the row's or the network's, many are the platform's.
5. It grows only while it is what requests wait for, and no other time counts; least of all that of
   a pause the platform asked for, after which a limit per fixed second may be quite unused.

No clock and no I/O: the caller says what time it is.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

START: Final = 20.0
SLOWEST: Final = 0.5
_RAISE_EVERY_S: Final = 0.5
_LONGEST_STEP_S: Final = 1.0 / SLOWEST
# By how many times in a row it was lowered within `_AGAIN_S` of the time before.
_BACK_OFF: Final = (0.9, 0.7, 0.5)
_MEMORY: Final = 200
_FAULTY: Final = 0.2
_ONCE_PER_S: Final = 1.0
_AGAIN_S: Final = 2.0
_CLOSE: Final = 0.95
_CLOSE_IN_S: Final = 5.0
_STAY_S: Final = 30.0
_DOUBLE_IN_S: Final = 15.0
_MOST_DOUBLINGS: Final = 20.0


class AdaptiveRate:
    """How many requests may start per second.

    Attributes:
        per_s: The rate now.
        known: Whether the platform has ever throttled, so that the rate is a finding.
    """

    def __init__(self, start: float = START) -> None:
        """Start slowly.

        Args:
            start: The first rate, in requests per second.
        """
        self.per_s = start
        self.known = False
        self._too_much = 0.0
        self._low = 0.0
        self._lowered = False
        self._in_a_row = 0
        self._lowered_at = -math.inf
        self._raised_at: float | None = None
        self._paused_until = -math.inf
        self._raising_s = 0.0
        self._waited = False
        self._faults: deque[bool] = deque(maxlen=_MEMORY)

    def waited(self) -> None:
        """Take note that a request waits for the rate and for nothing else."""
        self._waited = True

    def answered(self, now: float) -> None:
        """Take note of an answer that was neither throttled nor a fault."""
        self._faults.append(False)
        self._raise(now)

    def faulted(self, now: float) -> None:
        """Take note of a fault: a broken connection, a time-out, a server error."""
        self._faults.append(True)
        if len(self._faults) == _MEMORY and sum(self._faults) > _FAULTY * _MEMORY:
            self._lower(now)
            self._faults.clear()

    def throttled(self, now: float) -> None:
        """Take note that the platform said "too many requests"."""
        self.known = True
        self._lower(now)

    def paused(self, until: float) -> None:
        """Take note that nothing starts for a while, because the platform asked for that."""
        self._paused_until = max(self._paused_until, until)

    def _lower(self, now: float) -> None:
        if now - self._lowered_at < _ONCE_PER_S:
            return
        since_s = now - max(self._lowered_at, self._paused_until)
        if not self._lowered:
            # The slow start doubles: half of what is too much was sustained a moment ago.
            back_off = _BACK_OFF[-1]
        else:
            # What is too much again and again is far from what can be sustained.
            self._in_a_row = self._in_a_row + 1 if since_s <= _AGAIN_S else 0
            back_off = _BACK_OFF[min(self._in_a_row, len(_BACK_OFF) - 1)]
        self._lowered = True
        self._too_much = self.per_s
        self._low = self.per_s = max(SLOWEST, self.per_s * back_off)
        self._lowered_at = self._raised_at = now
        self._raising_s = 0.0
        self._waited = False

    def _raise(self, now: float) -> None:
        if self._raised_at is None:
            self._raised_at = now
        step_s = now - max(self._raised_at, self._paused_until)
        if step_s < _RAISE_EVERY_S:
            return
        self._raised_at = now
        if not self._waited:
            return
        self._waited = False
        self._raising_s += min(step_s, _LONGEST_STEP_S)
        self.per_s = self._curve() if self.known else self.per_s * 2

    def _curve(self) -> float:
        """Return the rate on the way back to, and later beyond, what was too much."""
        close = self._too_much * _CLOSE
        if self._raising_s < _CLOSE_IN_S:
            return close - (close - self._low) * float((1.0 - self._raising_s / _CLOSE_IN_S) ** 3)
        beyond = max(0.0, self._raising_s - _STAY_S) / _DOUBLE_IN_S
        return close * float(2.0 ** min(beyond * beyond, _MOST_DOUBLINGS))
