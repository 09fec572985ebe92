"""An access token is fetched when it is needed, and once more when it has expired."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from sentori_async import errors
from sentori_async.platforms.sentori.client import SENTORI, AsyncSentori
from sentori_async.secret import Secret
from sentori_async.settings import Auth, Limits, Platform, RetryPolicy
from tests.transport.peers import Peer, http, peer

if TYPE_CHECKING:
    from sentori_async.settings import AccessToken

UNAUTHORIZED = http(b"{}", "401 Unauthorized")
_numbers = itertools.count()

TOKENS = Platform(
    name="sentori",
    title="Sentori",
    env_prefix="SENTORI",
    default_base_url=SENTORI.default_base_url,
    auth=Auth(header="ApiKey"),
    token_auth=Auth(header="Authorization", pattern="Bearer {}"),
)


class Client(AsyncSentori):
    """A client of a platform that takes tokens and an account's name."""

    platform: ClassVar[Platform] = TOKENS

    def __init__(self, *, access_token: AccessToken | None = None, **options: Any) -> None:
        defaults = {
            "api_key": None,
            "timeouts": None,
            "retry": RetryPolicy(base_s=0, throttled_base_s=0),
            "limits": Limits(adaptive=False),
            "connector": None,
            "observers": (),
            "middleware": (),
            "tls": None,
            "proxy": None,
            "headers": {"X-Domain": "example.com"},
        }
        self._open(access_token=access_token, **{**defaults, **options})


class Source:
    """Gives tokens, each when it is asked for one."""

    def __init__(self, *tokens: str | Exception) -> None:
        self.tokens = list(tokens)
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        token = self.tokens.pop(0) if len(self.tokens) > 1 else self.tokens[0]
        if isinstance(token, Exception):
            raise token
        return token


@asynccontextmanager
async def client(one: Peer, token: AccessToken, **options: Any) -> AsyncIterator[Client]:
    async with Client(access_token=token, base_url=one.url, **options) as made:
        yield made


def bearers(one: Peer) -> list[str]:
    return [value for seen in one.seen for value in seen.header("Authorization")]


async def test_a_token_goes_where_tokens_go_and_the_account_is_named_beside_it() -> None:
    async with peer() as one, client(one, "canary-token") as through:
        await through.request("GET", "x")

    assert bearers(one) == ["Bearer canary-token"]
    assert one.seen[0].header("ApiKey") == []
    assert one.seen[0].header("X-Domain") == ["example.com"]


async def test_a_request_may_say_otherwise_for_itself_and_the_key_stays() -> None:
    async with peer() as one, client(one, Secret("canary-token")) as through:
        await through.request("POST", "x", json={})

    assert one.seen[0].header("Content-Type") == ["application/json"]
    assert bearers(one) == ["Bearer canary-token"]


def asynchronous(source: Source) -> Callable[[], Awaitable[str]]:
    async def fetch() -> str:
        await asyncio.sleep(0)
        return source()

    return fetch


@pytest.mark.parametrize("wrap", [lambda source: source, asynchronous], ids=["plain", "async"])
async def test_a_token_is_fetched_once_and_kept(wrap: Callable[[Source], Any]) -> None:
    source = Source("canary-1", "canary-2")
    async with peer() as one, client(one, wrap(source)) as through:
        assert source.asked == 0
        await through.request("GET", "x")
        await through.request("GET", "x")

    assert bearers(one) == ["Bearer canary-1", "Bearer canary-1"]
    assert source.asked == 1


async def test_a_refused_token_is_replaced_and_the_request_repeated_once() -> None:
    source = Source("canary-1", "canary-2")
    async with peer(UNAUTHORIZED, http()) as one, client(one, source) as through:
        await through.request("POST", "x", json={})

    assert bearers(one) == ["Bearer canary-1", "Bearer canary-2"]


async def test_the_next_token_is_refused_for_good() -> None:
    source = Source("canary-1", "canary-2", "canary-3")
    async with peer(UNAUTHORIZED) as one, client(one, source) as through:
        with pytest.raises(errors.AuthenticationError):
            await through.request("GET", "x")

    assert bearers(one) == ["Bearer canary-1", "Bearer canary-2"]


async def test_the_same_token_again_is_not_sent_again() -> None:
    source = Source("canary-1")
    async with peer(UNAUTHORIZED) as one, client(one, source) as through:
        with pytest.raises(errors.AuthenticationError):
            await through.request("GET", "x")

    assert bearers(one) == ["Bearer canary-1"]


async def test_what_is_forbidden_asks_for_no_other_token() -> None:
    source = Source("canary-1", "canary-2")
    forbidden = http(b"{}", "403 Forbidden")
    async with peer(forbidden) as one, client(one, source) as through:
        with pytest.raises(errors.PermissionDenied):
            await through.request("GET", "x")

    assert source.asked == 1


async def test_many_refused_requests_ask_for_one_token() -> None:
    asked = 0
    async with peer(UNAUTHORIZED, UNAUTHORIZED, http()) as one:

        async def fetch() -> str:
            nonlocal asked
            asked += 1
            # The next token comes when both requests have been sent with the first one.
            while asked > 1 and len(one.seen) < 2:
                await asyncio.sleep(0)
            return f"canary-{asked}"

        async with client(one, fetch) as through:
            await asyncio.gather(*(through.request("GET", "x") for _ in range(2)))

    assert asked == 2
    assert sorted(bearers(one)) == ["Bearer canary-1"] * 2 + ["Bearer canary-2"] * 2


@pytest.mark.parametrize("given", [ValueError("canary-text"), "", "a\nb"])
async def test_a_source_without_a_token_is_a_mistake_of_configuration(given: Any) -> None:
    async with peer() as one, client(one, Source(given)) as through:
        with pytest.raises(errors.ConfigurationError) as caught:
            await through.request("GET", "x")

    assert "canary" not in str(caught.value)
    assert one.seen == []


async def test_a_token_that_is_echoed_is_masked_even_after_it_was_replaced() -> None:
    source = Source("canary-1", "canary-2")
    echo = http(b'{"Code":101,"Message":"not canary-2, nor canary-1"}', "400 Bad Request")
    async with peer(UNAUTHORIZED, echo) as one, client(one, source) as through:
        with pytest.raises(errors.ApiError) as caught:
            await through.request("GET", "x")

    assert "canary" not in f"{caught.value!r} {caught.value.message}"
    assert "***" in caught.value.message


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"api_key": "k", "access_token": "t"}, "not both"),
        ({"access_token": 3}, "an access token is a str or a callable, not an int"),
        ({}, "no API key"),
    ],
)
def test_one_credential_is_needed(options: dict[str, Any], why: str) -> None:
    with pytest.raises(errors.ConfigurationError, match=why):
        Client(base_url="https://127.0.0.1:1/", **options)


async def test_clients_of_one_source_share_their_limits() -> None:
    source, other = Source("canary-1"), Source("canary-1")
    async with (
        peer() as one,
        client(one, source) as a,
        client(one, source) as b,
        client(one, other) as c,
    ):
        assert a._sender.shared is b._sender.shared
        assert a._sender.shared is not c._sender.shared
