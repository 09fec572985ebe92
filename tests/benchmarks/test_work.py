"""A benchmark refuses to time wrong results."""

import http.client
from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.clients import PARSED
from benchmarks.contact import CONTACT
from benchmarks.runner import server
from benchmarks.work import Work, WrongResultError, send_each


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run the stub server."""
    with server(None) as port:
        yield port


def ask(port: int, times: int) -> None:
    """Send requests over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _ in range(times):
        connection.request("POST", "/v2.0/contact/add/a%40b.example/")
        connection.getresponse().read()
    connection.close()


def test_sample_holds_what_was_timed(port: int) -> None:
    work = Work(port, requests=3, in_flight=1)
    with work.timed():
        ask(port, 3)

    assert work.sample is not None
    assert work.sample.requests == 3
    assert work.sample.cpu_s > 0
    assert work.sample.wall_s > 0
    assert work.sample.server_cpu_s > 0


@pytest.mark.parametrize("sent", [2, 4])
def test_lost_and_doubled_requests_are_refused(port: int, sent: int) -> None:
    work = Work(port, requests=3, in_flight=1)

    with pytest.raises(WrongResultError, match=f"{sent} requests instead of 3"), work.timed():
        ask(port, sent)
    assert work.sample is None


async def test_each_results_number_is_looked_at(port: int) -> None:
    async def send(n: int) -> Any:
        return {**CONTACT, "SystemID": 1} if n == 7 else CONTACT

    with pytest.raises(WrongResultError, match="another SystemID"):
        await send_each(Work(port, requests=10, in_flight=2), send, PARSED)


async def test_each_field_of_the_last_results_is_looked_at(port: int) -> None:
    async def send(n: int) -> Any:
        ask(port, 1)
        return {**CONTACT, "IsConfirmed": None}

    with pytest.raises(WrongResultError, match="not the server's contact"):
        await send_each(Work(port, requests=2, in_flight=2), send, PARSED)


async def test_all_rows_are_sent_once_with_no_more_in_flight_than_allowed(port: int) -> None:
    work = Work(port, requests=20, in_flight=3)
    rows: list[int] = []

    async def send(n: int) -> Any:
        rows.append(n)
        ask(port, 1)
        return CONTACT

    await send_each(work, send, PARSED)

    assert sorted(rows) == [*work.rows, *work.warm_up]
