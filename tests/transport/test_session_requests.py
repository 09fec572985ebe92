"""What goes over the wire is what was planned, plus the credential, once."""

import pytest

from sentori_async.version import USER_AGENT
from sentori_async.wire.message import Request
from tests.transport.peers import (
    ADDRESS,
    KEY,
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


@pytest.mark.parametrize("sent", [READ, WRITE, request("POST")], ids=["read", "write", "bodyless"])
async def test_every_request_carries_the_key_and_our_name_once(sent: Request) -> None:
    _, peer = await say_and_send(sent)
    (seen,) = peer.seen
    assert seen.header("ApiKey") == [KEY]
    assert seen.header("User-Agent") == [USER_AGENT]
    assert seen.header("Accept") == ["application/json"]
    assert seen.header("Cookie") == seen.header("Authorization") == []
    assert str(seen).count(KEY) == 1


async def test_body_goes_out_as_json_byte_for_byte() -> None:
    _, peer = await say_and_send(WRITE)
    (seen,) = peer.seen
    assert seen.line == f"POST /v2.0/contact/add/{ADDRESS}/ HTTP/1.1"
    assert seen.body == WRITE.body
    assert seen.header("Content-Type") == ["application/json"]
    assert seen.header("Content-Length") == [str(len(WRITE.body or b""))]


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", [None, {"X-More": "1"}], ids=["plain", "more-headers"])
async def test_request_without_a_body_claims_no_type(
    method: str, headers: dict[str, str] | None
) -> None:
    _, peer = await say_and_send(request(method, headers=headers))
    (seen,) = peer.seen
    assert (seen.body, seen.header("Content-Type")) == (b"", [])
    assert seen.header("Content-Length") == ([] if method == "GET" else ["0"])
    assert seen.header("X-More") == (["1"] if headers else [])


async def test_headers_of_a_request_go_before_ours() -> None:
    sent = request("POST", body=b"x", headers={"Content-Type": "text/plain", "X-More": "1"})
    _, peer = await say_and_send(sent)
    (seen,) = peer.seen
    assert seen.header("Content-Type") == ["text/plain"]
    assert seen.header("X-More") == ["1"]
    assert seen.header("ApiKey") == [KEY]


@pytest.mark.parametrize(
    ("path", "query", "target"),
    [
        ("contact/get/joe%40example.com/", "", "/v2.0/contact/get/joe%40example.com/"),
        ("contact/get/joe%2Btag%40example.com/", "", "/v2.0/contact/get/joe%2Btag%40example.com/"),
        ("contact/get/a%2Fb%3Fc%23d%25e/", "", "/v2.0/contact/get/a%2Fb%3Fc%23d%25e/"),
        ("contact/get/%7Ejoe%2E/", "", "/v2.0/contact/get/%7Ejoe%2E/"),
        ("contact/get/%e2%82%ac/", "", "/v2.0/contact/get/%e2%82%ac/"),
        ("mailinglists/subscribers/ABCD1234", "", "/v2.0/mailinglists/subscribers/ABCD1234"),
        ("a//b/", "", "/v2.0/a//b/"),
        ("search/", "q=a%2Bb%20c%26d&empty=", "/v2.0/search/?q=a%2Bb%20c%26d&empty="),
        ("search/", "q=%e2%82%ac+x", "/v2.0/search/?q=%e2%82%ac+x"),
    ],
)
async def test_path_and_query_go_out_byte_for_byte(path: str, query: str, target: str) -> None:
    _, peer = await say_and_send(request(path=path, query=query))
    assert [seen.line for seen in peer.seen] == [f"GET {target} HTTP/1.1"]


async def test_path_of_the_base_url_goes_before_every_path() -> None:
    async with peer() as one:
        async with session(one.url.replace("/v2.0/", "/a%20b/c")) as through:
            await exchange(through, request(path="x/y"))
        async with session(one.url.replace("/v2.0/", "")) as through:
            await exchange(through, request(path="x/y"))
    assert [seen.line for seen in one.seen] == ["GET /a%20b/c/x/y HTTP/1.1", "GET /x/y HTTP/1.1"]


# ------------------------------------------------------------------------------- the answers


@pytest.mark.parametrize("status", [200, 201, 202, 204, 302, 400, 404, 429, 500, 503, 599])
async def test_every_status_is_an_answer(status: int) -> None:
    response, _ = await say_and_send(READ, http(b"" if status == 204 else b"{}", f"{status} Said"))
    assert response.status == status


async def test_answer_is_whole_and_its_headers_are_found_in_any_case() -> None:
    response, _ = await say_and_send(READ, http(b'{"a": 1}', X_Request_Id="abc"))
    assert response.json() == {"a": 1}
    assert response.headers["x-request-id"] == "abc"
    assert response.received_at > 1_700_000_000


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirect_is_an_answer_and_is_not_followed(status: int) -> None:
    async with peer() as other:
        said = http(b"", f"{status} Moved", Location=other.url)
        response, one = await say_and_send(READ, said)
        assert (response.status, len(one.seen), other.connections) == (status, 1, 0)


async def test_cookies_are_not_kept() -> None:
    # Of a host without a name aiohttp would keep none anyway.
    async with (
        peer(http(b"", Set_Cookie="who=joe; Path=/")) as one,
        session(one.url.replace("127.0.0.1", "localhost")) as through,
    ):
        await exchange(through)
        await exchange(through)
    assert [seen.header("Cookie") for seen in one.seen] == [[], []]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(http(b'{"a": 1}'), id="length"),
        pytest.param(http(), id="empty"),
        pytest.param(http(b"", "204 No Content", Content_Length=""), id="no-content"),
        pytest.param(
            http(chunked(b'{"a"', b": 1}"), Content_Length="", Transfer_Encoding="chunked"),
            id="chunked",
        ),
        pytest.param(http(b"x" * 300_000), id="large"),
    ],
)
async def test_connection_is_used_again_after_any_answer(said: Say) -> None:
    _, peer = await say_and_send(READ, said, times=3)
    assert (len(peer.seen), peer.connections) == (3, 1)


async def test_answer_without_a_length_ends_with_its_connection() -> None:
    said = Say(http(b"{}", Content_Length="").data, Then.CLOSE)
    response, peer = await say_and_send(READ, said, times=2)
    assert (response.body, peer.connections) == (b"{}", 2)


async def test_head_has_no_body_to_wait_for() -> None:
    response, peer = await say_and_send(
        request("HEAD"), Say(http(b"", Content_Length=1000).data), times=2
    )
    assert (response.body, peer.connections) == (b"", 1)
