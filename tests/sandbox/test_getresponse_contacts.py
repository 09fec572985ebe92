"""Single contacts of GetResponse: queued adds, replacing updates, and what their fields may be."""

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
    of,
    vendor,
)
from tests.sandbox.service import Service, Start


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


# Add.


async def test_an_add_is_accepted_with_an_empty_answer_and_there_later(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=30)
    answer = await api.add("Ann@Example.com")
    assert (answer.status, answer.body) == (202, b"")
    assert answer.headers["X-RateLimit-Remaining"] == "29999"
    clock.skip(29)
    assert (await api.get("contacts")).json == []
    assert (api.account.contacts.count(), api.account.queue.count()) == (0, 1)
    clock.skip(1)
    (contact,) = (await api.get("contacts")).json
    assert (contact["email"], contact["origin"]) == ("Ann@Example.com", "api")
    assert api.account.queue.count() == 0


async def test_contacts_arrive_in_the_order_they_were_accepted(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=5)
    for name in ("c", "a", "b"):
        await api.add(f"{name}@example.com")
        clock.skip(1)
    clock.skip(2)
    assert api.account.contacts.emails() == ["c@example.com"]
    clock.skip(60)
    assert api.account.contacts.emails() == [f"{name}@example.com" for name in "cab"]


async def test_a_contact_has_what_was_sent(start: Start) -> None:
    api = await vendor(start, Clock())
    tag = api.account.tags.add("vip")
    field = api.account.custom_fields.add("age", type="number")
    await api.add(
        name="Ann",
        dayOfCycle="0",
        scoring=8,
        ipAddress="192.0.2.1",
        tags=[{"tagId": tag}],
        customFieldValues=[{"customFieldId": field, "value": ["35"]}],
        note="an add has none",
    )
    (listed,) = (await api.get("contacts")).json
    contact = (await api.get(f"contacts/{listed['contactId']}")).json
    assert contact == api.account.contacts.get(ANN)
    assert list(contact) == [
        *listed,
        "geolocation",
        "tags",
        "customFieldValues",
    ]
    wanted = {
        "name": "Ann",
        "email": ANN,
        "note": None,
        "dayOfCycle": "0",
        "createdOn": "2026-09-01T12:00:00+0000",
        "changedOn": None,
        "ipAddress": "192.0.2.1",
        "scoring": 8,
    }
    assert wanted.items() <= contact.items()
    assert contact["campaign"]["campaignId"] == CAMPAIGN
    assert [(found["tagId"], found["name"]) for found in contact["tags"]] == [(tag, "vip")]
    assert contact["customFieldValues"] == [
        {
            "customFieldId": field,
            "name": "age",
            "value": ["35"],
            "values": ["35"],
            "type": "number",
            "fieldType": "text",
            "valueType": "number",
        }
    ]


async def test_an_address_is_unique_in_its_campaign_in_any_case(api: Vendor) -> None:
    other = api.account.campaigns.add("other")
    await api.add()
    answer = await api.add("ANN@example.com")
    assert code(answer) == (409, 1008)
    assert answer.json["context"] == {"value": "ANN@example.com"}
    assert (await api.post("contacts", of(campaign={"campaignId": other}))).status == 202
    assert api.account.contacts.emails() == [ANN, ANN]
    assert api.account.contacts.emails(other) == [ANN]


@pytest.mark.parametrize(
    ("option", "error"),
    [("accept", None), ("conflict", (409, 1008)), ("in_queue", (400, 1002))],
)
async def test_a_second_add_of_a_queued_address_is_as_the_options_say(
    start: Start, option: str, error: tuple[int, int] | None
) -> None:
    clock = Clock()
    api = await vendor(start, clock, queued_duplicate=option, visible_after_s=60)
    await api.add(name="first")
    answer = await api.add(name="second")
    assert (answer.status == 202) if error is None else (code(answer) == error)
    clock.skip(60)
    (contact,) = api.account.contacts.all()
    assert contact["name"] == "first"


async def test_double_opt_in_keeps_a_contact_out_of_lists_until_it_confirms(api: Vendor) -> None:
    double = api.account.campaigns.add("double", optin="double")
    await api.post("contacts", of(campaign={"campaignId": double}))
    assert (await api.get("contacts")).json == []
    assert api.account.contacts.emails(status="unconfirmed") == [ANN]
    assert code(await api.post("contacts", of(campaign={"campaignId": double}))) == (409, 1008)
    api.account.contacts.confirm(ANN, double)
    assert [contact["email"] for contact in (await api.get("contacts")).json] == [ANN]


@pytest.mark.parametrize("mask", [ANN, "ANN@Example.com", "@example.com"])
@pytest.mark.parametrize("of_campaign", [True, False])
async def test_blocked_addresses_are_1002(api: Vendor, mask: str, of_campaign: bool) -> None:
    api.account.blocklist.add(mask, campaign=CAMPAIGN if of_campaign else "")
    assert code(await api.add()) == (400, 1002)
    assert (await api.add("ann@other.example")).status == 202


async def test_a_dead_address_is_1002_or_vanishes_in_the_queue(start: Start) -> None:
    api = await vendor(start)
    assert code(await api.add("ann@nowhere.invalid")) == (400, 1002)
    api = await vendor(start, refuse_dead=False)
    assert (await api.add("ann@nowhere.invalid")).status == 202
    assert (api.account.contacts.count(), api.account.queue.count()) == (0, 0)


async def test_an_address_that_is_blocked_while_it_is_queued_vanishes(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock, visible_after_s=10)
    await api.add()
    api.account.blocklist.add(ANN)
    clock.skip(10)
    assert (api.account.contacts.count(), api.account.queue.count()) == (0, 0)


async def test_a_removed_address_may_be_refused_by_the_reason_of_its_removal(start: Start) -> None:
    for reasons, status in (({"bounce"}, 400), ({"api"}, 202), (set(), 202)):
        api = await vendor(start, refuse_removed=frozenset(reasons))
        api.account.contacts.add(ANN)
        api.account.contacts.remove(ANN, "bounce")
        assert (await api.add()).status == status


# What may be sent.

OBJECT: dict[str, Any] = {"id": 1}
WRONG: list[tuple[str, dict[str, Any], int, str]] = [
    ("no-email", {"email": None}, 1005, "email"),
    ("empty-email", {"email": ""}, 1005, "email"),
    ("number-as-email", {"email": 7}, 1006, "email"),
    ("no-address", {"email": "ann"}, 1003, "email"),
    ("empty-name", {"name": ""}, 1007, "name"),
    ("long-name", {"name": "x" * 129}, 1007, "name"),
    ("number-as-name", {"name": 7}, 1006, "name"),
    ("campaign-as-text", {"campaign": CAMPAIGN}, 1006, "campaign"),
    ("campaign-without-id", {"campaign": OBJECT}, 1005, "campaign.campaignId"),
    ("day-as-number", {"dayOfCycle": 0}, 1006, "dayOfCycle"),
    ("day-as-word", {"dayOfCycle": "soon"}, 1003, "dayOfCycle"),
    ("score-as-text", {"scoring": "8"}, 1006, "scoring"),
    ("score-as-bool", {"scoring": True}, 1006, "scoring"),
    ("no-ip", {"ipAddress": "1.2.3"}, 1003, "ipAddress"),
    ("tags-as-object", {"tags": {"ids": ["a"]}}, 1006, "tags"),
    ("tag-as-text", {"tags": ["vip"]}, 1006, "tags.0"),
    ("tag-without-id", {"tags": [{"name": "vip"}]}, 1005, "tags.0.tagId"),
    ("fields-as-object", {"customFieldValues": {}}, 1006, "customFieldValues"),
    (
        "field-without-value",
        {"customFieldValues": [{"customFieldId": "a"}]},
        1005,
        "customFieldValues.0.value",
    ),
    (
        "value-as-text",
        {"customFieldValues": [{"customFieldId": "a", "value": "x"}]},
        1006,
        "customFieldValues.0.value",
    ),
    (
        "value-of-numbers",
        {"customFieldValues": [{"customFieldId": "a", "value": [1]}]},
        1006,
        "customFieldValues.0.value.0",
    ),
]


@pytest.mark.parametrize(
    ("fields", "number", "name"), [pytest.param(*row[1:], id=row[0]) for row in WRONG]
)
async def test_a_wrong_field_of_an_add_is_named(
    api: Vendor, fields: dict[str, Any], number: int, name: str
) -> None:
    answer = await api.post("contacts", of() | fields)
    assert code(answer) == (400, number)
    context = answer.json["context"]
    assert (context["validationType"], context["fieldName"]) == ("body", name)
    assert api.account.queue.count() == 0


async def test_an_add_needs_a_campaign(api: Vendor) -> None:
    answer = await api.post("contacts", {"email": ANN})
    assert code(answer) == (400, 1005)
    assert answer.json["context"]["fieldName"] == "campaign.campaignId"


async def test_several_kinds_of_problems_are_1000_with_a_list(api: Vendor) -> None:
    answer = await api.add("ann", name="", scoring="8")
    assert code(answer) == (400, 1000)
    names = [item["fieldName"] for item in answer.json["context"]]
    assert names == ["email", "name", "scoring"]


async def test_errors_have_the_forms_that_were_seen(start: Start) -> None:
    api = await vendor(start, context="list", one_problem_has_its_code=False)
    answer = await api.add(tags=[{}])
    assert code(answer) == (400, 1000)
    (item,) = answer.json["context"]
    assert item["fieldName"] == ["tags", "0", "tagId"]
    answer = await api.post("contacts", {})
    assert answer.json["context"] == [
        {
            "validationType": "body",
            "fieldName": "",
            "originalValue": "",
            "errorDescription": "Empty payload",
        }
    ]


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"7", b"{", b"\xff"])
async def test_a_body_that_is_no_object_of_something_is_1000(api: Vendor, body: bytes) -> None:
    contact = api.account.contacts.add(BOB)
    for path in ("contacts", f"contacts/{contact}", f"contacts/{contact}/tags", "contacts/batch"):
        assert code(await api.post(path, body)) == (400, 1000)


RELATED: list[dict[str, Any]] = [
    {"campaign": {"campaignId": NOBODY}},
    {"tags": [{"tagId": NOBODY}]},
    {"customFieldValues": [{"customFieldId": NOBODY, "value": ["x"]}]},
]


@pytest.mark.parametrize("fields", RELATED, ids=lambda fields: next(iter(fields)))
async def test_what_points_to_nothing_is_1001(api: Vendor, fields: dict[str, Any]) -> None:
    answer = await api.post("contacts", of() | fields)
    assert code(answer) == (400, 1001)
    assert NOBODY in answer.json["message"]
    contact = api.account.contacts.add(BOB)
    assert code(await api.post(f"contacts/{contact}", fields)) == (400, 1001)


VALUES: list[tuple[str, list[str], list[str]]] = [
    ("string", ["anything", ""], []),
    ("number", ["7", "-7", "7.5"], ["", "7,5", "seven", "1e3"]),
    ("date", ["2026-02-28"], ["2026-02-29", "28.02.2026", "2026-02-28T00:00:00"]),
    ("datetime", ["2026-02-28 10:00:00", "2026-02-28T10:00:00+0000"], ["2026-02-28", "10:00"]),
    ("phone", ["+48600100200"], ["48600100200", "+0600100200", "phone"]),
    ("ip", ["192.0.2.1", "2001:db8::1"], ["192.0.2", "host"]),
    ("url", ["https://example.com/a"], ["example.com", "ftp://example.com", "https://"]),
    ("country", ["Poland"], []),
]


@pytest.mark.parametrize(("kind", "good", "bad"), VALUES)
async def test_values_have_to_fit_the_type_of_their_field(
    api: Vendor, kind: str, good: list[str], bad: list[str]
) -> None:
    field = api.account.custom_fields.add("field", type=kind)
    contact = api.account.contacts.add(ANN)
    for value in (*good, *bad):
        body = {"customFieldValues": [{"customFieldId": field, "value": [value]}]}
        answer = await api.post(f"contacts/{contact}/custom-fields", body)
        assert (answer.status, value) == (200 if value in good else 400, value)
        if value in bad:
            assert code(answer) == (400, 1003)


async def test_choices_are_a_dictionary_and_only_some_formats_take_several(api: Vendor) -> None:
    for form, most in (("single_select", 1), ("radio", 1), ("multi_select", 2), ("checkbox", 2)):
        field = api.account.custom_fields.add(form, format=form, values=["a", "b"])
        contact = api.account.contacts.add(f"{form}@example.com")
        for values, number in ((["a"], 0), (["c"], 1003), (["a", "b"], 0 if most > 1 else 1004)):
            body = {"customFieldValues": [{"customFieldId": field, "value": values}]}
            answer = await api.post(f"contacts/{contact}/custom-fields", body)
            assert (code(answer) == (400, number)) if number else (answer.status == 200)


# Get.


async def test_ids_that_nothing_has_are_1013(start: Start) -> None:
    api = await vendor(start)
    answer = await api.get(f"contacts/{NOBODY}")
    assert code(answer) == (404, 1013)
    assert answer.json["context"] == {"contactId": NOBODY}
    for path in ("contacts/a-b", "contacts/a%20b", "contacts/" + "a" * 17, "contacts/ann%40b.com"):
        answer = await api.get(path)
        assert (code(answer), answer.json["context"]) == ((400, 1013), [])
    api = await vendor(start, malformed_id_code=1003)
    assert code(await api.get("contacts/a-b")) == (400, 1003)


async def test_fields_pick_what_is_shown_and_the_id_always_is(api: Vendor) -> None:
    contact = api.account.contacts.add(ANN)
    answer = await api.get(f"contacts/{contact}?fields=email,%20tags,unknown")
    assert answer.json == {"contactId": contact, "email": ANN, "tags": []}


# Update.


async def test_an_update_changes_what_it_names_and_replaces_collections(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    tags = [api.account.tags.add(name) for name in ("one", "two", "three")]
    fields = [api.account.custom_fields.add(name) for name in ("first", "second")]
    contact = api.account.contacts.add(
        ANN,
        {
            "name": "Ann",
            "scoring": 5,
            "tags": [{"tagId": tag} for tag in tags[:2]],
            "customFieldValues": [{"customFieldId": key, "value": ["x"]} for key in fields],
        },
    )
    clock.skip(60)
    body: dict[str, Any] = {"note": "n", "scoring": None, "tags": [{"tagId": tags[2]}]}
    answer = await api.post(f"contacts/{contact}", body)
    assert answer.status == 200
    assert answer.json == api.account.contacts.get(contact)
    shown = answer.json
    assert (shown["name"], shown["note"], shown["scoring"]) == ("Ann", "n", None)
    assert shown["changedOn"] == "2026-09-01T12:01:00+0000"
    assert [tag["tagId"] for tag in shown["tags"]] == [tags[2]]
    assert len(shown["customFieldValues"]) == 2
    body = {"tags": [], "customFieldValues": [{"customFieldId": fields[1], "value": ["y"]}]}
    shown = (await api.post(f"contacts/{contact}", body)).json
    assert shown["tags"] == []
    assert [(f["customFieldId"], f["value"]) for f in shown["customFieldValues"]] == [
        (fields[1], ["y"])
    ]


async def test_an_update_may_move_and_rename_but_not_onto_another_contact(api: Vendor) -> None:
    other = api.account.campaigns.add("other")
    contact = api.account.contacts.add(ANN)
    api.account.contacts.add(ANN, campaign=other)
    api.account.contacts.add(BOB)
    path, move = f"contacts/{contact}", {"campaign": {"campaignId": other}}
    assert code(await api.post(path, move)) == (409, 1008)
    assert code(await api.post(path, {"email": BOB})) == (409, 1008)
    assert (await api.post(path, {"email": "ANN@example.com"})).status == 200
    answer = await api.post(path, {**move, "email": BOB})
    assert (answer.json["contactId"], answer.json["email"]) == (contact, BOB)
    assert answer.json["campaign"]["campaignId"] == other


@pytest.mark.parametrize("note", [None, "", "x" * 255])
async def test_a_note_has_up_to_255_characters(api: Vendor, note: str | None) -> None:
    path = f"contacts/{api.account.contacts.add(ANN)}"
    assert (await api.post(path, {"note": note})).json["note"] == note
    assert code(await api.post(path, {"note": "x" * 256})) == (400, 1007)


async def test_the_endpoint_for_tags_only_adds(api: Vendor) -> None:
    one, two = (api.account.tags.add(name) for name in ("one", "two"))
    contact = api.account.contacts.add(ANN, {"tags": [{"tagId": one}]})
    answer = await api.post(f"contacts/{contact}/tags", {"tags": [{"tagId": two}, {"tagId": one}]})
    assert [tag["tagId"] for tag in answer.json] == [one, two]
    assert list(answer.json[0]) == ["tagId", "name", "href", "color", "createdAt"]
    assert code(await api.post(f"contacts/{contact}/tags", {"x": 1})) == (400, 1005)
    assert code(await api.post(f"contacts/{NOBODY}/tags", {"tags": []})) == (404, 1013)


async def test_the_endpoint_for_custom_fields_overwrites_each_it_names(api: Vendor) -> None:
    one = api.account.custom_fields.add("one", format="multi_select", values=["a", "b"])
    two = api.account.custom_fields.add("two")
    contact = api.account.contacts.add(
        ANN,
        {
            "customFieldValues": [
                {"customFieldId": one, "value": ["a", "b"]},
                {"customFieldId": two, "value": ["x"]},
            ]
        },
    )
    body = {"customFieldValues": [{"customFieldId": one, "value": ["b"]}]}
    answer = await api.post(f"contacts/{contact}/custom-fields", body)
    assert answer.json == [
        {"customFieldId": one, "values": ["b"]},
        {"customFieldId": two, "values": ["x"]},
    ]


# Delete.


async def test_a_delete_removes_from_one_campaign_and_is_remembered(start: Start) -> None:
    api = await vendor(start, Clock())
    other = api.account.campaigns.add("other")
    contact = api.account.contacts.add(ANN)
    api.account.contacts.add(ANN, campaign=other)
    answer = await api.delete(f"contacts/{contact}")
    assert (answer.status, answer.body) == (204, b"")
    assert api.account.contacts.emails() == [ANN]
    assert api.account.contacts.emails(status="removed") == [ANN]
    assert code(await api.delete(f"contacts/{contact}")) == (404, 1013)
    assert code(await api.add()) == (400, 1002)


async def test_a_delete_with_a_message_is_an_unsubscription(start: Start) -> None:
    api = await vendor(start, refuse_removed=frozenset({"api"}))
    for query, status in (("?messageId=abc&ipAddress=192.0.2.1", 202), ("", 400)):
        contact = api.account.contacts.add(ANN)
        assert (await api.delete(f"contacts/{contact}{query}")).status == 204
        assert (await api.add()).status == status
        if status == 202:
            api.account.contacts.remove(ANN, "user")


# Activities.


async def test_activities_are_those_of_14_days_unless_asked_for_more(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    contact = api.account.contacts.add(ANN)
    for activity in ("send", "open", "click"):
        api.account.contacts.add_activity(ANN, activity)
        clock.skip(10 * 86_400)
    path = f"contacts/{contact}/activities"
    (click,) = (await api.get(path)).json
    assert (click["activity"], click["createdOn"]) == ("click", "2026-09-21T12:00:00+0000")
    assert click["clickTrack"]["url"] == "https://example.com/shop"
    answer = await api.get(f"{path}?query[createdOn][from]=2026-09-01&perPage=2")
    assert [found["activity"] for found in answer.json] == ["send", "open"]
    assert answer.headers["TotalCount"] == "3"
    assert "clickTrack" not in answer.json[0]
    assert code(await api.get(f"contacts/{NOBODY}/activities")) == (404, 1013)
