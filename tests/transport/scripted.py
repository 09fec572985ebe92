"""A session that answers by a script, and the parts around it, for a virtual loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from sentori_async.errors import RequestTimeout, SentoriError
from sentori_async.platforms.sentori import operations
from sentori_async.platforms.sentori.answers import refuse
from sentori_async.settings import Limits, RetryPolicy, Settings, Timeouts
from sentori_async.transport.circuit import FAILURES
from sentori_async.transport.events import Events, Observer
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.middleware import Chain, Middleware
from sentori_async.transport.sender import Sender
from sentori_async.transport.shared import Shared
from sentori_async.wire.answers import reader
from sentori_async.wire.manners import Manners
from sentori_async.wire.message import Call, Meter, Operation, Request, Response, Safety
from tests.clock import now, run

KEY = "canary-key-5f1c"


@attrs.frozen
class Step:
    """What one exchange comes to, and after which time."""

    outcome: Response | BaseException
    after_s: float = 0.0


Outcome: TypeAlias = Response | BaseException | Step


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Response:
    """Return an answer; underscores in header names stand for hyphens."""
    return Response(status, {k.replace("_", "-"): v for k, v in headers.items()}, body)


OK = answer(200)
BUSY = answer(500)
CALM = RetryPolicy(base_s=1.0, throttled_base_s=4.0)
"""Bases that add up without rounding."""


@attrs.frozen
class Exchange:
    """What the sender asked of the session."""

    at: float
    path: str
    headers: Mapping[str, str]
    connect_s: float
    read_s: float | None
    until: float


@attrs.define
class ScriptedSession:
    """Do as scripted, one step an exchange; the last step stands for all that follow."""

    steps: list[Outcome]
    seen: list[Exchange] = attrs.field(factory=list)
    in_flight: int = 0

    @property
    def moments(self) -> list[float]:
        """When exchanges began."""
        return [exchange.at for exchange in self.seen]

    async def exchange(
        self, request: Request, *, connect_s: float, read_s: float | None, until: float
    ) -> Response:
        headers = request.headers or {}
        self.seen.append(Exchange(now(), request.path, headers, connect_s, read_s, until))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if not isinstance(step, Step):
            step = Step(step)
        self.in_flight += 1
        try:
            async with asyncio.timeout_at(until):
                await asyncio.sleep(step.after_s)
        except TimeoutError:
            raise RequestTimeout("no answer", applied=None) from None
        finally:
            self.in_flight -= 1
        if isinstance(step.outcome, BaseException):
            raise step.outcome
        return step.outcome


def make_sender(
    *steps: Outcome,
    retry: RetryPolicy | None = None,
    timeouts: Timeouts | None = None,
    limits: Limits | None = None,
    manners: Manners | None = None,
    observers: Sequence[Observer] = (),
    middleware: Sequence[Middleware] = (),
    wall_clock: Callable[[], float] = lambda: 0.0,
    draw: Callable[[], float] = lambda: 1.0,
) -> tuple[Sender, ScriptedSession]:
    """Return a sender over a scripted session; waits are the longest that jitter can draw."""
    settings = Settings(
        api_key=KEY,
        base_url="https://api.example/",
        retry=retry or RetryPolicy(),
        timeouts=timeouts or Timeouts(),
        limits=limits or Limits(adaptive=False),
    )
    session = ScriptedSession(list(steps))
    chain = Chain(session, middleware, auth_header="ApiKey")
    shared = Shared(settings)
    limiter = Limiter(shared.pace, clock=now)
    sender = Sender(
        settings,
        chain if middleware else session,
        limiter,
        shared,
        events=Events(settings, observers, wall_clock=now),
        manners=manners or Manners(),
        clock=now,
        wall_clock=wall_clock,
        draw=draw,
    )
    return sender, session


def call(safety: Safety = Safety.READ, path: str = "some/path/") -> Call[Response]:
    """Plan a request whose result is the answer itself and whose errors are Sentori's."""
    operation = Operation(
        platform=operations.PLATFORM,
        name="request",
        method="GET" if safety is Safety.READ else "POST",
        template="{path}",
        safety=safety,
    )
    return Call(Request(operation, path), reader(operation, lambda response: response, refuse))


def outcome_of(
    *steps: Outcome, safety: Safety = Safety.READ, bulk: bool = False, **parts: Any
) -> tuple[Response | SentoriError, list[float], float, Meter]:
    """Send one call; return what it came to, when it was sent, when it ended and its cost."""
    meter = Meter()

    async def send() -> tuple[Response | SentoriError, list[float], float]:
        sender, session = make_sender(*steps, **parts)
        try:
            result: Response | SentoriError = await sender.send(
                call(safety), meter=meter, bulk=bulk
            )
        except SentoriError as error:
            result = error
        return result, session.moments, now()

    result, moments, ended = run(send())
    return result, moments, ended, meter


def in_a_hurry(sender: Sender, deadline_s: float) -> Sender:
    """Return a sender that shares all with another but has a deadline."""
    retry = RetryPolicy(deadline_s=deadline_s)
    return sender.with_settings(attrs.evolve(sender.settings, retry=retry))


def fail_often(sender: Sender) -> None:
    """Let so many calls fail that the platform is taken to be down."""
    for _ in range(FAILURES):
        sender.shared.circuit.failed(now())
