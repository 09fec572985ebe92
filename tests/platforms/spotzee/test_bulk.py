"""Rows become Spotzee's calls, and a batch's results become the rows' outcomes."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from sentori_async.bulk.plan import ChunkPlan, RowPlan, RowVerdict, Verb, Via
from sentori_async.errors import (
    AlreadyExists,
    ConnectionLost,
    InvalidInput,
    PermissionDenied,
    RequestTimeout,
    SentoriError,
    ServerError,
    StateConflict,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.platforms.spotzee.bulk import SpotzeePlanner
from sentori_async.platforms.spotzee.models import (
    SpotzeeItemError,
    SpotzeeUser,
    SpotzeeUserBatch,
    SpotzeeUserPatch,
    SpotzeeUserResult,
)
from sentori_async.platforms.spotzee.settle import PartlySettled
from sentori_async.wire.message import Call
from sentori_async.wire.results import Accepted, Upserted

PLANNER = SpotzeePlanner()


def single(verb: Verb, target: str | None = None) -> RowPlan:
    plan = PLANNER.plan_for(verb, target, "single")
    assert isinstance(plan, RowPlan)
    return plan


def batch(verb: Verb = "add_or_update", target: str | None = None, via: Via = "batch") -> ChunkPlan:
    plan = PLANNER.plan_for(verb, target, via)
    assert isinstance(plan, ChunkPlan)
    return plan


# ------------------------------------------------------------------------------------- planning


@pytest.mark.parametrize("verb", ["add_or_update", "delete"])
@pytest.mark.parametrize("target", [None, "4"])
def test_a_list_is_for_the_verbs_that_need_one(verb: Verb, target: str | None) -> None:
    if target is None:
        assert isinstance(PLANNER.plan_for(verb, target, "single"), RowPlan)
        return
    with pytest.raises(InvalidInput):
        PLANNER.plan_for(verb, target, "single")


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize("target", [None, "News", "0"])
@pytest.mark.parametrize("via", ["single", "batch"])
def test_a_subscription_is_named_by_its_number(verb: Verb, target: str | None, via: Via) -> None:
    with pytest.raises(InvalidInput):
        PLANNER.plan_for(verb, target, via)


@pytest.mark.parametrize(
    ("verb", "via"), [("add", "single"), ("update", "batch"), ("delete", "import"), ("x", "auto")]
)
def test_what_spotzee_lacks_is_unsupported(verb: Any, via: Via) -> None:
    with pytest.raises(UnsupportedOperation, match="Spotzee cannot do bulk"):
        PLANNER.plan_for(verb, None, via)


SINGLE: list[tuple[Verb, str | None, object, str, Any, str]] = [
    (
        "add_or_update",
        None,
        {"external_id": "a", "email": "joe@example.com"},
        "POST users/batch",
        [{"external_id": "a", "email": "joe@example.com"}],
        "upserted",
    ),
    ("add_or_update", None, "a", "POST users/batch", [{"external_id": "a"}], "upserted"),
    (
        "add_or_update",
        None,
        ("a", {"locale": None}),
        "POST users/batch",
        [{"locale": None, "external_id": "a"}],
        "upserted",
    ),
    (
        "add_or_update",
        None,
        SpotzeeUser(7, external_id="a", data={"x": 1}),
        "POST users/batch",
        [{"external_id": "a", "data": {"x": 1}}],
        "upserted",
    ),
    (
        "add_or_update",
        None,
        SpotzeeUserPatch(external_id="a", phone="+1"),
        "POST users/batch",
        [{"external_id": "a", "phone": "+1"}],
        "upserted",
    ),
    ("delete", None, {"external_id": "a/b", "x": 1}, "DELETE users/a%2Fb", None, "accepted"),
    (
        "subscribe",
        "4",
        "a",
        "PATCH users/a/subscriptions",
        [{"subscription_id": 4, "state": 1}],
        "subscribed",
    ),
    (
        "unsubscribe",
        "4",
        {"external_id": "a"},
        "PATCH users/a/subscriptions",
        [{"subscription_id": 4, "state": 0}],
        "unsubscribed",
    ),
]


@pytest.mark.parametrize(("verb", "target", "row", "line", "sent", "status"), SINGLE)
def test_a_row_becomes_the_request_of_its_verb(
    *, verb: Verb, target: str | None, row: object, line: str, sent: Any, status: str
) -> None:
    plan = single(verb, target)
    planned = plan.plan(row)
    request = planned.call.request

    assert f"{request.operation.method} {request.path}" == line
    assert (None if request.body is None else orjson.loads(request.body)) == sent
    assert plan.status(None) == status
    assert planned.keys == (planned.contact,)


BATCHES: list[tuple[Verb, str | None, str, str, Any]] = [
    (
        "add_or_update",
        None,
        "POST users/batch",
        "",
        [{"external_id": "a", "locale": "en"}, {"external_id": "b&c"}],
    ),
    ("delete", None, "DELETE users", "user_id=a&user_id=b%26c", None),
    (
        "subscribe",
        "4",
        "POST subscriptions/batch",
        "",
        [
            {"external_id": "a", "subscription_id": 4, "state": 1},
            {"external_id": "b&c", "subscription_id": 4, "state": 1},
        ],
    ),
    (
        "unsubscribe",
        "4",
        "POST subscriptions/batch",
        "",
        [
            {"external_id": "a", "subscription_id": 4, "state": 0},
            {"external_id": "b&c", "subscription_id": 4, "state": 0},
        ],
    ),
]


@pytest.mark.parametrize("via", ["batch", "auto"])
@pytest.mark.parametrize(("verb", "target", "line", "query", "sent"), BATCHES)
def test_rows_become_one_request_of_a_hundred(
    *, verb: Verb, target: str | None, line: str, query: str, sent: Any, via: Via
) -> None:
    plan = batch(verb, target, via)
    rows = [plan.plan({"external_id": "a", "locale": "en"}), plan.plan("b&c")]
    request = plan.call(rows).request

    assert plan.max_rows == 100
    assert f"{request.operation.method} {request.path}" == line
    assert request.query == query
    assert (None if request.body is None else orjson.loads(request.body)) == sent
    assert sum(row.size for row in rows) >= len(request.body or query) - 1


@pytest.mark.parametrize(
    ("row", "shown"),
    [
        ({"email": "joe@example.com"}, ""),
        ({"external_id": ""}, ""),
        ({"external_id": None}, ""),
        ({"external_id": 5}, ""),
        ({"external_id": " "}, " "),
        (SpotzeeUser(7), ""),
        (5, ""),
        (("a", {"external_id": "b"}), "a"),
        (("a", {"data": object()}), "a"),
        (("a", 5), "a"),
    ],
)
def test_a_row_that_cannot_be_sent_is_refused(row: object, shown: str) -> None:
    for plan in (single("add_or_update"), batch()):
        with pytest.raises(InvalidInput) as caught:
            plan.plan(row)
        assert plan.identity(row) == shown
        assert "joe" not in str(caught.value)


def test_two_rows_of_a_user_are_merged_in_a_batch() -> None:
    plan = batch()
    merged = plan.merge(
        plan.plan(("a", {"email": "a@b.com", "locale": "en", "data": {"x": 1, "y": 1}})),
        plan.plan(("a", {"locale": None, "data": {"y": 2}})),
    )
    assert orjson.loads(plan.call([merged]).request.body or b"") == [
        {"external_id": "a", "email": "a@b.com", "locale": None, "data": {"x": 1, "y": 2}}
    ]
    cleared = plan.merge(plan.plan(("a", {"data": {"x": 1}})), plan.plan(("a", {"data": None})))
    assert cleared.payload[0]["data"] is None


@pytest.mark.parametrize(("verb", "target"), [("delete", None), ("subscribe", "4")])
def test_two_rows_of_a_user_without_fields_are_one(verb: Verb, target: str | None) -> None:
    plan = batch(verb, target)
    row = plan.plan("a")
    assert plan.merge(row, plan.plan("a")) == row


# -------------------------------------------------------------------------------------- verdicts


def verdicts(
    plan: ChunkPlan, result: Any, *answers: Any
) -> tuple[list[RowVerdict], list[Call[Any]]]:
    """Return what a batch's results mean, and what was asked for besides."""
    rows = [plan.plan(name) for name in "abc"]
    flow = plan.verdicts(rows, result)
    asked: list[Call[Any]] = []
    replies = iter(answers)
    try:
        asked.append(next(flow))
        while True:
            reply = next(replies)
            asked.append(flow.throw(reply) if isinstance(reply, SentoriError) else flow.send(reply))
    except StopIteration as end:
        return list(end.value), asked


def results(*errors: str | None) -> SpotzeeUserBatch:
    return SpotzeeUserBatch(
        [
            SpotzeeUserResult(n, user=SpotzeeUser(n))
            if code is None
            else SpotzeeUserResult(n, error=SpotzeeItemError(code, "no"))
            for n, code in enumerate(errors)
        ]
    )


def test_each_row_has_the_result_of_its_place() -> None:
    found = results(None, "resource_already_exists", None)
    found.results.reverse()
    told, asked = verdicts(batch(), found)

    assert [verdict.status for verdict in told] == ["upserted", "failed", "upserted"]
    assert isinstance(told[1].error, AlreadyExists)
    assert asked == []


def test_a_row_without_a_result_is_unknown() -> None:
    found = results(None, None)
    found.results.append(SpotzeeUserResult(user=SpotzeeUser()))
    told, _ = verdicts(batch(), found)

    assert [verdict.status for verdict in told] == ["upserted", "upserted", "unknown"]
    assert told[2].error is not None
    assert told[2].error.applied is None


def test_what_may_pass_is_sent_once_more_by_itself() -> None:
    again = ServerError("no", platform="spotzee", operation="x", status=500, applied=None)
    told, asked = verdicts(
        batch(),
        results("service_unavailable", "internal_error", None),
        Upserted(SpotzeeUser(), None),
        again,
    )

    assert [verdict.status for verdict in told] == ["upserted", "unknown", "upserted"]
    assert told[1].error is again
    assert [orjson.loads(call.request.body or b"") for call in asked] == [
        [{"external_id": "a"}],
        [{"external_id": "b"}],
    ]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PermissionDenied("no", platform="s", operation="x", status=403), "failed"),
        (RequestTimeout("slow", applied=None), "unknown"),
        (ConnectionLost("cut", applied=True), "subscribed"),
    ],
)
def test_a_row_sent_by_itself_has_the_fate_of_its_own_request(
    error: SentoriError, status: str
) -> None:
    told, asked = verdicts(
        batch("subscribe", "4"), results("service_unavailable", None, None), error
    )

    assert told[0].status == status
    assert f"{asked[0].request.path} {orjson.loads(asked[0].request.body or b'')}" == (
        "users/a/subscriptions [{'subscription_id': 4, 'state': 1}]"
    )


@pytest.mark.parametrize(
    ("verb", "status"), [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed")]
)
def test_the_verb_names_the_status_of_a_batch(verb: Verb, status: str) -> None:
    told, _ = verdicts(batch(verb, "4"), results(None, None, None))
    assert [verdict.status for verdict in told] == [status] * 3


def test_what_was_found_of_a_lost_batch_is_done_and_the_rest_unknown() -> None:
    error = ConnectionLost("cut", applied=None)
    told, _ = verdicts(batch(), PartlySettled([True, False, True], error))

    assert [verdict.status for verdict in told] == ["upserted", "unknown", "upserted"]
    assert told[1].error is error


def test_deletes_are_accepted_all_alike() -> None:
    told, _ = verdicts(batch("delete"), Accepted())
    assert [verdict.status for verdict in told] == ["accepted"] * 3


def test_a_refusal_of_the_whole_is_looked_into_if_it_may_be_about_rows() -> None:
    def error(cls: Any, *, retryable: bool = False) -> Any:
        return cls("no", platform="s", operation="x", status=400, retryable=retryable)

    assert batch().is_about_rows(error(ValidationFailed))
    assert batch().is_about_rows(error(StateConflict))
    assert not batch().is_about_rows(error(StateConflict, retryable=True))
    assert not batch().is_about_rows(error(PermissionDenied))
