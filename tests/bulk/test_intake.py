"""How long a job keeps the loop from its other work, by a clock that rows move on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from sentori_async.bulk.rows import END, IterableSource
from sentori_async.bulk.single import RowEngine
from sentori_async.wire.message import Call, Meter
from tests.bulk.fakes import FakeRowPlan
from tests.clock import now, run, running

ROW_S = 0.001


def rows(number: int, text: str) -> Iterator[str]:
    """Give rows that take a millisecond each."""
    for n in range(number):
        running().stall(ROW_S)
        yield f"{text}{n}:{n}"


async def at_once(call: Call[Any], meter: Meter) -> Any:
    meter.attempts += 1
    meter.requests += 1
    return call.request.path


async def turns(text: str, number: int) -> list[float]:
    """Run a job, and return how long each turn of the loop took."""
    engine = RowEngine(IterableSource(rows(number, text)), at_once, FakeRowPlan(), workers=4)
    job = asyncio.create_task(engine.run())
    found: list[float] = []
    while not job.done():
        began = now()
        await asyncio.sleep(0)
        found.append(now() - began)
    assert engine.report.total == number
    return found


@pytest.mark.parametrize(("text", "most_s"), [("!", 0.005), ("a", 0.050)], ids=["refused", "sent"])
def test_rows_without_io_let_the_loop_turn(text: str, most_s: float) -> None:
    """Those that are sent are taken to have waited, but not for ever, nor each worker as long."""
    spent = run(turns(text, 500))
    assert max(spent) <= most_s + 5 * ROW_S
    assert sum(spent) >= 0.4


def test_input_that_has_ended_is_not_asked_again() -> None:
    class Once(IterableSource):
        ended = 0

        def take_now(self) -> object:
            row = super().take_now()
            self.ended += row is END
            return row

    async def slowly(call: Call[Any], meter: Meter) -> Any:
        await asyncio.sleep(0.001)
        return await at_once(call, meter)

    source = Once([f"a{n}:1" for n in range(20)])
    run(RowEngine(source, slowly, FakeRowPlan(), workers=4).run())
    assert source.ended == 1
