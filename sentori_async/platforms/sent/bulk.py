"""How Sent's verbs take many rows: one row after the other, since the API has nothing for many.

A row names its contact by its number: by ids, two rows of one contact could not be told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from sentori_async.bulk.outcomes import Status, always, upserted
from sentori_async.bulk.plan import PlannedRow, Planner, RowPlan, SyncRules, Verb, Via
from sentori_async.bulk.reading import identity_and_fields, shown
from sentori_async.errors import InvalidInput, UnsupportedOperation
from sentori_async.platforms.sent import calls, inputs
from sentori_async.platforms.sent.models import SentContact
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call


def read_row(row: object) -> tuple[object, Any]:
    """Return a row's number and its fields."""
    if isinstance(row, SentContact):
        return row.phone_number, row
    return identity_and_fields(row, inputs.NUMBER)


def _identified(row: object) -> tuple[str, Any]:
    """Return a row's number and its fields.

    Raises:
        InvalidInput: The row has no number, or is no row at all.
    """
    identity, fields = read_row(row)
    if identity is None or identity is UNSET or identity == "":
        msg = f"the row has no {inputs.NUMBER}: every contact needs one"
        raise InvalidInput(msg)
    return inputs.number(identity), fields


@attrs.frozen
class _SinglePlan(RowPlan):
    """The requests of a row: `make` plans them, `says` turns their result into a status."""

    make: Callable[[str, Any], Call[Any]]
    says: Callable[[Any], Status]

    def plan(self, row: object) -> PlannedRow:
        number, fields = _identified(row)
        return PlannedRow(number, (number,), self.make(number, fields))

    def identity(self, row: object) -> str:
        return shown(read_row, row).strip()

    def status(self, result: Any) -> Status:
        return self.says(result)


_PLANS: Final[Mapping[str, RowPlan]] = {
    "add": _SinglePlan(calls.add_contact, always("added")),
    "update": _SinglePlan(calls.update_contact, always("updated")),
    "add_or_update": _SinglePlan(calls.add_or_update_contact, upserted),
    "delete": _SinglePlan(lambda number, _: calls.delete_contact(number), always("deleted")),
}

_OPT_OUT: Final = _SinglePlan(
    lambda number, _: calls.unsubscribe_all(number), always("unsubscribed")
)


class SentPlanner(Planner):
    """What Sent offers to bulk jobs."""

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan:
        """Return the plan for a verb.

        Raises:
            UnsupportedOperation: Sent cannot do this verb, or not this way.
            InvalidInput: A list is named, and Sent has none.
        """
        plan = _PLANS.get(verb)
        if plan is None:
            msg = f"Sent has no bulk verb {verb!r}, as it has no lists: it has {', '.join(_PLANS)}"
            raise UnsupportedOperation(msg)
        if via not in {"single", "auto"}:
            msg = f"Sent has no {via} for {verb}: leave via out"
            raise UnsupportedOperation(msg)
        if target is not None:
            msg = f"{verb} takes no list: Sent has none"
            raise InvalidInput(msg)
        return plan

    def sync_rules(self) -> SyncRules:
        """Return what a sync asks of Sent."""
        from sentori_async.platforms.sent.sync import SentSync

        return SentSync(_OPT_OUT)
