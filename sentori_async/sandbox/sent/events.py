"""The events that webhooks can get, and a specimen of each for their tests.

The families and the fields that each payload needs are those of the official SDK 0.46.0 (2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "message": (
        *("queued", "routed", "scheduled", "sent", "delivered", "read", "failed"),
        *("blocked", "filtered", "cancelled", "received"),
    ),
    "templates": ("pending", "approved", "rejected", "paused"),
    "channel": (),
    "contact": ("opt_in", "opt_out", "help", "custom_keyword"),
    "link": ("clicked", "downloaded", "expired", "revoked"),
    "call": (),
}
"""The families of events with what follows their dot; the vendor says both may grow."""

NAMES: Final = frozenset(FAMILIES) | {
    f"{family}.{suffix}" for family, suffixes in FAMILIES.items() for suffix in suffixes
}
"""Every family, and every event in full."""

_NUMBER: Final = "+12125550199"


def specimen(name: str, account_id: str, now: str) -> tuple[str, dict[str, Any]]:
    """Return an event and a payload that show what a webhook will get.

    Args:
        name: A family, for its first event, or an event.
        account_id: The account's id.
        now: The present time, as Sent prints it.
    """
    family, _, suffix = name.partition(".")
    suffix = suffix or next(iter(FAMILIES[family]), "")
    payloads: dict[str, dict[str, Any]] = {
        "message": {"message_status": suffix.upper(), "channel": "sms"},
        "message.received": {"inbound_number": _NUMBER, "received_at": now, "text": "Hello"},
        "templates": {"status": suffix.upper(), "whatsapp_template_id": "0"},
        "channel": {"country": "US", "channel": "sms"},
        "contact": {"opt_out": suffix == "opt_out", "source": "INBOUND_KEYWORD", "from": _NUMBER},
        "link": {"record_id": "A0000000"},
        "call": {"call_id": account_id},
    }
    event = f"{family}.{suffix}" if suffix else family
    return event, {"account_id": account_id, **payloads.get(event, payloads[family])}
