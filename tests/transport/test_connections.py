"""Which connection the next request of the express way goes over, and who else may have it."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import aiohttp
import pytest

from sentori_async.errors import TransportError
from sentori_async.platforms.sentori.client import SENTORI
from sentori_async.settings import Limits, Settings
from sentori_async.transport import connections
from sentori_async.transport.connections import Ready, RoomyListener
from sentori_async.transport.session import Session
from tests.transport.peers import (
    KEY,
    READ,
    WRITE,
    Peer,
    Say,
    Then,
    exchange,
    http,
    peer,
    request,
    settle,
)

LARGE = request("POST", "some/path/", body=b"1" * 40_000)
"""What goes the ordinary way."""


def express_session(one: Peer, concurrency: int = 8, **options: Any) -> Session:
    settings = Settings(
        api_key=KEY,
        base_url=f"http://127.0.0.1:{one.port}/v2.0/",
        limits=Limits(concurrency=concurrency),
    )
    return Session(settings, SENTORI.auth, express=True, **options)


def kept(session: Session) -> list[Any]:
    assert session._express is not None
    return session._express._ready._connections


def pooled(session: Session) -> int:
    assert session._http is not None
    connector = session._http.connector
    assert connector is not None
    return sum(map(len, connector._conns.values()))


@contextmanager
def used_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let connections rest as soon as the loop comes round."""
    with monkeypatch.context() as patch:
        patch.setattr(connections, "_IDLE_S", 0.0)
        yield


async def test_what_has_just_become_free_is_used_again() -> None:
    async with peer(http()) as one:
        session = express_session(one)
        for _ in range(3):
            await exchange(session)
            assert (len(kept(session)), pooled(session)) == (1, 0)
        await session.close()
    assert one.connections == 1


async def test_what_rests_goes_to_the_pool_and_comes_back_from_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with peer(http()) as one:
        session = express_session(one)
        with used_at_once(monkeypatch):
            for _ in range(2):
                await exchange(session)
                await settle()
                assert (len(kept(session)), pooled(session)) == (0, 1)
        await session.close()
    assert one.connections == 1


async def test_ordinary_request_does_not_wait_for_what_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "_IDLE_S", 3600.0)
    async with peer(http()) as one:
        session = express_session(one, concurrency=1)
        for sent in (READ, LARGE, WRITE):
            await exchange(session, sent)
        await session.close()
    assert one.connections == 1


async def test_connector_of_the_callers_has_its_connections_back_at_once() -> None:
    """Others may wait for them."""
    async with peer(http()) as one, aiohttp.TCPConnector(limit=1) as connector:
        session = express_session(one, connector=connector)
        for _ in range(2):
            await exchange(session)
            assert (len(kept(session)), pooled(session)) == (0, 1)
        await session.close()
    assert one.connections == 1


async def test_connection_that_ended_while_it_was_free_is_not_used() -> None:
    async with peer(Say(http(b"{}").data, Then.CLOSE), http(b"{}")) as one:
        session = express_session(one)
        await exchange(session)
        await one.hung_up.wait()
        await settle()
        assert (await exchange(session, WRITE)).status == 200
        assert len(kept(session)) == 1
        await session.close()
    assert one.connections == 2


async def test_connection_that_is_being_closed_is_not_used() -> None:
    async with peer(http(b"{}")) as one:
        session = express_session(one)
        await exchange(session)
        kept(session)[0].transport.close()
        assert (await exchange(session, WRITE)).status == 200
        await session.close()
    assert one.connections == 2


@pytest.mark.parametrize(
    ("proxy", "count"), [("http://127.0.0.1:1", 1), ("http://canary:word@127.0.0.1:1", 0)]
)
async def test_connection_that_would_print_a_password_goes_to_the_pool(
    proxy: str, count: int
) -> None:
    """What nobody has closed is printed by aiohttp, with all that is known of its proxy."""
    settings = Settings(api_key=KEY, base_url="https://api.example/", proxy=proxy)
    session = Session(settings, SENTORI.auth, express=True)
    session._open()
    one = _Free()
    assert session._express is not None
    session._express._free(one)  # type: ignore[arg-type]
    assert (len(kept(session)), one.released) == (count, not count)
    await session.close()


async def test_connection_that_is_to_close_is_not_kept() -> None:
    async with peer(http(b"{}", Connection="close")) as one:
        session = express_session(one)
        await exchange(session)
        assert (len(kept(session)), pooled(session)) == (0, 0)
        await session.close()


async def test_failed_exchange_keeps_nothing() -> None:
    async with peer(Say(b"no HTTP at all\r\n\r\n", Then.SILENCE)) as one:
        session = express_session(one)
        with pytest.raises(TransportError):
            await exchange(session)
        assert (len(kept(session)), pooled(session)) == (0, 0)
        await session.close()


async def test_closing_closes_what_is_free() -> None:
    async with peer(http()) as one:
        session = express_session(one)
        await exchange(session)
        await session.close()
        await one.hung_up.wait()


async def test_connection_that_was_used_last_is_used_first() -> None:
    """The others have the time to rest, and to be closed."""
    ready = Ready(asyncio.get_running_loop())
    one: Any
    other: Any
    one, other = _Free(), _Free()
    ready.keep(one)
    ready.keep(other)
    assert [ready.take(), ready.take(), ready.take()] == [other, one, None]


async def test_what_a_fork_begins_anew_leaves_connections_to_the_parent() -> None:
    """They are kept, for aiohttp closes what is collected, and not touched by a close."""
    async with peer(http()) as one:
        session = express_session(one)
        await exchange(session)
        held: Any = session.renew()
        await session.close()
        client, express = held
        assert len(express._ready._connections) == 1
        express.let_go()
        await client.close()


async def test_timer_keeps_nobody_alive() -> None:
    ready = Ready(asyncio.get_running_loop())
    ready.keep(_Free())  # type: ignore[arg-type]
    there = weakref.ref(ready)
    del ready
    gc.collect()
    assert there() is None


class _Protocol:
    should_close = False

    def is_connected(self) -> bool:
        return True


class _Free:
    """As much of a connection as keeping one takes."""

    protocol = _Protocol()
    released = False

    def release(self) -> None:
        self.released = True


async def test_reads_share_a_room_where_the_loop_has_none_of_its_own() -> None:
    """What one connection read is not what another finds, however much there is of it."""
    loop = asyncio.get_running_loop()
    bodies = [b"%d" % n * 100_000 for n in range(4)]
    async with peer(*map(http, bodies)) as one:
        session = express_session(one)
        answers = await asyncio.gather(*[exchange(session, READ) for _ in bodies])
        rooms = {id(getattr(each.protocol, "_room", None)) for each in kept(session)}
        roomy = {isinstance(each.protocol, RoomyListener) for each in kept(session)}
        await session.close()

    assert sorted(answer.body for answer in answers) == bodies
    assert len(rooms) == 1
    assert roomy == {isinstance(loop, asyncio.BaseEventLoop)}
