"""What happens to a call after its first attempt has failed: repeats, then settling.

1. An attempt is lost when nobody can know whether the write was carried out, or what it returned.
2. After a lost attempt no refusal is taken at its word, unless it refuses what was sent.
3. What the platform's rules find out stands; where they find nothing, `applied` is None, unless
   an attempt is known to have been carried out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs

from sentori_async.errors import (
    ApiError,
    CircuitOpen,
    ConnectionLost,
    RateLimited,
    SentoriError,
    ServerError,
    TransportError,
)
from sentori_async.transport.admission import tell_wait
from sentori_async.transport.events import WaitReason
from sentori_async.transport.retry import Schedule, repeat
from sentori_async.wire.message import Meter, Safety
from sentori_async.wire.settle import follow

if TYPE_CHECKING:
    from sentori_async.transport.sender import Sender, Terms
    from sentori_async.wire.message import Call
    from sentori_async.wire.settle import Flow

T = TypeVar("T")


class Recovery(Generic[T]):
    """The second chance of one call."""

    def __init__(self, sender: Sender, call: Call[T], terms: Terms) -> None:
        """Prepare for what may follow the first failure."""
        self._sender = sender
        self._call = call
        # Only the call itself was lost, not what its rules send.
        self._terms = attrs.evolve(terms, lost=False) if terms.lost else terms
        self._lost = False
        self._done = False
        self._why = WaitReason.BACKOFF
        settle = call.settle
        self._can_look = settle is not None and settle.look is not None
        self._schedule = Schedule(
            policy=sender.settings.retry,
            repeatable=call.request.operation.safety.repeatable
            or (settle is not None and settle.resend),
            shared=sender.shared,
            deadline=terms.deadline,
            clock=asyncio.get_running_loop().time,
            draw=sender.draw,
            bulk=terms.bulk,
        )

    def is_final(self, error: SentoriError) -> bool:
        """Tell whether nothing can follow: neither a repeat nor a look-up."""
        can_look = self._call.settle is not None and error.applied is not False
        return not can_look and not self._schedule.may_repeat(error)

    async def after(self, first: SentoriError) -> T:
        """Go on after the first failure and return the result.

        Raises:
            SentoriError: What the last attempt failed with; `applied` says what became of it.
        """
        try:
            result = await repeat(self._attempt, first, self._next_wait, self._before_wait)
        except SentoriError as error:
            last = error
            if _is_answer(error):
                self._sender.shared.budget.give_back(self._schedule.cost)
        else:
            self._sender.shared.budget.give_back(self._schedule.cost)
            return self._doubted(result)
        return await self._settle(last)

    async def without_repeat(self) -> T:
        """Look up what became of an earlier run whose idempotency key has expired.

        Raises:
            TransportError: Nothing tells; `applied` is None.
        """
        self._lost = True
        name = self._call.request.operation.name
        msg = (
            f"{name}: the idempotency key is older than the platform remembers keys, "
            "and nothing else tells what became of the request: look before you send it anew"
        )
        error = TransportError(msg, operation=name, applied=None)
        error.retryable = False
        return await self._settle(error)

    async def resumed(self) -> T:
        """Go on where an earlier run of the program left the call: sent, and not answered.

        Raises:
            SentoriError: What the last attempt failed with, or nothing tells (`applied` is None).
        """
        self._lost = True
        name = self._call.request.operation.name
        msg = f"{name}: an earlier run sent the request, and its answer is not known"
        first: SentoriError = ConnectionLost(msg, operation=name, applied=None)
        if not self._schedule.may_repeat(first):
            return await self._settle(first)
        try:
            result = await self._attempt()
        except SentoriError as error:
            first = error
        else:
            self._sender.shared.budget.give_back(1.0)
            return self._doubted(result)
        return await self.after(first)

    def _doubted(self, result: T) -> T:
        """Return what a success means after a lost attempt."""
        settle = self._call.settle
        if self._lost and settle is not None and settle.doubted is not None:
            doubted: T = settle.doubted(result)
            return doubted
        return result

    async def _attempt(self) -> T:
        return await self._sender.attempt(self._call, self._terms)

    def _next_wait(self, error: SentoriError) -> float | None:
        settle = self._call.settle
        if error.applied and settle is not None and not settle.status_tells:
            error.applied = None
        if error.applied is not False:
            self._lost = True
            self._done = self._done or error.applied is True
        asked = error.retry_after_s if isinstance(error, ApiError) else None
        self._why = WaitReason.RETRY_AFTER if asked else WaitReason.BACKOFF
        if isinstance(error, CircuitOpen) or (error.applied and self._can_look):
            # Carried out already: what it came to is read, not sent once more.
            return None
        return self._schedule.next_wait(error)

    async def _before_wait(self, wait_s: float) -> None:
        await tell_wait(self._call.request, self._terms, self._why, wait_s)

    async def _settle(self, last: SentoriError) -> T:
        """Find out what became of the write, as far as anybody can."""
        settle = self._call.settle
        if not self._lost and last.applied is False:
            raise last
        if self._done:
            last.applied = True
        if self._lost and settle is not None and settle.decides(last):
            raise last
        if last.applied is False:
            last.applied = None
        if settle is None or settle.look is None:
            raise last
        return await self._look(settle.look(self._call.request, last), last)

    async def _look(self, flow: Flow[T], last: SentoriError) -> T:
        """Run the platform's rules: send what they ask for, and tell them what came of it."""
        meter = Meter()
        aside = attrs.evolve(self._terms, meter=meter)

        async def step(call: Call[Any]) -> Any:
            # A look-up is not an attempt of the write; sending the write once more is one.
            looks = call.request.operation.safety is Safety.READ
            return await self._sender.run(call, aside if looks else self._terms)

        try:
            return await follow(flow, step)
        except SentoriError as error:
            if error is last:
                raise
            # A look-up that failed tells nothing.
            if last.applied is False:
                last.applied = None
            raise last from error
        finally:
            self._terms.meter.requests += meter.requests


def _is_answer(error: SentoriError) -> bool:
    """Tell whether a retry has reached a working platform, though it was refused."""
    return isinstance(error, ApiError) and not isinstance(error, ServerError | RateLimited)
