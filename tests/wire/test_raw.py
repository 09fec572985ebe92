"""A request of the user's own goes below the base URL, as safely as it is said to be."""

from functools import partial
from typing import Any

import pytest

from sentori_async.errors import ApiError, InvalidInput
from sentori_async.wire import raw
from sentori_async.wire.message import Operation, Response, Safety

JOE = "joe@example.com"


def refuse(operation: Operation, response: Response) -> ApiError:
    return ApiError("refused", platform="some", operation=operation.name, status=response.status)


plan = partial(raw.plan, "some", refuse)


def test_a_raw_request_goes_where_it_is_sent() -> None:
    call = plan("get", "some/path/", params={"q": "a b"})

    assert call.request.operation.method == "GET"
    assert call.request.operation.safety is Safety.READ
    assert call.request.path == "some/path/"
    assert call.request.query == "q=a%20b"
    assert call.request.body is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_a_raw_request_is_unsafe_unless_it_is_a_get_or_said_to_be_safe(method: str) -> None:
    assert plan(method, "x").request.operation.safety is Safety.UNSAFE
    assert plan(method, "x", safety=Safety.IDEMPOTENT).request.operation.safety is Safety.IDEMPOTENT


@pytest.mark.parametrize(
    ("json", "body"), [({}, b"{}"), ([1], b"[1]"), ("x", b'"x"'), (False, b"false"), (None, None)]
)
def test_a_raw_request_sends_any_json(json: Any, body: bytes | None) -> None:
    assert plan("POST", "x", json=json).request.body == body


@pytest.mark.parametrize("method", ["", "GET /", "G\nT", "PÖST", "1"])
def test_a_raw_method_is_a_word(method: str) -> None:
    with pytest.raises(InvalidInput, match="method is a word"):
        plan(method, "x")


@pytest.mark.parametrize("path", ["https://evil.example/", "/x", "../x", "a/%2e%2e/b", "a\nb", ""])
def test_a_raw_path_stays_below_the_base_url(path: str) -> None:
    with pytest.raises(InvalidInput):
        plan("GET", path)


def test_a_raw_template_never_holds_the_path() -> None:
    assert JOE not in plan("GET", JOE).request.operation.template


def test_a_raw_request_returns_the_answer_itself() -> None:
    response = Response(204, {}, b"anything")

    assert plan("GET", "x").decode(response) is response


def test_a_raw_request_raises_what_the_platform_says() -> None:
    with pytest.raises(ApiError, match="refused") as caught:
        plan("GET", "x").decode(Response(404, {}, b"{}"))

    assert (caught.value.operation, caught.value.status) == ("request", 404)
