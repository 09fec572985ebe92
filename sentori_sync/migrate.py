"""Contacts moved from one platform to another, from blocking code.

Example::

    from sentori_sync import GetResponse, Sentori
    from sentori_sync.migrate import End, migrate

    with GetResponse() as old, Sentori() as new:
        mapping = {"FirstName": "name"}
        report = migrate(End.of(old, "C"), End.of(new, "LISTID01"), mapping=mapping)
        print(report.read, report.written.by_status, report.verification)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs

from sentori_async.migrate import (
    Difference,
    FieldMap,
    MigrationReport,
    Rule,
    Standing,
    Verification,
    parse_end,
)
from sentori_async.migrate import End as AsyncEnd
from sentori_async.migrate import migrate as migrate_async
from sentori_sync._caller import Caller
from sentori_sync.bulk import _shown_by

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence

    from sentori_async.bulk.progress import Progress
    from sentori_sync.client import Lifecycle
    from sentori_sync.portal import Portal

__all__ = [
    "Difference",
    "End",
    "FieldMap",
    "MigrationReport",
    "Rule",
    "Standing",
    "Verification",
    "migrate",
    "parse_end",
]


@attrs.frozen(eq=False)
class End:
    """One end of a migration.

    Attributes:
        client: The client of the account.
        twin: The place, and the async client.
    """

    client: Lifecycle[Any]
    twin: AsyncEnd

    @property
    def portal(self) -> Portal:
        """The client's way to the loop."""
        return self.client._portal  # noqa: SLF001 - as its verbs

    @classmethod
    def of(cls, client: Lifecycle[Any], place: str = "") -> Self:
        """Return the end that is a place of a client's account.

        Args:
            client: The client.
            place: The list's id, by the platform's own; "" where it has none.

        Raises:
            InvalidInput: The place is missing, or cannot be one.
        """
        return cls(client, AsyncEnd.of(client._async, place))  # noqa: SLF001 - as its verbs

    def __str__(self) -> str:
        """Return it as it is written, such as "sentori:LISTID01"."""
        return str(self.twin)


def migrate(
    source: End,
    target: End,
    *,
    mapping: FieldMap | Mapping[str, Any] | None = None,
    journal: str | os.PathLike[str] | None = None,
    retry_failed: bool = False,
    verify: bool = True,
    progress: Progress | None = None,
    looks_after_s: Sequence[float] | None = None,
) -> MigrationReport:
    """Move the contacts of one place to another, with how they stand to it.

    Ctrl-C cancels it; with a journal, the same migration goes on where that was.

    Args:
        source: Where they are: ``End.of(client, "LISTID01")``.
        target: Where they are to be.
        mapping: A `FieldMap`, or which field of the target is made from which of the source.
        journal: A file that keeps what was written, so that the same migration goes on after
            whatever stopped it; two more lie beside it, and all hold contact data.
        retry_failed: Whether contacts that failed in an earlier run are sent again.
        verify: Whether every contact is read back.
        progress: Called with the live report of writing now and then, in this thread.
        looks_after_s: How long to wait before each further look for a queued contact.

    Raises:
        InvalidInput: A place is not there, or the map does not fit; nothing was written.
        BulkError: Writing was aborted, or the journal is of another migration.
        SentoriError: A platform cannot be read.
    """
    # Both clients belong to the loop of the one that the call goes through.
    target.portal.run(_join)
    caller = Caller()
    return source.portal.run_for(
        caller,
        migrate_async,
        source.twin,
        target.twin,
        mapping=mapping,
        journal=journal,
        retry_failed=retry_failed,
        verify=verify,
        progress=_shown_by(caller, iter(()), progress),
        looks_after_s=looks_after_s,
    )


async def _join() -> None:
    """Do nothing on the loop but to be there."""
