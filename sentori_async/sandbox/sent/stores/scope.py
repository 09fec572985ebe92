"""What every store of one account needs."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.sent.envelope import printed
from sentori_async.sandbox.sent.options import SentOptions

_NAMESPACE: Final = uuid.UUID("5e47d000-0000-4000-8000-00000000ffff")


@attrs.frozen(eq=False)
class Scope:
    """One account within the sandbox's database.

    Attributes:
        database: Where everything is kept.
        account: The number of the account.
        customer_id: The account's id.
        options: How the sandbox behaves.
        clock: Gives the present time, without a zone.
    """

    database: Database
    account: int
    customer_id: str
    options: SentOptions
    clock: Callable[[], dt.datetime]

    def now(self) -> str:
        """Return the present time as Sent prints it."""
        return printed(self.clock())

    def new_id(self) -> str:
        """Return an id that was not given before."""
        return new_id(self.database)


def new_id(database: Database) -> str:
    """Return a UUID that looks drawn and is the same in every run."""
    with database:
        database.run("UPDATE sent_serial SET value = value + 1")
        return str(uuid.uuid5(_NAMESPACE, str(database.value("SELECT value FROM sent_serial"))))


@attrs.frozen(eq=False)
class Page:
    """Which part of a list is wanted, and how long the list is.

    Attributes:
        number: The number of the page, counted from 1.
        size: How many things a page has.
        total: How many things the list has.
    """

    number: int
    size: int
    total: int

    @property
    def skipped(self) -> int:
        """How many things come before the page."""
        return (self.number - 1) * self.size

    def show(self) -> dict[str, object]:
        """Return the envelope's pagination; its cursors are declared and never filled."""
        pages = -(-self.total // self.size)
        return {
            "page": self.number,
            "page_size": self.size,
            "total_count": self.total,
            "total_pages": pages,
            "has_more": self.number < pages,
            "cursors": None,
        }
