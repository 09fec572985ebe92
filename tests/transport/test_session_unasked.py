"""What nobody asked for is never taken for an answer, whichever way requests go."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import attrs
import pytest
from aiohttp.client_proto import ResponseHandler

from sentori_async.errors import ConnectFailed
from sentori_async.wire.message import Request
from tests.transport.peers import (
    READ,
    WRITE,
    assert_clean,
    exchange,
    http,
    peer,
    raw,
    request,
    session,
    settle,
)

LARGE = request("POST", "some/path/", body=b"1" * 40_000)
EVERY_REQUEST = pytest.mark.parametrize("sent", [READ, WRITE, LARGE], ids=["get", "post", "large"])


@attrs.define
class Talker:
    """A server that answers what it is asked, and says more when told to.

    Attributes:
        writers: Its side of each connection.
    """

    url: str = ""
    writers: list[asyncio.StreamWriter] = attrs.field(factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(_length(head))
                writer.write(http(b"asked for").data)
        writer.close()


def _length(head: bytes) -> int:
    _, found, rest = head.partition(b"Content-Length: ")
    return int(rest.partition(b"\r\n")[0]) if found else 0


@pytest.fixture
async def talker() -> AsyncIterator[Talker]:
    one = Talker()
    async with raw(one.serve) as one.url:
        yield one
        await settle()


@EVERY_REQUEST
@pytest.mark.parametrize(
    "unasked",
    [
        http(b"not asked for").data,
        http(b"", "408 Request Timeout", Connection="close").data,
        b"\x16\x03\x01 not HTTP",
    ],
    ids=["answer", "farewell", "garbage"],
)
async def test_what_came_while_a_connection_was_idle_is_not_the_next_answer(
    talker: Talker, unasked: bytes, sent: Request
) -> None:
    async with session(talker.url) as through:
        await exchange(through, sent)
        talker.writers[0].write(unasked)
        await settle()
        response = await exchange(through, sent)
    assert (response.status, response.body) == (200, b"asked for")
    assert len(talker.writers) == 2


async def test_beginning_of_an_answer_is_forgotten(talker: Talker) -> None:
    """The parser has it, and is replaced with the next request."""
    async with session(talker.url) as through:
        await exchange(through, READ)
        talker.writers[0].write(http(b"not asked for").data[:20])
        await settle()
        assert (await exchange(through, READ)).body == b"asked for"


async def test_the_same_holds_for_a_connector_of_the_callers(talker: Talker) -> None:
    async with (
        aiohttp.TCPConnector() as connector,
        session(talker.url, connector=connector) as through,
    ):
        await exchange(through, WRITE)
        talker.writers[0].write(http(b"not asked for").data)
        await settle()
        assert (await exchange(through, WRITE)).body == b"asked for"
    assert len(talker.writers) == 2


async def test_a_pool_that_is_full_of_it_is_passed_over(talker: Talker) -> None:
    async with session(talker.url) as through:
        await asyncio.gather(*[exchange(through, READ) for _ in range(8)])
        before = len(talker.writers)
        for writer in talker.writers:
            writer.write(http(b"not asked for").data)
        await settle()
        assert (await exchange(through, WRITE)).body == b"asked for"
    assert len(talker.writers) == before + 1


@EVERY_REQUEST
async def test_who_always_speaks_first_is_given_up_with_nothing_sent(
    sent: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it is heard in time is chance, so that is made certain here."""
    monkeypatch.setattr(ResponseHandler, "should_close", property(lambda _: True))
    async with peer(http()) as one, session(one.url) as through:
        with pytest.raises(ConnectFailed, match="speaks before it is asked") as caught:
            await exchange(through, sent)
        assert (one.seen, caught.value.applied) == ([], False)
    assert_clean(caught.value)
