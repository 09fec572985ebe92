"""No answer is larger than allowed, before it is read or after it is decompressed."""

import gzip
import tracemalloc
import zlib

import pytest

from sentori_async.errors import DecodeError, ResponseTooLarge
from sentori_async.settings import Limits
from sentori_async.wire.message import Request, Safety
from tests.transport.peers import (
    READ,
    WRITE,
    Say,
    Then,
    chunked,
    exchange,
    http,
    peer,
    request,
    say_and_send,
    session,
)

KIB = 1024
SMALL = Limits(max_response_bytes=64 * KIB)
LARGE = b"x" * (640 * KIB)


def in_chunks(body: bytes, end: bool = True, **headers: str) -> Say:
    pieces = [body[at : at + KIB] for at in range(0, len(body), KIB)]
    said = http(b"", Content_Length="", Transfer_Encoding="chunked", **headers)
    return Say(said.data + chunked(*pieces, end=end))


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(http(b"x" * (64 * KIB)), id="length"),
        pytest.param(in_chunks(b"x" * (64 * KIB)), id="chunked"),
        pytest.param(
            http(gzip.compress(b"x" * (64 * KIB)), Content_Encoding="gzip"), id="compressed"
        ),
    ],
)
async def test_answer_as_large_as_allowed_is_read(said: Say) -> None:
    response, _ = await say_and_send(READ, said, limits=SMALL)
    assert response.body == b"x" * (64 * KIB)


async def test_announced_size_is_refused_before_the_body_is_read() -> None:
    # The body never comes: only who does not wait for it can refuse.
    said = Say(http(b"", Content_Length=64 * KIB + 1).data, Then.SILENCE)
    with pytest.raises(ResponseTooLarge, match=r"larger than 65536 bytes: raise Limits"):
        await say_and_send(READ, said, limits=SMALL)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(in_chunks(LARGE, end=False), id="chunked"),
        pytest.param(Say(http(LARGE, Content_Length="").data), id="until-the-end"),
        pytest.param(http(gzip.compress(LARGE), Content_Encoding="gzip"), id="gzip"),
        pytest.param(
            http(gzip.compress(LARGE), content_encoding="gzip"), id="gzip-in-small-letters"
        ),
        pytest.param(http(zlib.compress(LARGE), Content_Encoding="deflate"), id="deflate"),
        pytest.param(
            in_chunks(gzip.compress(LARGE), Content_Encoding="gzip"),
            id="chunked-gzip",
        ),
    ],
)
async def test_size_that_was_not_announced_is_refused_as_soon_as_it_is_too_large(
    said: Say,
) -> None:
    async with peer(said) as one, session(one.url, limits=SMALL) as through:
        with pytest.raises(ResponseTooLarge):
            await exchange(through)
        await one.hung_up.wait()


async def test_bomb_is_never_unpacked_beyond_the_bound() -> None:
    bomb = gzip.compress(b"\0" * (64 * KIB * KIB))
    said = http(bomb, Content_Encoding="gzip")
    async with peer(said) as one, session(one.url, limits=SMALL) as through:
        tracemalloc.start()
        with pytest.raises(ResponseTooLarge):
            await exchange(through)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 2 * KIB * KIB


async def test_length_beside_chunks_does_not_lift_the_bound() -> None:
    body = in_chunks(b"x" * (64 * KIB + 1)).data.replace(b"\r\n", b"\r\nContent-Length: 9\r\n", 1)
    with pytest.raises((ResponseTooLarge, DecodeError)):
        await say_and_send(READ, Say(body, Then.CLOSE), limits=SMALL)


async def test_operation_may_have_a_larger_bound_and_never_a_smaller_one() -> None:
    body = http(b"x" * (64 * KIB + 1))
    roomy, narrow = (request(max_response_bytes=bound) for bound in (64 * KIB + 1, 1))
    response, _ = await say_and_send(roomy, body, limits=SMALL)
    assert len(response.body) == 64 * KIB + 1
    with pytest.raises(ResponseTooLarge, match="65536"):
        await say_and_send(narrow, body, limits=SMALL)


@pytest.mark.parametrize(
    ("sent", "status", "applied"),
    [
        (READ, "200 OK", False),
        (WRITE, "200 OK", True),
        (WRITE, "404 Not Found", False),
        (WRITE, "500 Oops", None),
    ],
)
async def test_answer_too_large_still_tells_what_became_of_a_write(
    sent: Request, status: str, applied: bool | None
) -> None:
    with pytest.raises(ResponseTooLarge) as caught:
        await say_and_send(sent, http(b"", status, Content_Length=10**9), limits=SMALL)
    assert (caught.value.applied, caught.value.retryable) == (applied, False)


async def test_head_with_a_huge_length_has_no_body_to_refuse() -> None:
    sent = request("HEAD", safety=Safety.READ)
    response, _ = await say_and_send(sent, http(b"", Content_Length=10**9), limits=SMALL)
    assert response.status == 200


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(Say(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000), id="one-header"),
        pytest.param(Say(b"HTTP/1.1 200 OK\r\n" + b"X: x\r\n" * 10_000), id="many-headers"),
        pytest.param(Say(b"HTTP/1.1 200 " + b"x" * 100_000), id="status-line"),
    ],
)
async def test_endless_head_is_refused(said: Say) -> None:
    with pytest.raises(DecodeError, match="not valid HTTP"):
        await say_and_send(READ, said)
