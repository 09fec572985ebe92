"""Faults that take time, and what is left of a fault when its client or the sandbox goes away."""

import asyncio
import json
from typing import Any
from unittest.mock import Mock

import pytest

from sentori_async.sandbox import Sandbox, faults
from sentori_async.sandbox.faults.link import Connections
from sentori_async.sandbox.platform import Reply
from sentori_async.sandbox.visit import Order, Visit
from tests.sandbox.raw import added, always, ask_under, connected

NEVER_S = 1e6
QUICK = [
    faults.Late(delay_s=0) if kind is faults.Late else kind() for kind in faults.KINDS.values()
]


def contact(body: bytes) -> Any:
    return json.loads(body)["EmailAddress"]


async def until_settled(sandbox: Sandbox) -> None:
    """Hand the loop its turns until no fault is under way."""
    while sandbox.in_flight or sandbox._connections._ends:
        await asyncio.sleep(0)


# Answers that take their time.


async def test_a_slow_first_byte_comes_after_the_delay(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    seen = await ask_under(sandbox, faults.SlowFirstByte(delay_s=0.02))
    assert loop.time() - begun >= 0.02
    assert contact(seen.body) == "joe@example.com"


async def test_who_leaves_before_a_slow_first_byte_leaves_a_contact(sandbox: Sandbox) -> None:
    sandbox.faults = always(faults.SlowFirstByte(delay_s=NEVER_S))
    async with connected(sandbox) as connection:
        await connection.send()
        while not added(sandbox):
            await asyncio.sleep(0)
        assert sandbox.in_flight == 1
        connection.leave()
        await until_settled(sandbox)
    (record,) = sandbox.requests.latest()
    assert (record.status, record.executed) == (0, 1)


async def test_a_slow_body_comes_in_pieces_with_a_delay_before_each(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    seen = await ask_under(sandbox, faults.SlowBody(delay_s=0.01, piece_bytes=200))
    assert loop.time() - begun >= 0.03, "more than 400 bytes are three pieces"
    assert contact(seen.body) == "joe@example.com"


async def test_the_headers_of_a_slow_body_come_at_once(sandbox: Sandbox) -> None:
    sandbox.faults = always(faults.SlowBody(delay_s=NEVER_S))
    async with connected(sandbox) as connection:
        await connection.send()
        head = await connection.receive_until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        assert head.endswith(b"\r\n\r\n")
        connection.leave()
        await until_settled(sandbox)
    (record,) = sandbox.requests.latest()
    assert (record.status, record.executed) == (200, 1)


@pytest.mark.parametrize("execute", [0, 1])
async def test_a_stalled_connection_lasts_until_the_client_leaves(
    sandbox: Sandbox, execute: int
) -> None:
    sandbox.faults = always(faults.Stalled(execute=execute))
    async with connected(sandbox) as connection:
        await connection.send()
        while not sandbox.requests.count():
            await asyncio.sleep(0)
        (record,) = sandbox.requests.latest()
        assert (record.status, record.executed) == (0, execute)
        assert added(sandbox) is bool(execute)
        assert len(sandbox._connections._ends) == 1
        connection.leave()
        await until_settled(sandbox)


async def test_a_late_request_takes_effect_after_its_client_left(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    delay_is_over = asyncio.Event()

    async def wait(_: asyncio.Event, within_s: float) -> bool:
        assert within_s == 5.0
        await delay_is_over.wait()
        return False

    monkeypatch.setattr("sentori_async.sandbox.faults.link._happens", wait)
    sandbox.faults = always(faults.Late(delay_s=5.0))
    async with connected(sandbox) as connection:
        await connection.send()
        while not sandbox._connections._ends:
            await asyncio.sleep(0)
        (client_left,) = sandbox._connections._ends.values()
        connection.leave()
        await client_left.wait()
        assert not added(sandbox)
        delay_is_over.set()
        await until_settled(sandbox)
    assert added(sandbox)
    (record,) = sandbox.requests.latest()
    assert (record.status, record.executed) == (0, 1)


async def test_who_waits_for_a_late_request_gets_its_answer(sandbox: Sandbox) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    seen = await ask_under(sandbox, faults.Late(delay_s=0.02))
    assert loop.time() - begun >= 0.02
    assert contact(seen.body) == "joe@example.com"


# The end of the sandbox.


@pytest.mark.parametrize(
    "fault",
    [
        faults.Stalled(),
        faults.SlowFirstByte(delay_s=NEVER_S),
        faults.SlowBody(delay_s=NEVER_S),
        faults.Oversized(size_bytes=4_000_000_000),
        faults.Late(delay_s=NEVER_S),
    ],
    ids=lambda fault: fault.kind,
)
async def test_no_fault_holds_up_the_end_of_the_sandbox(
    fault: faults.Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time the server grants its handlers is not used up either."""
    monkeypatch.setattr("sentori_async.sandbox.server._SHUTDOWN_S", 3600.0)
    async with Sandbox(faults=always(fault)) as sandbox, connected(sandbox) as connection:
        await connection.send()
        while not sandbox._connections._ends:
            await asyncio.sleep(0)
        await sandbox.close()
        assert (await connection.receive_all()).end in {"closed", "reset"}
    assert sandbox.in_flight == 0
    (record,) = sandbox.requests.latest()
    assert record.executed == (0 if isinstance(fault, faults.Late) else fault.execute)


# Clients that are gone.


@pytest.mark.parametrize("fault", QUICK, ids=lambda fault: fault.kind)
async def test_a_fault_may_find_that_its_client_has_left(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, fault: faults.Fault
) -> None:
    """What was asked for takes effect all the same, and no answer is recorded."""
    client_left = asyncio.Event()

    async def read(visit: Visit, latency_s: float) -> Order | Reply:
        order = await original(visit, latency_s)
        await client_left.wait()
        return order

    original = Visit.read
    monkeypatch.setattr(Visit, "read", read)
    sandbox.faults = always(fault)
    async with connected(sandbox) as connection:
        await connection.send()
        while not sandbox._connections._ends:
            await asyncio.sleep(0)
        (end,) = sandbox._connections._ends.values()
        connection.leave()
        await end.wait()
        client_left.set()
        await until_settled(sandbox)
    (record,) = sandbox.requests.latest()
    assert (record.status, record.executed) == (0, fault.execute)
    assert added(sandbox) is bool(fault.execute)


def test_a_connection_that_ended_before_the_fault_is_not_waited_for() -> None:
    ended: Any = Mock(transport=None)
    assert Connections().watch(ended).is_set()
