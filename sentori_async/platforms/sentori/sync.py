"""How contacts of Sentori are told apart, renamed and compared in a sync."""

from __future__ import annotations

from typing import Any, ClassVar

from sentori_async.bulk.plan import RowPlan, SyncRules
from sentori_async.platforms.sentori import inputs, settle
from sentori_async.platforms.sentori.bulk import read_row
from sentori_async.platforms.sentori.models import Contact
from sentori_async.unset import UNSET
from sentori_async.wire.paths import segment
from sentori_async.wire.settle import Flow


class SentoriSync(SyncRules):
    """Contacts are told apart by their addresses, ignoring case."""

    identity: ClassVar[str] = "EmailAddress"

    def __init__(self, unsubscribe_all: RowPlan) -> None:
        """Take the plan that suppresses addresses."""
        self._unsubscribe_all = unsubscribe_all

    def key_of(self, row: object) -> str | None:
        """Return the key of a row's contact."""
        address = row.get(self.identity) if type(row) is dict else read_row(row)[0]
        return inputs.contact_key(address) or None if isinstance(address, str) else None

    def renamed(self, key: str, row: object) -> object:
        """Return an (address, fields) pair, whose fields hold the new address."""
        return key, read_row(row)[1]

    def find(self, row: object) -> Flow[Contact | None]:
        """Look the contact of a row up."""
        found = yield from settle.find(segment(inputs.address(read_row(row)[0])))
        return found

    def as_sent(self, found: Any, row: object) -> bool:
        """Tell whether a contact has the values of a row."""
        document = inputs.document(read_row(row)[1] or {})
        sent = {
            name: value
            for name, value in document.items()
            if value is not UNSET and name != self.identity
        }
        return not sent or settle.as_sent(found, sent)

    def unsubscribe_all(self) -> RowPlan:
        """Return the plan that suppresses addresses."""
        return self._unsubscribe_all
