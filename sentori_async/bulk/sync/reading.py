"""The input of a sync, read batch by batch, with whose row each one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from sentori_async.bulk.journal.digest import digest_of
from sentori_async.bulk.rows import END, NOT_YET
from sentori_async.bulk.sync.entries import Batch, Unusable
from sentori_async.bulk.sync.schema import BATCH
from sentori_async.errors import InvalidInput

if TYPE_CHECKING:
    from sentori_async.bulk.plan import SyncRules
    from sentori_async.bulk.rows import Source

_READ_S: Final = 0.005


class Reader:
    """Reads rows, and tells whose they are.

    Attributes:
        unnamed: How many rows did not say.
    """

    def __init__(self, rows: Source, rules: SyncRules, key: str) -> None:
        """Prepare to read.

        Args:
            rows: The input.
            rules: What the platform's rows look like.
            key: The field that says whose a row is.
        """
        self._rows = rows
        self._rules = rules
        self._key = None if key == rules.identity else key
        self.unnamed = 0

    def stop(self) -> None:
        """Let whoever waits for a row have none, now and from now on."""
        self._rows.stop()

    async def fill(self, batch: Batch) -> bool:
        """Take rows for a moment; return whether the input has ended."""
        clock = asyncio.get_running_loop().time
        until = clock() + _READ_S
        take, given, rows = self._rows.take_now, batch.given, batch.rows
        key_of = self._rules.key_of if self._key is None else self._own_key_of(batch)
        while len(rows) < BATCH and clock() < until:
            row = take()
            if row is NOT_YET:
                row = await self._rows.take()
            if row is END:
                return True
            try:
                key = key_of(row)
                if key is None:
                    row = self._unusable(f"the row has no {self._key or self._rules.identity}")
            except InvalidInput as error:
                key, row = None, self._unusable(error.message)
            rows.append(row)
            given += (key, None if key is None else digest_of(row))
        return False

    def _unusable(self, reason: str) -> Unusable:
        self.unnamed += 1
        return Unusable(reason)

    def _own_key_of(self, batch: Batch) -> Callable[[Any], str | None]:
        """Return what finds the key in a field of the caller's choice, and notes the contact."""

        def key_of(row: Any) -> str | None:
            batch.contacts += [None] * (len(batch.rows) - len(batch.contacts))
            contact = self._rules.key_of(row)
            if contact is None:
                raise InvalidInput(f"the row has no {self._rules.identity}")
            try:
                value = row[self._key]
            except (KeyError, IndexError, TypeError):
                return None
            if not isinstance(value, str | int) or value == "" or isinstance(value, bool):
                return None
            batch.contacts.append(contact)
            return str(value)

        return key_of
