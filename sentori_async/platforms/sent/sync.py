"""How contacts of Sent are told apart and compared in a sync."""

from __future__ import annotations

from typing import Any, ClassVar

import orjson

from sentori_async.bulk.plan import RowPlan, SyncRules
from sentori_async.platforms.sent import inputs, lookups, settle
from sentori_async.platforms.sent.bulk import read_row
from sentori_async.platforms.sent.models import SentContact
from sentori_async.wire.settle import Flow


class SentSync(SyncRules):
    """Contacts are told apart by their numbers, which cannot be changed."""

    identity: ClassVar[str] = inputs.NUMBER

    def __init__(self, opt_out: RowPlan) -> None:
        """Take the plan that opts contacts out of every channel."""
        self._opt_out = opt_out

    def key_of(self, row: object) -> str | None:
        """Return the key of a row's contact."""
        number = read_row(row)[0]
        return inputs.number(number) if number else None

    def find(self, row: object) -> Flow[SentContact | None]:
        """Look the contact of a row up."""
        number = inputs.number(read_row(row)[0])
        found = yield from lookups.found_or_none(lookups.by_number(number))
        return found

    def as_sent(self, found: Any, row: object) -> bool:
        """Tell whether a contact has the values of a row."""
        number, fields = read_row(row)
        data = inputs.contact_body(fields, inputs.number(number))
        return data is None or settle.as_sent(found, orjson.loads(data))

    def unsubscribe_all(self) -> RowPlan:
        """Return the plan that opts contacts out of every channel."""
        return self._opt_out
