"""When a request is sent again, and after which wait; the only module that imports backoff.

1. A request that may do something twice is sent again only if it was surely not executed.
2. A wait the platform asks for is never shortened; beyond `max_wait_s` the error is raised.
3. One deadline spans all attempts and waits: a wait that would pass it is not begun.
4. The first attempt costs nothing here: backoff is set up after it has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, cast

import attrs
import backoff

from sentori_async.errors import ApiError, RateLimited, SentoriError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from sentori_async.settings import RetryPolicy
    from sentori_async.wire.message import Safety

T = TypeVar("T")

_MAX_DOUBLINGS: Final = 62


@attrs.define(kw_only=True)
class Schedule:
    """The waits of one call.

    Attributes:
        policy: The bounds.
        safety: Whether the request may be repeated.
        deadline: When the call must be over, by `clock`; None for no bound.
        clock: A monotonic clock, in seconds.
        draw: A random number from 0 to 1.
        failures: How many attempts have failed so far.
    """

    policy: RetryPolicy
    safety: Safety
    deadline: float | None
    clock: Callable[[], float]
    draw: Callable[[], float]
    failures: int = 0

    def may_repeat(self, error: SentoriError) -> bool:
        """Tell whether a request that failed so may be sent again at all."""
        return error.retryable and (self.safety.repeatable or error.applied is False)

    def next_wait(self, error: SentoriError) -> float | None:
        """Count a failed attempt; return the wait in seconds, or None if this was the last."""
        self.failures += 1
        if self.failures >= self.policy.attempts or not self.may_repeat(error):
            return None
        wait = self._backoff(error)
        asked = error.retry_after_s if isinstance(error, ApiError) else None
        if asked is not None:
            if asked > self.policy.max_wait_s:
                return None
            wait = max(wait, asked)
        if self.deadline is not None and self.clock() + wait >= self.deadline:
            return None
        return wait

    def _backoff(self, error: SentoriError) -> float:
        throttled = isinstance(error, RateLimited)
        base = self.policy.throttled_base_s if throttled else self.policy.base_s
        doublings = min(self.failures - 1, _MAX_DOUBLINGS)
        return self.draw() * min(self.policy.cap_s, base * 2.0**doublings)


async def repeat(attempt: Callable[[], Awaitable[T]], first: SentoriError, schedule: Schedule) -> T:
    """Go on after a failed first attempt until one succeeds or the schedule ends.

    Args:
        attempt: Send the request once more.
        first: What the first attempt failed with.
        schedule: The waits.

    Raises:
        SentoriError: What the last attempt failed with.
    """
    pending = [first]
    wait = 0.0

    def is_over(error: Exception) -> bool:
        nonlocal wait
        next_wait = schedule.next_wait(cast("SentoriError", error))
        wait = next_wait or 0.0
        return next_wait is None

    def waits() -> Generator[float, None, None]:
        # backoff asks `is_over` first, and only then for the wait it found.
        while True:
            yield wait

    async def once() -> T:
        if pending:
            raise pending.pop()
        return await attempt()

    driven = backoff.on_exception(waits, SentoriError, giveup=is_over, jitter=None, logger=None)(
        once
    )
    return await driven()
