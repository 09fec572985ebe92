"""Answers in unusual shapes, silences to the second, and what becomes of connections; both ways."""

import asyncio

import aiohttp
import pytest

from sentori_async.errors import ConnectionLost, RequestTimeout, SentoriError
from tests.clock import now, run
from tests.transport.peers import (
    READ,
    WRITE,
    Say,
    Then,
    chunked,
    exchange,
    http,
    peer,
    raw,
    say_and_send,
    session,
    settle,
)

INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"


@pytest.mark.parametrize("times", [1, 3])
@pytest.mark.parametrize("interim", [INTERIM, b"HTTP/1.1 100 Continue\r\n\r\n"])
async def test_interim_answers_are_passed_over(interim: bytes, times: int) -> None:
    response, seen = await say_and_send(READ, Say(interim * times + http(b"{}").data), times=2)
    assert (response.status, response.body, seen.connections) == (200, b"{}", 1)


async def test_switch_of_protocols_nobody_asked_for_is_no_success_and_costs_the_connection() -> (
    None
):
    switch = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n"
    async with peer(Say(switch, Then.CLOSE), http(b"{}")) as one, session(one.url) as through:
        assert (await exchange(through, total_s=1.0)).status == 101
        assert (await exchange(through)).status == 200
        assert one.connections == 2


def silence_after(*pieces: bytes) -> tuple[type[BaseException], float]:
    """Return what a silence after some pieces, a second apart, comes to, and when."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            await asyncio.sleep(1.0)
            writer.write(piece)
        await reader.read()
        writer.close()

    async def listen() -> tuple[type[BaseException], float]:
        async with raw(speak) as url:
            async with session(url) as through:
                with pytest.raises(SentoriError) as caught:
                    await exchange(through, read_s=5.0, total_s=60.0)
                ended = now()
            await settle()
        return caught.type, ended

    return run(listen())


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 200 OK\r\n",),
        (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n\r\n"),
        (http(b"", Content_Length=2).data, b"{"),
        (http(b"", Content_Length="", Transfer_Encoding="chunked").data, chunked(b"{", end=False)),
    ],
    ids=["all", "head", "no-body", "body", "chunk"],
)
def test_silence_ends_the_attempt_so_long_after_the_last_byte(pieces: tuple[bytes, ...]) -> None:
    assert silence_after(*pieces) == (RequestTimeout, len(pieces) + 5.0)


def test_silence_after_an_interim_answer_ends_the_attempt_too(way: str) -> None:
    # aiohttp itself stops its timer there (3.14.5): the ordinary way waits for the whole attempt.
    ends = {"off": 60.0, "on": 6.0}
    assert silence_after(INTERIM) == (RequestTimeout, ends[way])


def test_silence_between_two_requests_is_nobodys() -> None:
    """A connection in the pool has all the time there is."""

    async def pause() -> float:
        async with peer(http(b"{}")) as one, session(one.url) as through:
            await exchange(through, read_s=5.0, total_s=60.0)
            await asyncio.sleep(10.0)
            await exchange(through, read_s=5.0, total_s=60.0)
            # The timer of aiohttp 3.14.0 runs on in the pool; such a connection is given up.
            assert one.connections == 1 or aiohttp.__version__ == "3.14.0"
            return now()

    assert run(pause()) == 10.0


@pytest.mark.parametrize(
    "heard",
    [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        http(b"", Content_Length=9).data,
        http(b"{", Content_Length=9).data,
    ],
    ids=["nothing", "half-a-head", "head", "half-a-body"],
)
async def test_cancellation_closes_the_connection(heard: bytes) -> None:
    async with peer(Say(heard, Then.SILENCE), http(b"{}")) as one, session(one.url) as through:
        task = asyncio.create_task(exchange(through, WRITE))
        await one.heard.wait()
        await settle()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await one.hung_up.wait()
        assert (await exchange(through)).body == b"{}"
        assert one.connections == 2


async def test_too_large_an_answer_closes_the_connection() -> None:
    large = Say(http(b"", Content_Length=1 << 40).data + b"{")
    async with peer(large, http(b"{}")) as one, session(one.url) as through:
        with pytest.raises(SentoriError, match="larger than"):
            await exchange(through)
        await one.hung_up.wait()
        assert (await exchange(through)).body == b"{}"


async def test_connection_that_the_platform_ends_is_not_used_again() -> None:
    async with peer(Say(http(b"{}").data, Then.CLOSE), http(b"{}")) as one:
        async with session(one.url) as through:
            await exchange(through)
            await one.hung_up.wait()
            await settle()
            assert (await exchange(through, WRITE)).status == 200
        assert one.connections == 2


async def test_connection_that_was_closed_under_our_hands_is_a_lost_one() -> None:
    async with peer(http(b"{}")) as one, session(one.url) as through:
        await exchange(through)
        assert through._http is not None
        connector = through._http.connector
        assert connector is not None
        if through._express is not None:
            through._express.let_go()
        ((protocol, _),) = next(iter(connector._conns.values()))
        assert protocol.transport is not None
        closing = protocol.transport
        # Between the look into the pool and the writing.
        protocol.is_connected = lambda: True  # type: ignore[method-assign]
        closing.close()
        with pytest.raises(ConnectionLost):
            await exchange(through)
