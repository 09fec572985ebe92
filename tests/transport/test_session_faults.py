"""Every way a request can fail is told apart, and says what became of a write."""

import asyncio
import socket
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from sentori_async.errors import (
    ConfigurationError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    RequestTimeout,
    TransportError,
)
from sentori_async.wire.message import Request
from tests.clock import now, run
from tests.transport.peers import (
    READ,
    WRITE,
    Say,
    Then,
    assert_clean,
    chunked,
    exchange,
    http,
    peer,
    raw,
    request,
    session,
)


async def failure(url: str, sent: Request = READ, **options: Any) -> TransportError:
    """Return what a request fails with, having looked for what it must not show."""
    timing = {
        name: options.pop(name) for name in ("connect_s", "read_s", "total_s") & options.keys()
    }
    async with session(url, **options) as through:
        with pytest.raises(TransportError) as caught:
            await exchange(through, sent, **timing)
    assert_clean(caught.value)
    return caught.value


async def said(sent: Request, *script: Say, **options: Any) -> TransportError:
    """Return what a request to such a peer fails with."""
    async with peer(*script) as one:
        error = await failure(one.url, sent, **options)
        assert len(one.seen) == 1, "sent more than once"
    return error


# -------------------------------------------------------------------------------- connecting


def unused_port() -> int:
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


async def test_refused_connection() -> None:
    port = unused_port()
    error = await failure(f"http://127.0.0.1:{port}/", WRITE)
    assert isinstance(error, ConnectFailed)
    assert f"cannot connect to 127.0.0.1:{port}: " in error.message
    assert (error.applied, error.retryable, error.operation) == (False, True, "contacts.verb")


async def test_host_that_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    async def resolve(*_: Any, **__: Any) -> Any:
        raise OSError(None, "no such host")

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    error = await failure("https://nowhere.invalid/", WRITE)
    assert isinstance(error, ConnectFailed)
    assert "cannot connect to nowhere.invalid:443: no such host" in str(error)
    assert (error.applied, error.retryable) == (False, True)


async def _forever(*_: Any, **__: Any) -> Any:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("own", "step", "timing", "ends_at"),
    [
        (True, "look-up", {"connect_s": 8.25, "total_s": 64.0}, 8.25),
        (True, "connect", {"connect_s": 8.25, "total_s": 64.0}, 8.25),
        (True, "look-up", {"connect_s": 64.0, "total_s": 25.0}, 23.75),
        (True, "connect", {"connect_s": 64.0, "total_s": 25.0}, 23.75),
        (False, "look-up", {"connect_s": 8.25, "total_s": 25.0}, 23.75),
        (False, "connect", {"connect_s": 8.25, "total_s": 64.0}, 8.25),
        (False, "connect", {"connect_s": 64.0, "total_s": 25.0}, 23.75),
    ],
)
def test_connection_that_never_comes_about_was_never_sent(
    own: bool,
    step: str,
    timing: dict[str, float],
    ends_at: float,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attempt keeps a twentieth of its time, to know the connection over before itself."""
    if step == "look-up":
        monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", _forever)
    else:
        monkeypatch.setattr("aiohappyeyeballs.start_connection", _forever)

    async def connect() -> tuple[TransportError, float]:
        connector = None if own else aiohttp.TCPConnector()
        host = "nowhere.invalid" if step == "look-up" else "127.0.0.1"
        error = await failure(f"https://{host}/", WRITE, connector=connector, **timing)
        ended = now()
        if connector is not None:
            await connector.close()
        return error, ended

    error, ended = run(connect())
    assert isinstance(error, ConnectFailed)
    assert "no connection came about in time" in str(error)
    assert (error.applied, error.retryable, ended) == (False, True, ends_at)


def test_all_addresses_of_a_host_share_the_time_to_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(_: Any, host: str, port: int = 0, **__: Any) -> Any:
        common = {"hostname": host, "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}
        return [{**common, "host": f"192.0.2.{n}"} for n in range(8)]

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    monkeypatch.setattr("aiohappyeyeballs.start_connection", _forever)

    async def connect() -> tuple[TransportError, float]:
        return await failure("https://api.example/", connect_s=8.0, total_s=64.0), now()

    error, ended = run(connect())
    assert isinstance(error, ConnectFailed)
    assert ended == 8.0


def test_wait_in_vain_for_a_free_connection_was_never_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("aiohappyeyeballs.start_connection", _forever)

    async def crowd() -> tuple[TransportError, float]:
        connector = aiohttp.TCPConnector(limit=1)
        async with session("https://127.0.0.1/", connector=connector) as through:
            first = asyncio.ensure_future(exchange(through, connect_s=99.0, total_s=99.0))
            await asyncio.sleep(1.0)
            with pytest.raises(TransportError) as caught:
                await exchange(through, WRITE, connect_s=1.0, total_s=20.0)
            ended = now()
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
        await connector.close()
        return caught.value, ended

    error, ended = run(crowd())
    assert isinstance(error, ConnectFailed)
    assert (error.applied, ended) == (False, 20.0)


async def test_host_that_cannot_be_looked_up_at_all_is_a_matter_of_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(*_: Any, **__: Any) -> Any:
        raise UnicodeError("canary: label too long")  # as the codec of host names does

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    async with session("https://api.example/") as through:
        with pytest.raises(ConfigurationError) as caught:
            await exchange(through, WRITE)
    assert_clean(caught.value)


async def test_header_that_http_cannot_carry_is_refused_without_showing_it() -> None:
    sent = request("POST", headers={"X-Canary": "canary\r\nX-More: 1"})
    async with peer() as one, session(one.url) as through:
        with pytest.raises(ConfigurationError) as caught:
            await exchange(through, sent)
        assert one.seen == []
    assert_clean(caught.value)


async def test_look_up_in_an_interpreter_that_shuts_down_is_explained(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def resolve(*_: Any, **__: Any) -> Any:
        raise RuntimeError("cannot schedule new futures after shutdown")

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", resolve)
    error = await failure("https://api.example/", WRITE)
    assert isinstance(error, ConnectFailed)
    assert "join threads first" in str(error)


# ----------------------------------------------------------------------------------- silence

SILENCES = [
    pytest.param(b"", id="no-head"),
    pytest.param(b"HTTP/1.1 200 OK\r\nContent-", id="half-a-head"),
]


@pytest.mark.parametrize("timing", [{"total_s": 0.05}, {"read_s": 0.05}], ids=["total", "silence"])
@pytest.mark.parametrize("heard", SILENCES)
@pytest.mark.parametrize(("sent", "applied"), [(READ, False), (WRITE, None)], ids=["get", "post"])
async def test_silence_ends_the_attempt_and_leaves_a_write_unknown(
    timing: dict[str, float], heard: bytes, sent: Request, applied: bool | None
) -> None:
    error = await said(sent, Say(heard, Then.SILENCE), **timing)
    assert isinstance(error, RequestTimeout)
    assert (error.applied, error.retryable) == (applied, True)


@pytest.mark.parametrize("timing", [{"total_s": 0.4}, {"read_s": 0.4}], ids=["total", "silence"])
@pytest.mark.parametrize(
    ("status", "applied"),
    [
        ("200 OK", True),
        ("201 Created", True),
        ("404 No", False),
        ("408 No", None),
        ("502 No", None),
    ],
)
async def test_silence_within_the_body_still_tells_by_the_status(
    timing: dict[str, float], status: str, applied: bool | None
) -> None:
    half = Say(http(b"", status, Content_Length=9).data + b"{", Then.SILENCE)
    error = await said(WRITE, half, **timing)
    assert isinstance(error, RequestTimeout)
    assert error.applied is applied


def test_answer_that_trickles_is_not_silent() -> None:
    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n\r\n", b"{", b"}"):
            await asyncio.sleep(4.0)
            writer.write(piece)
        writer.close()

    async def listen() -> tuple[bytes, float]:
        async with raw(trickle) as url, session(url) as through:
            response = await exchange(through, read_s=5.0, total_s=60.0)
            return response.body, now()

    # On this machine a byte arrives at the moment it is sent.
    assert run(listen()) == (b"{}", 16.0)


# -------------------------------------------------------------------------- lost connections


@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET], ids=["closed", "reset"])
@pytest.mark.parametrize("heard", SILENCES)
@pytest.mark.parametrize(("sent", "applied"), [(READ, False), (WRITE, None)], ids=["get", "post"])
async def test_connection_lost_before_the_head_leaves_a_write_unknown(
    then: Then, heard: bytes, sent: Request, applied: bool | None
) -> None:
    error = await said(sent, Say(heard, then))
    assert isinstance(error, ConnectionLost)
    assert (error.applied, error.retryable) == (applied, True)


CUTS = [
    pytest.param(http(b"", "{}", Content_Length=9).data + b"{", id="length"),
    pytest.param(
        http(chunked(b"{", end=False), "{}", Content_Length="", Transfer_Encoding="chunked").data,
        id="chunks",
    ),
]


@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET], ids=["closed", "reset"])
@pytest.mark.parametrize("cut", CUTS)
@pytest.mark.parametrize(
    ("status", "applied"),
    [
        ("200 OK", True),
        ("202 OK", True),
        ("302 No", False),
        ("404 No", False),
        ("425 No", None),
        ("500 No", None),
    ],
)
async def test_body_that_is_cut_still_tells_by_the_status(
    then: Then, cut: bytes, status: str, applied: bool | None
) -> None:
    data = cut.replace(b"HTTP/1.1 {}", f"HTTP/1.1 {status}".encode())
    assert (await said(WRITE, Say(data, then))).applied is applied
    assert (await said(READ, Say(data, then))).applied is False


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("then", [Then.CLOSE, Then.RESET], ids=["closed", "reset"])
async def test_lost_request_is_never_sent_again_behind_our_back(method: str, then: Then) -> None:
    async with peer(http(), Say(b"", then), http()) as one, session(one.url) as through:
        await exchange(through, request(method))
        # On the connection that was used before, which is where aiohttp itself would try again.
        with pytest.raises(ConnectionLost):
            await exchange(through, request(method))
        assert [seen.line.split()[0] for seen in one.seen] == [method] * 2
        await exchange(through, request(method))


# ---------------------------------------------------------------------- answers that are none


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"220 mail.example ESMTP\r\n\r\n", id="another-protocol"),
        pytest.param(b"\x15\x03\x01\x00\x02\x02\x46\r\n\r\n", id="tls-alert"),
        pytest.param(b"HTTP/1.1 abc OK\r\n\r\n", id="no-status"),
        pytest.param(b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", id="no-header"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", id="no-length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", id="negative-length"),
    ],
)
@pytest.mark.parametrize(("sent", "applied"), [(READ, False), (WRITE, None)], ids=["get", "post"])
async def test_what_is_not_http_is_not_decoded_nor_asked_for_again(
    data: bytes, sent: Request, applied: bool | None
) -> None:
    error = await said(sent, Say(data, Then.CLOSE))
    assert isinstance(error, DecodeError)
    assert "not valid HTTP" in str(error)
    assert (error.applied, error.retryable) == (applied, False)


@pytest.mark.parametrize(
    ("encoding", "body"),
    [("gzip", b"not gzip"), ("deflate", b"\xff\xff\xff\xff"), ("gzip", b"\x1f\x8b\x08garbage....")],
    ids=["gzip", "deflate", "gzip-inside"],
)
@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize(("sent", "applied"), [(READ, False), (WRITE, True)], ids=["get", "post"])
async def test_body_that_is_not_encoded_as_said(
    encoding: str, body: bytes, framing: str, sent: Request, applied: bool
) -> None:
    answer = http(body, Content_Encoding=encoding)
    if framing == "chunks":
        answer = http(
            chunked(body), Content_Length="", Transfer_Encoding="chunked", Content_Encoding=encoding
        )
    error = await said(sent, answer)
    assert isinstance(error, DecodeError)
    assert "not encoded as its headers say" in str(error)
    assert (error.applied, error.retryable) == (applied, False)


@pytest.mark.parametrize("chunk", [b"zz\r\nnot hex\r\n", b"-1\r\n\r\n"], ids=["word", "negative"])
async def test_body_that_is_not_chunked_as_said(chunk: bytes) -> None:
    answer = http(chunk, Content_Length="", Transfer_Encoding="chunked")
    error = await said(WRITE, answer)
    # The head may be lost with the body, where both come together.
    assert error.applied in (None, True)
