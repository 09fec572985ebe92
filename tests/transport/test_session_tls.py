"""TLS is verified, with the system's trust or the caller's, and proxies do not weaken it."""

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator

import aiohttp
import attrs
import pytest
import trustme

from sentori_async.errors import ConnectFailed, ConnectionLost, TransportError
from tests.transport.peers import (
    KEY,
    WRITE,
    assert_clean,
    exchange,
    http,
    peer,
    raw,
    session,
)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def server_tls(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def trusting(ca: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    ca.configure_trust(context)
    return context


async def refusal(url: str, **options: object) -> TransportError:
    async with session(url, **options) as through:
        with pytest.raises(TransportError) as caught:
            await exchange(through, WRITE)
    assert_clean(caught.value)
    return caught.value


async def test_certificate_that_nobody_vouches_for_is_refused_for_good(
    server_tls: ssl.SSLContext,
) -> None:
    async with peer(tls=server_tls) as one:
        error = await refusal(one.url)
        assert one.seen == []
    assert isinstance(error, ConnectFailed)
    assert f"the certificate of 127.0.0.1:{one.port} is not trusted" in error.message
    assert "pass tls= with a context" in error.message
    assert (error.applied, error.retryable) == (False, False)


async def test_certificate_of_another_host_is_refused(
    ca: trustme.CA, trusting: ssl.SSLContext
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("other.example").configure_cert(context)
    async with peer(tls=context) as one:
        error = await refusal(one.url, tls=trusting)
        assert one.seen == []
    assert (error.applied, error.retryable) == (False, False)


@pytest.mark.parametrize("own", [True, False], ids=["our-connector", "their-connector"])
async def test_context_of_the_caller_is_used(
    own: bool, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    connector = None if own else aiohttp.TCPConnector()
    async with peer(tls=server_tls) as one:
        async with session(one.url, tls=trusting, connector=connector) as through:
            assert (await exchange(through, WRITE)).status == 200
        if connector is not None:
            await connector.close()
        assert len(one.seen) == 1


async def test_context_within_the_connector_of_the_caller_is_used(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    connector = aiohttp.TCPConnector(ssl=trusting)
    async with peer(tls=server_tls) as one:
        async with session(one.url, connector=connector) as through:
            assert (await exchange(through, WRITE)).status == 200
        await connector.close()


async def test_certificate_of_the_client_is_shown_to_a_server_that_asks(
    ca: trustme.CA, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    server_tls.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(server_tls)
    ca.issue_cert("client@example").configure_cert(trusting)
    async with peer(tls=server_tls) as one, session(one.url, tls=trusting) as through:
        assert (await exchange(through, WRITE)).status == 200


async def test_client_without_the_certificate_that_is_asked_for_fails_clean(
    ca: trustme.CA, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    server_tls.verify_mode = ssl.CERT_REQUIRED
    ca.configure_trust(server_tls)
    async with peer(tls=server_tls) as one:
        error = await refusal(one.url, tls=trusting)
        assert one.seen == []
    # With TLS 1.3 the refusal comes after the client's handshake, when the request may be out.
    assert isinstance(error, ConnectionLost)
    assert error.applied is None


async def test_server_that_speaks_no_tls_fails_the_connection_for_good(
    trusting: ssl.SSLContext,
) -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with raw(answer) as url:
        error = await refusal(url.replace("http:", "https:"), tls=trusting)
    assert isinstance(error, ConnectFailed)
    assert "TLS with 127.0.0.1:" in error.message
    assert (error.applied, error.retryable) == (False, False)


async def test_versions_that_do_not_meet_fail_the_connection(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    server_tls.maximum_version = ssl.TLSVersion.TLSv1_2
    trusting.minimum_version = ssl.TLSVersion.TLSv1_3
    async with peer(tls=server_tls) as one:
        error = await refusal(one.url, tls=trusting)
        assert one.seen == []
    assert isinstance(error, ConnectFailed)
    assert error.applied is False


# ----------------------------------------------------------------------------------- proxies


@attrs.define
class Proxy:
    """A proxy that tunnels to whatever it is asked for, or refuses."""

    url: str
    refuses: bytes = b""
    asked: list[bytes] = attrs.field(factory=list)
    passed: list[bytes] = attrs.field(factory=list)
    tasks: set[asyncio.Task[None]] = attrs.field(factory=set)

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.tasks.add(asyncio.ensure_future(self.serve(reader, writer)))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            if self.refuses:
                writer.write(b"HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n" % self.refuses)
                return
            host, port = head.split()[1].decode().rsplit(":", 1)
            onward_reader, onward = await asyncio.open_connection(host, int(port))
            try:
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await asyncio.gather(self.pump(reader, onward), self.pump(onward_reader, writer))
            finally:
                onward.close()
        finally:
            writer.close()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            self.passed.append(data)
            writer.write(data)
        writer.close()


@contextlib.asynccontextmanager
async def proxy(refuses: bytes = b"") -> AsyncIterator[Proxy]:
    one = Proxy("", refuses)
    server = await asyncio.start_server(one.accept, "127.0.0.1", 0)
    one.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield one
    finally:
        server.close()
        for task in one.tasks:
            task.cancel()
        await asyncio.gather(*one.tasks, return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)


async def test_request_goes_through_the_proxy_which_never_sees_the_key(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with (
        peer(tls=server_tls) as one,
        proxy() as between,
        session(one.url, tls=trusting, proxy=between.url) as through,
    ):
        assert (await exchange(through, WRITE)).status == 200
        assert between.asked[0].startswith(b"CONNECT 127.0.0.1:%d " % one.port)
        assert len(between.passed) > 2
    assert one.seen[0].header("ApiKey") == [KEY]
    assert KEY.encode() not in b"".join(between.asked + between.passed)


async def test_proxy_is_shown_its_own_credentials_and_the_platform_is_not(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    async with peer(tls=server_tls) as one, proxy() as between:
        url = between.url.replace("//", "//me:word@")
        async with session(one.url, tls=trusting, proxy=url) as through:
            await exchange(through, WRITE)
    credentials = base64.b64encode(b"me:word")
    assert b"Proxy-Authorization: Basic " + credentials in between.asked[0]
    assert one.seen[0].header("Proxy-Authorization") == one.seen[0].header("Authorization") == []


async def test_plain_request_to_this_machine_goes_through_a_proxy_on_it() -> None:
    async with (
        peer(http(b"{}")) as between,
        session("http://127.0.0.1:9/v2.0/", proxy=between.url) as through,
    ):
        assert (await exchange(through, WRITE)).body == b"{}"
    assert between.seen[0].line.startswith("POST http://127.0.0.1:9/v2.0/contact/add/canary")


@pytest.mark.parametrize("status", [b"407 Who are you", b"502 Bad Gateway"], ids=["407", "502"])
async def test_proxy_that_refuses_means_that_nothing_was_sent(status: bytes) -> None:
    async with proxy(refuses=status) as between:
        url = between.url.replace("//", "//canary:word@")
        error = await refusal("https://api.example/", proxy=url)
    assert isinstance(error, ConnectFailed)
    assert f"the proxy refused the connection (HTTP {status[:3].decode()})" in error.message
    assert error.applied is False


async def test_proxy_that_cannot_be_reached_is_named_without_its_credentials() -> None:
    error = await refusal("https://api.example/", proxy="http://canary:word@127.0.0.1:1")
    assert isinstance(error, ConnectFailed)
    assert "cannot connect to 127.0.0.1:1: " in error.message


async def test_certificate_behind_a_proxy_is_verified_too(server_tls: ssl.SSLContext) -> None:
    async with peer(tls=server_tls) as one, proxy() as between:
        error = await refusal(one.url, proxy=between.url)
        assert one.seen == []
    assert (type(error), error.applied, error.retryable) == (ConnectFailed, False, False)


async def test_variables_of_the_environment_name_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with peer() as one, proxy() as between:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, between.url)
        async with session(one.url) as through:
            await exchange(through)
        assert (len(one.seen), between.asked) == (1, [])
