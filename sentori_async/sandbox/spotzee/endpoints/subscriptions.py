"""Subscriptions: https://docs.spotzee.com/guides/subscription-preferences (2026-09)."""

from __future__ import annotations

from typing import Any, Final

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.spotzee.endpoints.batches import batch, refuse, refuse_items, results
from sentori_async.sandbox.spotzee.endpoints.contacts import existing
from sentori_async.sandbox.spotzee.paging import page
from sentori_async.sandbox.spotzee.rules import (
    CHANNELS,
    Field,
    is_flag,
    is_name,
    json_body,
    number_in_path,
    object_faults,
    toggle_faults,
)
from sentori_async.sandbox.spotzee.state import SpotzeeState
from sentori_async.sandbox.spotzee.stores.contacts import UserRow
from sentori_async.sandbox.spotzee.stores.subscriptions import STATES, TYPES, TypeRow

_NAME: Final = Field(is_name, "name must be text.")
_PUBLIC: Final = Field(is_flag, "is_public must be true or false.")
_NEW: Final = {
    "name": Field(is_name, "name must be text.", required=True),
    "channel": Field(
        lambda value: isinstance(value, str) and value in CHANNELS,
        "channel must be email, text, push, webhook or in_app.",
        required=True,
    ),
    "is_public": _PUBLIC,
}


def iterate(project: SpotzeeState, request: Incoming) -> Reply:
    """Return a page of subscription types."""
    return page(project.scope, TYPES, request, lambda row: TypeRow(*row).shown())


def get(project: SpotzeeState, request: Incoming) -> Reply:
    """Return one subscription type."""
    return json_reply(_type(project, request).shown())


def create(project: SpotzeeState, request: Incoming) -> Reply:
    """Create a subscription type, which is answered with 200."""
    body = json_body(request.body)
    refuse(object_faults(body, _NEW), project.options)
    row = project.subscriptions.create(
        body["name"], body["channel"], is_public=body.get("is_public", True)
    )
    return json_reply(row.shown())


def update(project: SpotzeeState, request: Incoming) -> Reply:
    """Change a subscription type; inferred: its channel stays what it is."""
    row = _type(project, request)
    body = json_body(request.body)
    refuse(object_faults(body, {"name": _NAME, "is_public": _PUBLIC}), project.options)
    row.name = body.get("name", row.name)
    row.is_public = body.get("is_public", row.is_public)
    project.subscriptions.save(row)
    return json_reply(row.shown())


def states(project: SpotzeeState, request: Incoming) -> Reply:
    """Return a page of a user's states, one for each subscription type."""
    user = existing(project, request.args[0])
    return page(
        project.scope,
        STATES,
        request,
        project.subscriptions.show_state,
        values=(user.id, project.project_id),
    )


def change_states(project: SpotzeeState, request: Incoming) -> Reply:
    """Change a user's states, all of them or none, and return the user."""
    items = _toggles(project, request)
    user = project.contacts.existing({"external_id": request.args[0]})
    _change_all(project, user, items)
    return json_reply(project.contacts.show(user))


def change_mine(project: SpotzeeState, request: Incoming) -> Reply:
    """Change the states of the user that a session token belongs to."""
    user = project.sessions.user_of(request)
    _change_all(project, user, _toggles(project, request))
    return json_reply(project.contacts.show(user))


def change_many(project: SpotzeeState, request: Incoming) -> Reply:
    """Change the states of up to a hundred users, and say what became of each."""
    items = batch(request, project.options)
    if project.options.strict_batches:
        refuse_items(items, _faults, project.options)

    def change(item: dict[str, Any]) -> dict[str, Any]:
        user = project.contacts.existing(item)
        _change_all(project, user, [item])
        return {"state": item["state"]}

    return results(items, _faults, change, project.options, echo=("subscription_id",))


def _faults(item: Any) -> list[Any]:
    return toggle_faults(item, of_somebody=True)


def _toggles(project: SpotzeeState, request: Incoming) -> list[Any]:
    items = batch(request, project.options)
    refuse_items(items, toggle_faults, project.options)
    return items


def _change_all(project: SpotzeeState, user: UserRow, items: list[Any]) -> None:
    for item in items:
        row = project.subscriptions.existing(item["subscription_id"])
        project.subscriptions.change(user, row.id, item["state"])


def _type(project: SpotzeeState, request: Incoming) -> TypeRow:
    return project.subscriptions.existing(number_in_path(request.args[0], "subscriptionId"))
