"""Sent's contacts: one per number, listed by pages, opted out rather than deleted."""

from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from tests.sandbox.sent_service import ANN, BOB, NOBODY, SentService
from tests.sandbox.service import Service


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


async def test_a_new_contact_is_shown_in_every_form(sent: SentService) -> None:
    answer = await sent.add("+12345678900")
    assert answer.status == 201
    contact = answer.data
    assert contact == sent.account.contacts.get("+12345678900")
    assert contact == sent.account.contacts.get(contact["id"])
    assert {k: v for k, v in contact.items() if k not in {"id", "customer_id", "created_at"}} == {
        "phone_number": "+12345678900",
        "format_e164": "+12345678900",
        "format_international": "+1 234-567-8900",
        "format_national": "(234) 567-8900",
        "format_rfc": "tel:+1-234-567-8900",
        "country_code": "1",
        "region_code": "US",
        "available_channels": "sms,whatsapp",
        "default_channel": "sms",
        "opt_out": False,
        "is_inherited": False,
        "updated_at": None,
    }
    assert contact["customer_id"] == sent.account.customer_id


@pytest.mark.parametrize(
    ("number", "code", "region"),
    [(BOB, "44", "GB"), ("+351912345678", "351", "PT"), ("+88312345678", "", "")],
)
async def test_the_country_follows_from_the_number(
    sent: SentService, number: str, code: str, region: str
) -> None:
    contact = (await sent.add(number)).data
    assert (contact["country_code"], contact["region_code"]) == (code, region)
    assert contact["format_international"].startswith(f"+{code} " if code else "+883-")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        *[({}, "VALIDATION_001"), ({"phone_number": None}, "VALIDATION_001")],
        *[({"phone_number": ""}, "VALIDATION_001"), ({"phone_number": 1}, "VALIDATION_001")],
        ({"phone_number": ANN, "sandbox": "yes"}, "VALIDATION_001"),
        *[({"phone_number": n}, "VALIDATION_002") for n in ("12125550123", "+1 212 555 0123")],
        *[({"phone_number": n}, "VALIDATION_002") for n in ("+02125550123", "+1" * 9, "+12345")],
        ({"phone_number": "+" + "1" * 16}, "VALIDATION_002"),
        ({"phone_number": "+1212555012٣"}, "VALIDATION_002"),
    ],
)
async def test_a_contact_needs_a_number_in_e164(
    sent: SentService, body: dict[str, Any], code: str
) -> None:
    answer = await sent.post("contacts", body)
    assert answer.error == (400, code)
    assert answer.fields == ["sandbox" if "sandbox" in body else "phone_number"]
    assert sent.account.contacts.count() == 0


@pytest.mark.parametrize("body", [b"[]", b"{", b'"+12125550123"', b"\xff"])
async def test_a_body_is_a_json_object(sent: SentService, body: bytes) -> None:
    assert (await sent.post("contacts", body)).error == (400, "VALIDATION_001")


async def test_a_number_is_one_contact_and_a_second_add_changes_nothing(sent: SentService) -> None:
    key = sent.account.contacts.add(ANN, opt_out=True, default_channel="whatsapp")
    before = sent.account.contacts.get(key)
    assert (await sent.add()).error == (409, "RESOURCE_007")
    assert sent.account.contacts.get(key) == before
    assert (await sent.get(f"contacts/{key.upper()}")).data == before


@pytest.mark.parametrize(
    ("body", "changed"),
    [
        ({"opt_out": True}, {"opt_out": True}),
        ({"default_channel": "whatsapp"}, {"default_channel": "whatsapp"}),
        ({"default_channel": None, "opt_out": None}, {}),
        ({"nonsense": 1}, {}),
        (None, {}),
    ],
)
async def test_a_patch_changes_what_it_names(
    sent: SentService, body: dict[str, Any] | None, changed: dict[str, Any]
) -> None:
    key = sent.account.contacts.add(ANN)
    before = sent.account.contacts.get(key) or {}
    after = (await sent.patch(f"contacts/{key}", body)).data
    assert after == sent.account.contacts.get(key)
    assert after["updated_at"] is not None
    assert after == {**before, "updated_at": after["updated_at"], **changed}


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"opt_out": "false"}, "VALIDATION_001", "opt_out"),
        ({"opt_out": 1}, "VALIDATION_001", "opt_out"),
        ({"default_channel": "SMS"}, "VALIDATION_006", "default_channel"),
        ({"default_channel": 5}, "VALIDATION_001", "default_channel"),
    ],
)
async def test_a_wrong_value_changes_nothing(
    sent: SentService, body: dict[str, Any], code: str, field: str
) -> None:
    key = sent.account.contacts.add(ANN)
    before = sent.account.contacts.get(key)
    answer = await sent.patch(f"contacts/{key}", {"opt_out": True, **body})
    assert (answer.error, answer.fields) == ((400, code), [field])
    assert sent.account.contacts.get(key) == before


async def test_a_deleted_contact_is_gone_and_its_number_is_free(sent: SentService) -> None:
    key = sent.account.contacts.add(ANN)
    answer = await sent.send("DELETE", f"contacts/{key}")
    assert (answer.status, answer.raw.body) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        again = await sent.send(method, f"contacts/{key}")
        assert again.error == (404, "RESOURCE_001")
    assert (await sent.add()).data["id"] != key


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("key", ["1", ANN, NOBODY[:-1]])
async def test_an_id_is_a_uuid(sent: SentService, method: str, key: str) -> None:
    answer = await sent.send(method, f"contacts/{key}", {})
    assert (answer.error, answer.fields) == ((400, "VALIDATION_003"), ["id"])


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_an_inherited_contact_cannot_be_changed(sent: SentService, method: str) -> None:
    key = sent.account.contacts.add(ANN, inherited=True)
    assert (await sent.get(f"contacts/{key}")).data["is_inherited"] is True
    answer = await sent.send(method, f"contacts/{key}", {"opt_out": True})
    assert answer.error == (400, "BUSINESS_001")
    assert sent.account.contacts.count() == 1


async def test_pages_hold_every_contact_once_and_say_where_they_stand(sent: SentService) -> None:
    numbers = [f"+1212555{n:04}" for n in range(7)]
    assert sent.account.contacts.add_many(numbers) == 7
    seen = []
    for page in range(1, 4):
        data = (await sent.get(f"contacts?page={page}&page_size=3")).data
        seen += [contact["phone_number"] for contact in data["contacts"]]
        assert data["pagination"] == {
            "page": page,
            "page_size": 3,
            "total_count": 7,
            "total_pages": 3,
            "has_more": page < 3,
            "cursors": None,
        }
    assert seen == numbers == sent.account.contacts.numbers()
    beyond = (await sent.get("contacts?page=4&page_size=3")).data
    assert (beyond["contacts"], beyond["pagination"]["has_more"]) == ([], False)


@pytest.mark.parametrize(
    "query",
    [
        *["page=0&page_size=3", "page=-1", "page=one", "page=", "page_size=0", "page_size=101"],
        "page_size=1.5",
    ],
)
async def test_a_page_out_of_range_is_refused(sent: SentService, query: str) -> None:
    answer = await sent.get(f"contacts?{query}")
    assert answer.error == (400, "VALIDATION_005")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=7911", [BOB]),
        ("search=nobody", []),
        ("channel=whatsapp", [BOB]),
        ("channel=sms", [ANN, BOB]),
        ("phone=%2B447911123456", [BOB]),
        ("phone=%2B447911123456&page=1&page_size=5", [BOB]),
        ("search=&channel=&phone=", [ANN, BOB]),
    ],
)
async def test_a_list_can_be_narrowed(sent: SentService, query: str, found: list[str]) -> None:
    sent.account.contacts.add(ANN, available_channels="sms")
    sent.account.contacts.add(BOB)
    data = (await sent.get(f"contacts?{query}")).data
    assert [contact["phone_number"] for contact in data["contacts"]] == found
    assert data["pagination"]["total_count"] == len(found)


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("phone=%2B12125550199", (404, "RESOURCE_001")),
        ("phone=+12125550123", (400, "VALIDATION_002")),  # a bare plus in a query is a space
        ("phone=12125550123", (400, "VALIDATION_002")),
        ("channel=email", (400, "VALIDATION_006")),
    ],
)
async def test_a_list_by_phone_is_of_one_number_that_exists(
    sent: SentService, query: str, error: tuple[int, str]
) -> None:
    sent.account.contacts.add(ANN)
    assert (await sent.get(f"contacts?{query}")).error == error


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "contacts", {"phone_number": ANN}, 201),
        ("PATCH", f"contacts/{NOBODY}", {"opt_out": True}, 200),
        ("DELETE", f"contacts/{NOBODY}", {}, 204),
    ],
)
async def test_a_simulated_write_is_checked_and_changes_nothing(
    sent: SentService, method: str, path: str, body: dict[str, Any], status: int
) -> None:
    """Nothing is looked up either: the number exists, the id does not."""
    sent.account.contacts.add(ANN)
    before = sent.account.contacts.all()
    answer = await sent.send(method, path, {**body, "sandbox": True})
    assert (answer.status, answer.headers["X-Sandbox"]) == (status, "true")
    assert sent.account.contacts.all() == before
    real = await sent.send(method, path, {**body, "sandbox": False})
    assert "X-Sandbox" not in real.headers
    assert real.error[0] in {404, 409}


async def test_a_simulated_answer_shows_what_was_asked_for(sent: SentService) -> None:
    assert (await sent.post("contacts", {"phone_number": "x", "sandbox": True})).error == (
        400,
        "VALIDATION_002",
    )
    body = {"opt_out": True, "default_channel": "whatsapp", "sandbox": True}
    data = (await sent.patch(f"contacts/{NOBODY}", body)).data
    assert (data["id"], data["opt_out"], data["default_channel"]) == (NOBODY, True, "whatsapp")


async def test_a_seed_that_does_not_fit_is_refused(sent: SentService) -> None:
    contacts = sent.account.contacts
    contacts.add(ANN)
    for number in (ANN, "12125550100", ""):
        with pytest.raises(InvalidInput, match="taken or no number"):
            contacts.add(number)
    with pytest.raises(InvalidInput):
        contacts.add_many([BOB, ANN])
    assert contacts.numbers() == [ANN]
    assert contacts.get(NOBODY) is None


async def test_a_number_can_be_looked_up(sent: SentService) -> None:
    data = (await sent.get("numbers/lookup/%2B447911123456")).data
    assert (data["phone_number"], data["country_code"], data["is_valid"]) == (BOB, "GB", True)
    answer = await sent.get("numbers/lookup/7911")
    assert answer.error == (400, "VALIDATION_002")
