"""Rows become Sent's calls, and their answers outcomes."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from sentori_async.bulk.plan import RowPlan, Verb, Via
from sentori_async.errors import InvalidInput, UnsupportedOperation
from sentori_async.platforms.sent.bulk import SentPlanner
from sentori_async.platforms.sent.client import CAPABILITIES
from sentori_async.platforms.sent.models import SentContact
from sentori_async.wire.message import Steps
from sentori_async.wire.results import Upserted
from tests.platforms.sent.answering import ID, JOE, told

PLANNER = SentPlanner()


def plan(verb: Verb) -> RowPlan:
    return PLANNER.plan_for(verb, None, "single")


def cursor_row() -> sqlite3.Row:
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    row = base.execute("SELECT ? AS phone_number, 'sms' AS default_channel", (JOE,)).fetchone()
    base.close()
    assert isinstance(row, sqlite3.Row)
    return row


ROWS: list[object] = [
    JOE,
    f" {JOE} ",
    {"phone_number": JOE, "opt_out": True},
    (JOE, {"opt_out": True}),
    SentContact(ID, phone_number=JOE, opt_out=True),
]


@pytest.mark.parametrize(
    "row",
    [*ROWS, cursor_row()],
    ids=["text", "padded text", "mapping", "pair", "contact", "cursor row"],
)
@pytest.mark.parametrize("verb", ["add", "add_or_update"])
def test_a_row_of_any_form_is_one_contact(verb: Verb, row: object) -> None:
    planned = plan(verb).plan(row)

    assert (planned.contact, planned.keys) == (JOE, (JOE,))
    assert told(planned.call) == ("POST contacts", b'{"phone_number":"+12125550123"}')
    assert plan(verb).identity(row) == JOE


def test_an_update_and_a_deletion_look_the_number_up_first() -> None:
    for verb, row in (("update", (JOE, {"opt_out": True})), ("delete", {"phone_number": JOE})):
        planned = plan(verb).plan(row)  # type: ignore[arg-type]
        assert isinstance(planned.call, Steps)
        assert told(planned.call)[0].startswith("GET contacts?")


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"phone_number": None},
        {"phone_number": ""},
        {"phone_number": 12125550123},
        {"phone_number": ID},
        {"phone_number": JOE, "FirstName": "Joe"},
        {"id": ID},
        SentContact(ID),
        ID,
        7,
        ("a", "b", "c"),
    ],
    ids=str,
)
def test_a_row_that_cannot_be_sent_is_refused_by_itself(row: object) -> None:
    with pytest.raises(InvalidInput):
        plan("add").plan(row)
    assert isinstance(plan("add").identity(row), str)


@pytest.mark.parametrize(
    ("verb", "result", "status"),
    [
        ("add", object(), "added"),
        ("add", None, "added"),
        ("update", object(), "updated"),
        ("delete", None, "deleted"),
        ("add_or_update", Upserted(object(), created=True), "added"),
        ("add_or_update", Upserted(object(), created=False), "updated"),
        ("add_or_update", Upserted(object(), created=None), "upserted"),
        ("add_or_update", None, "upserted"),
    ],
)
def test_an_answer_says_what_became_of_the_row(verb: Verb, result: Any, status: str) -> None:
    assert plan(verb).status(result) == status


@pytest.mark.parametrize("via", ["single", "auto"])
def test_single_calls_are_all_there_is(via: Via) -> None:
    for verb in CAPABILITIES.bulk:
        assert PLANNER.plan_for(verb, None, via) is plan(verb)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("verb", "via"),
    [("add", "import"), ("add_or_update", "batch"), ("subscribe", "single"), ("spam", "auto")],
)
def test_what_sent_cannot_do_is_refused(verb: Any, via: Via) -> None:
    with pytest.raises(UnsupportedOperation):
        PLANNER.plan_for(verb, None, via)


def test_there_are_no_lists() -> None:
    with pytest.raises(InvalidInput):
        PLANNER.plan_for("add", "LIST1", "single")
