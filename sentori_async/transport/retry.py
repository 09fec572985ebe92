"""When a request is sent again, and after which wait; the only module that imports backoff.

1. A request that may do something twice is sent again only if it was surely not executed, or if
   the platform's rules say how a repeat is settled.
2. A wait the platform asks for is never shortened; beyond `max_wait_s` the error is raised.
   A bulk job waits longer, and neither such a wait nor an outage costs its rows an attempt.
3. One deadline spans all attempts and waits: a wait that would pass it is not begun.
4. A retry needs tokens of the key's budget: a single call without them gives up, a bulk job waits.
5. The first attempt costs nothing here: backoff is set up after it has failed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, cast

import attrs
import backoff

from sentori_async.errors import ApiError, ConnectFailed, RateLimited, SentoriError
from sentori_async.transport.budget import THROTTLED_COST, TRANSIENT_COST

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

    from sentori_async.settings import RetryPolicy
    from sentori_async.transport.shared import Shared

T = TypeVar("T")

_MAX_DOUBLINGS: Final = 62


@attrs.define(kw_only=True)
class Schedule:
    """The waits of one call.

    Attributes:
        policy: The bounds.
        repeatable: Whether a repeat is harmless, whatever became of the attempts before.
        shared: The key's budget and circuit.
        deadline: When the call must be over, by `clock`; None for no bound.
        clock: A monotonic clock, in seconds.
        draw: A random number from 0 to 1.
        bulk: Whether the call is a bulk job's.
        failures: How many attempts have failed and been charged so far.
        free: How many have failed and cost no attempt.
        waited_s: How long it has waited so far, in seconds.
        cost: What the latest retry has cost the budget.
    """

    policy: RetryPolicy
    repeatable: bool
    shared: Shared
    deadline: float | None
    clock: Callable[[], float]
    draw: Callable[[], float]
    bulk: bool = False
    failures: int = 0
    free: int = 0
    waited_s: float = 0.0
    cost: float = 0.0

    def may_repeat(self, error: SentoriError) -> bool:
        """Tell whether a request that failed so may be sent again at all."""
        return error.retryable and (self.repeatable or error.applied is False)

    def next_wait(self, error: SentoriError) -> float | None:
        """Count a failed attempt; return the wait in seconds, or None if this was the last."""
        if not self.may_repeat(error):
            return None
        asked = error.retry_after_s if isinstance(error, ApiError) else None
        waited_s = self.waited_s + (asked or 0.0)
        if self._is_passing(error, asked) and waited_s <= self.policy.job_max_wait_s:
            self.free += 1
        else:
            self.failures += 1
            if self.failures >= self.policy.attempts:
                return None
            if asked is not None and asked > self.policy.max_wait_s:
                return None
        wait = max(self._backoff(error), asked or 0.0)
        self.waited_s += wait
        return None if self._is_too_long(wait) else self._paid(error, wait)

    def _is_too_long(self, wait: float) -> bool:
        return self.deadline is not None and self.clock() + wait >= self.deadline

    def _is_passing(self, error: SentoriError, asked: float | None) -> bool:
        """Tell whether a bulk job waits the failure out at no cost, because it is not the row's."""
        if not self.bulk:
            return False
        if asked is not None or isinstance(error, RateLimited | ConnectFailed):
            return True
        # How long an outage may last is watched where requests are admitted.
        return self.shared.circuit.is_open

    def _backoff(self, error: SentoriError) -> float:
        if self.bulk and self.shared.circuit.is_open:
            # The circuit says when the platform is tried again.
            return 0.0
        throttled = isinstance(error, RateLimited)
        base = self.policy.throttled_base_s if throttled else self.policy.base_s
        doublings = min(max(0, self.failures + self.free - 1), _MAX_DOUBLINGS)
        return self.draw() * min(self.policy.cap_s, base * 2.0**doublings)

    def _paid(self, error: SentoriError, wait: float) -> float | None:
        """Pay for the retry; return the wait, or None if there is nothing to pay with."""
        throttled = isinstance(error, RateLimited)
        if self.bulk and throttled:
            # The pace of the key holds back what was throttled; to pay as well would stop a job.
            self.cost = 0.0
            return wait
        self.cost = THROTTLED_COST if throttled else TRANSIENT_COST
        now = self.clock()
        if self.bulk:
            wait = max(wait, self.shared.budget.borrow(self.cost, now))
            if self._is_too_long(wait):
                self.shared.budget.give_back(self.cost)
                return None
            return wait
        return wait if self.shared.budget.take(self.cost, now) else None


async def repeat(
    attempt: Callable[[], Awaitable[T]],
    first: SentoriError,
    next_wait: Callable[[SentoriError], float | None],
    before_wait: Callable[[float], Awaitable[None]],
) -> T:
    """Go on after a failed first attempt until one succeeds or there is no next wait.

    Args:
        attempt: Send the request once more.
        first: What the first attempt failed with.
        next_wait: Return the wait after a failed attempt, in seconds, or None to give up.
        before_wait: Called before each wait, with its length.

    Raises:
        SentoriError: What the last attempt failed with.
    """
    pending = [first]
    wait = 0.0

    def is_over(error: Exception) -> bool:
        nonlocal wait
        found = next_wait(cast("SentoriError", error))
        wait = found or 0.0
        return found is None

    def waits() -> Generator[float, None, None]:
        # backoff asks `is_over` first, and only then for the wait it found.
        while True:
            yield wait

    async def once() -> T:
        if pending:
            raise pending.pop()
        return await attempt()

    async def about_to_wait(_: object) -> None:
        await before_wait(wait)

    driven = backoff.on_exception(
        waits, SentoriError, giveup=is_over, on_backoff=about_to_wait, jitter=None, logger=None
    )(once)
    return await driven()
