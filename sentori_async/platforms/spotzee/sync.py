"""How users of Spotzee are told apart and compared in a sync."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from sentori_async.bulk.plan import SyncRules
from sentori_async.platforms.spotzee import inputs, settle
from sentori_async.platforms.spotzee.bulk import read_row
from sentori_async.platforms.spotzee.models import SpotzeeUser
from sentori_async.resources import unsupported
from sentori_async.wire.settle import Flow


class SpotzeeSync(SyncRules):
    """Users are told apart by their external ids, which cannot be changed."""

    identity: ClassVar[str] = "external_id"

    def key_of(self, row: object) -> str | None:
        """Return the key of a row's contact."""
        external_id = read_row(row)[0]
        return inputs.external_id(external_id) if external_id else None

    def find(self, row: object) -> Flow[SpotzeeUser | None]:
        """Look the contact of a row up."""
        found = yield from settle.find(inputs.external_id(read_row(row)[0]))
        return found

    def as_sent(self, found: Any, row: object) -> bool:
        """Tell whether a contact has the values of a row."""
        external_id, fields = read_row(row)
        return settle.as_sent(found, inputs.user_item(inputs.external_id(external_id), fields))

    def unsubscribe_all(self) -> NoReturn:
        """Raise UnsupportedOperation: the types of messages would have to be listed first."""
        raise unsupported(
            "Spotzee",
            "bulk.sync that unsubscribes from everything",
            "pass list_id, a subscription's number",
        )
