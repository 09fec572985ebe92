"""An answer of any status becomes a result or an error, and a write's fate is told."""

import pytest

from sentori_async.errors import ApiError, DecodeError, NotFound
from sentori_async.wire.answers import error_object, is_page, reader
from sentori_async.wire.message import Operation, Response, Safety


def operation(safety: Safety) -> Operation:
    return Operation(platform="test", name="things.do", method="X", template="x", safety=safety)


def refuse(operation: Operation, response: Response) -> ApiError:
    return NotFound(
        "gone", platform=operation.platform, operation=operation.name, status=response.status
    )


def broken(_: Response) -> None:
    raise DecodeError("it is empty")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 206, 299])
def test_any_success_is_read(status: int) -> None:
    decode = reader(operation(Safety.READ), lambda response: response.status, refuse)

    assert decode(Response(status, {}, b"")) == status


@pytest.mark.parametrize("status", [100, 199, 300, 301, 304, 400, 404, 500, 999])
def test_anything_else_is_refused(status: int) -> None:
    decode = reader(operation(Safety.READ), lambda response: response.status, refuse)

    with pytest.raises(NotFound, match=f"HTTP {status}"):
        decode(Response(status, {}, b""))


@pytest.mark.parametrize("safety", [Safety.IDEMPOTENT, Safety.KEYED, Safety.UNSAFE])
def test_a_write_with_an_unreadable_success_was_applied(safety: Safety) -> None:
    decode = reader(operation(safety), broken, refuse)

    with pytest.raises(DecodeError) as caught:
        decode(Response(201, {}, b""))

    assert caught.value.applied is True
    assert caught.value.operation == "things.do"
    assert caught.value.message == (
        "test things.do: it is empty (HTTP 201); "
        "the change was made, so read it instead of repeating it"
    )


def test_a_read_with_an_unreadable_success_applied_nothing() -> None:
    decode = reader(operation(Safety.READ), broken, refuse)

    with pytest.raises(DecodeError) as caught:
        decode(Response(200, {}, b""))

    assert caught.value.applied is False
    assert caught.value.message == "test things.do: it is empty (HTTP 200)"


PAGE = Response(200, {"Content-Type": "text/html; charset=utf-8"}, b"\n<html>moved</html>")


@pytest.mark.parametrize(
    ("safety", "applied"),
    [(Safety.READ, False), (Safety.IDEMPOTENT, None), (Safety.UNSAFE, None)],
)
def test_a_page_instead_of_an_answer_says_nothing_of_a_write(
    safety: Safety, applied: bool | None
) -> None:
    decode = reader(operation(safety), broken, refuse)

    with pytest.raises(DecodeError, match="web page") as caught:
        decode(PAGE)

    assert caught.value.applied is applied
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("response", "page"),
    [
        (PAGE, True),
        (Response(200, PAGE.headers, b""), False),
        (Response(200, PAGE.headers, b'{"a": 1}'), False),
        (Response(200, {"Content-Type": "application/json"}, PAGE.body), False),
        (Response(200, {}, PAGE.body), False),
    ],
    ids=["page", "empty", "json", "other-type", "no-type"],
)
def test_a_page_is_what_says_and_looks_so(response: Response, page: bool) -> None:
    assert is_page(response) is page


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"Code":1}', ({"Code": 1}, "")),
        (b'\xef\xbb\xbf{"Code":1}', ({"Code": 1}, "")),
        (b"", ({}, "the answer has no body")),
        (b"  ", ({}, "the answer has no body")),
        (b'["x"]', ({"body": ["x"]}, "no JSON object in the body")),
        (b'"x"', ({"body": "x"}, "no JSON object in the body")),
        (b"null", ({"body": None}, "no JSON object in the body")),
        (b"<h1>Oops</h1>", ({"body": "<h1>Oops</h1>"}, "no JSON body (text/html)")),
        (b"\xff", ({"body": "\ufffd"}, "no JSON body (text/html)")),
    ],
)
def test_odd_error_bodies_are_kept_and_never_become_the_message(
    body: bytes, found: tuple[object, str]
) -> None:
    assert error_object(Response(500, {"content-type": "text/html"}, body)) == found


def test_a_long_page_is_cut() -> None:
    document, message = error_object(Response(502, {}, b"<p>" + b"\xc3\xa4" * 10_000))

    assert len(document["body"]) == 1000
    assert message == "no JSON body (of no known type)"
