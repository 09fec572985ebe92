"""A client begins and ends as told, and lends its connections and limits to those made from it."""

import asyncio
import itertools
from typing import Any

import aiohttp
import pytest

from sentori_async import errors
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.settings import Limits, RetryPolicy, Timeouts
from sentori_async.wire.message import Safety
from tests.transport.peers import KEY, Peer, Say, Then, http, peer, settle

AT_ONCE = RetryPolicy(base_s=0, throttled_base_s=0)
SILENT = Say(b"", Then.SILENCE)
NOBODY = "https://127.0.0.1:1/"
_numbers = itertools.count()


def client_of(one: Peer | str, **options: Any) -> AsyncSentori:
    """Return a client with a key of its own, so that no test's limits reach another."""
    url = one if isinstance(one, str) else one.url
    defaults = {"api_key": f"{KEY}-{next(_numbers)}", "base_url": url, "retry": AT_ONCE}
    return AsyncSentori(**{**defaults, "limits": Limits(adaptive=False), **options})


# ------------------------------------------------------------------------------- beginning


def test_client_is_made_anywhere_and_its_text_shows_no_secret() -> None:
    client = client_of(NOBODY)
    assert repr(client) == "AsyncSentori(base_url='https://127.0.0.1:1/')"
    assert KEY not in f"{client}{client!r}{client.settings!r}"
    assert not client.closed


def test_missing_key_names_its_variable() -> None:
    with pytest.raises(errors.ConfigurationError, match="set SENTORI_API_KEY"):
        AsyncSentori()


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTORI_API_KEY", KEY)
    monkeypatch.setenv("SENTORI_BASE_URL", NOBODY)
    assert AsyncSentori().settings.base_url == NOBODY


async def test_client_in_a_with_block_is_closed_at_its_end_even_by_an_error() -> None:
    async with peer() as one:
        with pytest.raises(KeyError):
            async with client_of(one) as client:
                await client.request("GET", "x")
                raise KeyError
        assert client.closed
        await one.hung_up.wait()


# ------------------------------------------------------------------------------ raw requests


async def test_request_of_ones_own_carries_what_was_given() -> None:
    async with peer(http(b'{"a": 1}', "201 Created")) as one, client_of(one) as client:
        response = await client.request(
            "POST", "some/path/", params={"q": "a b+c", "n": 2}, json={"FirstName": "Joe"}
        )
    (seen,) = one.seen
    assert seen.line == "POST /v2.0/some/path/?q=a%20b%2Bc&n=2 HTTP/1.1"
    assert seen.body == b'{"FirstName":"Joe"}'
    assert (response.status, response.json()) == (201, {"a": 1})


@pytest.mark.parametrize(
    ("method", "safety", "sent"),
    [
        ("GET", None, 4),
        ("POST", None, 1),
        ("DELETE", None, 1),
        ("POST", Safety.IDEMPOTENT, 4),
        ("GET", Safety.UNSAFE, 1),
    ],
)
async def test_request_of_ones_own_is_repeated_only_where_that_is_safe(
    method: str, safety: Safety | None, sent: int
) -> None:
    async with peer(http(b"", "500 No")) as one, client_of(one) as client:
        with pytest.raises(errors.ServerError):
            await client.request(method, "x", safety=safety)
        assert len(one.seen) == sent


@pytest.mark.parametrize("path", ["", "/x", "../x", "a/%2e%2e/x", "https://other.example/", "x?y"])
async def test_path_that_would_leave_the_base_url_is_refused_before_anything_is_sent(
    path: str,
) -> None:
    async with peer() as one, client_of(one) as client:
        with pytest.raises(errors.InvalidInput):
            await client.request("GET", path)
        assert one.connections == 0


@pytest.mark.parametrize("method", ["", "GET\r\nX: y", "G T", "GÉT", "GET/"])
async def test_method_that_is_none_is_refused_before_anything_is_sent(method: str) -> None:
    async with peer() as one, client_of(one) as client:
        with pytest.raises(errors.InvalidInput):
            await client.request(method, "x")
        assert one.connections == 0


# ------------------------------------------------------------------------------ other options


async def test_options_change_only_what_is_named() -> None:
    client = client_of(NOBODY, timeouts=Timeouts(total_s=9))
    other = client.with_options(deadline_s=3)
    third = other.with_options(timeouts=Timeouts(total_s=5))
    fourth = other.with_options(retry=RetryPolicy(attempts=9), deadline_s=4)

    assert client.settings.retry.deadline_s is None
    assert (other.settings.retry.deadline_s, other.settings.timeouts.total_s) == (3, 9)
    assert (third.settings.retry.deadline_s, third.settings.timeouts.total_s) == (3, 5)
    assert (fourth.settings.retry.attempts, fourth.settings.retry.deadline_s) == (9, 4)
    assert (type(other), other.settings.base_url) == (AsyncSentori, NOBODY)


@pytest.mark.parametrize("deadline_s", [0, -1, float("nan")])
def test_deadline_that_makes_no_sense_is_refused(deadline_s: float) -> None:
    with pytest.raises(errors.ConfigurationError, match="deadline_s"):
        client_of(NOBODY).with_options(deadline_s=deadline_s)


async def test_client_with_other_options_shares_connections() -> None:
    async with peer() as one, client_of(one) as client:
        await client.request("GET", "x")
        await client.with_options(deadline_s=5).request("GET", "x")
        await client.contacts.delete("joe@example.com")
        await client.with_options(deadline_s=5).contacts.delete("joe@example.com")
        assert (one.connections, len(one.seen)) == (1, 4)


async def test_client_with_other_options_shares_limits() -> None:
    async with (
        peer(SILENT) as one,
        client_of(one, limits=Limits(concurrency=1, adaptive=False)) as client,
    ):
        first = asyncio.ensure_future(client.request("GET", "x"))
        await one.heard.wait()
        with pytest.raises(errors.RequestTimeout, match="nothing was sent"):
            await client.with_options(deadline_s=0.05).request("GET", "x")
        assert len(one.seen) == 1
        first.cancel()


async def test_deadline_holds_for_verbs_and_requests_alike() -> None:
    async with peer(SILENT) as one, client_of(one) as client:
        hurried = client.with_options(deadline_s=0.05)
        with pytest.raises(errors.RequestTimeout):
            await hurried.contacts.get("joe@example.com")
        with pytest.raises(errors.RequestTimeout):
            await hurried.request("GET", "x")


async def test_closing_a_client_with_other_options_closes_nothing() -> None:
    async with peer() as one, client_of(one) as client:
        async with client.with_options(deadline_s=5) as other:
            await other.request("GET", "x")
        assert not client.closed
        await client.request("GET", "x")
        assert one.connections == 1


async def test_closing_a_client_closes_those_made_from_it() -> None:
    async with peer() as one, client_of(one) as client:
        other = client.with_options(deadline_s=5)
        await client.close()
        assert other.closed
        with pytest.raises(errors.ConfigurationError, match="closed"):
            await other.request("GET", "x")


# -------------------------------------------------------------------------------- the ending


async def test_closing_twice_is_harmless_also_at_the_same_time() -> None:
    async with peer() as one:
        client = client_of(one)
        await client.request("GET", "x")
        await asyncio.gather(client.close(), client.close())
        await client.close()
        assert client.closed


async def test_use_after_close_says_closed() -> None:
    client = client_of(NOBODY)
    await client.close()
    with pytest.raises(errors.SentoriError, match="closed"):
        await client.contacts.get("joe@example.com")
    with pytest.raises(errors.SentoriError, match="closed"):
        await client.request("POST", "x")


@pytest.mark.parametrize("applied", [False, None], ids=["read", "write"])
async def test_close_while_a_request_is_in_flight_ends_it_with_an_error_of_ours(
    applied: bool | None,
) -> None:
    async with peer(SILENT) as one, client_of(one) as client:
        verb = client.contacts.get if applied is False else client.contacts.delete
        task = asyncio.ensure_future(verb("joe@example.com"))
        await one.heard.wait()
        await client.close()
        with pytest.raises(errors.SentoriError, match="closed") as caught:
            await task
        assert caught.value.applied is applied
        await one.hung_up.wait()


async def test_close_that_was_begun_is_finished_even_if_its_caller_is_cancelled() -> None:
    async with peer() as one:
        client = client_of(one)
        await client.request("GET", "x")
        task = asyncio.ensure_future(client.close())
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await settle()
        assert client.closed
        await one.hung_up.wait()


async def test_connector_of_the_caller_outlives_the_client() -> None:
    connector = aiohttp.TCPConnector()
    async with peer() as one:
        async with client_of(one, connector=connector) as client:
            await client.request("GET", "x")
        assert not connector.closed
        await connector.close()


def test_client_on_a_second_loop_is_told_to_make_another() -> None:
    client = client_of(NOBODY, retry=RetryPolicy(attempts=1))

    async def use() -> None:
        with pytest.raises(errors.ConnectFailed):
            await client.request("GET", "x")

    async def misuse() -> None:
        with pytest.raises(errors.ConfigurationError, match="another event loop"):
            await client.request("GET", "x")

    with asyncio.Runner() as first, asyncio.Runner() as second:
        first.run(use())
        second.run(misuse())
        first.run(client.close())
