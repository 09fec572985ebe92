"""Every call goes where Sent's pages say, with what they say, as safely as it can be."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import DecodeError, InvalidInput, SentoriError
from sentori_async.platforms.sent import calls, inputs, messaging_calls, settle, webhook_calls
from sentori_async.platforms.sent.models import SentContact, SentContactPatch
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Response, Safety, Steps
from sentori_async.wire.results import Upserted
from tests.platforms.sent.answering import ID, JOE, enveloped, listed, told

READ, KEYED, IDEMPOTENT = Safety.READ, Safety.KEYED, Safety.IDEMPOTENT
HOOK: dict[str, Any] = {
    "display_name": "Mine",
    "endpoint_url": "https://example.com/hook",
    "event_types": ("message", "contact"),
}
HOOK_BODY = (
    b'{"display_name":"Mine","endpoint_url":"https://example.com/hook",'
    b'"event_types":["message","contact"]}'
)
NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

# The call, its method, path and query as documented, its body, its safety, its rule.
CALLS: list[tuple[Call[Any], str, bytes | None, Safety, object]] = [
    (
        calls.get_contact(f" {JOE} "),
        "GET contacts?page=1&page_size=1&phone=%2B12125550123",
        None,
        READ,
        None,
    ),
    (calls.get_contact(ID), f"GET contacts/{ID}", None, READ, None),
    (calls.get_contact(" a/b "), "GET contacts/a%2Fb", None, READ, None),
    (calls.iterate_contacts(), "GET contacts?page=1&page_size=20", None, READ, None),
    (
        calls.iterate_contacts(search="555", channel="sms", page_size=7, page=3),
        "GET contacts?page=3&page_size=7&search=555&channel=sms",
        None,
        READ,
        None,
    ),
    (calls.message_summary(ID), f"GET contacts/{ID}/message-summary", None, READ, None),
    (
        calls.add_contact(JOE),
        "POST contacts",
        b'{"phone_number":"+12125550123"}',
        KEYED,
        settle.ADD,
    ),
    (
        calls.add_contact(JOE, {"opt_out": True}),
        "POST contacts",
        b'{"phone_number":"+12125550123"}',
        KEYED,
        settle.ADD,
    ),
    (
        calls.update_contact(ID, {"opt_out": False}),
        f"PATCH contacts/{ID}",
        b'{"opt_out":false}',
        KEYED,
        settle.UPDATE,
    ),
    (
        calls.update_contact(JOE, SentContactPatch(default_channel="sms", extra={"new": 1})),
        "GET contacts?page=1&page_size=1&phone=%2B12125550123",
        None,
        READ,
        None,
    ),
    (
        calls.unsubscribe_all(ID),
        f"PATCH contacts/{ID}",
        b'{"opt_out":true}',
        KEYED,
        settle.UPDATE,
    ),
    (calls.delete_contact(ID), f"DELETE contacts/{ID}", None, IDEMPOTENT, settle.DELETE),
    (messaging_calls.me(), "GET me", None, READ, None),
    (
        messaging_calls.send_message(JOE, text="Hello"),
        "POST messages",
        b'{"to":["+12125550123"],"text":"Hello"}',
        KEYED,
        settle.REPEAT,
    ),
    (
        messaging_calls.send_message(
            [JOE],
            template_id="T1",
            parameters={"name": "Joe"},
            channel=["sms", "whatsapp"],
            channels={"sms": [{"from": ["+12125550000"]}]},
            media_urls=("https://example.com/a.png",),
            subject="Hi",
            scheduled_at=NOON,
        ),
        "POST messages",
        (
            b'{"to":["+12125550123"],"template":{"id":"T1","parameters":{"name":"Joe"}},'
            b'"channel":["sms","whatsapp"],"channels":{"sms":[{"from":["+12125550000"]}]},'
            b'"media_urls":["https://example.com/a.png"],"subject":"Hi",'
            b'"scheduled_at":"2026-11-21T12:00:00+00:00"}'
        ),
        KEYED,
        settle.REPEAT,
    ),
    (
        messaging_calls.send_message(JOE, template_name="welcome"),
        "POST messages",
        b'{"to":["+12125550123"],"template":{"name":"welcome"}}',
        KEYED,
        settle.REPEAT,
    ),
    (messaging_calls.get_message("M1"), "GET messages/M1", None, READ, None),
    (messaging_calls.message_activities("M1"), "GET messages/M1/activities", None, READ, None),
    (
        messaging_calls.iterate_templates(search="a b", status="APPROVED", category="MARKETING"),
        "GET templates?page=1&page_size=20&search=a%20b&status=APPROVED&category=MARKETING",
        None,
        READ,
        None,
    ),
    (messaging_calls.get_template("T1"), "GET templates/T1", None, READ, None),
    (
        webhook_calls.iterate(search="x", is_active=True),
        "GET webhooks?page=1&page_size=20&search=x&is_active=true",
        None,
        READ,
        None,
    ),
    (webhook_calls.get("W1"), "GET webhooks/W1", None, READ, None),
    (webhook_calls.create(**HOOK), "POST webhooks", HOOK_BODY, KEYED, settle.REPEAT),
    (
        webhook_calls.update(
            "W1", **HOOK, event_filters={"message": ["sent"]}, retry_count=5, timeout_seconds=9
        ),
        "PUT webhooks/W1",
        HOOK_BODY[:-1]
        + b',"event_filters":{"message":["sent"]},"retry_count":5,"timeout_seconds":9}',
        KEYED,
        settle.UPDATE_WEBHOOK,
    ),
    (webhook_calls.delete("W1"), "DELETE webhooks/W1", None, IDEMPOTENT, settle.DELETE_WEBHOOK),
    (
        webhook_calls.set_active("W1", is_active=False),
        "PATCH webhooks/W1/toggle-status",
        b'{"is_active":false}',
        KEYED,
        settle.UPDATE_WEBHOOK,
    ),
    (webhook_calls.event_types(), "GET webhooks/event-types", None, READ, None),
    (
        webhook_calls.deliveries("W1", search="x"),
        "GET webhooks/W1/events?page=1&page_size=20&search=x",
        None,
        READ,
        None,
    ),
    (
        webhook_calls.rotate_secret("W1"),
        "POST webhooks/W1/rotate-secret",
        b"{}",
        KEYED,
        settle.REPEAT,
    ),
    (
        webhook_calls.test("W1", event_type="message.sent"),
        "POST webhooks/W1/test",
        b'{"event_type":"message.sent"}',
        KEYED,
        settle.REPEAT,
    ),
]


@pytest.mark.parametrize(("call", "line", "body", "safety", "rule"), CALLS)
def test_a_call_is_sent_as_documented(
    call: Call[Any], line: str, body: bytes | None, safety: Safety, rule: object
) -> None:
    assert told(call) == (line, body)
    assert call.request.operation.safety is safety
    assert call.settle is rule
    assert call.request.operation.doc_url.startswith("https://docs.sent.dm/reference/api/")


REFUSED: list[Callable[[], object]] = [
    lambda: calls.get_contact("12125550123"),
    lambda: calls.get_contact("(212) 555-0123"),
    lambda: calls.get_contact("+0125550123"),
    lambda: calls.get_contact("+12"),
    lambda: calls.get_contact("+1212555012345678"),
    lambda: calls.get_contact("+1 212 555 0123"),
    lambda: calls.get_contact(""),
    lambda: calls.get_contact(None),  # type: ignore[arg-type]
    lambda: calls.get_contact(12125550123),  # type: ignore[arg-type]
    lambda: calls.get_contact(".."),
    lambda: calls.add_contact(ID),
    lambda: calls.add_contact(JOE, {"FirstName": "Joe"}),
    lambda: calls.add_contact(JOE, {"sandbox": True}),
    lambda: calls.add_contact(JOE, {"phone_number": "+12125550199"}),
    lambda: calls.add_contact(JOE, [("opt_out", True)]),  # type: ignore[arg-type]
    lambda: calls.update_contact(JOE, {}),
    lambda: calls.update_contact(ID, {"phone_number": JOE}),
    lambda: calls.update_contact(JOE, {"opt_out": object()}),
    lambda: calls.add_or_update_contact("joe@example.com"),
    lambda: calls.delete_contact("j\noe"),
    lambda: calls.iterate_contacts(page_size=0),
    lambda: calls.iterate_contacts(page_size=True),
    lambda: messaging_calls.send_message([], text="x"),
    lambda: messaging_calls.send_message([JOE] * 1001, text="x"),
    lambda: messaging_calls.send_message("joe", text="x"),
    lambda: messaging_calls.send_message(JOE),
    lambda: messaging_calls.send_message(JOE, text="x", template_id="T1"),
    lambda: messaging_calls.send_message(JOE, text="x", parameters={}),
    lambda: messaging_calls.send_message(JOE, text="x", channel="sms"),
    lambda: messaging_calls.send_message(
        JOE,
        text="x",
        scheduled_at=datetime(2026, 1, 1),  # noqa: DTZ001 - the point of the test
    ),
    lambda: messaging_calls.get_message(" "),
    lambda: webhook_calls.create(**{**HOOK, "event_types": "message"}),
]


@pytest.mark.parametrize("plan", REFUSED, ids=map(str, range(len(REFUSED))))
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    plan: Callable[[], object],
) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan()
    assert "5550123" not in str(caught.value).replace("'+12125550123'", "")


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_survives_the_query_and_nothing_else_does(number: str) -> None:
    assert inputs.is_number(number)
    line, _ = told(calls.get_contact(number))
    assert line.endswith(f"phone=%2B{number[1:]}")


# ------------------------------------------------------------------------- verbs of several calls


def run(verb: Call[Any], *replies: Response) -> tuple[list[tuple[str, bytes | None]], Any]:
    """Answer the calls of a verb in turn; return what they said, and what the verb came to."""
    assert isinstance(verb, Steps)
    flow = verb.flow()
    said = []
    try:
        call = next(flow)
        for reply in replies:
            said.append(told(call))
            try:
                answer = call.decode(reply)
            except SentoriError as error:
                call = flow.throw(error)
            else:
                call = flow.send(answer)
    except StopIteration as end:
        return said, end.value
    raise AssertionError(told(call))


FIND = ("GET contacts?page=1&page_size=1&phone=%2B12125550123", None)
CREATE = ("POST contacts", b'{"phone_number":"+12125550123"}')
THE_CONTACT = {"id": ID, "phone_number": JOE}
FOUND = listed(THE_CONTACT)
MADE = enveloped(THE_CONTACT, 201)
CHANGED = enveloped({**THE_CONTACT, "opt_out": True})
TAKEN = enveloped(None, 409, code="RESOURCE_007")


def patched(body: bytes) -> tuple[str, bytes]:
    return f"PATCH contacts/{ID}", body


def test_an_added_contact_is_given_its_fields_by_a_second_request() -> None:
    said, contact = run(calls.add_contact(JOE, {"opt_out": True}), MADE, CHANGED)

    assert said == [CREATE, patched(b'{"opt_out":true}')]
    assert contact.opt_out is True


@pytest.mark.parametrize(
    ("verb", "body", "operation"),
    [
        (calls.update_contact(JOE, {"opt_out": True}), b'{"opt_out":true}', "contacts.update"),
        (
            calls.update_contact(JOE, {"phone_number": JOE, "opt_out": None}),
            b'{"opt_out":null}',
            "contacts.update",
        ),
        (
            calls.update_contact(JOE, SentContact(ID, phone_number=JOE, opt_out=True)),
            b'{"opt_out":true}',
            "contacts.update",
        ),
        (calls.unsubscribe_all(JOE), b'{"opt_out":true}', "contacts.unsubscribe_all"),
    ],
)
def test_a_number_is_looked_up_before_its_contact_is_changed(
    verb: Call[Any], body: bytes, operation: str
) -> None:
    said, contact = run(verb, FOUND, CHANGED)

    assert said == [FIND, patched(body)]
    assert contact.opt_out is True


def test_a_number_is_looked_up_before_its_contact_is_deleted() -> None:
    said, result = run(calls.delete_contact(JOE), FOUND, Response(204, {}, b""))

    assert said == [FIND, (f"DELETE contacts/{ID}", None)]
    assert result is None


UPSERTS: list[tuple[dict[str, Any] | None, tuple[Response, ...], list[Any], bool]] = [
    (None, (MADE,), [CREATE], True),
    ({}, (MADE,), [CREATE], True),
    ({"opt_out": True}, (MADE, CHANGED), [CREATE, patched(b'{"opt_out":true}')], True),
    (None, (TAKEN, FOUND), [CREATE, FIND], False),
    (
        {"opt_out": True, "default_channel": UNSET},
        (TAKEN, FOUND, CHANGED),
        [CREATE, FIND, patched(b'{"opt_out":true}')],
        False,
    ),
]


@pytest.mark.parametrize(("fields", "replies", "said", "created"), UPSERTS)
def test_an_upsert_adds_and_where_the_number_is_taken_updates(
    fields: dict[str, Any] | None, replies: tuple[Response, ...], said: list[Any], created: bool
) -> None:
    found, result = run(calls.add_or_update_contact(JOE, fields), *replies)

    assert found == said
    assert isinstance(result, Upserted)
    assert result.created is created
    assert result.contact.id == ID


@pytest.mark.parametrize("status", [400, 500])
def test_half_an_addition_is_neither_applied_nor_not(status: int) -> None:
    code = "VALIDATION_006" if status == 400 else "INTERNAL_001"
    refused = enveloped(None, status, code=code)
    for verb in (calls.add_contact, calls.add_or_update_contact):
        with pytest.raises(Exception, match=code) as caught:
            run(verb(JOE, {"default_channel": "fax"}), MADE, refused)
        assert caught.value.applied is None  # type: ignore[attr-defined]
        assert "was added" in caught.value.__notes__[0]


def test_a_refused_update_of_an_upsert_is_surely_not_applied() -> None:
    refused = enveloped(None, 400, code="VALIDATION_006")
    with pytest.raises(Exception, match="VALIDATION_006") as caught:
        run(calls.add_or_update_contact(JOE, {"default_channel": "fax"}), TAKEN, FOUND, refused)

    assert caught.value.applied is False  # type: ignore[attr-defined]


def test_a_contact_without_an_id_cannot_be_changed() -> None:
    with pytest.raises(DecodeError, match="no id") as caught:
        run(calls.delete_contact(JOE), listed({"phone_number": JOE}))

    assert caught.value.applied is False


# ----------------------------------------------------------------------------------------- pages


def page_of(name: str, count: int, **pagination: object) -> Response:
    return enveloped({name: [{"id": f"{n}"} for n in range(count)], "pagination": pagination})


LISTINGS: list[tuple[Call[Any], str]] = [
    (calls.iterate_contacts(search="5", page_size=2), "contacts"),
    (messaging_calls.iterate_templates(search="5", page_size=2), "templates"),
    (webhook_calls.iterate(search="5", page_size=2), "webhooks"),
    (webhook_calls.deliveries("W1", search="5", page_size=2), "events"),
]


@pytest.mark.parametrize(("call", "name"), LISTINGS)
def test_a_page_leads_to_the_next_and_asks_it_the_same(call: Call[Any], name: str) -> None:
    page = call.decode(page_of(name, 2, has_more=True))

    assert [item.id for item in page.items] == ["0", "1"]
    assert page.next is not None
    assert page.next.request.path == call.request.path
    assert page.next.request.query == call.request.query.replace("page=1", "page=2", 1)
    last = page.next.decode(page_of(name, 1, has_more=False))
    assert (len(last.items), last.next) == (1, None)


@pytest.mark.parametrize(
    ("pagination", "count", "goes_on"),
    [
        ({"has_more": True}, 2, True),
        ({"has_more": True}, 0, False),
        ({"has_more": False, "total_pages": 9}, 2, False),
        ({"total_pages": 2}, 2, True),
        ({"total_pages": 1}, 2, False),
        ({"has_more": None, "total_pages": None}, 2, False),
        ({}, 2, False),
    ],
)
def test_the_last_page_is_told_by_whatever_the_answer_says_of_it(
    pagination: dict[str, object], count: int, goes_on: bool
) -> None:
    page = calls.iterate_contacts().decode(page_of("contacts", count, **pagination))

    assert (page.next is not None) is goes_on


@pytest.mark.parametrize(("call", "name"), LISTINGS)
@pytest.mark.parametrize("items", [None, ...])
def test_a_page_without_items_or_pagination_is_the_last(
    call: Call[Any], name: str, items: object
) -> None:
    page = call.decode(enveloped({name: None} if items is None else {"other": 1}))

    assert (page.items, page.next) == ([], None)
