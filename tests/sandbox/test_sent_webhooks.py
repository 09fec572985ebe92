"""Webhooks on Sent: made, changed, switched off, and signed as the documents say."""

import base64
import hashlib
import hmac
from typing import Any

import orjson
import pytest

from tests.sandbox.sent_service import ANN, NOBODY, Clock, SentService
from tests.sandbox.service import Service, Start

NEW = {"display_name": "Hook", "endpoint_url": "https://example.com/a", "event_types": ["contact"]}


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


async def test_a_new_webhook_shows_its_secret_once(sent: SentService) -> None:
    answer = await sent.post("webhooks", NEW)
    assert answer.status == 201
    hook = answer.data
    assert hook == sent.account.webhooks.get(hook["id"])
    assert {name: hook[name] for name in NEW} == NEW
    assert (hook["retry_count"], hook["timeout_seconds"], hook["is_active"]) == (3, 30, True)
    assert len(base64.b64decode(hook["signing_secret"].removeprefix("whsec_"))) == 32
    shown = (await sent.get(f"webhooks/{hook['id']}")).data
    assert hook["signing_secret"] not in orjson.dumps(shown).decode()
    assert {**shown, "signing_secret": hook["signing_secret"]} == hook


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"display_name": None}, "VALIDATION_001", "display_name"),
        ({"endpoint_url": None}, "VALIDATION_001", "endpoint_url"),
        ({"endpoint_url": "example.com"}, "VALIDATION_001", "endpoint_url"),
        ({"endpoint_url": "ftp://example.com"}, "VALIDATION_001", "endpoint_url"),
        ({"event_types": []}, "VALIDATION_001", "event_types"),
        ({"event_types": "contact"}, "VALIDATION_001", "event_types"),
        ({"event_types": ["contacts"]}, "VALIDATION_006", "event_types"),
        ({"event_filters": {"letters": []}}, "VALIDATION_006", "event_filters"),
        ({"event_filters": {"contact": "help"}}, "VALIDATION_001", "event_filters.contact"),
        ({"event_filters": []}, "VALIDATION_001", "event_filters"),
        *[({"retry_count": n}, "VALIDATION_005", "retry_count") for n in (0, 6, -1)],
        *[({"timeout_seconds": n}, "VALIDATION_005", "timeout_seconds") for n in (4, 121)],
        *[({"retry_count": n}, "VALIDATION_001", "retry_count") for n in ("3", True, 1.5)],
    ],
)
async def test_a_webhook_is_checked_field_by_field(
    sent: SentService, body: dict[str, Any], code: str, field: str
) -> None:
    answer = await sent.post("webhooks", {**NEW, **body})
    assert (answer.error, answer.fields) == ((400, code), [field])
    assert sent.account.webhooks.count() == 0


async def test_a_webhook_can_be_changed(sent: SentService) -> None:
    key = sent.account.webhooks.add(event_types=("message",))
    before = sent.account.webhooks.get(key) or {}
    body = {"retry_count": 5, "timeout_seconds": 120, "event_filters": {"contact": ["help"]}}
    after = (await sent.send("PUT", f"webhooks/{key}", {**NEW, **body})).data
    stored = sent.account.webhooks.get(key) or {}
    assert {name: stored[name] for name in (*NEW, *body)} == {**NEW, **body}
    assert stored["signing_secret"] == before["signing_secret"] != after["signing_secret"]
    assert (await sent.send("PUT", f"webhooks/{key}", {})).data["retry_count"] == 5


async def test_a_secret_is_void_as_soon_as_it_is_rotated(sent: SentService) -> None:
    key = sent.account.webhooks.add(event_types=("contact",))
    old = (sent.account.webhooks.get(key) or {})["signing_secret"]
    new = (await sent.post(f"webhooks/{key}/rotate-secret", {})).data["signing_secret"]
    assert new == (sent.account.webhooks.get(key) or {})["signing_secret"] != old


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *[("GET", ""), ("PUT", ""), ("DELETE", ""), ("GET", "/events?page=1&page_size=5")],
        *[("POST", "/rotate-secret"), ("POST", "/test"), ("PATCH", "/toggle-status")],
    ],
)
async def test_a_webhook_that_is_not_there_is_not_found(
    sent: SentService, method: str, path: str
) -> None:
    body = {"event_type": "message", "is_active": True}
    answer = await sent.send(method, f"webhooks/{NOBODY}{path}", body)
    assert answer.error == (404, "RESOURCE_008")
    assert (await sent.send(method, f"webhooks/1{path}", body)).error == (400, "VALIDATION_003")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *[("POST", "", 201), ("PUT", f"/{NOBODY}", 200), ("POST", f"/{NOBODY}/test", 200)],
        *[("POST", f"/{NOBODY}/rotate-secret", 200), ("PATCH", f"/{NOBODY}/toggle-status", 200)],
    ],
)
async def test_a_simulated_write_leaves_no_webhook(
    sent: SentService, method: str, path: str, status: int
) -> None:
    body = {**NEW, "event_type": "message", "is_active": False, "sandbox": True}
    answer = await sent.send(method, f"webhooks{path}", body)
    assert (answer.status, answer.headers["X-Sandbox"]) == (status, "true")
    assert sent.account.webhooks.count() == 0


async def test_a_delete_cannot_be_simulated(sent: SentService) -> None:
    key = sent.account.webhooks.add(event_types=("contact",))
    answer = await sent.send("DELETE", f"webhooks/{key}", {"sandbox": True})
    assert answer.status == 204
    assert "X-Sandbox" not in answer.headers
    assert sent.account.webhooks.count() == 0


async def test_an_inactive_webhook_gets_nothing(sent: SentService) -> None:
    key = sent.account.webhooks.add(event_types=("contact", "message"))
    answer = await sent.patch(f"webhooks/{key}/toggle-status", {"is_active": False})
    assert answer.data["is_active"] is False
    test = {"event_type": "contact.opt_out"}
    assert (await sent.post(f"webhooks/{key}/test", test)).error == (400, "BUSINESS_010")
    sent.account.receive(ANN, "STOP")
    assert sent.account.webhooks.produced() == []
    assert (await sent.patch(f"webhooks/{key}/toggle-status", {"is_active": True})).status == 200
    assert (await sent.post(f"webhooks/{key}/test", test)).data["success"] is True
    assert len(sent.account.webhooks.produced()) == 1
    answer = await sent.patch(f"webhooks/{key}/toggle-status", {})
    assert (answer.error, answer.fields) == ((400, "VALIDATION_001"), ["is_active"])
    answer = await sent.post(f"webhooks/{key}/test", {"event_type": "nothing"})
    assert answer.error == (400, "VALIDATION_006")


async def test_a_delivery_is_signed_over_id_time_and_body(start: Start) -> None:
    clock = Clock()
    sent = SentService(await start(clock=clock))
    key = sent.account.webhooks.add(event_types=("contact",))
    sent.account.receive(ANN, "stop")
    (delivery,) = sent.account.webhooks.produced()
    secret = (sent.account.webhooks.get(key) or {})["signing_secret"].removeprefix("whsec_")
    signed = b".".join(
        [key.encode(), delivery.headers["x-webhook-timestamp"].encode(), delivery.body]
    )
    digest = hmac.new(base64.b64decode(secret), signed, hashlib.sha256).digest()
    assert delivery.headers["x-webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert (delivery.url, delivery.headers["x-webhook-id"]) == ("https://example.com/hook", key)
    body = orjson.loads(delivery.body)
    assert (body["field"], body["event"]) == ("contact", "contact.opt_out")
    assert body["timestamp"] == "2026-09-01T12:00:00Z"
    contact = sent.account.contacts.get(ANN) or {}
    assert body["payload"]["contact_id"] == contact["id"]
    assert (body["payload"]["opt_out"], body["payload"]["from"]) == (True, ANN)
    assert (body["payload"]["source"], body["payload"]["text"]) == ("INBOUND_KEYWORD", "stop")


async def test_the_log_of_a_webhook_is_paged_and_both_parameters_are_required(
    sent: SentService,
) -> None:
    key = sent.account.webhooks.add(event_types=("message.delivered", "message.sent"))
    await sent.post("messages", {"to": [ANN], "text": "Hi"})
    data = (await sent.get(f"webhooks/{key}/events?page=2&page_size=1")).data
    (event,) = data["events"]
    assert event["event_type"] == event["event_data"]["event"] == "message.delivered"
    assert event["event_data"]["payload"]["message_status"] == "DELIVERED"
    assert (data["pagination"]["total_count"], data["pagination"]["has_more"]) == (2, False)
    found = await sent.get(f"webhooks/{key}/events?page=1&page_size=9&search=sent")
    assert len(found.data["events"]) == 1
    for query, missing in (("", ["page", "page_size"]), ("?page=1", ["page_size"])):
        answer = await sent.get(f"webhooks/{key}/events{query}")
        assert (answer.error, answer.fields) == ((400, "VALIDATION_001"), missing)
    assert (sent.account.webhooks.get(key) or {})["last_delivery_attempt_at"] is not None


async def test_a_filter_lets_the_named_events_through(sent: SentService) -> None:
    body = {**NEW, "event_types": ["contact", "message"], "event_filters": {"message": ["sent"]}}
    await sent.post("webhooks", body)
    await sent.post("messages", {"to": [ANN], "text": "Hi"})
    sent.account.receive(ANN, "stop")
    types = [d.headers["x-webhook-event-type"] for d in sent.account.webhooks.produced()]
    assert types == ["message.sent", "contact.opt_out"]


@pytest.mark.parametrize(
    ("query", "number"),
    [("", 2), ("is_active=true", 1), ("is_active=false", 1), ("search=hook", 2), ("search=zzz", 0)],
)
async def test_webhooks_are_listed(sent: SentService, query: str, number: int) -> None:
    keys = [sent.account.webhooks.add(event_types=("contact",)) for _ in range(2)]
    await sent.patch(f"webhooks/{keys[0]}/toggle-status", {"is_active": False})
    data = (await sent.get(f"webhooks?{query}")).data
    assert len(data["webhooks"]) == data["pagination"]["total_count"] == number
    assert len(sent.account.webhooks.all()) == 2
    assert (await sent.get("webhooks?is_active=yes")).error == (400, "VALIDATION_006")


async def test_the_types_of_events_are_listed_with_what_is_in_them(sent: SentService) -> None:
    data = (await sent.get("webhooks/event-types")).data
    types = {entry["event_type"]: entry for entry in data["event_types"]}
    assert {"message", "templates", "channel", "contact", "link", "call"} == set(types)
    names = [entry["event_type"] for entry in types["contact"]["sub_types"]]
    assert names == ["contact.opt_in", "contact.opt_out", "contact.help", "contact.custom_keyword"]


@pytest.mark.parametrize(
    ("name", "event", "field"),
    [
        ("message", "message.queued", "message_status"),
        ("message.received", "message.received", "inbound_number"),
        ("templates.approved", "templates.approved", "whatsapp_template_id"),
        ("channel", "channel", "country"),
        ("contact.opt_out", "contact.opt_out", "opt_out"),
        ("link.clicked", "link.clicked", "record_id"),
        ("call", "call", "call_id"),
    ],
)
async def test_a_test_sends_a_specimen_of_its_family(
    sent: SentService, name: str, event: str, field: str
) -> None:
    """Whatever the webhook subscribed to."""
    key = sent.account.webhooks.add(event_types=("link",))
    assert (await sent.post(f"webhooks/{key}/test", {"event_type": name})).status == 200
    body = orjson.loads(sent.account.webhooks.produced()[0].body)
    assert (body["event"], body["field"]) == (event, event.partition(".")[0])
    assert field in body["payload"]
