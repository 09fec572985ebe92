"""The account itself: what it is, and what it may do at present."""

from __future__ import annotations

from typing import Any, Final, Literal

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.stores.scope import Scope

Kind = Literal["organization", "user", "profile"]
"""What a key opens."""
BLOCKS: Final = frozenset({"AUTH_003", "AUTH_005", "AUTH_006", "AUTH_007", "BUSINESS_014"})
"""The codes that a blocked account answers with."""

SENDER: Final = "+12125550100"
"""The own number that every account sends from."""
_CHANNELS: Final = ("sms", "whatsapp", "rcs")


class AccountStore:
    """One account's standing."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    @property
    def blocked(self) -> str | None:
        """The code that every request is refused with, or None."""
        found: str | None = self._scope.database.value(
            "SELECT blocked FROM sent_accounts WHERE account = ?", self._scope.account
        )
        return found

    def block(self, code: str | None) -> None:
        """Refuse every request from now on, or None: no longer.

        Args:
            code: One of `BLOCKS`.

        Raises:
            InvalidInput: The code is none of them.
        """
        if code is not None and code not in BLOCKS:
            raise InvalidInput(f"an account is blocked with one of {', '.join(sorted(BLOCKS))}")
        self._scope.database.run(
            "UPDATE sent_accounts SET blocked = ? WHERE account = ?", code, self._scope.account
        )

    @property
    def funded(self) -> bool:
        """Whether there is money for messages."""
        return bool(
            self._scope.database.value(
                "SELECT funded FROM sent_accounts WHERE account = ?", self._scope.account
            )
        )

    def fund(self, *, funded: bool) -> None:
        """Say whether there is money for messages."""
        self._scope.database.run(
            "UPDATE sent_accounts SET funded = ? WHERE account = ?",
            int(funded),
            self._scope.account,
        )

    def show(self) -> dict[str, Any]:
        """Return the account as ``GET /v3/me`` prints it, without what its kind decides."""
        kind, name, created, channels = self._scope.database.rows(
            "SELECT kind, name, created, channels FROM sent_accounts WHERE account = ?",
            self._scope.account,
        )[0]
        return {
            "id": self._scope.customer_id,
            "type": kind,
            "name": name,
            "description": None,
            "email": "owner@example.com",
            "icon": None,
            "created_at": created,
            "sending_phone_number": SENDER,
            "sending_phone_number_profile_id": self._scope.customer_id,
            "enable_template_auto_creation_for_sp": False,
            "channels": {channel: _channel(channel, channels) for channel in _CHANNELS},
        }


def _channel(name: str, configured: str) -> dict[str, Any]:
    """Return one channel; those that are not set up show nothing more."""
    if name not in configured.split(","):
        return {"configured": False}
    shown: dict[str, Any] = {"configured": True, "phone_number": SENDER}
    if name == "whatsapp":
        shown["business_name"] = "Sandbox"
    return shown
