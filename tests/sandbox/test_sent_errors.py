"""What errors look like on Sent, and which of its codes the sandbox can answer with."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any, Final

import attrs
import pytest

from sentori_async.platforms.sent.catalogue import CATALOGUE
from sentori_async.sandbox.sent.app import routes
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import ROWS
from sentori_async.sandbox.sent.stores.account import BLOCKS
from tests.sandbox.sent_service import ANN, NOBODY, SentAnswer, SentService
from tests.sandbox.service import Service, Start

Scenario = Callable[[SentService], Awaitable[SentAnswer]]
SCENARIOS: dict[str, tuple[SentOptions, Scenario]] = {}

_GROUP: Final = "no endpoint of its group is played"
_FAULT: Final = "a failure of the service, which a fault script plays"
NEVER: Final = {
    **dict.fromkeys(("RESOURCE_004", "RESOURCE_005", "RESOURCE_006"), _GROUP),
    **dict.fromkeys(("RESOURCE_009", "RESOURCE_010", "RESOURCE_011", "RESOURCE_012"), _GROUP),
    **dict.fromkeys(("CONFLICT_012", "CONFLICT_013"), _GROUP),
    **{f"INTERNAL_00{n}": _FAULT for n in range(1, 6)},
}
ELSEWHERE: Final = {"CONFLICT_001": "test_sent_idempotency: it takes two requests at a time"}


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


def code(name: str, **options: Any) -> Callable[[Scenario], Scenario]:
    """Register a scenario that ends with the code."""

    def register(scenario: Scenario) -> Scenario:
        SCENARIOS[name] = SentOptions(**options), scenario
        return scenario

    return register


def blocked(name: str) -> Scenario:
    async def scenario(sent: SentService) -> SentAnswer:
        sent.account.account.block(name)
        return await sent.get("me")

    return scenario


for block in sorted(BLOCKS):
    code(block)(blocked(block))


def asks(method: str, path: str, body: Any = None, **headers: str) -> Scenario:
    async def scenario(sent: SentService) -> SentAnswer:
        return await sent.send(method, path, body, **headers)

    return scenario


code("AUTH_002")(asks("GET", "me", key="unknown"))
code("VALIDATION_001")(asks("POST", "contacts", {}))
code("VALIDATION_002")(asks("POST", "contacts", {"phone_number": "2125550123"}))
code("VALIDATION_003")(asks("GET", "contacts/1"))
code("VALIDATION_004", missing_field_code="VALIDATION_004")(asks("POST", "contacts", {}))
code("VALIDATION_005")(asks("GET", "contacts?page=0"))
code("VALIDATION_006")(asks("GET", "contacts?channel=SMS"))
code("VALIDATION_007")(asks("POST", "contacts", {}, Idempotency_Key="a b"))
code("RESOURCE_001")(asks("GET", f"contacts/{NOBODY}"))
code("RESOURCE_002")(asks("GET", f"templates/{NOBODY}"))
code("RESOURCE_003")(asks("GET", f"messages/{NOBODY}"))
code("RESOURCE_008")(asks("GET", f"webhooks/{NOBODY}"))
code("RESOURCE_013", unknown_path="envelope")(asks("GET", "nowhere"))
code("RESOURCE_014")(asks("GET", "me", x_profile_id=NOBODY))
code("SERVICE_001", idempotency_store_down=True)(asks("POST", "contacts", {}, Idempotency_Key="a"))


@code("AUTH_001")
async def without_a_key(sent: SentService) -> SentAnswer:
    return await sent.send("GET", "me", key=None)


@code("AUTH_004")
async def a_profile_that_names_one(sent: SentService) -> SentAnswer:
    sent.account.add_profile("Shop", api_key="profile-key")
    return await sent.send("GET", "me", key="profile-key", x_profile_id=NOBODY)


@code("VALIDATION_008")
async def a_variable_without_value(sent: SentService) -> SentAnswer:
    key = sent.account.templates.add("a", text="Hi {{0:variable}}!", variables=("name",))
    return await sent.post("messages", {"to": [ANN], "template": {"id": key}})


@code("RESOURCE_007")
async def a_number_twice(sent: SentService) -> SentAnswer:
    await sent.add()
    return await sent.add()


@code("BUSINESS_001")
async def a_change_of_what_is_inherited(sent: SentService) -> SentAnswer:
    key = sent.account.contacts.add(ANN, inherited=True)
    return await sent.patch(f"contacts/{key}", {"opt_out": True})


@code("BUSINESS_002", rate_per_min=1)
async def too_many_requests(sent: SentService) -> SentAnswer:
    await sent.get("me")
    return await sent.get("me")


@code("BUSINESS_003", refuse_at_send=True)
async def no_money(sent: SentService) -> SentAnswer:
    sent.account.account.fund(funded=False)
    return await sent.post("messages", {"to": [ANN], "text": "Hi"})


@code("BUSINESS_004", refuse_at_send=True)
async def a_message_to_who_opted_out(sent: SentService) -> SentAnswer:
    sent.account.contacts.add(ANN, opt_out=True)
    return await sent.post("messages", {"to": [ANN], "text": "Hi"})


@code("BUSINESS_005", refuse_at_send=True)
async def a_template_that_is_not_approved(sent: SentService) -> SentAnswer:
    key = sent.account.templates.add("a", status="PENDING")
    return await sent.post("messages", {"to": [ANN], "template": {"id": key}})


@code("BUSINESS_006")
async def a_cancel_too_late(sent: SentService) -> SentAnswer:
    data = (await sent.post("messages", {"to": [ANN], "text": "Hi"})).data
    return await sent.post(f"messages/{data['recipients'][0]['message_id']}/cancel")


@code("BUSINESS_007", refuse_at_send=True)
async def a_channel_that_does_not_reach(sent: SentService) -> SentAnswer:
    sent.account.contacts.add(ANN, available_channels="sms")
    return await sent.post("messages", {"to": [ANN], "text": "Hi", "channel": ["whatsapp"]})


@code("BUSINESS_008", max_contacts=1)
async def one_contact_too_many(sent: SentService) -> SentAnswer:
    await sent.add()
    return await sent.add("+12125550124")


@code("BUSINESS_010")
async def a_test_of_an_inactive_webhook(sent: SentService) -> SentAnswer:
    key = sent.account.webhooks.add(event_types=("contact",))
    await sent.patch(f"webhooks/{key}/toggle-status", {"is_active": False})
    return await sent.post(f"webhooks/{key}/test", {"event_type": "contact"})


@code("BUSINESS_012", refuse_at_send=True)
async def a_template_without_that_channel(sent: SentService) -> SentAnswer:
    body = {"body": {"whatsapp": {"template": "Hi"}}}
    key = sent.account.templates.create(body, status="APPROVED").id
    order = {"to": [ANN], "template": {"id": key}, "channel": ["sms"]}
    return await sent.post("messages", order)


@code("CONFLICT_006")
async def a_change_under_review(sent: SentService) -> SentAnswer:
    key = sent.account.templates.add("a", status="PENDING")
    return await sent.send("PUT", f"templates/{key}", {"name": "b"})


@code("LIMIT_001", max_scheduled=1)
async def one_scheduled_message_too_many(sent: SentService) -> SentAnswer:
    at = f"{(sent.account.clock() + dt.timedelta(days=1)).isoformat()}Z"
    body = {"to": [ANN, "+12125550124"], "text": "Hi", "scheduled_at": at}
    return await sent.post("messages", body)


def test_every_code_of_the_catalogue_is_played_or_says_why_not() -> None:
    played = {*SCENARIOS, *ELSEWHERE}
    assert played | set(NEVER) == {row.code for row in CATALOGUE.codes}
    assert not played & set(NEVER)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_code_comes_in_its_documented_form(start: Start, name: str) -> None:
    row = ROWS[name]
    options, scenario = SCENARIOS[name]
    answer = await scenario(SentService(await start(sent=options)))
    assert answer.error == (row.statuses[0], row.code)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    envelope = answer.envelope
    assert list(envelope) == ["success", "data", "error", "meta"]
    assert (envelope["success"], envelope["data"]) == (False, None)
    assert list(envelope["error"]) == ["code", "message", "details", "doc_url"]
    assert envelope["error"]["message"].startswith(row.name)
    assert envelope["meta"]["request_id"] == answer.headers["X-Request-Id"]
    if (details := envelope["error"]["details"]) is not None:
        assert all(isinstance(text, str) for texts in details.values() for text in texts)


@pytest.mark.parametrize("name", [name for name in SCENARIOS if len(ROWS[name].statuses) == 2])
async def test_an_older_service_answers_with_the_older_status(start: Start, name: str) -> None:
    options, scenario = SCENARIOS[name]
    options = attrs.evolve(options, legacy_statuses=True)
    assert (await scenario(SentService(await start(sent=options)))).error == (422, name)


async def test_every_answer_says_which_request_it_is_to(sent: SentService) -> None:
    first, second = await sent.get("me"), await sent.get("contacts/1")
    for answer in (first, second):
        meta = answer.envelope["meta"]
        assert list(meta) == ["request_id", "timestamp", "version"]
        assert meta["request_id"].startswith("req_")
        assert meta["timestamp"].endswith("0+00:00")
        assert meta["version"] == answer.headers["X-API-Version"] == "v3"
        assert answer.headers["X-Request-Id"] == meta["request_id"]
        assert answer.headers["X-Response-Time"].endswith("ms")
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


@pytest.mark.parametrize(
    "path", ["", "nowhere", "me/you", "contacts/1/2", "Contacts", "messages/1/2", "webhooks/1/2/3"]
)
async def test_an_unknown_path_has_an_empty_answer(sent: SentService, path: str) -> None:
    answer = await sent.get(path)
    assert (answer.status, answer.raw.body) == (404, b"")


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
async def test_an_endpoint_takes_its_own_method_only(sent: SentService, route: Any) -> None:
    path = route.template.replace("{id}", NOBODY).replace("{number}", ANN)
    taken = {m for r in routes() if r.template == route.template for m in r.methods}
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - taken:
        answer = await sent.send(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, ", ".join(sorted(taken)))


async def test_a_path_that_does_not_decode_is_refused(sent: SentService) -> None:
    assert (await sent.get("contacts/%ff")).status == 400
