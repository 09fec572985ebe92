"""A session belongs to one loop, ends when it is told to, and leaves nothing open."""

import asyncio
import gc
from typing import Any

import aiohttp
import pytest

from sentori_async.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    TransportError,
)
from sentori_async.settings import Limits
from sentori_async.transport.session import Session
from sentori_async.wire.message import Request
from tests.transport.peers import (
    READ,
    WRITE,
    Peer,
    Say,
    Then,
    exchange,
    http,
    make_session,
    peer,
    session,
    settle,
)

NOBODY = "https://127.0.0.1:1/"
"""An address at which nothing listens."""

SILENT = Say(b"", Then.SILENCE)
CUT_HEAD = Say(b"HTTP/1.1 200 OK\r\nContent-", Then.SILENCE)
CUT_BODY = Say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", Then.SILENCE)
CUT_CHUNK = Say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{}", Then.SILENCE)
STALLED = pytest.mark.parametrize(
    "said",
    [
        pytest.param(SILENT, id="before-the-head"),
        pytest.param(CUT_HEAD, id="within-the-head"),
        pytest.param(CUT_BODY, id="within-the-body"),
        pytest.param(CUT_CHUNK, id="within-a-chunk"),
    ],
)


async def begun(through: Session, one: Peer, sent: Request = READ) -> asyncio.Task[Any]:
    """Return an exchange that its peer has heard of and the client has read all there is of."""
    task = asyncio.ensure_future(exchange(through, sent, total_s=60.0))
    await one.heard.wait()
    await settle()
    assert not task.done()
    return task


# ----------------------------------------------------------------------------------- closing


async def test_session_that_was_never_used_closes_twice() -> None:
    async with session("https://api.example/") as through:
        await through.close()
        await through.close()
        assert through.closed


async def test_used_session_closes_twice_and_hangs_up() -> None:
    async with peer() as one, session(one.url) as through:
        await exchange(through)
        assert not through.closed
        await through.close()
        await through.close()
        await one.hung_up.wait()
        assert through.closed


async def test_use_after_close_says_closed() -> None:
    async with peer() as one, session(one.url) as through:
        await exchange(through)
        await through.close()
        with pytest.raises(ConfigurationError, match="the client is closed"):
            await exchange(through)
        assert len(one.seen) == 1


async def test_first_use_after_close_says_closed_too() -> None:
    async with session("https://api.example/") as through:
        await through.close()
        with pytest.raises(ConfigurationError, match="the client is closed"):
            await exchange(through)


@STALLED
@pytest.mark.parametrize("sent", [READ, WRITE], ids=["read", "write"])
async def test_close_ends_what_is_in_flight_at_once(said: Say, sent: Request) -> None:
    async with peer(said) as one, session(one.url) as through:
        task = await begun(through, one, sent)
        async with asyncio.timeout(5):
            await through.close()
            with pytest.raises(ConnectionLost, match="closed") as caught:
                await task
        assert caught.value.operation == "contacts.verb"
        await one.hung_up.wait()


async def test_close_ends_a_look_up_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = asyncio.Event()

    async def never(*_: Any, **__: Any) -> Any:
        asked.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", never)
    async with session("https://api.example/") as through:
        tasks = [asyncio.ensure_future(exchange(through, WRITE)) for _ in range(2)]
        await asked.wait()
        await through.close()
        for task in tasks:
            with pytest.raises(TransportError, match="closed"):
                await task


async def test_close_ends_the_wait_for_a_free_connection() -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with peer(SILENT) as one, session(one.url, connector=connector) as through:
        first = await begun(through, one)
        second = asyncio.ensure_future(exchange(through))
        await settle()
        await through.close()
        for task in (first, second):
            with pytest.raises(TransportError, match="closed"):
                await task
        await connector.close()


# ----------------------------------------------------------------------------- cancellation


@STALLED
async def test_cancellation_is_prompt_and_hangs_up(said: Say) -> None:
    async with peer(said) as one, session(one.url) as through:
        task = await begun(through, one)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await one.hung_up.wait()


async def test_cancellation_while_closing_stays_a_cancellation() -> None:
    async with peer(SILENT) as one, session(one.url) as through:
        task = await begun(through, one)
        task.cancel()
        await through.close()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_session_goes_on_after_a_cancelled_request() -> None:
    async with peer(SILENT, http()) as one, session(one.url) as through:
        task = await begun(through, one)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await exchange(through)).status == 200


# -------------------------------------------------------------------------------- the loops


def test_session_is_made_outside_any_loop_and_bound_by_its_first_use() -> None:
    async def use(made: Session) -> None:
        with pytest.raises(ConnectFailed):
            await exchange(made)

    async def misuse(made: Session) -> None:
        with pytest.raises(ConfigurationError, match="another event loop"):
            await exchange(made)
        with pytest.raises(ConfigurationError, match="another event loop"):
            await made.close()

    made = make_session(NOBODY)
    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(use(made))
        second.run(misuse(made))
        first.run(use(made))
        first.run(made.close())
    assert made.closed


def test_session_whose_loop_is_gone_can_still_be_closed() -> None:
    async def use() -> Session:
        async with peer() as one:
            made = make_session(one.url)
            await exchange(made)
            return made

    made = asyncio.run(use())
    asyncio.run(made.close())
    assert made.closed


# ------------------------------------------------------------------- the caller's connector


async def test_connector_of_the_caller_is_used_and_left_open() -> None:
    connector = aiohttp.TCPConnector()
    async with peer() as one:
        async with session(one.url, connector=connector) as through:
            await exchange(through)
        assert not connector.closed
        async with session(one.url, connector=connector) as through:
            await exchange(through)
        assert (one.connections, len(one.seen)) == (1, 2)
        await connector.close()


async def test_closed_connector_is_named() -> None:
    connector = aiohttp.TCPConnector()
    await connector.close()
    async with session(NOBODY, connector=connector) as through:
        with pytest.raises(ConfigurationError, match=r"connector .* closed"):
            await exchange(through)


async def test_connector_that_is_closed_later_is_named_too() -> None:
    connector = aiohttp.TCPConnector()
    async with peer() as one, session(one.url, connector=connector) as through:
        await exchange(through)
        await connector.close()
        with pytest.raises(ConfigurationError, match=r"connector .* closed"):
            await exchange(through)


def test_connector_of_another_loop_is_refused() -> None:
    async def make() -> aiohttp.TCPConnector:
        return aiohttp.TCPConnector()

    async def use(connector: aiohttp.TCPConnector) -> None:
        async with session(NOBODY, connector=connector) as through:
            with pytest.raises(ConfigurationError, match="another event loop"):
                await exchange(through)

    with asyncio.Runner() as first, asyncio.Runner() as second:
        connector = first.run(make())
        second.run(use(connector))
        first.run(connector.close())


async def test_own_connections_are_as_many_as_may_be_in_flight() -> None:
    async with peer() as one, session(one.url, limits=Limits(concurrency=3)) as through:
        await asyncio.gather(*(exchange(through) for _ in range(9)))
        assert one.connections == 3


# -------------------------------------------------------------------------------- the litter


async def test_nothing_is_left_open_by_use_failure_and_cancellation() -> None:
    scripts = [[http(b"{}")], [CUT_BODY], [Say(b"nonsense\r\n\r\n")], [Say(b"", Then.RESET)]]
    for script in scripts:
        async with peer(*script) as one, session(one.url) as through:
            task = asyncio.ensure_future(exchange(through, total_s=0.05))
            await asyncio.gather(task, return_exceptions=True)
            assert isinstance(task.exception(), TransportError | None)
    # What was forgotten would warn when it is collected, and warnings fail the test.
    gc.collect()
