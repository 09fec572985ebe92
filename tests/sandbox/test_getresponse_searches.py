"""GetResponse's searches, saved and not."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.sandbox.getresponse import searching
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

CEE = "cee@example.org"


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


def section(*conditions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "campaignIdsList": [CAMPAIGN],
        "logicOperator": "and",
        "subscriberCycle": ["receiving_autoresponder", "not_receiving_autoresponder"],
        "subscriptionDate": "all_time",
        "conditions": list(conditions),
        **changes,
    }


def search(*sections: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "subscribersType": ["subscribed"],
        "sectionLogicOperator": "or",
        "section": list(sections) or [section()],
        **changes,
    }


def words(kind: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    return {
        "conditionType": kind,
        "operatorType": "string_operator",
        "operator": operator,
        "value": value,
        **more,
    }


def tagged(operator: str) -> dict[str, Any]:
    return {"conditionType": "tag", "operatorType": "exists", "operator": operator, "value": "vip"}


def scored(operator: str, value: int) -> dict[str, Any]:
    return {
        "conditionType": "score",
        "operatorType": "numeric_operator",
        "operator": operator,
        "value": value,
    }


UNSCORED = {"conditionType": "score", "operatorType": "not_exists"}
CITY = {"scope": "city"}
NEVER = words("email", "is", "nobody@example.com")

FOUND: list[tuple[str, dict[str, Any], str]] = [
    ("everybody", search(), "ann bob cee"),
    ("email-is", search(section(words("email", "is", "ANN@example.com"))), "ann"),
    ("email-is-not", search(section(words("email", "is_not", ANN))), "bob cee"),
    ("email-contains", search(section(words("email", "contains", "example.com"))), "ann bob"),
    ("email-contains-not", search(section(words("email", "not_contains", ".com"))), "cee"),
    ("email-starts", search(section(words("email", "starts", "b"))), "bob"),
    ("email-starts-not", search(section(words("email", "not_starts", "b"))), "ann cee"),
    ("email-ends", search(section(words("email", "ends", ".org"))), "cee"),
    ("email-ends-not", search(section(words("email", "not_ends", ".org"))), "ann bob"),
    ("name", search(section(words("name", "contains", "nn"))), "ann"),
    ("custom", search(section(words("custom", "is", "Gdansk", **CITY))), "bob"),
    ("custom-not", search(section(words("custom", "is_not", "Gdansk", **CITY))), "ann cee"),
    ("custom-list", search(section(words("custom", "is", ["Rome", "gdansk"], **CITY))), "bob"),
    ("tag", search(section(tagged("exists"))), "ann"),
    ("tag-not", search(section(tagged("not_exists"))), "bob cee"),
    ("score-lt", search(section(scored("numeric_lt", 5))), "bob"),
    ("score-gt", search(section(scored("numeric_gt", 2))), "ann"),
    ("score-eq", search(section(scored("numeric_eq", 5))), "ann"),
    ("score-not-eq", search(section(scored("numeric_not_eq", 5))), "bob"),
    ("score-lt-eq", search(section(scored("numeric_lt_eq", 2))), "bob"),
    ("score-gt-eq", search(section(scored("numeric_gt_eq", 2))), "ann bob"),
    ("no-score", search(section(UNSCORED)), "cee"),
    ("all-of", search(section(tagged("exists"), NEVER)), ""),
    ("any-of", search(section(tagged("exists"), NEVER, logicOperator="or")), "ann"),
    ("any-section", search(section(tagged("exists")), section(NEVER)), "ann"),
    (
        "all-sections",
        search(section(tagged("exists")), section(NEVER), sectionLogicOperator="and"),
        "",
    ),
    ("in-cycle", search(section(subscriberCycle=["receiving_autoresponder"])), "bob"),
    ("out-of-cycle", search(section(subscriberCycle=["not_receiving_autoresponder"])), "ann cee"),
    ("other-campaign", search(section(campaignIdsList=["oth1"])), ""),
    ("today", search(section(subscriptionDate="today")), "cee"),
    ("yesterday", search(section(subscriptionDate="yesterday")), "bob"),
]


@pytest.fixture
async def people(start: Start) -> Vendor:
    """Return three contacts of three days, the last one being today."""
    clock = Clock()
    api = await vendor(start, clock)
    account = api.account
    account.tags.add("vip", tag_id="vip")
    account.custom_fields.add("city", field_id="city")
    account.campaigns.add("other", campaign_id="oth1")
    rows: list[tuple[str, dict[str, Any]]] = [
        (ANN, {"name": "Ann", "scoring": 5, "tags": [{"tagId": "vip"}]}),
        (
            BOB,
            {
                "scoring": 2,
                "dayOfCycle": "3",
                "customFieldValues": [{"customFieldId": "city", "value": ["Gdansk"]}],
            },
        ),
        (CEE, {}),
    ]
    for number, (email, fields) in enumerate(rows):
        clock.skip(86_400 if number else 0)
        account.contacts.add(email, fields)
    return api


@pytest.mark.parametrize(("wanted", "found"), [pytest.param(*row[1:], id=row[0]) for row in FOUND])
async def test_a_search_finds_the_same_saved_or_not(
    people: Vendor, wanted: dict[str, Any], found: str
) -> None:
    answer = await people.post("search-contacts/contacts?sort[email]=ASC", wanted)
    assert answer.status == 200
    assert " ".join(contact["email"][:3] for contact in answer.json) == found
    saved = await people.post("search-contacts", {**wanted, "name": "saved"})
    assert saved.status == 201
    path = f"search-contacts/{saved.json['searchContactId']}/contacts"
    assert (await people.get(f"{path}?sort[email]=ASC")).json == answer.json


async def test_a_found_contact_has_a_score_as_text(people: Vendor) -> None:
    answer = await people.post("search-contacts/contacts?sort[email]=ASC&perPage=1", search())
    (contact,) = answer.json
    assert list(contact) == [
        "contactId",
        "name",
        "email",
        "origin",
        "dayOfCycle",
        "createdOn",
        "campaign",
        "score",
        "reason",
        "deletedOn",
    ]
    assert (contact["score"], contact["reason"], contact["deletedOn"]) == ("5", None, None)
    assert (answer.headers["TotalCount"], answer.headers["TotalPages"]) == ("3", "3")


@pytest.mark.parametrize("status", ["removed", "unconfirmed", "undelivered"])
async def test_contacts_that_lists_hide_are_found_by_their_status(
    start: Start, status: str
) -> None:
    api = await vendor(start, Clock())
    if status == "removed":
        api.account.contacts.add(ANN)
        api.account.contacts.remove(ANN, "complaint")
    else:
        api.account.contacts.add(ANN, status=status)
    assert (await api.get("contacts")).json == []
    answer = await api.post("search-contacts/contacts", search(subscribersType=[status]))
    (contact,) = answer.json
    assert contact["email"] == ANN
    removed = ("complaint", "2026-09-01T12:00:00+0000")
    assert (contact["reason"], contact["deletedOn"]) == (
        removed if status == "removed" else (None, None)
    )


WRONG: list[tuple[dict[str, Any], int]] = [
    ({"subscribersType": ["sleeping"]}, 1003),
    ({"subscribersType": []}, 1004),
    ({"subscribersType": "subscribed"}, 1006),
    ({"sectionLogicOperator": "xor"}, 1003),
    ({"sectionLogicOperator": None}, 1005),
    ({"section": []}, 1004),
    ({"section": [section()] * 9}, 1004),
    ({"section": [section(*[NEVER] * 9)]}, 1004),
    ({"section": [section(campaignIdsList=[])]}, 1004),
    ({"section": [section(logicOperator="nor")]}, 1003),
    ({"section": [section(subscriberCycle=["sometimes"])]}, 1003),
    ({"section": [section(subscriptionDate="tomorrow")]}, 1003),
    ({"section": [section({"conditionType": "shoe_size"})]}, 1003),
    ({"section": [section({})]}, 1005),
    ({"section": [section(words("email", "starts_with", "a"))]}, 1003),
    ({"section": [section(words("email", "is", ""))]}, 1005),
    ({"section": [section({**tagged("exists"), "operator": "is"})]}, 1003),
    ({"section": [section(scored("numeric_like", 1))]}, 1003),
    ({"section": [section({**scored("numeric_eq", 1), "value": "1"})]}, 1006),
]


@pytest.mark.parametrize(("changes", "number"), WRONG)
async def test_a_search_that_does_not_fit_is_refused(
    api: Vendor, changes: dict[str, Any], number: int
) -> None:
    body = search() | changes
    assert code(await api.post("search-contacts/contacts", body)) == (400, number)
    assert code(await api.post("search-contacts", {**body, "name": "saved"})) == (400, number)
    assert api.account.segments.all() == []


@pytest.mark.parametrize(
    "played",
    [
        section({"conditionType": "geo"}),
        section(subscriptionDate="custom"),
        section({**words("custom", "date_to", "x"), "operatorType": "date_operator"}),
    ],
)
async def test_what_the_sandbox_cannot_search_by_finds_nothing_by_mistake(
    api: Vendor, played: dict[str, Any]
) -> None:
    answer = await api.post("search-contacts/contacts", search(played))
    assert code(answer) == (400, 1000)
    assert "sandbox" in answer.json["context"]["errorDescription"]


def test_all_documented_kinds_of_conditions_are_known() -> None:
    assert len(searching.CONDITIONS) == 32
    assert searching.PLAYED < searching.CONDITIONS


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("last_7_days", (2026, 8, 26), (2026, 9, 2)),
        ("last_30_days", (2026, 8, 3), (2026, 9, 2)),
        ("this_week", (2026, 8, 31), (2026, 9, 2)),
        ("last_week", (2026, 8, 24), (2026, 8, 30)),
        ("this_month", (2026, 9, 1), (2026, 9, 2)),
        ("last_month", (2026, 8, 1), (2026, 8, 31)),
        ("last_2_months", (2026, 7, 1), (2026, 8, 31)),
    ],
)
async def test_spans_of_days(
    start: Start, name: str, first: tuple[int, int, int], last: tuple[int, int, int]
) -> None:
    """On Wednesday, 2026-09-02: a contact of the edges is found, one beside them is not."""
    clock = Clock()
    api = await vendor(start, clock)
    day = dt.timedelta(days=1)
    edges = [dt.datetime(*first), dt.datetime(*last)]  # noqa: DTZ001 - the sandbox's clock
    for number, moment in enumerate((edges[0] - day, *edges, edges[1] + day)):
        clock.now = moment
        api.account.contacts.add(f"a{number}@example.com")
    clock.now = dt.datetime(2026, 9, 2, 12)  # noqa: DTZ001 - the sandbox's clock
    answer = await api.post("search-contacts/contacts", search(section(subscriptionDate=name)))
    assert [contact["email"][:2] for contact in answer.json] == ["a1", "a2"]


# Saved ones.


async def test_a_search_is_saved_changed_and_deleted(start: Start) -> None:
    api = await vendor(start, Clock())
    made = (await api.post("search-contacts", {**search(), "name": "all"})).json
    assert made["createdOn"] == "2026-09-01T12:00:00+0000"
    path = f"search-contacts/{made['searchContactId']}"
    assert (await api.get(path)).json == made
    (listed,) = (await api.get("search-contacts")).json
    assert list(listed) == ["searchContactId", "name", "createdOn", "href"]
    assert code(await api.post("search-contacts", {**search(), "name": "ALL"})) == (409, 1008)
    changed = await api.post(path, {**search(section(NEVER)), "name": "none"})
    assert (changed.json["name"], changed.json["section"]) == ("none", [section(NEVER)])
    assert (await api.delete(path)).status == 204
    for answer in (await api.get(path), await api.get(f"{path}/contacts")):
        assert code(answer) == (404, 1013)


async def test_a_saved_search_has_a_name_and_subscribed_contacts_only(api: Vendor) -> None:
    assert code(await api.post("search-contacts", search())) == (400, 1005)
    body = {**search(subscribersType=["removed"]), "name": "removed"}
    assert code(await api.post("search-contacts", body)) == (400, 1003)


async def test_a_custom_field_of_a_saved_search_cannot_be_deleted(people: Vendor) -> None:
    wanted = search(section(words("custom", "is", "Gdansk", **CITY)))
    saved = (await people.post("search-contacts", {**wanted, "name": "city"})).json
    assert code(await people.delete("custom-fields/city")) == (400, 1009)
    await people.delete(f"search-contacts/{saved['searchContactId']}")
    assert (await people.delete("custom-fields/city")).status == 204


async def test_custom_fields_of_all_that_are_found_are_set_later(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=10)
    field = api.account.custom_fields.add("city")
    api.account.contacts.add(ANN)
    api.account.contacts.add(BOB)
    wanted = search(section(words("email", "is", ANN)))
    saved = (await api.post("search-contacts", {**wanted, "name": "ann"})).json
    path = f"search-contacts/{saved['searchContactId']}/custom-fields"
    body = {"customFieldValues": [{"customFieldId": field, "value": ["Rome"]}]}
    answer = await api.post(path, body)
    assert (answer.status, answer.body) == (202, b"")
    for waited, held in ((0, 0), (10, 1)):
        clock.skip(waited)
        fields = [len(contact["customFieldValues"]) for contact in api.account.contacts.all()]
        assert fields == [held, 0]
    body = {"customFieldValues": [{"customFieldId": NOBODY, "value": ["Rome"]}]}
    assert code(await api.post(path, body)) == (400, 1001)
