"""What each status and each of aiohttp's own errors comes to, through a whole client."""

import itertools
from typing import Any

import aiohttp
import pytest
from aioresponses import aioresponses
from yarl import URL

from sentori_async import errors
from sentori_async.errors import ApiError, SentoriError
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.settings import Limits, RetryPolicy
from sentori_async.wire.message import Safety
from tests.transport.peers import assert_clean

HOME = "https://api.example/v2.0/"
AT_ONCE = RetryPolicy(attempts=3, base_s=0, throttled_base_s=0)
_keys = (f"canary-key-{n}" for n in itertools.count())

REFUSED: list[tuple[type[ApiError], list[int]]] = [
    (errors.ValidationFailed, [400, 405, 406, 411, 413, 414, 415, 422]),
    (errors.AuthenticationError, [401]),
    (errors.QuotaExceeded, [402]),
    (errors.PermissionDenied, [403]),
    (errors.NotFound, [404, 410]),
    (errors.StateConflict, [412, 423]),
    (ApiError, [300, 301, 302, 303, 304, 307, 308, 417, 418, 421, 426, 431, 451, 499]),
]
FAULTY: list[tuple[type[ApiError], list[int]]] = [
    (errors.ServerError, [408, 425, 500, 501, 502, 504, 505, 507, 511, 520, 529, 599]),
    (errors.ServiceUnavailable, [503]),
]
BODIES = [
    pytest.param(b"", id="empty"),
    pytest.param(b"<html><h1>Sorry</h1></html>", id="html"),
    pytest.param(b'{"Code": 98765, "Message": "new"}', id="unknown-code"),
    pytest.param(b'{"Code": "x"}', id="code-that-is-none"),
    pytest.param(b"[]", id="list"),
    pytest.param(b'"\xff', id="not-utf8"),
]


def pairs(table: list[tuple[type[ApiError], list[int]]]) -> list[Any]:
    return [
        pytest.param(cls, status, id=f"{status}-{cls.__name__}")
        for cls, statuses in table
        for status in statuses
    ]


async def attempt(
    mocked: aioresponses, safety: Safety | None = None, retry: RetryPolicy = AT_ONCE
) -> tuple[SentoriError, int]:
    """Send a request of one's own; return what it failed with and how often it was sent."""
    method = "GET" if safety is Safety.READ else "POST"
    async with AsyncSentori(
        api_key=next(_keys), base_url=HOME, retry=retry, limits=Limits(adaptive=False)
    ) as client:
        with pytest.raises(SentoriError) as caught:
            await client.request(method, "some/path/", json={"a": 1}, safety=safety)
    return caught.value, len(mocked.requests[method, URL(f"{HOME}some/path/")])


def answer(mocked: aioresponses, **said: Any) -> None:
    for method in (mocked.get, mocked.post):
        method(f"{HOME}some/path/", repeat=True, **said)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("cls", "status"), pairs(REFUSED))
async def test_refusal_has_its_class_whatever_the_body_and_is_not_repeated(
    cls: type[ApiError], status: int, body: bytes
) -> None:
    with aioresponses() as mocked:
        answer(mocked, status=status, body=body)
        error, sent = await attempt(mocked, Safety.IDEMPOTENT)
    assert isinstance(error, ApiError)
    assert (type(error), error.status, error.platform) == (cls, status, "sentori")
    assert (error.retryable, error.applied, sent) == (False, False, 1)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(("cls", "status"), pairs(FAULTY))
async def test_fault_has_its_class_whatever_the_body_and_leaves_a_write_unknown(
    cls: type[ApiError], status: int, body: bytes
) -> None:
    with aioresponses() as mocked:
        answer(mocked, status=status, body=body)
        error, sent = await attempt(mocked, Safety.UNSAFE)
    assert isinstance(error, ApiError)
    assert (type(error), error.status) == (cls, status)
    assert (error.retryable, error.applied, sent) == (True, None, 1)


@pytest.mark.parametrize(("cls", "status"), pairs(FAULTY))
@pytest.mark.parametrize("safety", [Safety.READ, Safety.IDEMPOTENT, Safety.KEYED])
async def test_fault_is_tried_again_where_a_repeat_is_harmless(
    cls: type[ApiError], status: int, safety: Safety
) -> None:
    with aioresponses() as mocked:
        answer(mocked, status=status)
        error, sent = await attempt(mocked, safety)
    assert (type(error), sent) == (cls, 3)
    assert error.applied is (False if safety is Safety.READ else None)


@pytest.mark.parametrize("safety", Safety)
async def test_too_many_requests_were_not_carried_out_and_may_always_be_repeated(
    safety: Safety,
) -> None:
    with aioresponses() as mocked:
        answer(mocked, status=429)
        error, sent = await attempt(mocked, safety)
    assert (type(error), error.retryable, error.applied, sent) == (
        errors.RateLimited,
        True,
        False,
        3,
    )


async def test_conflict_without_a_code_means_busy_on_sentori() -> None:
    with aioresponses() as mocked:
        answer(mocked, status=409)
        error, sent = await attempt(mocked, Safety.UNSAFE)
    assert (type(error), error.retryable, sent) == (errors.StateConflict, True, 3)


async def test_code_that_is_known_goes_before_the_status() -> None:
    with aioresponses() as mocked:
        answer(mocked, status=400, payload={"Code": 102, "Message": "There"})
        error, _ = await attempt(mocked, Safety.UNSAFE)
    assert isinstance(error, errors.AlreadyExists)
    assert (error.code, error.status, error.message) == (102, 400, "There")


async def test_wait_that_was_asked_for_and_the_name_of_the_request_are_kept() -> None:
    with aioresponses() as mocked:
        answer(mocked, status=429, headers={"Retry-After": "600", "X-Request-Id": "abc-1"})
        error, sent = await attempt(mocked, Safety.READ)
    assert isinstance(error, errors.RateLimited)
    assert (error.retry_after_s, error.request_id, sent) == (600.0, "abc-1", 1)


INFO = aiohttp.RequestInfo(URL("https://canary/"), "POST", {"ApiKey": "canary"}, URL("https://c/"))  # type: ignore[arg-type]
OURS: list[tuple[BaseException, type[SentoriError], bool | None]] = [
    (aiohttp.ServerDisconnectedError("canary"), errors.ConnectionLost, None),
    (aiohttp.ClientOSError(104, "canary"), errors.ConnectionLost, None),
    (aiohttp.ClientConnectionResetError("canary"), errors.ConnectionLost, None),
    (aiohttp.ClientPayloadError("canary"), errors.ConnectionLost, None),
    (aiohttp.ClientConnectionError("canary"), errors.ConnectionLost, None),
    (aiohttp.ClientError("canary"), errors.ConnectionLost, None),
    (ConnectionResetError("canary"), errors.ConnectionLost, None),
    (OSError(24, "canary"), errors.ConnectionLost, None),
    (RuntimeError("canary"), errors.ConnectionLost, None),
    (aiohttp.SocketTimeoutError("canary"), errors.RequestTimeout, None),
    (aiohttp.ServerTimeoutError("canary"), errors.RequestTimeout, None),
    (TimeoutError("canary"), errors.RequestTimeout, None),
    (aiohttp.ConnectionTimeoutError("canary"), errors.ConnectFailed, False),
    (aiohttp.ClientHttpProxyError(INFO, (), status=407), errors.ConnectFailed, False),
    (RuntimeError("cannot schedule new futures after shutdown"), errors.ConnectFailed, False),
    (aiohttp.ClientResponseError(INFO, (), status=400), errors.DecodeError, None),
    (aiohttp.ContentTypeError(INFO, ()), errors.DecodeError, None),
    (aiohttp.InvalidURL("canary"), errors.ConfigurationError, False),
    (ValueError("canary"), errors.ConfigurationError, False),
]


@pytest.mark.parametrize(
    ("theirs", "cls", "applied"),
    [pytest.param(*row, id=f"{n}-{type(row[0]).__name__}") for n, row in enumerate(OURS)],
)
async def test_every_error_of_aiohttp_becomes_one_of_ours_and_shows_nothing(
    theirs: BaseException, cls: type[SentoriError], applied: bool | None
) -> None:
    with aioresponses() as mocked:
        answer(mocked, exception=theirs)
        error, _ = await attempt(mocked, Safety.UNSAFE, RetryPolicy(attempts=1))
    assert (type(error), error.applied) == (cls, applied)
    assert_clean(error)
