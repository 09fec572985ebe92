"""A bound on retries that all clients of one key share.

1. A retry costs tokens, more after a transient fault than after being throttled.
2. A retry that succeeds gives its cost back; a success without a retry gives one token.
3. Tokens also come back with time, enough for one retry a second, so that a paused job goes on.

The numbers but the last are those AWS publishes for its SDKs: a bucket of 500, 14 and 5.
About 35 transient retries in a row empty it.
"""

from __future__ import annotations

import math
import threading
from typing import Final

CAPACITY: Final = 500.0
TRANSIENT_COST: Final = 14.0
THROTTLED_COST: Final = 5.0
_PER_S: Final = TRANSIENT_COST


class RetryBudget:
    """The tokens of one key; safe to use from any thread."""

    def __init__(self) -> None:
        """Start with a full bucket."""
        self._lock = threading.Lock()
        self._tokens = CAPACITY
        self._refilled_at = -math.inf

    def renew(self) -> None:
        """Begin anew in a forked child; another thread may have held the lock."""
        self._lock = threading.Lock()

    def take(self, cost: float, now: float) -> bool:
        """Take the cost of a retry, if it is there.

        Args:
            cost: What the retry costs.
            now: The present time, in seconds, by a monotonic clock.
        """
        with self._lock:
            self._refill(now)
            if self._tokens < cost:
                return False
            self._tokens -= cost
            return True

    def borrow(self, cost: float, now: float) -> float:
        """Take the cost of a retry, and return how long to wait until it has come back.

        A bulk job uses this: an empty budget holds it back and ends none of its rows.
        """
        with self._lock:
            self._refill(now)
            self._tokens -= cost
            return max(0.0, -self._tokens / _PER_S)

    def give_back(self, tokens: float) -> None:
        """Put tokens back after a success."""
        # Read without the lock: nearly always full, and a token too few does no harm.
        if self._tokens >= CAPACITY:
            return
        with self._lock:
            self._tokens = min(CAPACITY, self._tokens + tokens)

    def _refill(self, now: float) -> None:
        # Whoever waited for the lock comes with a moment that is past: it counts for nothing.
        if now > self._refilled_at:
            self._tokens = min(CAPACITY, self._tokens + (now - self._refilled_at) * _PER_S)
            self._refilled_at = now
