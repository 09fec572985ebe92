"""A secret's text comes out by one door only."""

import copy
import hashlib
import logging
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import ConfigurationError
from sentori_async.secret import Secret

CANARY = "00000000-cafe-cafe-cafe-000000000000"
KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=200)


def test_the_text_can_be_revealed() -> None:
    assert Secret(f" {CANARY}\n").reveal() == CANARY


WAYS: dict[str, Callable[[Secret], str]] = {
    "repr": repr,
    "str": str,
    "ascii": ascii,
    "format": "{}".format,
    "padded": "{:>60}".format,
    "format-repr": "{!r}".format,
    "f-string": lambda secret: f"{secret}",
    "percent": lambda secret: "%s %r" % (secret, secret),  # noqa: UP031 - one of the ways
    "inside": lambda secret: repr([secret, {"key": secret}]),
    "logged": lambda secret: logging.makeLogRecord({"msg": "%s", "args": (secret,)}).getMessage(),
}


@pytest.mark.parametrize("show", WAYS.values(), ids=WAYS)
def test_no_way_of_printing_shows_it(show: Callable[[Secret], str]) -> None:
    shown = show(Secret(CANARY))

    assert CANARY not in shown
    assert "Secret(***)" in shown


def test_it_has_no_attributes_to_look_at() -> None:
    with pytest.raises(TypeError):
        vars(Secret(CANARY))


@pytest.mark.parametrize("trip", [pickle.dumps, copy.copy, copy.deepcopy])
def test_it_cannot_be_pickled_or_copied(trip: Any) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        trip(Secret(CANARY))


def test_it_is_equal_to_itself_only() -> None:
    secret = Secret(CANARY)
    others: list[object] = [Secret(CANARY), CANARY]

    assert secret == secret  # noqa: PLR0124 - the point
    assert secret not in others


@pytest.mark.parametrize("value", ["", "  ", "\n"])
def test_an_empty_credential_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="empty"):
        Secret(value)


@pytest.mark.parametrize("value", ["a\nb", "a\x00b", "ключ", "a\u2028b", "a\tb", "a\x7fb"])
def test_what_no_header_can_carry_is_refused_without_showing_it(value: str) -> None:
    with pytest.raises(ConfigurationError, match="no HTTP header can carry") as caught:
        Secret(value)

    assert value not in str(caught.value)


@pytest.mark.parametrize("value", [None, b"key", 7])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ConfigurationError, match=f"not {type(value).__name__}"):
        Secret(value)


def test_a_secret_is_taken_as_it_is() -> None:
    secret = Secret(CANARY)

    assert Secret.of(secret) is secret
    assert Secret.of(CANARY).reveal() == CANARY


@given(KEYS, KEYS, st.text(), st.text())
def test_a_fingerprint_is_the_same_for_the_same_key_and_context_only(
    key: str, other_key: str, context: str, other_context: str
) -> None:
    first = Secret(key).fingerprint(context)

    assert first == Secret(key).fingerprint(context)
    assert (first == Secret(other_key).fingerprint(context)) is (key == other_key)
    assert (first == Secret(key).fingerprint(other_context)) is (context == other_context)


def test_tokens_that_begin_alike_have_fingerprints_of_their_own() -> None:
    begin = "e" * 64

    assert Secret(begin + "1").fingerprint("x") != Secret(begin + "2").fingerprint("x")


def test_a_fingerprint_shows_nothing_of_the_key() -> None:
    assert CANARY not in Secret(CANARY).fingerprint(CANARY)


def test_a_signature_is_over_the_text_and_then_the_key() -> None:
    expected = hashlib.sha1(f"täxt{CANARY}".encode()).hexdigest().upper()

    assert Secret(CANARY).sha1_after("täxt") == expected


def test_a_secret_is_scrubbed_from_a_text() -> None:
    assert Secret("k3y").scrub("k3y and k3y") == "*** and ***"


def test_a_secret_signs_with_the_bytes_that_its_base64_says() -> None:
    """RFC 4231, test case 2: the key is "Jefe"."""
    signed = Secret("whsec_SmVmZQ==").hmac_sha256(b"what do ya want for nothing?", prefix="whsec_")

    assert signed.hex() == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


@pytest.mark.parametrize("text", ["whsec_", "whsec_!", "no base64 at all", "abc"])
def test_a_secret_that_is_no_base64_cannot_sign_and_is_not_shown(text: str) -> None:
    with pytest.raises(ConfigurationError, match="Base64") as caught:
        Secret(text).hmac_sha256(b"", prefix="whsec_")

    assert text not in str(caught.value)
    assert caught.value.__context__ is None
