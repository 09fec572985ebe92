"""Each fault as a client meets it: the bytes, the end of the connection, and what took effect."""

import datetime as dt
import json
import zlib
from typing import Any

import pytest

from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.sandbox.raw import Seen, added, always, ask, ask_under, connected
from tests.sandbox.service import Start

NOON = dt.datetime(2026, 3, 1, 12, 0, 0, 500_000)  # noqa: DTZ001 - UTC, as the sandbox has it


def contact(body: bytes) -> Any:
    return json.loads(body)["EmailAddress"]


# Answers that are not the platform's.


@pytest.mark.parametrize("status", [401, 402, 403, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("execute", [0, 1])
async def test_any_status_comes_before_or_after_the_request_took_effect(
    sandbox: Sandbox, status: int, execute: int
) -> None:
    fault = faults.Status(status=status, headers={"X-Proxy": "p"}, body="no", execute=execute)
    seen = await ask_under(sandbox, fault)
    assert (seen.status, seen.headers["x-proxy"], seen.body) == (status, "p", b"no")
    assert added(sandbox) is bool(execute)


@pytest.mark.parametrize("text", ["90", "432 seconds", "90 s", "soon", "-1", ""])
async def test_retry_after_is_sent_as_it_stands(sandbox: Sandbox, text: str) -> None:
    fault = faults.Status(status=429, headers={"Retry-After": text})
    assert (await ask_under(sandbox, fault)).headers["retry-after"] == text


async def test_retry_after_may_be_a_date_on_the_clock_of_the_sandbox(start: Start) -> None:
    service = await start(clock=lambda: NOON)
    seen = await ask_under(service.sandbox, faults.Status(retry_date_s=90))
    assert seen.status == 503
    assert seen.headers["date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert seen.headers["retry-after"] == "Sun, 01 Mar 2026 12:01:30 GMT"


@pytest.mark.parametrize(
    ("skew_s", "date", "retry_after"),
    [
        (3600, "Sun, 01 Mar 2026 13:00:00 GMT", "Sun, 01 Mar 2026 13:00:05 GMT"),
        (-86_400, "Sat, 28 Feb 2026 12:00:00 GMT", "Sat, 28 Feb 2026 12:00:05 GMT"),
    ],
)
async def test_a_server_with_a_wrong_clock_is_wrong_in_both_dates(
    start: Start, skew_s: float, date: str, retry_after: str
) -> None:
    """Who subtracts one date from the other still waits five seconds."""
    service = await start(clock=lambda: NOON)
    seen = await ask_under(service.sandbox, faults.Status(retry_date_s=5, clock_skew_s=skew_s))
    assert (seen.headers["date"], seen.headers["retry-after"]) == (date, retry_after)


async def test_a_wrong_clock_may_go_with_seconds_to_wait(start: Start) -> None:
    service = await start(clock=lambda: NOON)
    fault = faults.Status(clock_skew_s=3600, headers={"Retry-After": "5"})
    seen = await ask_under(service.sandbox, fault)
    assert seen.headers["date"] == "Sun, 01 Mar 2026 13:00:00 GMT"
    assert seen.headers["retry-after"] == "5"


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize("execute", [0, 1])
async def test_a_proxy_sends_a_page_instead_of_json(
    sandbox: Sandbox, status: int, execute: int
) -> None:
    seen = await ask_under(sandbox, faults.Html(status=status, execute=execute))
    assert (seen.status, seen.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert seen.body.startswith(b"<!DOCTYPE html>")
    assert added(sandbox) is bool(execute)


async def test_a_connection_outlives_a_wrong_answer(sandbox: Sandbox) -> None:
    sandbox.faults = FaultScript([FaultRule("contacts.add", faults.Status(), on=[1])])
    async with connected(sandbox) as connection:
        await connection.send()
        assert b" 503 " in await connection.receive_until(b"\r\n\r\n")
        await connection.send(last=True)
        assert (await connection.receive_all()).status == 200


# Connections that end.


@pytest.mark.parametrize("execute", [0, 1])
async def test_a_dropped_connection_ends_without_a_byte(sandbox: Sandbox, execute: int) -> None:
    assert await ask_under(sandbox, faults.Drop(execute=execute)) == Seen(b"", "closed")
    assert added(sandbox) is bool(execute)


@pytest.mark.parametrize("execute", [0, 1])
async def test_a_reset_connection_fails_without_a_byte(sandbox: Sandbox, execute: int) -> None:
    assert await ask_under(sandbox, faults.Reset(execute=execute)) == Seen(b"", "reset")
    assert added(sandbox) is bool(execute)


@pytest.mark.parametrize(
    ("fault", "end"), [(faults.ResetMidBody(), "reset"), (faults.Truncated(), "closed")]
)
async def test_a_body_ends_half_way(sandbox: Sandbox, fault: faults.Fault, end: str) -> None:
    seen = await ask_under(sandbox, fault)
    announced = int(seen.headers["content-length"])
    assert (seen.status, seen.end, len(seen.body)) == (200, end, announced // 2)
    assert seen.body.startswith(b'{"IsSuppressed"')
    assert added(sandbox)


async def test_an_empty_body_is_cut_short_as_well(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add("joe@example.com")
    seen = await ask_under(sandbox, faults.Truncated(), "contact/delete/joe%40example.com/")
    assert (seen.headers["content-length"], seen.body) == ("1", b"")
    assert sandbox.sentori.contacts.count() == 0


@pytest.mark.parametrize("end", ["closed", "reset"])
async def test_a_body_larger_than_what_sockets_hold_ends_half_way_as_well(
    sandbox: Sandbox, end: str
) -> None:
    """Before a close all of the half arrives; a reset throws away what is on its way."""
    sandbox.faults = always(faults.Truncated() if end == "closed" else faults.ResetMidBody())
    seen = await ask(sandbox, body=json.dumps({"FirstName": "x" * 12_000_000}).encode())
    half = int(seen.headers["content-length"]) // 2
    assert (seen.status, seen.end) == (200, end)
    assert (len(seen.body) == half) if end == "closed" else (0 < len(seen.body) <= half)
    assert added(sandbox)


async def test_an_answer_promises_a_connection_that_is_closed_at_once(sandbox: Sandbox) -> None:
    sandbox.faults = always(faults.CloseAfter())
    seen = await ask(sandbox, last=False)
    assert (seen.status, seen.end, contact(seen.body)) == (200, "closed", "joe@example.com")
    assert "connection" not in seen.headers
    assert added(sandbox)


# Bodies that are too large.


async def test_an_oversized_body_is_announced_and_stays_json(sandbox: Sandbox) -> None:
    seen = await ask_under(sandbox, faults.Oversized(size_bytes=3_000_001))
    assert seen.headers["content-length"] == "3000001"
    assert (len(seen.body), contact(seen.body)) == (3_000_001, "joe@example.com")
    assert added(sandbox)


async def test_an_oversized_body_may_come_unannounced(sandbox: Sandbox) -> None:
    seen = await ask_under(sandbox, faults.Oversized(size_bytes=3_000_001, announced=False))
    assert "content-length" not in seen.headers
    assert seen.headers["transfer-encoding"] == "chunked"
    assert len(seen.body) > 3_000_001
    assert seen.body.endswith(b"\r\n0\r\n\r\n")


async def test_a_body_above_the_size_asked_for_is_sent_as_it_is(sandbox: Sandbox) -> None:
    seen = await ask_under(sandbox, faults.Oversized(size_bytes=1))
    assert contact(seen.body) == "joe@example.com"
    assert len(seen.body) == int(seen.headers["content-length"])


async def test_a_gzip_bomb_is_small_until_it_is_unpacked(sandbox: Sandbox) -> None:
    size = 8 * 1024 * 1024 + 1
    seen = await ask_under(sandbox, faults.GzipBomb(size_bytes=size))
    assert seen.headers["content-encoding"] == "gzip"
    assert int(seen.headers["content-length"]) == len(seen.body) < size / 500
    assert zlib.decompress(seen.body, wbits=31) == b" " * size
    assert added(sandbox)


# Requests that arrive twice.


async def test_a_duplicate_is_carried_out_twice_and_answered_once(sandbox: Sandbox) -> None:
    """The second addition is refused with 102; the client gets the first answer."""
    seen = await ask_under(sandbox, faults.Duplicate())
    assert (seen.status, contact(seen.body)) == (200, "joe@example.com")
    assert added(sandbox)


@pytest.mark.parametrize(
    "fault", [faults.Duplicate(), faults.Drop(execute=2), faults.Truncated(execute=2)]
)
async def test_an_import_that_arrives_twice_makes_two_upload_groups(
    sandbox: Sandbox, fault: faults.Fault
) -> None:
    upload = {"Name": "n", "Description": "d", "Contacts": [{"EmailAddress": "joe@example.com"}]}
    sandbox.faults = always(fault, "contacts.import_")
    await ask(sandbox, "contact/import/", body=json.dumps(upload).encode())
    assert len(sandbox.sentori.upload_groups.all()) == 2
    assert sandbox.requests.latest()[0].executed == 2


# What else goes the way of a fault.


async def test_a_body_that_cannot_be_read_is_carried_out_no_times(start: Start) -> None:
    sandbox = (await start(max_body_bytes=10, faults=always(faults.Duplicate()))).sandbox
    seen = await ask(sandbox, body=b'{"FirstName": "Joe"}')
    assert seen.status == 413
    assert sandbox.requests.latest()[0].executed == 0


async def test_a_path_without_a_route_goes_wrong_as_well(sandbox: Sandbox) -> None:
    sandbox.faults = always(faults.CloseAfter())
    seen = await ask(sandbox, "nowhere/", last=False)
    assert (seen.status, seen.end) == (404, "closed")
    (record,) = sandbox.requests.latest()
    assert (record.route, record.status, record.executed) == ("", 404, 0)


async def test_an_error_of_the_sandbox_itself_is_still_a_500(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    def stopped() -> dt.datetime:
        raise ZeroDivisionError

    sandbox = (await start()).sandbox
    sandbox.faults = always(faults.Status(retry_date_s=1))
    sandbox._clock = stopped
    seen = await ask(sandbox)
    assert (seen.status, sandbox.requests.latest()[0].status, sandbox.in_flight) == (500, 500, 0)
    assert "ZeroDivisionError" in caplog.text
