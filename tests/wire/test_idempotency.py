"""One key stands for one operation, and for as long as the platform remembers it."""

from __future__ import annotations

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.wire.idempotency import IdempotencyKey, KeyRules, digest_of
from sentori_async.wire.message import Operation, Request, Safety

RULES = KeyRules()


def request(path: str = "v3/contacts", body: bytes = b"{}", query: str = "") -> Request:
    operation = Operation(
        platform="fake",
        name="contacts.add",
        method="POST",
        template="v3/contacts",
        safety=Safety.KEYED,
    )
    return Request(operation, path, body, query)


def test_every_operation_gets_a_key_of_its_own() -> None:
    keys = {IdempotencyKey.new(request(), 0.0).text for _ in range(100)}

    assert len(keys) == 100


def test_a_key_serves_every_attempt_of_its_request() -> None:
    key = IdempotencyKey.new(request(), 0.0)
    key.check(request())


@pytest.mark.parametrize(
    "other",
    [
        request(body=b'{"name":"x"}'),
        request(path="v3/messages"),
        request(query="page=2"),
        request(path="v3/contacts\0", body=b""),
    ],
    ids=["body", "path", "query", "joined"],
)
def test_a_key_serves_nothing_else(other: Request) -> None:
    key = IdempotencyKey.given("order-7", request(), 0.0)
    with pytest.raises(InvalidInput, match="new key"):
        key.check(other)


def test_a_key_is_too_old_when_the_platform_may_have_forgotten_it() -> None:
    key = IdempotencyKey.new(request(), 1_000.0)

    assert not key.is_too_old(RULES, 1_000.0 + 24 * 3600 - 1)
    assert key.is_too_old(RULES, 1_000.0 + 24 * 3600)


@pytest.mark.parametrize("text", ["", "a\nb", "ü", "x" * 256])
def test_a_key_that_no_header_can_carry_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="UUID"):
        IdempotencyKey.given(text, request(), 0.0)


def test_the_digest_shows_nothing_of_the_request() -> None:
    key = IdempotencyKey.new(request(body=b"joe@example.com"), 0.0)

    assert "joe" not in repr(key)
    assert digest_of(request()) == digest_of(request(body=b"{}"))
