"""A platform of five lines, so that the engine is tested without one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sentori_async.bulk.outcomes import Status
from sentori_async.bulk.plan import ChunkPlan, ChunkRow, PlannedRow, RowPlan, RowVerdict
from sentori_async.errors import InvalidInput, SentoriError
from sentori_async.wire.message import Call, Meter, Operation, Request, Response, Safety
from sentori_async.wire.settle import Flow, Settle

OPERATION = Operation(
    platform="fake", name="rows.put", method="POST", template="put/", safety=Safety.IDEMPOTENT
)


def found(request: Request, error: SentoriError) -> Flow[str]:
    """Find that a lost call was carried out."""
    yield from ()
    return request.path


class FakeRowPlan(RowPlan):
    """Rows are texts: ``a:1`` touches contact ``a``; ``a+b:1`` touches two; ``!`` is invalid."""

    def __init__(self, settle: Settle[Any] | None = None) -> None:
        """Plan calls whose lost answers are settled so."""
        self._settle = settle

    def plan(self, row: object) -> PlannedRow:
        text = str(row)
        if text.startswith("!"):
            raise InvalidInput("the row starts with an exclamation mark")
        contact = text.partition(":")[0]
        keys = tuple(dict.fromkeys(contact.split("+")))
        call = Call(Request(OPERATION, text), lambda _: text, self._settle)
        return PlannedRow(contact, keys, call)

    def identity(self, row: object) -> str:
        return str(row).lstrip("!")

    def status(self, result: Any) -> Status:
        return "updated"


class FakeChunkPlan(ChunkPlan):
    """Chunks of up to three rows; a merged row is the two texts joined."""

    def __init__(self, *, max_rows: int = 3, max_bytes: int = 1_000, workers: int = 2) -> None:
        self.max_rows = max_rows
        self.max_bytes = max_bytes
        self.workers = workers

    def plan(self, row: object) -> ChunkRow:
        planned = FakeRowPlan().plan(row)
        return ChunkRow(planned.contact, planned.keys, str(row), len(str(row)))

    def identity(self, row: object) -> str:
        return FakeRowPlan().identity(row)

    def merge(self, earlier: ChunkRow, later: ChunkRow) -> ChunkRow:
        payload = f"{earlier.payload}|{later.payload}"
        return ChunkRow(later.contact, later.keys, payload, len(payload))

    def call(self, rows: Sequence[ChunkRow]) -> Call[Any]:
        text = ",".join(row.payload for row in rows)
        return Call(Request(OPERATION, text), lambda _: text)

    def verdicts(self, rows: Sequence[ChunkRow], result: Any) -> Flow[Sequence[RowVerdict]]:
        yield from ()
        return [RowVerdict("accepted") for _ in rows]


class Wire:
    """Stands in for the transport: records what was sent and how much at once."""

    def __init__(self, answer: Callable[[str], Awaitable[None]] | None = None) -> None:
        self.sent: list[str] = []
        self.in_flight: list[str] = []
        self.meters: dict[str, Meter] = {}
        self.most_in_flight = 0
        self._answer = answer

    async def send(self, call: Call[Any], meter: Meter) -> Any:
        path = call.request.path
        meter.attempts += 1
        meter.requests += 1
        self.sent.append(path)
        self.meters[path] = meter
        self.in_flight.append(path)
        self.most_in_flight = max(self.most_in_flight, len(self.in_flight))
        try:
            if self._answer is None:
                await asyncio.sleep(0)
            else:
                await self._answer(path)
        finally:
            self.in_flight.remove(path)
        return call.decode(Response(200, {}, b""))


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks run until something is so."""
    while not condition():
        await asyncio.sleep(0)
