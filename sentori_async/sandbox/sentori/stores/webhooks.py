"""Outgoing webhooks: the bodies Sentori would post, for clients that verify them.

Source: https://docs.sentoriapp.com/api-webhooks, read 2026-11.
The hooks of mailing lists are left out: which of their fields are hashed is not known.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Literal

import orjson

from sentori_async.sandbox.sentori.stores.scope import Scope

HookKind = Literal["subscribe", "unsubscribe"]


def vhash(account_id: str, address: str, kind: str, date: str, api_key: str) -> str:
    """Return the upper-case hex SHA-1 that signs a webhook; its byte encoding is inferred."""
    text = f"{account_id}{address}{kind}{date}{api_key}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().upper()


class WebhookStore:
    """The webhooks of an account; they are built and kept, and never sent."""

    def __init__(self, scope: Scope, *, external_id: str, api_key: str) -> None:
        self._scope = scope
        self._external_id = external_id
        self._api_key = api_key

    def build(
        self,
        kind: HookKind,
        address: str,
        *,
        date: dt.datetime | None = None,
        source: str = "User",
        description: str = "",
    ) -> bytes:
        """Return the body of a contact's subscribe or unsubscribe webhook, signed.

        Args:
            kind: What happened.
            address: Whom it happened to.
            date: When, in UTC and without a zone; now by default.
            source: The form's page, or "User"; in subscribe webhooks only.
            description: A text that the signature leaves out.
        """
        text = (date or self._scope.clock()).isoformat(timespec="microseconds")
        sent = f"{text}0Z"  # seven digits of fraction, as Sentori prints them
        body = {
            "AccountExternalID": self._external_id,
            "EmailAddress": address,
            "Type": kind,
            "Date": sent,
            **({"Source": source} if kind == "subscribe" else {}),
            "vhash": vhash(self._external_id, address, kind, sent, self._api_key),
            "Description": description,
        }
        return orjson.dumps(body)

    def keep(self, body: bytes) -> None:
        """Keep a body that Sentori would have posted."""
        self._scope.database.run(
            "INSERT INTO sentori_webhooks (account, body) VALUES (?, ?)",
            self._scope.account,
            body.decode(),
        )

    def produced(self) -> list[bytes]:
        """Return the bodies that the API's own work produced, in order."""
        rows = self._scope.database.rows(
            "SELECT body FROM sentori_webhooks WHERE account = ? ORDER BY webhook",
            self._scope.account,
        )
        return [body.encode() for (body,) in rows]
