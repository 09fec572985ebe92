"""How often one account may call: https://apidocs.getresponse.com/v3/limits, read 2026-11.

A time frame begins with its first call and ends 10 minutes later; that it does not slide is
inferred from the header, which counts down to its end.
A call that is refused counts for nothing, which is inferred as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import attrs
from multidict import CIMultiDict

from sentori_async.sandbox.getresponse.options import GetResponseOptions

FRAME_S: Final = 600.0
_SECOND_S: Final = 1.0


@attrs.define(eq=False)
class Window:
    """The calls since some moment.

    Attributes:
        limit: How many there may be.
        lasts_s: When it begins anew, in seconds after its first call.
        begun: When it began, or None before the first call.
        used: How many there were.
    """

    limit: int
    lasts_s: float
    begun: float | None = None
    used: int = 0

    def left(self, now: float) -> int:
        """Return how many calls it has room for, after a look at the time."""
        if self.begun is None or now >= self.begun + self.lasts_s:
            self.begun, self.used = now, 0
        return self.limit - self.used

    def reset_s(self, now: float) -> int:
        """Return the seconds to its end, at least one."""
        begun = now if self.begun is None else self.begun
        return max(math.ceil(begun + self.lasts_s - now), 1)

    def headers(self, now: float) -> CIMultiDict[str]:
        """Return what the service says about it; the last is a text with its unit."""
        return CIMultiDict(
            {
                "X-RateLimit-Limit": str(self.limit),
                "X-RateLimit-Remaining": str(max(self.left(now), 0)),
                "X-RateLimit-Reset": f"{self.reset_s(now)} seconds",
            }
        )


@attrs.frozen(eq=False)
class Exceeded:
    """The answer to a call too many.

    Attributes:
        limit: How many there may be.
        reset_s: In how many seconds there may be more.
        headers: The headers of the answer.
    """

    limit: int
    reset_s: int
    headers: CIMultiDict[str]


class Limits:
    """The calls of one account."""

    def __init__(self, options: GetResponseOptions, monotonic: Callable[[], float]) -> None:
        self._options = options
        self._monotonic = monotonic
        self._frame = _window(options.calls_per_frame, FRAME_S)
        self._all = (self._frame, _window(options.calls_per_s, _SECOND_S))
        self._batches = (
            _window(options.batches_per_frame, FRAME_S),
            _window(options.batches_per_s, _SECOND_S),
        )
        self.running = 0

    def take(self, route: str) -> Exceeded | None:
        """Count a call, or return what it exceeds."""
        now = self._monotonic()
        most = self._options.concurrent_requests
        if most is not None and self.running >= most:
            return Exceeded(most, 1, self._headers_of(None, now))
        batches = self._batches if route == "contacts.add_batch" else ()
        windows = [window for window in (*self._all, *batches) if window is not None]
        for window in windows:
            if window.left(now) <= 0:
                return Exceeded(window.limit, window.reset_s(now), self._headers_of(window, now))
        for window in windows:
            window.used += 1
        return None

    def headers(self) -> CIMultiDict[str]:
        """Return the headers of an answer, which describe the time frame."""
        if self._frame is None or not self._options.rate_headers:
            return CIMultiDict()
        return self._frame.headers(self._monotonic())

    def _headers_of(self, window: Window | None, now: float) -> CIMultiDict[str]:
        """Return the headers of a 429; `window` is the one that is full."""
        headers = self.headers()
        if window is not None and self._options.rate_headers and self._options.second_in_headers:
            headers = window.headers(now)
        if self._options.retry_after:
            headers["Retry-After"] = str(1 if window is None else window.reset_s(now))
        return headers


def _window(limit: int | None, lasts_s: float) -> Window | None:
    return None if limit is None else Window(limit, lasts_s)
