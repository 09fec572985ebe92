"""Lists and segments: https://docs.spotzee.com/guides/build-segment-via-api (2026-09)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.spotzee.endpoints.batches import refuse
from sentori_async.sandbox.spotzee.paging import page
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.rules import (
    Field,
    fault,
    is_name,
    is_optional_flag,
    is_tags,
    json_body,
    missing,
    number_in_path,
    object_faults,
    rule_faults,
)
from sentori_async.sandbox.spotzee.state import SpotzeeState
from sentori_async.sandbox.spotzee.stores.lists import SOURCE, ListRow

_DYNAMIC: Final = "dynamic"
_TYPES: Final = ("static", _DYNAMIC)
_NAME: Final = Field(is_name, "name must be text.", required=True)
_TAGS: Final = Field(is_tags, "tags must be an array of text, or null.")
_NEW: Final = {
    "name": _NAME,
    "type": Field(lambda value: value in _TYPES, "type must be static or dynamic.", required=True),
    "tags": _TAGS,
    "is_visible": Field(is_optional_flag, "is_visible must be true, false or null."),
}
_CHANGED: Final = {
    "name": _NAME,
    "tags": _TAGS,
    "published": Field(is_optional_flag, "published must be true, false or null."),
}


def iterate(project: SpotzeeState, request: Incoming) -> Reply:
    """Return a page of lists without the archived ones."""
    lists = project.lists
    return page(project.scope, SOURCE, request, lambda row: lists.show(ListRow(*row)))


def get(project: SpotzeeState, request: Incoming) -> Reply:
    """Return one list; inferred: an archived one can still be read."""
    return json_reply(project.lists.show(_list(project, request)))


def create(project: SpotzeeState, request: Incoming) -> Reply:
    """Create a list, which is answered with 200; a dynamic one needs a rule."""
    body = json_body(request.body)
    refuse(object_faults(body, _NEW), project.options)
    if body["type"] == _DYNAMIC and "rule" not in body:
        refuse([missing("rule")], project.options)  # inferred
    _check_rule(project, body, body["type"])
    _refuse_taken(project, body["name"])
    row = project.lists.create(
        body["name"],
        body["type"],
        rule=body.get("rule"),
        tags=body.get("tags"),
        is_visible=body.get("is_visible") is not False,
    )
    return json_reply(project.lists.show(row))


def update(project: SpotzeeState, request: Incoming) -> Reply:
    """Change a list; the body must have its name."""
    row = _list(project, request)
    body = json_body(request.body)
    refuse(object_faults(body, _CHANGED), project.options)
    _check_rule(project, body, row.type)
    if row.archived:
        raise Refusal("state_conflict", "The list is archived.")  # inferred
    _refuse_taken(project, body["name"], row.id)
    return json_reply(project.lists.show(project.lists.change(row, body)))


def delete(project: SpotzeeState, request: Incoming) -> Reply:
    """Archive a list; a second time, delete it for good."""
    project.lists.remove(_list(project, request))
    return json_reply(value=True)


def _list(project: SpotzeeState, request: Incoming) -> ListRow:
    return project.lists.existing(number_in_path(request.args[0], "listId"))


def _check_rule(project: SpotzeeState, body: Mapping[str, Any], kind: str) -> None:
    if "rule" not in body:
        return
    if kind != _DYNAMIC:
        refuse([fault("rule", "A static list has no rule.")], project.options)  # inferred
    refuse(rule_faults(body["rule"]), project.options)


def _refuse_taken(project: SpotzeeState, name: str, list_id: int = 0) -> None:
    """Refuse a second list of one name, as the page of 2026-04-28 says of segments."""
    if project.lists.name_is_taken(name, by_other_than=list_id):
        raise Refusal("resource_already_exists", "Another list has this name.")
