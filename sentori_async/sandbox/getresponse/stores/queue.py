"""What was accepted and takes effect later, in the order it falls due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.getresponse.stores.scope import Scope

Apply = Callable[[dict[str, Any]], None]

_WHERE: Final = "FROM getresponse_queue WHERE account = ? AND due <= ?"
_ANY: Final = f"SELECT 1 {_WHERE}"
_DUE: Final = f"SELECT entry, kind, body {_WHERE} ORDER BY due, entry"


@attrs.frozen(eq=False)
class Queue:
    """The queue of one account; every request of it, and every look of a test, settles it first."""

    scope: Scope
    _apply: dict[str, Apply] = attrs.field(factory=dict, init=False)

    def on(self, kind: str, apply: Apply) -> None:
        """Say what applies the entries of a kind."""
        self._apply[kind] = apply

    def put(
        self,
        kind: str,
        body: dict[str, Any],
        *,
        delay_s: float,
        campaign: str = "",
        email: str = "",
    ) -> None:
        """Queue something; the address tells `holds` what is on its way."""
        self.scope.database.run(
            "INSERT INTO getresponse_queue (account, due, kind, campaign, email_key, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            self.scope.account,
            self.scope.due(delay_s),
            kind,
            campaign,
            email.lower(),
            orjson.dumps(body).decode(),
        )

    def holds(self, campaign: str, email: str) -> bool:
        """Tell whether a contact of this address is on its way into a campaign."""
        found = self.scope.database.row(
            "SELECT 1 FROM getresponse_queue WHERE account = ? AND campaign = ? AND email_key = ?",
            self.scope.account,
            campaign,
            email.lower(),
        )
        return found is not None

    def count(self) -> int:
        """Return how much is still to be applied."""
        self.settle()
        number: int = self.scope.database.value(
            "SELECT count(*) FROM getresponse_queue WHERE account = ?", self.scope.account
        )
        return number

    def settle(self) -> None:
        """Apply all that is due."""
        database, now = self.scope.database, self.scope.due(0)
        if database.row(_ANY, self.scope.account, now) is None:
            return
        with database:
            for entry, kind, body in database.rows(_DUE, self.scope.account, now):
                database.run("DELETE FROM getresponse_queue WHERE entry = ?", entry)
                self._apply[kind](orjson.loads(body))
