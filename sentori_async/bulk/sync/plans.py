"""Plans around a platform's own: look before a row is sent, and after a removal that met nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import attrs

from sentori_async.bulk.plan import PlannedRow, RowPlan
from sentori_async.bulk.sync.report import VERIFIED
from sentori_async.errors import ApiError, NotFound, SentoriError
from sentori_async.wire.message import Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from sentori_async.bulk.outcomes import Status
    from sentori_async.bulk.plan import SyncRules
    from sentori_async.wire.settle import Flow

_GONE: Final = object()


# Not frozen and built by position: one is made for every row.
@attrs.define(eq=False)
class Unchanged:
    """A row that is like what was last sent."""

    row: object


def _carried_out(planned: PlannedRow) -> Flow[Any]:
    """Take a planned row through its steps."""
    if isinstance(planned.call, Steps):
        result = yield from planned.call.flow()
    else:
        result = yield planned.call
    return result


def _as(planned: PlannedRow, flow: Callable[[], Flow[Any]]) -> PlannedRow:
    """Return a row that goes other ways, and passes for the same call in a journal."""
    call = planned.call
    steps = Steps(call.request, call.decode, call.settle, flow=flow)
    return PlannedRow(planned.contact, planned.keys, steps)


@attrs.frozen
class VerifyingPlan(RowPlan):
    """Read the contacts of unchanged rows, and send those that are otherwise.

    Attributes:
        plan_of: The platform's plan.
        rules: What the platform finds and compares.
    """

    plan_of: RowPlan
    rules: SyncRules

    def plan(self, row: object) -> PlannedRow:
        """Return the row's requests."""
        if not isinstance(row, Unchanged):
            return self.plan_of.plan(row)
        planned = self.plan_of.plan(row.row)

        def steps() -> Flow[Any]:
            found = yield from self.rules.find(row.row)
            if found is not None and self.rules.as_sent(found, row.row):
                return VERIFIED
            result = yield from _carried_out(planned)
            return result

        return _as(planned, steps)

    def identity(self, row: object) -> str:
        """Return the identity a refused row seems to have."""
        return self.plan_of.identity(row.row if isinstance(row, Unchanged) else row)

    def status(self, result: Any) -> Status:
        """Return what an answer means."""
        return "skipped" if result is VERIFIED else self.plan_of.status(result)

    def is_about_all(self, error: ApiError) -> bool:
        """Tell whether a refusal is about what all rows share."""
        return self.plan_of.is_about_all(error)


@attrs.frozen
class RemovingPlan(RowPlan):
    """Remove contacts; one that is not there any more is removed.

    Attributes:
        plan_of: The platform's plan.
        rules: What the platform finds.
    """

    plan_of: RowPlan
    rules: SyncRules

    def plan(self, row: object) -> PlannedRow:
        """Return the row's requests."""
        planned = self.plan_of.plan(row)

        def steps() -> Flow[Any]:
            try:
                result = yield from _carried_out(planned)
            except NotFound as error:
                # It may be the list that is not there, or a proxy that says so.
                if (yield from self._is_there(row, error)):
                    raise
                return _GONE
            return result

        return _as(planned, steps)

    def _is_there(self, row: object, error: NotFound) -> Flow[bool]:
        try:
            found = yield from self.rules.find(row)
        except SentoriError:
            raise error from None
        return found is not None

    def identity(self, row: object) -> str:
        """Return the identity a refused row seems to have."""
        return self.plan_of.identity(row)

    def status(self, result: Any) -> Status:
        """Return what an answer means."""
        return self.plan_of.status(None if result is _GONE else result)

    def is_about_all(self, error: ApiError) -> bool:
        """Tell whether a refusal is about what all rows share."""
        return self.plan_of.is_about_all(error)
