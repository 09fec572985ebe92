"""What a lost answer means is decided by what is found, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson
import pytest

from sentori_async.errors import (
    AlreadyExists,
    ApiError,
    ConnectionLost,
    ContactSuppressed,
    DecodeError,
    NotFound,
    PermissionDenied,
    RequestTimeout,
    SentoriError,
    ServerError,
    StateConflict,
    ValidationFailed,
)
from sentori_async.platforms.sentori import calls, settle
from sentori_async.platforms.sentori.models import Contact, ImportResult
from sentori_async.platforms.sentori.settle import RepeatedImport, VerifiedImport
from sentori_async.wire.message import Call, Request, Response
from sentori_async.wire.results import Upserted

JOE = "joe+x@example.com"
NEW = "new@example.com"

Account = Mapping[str, Mapping[str, Any]]


def lost() -> SentoriError:
    return ConnectionLost("cut", applied=None)


def unreadable() -> SentoriError:
    return DecodeError("odd", applied=True)


CODES: dict[type[ApiError], int] = {
    NotFound: 101,
    AlreadyExists: 102,
    ValidationFailed: 103,
    ContactSuppressed: 106,
    StateConflict: 400,
}


def refused(cls: type[ApiError]) -> ApiError:
    """Return a refusal as Recovery hands it to the rules: what it says of `applied` is doubted."""
    code = CODES.get(cls)
    return cls("no", platform="sentori", operation="x", status=400, code=code, applied=None)


def page_404() -> ApiError:
    """Return the error for a 404 that is not Sentori's: it has none of its codes."""
    return NotFound("no", platform="sentori", operation="x", status=404, applied=None)


def settled(call: Call[Any], error: SentoriError, account: Account) -> Any:
    """Run a call's rules against an account, as the transport does."""
    assert call.settle is not None
    assert call.settle.look is not None
    flow = call.settle.look(call.request, error)
    try:
        asked = next(flow)
        while True:
            asked = answer(flow, asked, account)
    except StopIteration as end:
        return end.value


def answer(flow: Any, asked: Call[Any], account: Account) -> Call[Any]:
    """Give the rules what a request of theirs comes to, and return their next."""
    try:
        found = asked.decode(response_to(asked.request, account))
    except SentoriError as error:
        after_failure: Call[Any] = flow.throw(error)
        return after_failure
    after_answer: Call[Any] = flow.send(found)
    return after_answer


def response_to(request: Request, account: Account) -> Response:
    path = request.path
    if path == "contact/import/":
        rows = orjson.loads(request.body or b"")["Contacts"]
        counted = {"TotalRows": len(rows), "UploadGroupExternalID": "SECOND00"}
        return Response(200, {}, orjson.dumps(counted))
    assert path.startswith("contact/get/")
    address = unquote(path.split("/")[2])
    fields = account.get(address.lower())
    if fields is None:
        return Response(404, {}, b'{"Code": 101}')
    if "broken" in fields:
        raise RequestTimeout("slow")
    if "hidden" in fields:
        return Response(404, {}, b"<html>not here")
    return Response(200, {}, orjson.dumps({"EmailAddress": address, **fields}))


ADD = calls.add_contact(JOE, {"FirstName": "Joe ", "Tier": "gold", "Title": ""})
UPDATE = calls.update_contact(JOE, {"FirstName": "Joe"})
RENAME = calls.update_contact(JOE, {"EmailAddress": NEW})
RENAME_MORE = calls.update_contact(JOE, {"EmailAddress": NEW, "FirstName": "Joe"})
UPSERT = calls.add_or_update_contact(JOE, {"FirstName": "Joe"})
DELETE = calls.delete_contact(JOE)
UPSERT_NEW = calls.add_or_update_contact(JOE, {"EmailAddress": NEW, "FirstName": "Joe"})
SAME = {"FirstName": "Joe", "Tier": "gold", "Title": None}
OTHER = {"FirstName": "Jane", "Tier": "gold", "Title": None}

# What is called, what it ended with, what the account holds.
CARRIED_OUT: dict[str, tuple[Call[Any], Callable[[], SentoriError], Account]] = {
    "add, 102, as sent": (ADD, lambda: refused(AlreadyExists), {JOE: SAME}),
    "add, lost, as sent": (ADD, lost, {JOE: SAME}),
    "add, unreadable, there": (calls.add_contact(JOE), unreadable, {JOE: {}}),
    "update, lost, as sent": (UPDATE, lost, {JOE: SAME}),
    "update, unreadable, there": (UPDATE, unreadable, {JOE: OTHER}),
    "rename, 101, only the new": (RENAME, lambda: refused(NotFound), {NEW: {}}),
    "rename, 102, only the new": (RENAME, lambda: refused(AlreadyExists), {NEW: {}}),
    "rename, lost, as sent": (RENAME_MORE, lost, {NEW: SAME}),
    "upsert, lost, as sent": (UPSERT, lost, {JOE: SAME}),
    "upsert, unreadable": (UPSERT, unreadable, {JOE: OTHER}),
    "upsert to new, lost": (UPSERT_NEW, lost, {NEW: SAME}),
    "upsert of both, lost": (UPSERT_NEW, lost, {JOE: SAME, NEW: SAME}),
    "upsert of both, unreadable": (UPSERT_NEW, unreadable, {JOE: OTHER, NEW: OTHER}),
    "delete, 101": (DELETE, lambda: refused(NotFound), {}),
    "delete, lost, gone": (DELETE, lost, {}),
    "suppress, lost": (calls.unsubscribe_all(JOE), lost, {JOE: {"IsSuppressed": True}}),
}


@pytest.mark.parametrize("case", CARRIED_OUT)
def test_what_is_found_as_sent_was_carried_out(case: str) -> None:
    call, error, account = CARRIED_OUT[case]
    result = settled(call, error(), account)

    contact = result.contact if isinstance(result, Upserted) else result
    assert contact is None or isinstance(contact, Contact)
    if isinstance(result, Upserted):
        assert result.created is None


# As above, and what `applied` then says.
NOT_DECIDED: dict[str, tuple[Call[Any], Callable[[], SentoriError], Account, bool | None]] = {
    "add, 102, another's": (ADD, lambda: refused(AlreadyExists), {JOE: OTHER}, False),
    "add, 102, nothing sent": (
        calls.add_contact(JOE),
        lambda: refused(AlreadyExists),
        {JOE: {}},
        None,
    ),
    "add, 102, but gone": (ADD, lambda: refused(AlreadyExists), {}, None),
    "add, lost, not there": (ADD, lost, {}, None),
    "add, lost, another's": (ADD, lost, {JOE: OTHER}, None),
    "update, lost, not as sent": (UPDATE, lost, {JOE: OTHER}, None),
    "update, lost, gone": (UPDATE, lost, {}, None),
    "rename, 101, neither": (RENAME, lambda: refused(NotFound), {}, False),
    "rename, 102, both": (RENAME, lambda: refused(AlreadyExists), {JOE: {}, NEW: {}}, False),
    "rename, lost, both": (RENAME, lost, {JOE: {}, NEW: {}}, None),
    "rename, lost, only the old": (RENAME, lost, {JOE: {}}, None),
    "rename, 101, other values": (RENAME_MORE, lambda: refused(NotFound), {NEW: OTHER}, None),
    "rename, server error": (RENAME, lambda: refused(ServerError), {}, None),
    "upsert, lost, not as sent": (UPSERT, lost, {JOE: OTHER}, None),
    "upsert to new, lost, gone": (UPSERT_NEW, lost, {}, None),
    "upsert of both, lost, one not as sent": (UPSERT_NEW, lost, {JOE: OTHER, NEW: SAME}, None),
    "delete, lost, still there": (DELETE, lost, {JOE: {}}, None),
    "suppress, lost, not so": (
        calls.unsubscribe_all(JOE),
        lost,
        {JOE: {"IsSuppressed": False}},
        None,
    ),
    "suppress, lost, no contact": (calls.unsubscribe_all(JOE), lost, {}, None),
}


@pytest.mark.parametrize("case", NOT_DECIDED)
def test_what_is_not_found_as_sent_is_refused_or_unknown(case: str) -> None:
    call, make, account, applied = NOT_DECIDED[case]
    error = make()
    with pytest.raises(type(error)) as caught:
        settled(call, error, account)

    assert caught.value is error
    assert error.applied is applied


@pytest.mark.parametrize("call", [ADD, UPDATE, RENAME, UPSERT, DELETE])
def test_a_look_up_that_fails_decides_nothing(call: Call[Any]) -> None:
    with pytest.raises(RequestTimeout):
        settled(call, lost(), {JOE: {"broken": True}})


@pytest.mark.parametrize("call", [ADD, UPDATE, RENAME, UPSERT, DELETE])
def test_a_look_up_that_meets_another_404_than_sentoris_decides_nothing(call: Call[Any]) -> None:
    with pytest.raises(NotFound) as caught:
        settled(call, lost(), {JOE: {"hidden": True}})
    assert caught.value.code is None


def test_a_404_without_sentoris_code_is_no_news_of_the_contact() -> None:
    """A proxy says 404 too: a delete believes it only after a look."""
    error = page_404()
    with pytest.raises(NotFound) as caught:
        settled(DELETE, error, {JOE: {}})
    assert (caught.value, error.applied) == (error, None)
    settled(DELETE, page_404(), {})

    with pytest.raises(NotFound):
        settled(RENAME, page_404(), {JOE: {}, NEW: {}})


# ------------------------------------------------------------------------------ many rows at once


def rows_of(count: int) -> list[dict[str, str]]:
    return [{"EmailAddress": f"c{n}@example.com", "FirstName": f"N{n}"} for n in range(count)]


def account_of(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {row["EmailAddress"]: {"FirstName": row["FirstName"]} for row in rows}


@pytest.mark.parametrize("count", [1, 20, 21, 1_000])
def test_an_import_whose_rows_are_there_is_not_sent_again(count: int) -> None:
    rows = rows_of(count)
    result = settled(calls.import_contacts(rows), lost(), account_of(rows))

    assert type(result) is VerifiedImport
    assert result.total_rows == count


@pytest.mark.parametrize("absent", [0, 499, 999])
def test_an_import_without_one_of_the_looked_up_rows_is_sent_again(absent: int) -> None:
    rows = rows_of(1_000)
    account = account_of(rows)
    step = 999 / 19
    looked_up = min((round(n * step) for n in range(20)), key=lambda n: abs(n - absent))
    del account[rows[looked_up]["EmailAddress"]]
    result = settled(calls.import_contacts(rows), lost(), account)

    assert type(result) is RepeatedImport
    assert (result.total_rows, result.upload_group_external_id) == (1_000, "SECOND00")


@pytest.mark.parametrize("error", [lost, unreadable])
def test_an_import_that_nothing_can_show_is_unknown(error: Callable[[], SentoriError]) -> None:
    """An address alone, a role's or a broken one may be missing for other reasons."""
    rows = [
        {"EmailAddress": "joe@example.com"},
        {"EmailAddress": "sales@example.com", "FirstName": "x"},
        {"EmailAddress": "nonsense", "FirstName": "x"},
        {"FirstName": "x"},
    ]
    made = error()
    with pytest.raises(type(made)):
        settled(calls.import_contacts(rows), made, {})

    assert made.applied is None


def test_a_received_import_without_its_rows_is_not_sent_again() -> None:
    error = unreadable()
    with pytest.raises(DecodeError):
        settled(calls.import_contacts(rows_of(3)), error, {})

    assert error.applied is None


# --------------------------------------------------------------------------- the rules as data


def test_a_creation_is_doubted_only_where_the_lost_attempt_may_have_done_it() -> None:
    doubted = settle.UPSERT.doubted
    assert doubted is not None
    contact = Contact(email_address=JOE)

    assert doubted(Upserted(contact, created=True)).created is True
    assert doubted(Upserted(contact, created=False)).created is None


@pytest.mark.parametrize(
    ("rule", "error", "decides"),
    [
        (settle.ADD, ValidationFailed, True),
        (settle.ADD, ContactSuppressed, True),
        (settle.ADD, AlreadyExists, False),
        (settle.ADD, PermissionDenied, False),
        (settle.ADD, ServerError, False),
        (settle.UPDATE, NotFound, True),
        (settle.UPDATE, StateConflict, True),
        (settle.RENAME, NotFound, False),
        (settle.RENAME, AlreadyExists, False),
        (settle.DELETE, NotFound, False),
        (settle.DELETE, ValidationFailed, True),
        (settle.ADD, RequestTimeout, False),
    ],
)
def test_a_refusal_of_what_was_sent_settles_the_lost_attempt_too(
    rule: Any, error: type[SentoriError], decides: bool
) -> None:
    made = refused(error) if issubclass(error, ApiError) else error("x")
    assert rule.decides(made) is decides


def test_a_refusal_that_may_pass_or_has_no_code_settles_nothing() -> None:
    """A busy platform may have carried the lost attempt out; a proxy knows nothing of it."""
    busy = refused(StateConflict)
    busy.retryable = True
    assert not settle.ADD.decides(busy)
    assert not settle.UPDATE.decides(page_404())


@pytest.mark.parametrize(
    ("call", "resend"),
    [
        (ADD, True),
        (RENAME, True),
        (UPSERT_NEW, True),
        (calls.import_contacts([{"EmailAddress": JOE}]), False),
    ],
)
def test_a_write_is_sent_again_only_where_a_repeat_does_no_harm(
    call: Call[Any], resend: bool
) -> None:
    assert call.settle is not None
    assert call.settle.resend is resend


@pytest.mark.parametrize(
    "call",
    [calls.create_email("TMPL0001", name="May"), calls.add_to_automation("AUTO0001", JOE)],
)
def test_what_nothing_can_settle_has_no_rules(call: Call[Any]) -> None:
    assert call.settle is None


def test_as_sent_knows_how_values_are_kept() -> None:
    contact = Contact(first_name="Joe", last_name=None, extra={"Size": "44", "Vip": True})

    assert settle.as_sent(contact, {"FirstName": " Joe ", "LastName": "", "Size": 44, "Vip": True})
    assert not settle.as_sent(contact, {"FirstName": "joe"})
    assert not settle.as_sent(contact, {"Missing": "x"})
    assert not settle.as_sent(contact, {"EmailAddress": JOE})
    assert not settle.as_sent(contact, {"Vip": False})


def test_an_import_result_keeps_its_own_class_apart() -> None:
    assert VerifiedImport(total_rows=1) != ImportResult(total_rows=1)
