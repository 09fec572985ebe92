"""What every store of one project needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import attrs

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.spotzee.options import SpotzeeOptions

LARGEST: Final = 2**63 - 1
"""The largest number that SQLite can look for."""


@attrs.frozen(eq=False)
class Scope:
    """One project within the sandbox's database.

    Attributes:
        database: Where everything is kept.
        project: The number of the project.
        options: How the sandbox behaves where the pages disagree.
        clock: Gives the present time, without a zone.
    """

    database: Database
    project: int
    options: SpotzeeOptions
    clock: Callable[[], dt.datetime]

    def now(self) -> str:
        """Return the present time as Spotzee prints it."""
        return printed(self.clock())

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a query whose first value is the project, and return its rows."""
        return self.database.rows(sql, self.project, *values)

    def row(self, sql: str, *values: Any) -> tuple[Any, ...] | None:
        """Run a query whose first value is the project, and return its first row, or None."""
        return self.database.row(sql, self.project, *values)

    def number(self, sql: str, *values: Any) -> int:
        """Run a query whose first value is the project, and return its only number."""
        number: int = self.database.value(sql, self.project, *values)
        return number


def printed(moment: dt.datetime) -> str:
    """Return a time such as ``2026-03-01T12:00:00.000Z``; times so printed sort as text."""
    return f"{moment.isoformat(timespec='milliseconds')}Z"
