"""What a lost answer of Spotzee's means is decided by what is found, and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

import attrs
import orjson
import pytest

from sentori_async.errors import (
    ApiError,
    ConnectionLost,
    NotFound,
    RequestTimeout,
    SentoriError,
    ServerError,
    StateConflict,
    ValidationFailed,
)
from sentori_async.platforms.spotzee import calls, settle
from sentori_async.platforms.spotzee.models import SpotzeeUser
from sentori_async.wire import body
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.results import Accepted, Upserted

U = "cust/1"
SENT = {
    "email": "Joe@example.com",
    "phone": "+44 (20) 7946-0000",
    "timezone": None,
    "data": {"tier": "gold"},
}
AS_SENT = {
    "email": "joe@example.com",
    "phone": "+442079460000",
    "data": {"tier": "gold", "more": 1},
    "anonymous_id": None,
}
OTHER = {**AS_SENT, "data": {"tier": "silver"}}


@attrs.define
class Project:
    """What the vendor holds; a user called broken cannot be read for the moment."""

    users: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    states: Mapping[str, Mapping[int, int]] = attrs.field(factory=dict)
    things: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    asked: list[str] = attrs.field(factory=list)

    def answer(self, request: Request) -> Response:
        self.asked.append(f"{request.operation.method} {request.path}")
        path = [unquote(part) for part in request.path.split("/")]
        if path[0] != "users":
            return self._shown(self.things.get(request.path))
        if path[1] == "broken":
            raise RequestTimeout("slow")
        if path[1] == "hidden":
            return Response(404, {}, b"<html>not here")
        if len(path) == 2:
            user = self.users.get(path[1])
            return self._shown(None if user is None else {"id": 7, "external_id": path[1], **user})
        return self._page(self.states.get(path[1]), parse_qs(request.query))

    def _page(self, states: Mapping[int, int] | None, asked: dict[str, list[str]]) -> Response:
        """Return one state per page, so that every look-up has to turn pages."""
        if states is None:
            return self._shown(None)
        place = int(asked.get("cursor", ["0"])[0])
        rows: list[dict[str, Any]] = [{"subscription_id": n, "state": s} for n, s in states.items()]
        rows.append({"subscription_id": 99, "state": None})
        following = str(place + 1) if place + 1 < len(rows) else None
        return self._shown({"results": rows[place : place + 1], "nextCursor": following})

    def _shown(self, document: Mapping[str, Any] | None) -> Response:
        if document is None:
            return Response(404, {}, b'{"code": "resource_missing", "message": "no"}')
        return Response(200, {}, orjson.dumps(document))


def settled(call: Call[Any], error: SentoriError, project: Project) -> Any:
    """Run a call's rules against a project, as the transport does."""
    assert call.settle is not None
    assert call.settle.look is not None
    flow = call.settle.look(call.request, error)
    try:
        asked = next(flow)
        while True:
            try:
                found = asked.decode(project.answer(asked.request))
            except SentoriError as failure:
                asked = flow.throw(failure)
            else:
                asked = flow.send(found)
    except StopIteration as end:
        return end.value


def lost() -> SentoriError:
    return ConnectionLost("cut", applied=None)


def cut() -> SentoriError:
    """Return what the transport makes of a 2xx whose body did not arrive."""
    return ConnectionLost("cut", applied=True)


def refused(cls: type[ApiError], code: str) -> ApiError:
    return cls("no", platform="spotzee", operation="x", status=400, code=code, applied=None)


UPSERT = calls.add_or_update_contact(U, SENT)
MANY = calls.add_or_update_many([{"external_id": U, **SENT}, {"external_id": "b"}])
CHANGES = calls.batch_subscriptions(
    [
        {"external_id": U, "subscription_id": 1, "state": 0},
        {"external_id": "b", "subscription_id": 2, "state": 2},
    ]
)
ROWS = calls.upsert_rows(
    [body.Encoded(orjson.dumps({"external_id": U, **SENT})), body.Encoded(b'{"external_id":"b"}')]
)
STATE_ROWS = calls.change_rows(
    [
        body.Encoded(b'{"external_id":"cust/1","subscription_id":1,"state":0}'),
        body.Encoded(b'{"external_id":"b","subscription_id":1,"state":0}'),
    ]
)
EVENTS = calls.create_events([{"name": "x", "external_id": U}])
DELETE = calls.delete_contact(U)
STATES = calls.set_subscriptions(U, {1: 0, 2: 2})
RETYPE = calls.update_subscription(4, name="News", is_public=True)
RELIST = calls.update_list(4, name="VIP", published=True)


# --------------------------------------------------------------------------------------- users


@pytest.mark.parametrize("error", [lost, lambda: refused(ServerError, "internal_error")])
def test_an_upsert_whose_values_are_there_was_carried_out(error: Any) -> None:
    result = settled(UPSERT, error(), Project({U: AS_SENT}))

    assert isinstance(result, Upserted)
    assert (result.contact.id, result.created) == (7, None)


@pytest.mark.parametrize(
    "users", [{}, {U: OTHER}, {U: {**AS_SENT, "timezone": "Europe/Oslo"}}, {U: {"data": None}}]
)
def test_an_upsert_whose_values_are_not_there_stays_unknown(users: Any) -> None:
    with pytest.raises(ConnectionLost) as caught:
        settled(UPSERT, lost(), Project(users))

    assert caught.value.applied is None


@pytest.mark.parametrize(
    ("sent", "found", "same"),
    [
        ({}, {}, True),
        ({"data": {}}, {"data": None}, True),
        ({"data": None}, {"data": {}}, True),
        ({"data": None}, {"data": {"x": 1}}, False),
        ({"data": {"x": None}}, {"data": {}}, True),
        ({"data": {"x": 1}}, {}, False),
        ({"email": " JOE@example.com"}, {"email": "joe@example.com"}, True),
        ({"locale": "EN"}, {"locale": "en"}, False),
        ({"locale": ""}, {"locale": None}, False),
        ({"email": None}, {"email": "joe@example.com"}, False),
        ({"anything": 1}, {}, False),
    ],
)
def test_values_are_compared_as_the_vendor_may_keep_them(
    *, sent: dict[str, Any], found: dict[str, Any], same: bool
) -> None:
    assert settle.as_sent(SpotzeeUser(**found), sent) is same


@pytest.mark.parametrize("code", ["resource_missing", "not_found"])
def test_a_delete_that_meets_nobody_after_a_lost_one_is_done(code: str) -> None:
    project = Project()

    assert settled(DELETE, refused(NotFound, code), project) == Accepted()
    assert project.asked == []


def test_a_delete_is_done_when_the_user_is_gone() -> None:
    assert settled(DELETE, lost(), Project()) == Accepted()
    with pytest.raises(ConnectionLost):
        settled(DELETE, lost(), Project({U: {}}))


def test_a_proxy_that_says_404_says_nothing_of_a_user() -> None:
    with pytest.raises(NotFound):
        settled(calls.delete_contact("hidden"), lost(), Project())


@pytest.mark.parametrize("call", [DELETE, calls.delete_many(["a"])])
def test_a_delete_is_not_refused_by_what_the_lost_one_did(call: Call[Any]) -> None:
    assert call.settle is not None
    assert not call.settle.decides(refused(NotFound, "resource_missing"))
    assert call.settle.decides(refused(ValidationFailed, "parameter_invalid_format"))


# --------------------------------------------------------------------------------------- states


def test_states_that_are_as_sent_were_set() -> None:
    project = Project({U: {}}, {U: {9: 1, 1: 0, 2: 2}})
    user = settled(STATES, lost(), project)

    assert user.id == 7
    assert len(project.asked) == 5


@pytest.mark.parametrize("states", [{}, {U: {}}, {U: {1: 0}}, {U: {1: 0, 2: 1}}])
def test_states_that_are_not_as_sent_are_unknown(states: Any) -> None:
    with pytest.raises(ConnectionLost):
        settled(STATES, lost(), Project({U: {}}, states))


def test_states_of_a_user_who_is_gone_meanwhile_are_unknown() -> None:
    with pytest.raises(ConnectionLost):
        settled(STATES, lost(), Project({}, {U: {1: 0, 2: 2}}))


# -------------------------------------------------------------------------------------- batches


@pytest.mark.parametrize(
    "call",
    [
        UPSERT,
        MANY,
        CHANGES,
        ROWS,
        STATE_ROWS,
        calls.create_events([{"name": "x", "external_id": U}]),
    ],
)
def test_the_success_of_a_batch_says_nothing_before_its_body_is_read(call: Call[Any]) -> None:
    """Only that tells which items were refused."""
    assert call.settle is not None
    assert not call.settle.status_tells


@pytest.mark.parametrize("call", [STATES, DELETE, RETYPE, RELIST])
def test_the_success_of_all_else_says_that_it_was_carried_out(call: Call[Any]) -> None:
    assert call.settle is not None
    assert call.settle.status_tells


def test_a_batch_is_done_when_every_item_is() -> None:
    users = settled(MANY, lost(), Project({U: AS_SENT, "b": {}}))
    assert [result.index for result in users.results] == [0, 1]
    assert (users.succeeded, users.failed) == (2, 0)

    changes = settled(CHANGES, lost(), Project(states={U: {1: 0}, "b": {2: 2}}))
    found = [(r.index, r.external_id, r.subscription_id, r.state) for r in changes.results]
    assert found == [(0, U, 1, 0), (1, "b", 2, 2)]


def test_a_batch_with_an_item_that_is_not_there_is_unknown() -> None:
    anonymous = [{"anonymous_id": "a"}]
    change = [{"anonymous_id": "a", "subscription_id": 1, "state": 0}]
    for call, project in (
        (MANY, Project({U: OTHER, "b": {}})),
        (MANY, Project({U: AS_SENT})),
        (calls.add_or_update_many(anonymous), Project()),
        (CHANGES, Project(states={U: {1: 0}, "b": {2: 1}})),
        (calls.batch_subscriptions(change), Project()),
    ):
        with pytest.raises(ConnectionLost):
            settled(call, lost(), project)


def test_a_job_learns_of_each_row_of_a_lost_batch() -> None:
    error = lost()
    assert settled(ROWS, error, Project({U: AS_SENT})) == settle.PartlySettled([True, False], error)
    found = settled(STATE_ROWS, error, Project(states={U: {1: 1}, "b": {1: 0}}))
    assert found == settle.PartlySettled([False, True], error)


# ---------------------------------------------------------------------------- types and lists


def test_a_changed_type_is_read_again() -> None:
    there = {"subscriptions/4": {"id": 4, "name": "News", "is_public": True}}
    assert settled(RETYPE, lost(), Project(things=there)).id == 4

    for things in ({}, {"subscriptions/4": {"id": 4, "name": "Old", "is_public": True}}):
        with pytest.raises(ConnectionLost):
            settled(RETYPE, lost(), Project(things=things))


def test_a_changed_list_is_known_by_its_success_alone() -> None:
    """Whether it was published is nothing that a list shows."""
    project = Project(things={"lists/4": {"id": 4, "name": "VIP"}})
    assert settled(RELIST, cut(), project).id == 4
    with pytest.raises(ConnectionLost):
        settled(RELIST, lost(), project)


def test_a_refusal_of_what_was_sent_settles_the_lost_attempt_too() -> None:
    for call in (
        UPSERT,
        MANY,
        STATES,
        CHANGES,
        RETYPE,
        RELIST,
        calls.queue_contacts([{"external_id": U}]),
    ):
        assert call.settle is not None
        assert call.settle.decides(refused(StateConflict, "archived_user_conflict"))
