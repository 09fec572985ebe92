"""Events: https://docs.spotzee.com/api-reference (2026-09).

Reading them is left out: its parameters are not published where we could read them.
"""

from __future__ import annotations

from typing import Any

from sentori_async.sandbox.platform import Incoming, Reply
from sentori_async.sandbox.spotzee.endpoints.batches import batch, refuse_items, results
from sentori_async.sandbox.spotzee.endpoints.contacts import ACCEPTED
from sentori_async.sandbox.spotzee.rules import event_faults
from sentori_async.sandbox.spotzee.state import SpotzeeState


def create(project: SpotzeeState, request: Incoming) -> Reply:
    """Take up to a hundred events; inferred: of users that are not there as well."""
    items = batch(request, project.options)
    if not project.options.event_results:
        refuse_items(items, event_faults, project.options)
        project.events.keep(items)
        return ACCEPTED

    def keep(item: dict[str, Any]) -> dict[str, Any]:
        project.events.keep([item])
        return {}

    return results(items, event_faults, keep, project.options)
