"""A random bulk job, run to its end on a clock that jumps, against an account of dictionaries."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import attrs

from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.engine import Engine
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import ChunkPlan, RowPlan, Verb
from sentori_async.bulk.report import BulkReport
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.errors import BulkError
from sentori_async.settings import Limits, RetryPolicy, Settings
from sentori_async.transport.limiter import Limiter
from sentori_async.transport.sender import Sender
from sentori_async.transport.shared import Shared
from sentori_async.wire.message import Call, Meter, Request
from tests.account import Account, Fields
from tests.clock import now, run
from tests.faulty import CURRENT, FINE, LATEST_S, Fault, FaultySession, Record

Row: TypeAlias = str | tuple[str, Fields]
Due: TypeAlias = Callable[[Request, Record], Fault]


@attrs.frozen(kw_only=True)
class Job:
    """A bulk job and what it meets.

    Attributes:
        verb: What it does.
        plan: How it does it.
        rows: Its input.
        account: What is there before.
        workers: How many requests may be in flight.
        seed: Where the latencies and the jitter come from.
        adaptive: Whether the rate is found out.
        attempts: How often a request is sent at most.
    """

    verb: Verb
    plan: RowPlan | ChunkPlan
    rows: Sequence[Row]
    account: Account
    workers: int = 3
    seed: int = 0
    adaptive: bool = False
    attempts: int = 4


@attrs.frozen(kw_only=True)
class Result:
    """What a job came to.

    Attributes:
        outcomes: The outcomes in the order of the rows.
        sent: What each call went through, in the order they were sent.
        account: What is there afterwards.
        report: The account of the job.
        requests: How many requests went out.
        cause: Why it was aborted, or None.
    """

    outcomes: list[BulkOutcome]
    sent: list[Record]
    account: Account
    report: BulkReport
    requests: int
    cause: BaseException | None


def done(job: Job, due: Due) -> Result:
    """Run a job to its end, and wait for what takes effect later still."""
    return run(_done(job, due))


async def _done(job: Job, due: Due) -> Result:
    session = FaultySession(job.account.copy(), due, _latencies(job.seed))
    sender = _sender_over(session, job)
    sent: list[Record] = []

    async def send(call: Call[Any], meter: Meter) -> Any:
        record = Record(call.request)
        sent.append(record)
        CURRENT.set(record)
        return await sender.send(call, meter=meter, bulk=True)

    engine = _engine(job, send)
    outcomes: list[BulkOutcome] = []
    cause = None
    try:
        async with OutcomeStream(engine) as stream:
            async for outcome in stream:
                outcomes.append(outcome)  # noqa: PERF401 - those before an abort count, too
    except BulkError as error:
        cause = error.cause
    outcomes.sort(key=lambda outcome: outcome.index)
    await asyncio.sleep(LATEST_S)
    return Result(
        outcomes=outcomes,
        sent=sent,
        account=session.account,
        report=engine.report,
        requests=session.requests,
        cause=cause,
    )


def _engine(job: Job, send: Any) -> Engine[Any]:
    source = source_of(job.rows)
    if isinstance(job.plan, ChunkPlan):
        return ChunkEngine(source, send, job.plan, workers=job.workers)
    return RowEngine(source, send, job.plan, workers=job.workers)


def _sender_over(session: FaultySession, job: Job) -> Sender:
    settings = Settings(
        api_key="key",
        base_url="https://api.example/",
        retry=RetryPolicy(attempts=job.attempts),
        limits=Limits(concurrency=job.workers, adaptive=job.adaptive),
    )
    anything: Any = session
    shared = Shared(settings)
    limiter = Limiter(shared.pace, clock=now)
    draw = random.Random(job.seed).random
    return Sender(settings, anything, limiter, shared, clock=now, draw=draw)


def _latencies(seed: int) -> Iterator[float]:
    draw = random.Random(seed).uniform
    while True:
        yield draw(0.001, 0.2)


def in_turn(faults: Sequence[Fault]) -> Due:
    """Let the exchanges of a job meet the faults by turns, and none afterwards."""
    left = iter(faults)
    return lambda request, record: next(left, FINE)


def for_writes(faults: Sequence[Sequence[Fault]]) -> Due:
    """Let the requests of the n-th call meet the n-th faults, and its look-ups none."""
    plans = iter(faults)

    def due(request: Request, record: Record) -> Fault:
        if record.plan is None:
            record.plan = iter(next(plans, ()))
        return next(record.plan, FINE) if record.is_own(request) else FINE

    return due
