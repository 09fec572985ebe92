"""GetResponse's campaigns, tags, custom fields, blocklists and suppressions."""

from typing import Any

import pytest

from sentori_async.errors import InvalidInput
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


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


FIELD = {"name": "age", "type": "number", "format": "text", "hidden": "false", "values": []}


# Campaigns.


async def test_a_campaign_needs_a_name_only(start: Start) -> None:
    api = await vendor(start, Clock())
    answer = await api.post("campaigns", {"name": "news"})
    assert answer.status == 201
    made = answer.json
    assert (made["name"], made["description"], made["isDefault"]) == ("news", "news", "false")
    assert made["createdOn"] == "2026-09-01T12:00:00+0000"
    assert made["optinTypes"] == dict.fromkeys(("email", "api", "import", "webform"), "single")
    assert (await api.get(f"campaigns/{made['campaignId']}")).json == made
    assert code(await api.get(f"campaigns/{NOBODY}")) == (404, 1013)
    listed = (await api.get("campaigns")).json
    assert [campaign["name"] for campaign in listed] == ["sandbox_list", "news"]
    assert "optinTypes" not in listed[0]


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"name": None}, 1005),
        ({"name": ""}, 1005),
        ({"name": "ab"}, 1007),
        ({"name": "x" * 65}, 1007),
        ({"name": "a/b"}, 1003),
        ({"name": "a\\b"}, 1003),
        ({"name": "a@b"}, 1003),
        ({"name": "a[b]"}, 1003),
        ({"name": "party \U0001f389"}, 1003),
        ({"isDefault": True}, 1006),
        ({"isDefault": "yes"}, 1003),
        ({"languageCode": "english"}, 1003),
        ({"optinTypes": {"api": "triple"}}, 1003),
        ({"optinTypes": {"import": "double"}}, 1003),
        ({"optinTypes": "single"}, 1006),
        ({"postal": []}, 1006),
    ],
)
async def test_a_campaign_that_does_not_fit_is_refused(
    api: Vendor, fields: dict[str, Any], number: int
) -> None:
    assert code(await api.post("campaigns", {"name": "news"} | fields)) == (400, number)
    assert len(api.account.campaigns.all()) == 1


async def test_campaigns_have_names_of_their_own(api: Vendor) -> None:
    assert code(await api.post("campaigns", {"name": "Sandbox_List"})) == (409, 1008)
    other = api.account.campaigns.add("other")
    body = {"name": "sandbox_list"}
    assert code(await api.post(f"campaigns/{other}", body)) == (409, 1008)


@pytest.mark.parametrize("status", [400, 500])
async def test_a_campaign_made_as_no_default_is_code_1(start: Start, status: int) -> None:
    api = await vendor(start, default_flag_status=status)
    answer = await api.post("campaigns", {"name": "news", "isDefault": "false"})
    assert code(answer) == (status, 1)


async def test_exactly_one_campaign_is_the_default(api: Vendor) -> None:
    made = (await api.post("campaigns", {"name": "news", "isDefault": "true"})).json
    defaults = (await api.get("campaigns?query[isDefault]=true")).json
    assert [campaign["campaignId"] for campaign in defaults] == [made["campaignId"]]
    await api.post(f"campaigns/{CAMPAIGN}", {"isDefault": "true"})
    defaults = (await api.get("campaigns?query[isDefault]=true")).json
    assert [campaign["campaignId"] for campaign in defaults] == [CAMPAIGN]


async def test_campaigns_are_seeded_with_an_opt_in_there_is(api: Vendor) -> None:
    with pytest.raises(InvalidInput):
        api.account.campaigns.add("news", optin="triple")


async def test_an_update_of_a_campaign_keeps_what_it_does_not_name(api: Vendor) -> None:
    body = {"optinTypes": {"api": "double"}, "languageCode": "PL"}
    changed = (await api.post(f"campaigns/{CAMPAIGN}", body)).json
    assert (changed["name"], changed["languageCode"]) == ("sandbox_list", "PL")
    assert (changed["optinTypes"]["api"], changed["optinTypes"]["email"]) == ("double", "single")
    await api.add()
    assert api.account.contacts.emails(status="unconfirmed") == [ANN]


# Tags.


async def test_a_tag_is_made_shown_and_deleted(start: Start) -> None:
    api = await vendor(start, Clock())
    answer = await api.post("tags", {"name": "My_Tag1"})
    assert answer.status == 201
    tag = answer.json
    assert (tag["name"], tag["createdAt"]) == ("My_Tag1", "2026-09-01T12:00:00+0000")
    path = f"tags/{tag['tagId']}"
    assert (await api.get(path)).json == tag
    api.account.contacts.add(ANN, {"tags": [{"tagId": tag["tagId"]}]})
    answer = await api.delete(path)
    assert (answer.status, answer.body) == (204, b"")
    assert api.account.contacts.all()[0]["tags"] == []
    assert code(await api.get(path)) == (404, 1013)
    assert code(await api.delete(path)) == (404, 1013)


async def test_an_update_of_a_tag_does_nothing(api: Vendor) -> None:
    tag = api.account.tags.add("vip")
    answer = await api.post(f"tags/{tag}", {"name": "other"})
    assert (answer.status, answer.json["name"]) == (200, "vip")
    assert api.account.tags.all()[0]["name"] == "vip"
    assert code(await api.post(f"tags/{NOBODY}", {"name": "other"})) == (404, 1013)


@pytest.mark.parametrize(
    ("name", "number"), [("a", 1007), ("x" * 65, 1007), (None, 1005), ("", 1005), (7, 1006)]
)
async def test_a_tag_has_a_name_of_2_to_64_characters(
    api: Vendor, name: object, number: int
) -> None:
    assert code(await api.post("tags", {"name": name})) == (400, number)


@pytest.mark.parametrize("name", ["a b", "a-b", "ä_b", "a.b"])
async def test_a_tags_name_has_a_pattern_which_the_answer_shows(api: Vendor, name: str) -> None:
    answer = await api.post("tags", {"name": name})
    assert code(answer) == (400, 1003)
    assert answer.json["context"] == {"regex": "/^[A-Za-z0-9_]*$/"}


async def test_a_tag_twice_is_a_conflict_or_the_same_tag(start: Start) -> None:
    api = await vendor(start)
    api.account.tags.add("vip")
    assert code(await api.post("tags", {"name": "vip"})) == (409, 1008)
    api = await vendor(start, duplicate_tag="return")
    tag = api.account.tags.add("vip")
    answer = await api.post("tags", {"name": "VIP"})
    assert (answer.status, answer.json["tagId"]) == (201, tag)


# Custom fields.


async def test_a_custom_field_is_made_changed_and_deleted(api: Vendor) -> None:
    body = {**FIELD, "format": "single_select", "values": ["1", "2"]}
    answer = await api.post("custom-fields", body)
    assert answer.status == 201
    field = answer.json
    assert (field["type"], field["valueType"], field["fieldType"]) == (
        "number",
        "number",
        "single_select",
    )
    path = f"custom-fields/{field['customFieldId']}"
    assert (await api.get(path)).json == field
    assert (await api.get("custom-fields")).json == [field]
    change = {"hidden": "true", "values": ["3", "4"], "name": "ignored"}
    assert (await api.post(path, change)).json == {**field, "hidden": "true", "values": ["3", "4"]}
    contact = api.account.contacts.add(
        ANN,
        {"customFieldValues": [{"customFieldId": field["customFieldId"], "value": ["3"]}]},
    )
    assert (await api.delete(path)).status == 204
    assert (await api.get(f"contacts/{contact}")).json["customFieldValues"] == []
    assert code(await api.get(path)) == (404, 1013)


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        ({"name": None}, 1005),
        ({"name": "x" * 129}, 1007),
        ({"name": "Age"}, 1003),
        ({"name": "my age"}, 1003),
        ({"name": "email"}, 1003),
        ({"name": "campaign"}, 1003),
        ({"type": "text"}, 1003),
        ({"type": None}, 1005),
        ({"format": "number"}, 1003),
        ({"format": None}, 1005),
        ({"hidden": False}, 1006),
        ({"hidden": "no"}, 1003),
        ({"values": "1"}, 1006),
        ({"values": [1]}, 1006),
        ({"format": "radio", "values": ["one"]}, 1004),
        ({"format": "single_select", "values": []}, 1004),
        ({"format": "multi_select", "values": ["one"]}, 1004),
    ],
)
async def test_a_custom_field_that_does_not_fit_is_refused(
    api: Vendor, fields: dict[str, Any], number: int
) -> None:
    assert code(await api.post("custom-fields", FIELD | fields)) == (400, number)
    assert api.account.custom_fields.all() == []


@pytest.mark.parametrize("name", FIELD)
async def test_a_custom_field_needs_all_of_its_fields(api: Vendor, name: str) -> None:
    body = {key: value for key, value in FIELD.items() if key != name}
    assert code(await api.post("custom-fields", body)) == (400, 1005)


async def test_a_change_of_a_custom_field_needs_both_of_its_fields(api: Vendor) -> None:
    path = f"custom-fields/{api.account.custom_fields.add('age')}"
    for body in ({"hidden": "true"}, {"values": ["1"]}):
        assert code(await api.post(path, body)) == (400, 1005)


async def test_custom_fields_have_names_of_their_own(api: Vendor) -> None:
    api.account.custom_fields.add("age")
    assert code(await api.post("custom-fields", FIELD)) == (409, 1008)
    with pytest.raises(InvalidInput):
        api.account.custom_fields.add("AGE")


async def test_a_protected_custom_field_is_1028(api: Vendor) -> None:
    path = f"custom-fields/{api.account.custom_fields.add('age', restricted=True)}"
    assert code(await api.delete(path)) == (400, 1028)
    assert code(await api.post(path, {"hidden": "true", "values": []})) == (400, 1028)
    assert (await api.get(path)).json["hidden"] == "false"


# Blocklists.

BLOCKLISTS = pytest.mark.parametrize(
    "path", ["accounts/blocklists", f"campaigns/{CAMPAIGN}/blocklists"]
)


@BLOCKLISTS
async def test_a_blocklist_is_replaced_unless_a_flag_says_otherwise(api: Vendor, path: str) -> None:
    steps: list[tuple[str, list[str], list[str]]] = [
        ("", [ANN, "@one.example"], [ANN, "@one.example"]),
        ("?additionalFlags=add", [BOB, "ANN@example.com"], [ANN, "@one.example", BOB]),
        ("?additionalFlags=delete", ["@ONE.example", "@none.example"], [ANN, BOB]),
        ("", [BOB], [BOB]),
        ("", [], []),
    ]
    for query, masks, left in steps:
        answer = await api.post(path + query, {"masks": masks})
        assert (answer.status, answer.json) == (200, {"masks": left})
        assert (await api.get(path)).json == {"masks": left}


@BLOCKLISTS
async def test_a_blocklist_may_answer_with_nothing_and_be_filtered(api: Vendor, path: str) -> None:
    query = "?additionalFlags=add,noResponse"
    answer = await api.post(path + query, {"masks": [ANN, "@one.example"]})
    assert (answer.status, answer.body) == (200, b"")
    answer = await api.get(f"{path}?query[mask]=ONE")
    assert answer.json == {"masks": ["@one.example"]}
    assert "TotalCount" not in answer.headers


@BLOCKLISTS
@pytest.mark.parametrize(
    ("query", "body", "number"),
    [
        ("", {"masks": ["nobody"]}, 1003),
        ("", {"masks": ["@"]}, 1003),
        ("", {"masks": ANN}, 1006),
        ("", {"masks": [7]}, 1006),
        ("", {"mask": ANN}, 1005),
        ("", {}, 1000),
        ("?additionalFlags=append", {"masks": [ANN]}, 1003),
        ("?additionalFlags=add,delete", {"masks": [ANN]}, 1003),
    ],
)
async def test_a_blocklist_that_does_not_fit_changes_nothing(
    api: Vendor, path: str, query: str, body: dict[str, Any], number: int
) -> None:
    api.account.blocklist.add(BOB)
    api.account.blocklist.add(BOB, campaign=CAMPAIGN)
    assert code(await api.post(path + query, body)) == (400, number)
    assert (await api.get(path)).json == {"masks": [BOB]}


async def test_each_campaign_has_a_blocklist_of_its_own(api: Vendor) -> None:
    other = api.account.campaigns.add("other")
    await api.post(f"campaigns/{other}/blocklists", {"masks": [ANN]})
    assert api.account.blocklist.all(other) == [ANN]
    assert (api.account.blocklist.all(), api.account.blocklist.all(CAMPAIGN)) == ([], [])
    assert code(await api.get(f"campaigns/{NOBODY}/blocklists")) == (404, 1013)


async def test_blocking_may_remove_contacts(start: Start) -> None:
    for option, left in ((False, [ANN, BOB]), (True, [BOB])):
        api = await vendor(start, blocking_removes=option)
        api.account.contacts.add(ANN)
        api.account.contacts.add(BOB)
        await api.post("accounts/blocklists?additionalFlags=add", {"masks": [ANN]})
        assert api.account.contacts.emails() == left


# Suppressions.


async def test_a_suppression_is_made_changed_and_deleted(start: Start) -> None:
    api = await vendor(start, Clock())
    answer = await api.post("suppressions", {"name": "rivals", "masks": ["@rival.example"]})
    assert answer.status == 201
    made = answer.json
    assert made["createdOn"] == "2026-09-01T12:00:00+0000"
    path = f"suppressions/{made['suppressionId']}"
    assert (await api.get(path)).json == made
    (listed,) = (await api.get("suppressions?query[name]=riv")).json
    assert listed == {name: made[name] for name in made if name != "masks"}
    changed = (await api.post(path, {"name": "Rivals", "masks": [ANN]})).json
    assert changed == {**made, "name": "Rivals", "masks": [ANN]}
    assert (await api.delete(path)).status == 204
    assert code(await api.get(path)) == (404, 1013)


async def test_a_suppression_needs_a_name_of_its_own(api: Vendor) -> None:
    first = (await api.post("suppressions", {"name": "one"})).json
    assert first["masks"] == []
    assert code(await api.post("suppressions", {"name": "One"})) == (409, 1008)
    assert code(await api.post("suppressions", {"masks": []})) == (400, 1005)
    second = (await api.post("suppressions", {"name": "two"})).json
    path = f"suppressions/{second['suppressionId']}"
    assert code(await api.post(path, {"name": "one", "masks": []})) == (409, 1008)
    assert code(await api.post(path, {"name": "two"})) == (400, 1005)
    assert code(await api.post(path, {"name": "two", "masks": ["x"]})) == (400, 1003)


async def test_the_account_shows_itself_and_no_key(api: Vendor) -> None:
    answer = await api.get("accounts")
    assert {"accountId", "email", "timeZone", "firstName"} <= set(answer.json)
    assert api.account.api_key.encode() not in answer.body
    assert (await api.get("accounts?fields=email")).json == {
        "accountId": api.account.account_id,
        "email": "owner@example.com",
    }
