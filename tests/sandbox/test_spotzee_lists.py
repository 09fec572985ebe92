"""Lists, segments and events."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from tests.sandbox.service import Start
from tests.sandbox.spotzee import Spotzee, code, start_spotzee

NOON = dt.datetime(2026, 3, 1, 12, 0, 0)  # noqa: DTZ001 - UTC, as the sandbox has it
RULE = {"uuid": "r1", "type": "wrapper", "group": "parent", "children": []}


@pytest.fixture
async def spotzee(start: Start) -> Spotzee:
    return await start_spotzee(start, clock=lambda: NOON)


async def create(spotzee: Spotzee, **body: object) -> Any:
    answer = await spotzee.ask("POST", "lists", {"name": "A", "type": "static", **body})
    assert answer.status == 200
    return answer.json


async def test_a_list_is_created_with_200_and_read_again(spotzee: Spotzee) -> None:
    made = await create(spotzee, tags=["x"])
    assert made == {
        "id": 1,
        "project_id": 1,
        "name": "A",
        "type": "static",
        "state": "ready",
        "rule_id": None,
        "version": 1,
        "users_count": None,
        "tags": ["x"],
        "is_visible": True,
        "refreshed_at": None,
        "created_at": "2026-03-01T12:00:00.000Z",
        "updated_at": "2026-03-01T12:00:00.000Z",
    }
    assert (await spotzee.ask("GET", "lists/1")).json == made
    assert (await spotzee.ask("GET", "lists")).json["results"] == [made]


async def test_a_segment_is_a_draft_until_it_is_published(spotzee: Spotzee) -> None:
    made = await create(spotzee, type="dynamic", rule=RULE)
    assert (made["state"], made["rule"]) == ("draft", RULE)
    body = {"name": "B", "published": True, "rule": {**RULE, "children": [RULE]}, "tags": ["y"]}
    changed = (await spotzee.ask("PATCH", "lists/1", body)).json
    assert (changed["name"], changed["state"], changed["version"]) == ("B", "ready", 2)
    assert (changed["rule"], changed["tags"]) == (body["rule"], ["y"])
    assert spotzee.project.lists.get(1) == changed


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"type": "static"}, "name"),
        ({"name": "A"}, "type"),
        ({"name": "A", "type": "smart"}, "type"),
        ({"name": "A", "type": []}, "type"),
        ({"name": 7, "type": "static"}, "name"),
        ({"name": "A", "type": "static", "tags": "x"}, "tags"),
        ({"name": "A", "type": "static", "tags": [7]}, "tags"),
        ({"name": "A", "type": "static", "is_visible": "no"}, "is_visible"),
        ({"name": "A", "type": "static", "rule": RULE}, "rule"),
        ({"name": "A", "type": "dynamic"}, "rule"),
        ({"name": "A", "type": "dynamic", "rule": None}, "rule"),
        ({"name": "A", "type": "dynamic", "rule": {**RULE, "uuid": 7}}, "rule.uuid"),
        ({"name": "A", "type": "dynamic", "rule": {**RULE, "type": []}}, "rule.type"),
        ({"name": "A", "type": "dynamic", "rule": {**RULE, "group": "x"}}, "rule.group"),
        ({"name": "A", "type": "dynamic", "rule": {**RULE, "children": {}}}, "rule.children"),
        ({"name": "A", "type": "dynamic", "rule": {**RULE, "children": [7]}}, "rule.children.0"),
    ],
)
async def test_a_list_that_does_not_fit_is_refused(spotzee: Spotzee, body: Any, param: str) -> None:
    answer = await spotzee.ask("POST", "lists", body)
    assert code(answer) == (422, "validation_failed")
    assert [error["param"] for error in answer.json["errors"]] == [param]
    assert spotzee.project.lists.all() == []


async def test_a_change_of_a_list_needs_its_name(spotzee: Spotzee) -> None:
    await create(spotzee)
    bodies: tuple[dict[str, object], ...] = ({}, {"tags": []}, {"name": None})
    for body in bodies:
        assert code(await spotzee.ask("PATCH", "lists/1", body)) == (422, "validation_failed")
    assert (await spotzee.ask("PATCH", "lists/1", {"name": "A"})).json["version"] == 2


async def test_a_name_is_one_lists_only(spotzee: Spotzee) -> None:
    await create(spotzee)
    await create(spotzee, name="B")
    for method, path in (("POST", "lists"), ("PATCH", "lists/2")):
        answer = await spotzee.ask(method, path, {"name": "A", "type": "static"})
        assert code(answer) == (409, "resource_already_exists")
    await spotzee.ask("DELETE", "lists/1")
    await create(spotzee)


async def test_the_first_delete_archives_and_the_second_is_for_good(spotzee: Spotzee) -> None:
    await create(spotzee)
    answer = await spotzee.ask("DELETE", "lists/1")
    assert (answer.status, answer.json) == (200, True)
    assert (await spotzee.ask("GET", "lists")).json["results"] == []
    assert (await spotzee.ask("GET", "lists/1")).status == 200
    conflict = await spotzee.ask("PATCH", "lists/1", {"name": "B"})
    assert code(conflict) == (409, "state_conflict")
    assert (await spotzee.ask("DELETE", "lists/1")).json is True
    assert code(await spotzee.ask("DELETE", "lists/1")) == (404, "resource_missing")
    assert code(await spotzee.ask("GET", "lists/1")) == (404, "resource_missing")


async def test_lists_come_in_pages_the_latest_change_first(start: Start) -> None:
    times = iter(range(1000))
    spotzee = await start_spotzee(start, clock=lambda: NOON + dt.timedelta(seconds=next(times)))
    for name in "ABC":
        await create(spotzee, name=name)
    await spotzee.ask("PATCH", "lists/1", {"name": "A2"})
    first = (await spotzee.ask("GET", "lists?limit=2")).json
    second = (await spotzee.ask("GET", f"lists?limit=2&cursor={first['nextCursor']}")).json
    names = [entry["name"] for page in (first, second) for entry in page["results"]]
    assert (names, second["nextCursor"]) == (["A2", "C", "B"], None)
    found = (await spotzee.ask("GET", "lists?q=b")).json["results"]
    assert [entry["name"] for entry in found] == ["B"]


async def test_lists_are_seeded_with_what_the_api_cannot_set(spotzee: Spotzee) -> None:
    lists = spotzee.project.lists
    number = lists.add("A", rule=RULE, users_count=7, tags=["x"])
    shown = (await spotzee.ask("GET", f"lists/{number}")).json
    assert (shown["users_count"], shown["state"], shown["type"]) == (7, "ready", "dynamic")
    with pytest.raises(InvalidInput):
        lists.add("A")
    with pytest.raises(InvalidInput):
        lists.add("B", rule={})


# Events.


EVENT = {"name": "bought", "external_id": "joe", "data": {"price": 3}}


async def test_events_are_taken_without_a_word_and_twice_if_sent_twice(spotzee: Spotzee) -> None:
    for _ in range(2):
        answer = await spotzee.ask("POST", "events", [EVENT])
        assert (answer.status, answer.body) == (204, b"")
    assert spotzee.project.events.all() == [EVENT, EVENT]


@pytest.mark.parametrize(
    "event",
    [
        *({}, 7, {"name": "a"}, {"external_id": "joe"}, {**EVENT, "name": ""}),
        *({**EVENT, "data": []}, {**EVENT, "external_id": 7}),
    ],
)
async def test_events_that_do_not_fit_are_refused_with_their_neighbours(
    spotzee: Spotzee, event: Any
) -> None:
    answer = await spotzee.ask("POST", "events", [EVENT, event])
    assert code(answer) == (422, "validation_failed")
    assert spotzee.project.events.all() == []


async def test_events_may_have_a_result_each(start: Start) -> None:
    spotzee = await start_spotzee(start, event_results=True)
    answer = await spotzee.ask("POST", "events", [EVENT, {"name": "a"}])
    assert spotzee.item_codes(answer) == [None, "validation_failed"]
    assert spotzee.project.events.all() == [EVENT]
