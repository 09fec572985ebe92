"""One planned call, sent until it is answered or given up."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sentori_async.errors import (
    ApiError,
    ConnectFailed,
    RequestTimeout,
    SentoriError,
    TransportError,
)
from sentori_async.transport.retry import Schedule, repeat
from sentori_async.wire.message import Meter

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.secret import Secret
    from sentori_async.settings import Settings
    from sentori_async.transport.limiter import Limiter
    from sentori_async.transport.session import Session
    from sentori_async.wire.message import Call, Request, Response

T = TypeVar("T")

_SINGLE_DEADLINE_S: Final = 120.0


class Sender:
    """Send calls: admit, exchange, decode, and repeat what may be repeated."""

    def __init__(
        self,
        settings: Settings,
        session: Session,
        limiter: Limiter,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Combine the parts; clients with other options share session and limiter.

        Args:
            settings: The bounds.
            session: The connections.
            limiter: Who may start, and when.
            draw: A random number from 0 to 1, for the waits between attempts.
        """
        self._settings = settings
        self._draw = draw
        self._session = session
        self._limiter = limiter
        timeouts = settings.timeouts
        self._total_s = timeouts.total_s
        self._connect_s = timeouts.connect_s
        # The attempt's own timer covers a silence that is no shorter than the attempt.
        self._read_s = timeouts.read_s if timeouts.read_s < timeouts.total_s else None

    def with_settings(self, settings: Settings) -> Sender:
        """Return a sender that shares the connections and limits of this one."""
        return Sender(settings, self._session, self._limiter, draw=self._draw)

    async def send(self, call: Call[T], *, meter: Meter | None = None, bulk: bool = False) -> T:
        """Send a call and return its result.

        Args:
            call: What to send, and how to read the answer.
            meter: Where to count attempts and requests.
            bulk: Whether the call is a bulk job's: single calls go first, and it has no
                deadline unless the retry policy names one.

        Raises:
            SentoriError: What the last attempt failed with.
        """
        meter = meter or Meter()
        deadline = self._deadline(bulk=bulk)
        try:
            return await self._attempt(call, meter, deadline, bulk=bulk)
        except SentoriError as error:
            schedule = self._schedule(call, deadline)
            if not schedule.may_repeat(error):
                raise
            first = error
        return await repeat(
            lambda: self._attempt(call, meter, deadline, bulk=bulk), first, schedule
        )

    def _schedule(self, call: Call[Any], deadline: float | None) -> Schedule:
        return Schedule(
            policy=self._settings.retry,
            safety=call.request.operation.safety,
            deadline=deadline,
            clock=asyncio.get_running_loop().time,
            draw=self._draw,
        )

    def _deadline(self, *, bulk: bool) -> float | None:
        deadline_s = self._settings.retry.deadline_s
        if deadline_s is None:
            if bulk:
                return None
            deadline_s = _SINGLE_DEADLINE_S
        return asyncio.get_running_loop().time() + deadline_s

    async def _attempt(
        self, call: Call[T], meter: Meter, deadline: float | None, *, bulk: bool
    ) -> T:
        if not self._limiter.try_enter(bulk=bulk):
            await self._wait_to_start(call, deadline, bulk=bulk)
        try:
            response = await self._exchange(call.request, meter, deadline)
        finally:
            self._limiter.leave()
        try:
            return call.decode(response)
        except SentoriError as error:
            _scrub(error, self._settings.api_key)
            raise

    async def _wait_to_start(self, call: Call[Any], deadline: float | None, *, bulk: bool) -> None:
        """Wait for a start within the limits, at most until the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                await self._limiter.enter(bulk=bulk)
        except TimeoutError:
            name = call.request.operation.name
            msg = f"{name}: the limits let nothing start before the deadline; nothing was sent"
            raise RequestTimeout(msg, operation=name) from None

    async def _exchange(self, request: Request, meter: Meter, deadline: float | None) -> Response:
        now = asyncio.get_running_loop().time()
        until = now + self._total_s
        if deadline is not None and deadline < until:
            until = deadline
            if deadline <= now:
                # A busy loop wakes its waiters late, and a pooled connection sends at once.
                name = request.operation.name
                msg = f"{name}: the deadline passed before a start; nothing was sent"
                raise RequestTimeout(msg, operation=name)
        meter.attempts += 1
        try:
            response = await self._session.exchange(
                request, connect_s=self._connect_s, read_s=self._read_s, until=until
            )
        except TransportError as error:
            meter.requests += not isinstance(error, ConnectFailed)
            raise
        meter.requests += 1
        return response


def _scrub(error: SentoriError, secret: Secret) -> None:
    """Remove the credential from what the platform said, in case it echoed it."""
    error.message = secret.scrub(error.message)
    error.args = (error.message,)
    if isinstance(error, ApiError):
        error.details = _scrubbed(error.details, secret)
        error.request_id = _scrubbed(error.request_id, secret)


def _scrubbed(value: Any, secret: Secret) -> Any:
    match value:
        case str():
            return secret.scrub(value)
        case dict():
            return {_scrubbed(k, secret): _scrubbed(v, secret) for k, v in value.items()}
        case list():
            return [_scrubbed(item, secret) for item in value]
        case _:
            return value
