"""A rate that finds out by itself what the platform sustains.

1. It starts slowly and doubles while requests wait for it and none is throttled.
2. A throttled request takes it down, once per second at most: the many requests that are refused
   together tell one thing. Where it is not known what is sustained, it goes down a little; what is
   still too much within two seconds is lowered more; what is too much even then is halved, and so
   is what has nearly all requests refused.
3. From then on it searches, by bisection, between the highest rate that was sustained and the
   lowest that was too much. A rate was sustained when nothing was throttled for so long that a
   limit per fixed second would have shown. Where the two are close, it settles just below what was
   sustained, stays for a while, and then tries more, a little at first and soon a lot, because
   limits change. What is too much although it was sustained once tells of a new limit: what was
   known is forgotten.
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
# By how many times in a row it was lowered so within `_AGAIN_S` of the time before.
_BACK_OFF: Final = (0.9, 0.7, 0.5)
_MEMORY: Final = 200
_FAULTY: Final = 0.2
_ONCE_PER_S: Final = 1.0
_AGAIN_S: Final = 2.0
# Where so many more requests are refused than three for each answered, the limit is far away.
_REFUSED_PER_TAKEN: Final = 3
_FLOOD: Final = 20
# A second that a platform counts in lies whole within two seconds, whenever it begins.
_SUSTAINED_S: Final = 2.0
# From which part of what is too much on the search is over.
_NARROW: Final = 0.93
# Nothing nearer than this to what is too much is tried: it would be too much now and then.
_CLOSE: Final = 0.95
# Which part of what was sustained is kept to: that may have been all that there is.
_BELOW: Final = 0.97
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
        self._sustained = 0.0
        self._searching = True
        self._held_s = 0.0
        self._in_a_row = 0
        # How many more requests than three for each answered were throttled since it was lowered.
        self._excess = 0
        self._lowered_at = -math.inf
        self._raised_at: float | None = None
        self._paused_until = -math.inf
        self._waited = False
        self._faults: deque[bool] = deque(maxlen=_MEMORY)

    def waited(self) -> None:
        """Take note that a request waits for the rate and for nothing else."""
        self._waited = True

    def answered(self, now: float) -> None:
        """Take note of an answer that was neither throttled nor a fault."""
        self._faults.append(False)
        self._excess -= _REFUSED_PER_TAKEN
        self._raise(now)

    def faulted(self, now: float) -> None:
        """Take note of a fault: a broken connection, a time-out, a server error."""
        self._faults.append(True)
        if len(self._faults) == _MEMORY and sum(self._faults) > _FAULTY * _MEMORY:
            self._lower(now)
            self._faults.clear()

    def throttled(self, now: float) -> None:
        """Take note that the platform said "too many requests"."""
        self._excess += 1
        self._lower(now)
        self.known = True

    def paused(self, until: float) -> None:
        """Take note that nothing starts for a while, because the platform asked for that."""
        self._paused_until = max(self._paused_until, until)

    def _lower(self, now: float) -> None:
        if now - self._lowered_at < _ONCE_PER_S:
            return
        if now - max(self._lowered_at, self._paused_until) > _AGAIN_S:
            self._in_a_row = 0
        self._lowered_at = self._raised_at = now
        self._waited = False
        if not self._searching:
            self._sustained = self._beyond(self._held_s - _SUSTAINED_S)
        self._too_much = self.per_s
        if self._excess > _FLOOD:
            self._sustained = 0.0
            self._in_a_row = len(_BACK_OFF)
        self._excess = 0
        # What was sustained once and is too much now says nothing any more.
        if 0.0 < self._sustained < self._too_much:
            self._close_in()
        else:
            self._back_off()

    def _back_off(self) -> None:
        """Try less, without knowing what is sustained."""
        # The slow start doubles: half of what is too much was sustained a moment ago.
        # Later, what is too much again and again is far from what can be sustained.
        times = min(self._in_a_row, len(_BACK_OFF) - 1) if self.known else -1
        self._in_a_row += 1
        self._try(self.per_s * _BACK_OFF[times])

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
        self._held_s += min(step_s, _LONGEST_STEP_S)
        if not self.known:
            self.per_s *= 2
        elif not self._searching:
            self.per_s = self._beyond(self._held_s)
        elif self._held_s >= _SUSTAINED_S:
            self._sustained = self.per_s
            self._close_in()

    def _close_in(self) -> None:
        """Try the middle of what was sustained and what was too much, or settle."""
        if self._sustained < _NARROW * self._too_much:
            middle = math.sqrt(self._sustained * self._too_much)
            self._try(min(middle, _CLOSE * self._too_much))
            return
        self._try(_BELOW * self._sustained)
        self._sustained = self.per_s
        self._searching = False

    def _try(self, per_s: float) -> None:
        """Begin to find out whether a rate is sustained."""
        self.per_s = max(SLOWEST, per_s)
        self._searching = True
        self._held_s = 0.0

    def _beyond(self, held_s: float) -> float:
        """Return the rate after so long a time at and beyond the one it has settled at."""
        beyond = max(0.0, held_s - _STAY_S) / _DOUBLE_IN_S
        return self._sustained * float(2.0 ** min(beyond * beyond, _MOST_DOUBLINGS))
