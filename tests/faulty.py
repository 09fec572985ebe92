"""A session that stands where the real one does, below `Sender`, and breaks what is answered.

Everything above it is real: retry, settling, pacing, the circuit, the calls and their decoders,
the plans and the engine.
"""

from __future__ import annotations

import asyncio
import contextvars
import math
from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

from sentori_async.errors import ConnectFailed, ConnectionLost, RequestTimeout
from sentori_async.wire.catalogue import TRANSIENT_STATUSES
from sentori_async.wire.message import Request, Response, Safety
from tests.account import Account

Say: TypeAlias = Callable[[Request, Response | None], Response]


@attrs.frozen
class Fault:
    """One way in which an exchange goes wrong.

    Attributes:
        name: What it is called in a failing example.
        executed: How often the request is carried out.
        say: Return what the caller sees, or raise it, for the first answer.
        silent: Whether the answer stays out until the attempt's time is over.
        late_s: How long after the attempt's time the request is carried out, or None.
        ambiguous: Whether the caller of a write cannot take it for surely not executed.
        passes: Whether sending again helps.
        tells_status: Whether the status of the answer is heard, though its body is not.
    """

    name: str
    executed: int = 1
    say: Say | None = attrs.field(default=None, repr=False)
    silent: bool = False
    late_s: float | None = None
    ambiguous: bool = True
    passes: bool = True
    tells_status: bool = False


def _lost(request: Request, applied: bool | None) -> bool | None:
    return False if request.operation.safety is Safety.READ else applied


def _refuse_connection(request: Request, answer: Response | None) -> Response:
    raise ConnectFailed("cannot connect", operation=request.operation.name)


def _drop(request: Request, answer: Response | None) -> Response:
    raise ConnectionLost("dropped", operation="x", applied=_lost(request, None))


def _cut(request: Request, answer: Response | None) -> Response:
    """Lose the body: what the status line said is known."""
    assert answer is not None
    applied = None if answer.status in TRANSIENT_STATUSES else answer.status < 300
    raise ConnectionLost("cut", operation="x", applied=_lost(request, applied))


def _time_out(request: Request, answer: Response | None) -> Response:
    raise RequestTimeout("silence", operation="x", applied=_lost(request, None))


def _garble(request: Request, answer: Response | None) -> Response:
    """Make the body unreadable, and leave the status."""
    assert answer is not None
    return Response(answer.status, {}, b'{"EmailAddress": 5, "TotalRows": "x"')


def _garble_success(request: Request, answer: Response | None) -> Response:
    assert answer is not None
    return _garble(request, answer) if answer.status < 300 else answer


def _status(status: int, body: bytes = b"", **headers: str) -> Say:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request, answer: Response(status, named, body)


_PAGE = b"<html><h1>oops</h1></html>"

NOT_EXECUTED = (
    Fault("connection refused", 0, _refuse_connection, ambiguous=False),
    Fault("429", 0, _status(429), ambiguous=False),
    Fault("429 for 5 s", 0, _status(429, Retry_After="5"), ambiguous=False),
    Fault("409 busy", 0, _status(409), ambiguous=False),
    Fault("404 page", 0, _status(404, _PAGE), ambiguous=False, passes=False),
)
"""Nothing happened, and the caller knows."""

LOST = (
    Fault("drop before", 0, _drop),
    Fault("drop after", 1, _drop),
    Fault("drop after two", 2, _drop),
    Fault("cut", 1, _cut, tells_status=True),
    Fault("silence before", 0, silent=True),
    Fault("silence after", 1, silent=True),
    Fault("500", 0, _status(500)),
    Fault("500 after", 1, _status(500)),
    Fault("502 page", 0, _status(502, _PAGE)),
    Fault("200 page", 0, _status(200, _PAGE, Content_Type="text/html; charset=utf-8")),
    Fault("504 after", 1, _status(504, _PAGE)),
    Fault("503 for 5 s", 0, _status(503, Retry_After="5")),
    Fault("408", 0, _status(408)),
    Fault("garbled", 1, _garble, passes=False, tells_status=True),
    Fault("garbled success", 1, _garble_success, tells_status=True),
)
"""Something may have happened, and the caller does not know."""

KEY_REFUSED = Fault("403", 0, _status(403, b'{"Code": 1}'), ambiguous=False, passes=False)
FINE = Fault("fine", ambiguous=False)
TWICE = Fault("delivered twice", 2, ambiguous=False)
LATE = tuple(
    Fault(f"carried out {late_s} s late", 0, silent=True, late_s=late_s)
    for late_s in (0.5, 30.0, 300.0)
)
LATEST_S = 300.0
"""How long after its attempt a request takes effect at most, in seconds."""


@attrs.define
class Record:
    """What one call went through.

    Attributes:
        request: Its own request.
        writes: The faults its own request met.
        looks: The faults its look-ups met.
        plan: The faults that its own request is still to meet, where a test plans them.
        changed: How often its request changed the account.
        is_acknowledged: Whether the caller has heard that its request was carried out.
    """

    request: Request
    writes: list[Fault] = attrs.field(factory=list)
    looks: list[Fault] = attrs.field(factory=list)
    changed: int = 0
    is_acknowledged: bool = False
    plan: Iterator[Fault] | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether an attempt was not surely without effect."""
        return any(fault.ambiguous for fault in self.writes)

    def is_own(self, request: Request) -> bool:
        """Tell whether a request is the call's own and not a look-up."""
        return request.path == self.request.path


CURRENT: contextvars.ContextVar[Record] = contextvars.ContextVar("CURRENT")


@attrs.define
class FaultySession:
    """Answer from the account after a moment, unless a fault is due.

    Attributes:
        account: What is behind it.
        due: Say which fault an exchange meets.
        latencies: How long exchanges take, by turns, in seconds.
        requests: How many requests went out.
    """

    account: Account
    due: Callable[[Request, Record], Fault]
    latencies: Iterator[float]
    requests: int = 0

    async def exchange(
        self, request: Request, *, connect_s: float, read_s: float | None, until: float
    ) -> Response:
        record = CURRENT.get()
        fault = self.due(request, record)
        (record.writes if record.is_own(request) else record.looks).append(fault)
        self.requests += fault.name != "connection refused"
        try:
            async with asyncio.timeout_at(until):
                return await self._meet(fault, request, record)
        except TimeoutError:
            if fault.late_s is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(fault.late_s, self._carry_out, request, record)
            return _time_out(request, None)

    async def _meet(self, fault: Fault, request: Request, record: Record) -> Response:
        await asyncio.sleep(next(self.latencies))
        answers = [self._carry_out(request, record) for _ in range(fault.executed)]
        if fault.tells_status and record.is_own(request):
            record.is_acknowledged |= answers[0].status < 300
        await asyncio.sleep(math.inf if fault.silent else next(self.latencies))
        if fault.say is not None:
            return fault.say(request, answers[0] if answers else None)
        return answers[0]

    def _carry_out(self, request: Request, record: Record) -> Response:
        before = self.account.copy()
        answer = self.account.answer(request)
        record.changed += self.account != before
        return answer
