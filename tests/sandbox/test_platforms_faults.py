"""Every kind of fault, on a write of every platform: what a client meets, and what took effect."""

import asyncio
import datetime as dt
import json
import zlib
from collections.abc import Callable, Mapping

import attrs
import pytest

from sentori_async.registry import STEMS
from sentori_async.sandbox import API_KEY, FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.getresponse.state import GETRESPONSE_KEY
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from sentori_async.sandbox.sent.state import SENT_KEY
from sentori_async.sandbox.spotzee.state import SPOTZEE_KEY
from tests.every_fault import FAULTS, SIZE
from tests.sandbox.raw import Connection, Seen, connected
from tests.sandbox.service import Start

JOE = "joe@example.com"
NUMBER = "+12125550123"
NOON = dt.datetime(2026, 3, 1, 12, 0, 0)  # noqa: DTZ001 - UTC, as the sandbox has it


@attrs.frozen(kw_only=True)
class Write:
    """The creation of one contact, as its platform wants it.

    Attributes:
        route: The route's name in fault scripts.
        path: The path below the platform's prefix.
        headers: Who asks.
        body: What is sent.
        status: What answers it.
        contacts: How many contacts there are then.
    """

    route: str
    path: str
    headers: Mapping[str, str]
    body: object
    status: int
    contacts: Callable[[Sandbox], int]

    def data(self, prefix: str) -> bytes:
        """Return the request as bytes; the connection is to be closed after it."""
        body = json.dumps(self.body).encode()
        headers = {
            "Host": "h",
            "Content-Type": "application/json",
            "Content-Length": str(len(body)),
            "Connection": "close",
            **self.headers,
        }
        lines = [f"{name}: {value}" for name, value in headers.items()]
        return "\r\n".join([f"POST {prefix}{self.path} HTTP/1.1", *lines, "", ""]).encode() + body


WRITES = {
    "sentori": Write(
        route="contacts.add",
        path="contact/add/joe%40example.com/",
        headers={"ApiKey": API_KEY},
        body={"FirstName": "Joe"},
        status=200,
        contacts=lambda sandbox: sandbox.sentori.contacts.count(),
    ),
    "getresponse": Write(
        route="contacts.add",
        path="contacts",
        headers={"X-Auth-Token": f"api-key {GETRESPONSE_KEY}"},
        body={"email": JOE, "campaign": {"campaignId": DEFAULT_CAMPAIGN}},
        status=202,
        contacts=lambda sandbox: len(sandbox.getresponse.contacts.emails()),
    ),
    "sent": Write(
        route="contacts.add",
        path="contacts",
        headers={"x-api-key": SENT_KEY},
        body={"phone_number": NUMBER},
        status=201,
        contacts=lambda sandbox: sandbox.sent.contacts.count(),
    ),
    "spotzee": Write(
        route="contacts.add_or_update",
        path="users/batch",
        headers={"Authorization": f"Bearer {SPOTZEE_KEY}"},
        body=[{"external_id": "joe", "email": JOE}],
        status=200,
        contacts=lambda sandbox: sandbox.spotzee.contacts.count(),
    ),
}


@pytest.fixture(params=WRITES)
def platform(request: pytest.FixtureRequest) -> str:
    """Return the name of each platform in turn."""
    return str(request.param)


@pytest.fixture
async def sandbox(start: Start) -> Sandbox:
    return (await start(clock=lambda: NOON)).sandbox


async def send(sandbox: Sandbox, platform: str, connection: Connection) -> None:
    prefix = sandbox.url(platform).removeprefix(f"http://127.0.0.1:{sandbox.port}")
    data = WRITES[platform].data(prefix)
    await asyncio.get_running_loop().sock_sendall(connection.peer, data)


async def ask(sandbox: Sandbox, platform: str) -> Seen:
    async with connected(sandbox) as connection:
        await send(sandbox, platform, connection)
        return await connection.receive_all()


async def ask_and_leave(sandbox: Sandbox, platform: str) -> None:
    """Send the write, and go away once it has been recorded."""
    async with connected(sandbox) as connection:
        await send(sandbox, platform, connection)
        while not sandbox.requests.count():
            await asyncio.sleep(0)


def is_met(fault: faults.Fault, seen: Seen, undisturbed: Seen) -> bool:
    """Tell whether an answer is what a fault makes of an undisturbed one."""
    half = len(undisturbed.body) // 2
    match fault:
        case faults.Status() | faults.Html():
            return (seen.status, seen.body, seen.end) == (fault.status, fault.body, "closed")
        case faults.Drop():
            return seen == Seen(b"", "closed")
        case faults.Reset():
            return seen == Seen(b"", "reset")
        case faults.ResetMidBody() | faults.Truncated():
            end = "closed" if isinstance(fault, faults.Truncated) else "reset"
            short = int(seen.headers["content-length"]) > len(seen.body)
            return short and (seen.end, len(seen.body)) == (end, half)
        case faults.Oversized():
            return seen.headers["content-length"] == str(SIZE) and len(seen.body) == SIZE
        case faults.GzipBomb():
            return zlib.decompress(seen.body, wbits=31) == b" " * SIZE
    same_size = len(seen.body) == len(undisturbed.body)
    return seen.end == "closed" and seen.status == undisturbed.status and same_size


def test_every_kind_and_every_platform_is_here() -> None:
    assert {fault.kind for fault in FAULTS} == set(faults.KINDS)
    assert set(WRITES) == set(STEMS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.execute}")
async def test_a_write_goes_wrong_as_told_and_takes_effect_as_often(
    start: Start, sandbox: Sandbox, platform: str, fault: faults.Fault
) -> None:
    write = WRITES[platform]
    undisturbed = await ask((await start(clock=lambda: NOON)).sandbox, platform)
    assert undisturbed.status == write.status
    sandbox.faults = script = FaultScript([FaultRule(write.route, fault, name="it")])
    if isinstance(fault, faults.Stalled):
        await ask_and_leave(sandbox, platform)
    else:
        assert is_met(fault, await ask(sandbox, platform), undisturbed)
    (record,) = sandbox.requests.latest()
    assert (record.platform, record.route) == (platform, write.route)
    assert record.executed == fault.execute
    assert script.injected == {"it": 1}
    assert write.contacts(sandbox) == min(fault.execute, 1)


async def test_a_fault_on_another_route_leaves_the_write_alone(
    sandbox: Sandbox, platform: str
) -> None:
    sandbox.faults = script = FaultScript([FaultRule("contacts.get", faults.Drop())])
    assert (await ask(sandbox, platform)).status == WRITES[platform].status
    assert script.injected == {}
    assert WRITES[platform].contacts(sandbox) == 1


async def test_a_write_whose_answer_was_lost_may_be_sent_again(
    sandbox: Sandbox, platform: str
) -> None:
    """The second time no platform makes a second contact."""
    lost = FaultRule("*", faults.Drop(execute=1), times=1)
    sandbox.faults = FaultScript([lost])
    assert (await ask(sandbox, platform)).data == b""
    assert (await ask(sandbox, platform)).data != b""
    assert WRITES[platform].contacts(sandbox) == 1
