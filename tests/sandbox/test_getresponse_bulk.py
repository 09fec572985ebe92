"""Batches and tracked imports of GetResponse."""

from typing import Any

import pytest

from tests.sandbox.getresponse_service import (
    ANN,
    BOB,
    CAMPAIGN,
    NOBODY,
    Clock,
    Vendor,
    code,
    vendor,
)
from tests.sandbox.service import Service, Start

NO_PACE: dict[str, Any] = {"batches_per_s": None}
JOB = {"campaignId": CAMPAIGN, "fieldMapping": ["email"], "contacts": [[ANN]]}


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


def batch_of(*contacts: dict[str, Any]) -> dict[str, Any]:
    return {"campaignId": CAMPAIGN, "contacts": list(contacts)}


# Batches.


async def test_a_batch_is_accepted_with_an_empty_answer_and_there_later(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=10)
    tag = api.account.tags.add("vip")
    field = api.account.custom_fields.add("age")
    row = {
        "email": ANN,
        "name": "Ann",
        "dayOfCycle": "3",
        "scoring": 1,
        "tags": {"ids": [tag]},
        "customFieldValues": [{"customFieldId": field, "value": ["35"]}],
    }
    answer = await api.post("contacts/batch", batch_of(row, {"email": BOB}))
    assert (answer.status, answer.body) == (202, b"")
    assert api.account.contacts.count() == 0
    clock.skip(10)
    assert api.account.contacts.emails() == [ANN, BOB]
    contact = api.account.contacts.get(ANN)
    assert contact is not None
    assert (contact["name"], contact["dayOfCycle"], contact["scoring"]) == ("Ann", "3", 1)
    assert [found["tagId"] for found in contact["tags"]] == [tag]
    assert contact["customFieldValues"][0]["value"] == ["35"]


@pytest.mark.parametrize(("rows", "status"), [(0, 400), (1, 202), (1000, 202), (1001, 400)])
async def test_a_batch_has_up_to_1000_rows(api: Vendor, rows: int, status: int) -> None:
    contacts = [{"email": f"a{number}@example.com"} for number in range(rows)]
    answer = await api.post("contacts/batch", batch_of(*contacts))
    assert answer.status == status
    if status == 400:
        assert code(answer) == (400, 1004)
        context = answer.json["context"]
        assert (context["min"], context["max"]) == (1, 1000)
    assert api.account.contacts.count() == (rows if status == 202 else 0)


async def test_a_batch_never_changes_a_contact_that_exists(start: Start) -> None:
    for option, status in (("skip", 202), ("refuse", 409)):
        api = await vendor(start, batch_duplicate=option)
        api.account.contacts.add(ANN, {"name": "first"})
        rows = ({"email": "ANN@example.com", "name": "second"}, {"email": BOB}, {"email": BOB})
        assert (await api.post("contacts/batch", batch_of(*rows))).status == status
        contact = api.account.contacts.get(ANN)
        assert contact is not None
        assert contact["name"] == "first"
        assert api.account.contacts.emails() == ([ANN, BOB] if status == 202 else [ANN])


async def test_rows_that_may_not_be_added_vanish_without_a_word(api: Vendor) -> None:
    api.account.blocklist.add("@blocked.example")
    api.account.contacts.add(BOB)
    api.account.contacts.remove(BOB, "bounce")
    emails = ("a@blocked.example", "a@dead.invalid", BOB, ANN)
    answer = await api.post("contacts/batch", batch_of(*({"email": email} for email in emails)))
    assert answer.status == 202
    assert api.account.contacts.emails() == [ANN]


@pytest.mark.parametrize(
    ("row", "number", "name"),
    [
        ({"name": "x"}, 1005, "contacts.1.email"),
        ({"email": "bob"}, 1003, "contacts.1.email"),
        ({"email": BOB, "tags": [{"tagId": "a"}]}, 1006, "contacts.1.tags"),
        ({"email": BOB, "tags": {}}, 1005, "contacts.1.tags.ids"),
        ({"email": BOB, "tags": {"ids": [NOBODY]}}, 1001, "contacts.1.tags.ids"),
        ({"email": BOB, "name": ""}, 1007, "contacts.1.name"),
    ],
)
async def test_a_bad_row_is_named_or_left_out(
    start: Start, row: dict[str, Any], number: int, name: str
) -> None:
    api = await vendor(start)
    answer = await api.post("contacts/batch", batch_of({"email": ANN}, row))
    assert code(answer) == (400, number)
    assert answer.json["context"]["fieldName"] == name
    assert api.account.queue.count() == 0
    api = await vendor(start, batch_bad_row="skip")
    assert (await api.post("contacts/batch", batch_of({"email": ANN}, row))).status == 202
    assert api.account.contacts.emails() == [ANN]


async def test_a_batch_needs_a_campaign_that_exists(start: Start) -> None:
    api = await vendor(start, **NO_PACE)
    assert code(await api.post("contacts/batch", {"contacts": [{"email": ANN}]})) == (400, 1005)
    body = {"campaignId": NOBODY, "contacts": [{"email": ANN}]}
    assert code(await api.post("contacts/batch", body)) == (400, 1001)
    body = {"campaignId": CAMPAIGN, "contacts": ["ann"]}
    assert code(await api.post("contacts/batch", body)) == (400, 1006)


async def test_one_row_too_many_for_the_plan_refuses_the_batch(start: Start) -> None:
    api = await vendor(start, max_contacts=1)
    answer = await api.post("contacts/batch", batch_of({"email": ANN}, {"email": BOB}))
    assert code(answer) == (400, 1027)
    assert api.account.contacts.count() == 0


# Imports.


async def test_an_import_adds_and_updates_and_tells_how_it_went(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, import_takes_s=60)
    account = api.account
    keep, vip = account.tags.add("keep"), account.tags.add("vip")
    age, city = account.custom_fields.add("age", type="number"), account.custom_fields.add("city")
    account.contacts.add(
        ANN,
        {
            "name": "Ann",
            "tags": [{"tagId": keep}],
            "customFieldValues": [{"customFieldId": city, "value": ["Gdansk"]}],
        },
    )
    account.contacts.add("gone@example.com")
    account.contacts.remove("gone@example.com", "bounce")
    account.blocklist.add("@blocked.example")
    made = await api.post(
        "imports",
        {
            "campaignId": CAMPAIGN,
            "fieldMapping": ["email", "name", "ip", "age", "tag:vip", "tag:keep"],
            "contacts": [
                ["ANN@example.com", "", "192.0.2.1", "35", "1", "0"],
                [BOB, "Bob", "", "", "0", ""],
                ["nobody", "", "", "", "", ""],
                ["a@blocked.example", "", "", "", "", ""],
                ["a@dead.invalid", "", "", "", "", ""],
                ["gone@example.com", "", "", "", "", ""],
                ["c@example.com", "", "", "many", "", ""],
            ],
        },
    )
    assert made.status == 201
    assert made.json["status"] == "uploaded"
    assert made.json["statistics"] == {
        "uploaded": 7,
        "invalid": 0,
        "updated": 0,
        "addedToList": 0,
    }
    path = f"imports/{made.json['importId']}"
    assert (await api.get(path)).json == made.json
    clock.skip(60)
    found = (await api.get(path)).json
    assert (found["status"], found["finishedOn"]) == ("finished", "2026-09-01T12:01:00+0000")
    assert found["statistics"] == {"uploaded": 7, "invalid": 5, "updated": 1, "addedToList": 1}
    assert found["errorStatistics"] == {
        "syntaxErrors": 1,
        "alreadyInQueue": 0,
        "invalidDomains": 1,
        "blacklist": 1,
        "policyFailures": 1,
        "mismatchedCriteria": 1,
    }
    ann, bob = account.contacts.all()
    assert (ann["name"], bob["name"], bob["origin"]) == ("Ann", "Bob", "import")
    assert [tag["tagId"] for tag in ann["tags"]] == [keep, vip]
    values = {field["customFieldId"]: field["value"] for field in ann["customFieldValues"]}
    assert values == {city: ["Gdansk"], age: ["35"]}
    assert bob["tags"] == []


async def test_an_import_leaves_out_what_is_queued_already(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=60)
    await api.add()
    made = (await api.post("imports", JOB)).json
    found = (await api.get(f"imports/{made['importId']}")).json
    assert found["errorStatistics"]["alreadyInQueue"] == 1


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"campaignId": None}, 1005),
        ({"campaignId": NOBODY}, 1001),
        ({"fieldMapping": []}, 1004),
        ({"fieldMapping": ["name"]}, 1005),
        ({"fieldMapping": "email"}, 1006),
        ({"fieldMapping": ["email", "email"], "contacts": [[ANN, ANN]]}, 1003),
        ({"fieldMapping": ["email", "unknown"], "contacts": [[ANN, "x"]]}, 1001),
        ({"fieldMapping": ["email", "tag:unknown"], "contacts": [[ANN, "1"]]}, 1001),
        ({"contacts": []}, 1004),
        ({"contacts": [[ANN, "more"]]}, 1004),
        ({"contacts": [[]]}, 1004),
        ({"contacts": [[7]]}, 1006),
        ({"contacts": [{"email": ANN}]}, 1006),
    ],
)
async def test_an_import_that_does_not_fit_is_refused_as_a_whole(
    api: Vendor, change: dict[str, Any], number: int
) -> None:
    assert code(await api.post("imports", JOB | change)) == (400, number)
    assert api.account.imports.all() == []


async def test_an_import_of_bad_rows_names_the_first_few(api: Vendor) -> None:
    answer = await api.post("imports", {**JOB, "contacts": [[]] * 1000})
    assert code(answer) == (400, 1004)
    assert len(answer.json["context"]) == 20


async def test_only_so_many_imports_may_be_under_way(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, import_takes_s=60)
    for name in ("a", "b"):
        api.account.campaigns.add(f"list_{name}", campaign_id=name)
    assert (await api.post("imports", JOB)).status == 201
    assert code(await api.post("imports", JOB)) == (409, 1008)
    assert (await api.post("imports", {**JOB, "campaignId": "a"})).status == 201
    assert code(await api.post("imports", {**JOB, "campaignId": "b"})) == (409, 1008)
    clock.skip(60)
    assert (await api.post("imports", {**JOB, "campaignId": "b"})).status == 201


async def test_a_day_has_20_imports(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    assert [(await api.post("imports", JOB)).status for _ in range(20)] == [201] * 20
    assert code(await api.post("imports", JOB)) == (429, 1015)
    clock.skip(86_400)
    assert (await api.post("imports", JOB)).status == 201


async def test_an_import_has_a_largest_size(start: Start) -> None:
    api = await vendor(start, max_import_bytes=200)
    assert (await api.post("imports", JOB)).status == 201
    rows = [[f"a{number}@example.com"] for number in range(20)]
    assert code(await api.post("imports", {**JOB, "contacts": rows})) == (400, 1000)


@pytest.mark.parametrize("outcome", ["to_review", "rejected", "canceled"])
async def test_an_import_may_end_without_effect(start: Start, outcome: str) -> None:
    api = await vendor(start, import_outcome=outcome)
    made = (await api.post("imports", JOB)).json
    found = (await api.get(f"imports/{made['importId']}")).json
    assert found["status"] == outcome
    assert api.account.contacts.count() == 0


async def test_the_numbers_of_an_import_may_come_after_its_end(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, import_counts_after_s=5)
    path = f"imports/{(await api.post('imports', JOB)).json['importId']}"
    found = (await api.get(path)).json
    assert (found["status"], found["statistics"]["addedToList"]) == ("finished", 0)
    clock.skip(5)
    assert (await api.get(path)).json["statistics"]["addedToList"] == 1


async def test_imports_are_listed_by_campaign_and_number(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    api.account.campaigns.add("other", campaign_id="oth1")
    for size, campaign in ((2, CAMPAIGN), (10, "oth1"), (1, CAMPAIGN)):
        rows = [[f"a{number}@example.com"] for number in range(size)]
        await api.post("imports", {**JOB, "campaignId": campaign, "contacts": rows})
        clock.skip(86_400)
    for query, sizes in (
        ("", [2, 10, 1]),
        ("query[campaignId]=oth1", [10]),
        ("sort[uploadedContacts]=DESC", [10, 2, 1]),
        ("sort[addedContacts]=ASC", [1, 2, 10]),
        ("query[createdOn][to]=2026-09-01", [2]),
    ):
        answer = await api.get(f"imports?{query}")
        assert [found["statistics"]["uploaded"] for found in answer.json] == sizes
    assert code(await api.get(f"imports/{NOBODY}")) == (404, 1013)
