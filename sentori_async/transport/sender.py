"""One planned call, sent until it is answered, settled or given up."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any, Final, TypeVar

import attrs

from sentori_async.errors import (
    ApiError,
    AuthenticationError,
    ConnectFailed,
    RequestTimeout,
    SentoriError,
    TransportError,
    UnsupportedOperation,
)
from sentori_async.transport import lessons, log
from sentori_async.transport.admission import Admission
from sentori_async.transport.events import Events, Trace, current_call
from sentori_async.transport.recovery import Recovery
from sentori_async.transport.scrub import scrub
from sentori_async.transport.steps import walk
from sentori_async.wire.idempotency import IdempotencyKey
from sentori_async.wire.manners import Manners
from sentori_async.wire.message import Meter, Steps

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from sentori_async.settings import Settings
    from sentori_async.transport.limiter import Limiter
    from sentori_async.transport.middleware import Exchanger
    from sentori_async.transport.shared import Shared
    from sentori_async.transport.tokens import Tokens
    from sentori_async.wire.headers import RateHeaders
    from sentori_async.wire.message import Call, Request, Response

T = TypeVar("T")

_SINGLE_DEADLINE_S: Final = 120.0
_UNAUTHORIZED: Final = 401
_PLAIN: Final = Manners()


# Not frozen and built by position: one is made for every call.
@attrs.define(eq=False)
class Terms:
    """On what terms one call is sent.

    Attributes:
        meter: Where attempts and requests are counted.
        deadline: When the call must be over, by the loop's clock; None for no bound.
        bulk: Whether it is a bulk job's.
        key: The idempotency key of an earlier run of the same call, such as a journal kept.
        trace: What tells of it, or of the call it settles; None where nobody listens.
        lost: Whether an earlier run sent it, and nobody knows what became of it.
    """

    meter: Meter
    deadline: float | None
    bulk: bool
    key: IdempotencyKey | None = None
    trace: Trace | None = None
    lost: bool = False


class Sender:
    """Send calls: admit, exchange, decode, and hand what fails to `Recovery`."""

    def __init__(
        self,
        settings: Settings,
        session: Exchanger,
        limiter: Limiter,
        shared: Shared,
        *,
        events: Events | None = None,
        manners: Manners = _PLAIN,
        own_key: str | None = None,
        tokens: Tokens | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        draw: Callable[[], float] = random.random,
    ) -> None:
        """Combine the parts; clients with other options share all but the settings.

        Args:
            settings: The bounds.
            session: The connections, with what is around each attempt.
            limiter: Who may start, and when.
            shared: What all clients of the key have learnt.
            events: Who listens; the log alone where absent.
            manners: What is special about the platform.
            own_key: The caller's own idempotency key, which then serves one request.
            tokens: What replaces an access token that has expired.
            clock: A monotonic clock, the same for all who share.
            wall_clock: The time of day, as a Unix time.
            draw: A random number from 0 to 1, for the waits between attempts.
        """
        self.settings = settings
        self.events = events or Events(settings)
        self._observed = bool(self.events.observers)
        self._manners = manners
        self._own_key = own_key
        self._tokens = tokens
        self._wall_clock = wall_clock
        self.shared = shared
        self.clock = clock
        self.draw = draw
        self._session = session
        self._limiter = limiter
        self._admission = Admission(settings, limiter, shared, clock)
        timeouts = settings.timeouts
        self._total_s = timeouts.total_s
        self._connect_s = timeouts.connect_s
        # The attempt's own timer covers a silence that is no shorter than the attempt.
        self._read_s = timeouts.read_s if timeouts.read_s < timeouts.total_s else None

    def with_settings(self, settings: Settings, *, own_key: str | None = None) -> Sender:
        """Return a sender that shares the connections and limits of this one.

        Raises:
            UnsupportedOperation: A key is given and the platform knows none.
        """
        if own_key is not None and self._manners.idempotency is None:
            msg = "the platform knows no idempotency keys: leave idempotency_key out"
            raise UnsupportedOperation(msg)
        return Sender(
            settings,
            self._session,
            self._limiter,
            self.shared,
            events=self.events,
            manners=self._manners,
            own_key=own_key,
            tokens=self._tokens,
            clock=self.clock,
            wall_clock=self._wall_clock,
            draw=self.draw,
        )

    def renew(self) -> None:
        """Begin anew in a forked child, where none of the parent's calls is under way."""
        self._limiter.renew()
        if self._tokens is not None:
            self._tokens.renew_lock()

    def send(
        self,
        call: Call[T],
        *,
        meter: Meter | None = None,
        bulk: bool = False,
        key: IdempotencyKey | None = None,
    ) -> Coroutine[Any, Any, T]:
        """Send a call and return its result.

        Args:
            call: What to send, how to read the answer, and what a lost one means.
            meter: Where to count attempts and requests; it says, too, what a journal knows.
            bulk: Whether the call is a bulk job's: single calls go first, and it has no
                deadline unless the retry policy names one.
            key: The idempotency key of an earlier run of the same call.

        Raises:
            InvalidInput: The key was made for another request; nothing was sent.
            SentoriError: What the last attempt failed with; `applied` says what became of it.
        """
        if meter is None:
            meter = Meter()
        terms = Terms(meter, self._deadline(bulk=bulk), bulk, key or meter.key, None, meter.lost)
        if isinstance(call, Steps):
            return walk(self, call, terms)
        return self.run(call, terms)

    def run(self, call: Call[T], terms: Terms) -> Coroutine[Any, Any, T]:
        """Send a call on the given terms and return its result."""
        if self._observed or log.tells_attempts():
            return self._run_told(call, terms)
        return self._run(call, terms)

    async def _run_told(self, call: Call[T], terms: Terms) -> T:
        """Send a call, and tell those who listen what happens to it."""
        trace = Trace(
            self.events,
            call.request.operation,
            clock=self.clock,
            bulk=terms.bulk,
            settles=terms.trace.call_id if terms.trace is not None else None,
        )
        outer = current_call.get()
        current_call.set(trace.call_id)
        try:
            await trace.started()
            result = await self._run(call, attrs.evolve(terms, trace=trace))
            await trace.finished(result=type(result).__name__)
        except (Exception, asyncio.CancelledError) as error:
            await trace.finished(error=error)
            raise
        finally:
            current_call.set(outer)
        return result

    async def _run(self, call: Call[T], terms: Terms) -> T:
        rules = self._manners.idempotency
        if rules is not None and call.request.operation.method in rules.methods:
            key = self._key(call.request, terms)
            if key.is_too_old(rules, self._wall_clock()):
                return await Recovery(self, call, terms).without_repeat()
            call = _with_header(call, rules.header, key.text)
        if terms.lost:
            return await Recovery(self, call, terms).resumed()
        try:
            result = await self.attempt(call, terms)
        except SentoriError as error:
            recovery = Recovery(self, call, terms)
            if recovery.is_final(error):
                raise
            first = error
        else:
            self.shared.budget.give_back(1.0)
            return result
        return await recovery.after(first)

    def _key(self, request: Request, terms: Terms) -> IdempotencyKey:
        """Return the key of a call: the journal's, the caller's own, or a new one."""
        now = self._wall_clock()
        if terms.key is not None:
            terms.key.check(request)
            return terms.key
        if self._own_key is not None:
            return self.shared.keys.bind(self._own_key, request, now)
        return IdempotencyKey.new(request, now)

    def _deadline(self, *, bulk: bool) -> float | None:
        deadline_s = self.settings.retry.deadline_s
        if deadline_s is None:
            if bulk:
                return None
            deadline_s = _SINGLE_DEADLINE_S
        return asyncio.get_running_loop().time() + deadline_s

    def attempt(self, call: Call[T], terms: Terms) -> Coroutine[Any, Any, T]:
        """Send a call once, as soon as that is allowed, and return its result.

        Where an access token has expired meanwhile, it is sent once more with the next one.
        """
        if self._tokens is not None:
            return self._attempt_with(self._tokens, call, terms)
        # As nearly always: nobody listens, and nothing is in the way.
        if (
            terms.trace is None
            and not self.shared.circuit.is_open
            and self._limiter.try_enter(bulk=terms.bulk)
        ):
            return self._entered(call, terms)
        return self._attempt(call, terms)

    async def _attempt_with(self, tokens: Tokens, call: Call[T], terms: Terms) -> T:
        await tokens.ready()
        seen = tokens.version
        try:
            return await self._attempt(call, terms)
        except AuthenticationError as error:
            if error.status != _UNAUTHORIZED or not await tokens.renew(seen):
                raise
        return await self._attempt(call, terms)

    async def _attempt(self, call: Call[T], terms: Terms) -> T:
        if self.shared.circuit.is_open:
            await self._admission.wait_for_platform(call.request, terms)
        trace = terms.trace
        if trace is None:
            if not self._limiter.try_enter(bulk=terms.bulk):
                await self._admission.wait_to_start(call.request, terms)
            return await self._entered(call, terms)
        if not self._limiter.could_enter(bulk=terms.bulk):
            await self._admission.wait_to_start(call.request, terms)
        await trace.attempt_started()
        try:
            if not self._limiter.try_enter(bulk=terms.bulk):
                await self._admission.enter(call.request, terms)
            trace.goes_out()
            return await self._entered(call, terms)
        except SentoriError as error:
            await trace.attempt_failed(error)
            raise

    async def _entered(self, call: Call[T], terms: Terms) -> T:
        """Send a call that was let in."""
        trace, meter = terms.trace, terms.meter
        tried, response = meter.attempts, None
        try:
            until = self._until(call.request, terms)
            meter.attempts += 1
            response = await self._session.exchange(
                call.request, connect_s=self._connect_s, read_s=self._read_s, until=until
            )
            meter.requests += 1
            if trace is not None:
                trace.answered(response)
            if self._manners.rate_headers is not None:
                self._learn_limit(call.request, response, self._manners.rate_headers)
            result = call.decode(response)
        except SentoriError as error:
            if self._manners.explain is not None and isinstance(error, ApiError):
                self._manners.explain(call.request, error)
            scrub(error, self.settings.api_key)
            # What was not even tried teaches nothing of the platform.
            if meter.attempts > tried:
                if response is None:
                    meter.requests += _went_out(error)
                self._learn(error, call.request, meter)
            raise
        finally:
            self._limiter.leave()
        if lessons.learn_success(self.shared, self.clock(), meter.sent_at):
            log.up(call.request.operation.platform)
        if trace is not None:
            trace.succeeded()
        return result

    def _learn(self, error: SentoriError, request: Request, meter: Meter) -> None:
        if error.applied is None:
            meter.lose(asyncio.get_running_loop().time())
        lessons.learn(self.shared, error, self.clock(), request.operation, meter.sent_at)

    def _learn_limit(self, request: Request, response: Response, names: RateHeaders) -> None:
        lessons.learn_limit(self.shared, response, names, self.clock(), request.operation)

    def _until(self, request: Request, terms: Terms) -> float:
        """Return when the attempt that begins now is over, by the loop's clock.

        Raises:
            RequestTimeout: The deadline has passed.
        """
        now = asyncio.get_running_loop().time()
        until = now + self._total_s
        if terms.deadline is not None and terms.deadline < until:
            until = terms.deadline
            if until <= now:
                # A busy loop wakes its waiters late, and a pooled connection sends at once.
                name = request.operation.name
                msg = f"{name}: the deadline passed before a start; nothing was sent"
                raise RequestTimeout(msg, operation=name)
        terms.meter.sent_at = now
        return until


def _went_out(error: SentoriError) -> bool:
    """Tell whether a request without an answer was sent."""
    return isinstance(error, TransportError) and not isinstance(error, ConnectFailed)


def _with_header(call: Call[T], name: str, value: str) -> Call[T]:
    headers = {**(call.request.headers or {}), name: value}
    return attrs.evolve(call, request=attrs.evolve(call.request, headers=headers))
