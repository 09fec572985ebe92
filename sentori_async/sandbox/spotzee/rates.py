"""Rate limits: https://docs.spotzee.com/guides/api-rate-limits (four versions in 2026)."""

from __future__ import annotations

import math
from collections.abc import Callable

from sentori_async.sandbox.spotzee.options import RateRule, SpotzeeOptions
from sentori_async.sandbox.spotzee.refusal import Refusal


class Window:
    """How much of one limit is used up, and for how long it blocks."""

    def __init__(self, rule: RateRule) -> None:
        self.rule = rule
        self.used = 0
        self._began = -math.inf
        self._blocked_until = -math.inf

    def wait_s(self, now: float) -> float:
        """Return how long a request has to wait, 0 being not at all; a full window blocks."""
        if now < self._blocked_until:
            return self._blocked_until - now
        if now - self._began >= self.rule.per_s:
            self._began, self.used = now, 0
        if self.used < self.rule.requests:
            return 0.0
        self._blocked_until = now + self.rule.block_s
        return self.rule.block_s or self.left_s(now)

    def left_s(self, now: float) -> float:
        """Return how long the window lasts yet."""
        return max(self._began + self.rule.per_s - now, 0.0)


class Limiter:
    """The limits of the one IP address that all clients of a sandbox have."""

    def __init__(self, options: SpotzeeOptions, monotonic: Callable[[], float]) -> None:
        self._options = options
        self._monotonic = monotonic
        self._windows = [Window(rule) for rule in options.rates]

    def admit(self) -> None:
        """Count a request.

        Raises:
            Refusal: rate_limited.
        """
        now = self._monotonic()
        wait_s = max([window.wait_s(now) for window in self._windows], default=0.0)
        if wait_s > 0:
            headers = {"Retry-After": str(math.ceil(wait_s))} if self._options.retry_after else {}
            raise Refusal("rate_limited", headers=headers)
        for window in self._windows:  # inferred: what is refused is not counted
            window.used += 1

    def headers(self) -> dict[str, str]:
        """Return the X-RateLimit headers about the first limit, if they are switched on."""
        if not (self._options.rate_headers and self._windows):
            return {}
        window = self._windows[0]
        return {
            "X-RateLimit-Limit": str(window.rule.requests),
            "X-RateLimit-Remaining": str(window.rule.requests - window.used),
            "X-RateLimit-Reset": str(math.ceil(window.left_s(self._monotonic()))),
            "X-RateLimit-Tier": "professional",
        }
