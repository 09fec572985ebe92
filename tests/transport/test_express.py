"""Both ways say the same to the platform, and what is out of the ordinary goes the ordinary way."""

import asyncio
import logging
import math
from typing import Any

import aiohttp
import pytest

from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sentori.client import SENTORI
from sentori_async.settings import Settings
from sentori_async.transport import express
from sentori_async.transport.connections import Listener
from sentori_async.transport.express import Express, is_wanted
from sentori_async.transport.session import Session
from sentori_async.wire.message import Request
from tests.transport.peers import KEY, READ, WRITE, Seen, exchange, http, peer, request

REQUESTS = [
    pytest.param(READ, id="get"),
    pytest.param(WRITE, id="post"),
    pytest.param(request("POST", "some/path/"), id="post-without-a-body"),
    pytest.param(request("PUT", "some/path/", body=b"[1]"), id="put"),
    pytest.param(request("PATCH", "some/path/", body=b"[1]"), id="patch"),
    pytest.param(request("DELETE", "some/path/"), id="delete"),
    pytest.param(request("DELETE", "some/path/", body=b"[1]"), id="delete-with-a-body"),
    pytest.param(request("OPTIONS", "some/path/"), id="options"),
    pytest.param(request("GET", "a%2Fb/", query="c=%C3%A9&d=e%20f"), id="query"),
    pytest.param(request("GET", "", query="c=d"), id="query-of-the-base"),
    pytest.param(request("GET", "a;b/c:d/@e/~f/%2e%2e/"), id="odd-path"),
    pytest.param(request("GET", "a/../b/./c//d/"), id="dots"),
    pytest.param(request("GET", "some/path/", headers={"X-Id": "1"}), id="header"),
    pytest.param(request("POST", "p/", headers={"X-Ä": "é\t!"}, body=b"{}"), id="odd-header"),
    pytest.param(request("GET", "p/", headers={"user-agent": "mine"}), id="header-of-ours"),
    pytest.param(request("POST", "p/", body=b"1" * 40_000), id="large-body"),
    pytest.param(request("GET", "some/p\N{LATIN SMALL LETTER E WITH ACUTE}th/"), id="not-ascii"),
]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Tell of each request whether it went the express way."""
    seen: list[bool] = []
    compose = Express.compose

    def see(self: Express, one: Request) -> bytes | None:
        composed = compose(self, one)
        seen.append(composed is not None)
        return composed

    monkeypatch.setattr(Express, "compose", see)
    return seen


async def seen_by_a_peer(sent: Request, *, way: bool, **options: Any) -> Seen:
    async with peer(http()) as one:
        settings = Settings(api_key=KEY, base_url=f"http://127.0.0.1:{one.port}/v2.0/")
        session = Session(settings, SENTORI.auth, express=way, **options)
        try:
            await exchange(session, sent)
        finally:
            await session.close()
    (seen,) = one.seen
    host = f"127.0.0.1:{one.port}"
    # The two ways are heard at two ports.
    return Seen(seen.line, [(k, v.replace(host, "host")) for k, v in seen.headers], seen.body)


@pytest.mark.parametrize("sent", REQUESTS)
async def test_both_ways_say_the_same(sent: Request) -> None:
    ordinary, ours = [await seen_by_a_peer(sent, way=way) for way in (False, True)]
    assert (ours.line, ours.body) == (ordinary.line, ordinary.body)
    assert sorted(ours.headers) == sorted(ordinary.headers)


async def test_both_ways_say_what_every_request_says() -> None:
    said = {"X-Profile": "p-1"}
    ordinary, ours = [await seen_by_a_peer(WRITE, way=way, headers=said) for way in (False, True)]
    assert sorted(ours.headers) == sorted(ordinary.headers)
    assert ours.header("X-Profile") == ["p-1"]


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (READ, True),
        (WRITE, True),
        (request("GET", "some/path/", headers={"X-Id": "1"}), True),
        (request("GET", "some/path/", headers={"accept-Encoding": "br"}), False),
        (request("GET", "some/path/", headers={"x-id": "1", "USER-AGENT": "2"}), False),
        (request("POST", "some/path/", body=b"1" * (32 * 1024 + 1)), False),
        (request("GET", "some/p th/"), False),
        (request("GET", "some/path/\r\nX: y"), False),
        (request("GET", "some/path/", query="a=b\n"), False),
        (request("GET", "some/path/", headers={"X-Id": "1\r\nX-Other: 2"}), False),
        (request("GET", "some/path/", headers={"X-Id\n": "1"}), False),
    ],
)
async def test_only_what_is_in_order_goes_the_express_way(
    sent: Request, expected: bool, taken: list[bool]
) -> None:
    try:
        await seen_by_a_peer(sent, way=True)
    except ConfigurationError:
        assert not expected
    assert taken == [expected]


async def test_who_replaces_what_aiohttp_sends_with_is_not_passed_by(
    taken: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = aiohttp.ClientSession._request

    async def recorded(self: aiohttp.ClientSession, *args: Any, **options: Any) -> Any:
        asked.append(args[0])
        return await real(self, *args, **options)

    monkeypatch.setattr(aiohttp.ClientSession, "_request", recorded)
    await seen_by_a_peer(READ, way=True)
    assert (asked, taken) == (["GET"], [False])


async def test_connector_that_keeps_nothing_says_so() -> None:
    for way in (False, True):
        connector = aiohttp.TCPConnector(force_close=True)
        seen = await seen_by_a_peer(READ, way=way, connector=connector)
        await connector.close()
        assert seen.header("Connection") == ["close"]


async def test_answer_before_the_request_was_sent_costs_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is left of a request must not be taken for the next one."""
    async with peer(http()) as one:
        settings = Settings(api_key=KEY, base_url=f"http://127.0.0.1:{one.port}/v2.0/")
        session = Session(settings, SENTORI.auth, express=True)
        await exchange(session)
        monkeypatch.setattr(express.Answer, "_unsent", staticmethod(lambda _: 1))
        await exchange(session)
        monkeypatch.undo()
        await exchange(session)
        await session.close()
    assert one.connections == 2


@pytest.mark.parametrize(
    ("said", "wanted"), [("on", True), ("off", False), ("auto", True)], ids=str
)
def test_environment_chooses_the_way(
    said: str, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(express.SWITCH, said)
    assert is_wanted(None) is wanted
    assert (is_wanted(True), is_wanted(False)) == (True, False)


def test_environment_that_says_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(express.SWITCH, "1")
    with pytest.raises(ConfigurationError, match="on, off or auto"):
        is_wanted(None)


@pytest.mark.parametrize(
    ("version", "tested"),
    [("3.13.9", False), ("3.14.0", True), ("3.14.99", True), ("3.15.0a1", False), ("4.0", False)],
)
def test_version_that_was_not_tested_goes_the_ordinary_way_and_says_so_once(
    version: str,
    tested: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "sentori")
    monkeypatch.setenv(express.SWITCH, "auto")
    monkeypatch.setattr(aiohttp, "__version__", version)
    express._is_tested.cache_clear()
    assert [is_wanted(None) for _ in range(2)] == [tested] * 2
    assert [version in record.getMessage() for record in caplog.records] == [True] * (not tested)
    express._is_tested.cache_clear()


async def test_peer_that_has_nothing_more_to_say_is_not_silent() -> None:
    listener = Listener(asyncio.get_running_loop())
    listener.start_timeout()
    assert listener.heard_at <= asyncio.get_running_loop().time()
    listener.eof_received()
    assert listener.heard_at == math.inf
