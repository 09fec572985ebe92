"""Session tokens: a browser acts for one user, beside a publishable key."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Final

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.stores.contacts import ContactStore, UserRow
from sentori_async.sandbox.spotzee.stores.scope import Scope, printed

HEADER: Final = "X-Spotzee-User-Token"
_LIFE: Final = dt.timedelta(minutes=15)


class SessionStore:
    """The session tokens of a project."""

    def __init__(self, scope: Scope, contacts: ContactStore) -> None:
        self._scope = scope
        self._contacts = contacts

    def create(self, row: UserRow) -> dict[str, Any]:
        """Make a token for a user and return it as Spotzee prints it."""
        expires_at = printed(self._scope.clock() + _LIFE)
        token = secrets.token_urlsafe(24)
        self._scope.database.run(
            "INSERT INTO spotzee_sessions VALUES (?, ?, ?, ?)",
            token,
            self._scope.project,
            row.id,
            expires_at,
        )
        return {"token": token, "expires_at": expires_at}

    def user_of(self, request: Incoming) -> UserRow:
        """Return the user that a request's token belongs to.

        Raises:
            Refusal: authentication_required, there is no token, or it is unknown or too old.
        """
        number = self._scope.database.value(
            "SELECT user FROM spotzee_sessions WHERE project = ? AND token = ? AND expires_at > ?",
            self._scope.project,
            request.headers.get(HEADER, ""),
            self._scope.now(),
        )
        row = None if number is None else self._contacts.find_number(number)
        if row is None:
            raise Refusal("authentication_required", "The user token is missing or not valid.")
        return row
