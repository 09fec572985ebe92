"""Single contacts: get, add, update, delete, structure, and what their fields may be."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.sandbox import FieldKind
from tests.sandbox.service import Service, Start

JOE = "contact/{}/joe%40example.com/"

STRUCTURE = [
    "IsBadEmailAddress",
    "CRMID",
    "Title",
    "FirstName",
    "LastName",
    "KnownAs",
    "EmailAddress",
    "CompanyName",
    "PhoneNumber",
    "MobilePhoneNumber",
    "IsBadMobilePhoneNumber",
]


def at(*moment: int) -> Any:
    """Return a clock that always shows this time."""
    return lambda: dt.datetime(*moment)  # type: ignore[arg-type] # noqa: DTZ001


# What a contact looks like.


async def test_a_contact_has_the_documented_fields_in_the_documented_order(start: Start) -> None:
    service = await start(clock=at(2010, 5, 13, 9, 0, 0))
    service.account.contacts.add("joe@example.com", {"Title": "Mr", "FirstName": "Joe"})
    answer = await service.get(JOE.format("get"))
    assert list(answer.json.items()) == [
        ("IsSuppressed", False),
        ("IsBadEmailAddress", False),
        ("SystemID", 1),
        ("CRMID", None),
        ("Title", "Mr"),
        ("FirstName", "Joe"),
        ("LastName", None),
        ("KnownAs", None),
        ("EmailAddress", "joe@example.com"),
        ("CompanyName", None),
        ("PhoneNumber", None),
        ("MobilePhoneNumber", None),
        ("CreatedSourceValue", "Uploaded"),
        ("CreatedIPAddress", "127.0.0.1"),
        ("CreatedHttpReferrerUrl", None),
        ("CreatedTimestamp", "2010-05-13T09:00:00"),
        ("ModifiedTimestamp", "2010-05-13T09:00:00"),
        ("IsConfirmed", True),
        ("IsBadMobilePhoneNumber", False),
    ]


async def test_custom_fields_follow_in_the_order_they_were_added(service: Service) -> None:
    service.account.fields.add("LoyaltyTier")
    service.account.fields.add("IsMember", FieldKind.YES_NO)
    service.account.fields.add("Birthday", FieldKind.DATE)
    answer = await service.post(JOE.format("add"), {"LoyaltyTier": "Gold"})
    assert list(answer.json.items())[-3:] == [
        ("LoyaltyTier", "Gold"),
        ("IsMember", False),
        ("Birthday", None),
    ]


@pytest.mark.parametrize(
    ("microsecond", "printed"),
    [
        pytest.param(7_000, ".007", id="three-digits"),
        pytest.param(470_000, ".47", id="two-digits"),
        pytest.param(0, "", id="none"),
    ],
)
async def test_times_have_no_zone_and_no_closing_zeros(
    start: Start, microsecond: int, printed: str
) -> None:
    service = await start(clock=at(2013, 2, 20, 15, 40, 10, microsecond))
    answer = await service.post(JOE.format("add"))
    assert answer.json["CreatedTimestamp"] == f"2013-02-20T15:40:10{printed}"


async def test_the_structure_shows_importable_fields_only(service: Service) -> None:
    service.account.fields.add("LoyaltyTier")
    service.account.fields.add("IsMember", FieldKind.YES_NO)
    single = await service.get("contact/getstructure/single/")
    assert list(single.json) == [*STRUCTURE, "LoyaltyTier", "IsMember"]
    assert {name for name, value in single.json.items() if value is False} == {
        "IsBadEmailAddress",
        "IsBadMobilePhoneNumber",
        "IsMember",
    }
    assert {value for value in single.json.values() if value is not False} == {"string"}
    assert (await service.get("contact/getstructure/list/")).json == [single.json]
    assert (await service.get("contact/getstructure/table/")).status == 404


# Get.


async def test_a_contact_is_found_by_address_in_any_case_and_by_its_number(
    service: Service,
) -> None:
    number = service.account.contacts.add("Joe@Example.com")
    for identity in ("joe%40example.com", "JOE@EXAMPLE.COM", str(number)):
        answer = await service.get(f"contact/get/{identity}/")
        assert (answer.status, answer.json["EmailAddress"]) == (200, "Joe@Example.com")


@pytest.mark.parametrize(
    ("identity", "error"),
    [
        pytest.param("nobody%40example.com", (404, 101), id="unknown-address"),
        pytest.param("4711", (404, 101), id="unknown-number"),
        pytest.param("0", (404, 101), id="nought"),
        pytest.param("9223372036854775808", (404, 101), id="beyond-64-bit"),
        pytest.param("9" * 5000, (404, 101), id="endless-number"),
        pytest.param("joe", (400, 100), id="no-address"),
        pytest.param("-1", (400, 100), id="a-sign-is-no-digit"),
        pytest.param("%C2%B2", (400, 100), id="a-superscript-is-no-digit"),
        pytest.param("%00", (400, 100), id="control-character"),
        pytest.param("%ff", (400, -1), id="not-utf-8"),
    ],
)
async def test_what_cannot_be_got_says_why(
    service: Service, identity: str, error: tuple[int, int]
) -> None:
    assert (await service.get(f"contact/get/{identity}/")).error == error


@pytest.mark.parametrize(
    ("segment", "address"),
    [
        pytest.param("a%2Bb@example.com", "a+b@example.com", id="escaped-plus"),
        pytest.param("a+b@example.com", "a+b@example.com", id="plain-plus"),
        pytest.param("a%252Bb@example.com", "a%2Bb@example.com", id="decoded-once"),
        pytest.param("a%2Fb@example.com", "a/b@example.com", id="slash"),
        pytest.param("o%27brien%40example.com", "o'brien@example.com", id="apostrophe"),
        pytest.param("j%C3%B6rg%40b%C3%BCcher.example", "jörg@bücher.example", id="unicode"),
        pytest.param("%7Bx%7D%3F%23%40example.com", "{x}?#@example.com", id="reserved"),
    ],
)
async def test_an_address_in_the_path_is_decoded_exactly_once(
    service: Service, segment: str, address: str
) -> None:
    answer = await service.post(f"contact/add/{segment}/")
    assert (answer.status, answer.json["EmailAddress"]) == (200, address)


# Add.


async def test_an_add_keeps_the_case_of_the_address_and_answers_with_the_contact(
    service: Service,
) -> None:
    answer = await service.post("contact/add/Joe%40Example.com/", {"FirstName": "Joe"})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.json == service.account.contacts.get("joe@example.com")
    assert (answer.json["EmailAddress"], answer.json["CreatedSourceValue"]) == (
        "Joe@Example.com",
        "API",
    )


async def test_an_add_never_changes_a_contact_that_exists(service: Service) -> None:
    service.account.contacts.add("joe@example.com", {"FirstName": "Joe"})
    answer = await service.post("contact/add/JOE%40example.com/", {"FirstName": "Other"})
    assert answer.error == (400, 102)
    assert service.account.contacts.all()[0]["FirstName"] == "Joe"
    assert service.account.contacts.count() == 1


async def test_a_suppressed_address_is_added_as_a_suppressed_contact(service: Service) -> None:
    service.account.suppression.add("JOE@example.com")
    assert (await service.post(JOE.format("add"))).json["IsSuppressed"] is True


async def test_an_address_in_the_body_of_an_add_must_be_the_same(start: Start) -> None:
    service = await start()
    answer = await service.post(JOE.format("add"), {"EmailAddress": "ann@example.com"})
    assert answer.error == (400, 104)
    answer = await service.post(JOE.format("add"), {"EmailAddress": "JOE@example.com"})
    assert (answer.status, answer.json["EmailAddress"]) == (200, "joe@example.com")


async def test_a_deleted_contacts_number_is_not_given_again(service: Service) -> None:
    first = (await service.post(JOE.format("add"))).json["SystemID"]
    await service.post(JOE.format("delete"))
    assert (await service.post(JOE.format("add"))).json["SystemID"] == first + 1


# Update.


async def test_an_update_changes_what_it_names_and_nothing_else(start: Start) -> None:
    now = dt.datetime(2026, 1, 1)  # noqa: DTZ001
    service = await start(clock=lambda: now)
    service.account.contacts.add("Joe@example.com", {"FirstName": "Joe", "Title": "Mr"})
    now += dt.timedelta(days=1)
    answer = await service.post(JOE.format("update"), {"FirstName": "Joseph", "LastName": "B"})
    contact = answer.json
    assert answer.status == 200
    assert (contact["FirstName"], contact["LastName"], contact["Title"]) == ("Joseph", "B", "Mr")
    assert contact["EmailAddress"] == "Joe@example.com"
    assert contact["CreatedTimestamp"] == "2026-01-01T00:00:00"
    assert contact["ModifiedTimestamp"] == "2026-01-02T00:00:00"


async def test_an_update_renames_where_the_body_has_a_new_address(service: Service) -> None:
    service.account.mailing_lists.add("LISTID01", "Newsletter")
    number = service.account.contacts.add("joe@example.com", {"Title": "Mr"})
    service.account.mailing_lists.subscribe("LISTID01", "joe@example.com")
    answer = await service.post(JOE.format("update"), {"EmailAddress": "New@example.com"})
    assert (answer.json["SystemID"], answer.json["EmailAddress"], answer.json["Title"]) == (
        number,
        "New@example.com",
        "Mr",
    )
    assert service.account.contacts.addresses() == ["New@example.com"]
    assert service.account.mailing_lists.members("LISTID01") == ["New@example.com"]


async def test_a_rename_may_change_the_case_only(service: Service) -> None:
    service.account.contacts.add("joe@example.com")
    answer = await service.post(JOE.format("update"), {"EmailAddress": "JOE@example.com"})
    assert (answer.status, service.account.contacts.addresses()) == (200, ["JOE@example.com"])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param({"EmailAddress": "ANN@example.com"}, (400, 102), id="taken"),
        pytest.param({"EmailAddress": "ann"}, (400, 100), id="no-address"),
        pytest.param({"EmailAddress": None}, (400, 100), id="null"),
        pytest.param({"EmailAddress": ""}, (400, 100), id="empty"),
        pytest.param({"EmailAddress": 7}, (400, 103), id="number"),
        pytest.param({"EmailAddress": False}, (400, 103), id="boolean"),
    ],
)
async def test_a_rename_that_cannot_be_changes_nothing(
    service: Service, body: dict[str, Any], error: tuple[int, int]
) -> None:
    service.account.contacts.add("joe@example.com")
    service.account.contacts.add("ann@example.com")
    assert (await service.post(JOE.format("update"), {"Title": "Mr", **body})).error == error
    assert service.account.contacts.addresses() == ["joe@example.com", "ann@example.com"]
    assert service.account.contacts.all()[0]["Title"] is None


async def test_an_update_never_creates(service: Service) -> None:
    assert (await service.post(JOE.format("update"), {"Title": "Mr"})).error == (404, 101)
    assert service.account.contacts.count() == 0


async def test_a_bad_address_is_flagged_and_cleared_by_an_update(service: Service) -> None:
    service.account.contacts.add("joe@example.com")
    for flag in (True, False, True, None):
        answer = await service.post(JOE.format("update"), {"IsBadEmailAddress": flag})
        assert answer.json["IsBadEmailAddress"] is bool(flag)


# Delete.


async def test_a_delete_answers_with_nothing_and_leaves_reports_and_suppression(
    service: Service,
) -> None:
    service.account.mailing_lists.add("LISTID01", "Newsletter")
    service.account.contacts.add("joe@example.com")
    service.account.mailing_lists.subscribe("LISTID01", "joe@example.com")
    service.account.suppression.add("joe@example.com")
    answer = await service.post(JOE.format("delete"))
    assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")
    assert service.account.contacts.count() == 0
    assert service.account.mailing_lists.members("LISTID01") == []
    assert service.account.suppression.all() == ["joe@example.com"]
    assert (await service.post(JOE.format("delete"))).error == (404, 101)


# Fields.

REFUSED: dict[str, Any] = {
    "Unknown": "x",
    "firstname": "Joe",
    "FirstName": 7,
    "LastName": True,
    "Title": ["Mr"],
    "KnownAs": {"a": 1},
    "IsBadEmailAddress": "false",
    "IsBadMobilePhoneNumber": 0,
    "SystemID": 7,
    "IsSuppressed": False,
    "IsConfirmed": True,
    "CreatedTimestamp": "2010-05-13T09:00:00",
    "ModifiedTimestamp": "2010-05-13T09:00:00",
    "CreatedSourceValue": "API",
    "CreatedIPAddress": "127.0.0.1",
    "CreatedHttpReferrerUrl": None,
    "IsMember": "yes",
    "Birthday": "tomorrow",
    "": "x",
}


@pytest.mark.parametrize("verb", ["add", "update", "addorupdate"])
@pytest.mark.parametrize("field", REFUSED)
async def test_a_field_that_does_not_fit_the_account_is_103_and_changes_nothing(
    service: Service, verb: str, field: str
) -> None:
    service.account.fields.add("IsMember", FieldKind.YES_NO)
    service.account.fields.add("Birthday", FieldKind.DATE)
    if verb == "update":
        service.account.contacts.add("joe@example.com")
    before = service.account.contacts.all()
    body = {"CompanyName": "Example", field: REFUSED[field]}
    assert (await service.post(JOE.format(verb), body)).error == (400, 103)
    assert service.account.contacts.all() == before


@pytest.mark.parametrize("empty", [None, ""])
async def test_null_and_the_empty_text_clear_a_field(service: Service, empty: str | None) -> None:
    service.account.fields.add("IsMember", FieldKind.YES_NO)
    service.account.contacts.add("joe@example.com", {"FirstName": "Joe", "IsMember": True})
    body = {"FirstName": empty, "IsMember": empty}
    contact = (await service.post(JOE.format("update"), body)).json
    assert (contact["FirstName"], contact["IsMember"]) == (None, False)


@pytest.mark.parametrize("value", ["2026-02-28", "2026-02-28T10:00:00.5"])
async def test_a_date_field_takes_naive_dates(service: Service, value: str) -> None:
    service.account.fields.add("Birthday", FieldKind.DATE)
    assert (await service.post(JOE.format("add"), {"Birthday": value})).json["Birthday"] == value
    answer = await service.post(JOE.format("update"), {"Birthday": "2026-02-28T10:00:00+01:00"})
    assert answer.error == (400, 103)


@pytest.mark.parametrize(
    "body",
    [b"[]", b'"text"', b"7", b"null", b"{", b'{"FirstName": NaN}', b"\xff", b"\xef\xbb\xbf{}"],
)
@pytest.mark.parametrize("verb", ["add", "update", "addorupdate"])
async def test_a_body_that_is_no_json_object_is_malformed(
    service: Service, verb: str, body: bytes
) -> None:
    headers = {"ApiKey": service.account.api_key}
    answer = await service.send("POST", JOE.format(verb), data=body, headers=headers)
    assert answer.error == (400, -1)
    assert service.account.contacts.count() == 0


@pytest.mark.parametrize("body", [b"", b" \r\n", b"{}"])
async def test_an_empty_body_sets_no_fields(service: Service, body: bytes) -> None:
    headers = {"ApiKey": service.account.api_key}
    answer = await service.send("POST", JOE.format("add"), data=body, headers=headers)
    assert (answer.status, answer.json["FirstName"]) == (200, None)
