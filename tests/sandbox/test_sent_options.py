"""Where Sent's documents disagree or are silent, the sandbox plays either reading."""

from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.sent.limits import Rates
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal
from tests.sandbox.sent_service import ANN, BOB, NOBODY, Clock, SentService
from tests.sandbox.service import Start

Scenario = Callable[[SentService], Awaitable[object]]
SCENARIOS: dict[str, tuple[object, Scenario, object, object]] = {}
# Options whose tests need a clock, two requests or many of them.
ELSEWHERE = {
    "test_sent_access": {"lockout_after", "lockout_s", "rate_per_min", "sensitive_per_min"},
    "test_sent_errors": {"legacy_statuses", "refuse_at_send", "max_contacts"},
    "test_sent_idempotency": {"idempotency_store_down", "write_takes_s", "in_flight_wait_s"},
    "test_sent_messages": {"visible_after_s", "message_step_s", "max_scheduled"},
    "below": {"burst", "idempotency_window_s", "sensitive"},
}


def option(value: object, *, default: object, changed: object) -> Callable[[Scenario], Scenario]:
    """Register a scenario with what it gives by default and with the option of its name set."""

    def register(scenario: Scenario) -> Scenario:
        SCENARIOS[scenario.__name__] = value, scenario, default, changed
        return scenario

    return register


@option(200, default=[201] * 3, changed=[200] * 3)
async def create_status(sent: SentService) -> list[int]:
    hook = {"display_name": "a", "endpoint_url": "https://example.com", "event_types": ["link"]}
    template = {"definition": {"body": {"multiChannel": {"template": "Hi"}}}}
    bodies = {"webhooks": hook, "templates": template, "contacts": {"phone_number": ANN}}
    return [(await sent.post(path, body)).status for path, body in bodies.items()]


@option(True, default=(404, False), changed=(200, False))
async def errors_as_200(sent: SentService) -> tuple[int, bool]:
    answer = await sent.get(f"contacts/{NOBODY}")
    return answer.status, answer.envelope["success"]


@option(
    True,
    default=["success", "data", "error", "meta"],
    changed=["success", "error", "meta"],
)
async def errors_without_data(sent: SentService) -> list[str]:
    return list((await sent.get(f"contacts/{NOBODY}")).envelope)


@option(True, default=[False, False, False], changed=[True, True, False])
async def empty_auth_errors(sent: SentService) -> list[bool]:
    refused = await sent.send("GET", "me", key="unknown")
    missing = await sent.get(f"contacts/{NOBODY}")
    sent.account.account.block("AUTH_005")
    return [a.raw.body == b"" for a in (refused, await sent.get("me"), missing)]


@option(
    "https://docs.sent.dm/errors/{code}",
    default="https://docs.sent.dm/reference/api/error-catalog",
    changed="https://docs.sent.dm/errors/RESOURCE_001",
)
async def doc_url(sent: SentService) -> object:
    return (await sent.get(f"contacts/{NOBODY}")).envelope["error"]["doc_url"]


@option("html", default=(404, ""), changed=(404, "text/html; charset=utf-8"))
async def unknown_path(sent: SentService) -> tuple[int, str]:
    answer = await sent.get("nowhere")
    kind = answer.headers.get("Content-Type", "") if answer.raw.body else ""
    return answer.status, kind


@option(True, default=[None, None], changed=["199", "198"])
async def rate_headers_always(sent: SentService) -> list[str | None]:
    answers = [await sent.get("me"), await sent.get("contacts/1")]
    return [answer.headers.get("X-RateLimit-Remaining") for answer in answers]


@option(True, default=201, changed=409)
async def replay_errors(sent: SentService) -> int:
    key = sent.account.contacts.add(ANN)
    await sent.add(Idempotency_Key="a")
    await sent.send("DELETE", f"contacts/{key}")
    return (await sent.add(Idempotency_Key="a")).status


@option(True, default=[204, 404], changed=[204, 204])
async def idempotent_deletes(sent: SentService) -> list[int]:
    path = f"contacts/{sent.account.contacts.add(ANN)}"
    return [(await sent.send("DELETE", path, Idempotency_Key="a")).status for _ in range(2)]


@option(10, default=201, changed=409)
async def max_replayed_bytes(sent: SentService) -> int:
    await sent.add(Idempotency_Key="a")
    return (await sent.add(Idempotency_Key="a")).status


@option(frozenset({"contacts.iterate"}), default=[200, 400], changed=[400, 200])
async def paging_required(sent: SentService) -> list[int]:
    key = sent.account.webhooks.add(event_types=("link",))
    paths = "contacts", f"webhooks/{key}/events"
    return [(await sent.get(path)).status for path in paths]


@option(2, default=3, changed=2)
async def page_size(sent: SentService) -> int:
    sent.account.contacts.add_many([ANN, BOB, "+12125550199"])
    return len((await sent.get("contacts")).data["contacts"])


@option(None, default=400, changed=200)
async def max_page_size(sent: SentService) -> int:
    return (await sent.get("contacts?page_size=100000")).status


@option(lambda text: text == "me", default=400, changed=201)
async def is_number(sent: SentService) -> int:
    return (await sent.add("me")).status


@option("VALIDATION_004", default=["VALIDATION_001"] * 3, changed=["VALIDATION_004"] * 3)
async def missing_field_code(sent: SentService) -> list[str]:
    paths = "contacts", "messages", "webhooks"
    return [(await sent.post(path, {})).error[1] for path in paths]


@option("VALIDATION_001", default="VALIDATION_003", changed="VALIDATION_001")
async def bad_id_code(sent: SentService) -> str:
    return (await sent.send("DELETE", "contacts/1")).error[1]


@option(False, default=404, changed=200)
async def unknown_phone_is_404(sent: SentService) -> int:
    answer = await sent.get("contacts?phone=%2B12125550123")
    assert answer.status == 404 or answer.data["contacts"] == []
    return answer.status


@option("VALIDATION_001", default="BUSINESS_001", changed="VALIDATION_001")
async def inherited_code(sent: SentService) -> str:
    key = sent.account.contacts.add(ANN, inherited=True)
    return (await sent.patch(f"contacts/{key}", {})).error[1]


@option(frozenset({"sent"}), default=[200, 400], changed=[400, 200])
async def default_channels(sent: SentService) -> list[int]:
    path = f"contacts/{sent.account.contacts.add(ANN)}"
    return [(await sent.patch(path, {"default_channel": c})).status for c in ("sms", "sent")]


@option(True, default=None, changed={"sms": "opted_out", "whatsapp": "opted_out"})
async def show_channel_consent(sent: SentService) -> object:
    key = sent.account.contacts.add(ANN, opt_out=True)
    return (await sent.get(f"contacts/{key}")).data.get("channel_consent")


@option(1, default=202, changed=400)
async def max_recipients(sent: SentService) -> int:
    return (await sent.post("messages", {"to": [ANN, BOB], "text": "Hi"})).status


@pytest.mark.parametrize("name", SCENARIOS)
async def test_an_open_question_is_answered_as_it_is_set(start: Start, name: str) -> None:
    value, scenario, default, changed = SCENARIOS[name]
    assert await scenario(SentService(await start())) == default
    chosen: dict[str, Any] = {name: value}
    options = SentOptions(**chosen)
    assert await scenario(SentService(await start(sent=options))) == changed


def test_every_option_has_a_scenario() -> None:
    elsewhere = set().union(*ELSEWHERE.values())
    assert elsewhere.isdisjoint(SCENARIOS)
    assert {*SCENARIOS, *elsewhere} == {field.name for field in attrs.fields(SentOptions)}


async def test_the_window_of_idempotency_keys_can_be_shortened(start: Start) -> None:
    clock = Clock()
    sent = SentService(await start(clock=clock, sent=SentOptions(idempotency_window_s=5)))
    await sent.add(Idempotency_Key="a")
    clock.skip(5)
    assert (await sent.add(Idempotency_Key="a")).status == 409


def test_a_burst_is_made_up_for_at_the_long_rate() -> None:
    now = 0.0
    rates = Rates(SentOptions(rate_per_min=60, burst=3), Clock(), lambda: now)
    for _ in range(3):
        rates.take(1, "me")
    with pytest.raises(Refusal) as refused:
        rates.take(1, "me")
    assert refused.value.headers["Retry-After"] == "1"
    now = 1.0
    rates.take(1, "me")
    with pytest.raises(Refusal):
        rates.take(1, "me")
    now = 100.0
    for _ in range(3):
        rates.take(1, "me")
    with pytest.raises(Refusal):
        rates.take(1, "me")


def test_other_endpoints_can_be_the_sensitive_ones() -> None:
    options = SentOptions(sensitive=frozenset({"me"}), sensitive_per_min=1)
    rates = Rates(options, Clock(), lambda: 0.0)
    for _ in range(2):
        rates.take(1, "webhooks.test")
    rates.take(1, "me")
    with pytest.raises(Refusal):
        rates.take(1, "me")


@pytest.mark.parametrize("name", ["rate_per_min", "lockout_after", "max_page_size", "burst"])
def test_a_limit_is_at_least_one(name: str) -> None:
    chosen: dict[str, Any] = {name: 0}
    with pytest.raises(ConfigurationError, match=f"{name} must be at least 1, not 0"):
        SentOptions(**chosen)


def test_a_creation_answers_200_or_201() -> None:
    with pytest.raises(ConfigurationError, match="must be 200 or 201, not 202"):
        SentOptions(create_status=202)
