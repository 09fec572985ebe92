"""What stands between a call and its start: outages, pauses that were asked for, and the limits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from sentori_async.errors import CircuitOpen, RequestTimeout
from sentori_async.transport import log
from sentori_async.transport.events import WaitReason

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.settings import Settings
    from sentori_async.transport.limiter import Limiter
    from sentori_async.transport.sender import Terms
    from sentori_async.transport.shared import Shared
    from sentori_async.wire.message import Request

# How long a bulk job sleeps at most before it looks again whether the platform is back.
_LOOK_AGAIN_S: Final = 1.0


class _Line(Protocol):
    """Wait for a start within the limits."""

    async def __call__(self, *, bulk: bool) -> None: ...


class Admission:
    """Let calls wait until they may start, or say that they may not."""

    def __init__(
        self, settings: Settings, limiter: Limiter, shared: Shared, clock: Callable[[], float]
    ) -> None:
        """Look at what all who share it know.

        Args:
            settings: How long to wait at most.
            limiter: Who may start, and when.
            shared: What all clients of the key have learnt.
            clock: A monotonic clock, the same for all who share.
        """
        self._policy = settings.retry
        self._limiter = limiter
        self._shared = shared
        self._clock = clock

    async def wait_for_platform(self, request: Request, terms: Terms) -> None:
        """Wait while the platform is down; a single call does not.

        Raises:
            CircuitOpen: Nothing was sent.
        """
        name = request.operation.name
        circuit = self._shared.circuit
        clock = asyncio.get_running_loop().time
        told = False
        while wait := circuit.admit(self._clock()):
            if not terms.bulk or (terms.deadline is not None and clock() + wait >= terms.deadline):
                msg = f"{name}: the platform is down, and is tried again in {wait:.1f} s"
                raise CircuitOpen(msg, operation=name)
            if circuit.open_for_s(self._clock()) > self._policy.job_max_wait_s:
                msg = f"{name}: the platform has been down for longer than job_max_wait_s"
                raise CircuitOpen(msg, operation=name)
            if not told:
                told = True
                await tell_wait(request, terms, WaitReason.CIRCUIT, wait)
            await asyncio.sleep(min(wait, _LOOK_AGAIN_S))

    async def wait_to_start(self, request: Request, terms: Terms) -> None:
        """Wait for a start within the limits, at most until the deadline."""
        paused_s = self._pause_s(request, terms)
        if paused_s:
            await tell_wait(request, terms, WaitReason.RETRY_AFTER, paused_s)
        else:
            await tell_wait(request, terms, WaitReason.PACE, None)
        began = self._clock()
        # Those who listen are told of the start before it is counted.
        line = self._limiter.enter if terms.trace is None else self._limiter.turn
        await self._stand_in_line(line, request, terms)
        if not (paused_s or terms.bulk):
            # How long is known only now; that a bulk job waits for its pace is no news.
            log.wait(request.operation, WaitReason.PACE.value, self._clock() - began)

    async def enter(self, request: Request, terms: Terms) -> None:
        """Take a start within the limits, at most until the deadline."""
        await self._stand_in_line(self._limiter.enter, request, terms)

    async def _stand_in_line(self, line: _Line, request: Request, terms: Terms) -> None:
        try:
            async with asyncio.timeout_at(terms.deadline):
                await line(bulk=terms.bulk)
        except TimeoutError:
            name = request.operation.name
            msg = f"{name}: the limits let nothing start before the deadline; nothing was sent"
            raise RequestTimeout(msg, operation=name) from None

    def _pause_s(self, request: Request, terms: Terms) -> float:
        """Return what is left of a wait that the platform asked for, in seconds.

        Raises:
            CircuitOpen: It is too long for the call.
        """
        paused_s = self._shared.pace.paused_for_s(self._clock())
        policy = self._policy
        if paused_s > (policy.job_max_wait_s if terms.bulk else policy.max_wait_s):
            name = request.operation.name
            msg = f"{name}: the platform asked for a pause that lasts {paused_s:.0f} s more"
            raise CircuitOpen(msg, operation=name)
        return paused_s


async def tell_wait(request: Request, terms: Terms, why: WaitReason, wait_s: float | None) -> None:
    """Tell those who listen that a call begins to wait; its length may not be known."""
    if wait_s is not None:
        log.wait(request.operation, why.value, wait_s)
    if terms.trace is not None:
        await terms.trace.waiting(why, wait_s)
