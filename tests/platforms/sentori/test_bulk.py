"""Rows become Sentori's calls, and an import's counters become the rows' outcomes."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import orjson
import pytest
from attrs import evolve, fields
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.bulk.plan import ChunkPlan, ChunkRow, RowPlan, RowVerdict, Verb, Via
from sentori_async.errors import (
    InvalidInput,
    RequestTimeout,
    TransportError,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.platforms.sentori import addresses
from sentori_async.platforms.sentori.bulk import SentoriPlanner, _counted
from sentori_async.platforms.sentori.models import Contact, ContactPatch, ImportResult
from sentori_async.platforms.sentori.settle import RepeatedImport, VerifiedImport
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Response
from sentori_async.wire.results import Upserted
from sentori_async.wire.settle import follow

PLANNER = SentoriPlanner()


def single(verb: Verb, list_id: str | None = None) -> RowPlan:
    plan = PLANNER.plan_for(verb, list_id, "single")
    assert isinstance(plan, RowPlan)
    return plan


def chunked(via: Via = "import") -> ChunkPlan:
    plan = PLANNER.plan_for("add_or_update", None, via)
    assert isinstance(plan, ChunkPlan)
    return plan


# ------------------------------------------------------------------------------------ verbs

REQUESTS: list[tuple[Verb, str | None, object, str, Any]] = [
    (
        "add",
        None,
        {"EmailAddress": " Joe@example.com ", "FirstName": "Joe"},
        "contact/add/Joe%40example.com/",
        {"FirstName": "Joe"},
    ),
    ("add", None, "joe@example.com", "contact/add/joe%40example.com/", None),
    (
        "update",
        None,
        ("joe@example.com", {"EmailAddress": "new@example.com"}),
        "contact/update/joe%40example.com/",
        {"EmailAddress": "new@example.com"},
    ),
    (
        "add_or_update",
        None,
        ContactPatch(email_address="joe@example.com", last_name=None),
        "contact/addorupdate/joe%40example.com/",
        {"LastName": None},
    ),
    (
        "add_or_update",
        None,
        Contact(email_address="joe@example.com", is_suppressed=True, extra={"Tier": "gold"}),
        "contact/addorupdate/joe%40example.com/",
        {"Tier": "gold"},
    ),
    ("delete", None, "a+b@example.com", "contact/delete/a%2Bb%40example.com/", None),
    (
        "delete",
        None,
        {"EmailAddress": "a/b@example.com", "FirstName": "not sent"},
        "contact/delete/a%2Fb%40example.com/",
        None,
    ),
    (
        "subscribe",
        "LISTID01",
        {"EmailAddress": "joe@example.com", "FirstName": "not sent"},
        "contact/subscribe/joe%40example.com/LISTID01/",
        None,
    ),
    (
        "unsubscribe",
        "LISTID01",
        "joe@example.com",
        "contact/unsubscribe/joe%40example.com/LISTID01/",
        None,
    ),
]


@pytest.mark.parametrize(
    ("verb", "list_id", "row", "path", "sent"),
    REQUESTS,
    ids=[f"{r[0]}-{n}" for n, r in enumerate(REQUESTS)],
)
def test_a_row_becomes_the_request_of_its_verb(
    verb: Verb, list_id: str | None, row: object, path: str, sent: Any
) -> None:
    request = single(verb, list_id).plan(row).call.request

    assert request.path == path
    assert (None if request.body is None else orjson.loads(request.body)) == sent


@pytest.mark.parametrize(
    ("verb", "status"),
    [("add", "added"), ("update", "updated"), ("delete", "deleted")],
)
def test_the_verb_names_the_status(verb: Verb, status: str) -> None:
    assert single(verb).status(None) == status


@pytest.mark.parametrize(
    ("verb", "status"), [("subscribe", "subscribed"), ("unsubscribe", "unsubscribed")]
)
def test_the_verb_of_a_list_names_the_status(verb: Verb, status: str) -> None:
    assert single(verb, "LISTID01").status(None) == status


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (Upserted(Contact(), created=True), "added"),
        (Upserted(Contact(), created=False), "updated"),
        (Upserted(Contact(), created=None), "upserted"),
        (None, "upserted"),
    ],
    ids=["created", "updated", "unsaid", "unreadable"],
)
def test_an_upsert_says_which_it_was_or_that_nobody_knows(result: object, status: str) -> None:
    assert single("add_or_update").status(result) == status


def test_a_row_of_a_database_cursor_is_a_row() -> None:
    database = sqlite3.connect(":memory:")
    database.row_factory = sqlite3.Row
    query = "SELECT ' joe@example.com' AS EmailAddress, 'Joe' AS FirstName"
    row = database.execute(query).fetchone()
    database.close()
    request = single("add").plan(row).call.request

    assert request.path == "contact/add/joe%40example.com/"
    assert request.body == b'{"FirstName":"Joe"}'


BAD_ROWS: list[tuple[object, str]] = [
    ({}, "EmailAddress"),
    ({"EmailAddress": None}, "EmailAddress"),
    ({"EmailAddress": "  "}, "empty"),
    ({"EmailAddress": 7}, "address"),
    ({"email": "joe@example.com"}, "EmailAddress"),
    (ContactPatch(first_name="Joe"), "EmailAddress"),
    (7, "a row is"),
    (("joe@example.com",), "a row is"),
    ("16382", "SystemID"),
    ({"EmailAddress": "joe@example.com", "Score": float("nan")}, "Score"),
]


@pytest.mark.parametrize(("row", "says"), BAD_ROWS, ids=[str(n) for n in range(len(BAD_ROWS))])
@pytest.mark.parametrize("via", ["single", "import"])
def test_a_row_that_cannot_be_sent_says_why(row: object, says: str, via: Via) -> None:
    plan = PLANNER.plan_for("add_or_update", None, via)
    with pytest.raises(InvalidInput, match=says):
        plan.plan(row)

    assert isinstance(plan.identity(row), str)


def test_a_refused_row_still_shows_whose_it_is() -> None:
    row = {"EmailAddress": " joe@example.com", "Score": float("nan")}

    assert single("add").identity(row) == "joe@example.com"
    assert chunked().identity(row) == "joe@example.com"


# ---------------------------------------------------------------------------- whose row it is


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        ({"EmailAddress": " Joe@Example.com "}, ("joe@example.com",)),
        (("joe@example.com", {"EmailAddress": "JOE@example.com"}), ("joe@example.com",)),
        (
            ("joe@example.com", {"EmailAddress": "New@example.com"}),
            ("joe@example.com", "new@example.com"),
        ),
        (
            ("joe@example.com", ContactPatch(email_address="new@example.com")),
            ("joe@example.com", "new@example.com"),
        ),
    ],
    ids=["case", "same", "rename", "rename-patch"],
)
def test_a_row_holds_every_contact_it_touches(row: object, keys: tuple[str, ...]) -> None:
    assert single("update").plan(row).keys == keys


def test_an_import_cannot_rename() -> None:
    with pytest.raises(InvalidInput, match="single"):
        chunked().plan(("joe@example.com", {"EmailAddress": "new@example.com"}))


# -------------------------------------------------------------------------------- what exists


@pytest.mark.parametrize(
    ("verb", "list_id", "via", "error"),
    [
        ("add", None, "import", UnsupportedOperation),
        ("add_or_update", None, "batch", UnsupportedOperation),
        ("upsert", None, "single", UnsupportedOperation),
        ("subscribe", None, "single", InvalidInput),
        ("subscribe", "", "single", InvalidInput),
        ("add", "LISTID01", "single", InvalidInput),
    ],
    ids=["add-import", "batch", "no-such-verb", "no-list", "empty-list", "list-unasked"],
)
def test_what_sentori_cannot_do_is_refused_before_any_row(
    verb: Any, list_id: str | None, via: Via, error: type[Exception]
) -> None:
    with pytest.raises(error):
        PLANNER.plan_for(verb, list_id, via)


@pytest.mark.parametrize(("verb", "plan"), [("add_or_update", ChunkPlan), ("add", RowPlan)])
def test_auto_takes_the_best_path_there_is(verb: Verb, plan: type) -> None:
    assert isinstance(PLANNER.plan_for(verb, None, "auto"), plan)


# ------------------------------------------------------------------------------- many at once


def rows_of(*addresses: str) -> list[ChunkRow]:
    plan = chunked()
    return [plan.plan({"EmailAddress": address}) for address in addresses]


def counters(total: int, **counts: Any) -> ImportResult:
    nothing = ImportResult(
        total_rows=total,
        emailable_rows_created=0,
        emailable_rows_updated=0,
        suppressed_updated=0,
        bad_email_updated=0,
        excluded_duplicates=0,
        excluded_invalid_email=0,
        excluded_role_based=0,
        upload_group_external_id="1234ABCD",
    )
    return evolve(nothing, **counts)


Account = Mapping[str, Mapping[str, Any]]


def verdicts_of(
    rows: list[ChunkRow], result: ImportResult, account: Account | None = None
) -> list[RowVerdict]:
    """Follow a plan's look-ups in an account; None means that they all fail."""

    async def look_up(call: Call[Any]) -> Any:
        if account is None:
            raise RequestTimeout("slow")
        address = unquote(call.request.path.split("/")[2])
        if "@" not in address:
            return call.decode(Response(400, {}, b'{"Code": 100}'))
        if address not in account:
            return call.decode(Response(404, {}, b'{"Code": 101}'))
        found = {"EmailAddress": address, **account[address]}
        return call.decode(Response(200, {}, orjson.dumps(found)))

    return list(asyncio.run(follow(chunked().verdicts(rows, result), look_up)))


def statuses(
    rows: list[ChunkRow], result: ImportResult, account: Account | None = None
) -> list[str]:
    return [verdict.status for verdict in verdicts_of(rows, result, account)]


def test_an_import_sends_the_rows_as_they_are_encoded() -> None:
    plan = chunked()
    row = plan.plan({"EmailAddress": " joe@example.com", "Tier": "gold"})
    sent = plan.call([row]).request

    assert sent.path == "contact/import/"
    assert sent.body is not None
    assert orjson.loads(sent.body)["Contacts"] == [
        {"EmailAddress": "joe@example.com", "Tier": "gold"}
    ]


def test_a_later_row_wins_field_by_field() -> None:
    plan = chunked()
    merged = plan.merge(
        plan.plan({"EmailAddress": "joe@example.com", "FirstName": "Joe", "Tier": "gold"}),
        plan.plan({"EmailAddress": "Joe@example.com", "FirstName": None}),
    )
    sent = plan.call([merged]).request.body or b""

    assert orjson.loads(sent)["Contacts"] == [
        {"EmailAddress": "Joe@example.com", "FirstName": None, "Tier": "gold"}
    ]
    assert merged.size == len(merged.payload[1]) + 1


def test_an_unset_field_hides_nothing_that_an_earlier_row_said() -> None:
    plan = chunked()
    earlier = plan.plan({"EmailAddress": "joe@example.com", "Title": "Mr"})
    later = plan.plan({"EmailAddress": "joe@example.com", "Title": UNSET})

    body = plan.call([plan.merge(earlier, later)]).request.body

    assert orjson.loads(body or b"")["Contacts"] == [
        {"EmailAddress": "joe@example.com", "Title": "Mr"}
    ]


def test_an_import_of_contacts_sends_nothing_that_is_read_only() -> None:
    plan = chunked()
    row = plan.plan(Contact(True, False, 7, email_address="joe@example.com"))

    body = plan.call([row]).request.body

    assert orjson.loads(body or b"")["Contacts"] == [
        {"EmailAddress": "joe@example.com", "IsBadEmailAddress": False}
    ]


def test_rows_that_were_created_updated_or_kept_suppressed_are_accepted() -> None:
    result = counters(
        4,
        emailable_rows_created=1,
        emailable_rows_updated=1,
        suppressed_updated=1,
        bad_email_updated=1,
    )

    rows = rows_of("a@b.example", "c@d.example", "e@f.example", "g@h.example")

    assert statuses(rows, result) == ["accepted"] * 4


def test_rows_that_are_counted_and_not_there_were_left_out() -> None:
    rows = rows_of("joe@example.com", "not an address", "Sales@example.com")
    result = counters(3, emailable_rows_created=1, excluded_invalid_email=1, excluded_role_based=1)
    verdicts = verdicts_of(rows, result, {"joe@example.com": {}})

    assert [verdict.status for verdict in verdicts] == ["accepted", "failed", "failed"]
    for verdict in verdicts[1:]:
        assert isinstance(verdict.error, ValidationFailed)
        assert verdict.error.remedy
    assert "not valid" in str(verdicts[1].error)
    assert "role" in str(verdicts[2].error)


def test_only_as_many_rows_are_looked_up_as_it_takes() -> None:
    """The likely ones come first, so that one row left out of a thousand costs one look-up."""
    rows = rows_of(*(f"c{n}@example.com" for n in range(999)), "sales@example.com")
    result = counters(1_000, emailable_rows_created=999, excluded_role_based=1)

    assert statuses(rows, result, {}) == ["accepted"] * 999 + ["failed"]


def test_an_odd_looking_address_that_was_not_counted_is_accepted() -> None:
    """Our own idea of an invalid or role-based address decides nothing by itself."""
    rows = rows_of("joe@example.com", "not an address", "sales@example.com")

    assert statuses(rows, counters(3, emailable_rows_created=3)) == ["accepted"] * 3


def test_rows_left_out_that_nothing_explains_are_looked_up() -> None:
    rows = rows_of("joe@example.com", "webteam@example.com", "not an address")
    result = counters(3, excluded_role_based=1, excluded_invalid_email=1, emailable_rows_created=1)
    verdicts = verdicts_of(rows, result, {"joe@example.com": {}})

    assert [verdict.status for verdict in verdicts] == ["accepted", "failed", "failed"]
    assert isinstance(verdicts[1].error, ValidationFailed)
    assert "not there" in verdicts[1].error.message


def test_rows_that_cannot_be_looked_up_stay_unknown() -> None:
    rows = rows_of("joe@example.com", "jane@example.com")
    verdicts = verdicts_of(rows, counters(2, excluded_role_based=1, emailable_rows_created=1))

    assert [verdict.status for verdict in verdicts] == ["unknown", "unknown"]
    assert isinstance(verdicts[0].error, TransportError)
    assert verdicts[0].error.applied is None


def test_a_row_that_is_there_with_other_values_may_have_been_left_out() -> None:
    plan = chunked()
    rows = [
        plan.plan({"EmailAddress": f"{name}@example.com", "FirstName": name})
        for name in ("joe", "jane", "jim")
    ]
    result = counters(3, excluded_role_based=1, emailable_rows_updated=2)
    account: dict[str, dict[str, Any]] = {
        "joe@example.com": {"FirstName": "joe"},
        "jane@example.com": {"FirstName": "Old"},
        "jim@example.com": {"FirstName": "Old"},
    }

    assert statuses(rows, result, account) == ["accepted", "unknown", "unknown"]
    del account["jane@example.com"]
    assert statuses(rows, result, account) == ["accepted", "failed", "accepted"]


def test_a_duplicate_that_was_not_sent_leaves_all_unknown() -> None:
    rows = rows_of("joe@example.com", "jane@example.com")
    result = counters(2, excluded_duplicates=1, emailable_rows_created=1)

    assert statuses(rows, result) == ["unknown", "unknown"]


@pytest.mark.parametrize(
    "result",
    [counters(3, emailable_rows_created=2), counters(2), ImportResult()],
    ids=["total", "sum", "missing"],
)
def test_counters_that_do_not_add_up_prove_nothing(result: ImportResult) -> None:
    assert statuses(rows_of("a@b.example", "c@d.example"), result) == ["unknown", "unknown"]


def test_an_import_that_was_verified_leaves_only_doubtful_addresses_unknown() -> None:
    """Its answer was lost, so there are no counters to say which rows it left out."""
    rows = rows_of("joe@example.com", "not an address", "sales@example.com", "jane@example.com")
    verdicts = verdicts_of(rows, VerifiedImport(total_rows=4))

    assert [verdict.status for verdict in verdicts] == [
        "accepted",
        "unknown",
        "unknown",
        "accepted",
    ]
    for verdict in verdicts[1:3]:
        assert isinstance(verdict.error, TransportError)
        assert verdict.error.applied is None
    assert "lost" in (chunked().note(VerifiedImport(total_rows=4)) or "")


def test_an_import_that_was_sent_twice_is_counted_once_and_noted() -> None:
    """The report names the upload group that is known, and that another may exist."""
    once = counters(2, emailable_rows_created=2)
    again = RepeatedImport(*(getattr(once, field.name) for field in fields(ImportResult)))

    assert statuses(rows_of("joe@example.com", "jane@example.com"), again) == ["accepted"] * 2
    note = chunked().note(again)
    assert note is not None
    assert "1234ABCD" in note
    assert "another" in note


def test_an_import_that_was_answered_needs_no_note() -> None:
    assert chunked().note(counters(2, emailable_rows_created=2)) is None


@given(
    names=st.lists(
        st.sampled_from(["joe", "j.doe", "webteam", "sales", "info", "no at"]),
        min_size=1,
        max_size=12,
    ),
    roles=st.sampled_from([{"sales", "info", "webteam"}, {"webteam"}, {"info"}, set[str]()]),
    known=st.booleans(),
)
def test_no_row_is_said_to_be_what_it_is_not(
    names: list[str], roles: set[str], known: bool
) -> None:
    """Whatever words the platform takes for roles: what is said of a row is so, or unknown."""
    plan = chunked()
    mixed = [
        "no at" + str(n) if name == "no at" else f"{name}@x{n}.example"
        for n, name in enumerate(names)
    ]
    rows = [plan.plan({"EmailAddress": a, "FirstName": "New"}) for a in mixed]
    invalid = {a for a in mixed if "@" not in a}
    excluded = invalid | {a for a in mixed if a.partition("@")[0] in roles}
    account = {a: {"FirstName": "New"} for a in mixed if a not in excluded}
    if known:
        account |= {a: {"FirstName": "Old"} for a in excluded - invalid}
    result = counters(
        len(rows),
        emailable_rows_updated=len(rows) - len(excluded),
        excluded_invalid_email=len(invalid),
        excluded_role_based=len(excluded - invalid),
    )
    for address, status in zip(mixed, statuses(rows, result, account), strict=True):
        assert status != "failed" or address in excluded
        assert status != "accepted" or address not in excluded
        assert status != "unknown" or known


ADDRESSES = [
    ("joe@example.com", True),
    ("o'brien+news@mail.example.co.uk", True),
    ("jürgen@exämple.de", True),
    ("x@y.zz", True),
    ("joe", False),
    ("joe@", False),
    ("joe@@example.com", False),
    ("joe@example", False),
    ("joe@example.com.", False),
    ("joe smith@example.com", False),
    (".joe@example.com", False),
    ("joe@-example.com", False),
]


@pytest.mark.parametrize(("address", "plausible"), ADDRESSES)
def test_an_address_is_a_suspect_if_it_looks_wrong(address: str, plausible: bool) -> None:
    assert addresses.is_plausible(address) is plausible
    assert (addresses.suspicion(address) == 3) is not plausible


@pytest.mark.parametrize(
    ("address", "level"), [("Sales@x.example", 2), ("webteam@x.example", 1), ("j.doe@x.example", 0)]
)
def test_what_looks_least_like_a_person_is_looked_up_first(address: str, level: int) -> None:
    assert addresses.suspicion(address) == level


@pytest.mark.parametrize(
    ("counters", "told"),
    [
        ((1, 1, 0), ["failed", "failed", "accepted", "accepted"]),
        ((0, 1, 0), ["unknown", "failed", "accepted", "accepted"]),
        ((1, 0, 0), ["failed", "unknown", "accepted", "accepted"]),
        ((1, 2, 0), ["failed", "unknown", "unknown", "accepted"]),
        ((2, 1, 0), ["unknown", "unknown", "unknown", "unknown"]),
        ((1, 1, 1), ["unknown", "unknown", "unknown", "unknown"]),
    ],
)
def test_counters_are_laid_against_what_addresses_look_like(
    counters: tuple[int, int, int], told: list[str]
) -> None:
    """A word that nobody has told us is taken for possible where there is no digit in it."""
    contacts = ["no address", "info@example.com", "joe@example.com", "joe1@example.com"]

    assert [verdict.status for verdict in _counted(contacts, *counters)] == told
