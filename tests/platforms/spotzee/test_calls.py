"""Every verb becomes the request that Spotzee documents, and nothing else is ever sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import DecodeError, InvalidInput
from sentori_async.platforms.spotzee import calls, inputs, listings, operations
from sentori_async.platforms.spotzee.models import SpotzeeEvent, SpotzeeUser, SpotzeeUserPatch
from sentori_async.platforms.spotzee.preferences import (
    SpotzeeChannel,
    SpotzeeSubscriptionChange,
    SpotzeeSubscriptionState,
)
from sentori_async.unset import UNSET
from sentori_async.wire.message import Call, Response, Safety

U = "cust/1 ä"
PATH = "users/cust%2F1%20%C3%A4"
IN, OUT = SpotzeeSubscriptionState.OPTED_IN, SpotzeeSubscriptionState.UNSUBSCRIBED
SUBSCRIBED = SpotzeeSubscriptionState.SUBSCRIBED

# The call, its request line, its query, its body, whether a repeat is safe.
PLANNED: list[tuple[Call[Any], str, str, Any, Safety]] = [
    (listings.iterate_contacts(), "GET users", "limit=100", None, Safety.READ),
    (
        listings.iterate_contacts(q="a b", sort="id", direction="asc", page_size=7),
        "GET users",
        "limit=7&q=a%20b&sort=id&direction=asc",
        None,
        Safety.READ,
    ),
    (calls.get_contact(U), f"GET {PATH}", "", None, Safety.READ),
    (
        calls.add_or_update_contact(U, {"email": "joe@example.com", "phone": None}),
        "POST users/batch",
        "",
        [{"email": "joe@example.com", "phone": None, "external_id": U}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.add_or_update_contact(U),
        "POST users/batch",
        "",
        [{"external_id": U}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.add_or_update_contact(U, SpotzeeUser(1, 2, U, UNSET, "a@b.com", data={"x": 1})),
        "POST users/batch",
        "",
        [{"external_id": U, "email": "a@b.com", "data": {"x": 1}}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.add_or_update_many(
            [SpotzeeUserPatch(anonymous_id="anon", locale=None), {"external_id": U}]
        ),
        "POST users/batch",
        "",
        [{"anonymous_id": "anon", "locale": None}, {"external_id": U}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.queue_contacts([{"external_id": U, "email": UNSET}]),
        "PATCH users",
        "",
        [{"external_id": U}],
        Safety.IDEMPOTENT,
    ),
    (calls.delete_contact(U), f"DELETE {PATH}", "", None, Safety.IDEMPOTENT),
    (
        calls.delete_many(["a&b", "c"]),
        "DELETE users",
        "user_id=a%26b&user_id=c",
        None,
        Safety.IDEMPOTENT,
    ),
    (calls.create_session(U), f"POST {PATH}/sessions", "", None, Safety.UNSAFE),
    (
        listings.contact_subscriptions(U),
        f"GET {PATH}/subscriptions",
        "limit=100",
        None,
        Safety.READ,
    ),
    (
        calls.subscribe(U, 4),
        f"PATCH {PATH}/subscriptions",
        "",
        [{"subscription_id": 4, "state": 1}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.subscribe(U, 4, IN),
        f"PATCH {PATH}/subscriptions",
        "",
        [{"subscription_id": 4, "state": 2}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.unsubscribe(U, 4),
        f"PATCH {PATH}/subscriptions",
        "",
        [{"subscription_id": 4, "state": 0}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.set_subscriptions(U, {4: IN, 5: 0}),
        f"PATCH {PATH}/subscriptions",
        "",
        [{"subscription_id": 4, "state": 2}, {"subscription_id": 5, "state": 0}],
        Safety.IDEMPOTENT,
    ),
    (
        calls.batch_subscriptions(
            [
                SpotzeeSubscriptionChange(external_id=U, subscription_id=4, state=IN),
                {"anonymous_id": "anon", "subscription_id": "5", "state": 0, "external_id": None},
            ]
        ),
        "POST subscriptions/batch",
        "",
        [
            {"external_id": U, "subscription_id": 4, "state": 2},
            {"anonymous_id": "anon", "subscription_id": 5, "state": 0},
        ],
        Safety.IDEMPOTENT,
    ),
    (listings.iterate_subscriptions(), "GET subscriptions", "limit=100", None, Safety.READ),
    (calls.get_subscription(4), "GET subscriptions/4", "", None, Safety.READ),
    (
        calls.create_subscription("News", channel=SpotzeeChannel.EMAIL),
        "POST subscriptions",
        "",
        {"name": "News", "channel": "email"},
        Safety.UNSAFE,
    ),
    (
        calls.create_subscription("News", channel="text", is_public=False),
        "POST subscriptions",
        "",
        {"name": "News", "channel": "text", "is_public": False},
        Safety.UNSAFE,
    ),
    (
        calls.update_subscription(4, is_public=True),
        "PATCH subscriptions/4",
        "",
        {"is_public": True},
        Safety.IDEMPOTENT,
    ),
    (listings.iterate_lists(page_size=1), "GET lists", "limit=1", None, Safety.READ),
    (calls.get_list(4), "GET lists/4", "", None, Safety.READ),
    (
        calls.create_list("VIP", type="static"),
        "POST lists",
        "",
        {"name": "VIP", "type": "static"},
        Safety.UNSAFE,
    ),
    (
        calls.update_list(4, name="VIP", tags=["a"], published=True),
        "PATCH lists/4",
        "",
        {"name": "VIP", "tags": ["a"], "published": True},
        Safety.IDEMPOTENT,
    ),
    (calls.delete_list(4), "DELETE lists/4", "", None, Safety.UNSAFE),
    (
        calls.create_events(
            [SpotzeeEvent(name="seen", external_id=U), {"name": "x", "anonymous_id": "a"}]
        ),
        "POST events",
        "",
        [{"name": "seen", "external_id": U}, {"name": "x", "anonymous_id": "a"}],
        Safety.UNSAFE,
    ),
]


@pytest.mark.parametrize(
    ("call", "line", "query", "body", "safety"),
    PLANNED,
    ids=[f"{p[0].request.operation.name}-{n}" for n, p in enumerate(PLANNED)],
)
def test_a_verb_becomes_one_request(
    call: Call[Any], line: str, query: str, body: Any, safety: Safety
) -> None:
    request = call.request
    assert f"{request.operation.method} {request.path}" == line
    assert request.query == query
    assert (None if request.body is None else orjson.loads(request.body)) == body
    assert request.operation.safety is safety
    assert request.operation.platform == "spotzee"
    assert U not in request.operation.template


def test_every_operation_is_planned_by_some_verb() -> None:
    known = {value for name, value in vars(operations).items() if name.isupper() and name[0] != "_"}
    known.discard(operations.PLATFORM)
    planned = {call.request.operation for call, *_ in PLANNED}
    (unsubscribe_all,) = calls.unsubscribe_all(U, [1])
    assert planned | {unsubscribe_all.request.operation} == known


def test_reads_are_never_settled_and_writes_nearly_always() -> None:
    """What is left alone: creating, and deleting a list, where nothing tells."""
    unsettled = {
        call.request.operation.name
        for call, *_ in PLANNED
        if call.settle is None and call.request.operation.safety is not Safety.READ
    }
    assert unsettled == {"subscriptions.create", "lists.create", "lists.delete"}
    reads = [call for call, *_ in PLANNED if call.request.operation.safety is Safety.READ]
    assert all(call.settle is None for call in reads)


def test_unsubscribing_from_all_goes_by_hundreds() -> None:
    planned = calls.unsubscribe_all(U, list(range(1, 202)))
    sent = [orjson.loads(call.request.body or b"") for call in planned]
    assert [len(items) for items in sent] == [100, 100, 1]
    assert sorted(i["subscription_id"] for items in sent for i in items) == list(range(1, 202))
    assert {i["state"] for items in sent for i in items} == {0}
    assert calls.unsubscribe_all(U, []) == []


ODD: dict[str, Callable[[], object]] = {
    "external id: number": lambda: calls.get_contact(5),  # type: ignore[arg-type]
    "external id: empty": lambda: calls.get_contact(""),
    "external id: blank": lambda: calls.add_or_update_contact(" \t"),
    "external id: a path of its own": lambda: calls.get_contact("me"),
    "external id: dots": lambda: calls.delete_contact(".."),
    "external id: control": lambda: calls.create_session("a\nb"),
    "rename": lambda: calls.add_or_update_contact("a", {"external_id": "b"}),
    "fields: text": lambda: calls.add_or_update_contact("a", "x"),  # type: ignore[arg-type]
    "fields: NaN": lambda: calls.add_or_update_contact("a", {"data": {"x": float("nan")}}),
    "many: one": lambda: calls.add_or_update_many({"external_id": "a"}),  # type: ignore[dict-item]
    "many: one user": lambda: calls.queue_contacts(SpotzeeUser()),  # type: ignore[arg-type]
    "many: a number": lambda: calls.queue_contacts(5),  # type: ignore[arg-type]
    "many: none": lambda: calls.add_or_update_many([]),
    "many: 101": lambda: calls.add_or_update_many([{"external_id": "a"}] * 101),
    "many: nobody": lambda: calls.add_or_update_many([{"email": "joe@example.com"}]),
    "many: blank": lambda: calls.add_or_update_many([{"external_id": " "}]),
    "many: no text": lambda: calls.queue_contacts([{"anonymous_id": 5}]),
    "delete: text": lambda: calls.delete_many("abc"),
    "delete: none": lambda: calls.delete_many([]),
    "delete: 101": lambda: calls.delete_many(["a"] * 101),
    "delete: long": lambda: calls.delete_many(["a" * 600] * 10),
    "number: zero": lambda: calls.get_list(0),
    "number: bool": lambda: calls.get_list(True),
    "number: text": lambda: calls.get_subscription("x"),  # type: ignore[arg-type]
    "number: huge": lambda: calls.get_subscription("9" * 20),  # type: ignore[arg-type]
    "subscribe: out": lambda: calls.subscribe("a", 4, OUT),
    "state: 3": lambda: calls.set_subscriptions("a", {4: 3}),
    "state: bool": lambda: calls.set_subscriptions("a", {4: True}),
    "states: none": lambda: calls.set_subscriptions("a", {}),
    "states: list": lambda: calls.set_subscriptions("a", [4]),  # type: ignore[arg-type]
    "change: number": lambda: calls.batch_subscriptions([5]),  # type: ignore[list-item]
    "change: nobody": lambda: calls.batch_subscriptions([{"subscription_id": 4, "state": 1}]),
    "change: no type": lambda: calls.batch_subscriptions([{"external_id": "a", "state": 1}]),
    "change: no state": lambda: calls.batch_subscriptions(
        [{"external_id": "a", "subscription_id": 4}]
    ),
    "event: number": lambda: calls.create_events([5]),  # type: ignore[list-item]
    "event: no name": lambda: calls.create_events([{"external_id": "a"}]),
    "event: nobody": lambda: calls.create_events([{"name": "seen"}]),
    "event: one": lambda: calls.create_events(SpotzeeEvent(name="x")),  # type: ignore[arg-type]
    "name: blank": lambda: calls.create_list(" ", type="static"),
    "name: none": lambda: calls.create_subscription(None, channel="email"),  # type: ignore[arg-type]
    "nothing to change": lambda: calls.update_subscription(4),
    "page size: 0": lambda: listings.iterate_contacts(page_size=0),
    "page size: 101": lambda: listings.iterate_lists(page_size=101),
    "page size: bool": lambda: listings.iterate_lists(page_size=True),
    "direction": lambda: listings.iterate_lists(direction="up"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("plan", ODD.values(), ids=ODD)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    plan: Callable[[], object],
) -> None:
    with pytest.raises(InvalidInput) as caught:
        plan()
    assert "joe" not in str(caught.value)


@given(st.text(min_size=1).filter(lambda text: text.strip() and text != "me"))
def test_no_external_id_bends_the_path(external_id: str) -> None:
    try:
        path = calls.get_contact(external_id).request.path
    except InvalidInput:
        return
    assert path.isascii()
    assert path.count("/") == 1
    assert not {"?", "#"} & set(path)


def test_numbers_may_come_as_text() -> None:
    assert inputs.number("42", "list") == 42


# ------------------------------------------------------------------------------------- listings


def _page(*ids: int, **cursors: object) -> Response:
    results = [{"id": n, "name": "x", "email": "a@example.com"} for n in ids]
    return Response(200, {}, orjson.dumps({"results": results, "limit": 2, **cursors}))


@pytest.mark.parametrize("end", [{}, {"nextCursor": None}, {"nextCursor": ""}])
def test_a_listing_goes_on_until_there_is_no_next_cursor(end: dict[str, object]) -> None:
    first = listings.iterate_contacts(q="x", page_size=2)
    page = first.decode(_page(1, 2, nextCursor="a/b", prevCursor=None))
    assert [user.id for user in page.items] == [1, 2]
    assert page.next is not None
    assert page.next.request.query == "limit=2&q=x&cursor=a%2Fb&page=next"
    last = page.next.decode(_page(3, **end))
    assert [user.id for user in last.items] == [3]
    assert last.next is None


def test_a_cursor_that_leads_to_its_own_page_is_no_endless_listing() -> None:
    page = listings.iterate_lists().decode(_page(1, nextCursor="a"))
    assert page.next is not None
    with pytest.raises(DecodeError, match="nextCursor"):
        page.next.decode(_page(1, nextCursor="a"))
