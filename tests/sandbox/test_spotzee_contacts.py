"""Users: both upserts, reads, deletes that are only queued, and sessions."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.spotzee.state import PUBLISHABLE_KEY, SPOTZEE_KEY
from sentori_async.sandbox.spotzee.stores.queue import Job
from tests.sandbox.service import Start
from tests.sandbox.spotzee import JOE, Spotzee, code, start_spotzee

NOON = dt.datetime(2026, 3, 1, 12, 0, 0, 500_000)  # noqa: DTZ001 - UTC, as the sandbox has it


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> dt.datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
async def spotzee(start: Start) -> Spotzee:
    return await start_spotzee(start, clock=lambda: NOON)


# The batch that answers for each item.


async def test_an_upsert_answers_with_the_whole_user(spotzee: Spotzee) -> None:
    answer = await spotzee.upsert({**JOE, "phone": "+44 20 7946 0000", "timezone": "Europe/London"})
    user = {
        "id": 1,
        "project_id": 1,
        "external_id": "joe",
        "anonymous_id": None,
        "email": "joe@example.com",
        "phone": "+442079460000",
        "timezone": "Europe/London",
        "locale": None,
        "data": {"first_name": "Joe"},
        "has_push_device": False,
        "devices": [],
        "created_at": "2026-03-01T12:00:00.500Z",
        "updated_at": "2026-03-01T12:00:00.500Z",
    }
    result = {"index": 0, "external_id": "joe", "anonymous_id": None, "user": user}
    assert (answer.status, answer.json) == (
        200,
        {"results": [result], "succeeded": 1, "failed": 0},
    )
    assert (await spotzee.ask("GET", "users/joe")).json == user
    assert spotzee.project.contacts.get("joe") == user


async def test_one_bad_item_leaves_its_neighbours_alone(spotzee: Spotzee) -> None:
    """Partial success is a 200."""
    answer = await spotzee.upsert(JOE, {"email": "a@example.com"}, {"external_id": "ann"})
    assert spotzee.item_codes(answer) == [None, "validation_failed", None]
    assert answer.json["results"][1].keys() == {"index", "external_id", "anonymous_id", "error"}
    assert answer.json["results"][1]["error"].keys() == {"code", "message"}
    assert [result["index"] for result in answer.json["results"]] == [0, 1, 2]
    assert [user["external_id"] for user in spotzee.project.contacts.all()] == ["joe", "ann"]


@pytest.mark.parametrize(
    "item",
    [
        *({}, [], "joe", None, 7),
        *({"external_id": None}, {"external_id": ""}, {"external_id": " "}, {"external_id": 7}),
        {"external_id": "a", "anonymous_id": 7},
        *({"external_id": "a", "email": "a"}, {"external_id": "a", "email": 7}),
        *({"external_id": "a", "phone": "020 7946"}, {"external_id": "a", "phone": 7}),
        *({"external_id": "a", "timezone": 7}, {"external_id": "a", "locale": []}),
        *({"external_id": "a", "data": []}, {"external_id": "a", "data": "x"}),
    ],
)
async def test_an_item_that_does_not_fit_fails_by_itself(spotzee: Spotzee, item: Any) -> None:
    answer = await spotzee.upsert(item, JOE)
    assert spotzee.item_codes(answer) == ["validation_failed", None]
    assert spotzee.project.contacts.count() == 1


async def test_absent_fields_stay_null_clears_and_data_is_merged(spotzee: Spotzee) -> None:
    await spotzee.upsert({**JOE, "locale": "en-GB"})
    await spotzee.upsert({"external_id": "joe", "email": None, "data": {"last_name": None}})
    user = spotzee.project.contacts.get("joe")
    assert user is not None
    assert (user["email"], user["locale"]) == (None, "en-GB")
    assert user["data"] == {"first_name": "Joe", "last_name": None}
    await spotzee.upsert({"external_id": "joe", "data": None})
    assert spotzee.project.contacts.all()[0]["data"] == {}


async def test_data_may_be_replaced_as_a_whole(start: Start) -> None:
    spotzee = await start_spotzee(start, merge_data=False)
    await spotzee.upsert(JOE, {"external_id": "joe", "data": {"a": 1}})
    assert spotzee.project.contacts.all()[0]["data"] == {"a": 1}


async def test_two_items_for_one_user_are_applied_in_their_order(spotzee: Spotzee) -> None:
    await spotzee.upsert(*({"external_id": "joe", "data": {"n": n}} for n in range(3)))
    assert spotzee.project.contacts.all()[0]["data"] == {"n": 2}


@pytest.mark.parametrize("method_and_path", ["POST users/batch", "PATCH users"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ([], (422, "validation_failed")),
        ({}, (422, "validation_failed")),
        (JOE, (422, "validation_failed")),
        ([JOE] * 101, (422, "validation_failed")),
        (b"", (400, "parameter_missing")),
        (b"[{", (400, "parameter_invalid_format")),
    ],
)
async def test_a_batch_is_an_array_of_one_to_a_hundred(
    spotzee: Spotzee, method_and_path: str, body: Any, expected: tuple[int, str]
) -> None:
    method, path = method_and_path.split()
    assert code(await spotzee.ask(method, path, body)) == expected
    assert spotzee.project.contacts.count() == 0
    assert (await spotzee.ask(method, path, [JOE] * 100)).status in {200, 204}


@pytest.mark.parametrize("method_and_path", ["POST users/batch", "PATCH users"])
async def test_a_strict_batch_fails_as_a_whole_and_says_where(
    start: Start, method_and_path: str
) -> None:
    spotzee = await start_spotzee(start, strict_batches=True)
    method, path = method_and_path.split()
    answer = await spotzee.ask(method, path, [JOE, {"external_id": "a", "email": "a"}])
    assert code(answer) == (422, "validation_failed")
    assert [(e["param"], e["code"]) for e in answer.json["errors"]] == [
        ("1.email", "parameter_invalid_format")
    ]
    assert spotzee.project.contacts.count() == 0


# Two ids.


async def test_an_anonymous_user_becomes_a_known_one(spotzee: Spotzee) -> None:
    await spotzee.upsert({"anonymous_id": "anon", "data": {"seen": 1}})
    assert spotzee.project.contacts.all()[0]["external_id"] == ""
    await spotzee.upsert({"anonymous_id": "anon", "external_id": "joe"})
    assert (await spotzee.upsert({"anonymous_id": "anon"})).json["results"][0]["user"]["id"] == 1
    (user,) = spotzee.project.contacts.all()
    assert (user["external_id"], user["data"]) == ("joe", {"seen": 1})


async def test_a_known_user_takes_over_an_anonymous_one(spotzee: Spotzee) -> None:
    await spotzee.upsert(JOE, {"anonymous_id": "anon"})
    await spotzee.upsert({"anonymous_id": "anon", "external_id": "joe"})
    (user,) = spotzee.project.contacts.all()
    assert (user["id"], user["anonymous_id"]) == (1, "anon")


async def test_an_anonymous_id_is_never_taken_from_a_known_user(spotzee: Spotzee) -> None:
    await spotzee.upsert({**JOE, "anonymous_id": "anon"}, {"external_id": "ann"})
    for other in ("ann", "new"):
        answer = await spotzee.upsert({"external_id": other, "anonymous_id": "anon"})
        assert spotzee.item_codes(answer) == ["resource_already_exists"]
    assert spotzee.project.contacts.count() == 2


async def test_an_external_id_is_compared_letter_by_letter(spotzee: Spotzee) -> None:
    await spotzee.upsert({"external_id": "joe"}, {"external_id": "JOE"})
    assert spotzee.project.contacts.count() == 2


@pytest.mark.parametrize(
    ("external_id", "path"),
    [("a/b", "a%2Fb"), ("a b", "a%20b"), ("é", "%C3%A9"), ("a%2Fb", "a%252Fb"), ("7", "7")],
)
async def test_an_external_id_may_hold_anything(
    spotzee: Spotzee, external_id: str, path: str
) -> None:
    await spotzee.upsert({"external_id": external_id})
    assert (await spotzee.ask("GET", f"users/{path}")).json["external_id"] == external_id


# What keeps users from being written.


async def test_an_archived_user_is_not_seen_and_takes_no_changes(spotzee: Spotzee) -> None:
    spotzee.project.contacts.add("joe")
    spotzee.project.contacts.archive("joe")
    assert spotzee.item_codes(await spotzee.upsert(JOE)) == ["archived_user_conflict"]
    assert code(await spotzee.ask("GET", "users/joe")) == (404, "resource_missing")
    assert (await spotzee.ask("GET", "users")).json["results"] == []


async def test_a_full_project_takes_changes_and_no_new_users(start: Start) -> None:
    spotzee = await start_spotzee(start, user_capacity=1)
    answer = await spotzee.upsert(JOE, {"external_id": "ann"}, JOE)
    assert spotzee.item_codes(answer) == [None, "user_capacity_exhausted", None]


async def test_addresses_may_be_one_users_only(start: Start) -> None:
    spotzee = await start_spotzee(start, unique_emails=True)
    shouted = {**JOE, "email": "Joe@EXAMPLE.com"}
    ann = {"external_id": "ann", "email": "JOE@example.com"}
    answer = await spotzee.upsert(shouted, ann, JOE)
    assert spotzee.item_codes(answer) == [None, "resource_already_exists", None]


async def test_a_user_can_be_made_to_fail_as_often_as_one_likes(spotzee: Spotzee) -> None:
    spotzee.project.contacts.refuse("joe", "service_unavailable", "internal_error")
    answer = await spotzee.upsert(JOE, {"external_id": "ann"}, JOE, JOE)
    assert spotzee.item_codes(answer) == ["service_unavailable", None, "internal_error", None]


async def test_classified_attributes_are_kept_and_never_shown(start: Start) -> None:
    spotzee = await start_spotzee(start, classified=frozenset({"iban"}))
    answer = await spotzee.upsert({**JOE, "data": {"iban": "x", "a": 1}})
    assert answer.json["results"][0]["user"]["data"] == {"a": 1}
    assert (await spotzee.ask("GET", "users/joe")).json["data"] == {"a": 1}


async def test_null_fields_may_be_left_out(start: Start) -> None:
    spotzee = await start_spotzee(start, omit_nulls=True)
    await spotzee.upsert(JOE)
    user = (await spotzee.ask("GET", "users/joe")).json
    assert "email" in user
    assert not user.keys() & {"phone", "timezone", "locale", "anonymous_id"}


# What is only accepted.


async def test_a_queued_upsert_answers_nothing_and_has_happened_by_the_next_request(
    spotzee: Spotzee,
) -> None:
    answer = await spotzee.ask("PATCH", "users", [{"email": "nobody's"}, JOE])
    assert (answer.status, answer.body) == (204, b"")
    assert (await spotzee.ask("GET", "users/joe")).status == 200
    assert spotzee.project.contacts.count() == 1


async def test_what_is_queued_takes_effect_late_and_in_its_order(start: Start) -> None:
    clock = Clock()
    spotzee = await start_spotzee(start, clock=clock, visible_after_s=5)
    contacts = spotzee.project.contacts
    await spotzee.ask("PATCH", "users", [{"external_id": "joe", "data": {"n": 1}}])
    clock.forward(1)
    await spotzee.ask("PATCH", "users", [{"external_id": "joe", "data": {"n": 2}}])
    clock.forward(1)
    await spotzee.ask("DELETE", "users/joe")
    assert (contacts.count(), len(contacts.queue)) == (0, 3)
    for passed, expected in [(2.9, None), (0.1, 1), (1, 2), (1, None)]:
        clock.forward(passed)
        answer = await spotzee.ask("GET", "users/joe")
        assert (answer.json["data"]["n"] if answer.status == 200 else None) == expected
    assert len(contacts.queue) == 0


async def test_a_synchronous_upsert_overtakes_a_queued_delete(start: Start) -> None:
    """Which then deletes what came after it."""
    spotzee = await start_spotzee(start, visible_after_s=60)
    spotzee.project.contacts.add("joe")
    await spotzee.ask("DELETE", "users/joe")
    await spotzee.upsert(JOE)
    assert spotzee.project.contacts.count() == 1
    spotzee.project.contacts.queue.apply_all()
    assert spotzee.project.contacts.count() == 0


@pytest.mark.parametrize("path", ["users/joe", "users?user_id=joe", "users?user_id=x&user_id=joe"])
async def test_a_delete_is_accepted_whether_there_is_a_user_or_not(
    spotzee: Spotzee, path: str
) -> None:
    spotzee.project.contacts.add("joe")
    spotzee.project.contacts.add("ann")
    for _ in range(2):
        answer = await spotzee.ask("DELETE", path)
        assert (answer.status, answer.body) == (204, b"")
    assert [user["external_id"] for user in spotzee.project.contacts.all()] == ["ann"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "parameter_missing"),
        ("?user_id=", "parameter_invalid_empty"),
        ("?user_id=joe&user_id=", "parameter_invalid_empty"),
        ("?user_id=&user_id=joe", "parameter_invalid_empty"),
        ("?user_id=joe&id=7", "parameter_unknown"),
    ],
)
async def test_deleting_many_wants_their_ids(spotzee: Spotzee, query: str, expected: str) -> None:
    spotzee.project.contacts.add("joe")
    assert code(await spotzee.ask("DELETE", f"users{query}")) == (400, expected)
    assert spotzee.project.contacts.count() == 1


async def test_a_deleted_users_number_is_not_given_again(spotzee: Spotzee) -> None:
    await spotzee.upsert(JOE)
    await spotzee.ask("DELETE", "users/joe")
    assert (await spotzee.upsert(JOE)).json["results"][0]["user"]["id"] == 2


# Sessions.


async def test_a_session_lets_a_browser_read_its_user_for_a_quarter_of_an_hour(
    start: Start,
) -> None:
    clock = Clock()
    spotzee = await start_spotzee(start, clock=clock)
    spotzee.project.contacts.add("joe")
    session = (await spotzee.ask("POST", "users/joe/sessions")).json
    assert session["expires_at"] == "2026-03-01T12:15:00.500Z"
    headers = {"X-Spotzee-User-Token": session["token"]}
    mine = await spotzee.ask("GET", "users/me", key=PUBLISHABLE_KEY, headers=headers)
    assert mine.json["external_id"] == "joe"
    clock.forward(15 * 60)
    for sent in (headers, {}, {"X-Spotzee-User-Token": "x"}):
        answer = await spotzee.ask("GET", "users/me", key=PUBLISHABLE_KEY, headers=sent)
        assert code(answer) == (401, "authentication_required")
    assert code(await spotzee.ask("POST", "users/ann/sessions")) == (404, "resource_missing")


# Projects and seeds.


async def test_two_projects_share_nothing(spotzee: Spotzee) -> None:
    other = spotzee.project.accounts.add("sk_other")
    other.contacts.add("joe", {"data": {"a": 1}})
    assert code(await spotzee.ask("GET", "users/joe")) == (404, "resource_missing")
    user = (await spotzee.ask("GET", "users/joe", key="sk_other")).json
    assert (user["project_id"], user["data"]) == (other.project_id, {"a": 1})
    assert "sk_" not in repr(other)


async def test_a_project_needs_a_new_secret_key(spotzee: Spotzee) -> None:
    accounts = spotzee.project.accounts
    for key in (SPOTZEE_KEY, "pk_new", "ok_new", ""):
        with pytest.raises(InvalidInput):
            accounts.add(key)
    for key in (SPOTZEE_KEY, "ok_new", ""):
        with pytest.raises(InvalidInput):
            accounts.add_key(spotzee.project, key)


async def test_a_seed_that_does_not_fit_is_refused(spotzee: Spotzee) -> None:
    contacts = spotzee.project.contacts
    with pytest.raises(InvalidInput):
        contacts.add_many([{"external_id": "new"}, {"external_id": "a", "email": "a"}])
    assert contacts.count() == 0
    assert contacts.add_many({"external_id": f"u{n}"} for n in range(100)) == 100
    with pytest.raises(InvalidInput, match="taken"):
        contacts.add("u7")


async def test_a_state_file_keeps_projects_users_and_what_is_queued(tmp_path: Any) -> None:
    clock = Clock()
    async with Sandbox(state=tmp_path / "state.db", clock=clock) as sandbox:
        sandbox.spotzee.accounts.add("sk_other")
        sandbox.spotzee.contacts.add("joe", JOE)
        sandbox.spotzee.contacts.queue.put(Job.DELETE, ["ann"])
    async with Sandbox(state=tmp_path / "state.db", clock=clock) as sandbox:
        assert len(sandbox.spotzee.contacts.queue) == 1
        assert [user["email"] for user in sandbox.spotzee.contacts.all()] == ["joe@example.com"]
        other = sandbox.spotzee.accounts.find("Bearer sk_other").project
        assert (other.api_key, other.contacts.count()) == ("sk_other", 0)
