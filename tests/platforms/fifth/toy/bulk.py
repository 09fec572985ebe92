"""How Toy takes many rows: one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from sentori_async.bulk.outcomes import Status
from sentori_async.bulk.plan import PlannedRow, Planner, RowPlan, Verb, Via
from sentori_async.bulk.reading import identity_and_fields
from sentori_async.errors import UnsupportedOperation
from sentori_async.platforms.toy import calls
from sentori_async.wire.message import Call


@attrs.frozen
class _Plan(RowPlan):
    make: Callable[[str, Any], Call[Any]]
    done: Status

    def plan(self, row: object) -> PlannedRow:
        identity, fields = identity_and_fields(row, "id")
        call = self.make(str(identity or ""), fields)
        return PlannedRow(str(identity), (str(identity),), call)

    def identity(self, row: object) -> str:
        return str(identity_and_fields(row, "id")[0] or "")

    def status(self, result: Any) -> Status:
        return self.done


_PLANS: Final[Mapping[str, RowPlan]] = {
    "add_or_update": _Plan(calls.put_person, "upserted"),
    "delete": _Plan(lambda identity, _: calls.delete_person(identity), "deleted"),
}


class ToyPlanner(Planner):
    """What Toy offers to bulk jobs."""

    def plan_for(self, verb: Verb, target: str | None, via: Via) -> RowPlan:
        """Return the plan for a verb."""
        if verb not in _PLANS or via not in {"single", "auto"}:
            raise UnsupportedOperation(f"Toy cannot do {verb} via {via}")
        return _PLANS[verb]
