"""Requests and answers are plain values that show nothing of what they carry."""

import pytest

from sentori_async.errors import DecodeError
from sentori_async.wire.message import Call, Operation, Request, Response, Safety

CANARY = "canary@example.com"
OPERATION = Operation(
    platform="sentori",
    name="contacts.add",
    method="POST",
    template="contact/add/{address}/",
    safety=Safety.UNSAFE,
)


@pytest.mark.parametrize(
    ("safety", "repeatable"),
    [
        (Safety.READ, True),
        (Safety.IDEMPOTENT, True),
        (Safety.KEYED, True),
        (Safety.UNSAFE, False),
    ],
)
def test_all_but_unsafe_requests_may_be_repeated(safety: Safety, repeatable: bool) -> None:
    assert safety.repeatable is repeatable


def test_no_repr_shows_an_identity_or_a_body() -> None:
    request = Request(OPERATION, CANARY, CANARY.encode(), CANARY, {"X": CANARY})
    response = Response(200, {"X": CANARY}, CANARY.encode())

    assert CANARY not in repr(Call(request, lambda _: CANARY))
    assert CANARY not in repr(response)


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_an_empty_body_is_none(body: bytes) -> None:
    assert Response(204, {}, body).json() is None


def test_a_body_is_parsed_as_json() -> None:
    assert Response(200, {}, b'{"a":[1,null]}').json() == {"a": [1, None]}


def test_a_body_that_is_no_json_is_a_decode_error_without_the_body() -> None:
    with pytest.raises(DecodeError, match=r"\(HTTP 200\) is not JSON") as caught:
        Response(200, {}, f"<p>{CANARY}".encode()).json()

    assert CANARY not in caught.value.message
    assert caught.value.__cause__ is None
