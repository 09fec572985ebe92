"""A webhook's call is believed if its signature holds, and only then.

The vectors are computed here from the vendor's description, with the standard library alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import SentWebhookVerifier
from sentori_async.errors import ConfigurationError, DecodeError
from sentori_async.sandbox import Sandbox
from sentori_async.secret import Secret

RAW = b"0123456789abcdef0123456789abcdef"
SECRET = "whsec_" + base64.b64encode(RAW).decode()
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOW = str(int(NOON.timestamp()))
EVENT = {
    "field": "contact",
    "event": "opt_out",
    "timestamp": "2026-11-21T12:00:00+00:00",
    "request_id": "req_1",
    "payload": {"contact_id": "c", "opt_out": True, "from": "+12125550123"},
}
BODY = orjson.dumps(EVENT)


def sign(body: bytes = BODY, *, sent_at: str = NOW, key: bytes = RAW, webhook: str = "W1") -> str:
    digest = hmac.new(key, f"{webhook}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def headers(signature: str | None = None, **more: str) -> dict[str, str]:
    return {
        "x-webhook-id": "W1",
        "x-webhook-timestamp": NOW,
        "x-webhook-signature": sign() if signature is None else signature,
        **{name.replace("_", "-"): value for name, value in more.items()},
    }


VERIFIER = SentWebhookVerifier(SECRET, clock=lambda: NOON)


def test_a_known_vector_is_verified() -> None:
    """Openssl dgst -sha256 -mac HMAC, keyed with RAW, over ``W1.1795262400.{}``."""
    digest = "986a46fe75f1b94b5b075cd12fd88df17feb8e73f8978868109a126b37dd0650"
    signature = "v1," + base64.b64encode(bytes.fromhex(digest)).decode()

    assert NOW == "1795262400"
    assert VERIFIER.verify(headers(signature), b"{}").kind == ""


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ({"field": "contact", "event": "opt_out"}, "contact.opt_out"),
        ({"field": "contact", "event": "contact.opt_out"}, "contact.opt_out"),
        ({"field": "message", "sub_type": "delivered"}, "message.delivered"),
        ({"event": "message.sent"}, "message.sent"),
        ({"field": "call"}, "call"),
    ],
)
def test_a_kind_is_the_same_however_the_call_says_it(said: dict[str, str], kind: str) -> None:
    body = orjson.dumps(said)
    assert VERIFIER.verify(headers(sign(body)), body).kind == kind


def test_an_event_is_read_with_what_its_headers_say() -> None:
    event = VERIFIER.verify(headers(x_webhook_event_id="evt_1"), BODY)

    assert (event.kind, event.webhook_id, event.delivery_id) == ("contact.opt_out", "W1", "evt_1")
    assert event.timestamp == NOON
    assert event.payload == EVENT["payload"]
    assert event.request_id == "req_1"
    assert event.extra == {}


@pytest.mark.parametrize("secret", [Secret(SECRET), base64.b64encode(RAW).decode(), f" {SECRET} "])
def test_a_secret_comes_in_any_form(secret: str | Secret) -> None:
    assert (
        SentWebhookVerifier(secret, clock=lambda: NOON).verify(headers(), BODY).event == "opt_out"
    )


def test_headers_come_in_any_case() -> None:
    shouted = {name.upper(): value for name, value in headers().items()}
    assert VERIFIER.verify(shouted, BODY).webhook_id == "W1"


def test_an_event_of_early_2026_calls_its_event_otherwise() -> None:
    body = orjson.dumps({"field": "message", "sub_type": "delivered", "brand_new": 1})
    event = VERIFIER.verify(headers(sign(body)), body)

    assert (event.kind, event.delivery_id) == ("message.delivered", None)
    assert event.extra == {"brand_new": 1}


@pytest.mark.parametrize("text", ["v1,AAAA {}", "v2,x {}", "{} v1,AAAA", "v1,! {}"])
def test_one_good_signature_among_several_is_enough(text: str) -> None:
    assert VERIFIER.verify(headers(text.format(sign())), BODY).event == "opt_out"


FORGED: dict[str, tuple[dict[str, str], bytes]] = {
    "another body": (headers(), BODY + b" "),
    "another key": (headers(sign(key=b"x" * 32)), BODY),
    "another endpoint": (headers(sign(webhook="W2")), BODY),
    "another time": (headers() | {"x-webhook-timestamp": str(int(NOW) + 1)}, BODY),
    "hex": (headers("sha256=" + hmac.new(RAW, BODY, hashlib.sha256).hexdigest()), BODY),
    "no version": (headers(sign().removeprefix("v1,")), BODY),
    "another version": (headers(sign().replace("v1", "v2")), BODY),
    "empty": (headers("v1,"), BODY),
    "no base64": (headers("v1,!!!"), BODY),
    "half": (headers(sign()[:20]), BODY),
    "no time": (headers() | {"x-webhook-timestamp": "soon"}, BODY),
    "no id": (headers() | {"x-webhook-id": ""}, BODY),
    "nothing": ({}, BODY),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_call_is_refused_and_its_text_shows_nothing(how: str) -> None:
    with pytest.raises(DecodeError, match=r"signature") as caught:
        VERIFIER.verify(*FORGED[how])
    assert SECRET not in str(caught.value)
    assert "5550123" not in str(caught.value)


@given(st.binary(), st.binary())
def test_no_other_body_has_a_bodys_signature(body: bytes, other: bytes) -> None:
    if body != other:
        with pytest.raises(DecodeError, match="does not match"):
            VERIFIER.verify(headers(sign(body)), other)


@pytest.mark.parametrize(
    ("off_s", "good"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_a_call_is_believed_for_five_minutes(off_s: int, good: bool) -> None:
    verifier = SentWebhookVerifier(SECRET, clock=lambda: NOON + timedelta(seconds=off_s))
    if good:
        assert verifier.verify(headers(), BODY).event == "opt_out"
    else:
        with pytest.raises(DecodeError, match="too old"):
            verifier.verify(headers(), BODY)


def test_how_long_is_the_callers_choice() -> None:
    late = SentWebhookVerifier(
        SECRET, tolerance=timedelta(hours=1), clock=lambda: NOON + timedelta(minutes=59)
    )
    assert late.verify(headers(), BODY).event == "opt_out"


def test_the_clock_is_the_present_one_unless_said() -> None:
    with pytest.raises(DecodeError, match="too old"):
        SentWebhookVerifier(SECRET).verify(
            headers(sign(sent_at="1")) | {"x-webhook-timestamp": "1"}, BODY
        )


@pytest.mark.parametrize("body", [b"", b"[]", b"no", b'{"payload": 7}'])
def test_a_signed_body_that_tells_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        VERIFIER.verify(headers(sign(body)), body)


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!", "not base64", "whsec_abc"])
def test_a_secret_that_cannot_sign_is_refused_at_once(secret: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SentWebhookVerifier(secret)
    assert not secret or secret not in str(caught.value)
    assert caught.value.__context__ is None or "whsec" not in str(caught.value.__context__)


def test_no_repr_shows_a_secret_or_a_number() -> None:
    event = VERIFIER.verify(headers(), BODY)
    assert SECRET[6:] not in repr(VERIFIER)
    assert "5550123" not in repr(event)


async def test_what_the_sandbox_signs_is_verified(sandbox: Sandbox) -> None:
    state = sandbox.sent
    hook = state.webhooks.get(state.webhooks.add(event_types=("contact", "message")))
    assert hook is not None
    state.receive("+12125550123", "STOP")
    deliveries: list[Any] = state.webhooks.produced()
    verifier = SentWebhookVerifier(hook["signing_secret"], tolerance=timedelta(days=9999))

    kinds = [verifier.verify(one.headers, one.body).kind for one in deliveries]

    assert "contact.opt_out" in kinds
