"""What a lost answer means is decided by what is found, and by nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from sentori_async.errors import (
    AlreadyExists,
    ApiError,
    ConnectionLost,
    DecodeError,
    NotFound,
    PermissionDenied,
    RequestTimeout,
    SentoriError,
    ValidationFailed,
)
from sentori_async.platforms.sent import calls, messaging_calls, settle, webhook_calls
from sentori_async.wire.message import Call, Response
from sentori_async.wire.settle import Flow
from tests.platforms.sent.answering import ID, JOE, enveloped, listed, told

Account = Mapping[str, Any]


def lost() -> SentoriError:
    return ConnectionLost("cut", applied=None)


def unreadable() -> SentoriError:
    return DecodeError("odd", applied=True)


def refused(cls: type[ApiError], code: str | None) -> ApiError:
    """Return a refusal as Recovery hands it to the rules: what it says of `applied` is doubted."""
    return cls("no", platform="sent", operation="x", status=400, code=code, applied=None)


def settled(call: Call[Any], error: SentoriError, account: Account) -> Any:
    """Run a call's rules against an account, as the transport does."""
    assert call.settle is not None
    assert call.settle.look is not None
    flow: Flow[Any] = call.settle.look(call.request, error)
    try:
        asked = next(flow)
        while True:
            try:
                found = asked.decode(answer(asked, account))
            except SentoriError as failure:
                asked = flow.throw(failure)
            else:
                asked = flow.send(found)
    except StopIteration as end:
        return end.value


def answer(call: Call[Any], account: Account) -> Response:
    """Answer a look-up: of a number, of an id, or of a webhook."""
    line, _ = told(call)
    if account.get("broken"):
        raise RequestTimeout("slow")
    if account.get("hidden"):
        return Response(404, {}, b"<html>not here")
    contact, hook = account.get("contact"), account.get("webhook")
    if line.startswith("GET contacts?"):
        return listed({"phone_number": JOE, **contact}) if contact is not None else listed()
    if line == f"GET contacts/{ID}":
        return enveloped(contact, 404 if contact is None else 200, code=gone(contact, "001"))
    assert line == "GET webhooks/W1"
    return enveloped(hook, 404 if hook is None else 200, code=gone(hook, "008"))


def gone(found: object, number: str) -> str | None:
    return f"RESOURCE_{number}" if found is None else None


HOOK: dict[str, Any] = {"display_name": "n", "endpoint_url": "u", "event_types": ["message"]}
ADD = calls.add_contact(JOE)
UPDATE = calls.update_contact(ID, {"opt_out": True, "default_channel": "sms"})
OPT_OUT = calls.unsubscribe_all(ID)
DELETE = calls.delete_contact(ID)
REPLACE = webhook_calls.update("W1", **HOOK, retry_count=2)
SWITCH = webhook_calls.set_active("W1", is_active=False)
DROP = webhook_calls.delete("W1")

THERE = {"contact": {"id": ID}}
SAME = {"contact": {"id": ID, "opt_out": True, "default_channel": "sms"}}
OTHER = {"contact": {"id": ID, "opt_out": True, "default_channel": "whatsapp"}}
HOOKED = {"webhook": {**HOOK, "retry_count": 2, "timeout_seconds": 30, "is_active": False}}
UNHOOKED = {"webhook": {**HOOK, "retry_count": 3, "is_active": True}}
EMPTY: Account = {}

# What is called, what it ended with, what the account holds.
CARRIED_OUT: dict[str, tuple[Call[Any], Callable[[], SentoriError], Account]] = {
    "add, unreadable": (ADD, unreadable, THERE),
    "update, as sent": (UPDATE, lost, SAME),
    "update, unreadable": (UPDATE, unreadable, OTHER),
    "opt out, as sent": (OPT_OUT, lost, SAME),
    "delete, told gone": (DELETE, lambda: refused(NotFound, "RESOURCE_001"), EMPTY),
    "delete, gone": (DELETE, lost, EMPTY),
    "delete, a proxy's 404, gone": (DELETE, lambda: refused(NotFound, None), EMPTY),
    "webhook, as sent": (REPLACE, lost, HOOKED),
    "webhook, unreadable": (REPLACE, unreadable, UNHOOKED),
    "switch, as sent": (SWITCH, lost, HOOKED),
    "webhook, gone": (DROP, lost, EMPTY),
    "webhook, told gone": (DROP, lambda: refused(NotFound, "RESOURCE_008"), EMPTY),
}


@pytest.mark.parametrize("case", CARRIED_OUT)
def test_what_is_found_as_sent_was_carried_out(case: str) -> None:
    call, ended_with, account = CARRIED_OUT[case]
    result = settled(call, ended_with(), account)
    assert (result is None) is (call in {DELETE, DROP})


UNKNOWN: dict[str, tuple[Call[Any], Callable[[], SentoriError], Account]] = {
    # Nothing tells an own contact from somebody else's: it is its number and no more.
    "add, there": (ADD, lost, THERE),
    "add, not there": (ADD, lost, EMPTY),
    "add, unreadable and gone": (ADD, unreadable, EMPTY),
    "update, otherwise": (UPDATE, lost, OTHER),
    "update, not shown": (UPDATE, lost, THERE),
    "opt out, otherwise": (OPT_OUT, lost, {"contact": {"opt_out": False}}),
    "delete, there": (DELETE, lost, THERE),
    "webhook, otherwise": (REPLACE, lost, UNHOOKED),
    "switch, otherwise": (SWITCH, lost, UNHOOKED),
    "webhook, there": (DROP, lost, HOOKED),
}


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_nothing_tells_stays_unknown(case: str) -> None:
    call, ended_with, account = UNKNOWN[case]
    error = ended_with()
    with pytest.raises(type(error)) as caught:
        settled(call, error, account)
    assert caught.value is error


@pytest.mark.parametrize(
    "call", [ADD, UPDATE, DELETE, REPLACE, DROP], ids=lambda c: c.request.operation.name
)
@pytest.mark.parametrize("how", ["broken", "hidden"])
def test_a_look_up_that_fails_tells_nothing(call: Call[Any], how: str) -> None:
    expected = RequestTimeout if how == "broken" else NotFound
    with pytest.raises(expected):
        settled(call, lost(), {how: True})


WRITES = (
    ADD,
    UPDATE,
    DELETE,
    REPLACE,
    DROP,
    webhook_calls.create(**HOOK),
    webhook_calls.rotate_secret("W1"),
    webhook_calls.test("W1", event_type="e"),
    messaging_calls.send_message(JOE, text="x"),
)


@pytest.mark.parametrize("call", WRITES, ids=lambda call: call.request.operation.name)
def test_every_write_is_sent_again_and_a_refusal_of_the_repeat_counts(call: Call[Any]) -> None:
    """The key would have brought a success back, had there been one."""
    assert call.settle is not None
    assert call.settle.resend
    assert call.settle.decides(refused(ValidationFailed, "VALIDATION_001"))
    assert call.settle.decides(refused(AlreadyExists, "RESOURCE_007"))
    assert not call.settle.decides(refused(ValidationFailed, None))
    assert not call.settle.decides(refused(PermissionDenied, "AUTH_004"))


@pytest.mark.parametrize(("call", "own"), [(DELETE, True), (DROP, True), (UPDATE, False)])
def test_only_a_deletion_may_have_made_its_own_404(call: Call[Any], own: bool) -> None:
    assert call.settle is not None
    assert call.settle.decides(refused(NotFound, "RESOURCE_001")) is not own


def test_the_page_of_the_rules_names_every_write() -> None:
    for write in ("add a contact", "update", "add or update", "delete", "send a message", "rotate"):
        assert write in (settle.__doc__ or "")


def test_nothing_sent_proves_nothing() -> None:
    assert not settle.as_sent(ADD.decode(enveloped({"id": ID})), {})
