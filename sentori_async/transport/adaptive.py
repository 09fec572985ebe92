"""A rate that finds out by itself what the platform sustains.

1. It starts slowly and doubles while requests wait for it and none is throttled.
2. A throttled request takes it down a little, once per second at most: the many requests that are
   refused together tell one thing. What is still too much within two seconds is halved.
3. From then on it closes in on the rate that was too much, fast at first and slowly near it
   (the cubic curve of TCP and of AWS's adaptive retries), stays just below it for a while, and
   then tries more, a little at first and soon a lot, because limits change.
4. Other faults lower it only while more than a fifth of the last 200 answers are faults: a few
   faults are the row's or the network's, many are the platform's.
5. It grows only while it is what requests wait for, and no other time counts.

No clock and no I/O: the caller says what time it is.
"""

from __future__ import annotations

from collections import deque
from typing import Final

START: Final = 20.0
SLOWEST: Final = 0.5
_RAISE_EVERY_S: Final = 0.5
_LONGEST_STEP_S: Final = 1.0 / SLOWEST
_BACK_OFF: Final = 0.9
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
        self._lowered_at = -_ONCE_PER_S
        self._raised_at: float | None = None
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

    def _lower(self, now: float) -> None:
        since_s = now - self._lowered_at
        if since_s < _ONCE_PER_S:
            return
        # The slow start doubles, so half of what was too much has been sustained a moment ago;
        # and what is too much again at once is far from what can be sustained.
        back_off = _BACK_OFF if self._lowered and since_s > _AGAIN_S else 0.5
        self._lowered = True
        self._too_much = self.per_s
        self._low = self.per_s = max(SLOWEST, self.per_s * back_off)
        self._lowered_at = self._raised_at = now
        self._raising_s = 0.0
        self._waited = False

    def _raise(self, now: float) -> None:
        if self._raised_at is None:
            self._raised_at = now
        step_s = now - self._raised_at
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
