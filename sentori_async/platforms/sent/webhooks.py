"""What Sent's webhooks say, believed only where their signature holds.

Source: https://docs.sent.dm/docs/webhooks/webhook-security and the official SDK 0.46.0 (2026).

1. Hand the verifier the body as it came: the signature is over its bytes.
2. It is HMAC-SHA256 over ``{x-webhook-id}.{x-webhook-timestamp}.{body}``, in Base64 after ``v1,``;
   the key is the Base64 after ``whsec_``. The bare ``sha256=`` form of an older page is refused.
3. A call older, or newer, than five minutes is refused: it may have been recorded.
4. ``x-webhook-id`` names the endpoint, the same in every call: repeats are told by `delivery_id`.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from sentori_async.errors import DecodeError
from sentori_async.secret import Secret
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.convert import Codec

_PREFIX: Final = "whsec_"
_VERSION: Final = "v1,"
_TOLERANCE: Final = timedelta(minutes=5)
_SECONDS: Final = re.compile(r"[0-9]{1,12}", re.ASCII)


@attrs.define(repr=False)
class SentWebhookEvent:
    """Something that happened in the account.

    Attributes:
        field: The family, such as "message" or "contact"; more may come.
        event: What happened, such as "contact.opt_out"; some families have no such.
        sub_type: The same under its name of early 2026.
        timestamp: When Sent told it, to the second; events may come out of order.
        request_id: The vendor's name for what set it off.
        payload: What else there is to say, as the vendor prints it.
        extra: What else came along.
        webhook_id: The endpoint that was called.
        delivery_id: The event's own id, the same in repeats; None in calls of early 2026.
    """

    field: str | Unset | None = UNSET
    event: str | Unset | None = UNSET
    sub_type: str | Unset | None = UNSET
    timestamp: datetime | Unset | None = UNSET
    request_id: str | Unset | None = UNSET
    payload: dict[str, Any] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
    webhook_id: str = attrs.field(default="", init=False)
    delivery_id: str | None = attrs.field(default=None, init=False)

    @property
    def kind(self) -> str:
        """Family and event in one, such as "contact.opt_out", however the call says it."""
        family, event = self.field or "", self.event or self.sub_type or ""
        if family and event and not event.startswith(f"{family}."):
            return f"{family}.{event}"
        return event or family

    def __repr__(self) -> str:
        return f"SentWebhookEvent(kind={self.kind!r}, timestamp={self.timestamp!r})"


_NAMES: Final = {
    name: name for name in ("field", "event", "sub_type", "timestamp", "request_id", "payload")
}
_decode: Final = Codec({SentWebhookEvent: _NAMES}).decoder(SentWebhookEvent)


def _now() -> datetime:
    return datetime.now(UTC)


class SentWebhookVerifier:
    """Tell whether a call of a webhook is Sent's, and what it says."""

    def __init__(
        self,
        signing_secret: str | Secret,
        *,
        tolerance: timedelta = _TOLERANCE,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """Take the webhook's secret.

        Args:
            signing_secret: What `webhooks.create` or `webhooks.rotate_secret` returned.
            tolerance: How far the call's time may be from ours.
            clock: Return the present time, with a zone.

        Raises:
            ConfigurationError: The secret is none.
        """
        self._secret = Secret.of(signing_secret)
        self._tolerance_s = tolerance.total_seconds()
        self._clock = clock
        # A secret that cannot sign is found out here, and not at the first call.
        self._signature(b"")

    def verify(self, headers: Mapping[str, str], body: bytes) -> SentWebhookEvent:
        """Return the event that a call tells.

        Args:
            headers: The call's headers, in any case.
            body: The call's body, as it came.

        Raises:
            DecodeError: It is not Sent's, is too old, or tells no event: answer 400.
        """
        webhook_id = self._checked(headers, body)
        event = _decode(body)
        event.webhook_id = webhook_id
        event.delivery_id = _header(headers, "x-webhook-event-id") or None
        return event

    def _checked(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the endpoint's id from a call whose signature holds."""
        webhook_id = _header(headers, "x-webhook-id")
        sent_at = _header(headers, "x-webhook-timestamp")
        given = _signatures(_header(headers, "x-webhook-signature"))
        if not (webhook_id and _SECONDS.fullmatch(sent_at) and given):
            raise DecodeError("the call has no signature of Sent's: it is somebody else's")
        expected = self._signature(f"{webhook_id}.{sent_at}.".encode() + body)
        if not any(hmac.compare_digest(expected, one) for one in given):
            raise DecodeError(
                "the call's signature does not match: it is not Sent's, its body was changed on "
                "the way, or the secret is another webhook's"
            )
        if abs(self._clock().timestamp() - int(sent_at)) > self._tolerance_s:
            raise DecodeError("the call is too old: it may have been recorded, or a clock is wrong")
        return webhook_id

    def _signature(self, signed: bytes) -> bytes:
        return self._secret.hmac_sha256(signed, prefix=_PREFIX)

    def __repr__(self) -> str:
        """Show nothing of the secret."""
        return "SentWebhookVerifier(***)"


def _header(headers: Mapping[str, str], name: str) -> str:
    """Return a header, looked up without regard to case, also in a plain dict."""
    return next((value.strip() for key, value in headers.items() if key.lower() == name), "")


def _signatures(text: str) -> list[bytes]:
    """Return the signatures of the version we know; there may be several, apart by a space."""
    found = []
    for part in text.split():
        if part.startswith(_VERSION):
            try:
                found.append(base64.b64decode(part.removeprefix(_VERSION), validate=True))
            except binascii.Error:
                continue
    return found
