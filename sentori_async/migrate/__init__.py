"""Contacts moved from one platform to another.

Example::

    from sentori_async import AsyncGetResponse, AsyncSentori
    from sentori_async.migrate import End, migrate

    async with AsyncGetResponse() as old, AsyncSentori() as new:
        mapping = {"FirstName": "name"}
        report = await migrate(End.of(old, "C"), End.of(new, "LISTID01"), mapping=mapping)
        print(report.read, report.written.by_status, report.verification)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentori_async.migrate.ends import End, parse_end
    from sentori_async.migrate.mapping import FieldMap, Rule
    from sentori_async.migrate.migration import Migration
    from sentori_async.migrate.run import MigrationReport, migrate
    from sentori_async.migrate.sides import Standing
    from sentori_async.migrate.verification import Difference, Verification

# A platform takes its words from `sides` without the rest, which is loaded on first use.
_PLACES = {
    "End": "ends",
    "parse_end": "ends",
    "FieldMap": "mapping",
    "Rule": "mapping",
    "Migration": "migration",
    "MigrationReport": "run",
    "migrate": "run",
    "Standing": "sides",
    "Difference": "verification",
    "Verification": "verification",
}

__all__ = [
    "Difference",
    "End",
    "FieldMap",
    "Migration",
    "MigrationReport",
    "Rule",
    "Standing",
    "Verification",
    "migrate",
    "parse_end",
]


def __getattr__(name: str) -> Any:
    """Load a name on first use."""
    if name in _PLACES:
        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
