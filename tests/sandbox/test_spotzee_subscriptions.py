"""Subscription types, users' states in them, and batches of states."""

from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.spotzee.state import PUBLISHABLE_KEY
from tests.sandbox.service import Start
from tests.sandbox.spotzee import Spotzee, code, start_spotzee

NEWS = {"id": 1, "name": "News", "channel": "email", "is_public": True}


@pytest.fixture
async def spotzee(start: Start) -> Spotzee:
    """Return a project with the types 1 (public) and 2 (not public), and two users."""
    found = await start_spotzee(start)
    found.project.subscriptions.add("News")
    found.project.subscriptions.add("Bills", "text", is_public=False)
    found.project.contacts.add_many({"external_id": name} for name in ("joe", "ann"))
    return found


def toggle(subscription_id: object, state: object, **more: object) -> dict[str, object]:
    return {**more, "subscription_id": subscription_id, "state": state}


# Types.


async def test_types_are_listed_and_read(spotzee: Spotzee) -> None:
    answer = await spotzee.ask("GET", "subscriptions?direction=asc&limit=1")
    assert (answer.json["results"], answer.json["limit"]) == ([NEWS], 1)
    assert answer.json["nextCursor"]
    assert (await spotzee.ask("GET", "subscriptions/1")).json == NEWS
    assert len((await spotzee.ask("GET", "subscriptions?q=bill")).json["results"]) == 1


@pytest.mark.parametrize("channel", ["email", "text", "push", "webhook", "in_app"])
async def test_a_type_is_created_with_200(spotzee: Spotzee, channel: str) -> None:
    answer = await spotzee.ask("POST", "subscriptions", {"name": "New", "channel": channel})
    assert answer.status == 200
    assert answer.json == {"id": 3, "name": "New", "channel": channel, "is_public": True}
    assert spotzee.project.subscriptions.all()[2] == answer.json


@pytest.mark.parametrize(
    ("body", "param", "fault"),
    [
        ({"channel": "email"}, "name", "parameter_missing"),
        ({"name": "", "channel": "email"}, "name", "parameter_invalid_format"),
        ({"name": "New"}, "channel", "parameter_missing"),
        ({"name": "New", "channel": "fax"}, "channel", "parameter_invalid_format"),
        ({"name": "New", "channel": []}, "channel", "parameter_invalid_format"),
        (
            {"name": "New", "channel": "email", "is_public": 1},
            "is_public",
            "parameter_invalid_format",
        ),
        ([], "body", "parameter_invalid_format"),
    ],
)
async def test_a_type_that_does_not_fit_is_refused(
    spotzee: Spotzee, body: Any, param: str, fault: str
) -> None:
    answer = await spotzee.ask("POST", "subscriptions", body)
    assert code(answer) == (422, "validation_failed")
    assert [(e["param"], e["code"]) for e in answer.json["errors"]] == [(param, fault)]
    assert len(spotzee.project.subscriptions.all()) == 2


async def test_a_type_is_changed(spotzee: Spotzee) -> None:
    changed = {**NEWS, "name": "Letters", "is_public": False}
    body = {"name": "Letters", "is_public": False}
    assert (await spotzee.ask("PATCH", "subscriptions/1", body)).json == changed
    assert (await spotzee.ask("PATCH", "subscriptions/1", {})).json == changed
    assert spotzee.project.subscriptions.all()[0] == changed


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("9", (404, "resource_missing")),
        ("99999999999999999999", (404, "resource_missing")),
        ("news", (400, "parameter_invalid_format")),
        ("-1", (400, "parameter_invalid_format")),
    ],
)
async def test_a_type_that_is_not_there_is_missing(
    spotzee: Spotzee, number: str, expected: tuple[int, str]
) -> None:
    for method, body in (("GET", None), ("PATCH", {"name": "x"})):
        assert code(await spotzee.ask(method, f"subscriptions/{number}", body)) == expected


async def test_a_seed_that_does_not_fit_is_refused(spotzee: Spotzee) -> None:
    with pytest.raises(InvalidInput):
        spotzee.project.subscriptions.add("New", "fax")
    for external_id, number in (("nobody", 1), ("joe", 9)):
        with pytest.raises(InvalidInput):
            spotzee.project.subscriptions.set(external_id, number, 0)
    assert spotzee.project.subscriptions.states("nobody") == {}


# A user's states.


async def test_no_state_counts_as_subscribed(spotzee: Spotzee) -> None:
    answer = await spotzee.ask("GET", "users/joe/subscriptions?direction=asc")
    assert answer.json["results"] == [
        {"subscription_id": 1, "state": 1, "name": "News", "channel": "email"},
        {"subscription_id": 2, "state": 1, "name": "Bills", "channel": "text"},
    ]
    assert answer.json.keys() == {"results", "nextCursor", "prevCursor", "limit"}


async def test_no_state_may_count_as_subscribed_for_public_types_only(start: Start) -> None:
    spotzee = await start_spotzee(start, absent_means_subscribed=False)
    spotzee.project.subscriptions.add("News")
    spotzee.project.subscriptions.add("Bills", is_public=False)
    spotzee.project.contacts.add("joe")
    assert spotzee.project.subscriptions.states("joe") == {1: 1, 2: 0}


async def test_states_come_in_pages_of_their_own_user(spotzee: Spotzee) -> None:
    spotzee.project.subscriptions.set("ann", 1, 0)
    first = (await spotzee.ask("GET", "users/joe/subscriptions?limit=1")).json
    path = f"users/joe/subscriptions?limit=1&cursor={first['nextCursor']}"
    second = (await spotzee.ask("GET", path)).json
    states = [(s["subscription_id"], s["state"]) for s in (*first["results"], *second["results"])]
    assert (states, second["nextCursor"]) == ([(2, 1), (1, 1)], None)


@pytest.mark.parametrize("state", [0, 1, 2])
async def test_a_users_states_are_changed_and_the_user_comes_back(
    spotzee: Spotzee, state: int
) -> None:
    for _ in range(2):  # the same again changes nothing
        answer = await spotzee.ask("PATCH", "users/joe/subscriptions", [toggle(2, state)])
        assert (answer.status, answer.json) == (200, spotzee.project.contacts.get("joe"))
    assert spotzee.project.subscriptions.states("joe") == {1: 1, 2: state}
    assert spotzee.project.subscriptions.states("ann") == {1: 1, 2: 1}


@pytest.mark.parametrize(
    "item",
    [
        *({}, [], 7, toggle(1, 3), toggle(1, None), toggle(1, True), toggle(1, "0")),
        *(toggle("1", 0), toggle(None, 0), toggle(1.5, 0), {"subscription_id": 1}, {"state": 0}),
    ],
)
async def test_a_change_that_does_not_fit_is_refused_with_its_neighbours(
    spotzee: Spotzee, item: Any
) -> None:
    answer = await spotzee.ask("PATCH", "users/joe/subscriptions", [toggle(1, 0), item])
    assert code(answer) == (422, "validation_failed")
    assert all(error["param"].startswith("1.") for error in answer.json["errors"])
    assert spotzee.project.subscriptions.states("joe") == {1: 1, 2: 1}


async def test_an_unknown_type_changes_nothing_at_all(spotzee: Spotzee) -> None:
    for number in (9, 2**64 - 1):
        body = [toggle(1, 0), toggle(number, 0)]
        answer = await spotzee.ask("PATCH", "users/joe/subscriptions", body)
        assert code(answer) == (404, "resource_missing")
    assert spotzee.project.subscriptions.states("joe") == {1: 1, 2: 1}


async def test_an_unknown_or_archived_user_has_no_states(spotzee: Spotzee) -> None:
    path, body = "users/{}/subscriptions", [toggle(1, 0)]
    for method in ("GET", "PATCH"):
        answer = await spotzee.ask(method, path.format("nobody"), body)
        assert code(answer) == (404, "resource_missing")
    spotzee.project.contacts.archive("joe")
    answer = await spotzee.ask("PATCH", path.format("joe"), body)
    assert code(answer) == (409, "archived_user_conflict")


async def test_a_failure_seeded_for_a_user_falls_on_its_states_too(spotzee: Spotzee) -> None:
    spotzee.project.contacts.refuse("joe", "internal_error")
    path, body = "users/joe/subscriptions", [toggle(1, 0)]
    assert code(await spotzee.ask("PATCH", path, body)) == (500, "internal_error")
    assert (await spotzee.ask("PATCH", path, body)).status == 200


async def test_a_deleted_users_states_go_with_it(spotzee: Spotzee) -> None:
    spotzee.project.subscriptions.set("joe", 1, 0)
    await spotzee.ask("DELETE", "users/joe")
    await spotzee.upsert({"external_id": "joe"})
    assert spotzee.project.subscriptions.states("joe") == {1: 1, 2: 1}


# Batches.


async def test_a_batch_answers_for_each_item(spotzee: Spotzee) -> None:
    await spotzee.upsert({"anonymous_id": "anon"})
    items = [
        toggle(1, 0, external_id="joe"),
        toggle(1, 0, external_id="nobody"),
        toggle(9, 0, external_id="joe"),
        toggle(2, 2, anonymous_id="anon"),
        toggle(2, 3, external_id="joe"),
        toggle(2, 0),
    ]
    answer = await spotzee.ask("POST", "subscriptions/batch", items)
    assert spotzee.item_codes(answer) == [
        *(None, "resource_missing", "resource_missing", None),
        *("validation_failed", "validation_failed"),
    ]
    assert answer.json["results"][3] == {
        "index": 3,
        "external_id": None,
        "anonymous_id": "anon",
        "subscription_id": 2,
        "state": 2,
    }
    assert answer.json["results"][1].keys() == {
        *("index", "external_id", "anonymous_id", "subscription_id", "error")
    }
    assert spotzee.project.subscriptions.states("joe") == {1: 0, 2: 1}


async def test_a_strict_batch_fails_as_a_whole(start: Start) -> None:
    spotzee = await start_spotzee(start, strict_batches=True)
    answer = await spotzee.ask("POST", "subscriptions/batch", [{"state": 0}])
    assert code(answer) == (422, "validation_failed")
    assert [e["param"] for e in answer.json["errors"]] == ["0.external_id", "0.subscription_id"]


@pytest.mark.parametrize("number", [0, 101])
async def test_a_batch_of_states_has_one_to_a_hundred(spotzee: Spotzee, number: int) -> None:
    for method, path in (
        ("POST", "subscriptions/batch"),
        ("PATCH", "users/joe/subscriptions"),
    ):
        body = [toggle(1, 0, external_id="joe")] * number
        assert code(await spotzee.ask(method, path, body)) == (422, "validation_failed")


# A user's own.


async def test_preferences_of_ones_own_are_no_matter_of_publishable_keys(spotzee: Spotzee) -> None:
    """September 2026; a server may still act for the user."""
    token = (await spotzee.ask("POST", "users/joe/sessions")).json["token"]
    headers, body = {"X-Spotzee-User-Token": token}, [toggle(1, 0)]
    refused = await spotzee.ask(
        "PATCH", "subscriptions/me", body, key=PUBLISHABLE_KEY, headers=headers
    )
    assert code(refused) == (403, "permission_denied")
    taken = await spotzee.ask("PATCH", "subscriptions/me", body, headers=headers)
    assert taken.status == 200
    assert spotzee.project.subscriptions.states("joe")[1] == 0


async def test_publishable_keys_may_change_preferences_where_the_specification_holds(
    start: Start,
) -> None:
    spotzee = await start_spotzee(start, publishable_preferences=True)
    spotzee.project.subscriptions.add("News")
    spotzee.project.contacts.add("joe")
    token = (await spotzee.ask("POST", "users/joe/sessions")).json["token"]
    for sent, status in ((token, 200), ("x", 401)):
        answer = await spotzee.ask(
            "PATCH",
            "subscriptions/me",
            [toggle(1, 0)],
            key=PUBLISHABLE_KEY,
            headers={"X-Spotzee-User-Token": sent},
        )
        assert answer.status == status
