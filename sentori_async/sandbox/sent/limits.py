"""Locked keys and used-up minutes: what a request meets before it is looked at.

1. Requests that are refused here use nothing up; that is inferred.
2. The windows are kept in memory: they do not outlive the server.
"""

from __future__ import annotations

import collections
import datetime as dt
import math
from collections.abc import Callable, Mapping
from typing import Final

import attrs

from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal

MINUTE_S: Final = 60.0


@attrs.define
class _Lock:
    failures: int = 0
    locks: int = 0
    until: float = 0.0


class Lockout:
    """Keys that were refused too often in a row."""

    def __init__(self, options: SentOptions, monotonic: Callable[[], float]) -> None:
        self._options = options
        self._monotonic = monotonic
        self._locks: dict[str, _Lock] = {}

    def check(self, api_key: str) -> None:
        """Refuse a locked key.

        Raises:
            Refusal: BUSINESS_002, which code a locked key gets is inferred; it says how long.
        """
        lock = self._locks.get(api_key)
        left = 0.0 if lock is None else lock.until - self._monotonic()
        if left > 0:
            raise Refusal("BUSINESS_002", headers={"Retry-After": _seconds(left)})

    def failed(self, api_key: str) -> None:
        """Count a refusal, and lock the key where it was one too many.

        After the first lock every further refusal locks again, which is inferred.
        """
        if self._options.lockout_after is None or not api_key:
            return
        lock = self._locks.setdefault(api_key, _Lock())
        lock.failures += 1
        if lock.failures >= self._options.lockout_after:
            waits = self._options.lockout_s
            lock.until = self._monotonic() + waits[min(lock.locks, len(waits) - 1)]
            lock.locks += 1

    def passed(self, api_key: str) -> None:
        """Forget the refusals of a key that was accepted."""
        self._locks.pop(api_key, None)


@attrs.frozen
class Allowance:
    """What a limit has left.

    Attributes:
        limit: How many requests it allows.
        remaining: How many of them are left.
        reset_s: How long until there are more, in seconds.
    """

    limit: int
    remaining: int
    reset_s: float

    def headers(self, now: dt.datetime) -> dict[str, str]:
        """Return the headers that tell a client; `now` has no zone."""
        reset = now.replace(tzinfo=dt.UTC).timestamp() + self.reset_s
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(reset)),
        }


class Rates:
    """How many requests each key has left."""

    def __init__(
        self,
        options: SentOptions,
        clock: Callable[[], dt.datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._options = options
        self._clock = clock
        self._monotonic = monotonic
        self._sliding: dict[int, collections.deque[float]] = {}
        self._fixed: dict[int, tuple[int, int]] = {}
        self._buckets: dict[int, tuple[float, float]] = {}

    def take(self, account: int, route: str) -> Mapping[str, str]:
        """Count a request and return the headers that its answer gets.

        Args:
            account: The number of the account whose key was sent.
            route: The route's name.

        Raises:
            Refusal: BUSINESS_002, the limit is reached.
        """
        allowance = self._counted(account, route)
        if allowance is None:
            return {}
        headers = allowance.headers(self._clock())
        if allowance.remaining < 0:
            headers["X-RateLimit-Remaining"] = "0"
            raise Refusal(
                "BUSINESS_002", headers={**headers, "Retry-After": _seconds(allowance.reset_s)}
            )
        return headers if self._options.rate_headers_always else {}

    def _counted(self, account: int, route: str) -> Allowance | None:
        options = self._options
        if route in options.sensitive and options.sensitive_per_min is not None:
            return self._in_fixed_minute(account, options.sensitive_per_min)
        if options.rate_per_min is None:
            return None
        if options.burst is not None:
            return self._from_bucket(account, options.rate_per_min, options.burst)
        return self._in_sliding_minute(account, options.rate_per_min)

    def _in_sliding_minute(self, account: int, limit: int) -> Allowance:
        now = self._monotonic()
        taken = self._sliding.setdefault(account, collections.deque())
        while taken and taken[0] <= now - MINUTE_S:
            taken.popleft()
        if len(taken) >= limit:
            return Allowance(limit, -1, taken[0] + MINUTE_S - now)
        taken.append(now)
        return Allowance(limit, limit - len(taken), taken[0] + MINUTE_S - now)

    def _in_fixed_minute(self, account: int, limit: int) -> Allowance:
        now = self._monotonic()
        minute = int(now // MINUTE_S)
        then, taken = self._fixed.get(account, (minute, 0))
        taken = taken + 1 if then == minute else 1
        self._fixed[account] = minute, taken
        return Allowance(limit, max(limit - taken, -1), (minute + 1) * MINUTE_S - now)

    def _from_bucket(self, account: int, rate: int, burst: int) -> Allowance:
        now = self._monotonic()
        each_s = MINUTE_S / rate
        left, then = self._buckets.get(account, (float(burst), now))
        left = min(burst, left + (now - then) / each_s)
        if left < 1:
            self._buckets[account] = left, now
            return Allowance(rate, -1, (1 - left) * each_s)
        self._buckets[account] = left - 1, now
        return Allowance(rate, int(left - 1), (burst - left + 1) * each_s)


def _seconds(wait_s: float) -> str:
    """Return a wait in whole seconds, never shortened."""
    return str(max(1, math.ceil(wait_s)))
