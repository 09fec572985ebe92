"""Messages on Sent: accepted at once, and telling later what became of them."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.options import SentOptions
from tests.sandbox.sent_service import ANN, BOB, NOBODY, Clock, SentService
from tests.sandbox.service import Service, Start


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def one(sent: SentService, **body: Any) -> dict[str, Any]:
    """Send one message and return it as it is shown then."""
    answer = await sent.post("messages", {"to": [ANN], "text": "Hi", **body})
    (entry,) = answer.data["recipients"]
    shown: dict[str, Any] = (await sent.get(f"messages/{entry['message_id']}")).data
    return shown


async def test_every_recipient_and_channel_is_a_message(sent: SentService) -> None:
    body = {"to": [ANN, BOB, ANN], "channel": ["sms", "sent"], "text": "Hi"}
    answer = await sent.post("messages", body)
    assert answer.status == 202
    assert answer.data["status"] == "QUEUED"
    assert (answer.data["template_id"], answer.data["template_name"]) == (None, None)
    entries = answer.data["recipients"]
    assert [(e["to"], e["channel"], e["body"]) for e in entries] == [
        (ANN, "sms", "Hi"),
        (ANN, None, None),
        (BOB, "sms", "Hi"),
        (BOB, None, None),
    ]
    assert [e["message_id"] for e in entries] == [m["id"] for m in sent.account.messages.all()]
    assert "scheduled_at" not in answer.data


async def test_sending_makes_a_contact_of_a_new_number(sent: SentService) -> None:
    message = await one(sent)
    contact = sent.account.contacts.get(ANN) or {}
    assert message["contact_id"] == contact["id"]
    assert (await one(sent))["contact_id"] == contact["id"]
    summary = (await sent.get(f"contacts/{contact['id']}/message-summary")).data
    assert (summary["message_count"], summary["channels_used"]) == (2, ["sms"])
    assert summary["channel_scores"] == [
        {"channel": "sms", "success_score": 100, "fail_score": 0},
    ]
    assert summary["first_message_at"] <= summary["last_message_at"]


async def test_a_contact_without_messages_has_an_empty_summary(sent: SentService) -> None:
    key = sent.account.contacts.add(ANN)
    summary = (await sent.get(f"contacts/{key}/message-summary")).data
    assert summary == {
        "contact_id": key,
        "message_count": 0,
        "channels_used": [],
        "first_message_at": None,
        "last_message_at": None,
        "channel_scores": [],
    }
    assert (await sent.get(f"contacts/{NOBODY}/message-summary")).error == (404, "RESOURCE_001")


async def test_a_message_moves_on_with_the_clock(start: Start, clock: Clock) -> None:
    options = SentOptions(visible_after_s=5, message_step_s=10)
    sent = SentService(await start(clock=clock, sent=options))
    answer = await sent.post("messages", {"to": [ANN], "text": "Hi"})
    path = f"messages/{answer.data['recipients'][0]['message_id']}"
    assert (await sent.get(path)).error == (404, "RESOURCE_003")
    assert (await sent.get(f"{path}/activities")).error == (404, "RESOURCE_003")
    clock.skip(5)
    seen = []
    for _ in range(5):
        seen.append((await sent.get(path)).data["status"])
        clock.skip(10)
    assert seen == ["QUEUED", "ROUTED", "SENT", "DELIVERED", "DELIVERED"]
    events = (await sent.get(path)).data["events"]
    assert [event["status"] for event in events] == seen[:4]
    data = (await sent.get(f"{path}/activities")).data
    assert data["message_id"] == path.removeprefix("messages/")
    assert [entry["status"] for entry in data["activities"]] == seen[3::-1]
    assert data["activities"][0]["timestamp"] == "2026-09-01T12:00:30.0000000+00:00"


@pytest.mark.parametrize("path", ["", "/activities"])
async def test_a_message_that_is_not_there_is_not_found(sent: SentService, path: str) -> None:
    assert (await sent.get(f"messages/{NOBODY}{path}")).error == (404, "RESOURCE_003")
    assert (await sent.get(f"messages/1{path}")).error == (400, "VALIDATION_003")


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({"to": None}, "VALIDATION_001", "to"),
        ({"to": []}, "VALIDATION_001", "to"),
        ({"to": ANN}, "VALIDATION_001", "to"),
        ({"to": [ANN, "2125550123"]}, "VALIDATION_002", "to[1]"),
        ({"to": [f"+1212{n:07}" for n in range(1001)]}, "VALIDATION_005", "to"),
        ({"channel": ["SMS"]}, "VALIDATION_006", "channel"),
        ({"channel": "sms"}, "VALIDATION_001", "channel"),
        ({"channel": ["mms"]}, "VALIDATION_001", "media_urls"),
        ({"channels": {"sent": []}}, "VALIDATION_006", "channels"),
        ({"channels": {"sms": {}}}, "VALIDATION_001", "channels.sms"),
        ({"channels": []}, None, None),
        ({"channels": "sms"}, "VALIDATION_001", "channels"),
        ({"text": None}, "VALIDATION_001", "template"),
        ({"template": {"id": NOBODY}}, "VALIDATION_001", "template"),
        ({"text": None, "template": "hi"}, "VALIDATION_001", "template"),
        ({"text": None, "template": {}}, "VALIDATION_001", "template"),
        ({"text": None, "template": {"id": NOBODY, "name": "a"}}, "VALIDATION_001", "template"),
        ({"text": None, "template": {"id": "1"}}, "VALIDATION_003", "template.id"),
        (
            {"text": None, "template": {"name": "a", "parameters": {"b": 1}}},
            "VALIDATION_008",
            "template.parameters",
        ),
        ({"scheduled_at": "tomorrow"}, "VALIDATION_001", "scheduled_at"),
        ({"scheduled_at": "2026-09-02T12:00:00"}, "VALIDATION_001", "scheduled_at"),
        ({"scheduled_at": "2026-09-01T12:00:59Z"}, "VALIDATION_005", "scheduled_at"),
        ({"scheduled_at": "2026-10-01T12:00:01Z"}, "VALIDATION_005", "scheduled_at"),
        ({"scheduled_at": "2026-10-01T14:00:00+02:00"}, None, None),
        ({"scheduled_at": "2026-09-01T12:01:00Z"}, None, None),
    ],
)
async def test_an_order_is_checked_field_by_field(
    start: Start, clock: Clock, body: dict[str, Any], code: str | None, field: str | None
) -> None:
    sent = SentService(await start(clock=clock))
    answer = await sent.post("messages", {"to": [ANN], "text": "Hi", **body})
    if code is None:
        assert answer.status == 202
        return
    assert (answer.error, answer.fields) == ((400, code), [field])
    assert sent.account.contacts.count() == sent.account.messages.count() == 0


async def test_a_template_is_filled_in(sent: SentService) -> None:
    key = sent.account.templates.add(
        "greeting", text="Hi {{0:variable}} and {{1:variable}}!", variables=("one", "two")
    )
    parameters = {"one": "Ann", "two": "Bob", "three": "nobody"}
    for reference in ({"id": key}, {"name": "greeting"}):
        body = {
            "to": [ANN],
            "channel": ["sms"],
            "template": {**reference, "parameters": parameters},
        }
        data = (await sent.post("messages", body)).data
        assert (data["template_id"], data["template_name"]) == (key, "greeting")
        assert data["recipients"][0]["body"] == "Hi Ann and Bob!"
        message = sent.account.messages.get(data["recipients"][0]["message_id"]) or {}
        assert message["message_body"]["content"] == "Hi Ann and Bob!"
        assert message["template_category"] == "MARKETING"
    missing = {"id": key, "parameters": {"one": "Ann"}}
    answer = await sent.post("messages", {"to": [ANN], "template": missing})
    assert answer.error == (400, "VALIDATION_008")
    assert answer.fields == ["template.parameters.two"]


@pytest.mark.parametrize("reference", [{"id": NOBODY}, {"name": "nothing"}])
async def test_an_unknown_template_is_not_found(
    sent: SentService, reference: dict[str, str]
) -> None:
    answer = await sent.post("messages", {"to": [ANN], "template": reference})
    assert answer.error == (404, "RESOURCE_002")


def obstruct(sent: SentService, code: str) -> dict[str, Any]:
    """Put something in a message's way, and return what to send then."""
    account = sent.account
    if code == "BUSINESS_003":
        account.account.fund(funded=False)
    if code == "BUSINESS_004":
        account.contacts.add(ANN, opt_out=True)
    if code == "BUSINESS_005":
        key = account.templates.add("new", status="PENDING")
        return {"text": None, "template": {"id": key}}
    if code == "BUSINESS_007":
        account.contacts.add(ANN, available_channels="sms")
        return {"channel": ["whatsapp"]}
    if code == "BUSINESS_012":
        body = {"whatsapp": {"template": "Hi"}}
        row = account.templates.create({"body": body}, status="APPROVED")
        return {"text": None, "template": {"id": row.id}, "channel": ["sms"]}
    return {}


OBSTACLES = ["BUSINESS_003", "BUSINESS_004", "BUSINESS_005", "BUSINESS_007", "BUSINESS_012"]


@pytest.mark.parametrize("code", OBSTACLES)
async def test_what_cannot_be_sent_is_accepted_and_says_why_later(
    sent: SentService, code: str
) -> None:
    message = await one(sent, **obstruct(sent, code))
    assert message["status"] == ("FILTERED" if code == "BUSINESS_004" else "BLOCKED")
    assert message["reason_code"] == code
    assert [event.get("reason_code") for event in message["events"]] == [None, code]


async def test_a_foreign_sender_blocks_a_message(sent: SentService) -> None:
    own = {"sms": [{"country": "US", "from": ["+12125550100"]}]}
    assert (await one(sent, channels=own))["status"] == "DELIVERED"
    foreign = {"sms": [{"from": ["+12125550100", BOB]}]}
    message = await one(sent, channels=foreign)
    assert (message["status"], message["reason_code"]) == ("BLOCKED", "BUSINESS_029")


async def test_a_scheduled_message_waits_for_its_time(start: Start, clock: Clock) -> None:
    sent = SentService(await start(clock=clock))
    body = {"to": [ANN], "text": "Hi", "scheduled_at": "2026-09-01T15:00:00+02:00"}
    data = (await sent.post("messages", body)).data
    assert data["scheduled_at"] == "2026-09-01T13:00:00.0000000+00:00"
    path = f"messages/{data['recipients'][0]['message_id']}"
    clock.skip(3599)
    assert (await sent.get(path)).data["status"] == "SCHEDULED"
    clock.skip(1)
    message = (await sent.get(path)).data
    assert (message["status"], message["scheduled_at"]) == ("DELIVERED", data["scheduled_at"])
    assert (await sent.post(f"{path}/cancel")).error == (400, "BUSINESS_006")


async def test_a_scheduled_message_can_be_called_off_for_good(start: Start, clock: Clock) -> None:
    sent = SentService(await start(clock=clock))
    message = await one(sent, scheduled_at="2026-09-01T13:00:00Z")
    path = f"messages/{message['id']}"
    assert (await sent.post(f"{path}/cancel")).data["status"] == "CANCELLED"
    clock.skip(7200)
    activities = (await sent.get(f"{path}/activities")).data["activities"]
    assert [a["status"] for a in activities] == ["CANCELLED", "SCHEDULED"]
    assert {a["scheduled_at"] for a in activities} == {"2026-09-01T13:00:00.0000000+00:00"}
    for verb in ("cancel", "resend"):
        assert (await sent.post(f"{path}/{verb}")).error == (400, "BUSINESS_006")


async def test_an_account_holds_so_many_scheduled_messages(start: Start, clock: Clock) -> None:
    sent = SentService(await start(clock=clock, sent=SentOptions(max_scheduled=2)))
    body = {"to": [ANN, BOB], "text": "Hi", "scheduled_at": "2026-09-01T13:00:00Z"}
    assert (await sent.post("messages", body)).status == 202
    assert (await sent.post("messages", {**body, "to": [ANN]})).error == (429, "LIMIT_001")
    assert (await sent.post("messages", {"to": [ANN], "text": "Hi"})).status == 202
    clock.skip(3600)
    later = "2026-09-01T14:00:00Z"
    assert (await sent.post("messages", {**body, "scheduled_at": later})).status == 202


async def test_a_blocked_message_can_be_sent_again_and_a_filtered_one_cannot(
    sent: SentService,
) -> None:
    sent.account.account.fund(funded=False)
    message = await one(sent)
    sent.account.account.fund(funded=True)
    answer = await sent.post(f"messages/{message['id']}/resend")
    assert (answer.status, answer.data["status"]) == (202, "DELIVERED")
    sent.account.messages.end(message["id"], "FILTERED")
    answer = await sent.post(f"messages/{message['id']}/resend")
    assert answer.error == (400, "BUSINESS_006")


async def test_a_message_under_way_is_not_sent_again(start: Start, clock: Clock) -> None:
    sent = SentService(await start(clock=clock, sent=SentOptions(message_step_s=10)))
    message = await one(sent)
    answer = await sent.post(f"messages/{message['id']}/resend")
    assert answer.error == (400, "BUSINESS_006")


async def test_a_test_decides_how_a_message_ends(sent: SentService) -> None:
    message = await one(sent)
    sent.account.messages.end(message["id"], "FAILED", reason_code="DELIVERY_007")
    shown = (await sent.get(f"messages/{message['id']}")).data
    assert (shown["status"], shown["reason_code"]) == ("FAILED", "DELIVERY_007")
    summary = sent.account.messages.summary(message["contact_id"])
    assert summary["channel_scores"][0]["fail_score"] == 100
    for key, outcome in ((NOBODY, "FAILED"), (message["id"], "LOST")):
        with pytest.raises(InvalidInput, match="no message"):
            sent.account.messages.end(key, outcome)


async def test_a_simulated_send_makes_up_its_ids(sent: SentService) -> None:
    body = {"to": [ANN], "template": {"id": NOBODY}, "channel": ["sms"], "sandbox": True}
    answer = await sent.post("messages", body)
    assert (answer.status, answer.headers["X-Sandbox"]) == (202, "true")
    assert answer.data["template_id"] == NOBODY
    assert sent.account.contacts.count() == sent.account.messages.count() == 0


async def test_a_keyword_changes_consent_and_is_told(sent: SentService) -> None:
    sent.account.webhooks.add(event_types=("contact.opt_out", "contact.opt_in", "message.received"))
    for text, opt_out in ((" stop ", True), ("help", True), ("START", False), ("hello", False)):
        sent.account.receive(ANN, text)
        assert (sent.account.contacts.get(ANN) or {})["opt_out"] is opt_out
    types = [d.headers["x-webhook-event-type"] for d in sent.account.webhooks.produced()]
    assert types == [
        *("message.received", "contact.opt_out", "message.received"),
        *("message.received", "contact.opt_in", "message.received"),
    ]
    inbound = sent.account.messages.all()[0]
    assert (inbound["direction"], inbound["status"]) == ("INBOUND", "RECEIVED")
    assert dt.datetime.fromisoformat(inbound["created_at"]).tzinfo is not None
