"""The vendor's own SDK is content with our sandbox: what it sends is answered as it expects.

It was generated from the vendor's API description, so it is a second opinion on every shape.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sentori_async.sandbox import Sandbox

sent_dm: Any = pytest.importorskip("sent_dm", reason="the vendor's SDK, sentdm, is not installed")

JOE = "+12125550123"
ANN = "+12125550124"
NOBODY = "7d5c2b1a-0000-4000-8000-000000000001"


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
async def official(sandbox: Sandbox) -> AsyncIterator[Any]:
    """Return the SDK's client; its paths begin with the version, which ours leave to the URL."""
    url = sandbox.url("sent").removesuffix("v3/")
    async with sent_dm.AsyncSent(
        api_key=sandbox.sent.api_key, base_url=url, max_retries=0
    ) as client:
        yield client


async def test_a_contact_lives(official: Any, sandbox: Sandbox) -> None:
    made = await official.contacts.create(phone_number=JOE)
    got = await official.contacts.retrieve(made.data.id)
    changed = await official.contacts.update(made.data.id, opt_out=True, default_channel="whatsapp")

    assert made.success is True
    assert (got.data.phone_number, got.data.region_code, got.data.opt_out) == (JOE, "US", False)
    assert (changed.data.opt_out, changed.data.default_channel) == (True, "whatsapp")
    assert changed.data.updated_at is not None
    assert changed.meta.request_id.startswith("req_")
    # Every field the SDK knows is there, and it knows every field that is there.
    assert set(type(got.data).model_fields) - got.data.model_fields_set == set()
    assert got.data.model_extra == {}

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        await official.contacts.delete(made.data.id)
    assert sandbox.sent.contacts.count() == 0


async def test_contacts_are_paged_to_the_end(official: Any, sandbox: Sandbox) -> None:
    numbers = [f"+121255501{n:02}" for n in range(7)]
    sandbox.sent.contacts.add_many(numbers)

    found = [one.phone_number async for one in official.contacts.list(page=1, page_size=3)]
    without = [one.phone_number async for one in official.contacts.list()]

    assert found == without == numbers
    assert sandbox.requests.count("contacts.iterate") == 4


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [(JOE, 409, "RESOURCE_007"), ("12125550123", 400, "VALIDATION_002")],
)
async def test_a_refusal_becomes_the_status_class_with_its_code(
    official: Any, sandbox: Sandbox, number: str, status: int, code: str
) -> None:
    sandbox.sent.contacts.add(JOE)
    with pytest.raises(sent_dm.APIStatusError) as caught:
        await official.contacts.create(phone_number=number)

    assert caught.value.status_code == status
    assert caught.value.body["error"]["code"] == code
    assert caught.value.body["success"] is False


async def test_what_is_not_there_and_who_is_not_known_have_their_classes(
    official: Any, sandbox: Sandbox
) -> None:
    with pytest.raises(sent_dm.NotFoundError):
        await official.contacts.retrieve(NOBODY)
    with pytest.raises(sent_dm.NotFoundError):
        await official.contacts.list(phone=JOE)
    with pytest.raises(sent_dm.AuthenticationError):
        await official.with_options(api_key="another").me.retrieve()


async def test_its_key_brings_the_first_answer_back(official: Any, sandbox: Sandbox) -> None:
    first = await official.contacts.create(phone_number=JOE, idempotency_key="mine")
    raw = await official.contacts.with_raw_response.create(phone_number=JOE, idempotency_key="mine")

    assert raw.headers["Idempotent-Replayed"] == "true"
    assert (await raw.parse()).data == first.data


async def test_a_message_is_sent_and_followed(official: Any, sandbox: Sandbox) -> None:
    sent = await official.messages.send(to=[JOE, ANN], text="Hello", channel=["sms"])
    message = sent.data.recipients[0].message_id
    status = await official.messages.retrieve_status(message)
    activities = await official.messages.retrieve_activities(message)

    assert sent.data.status == "QUEUED"
    assert [one.to for one in sent.data.recipients] == [JOE, ANN]
    assert status.data.phone == JOE
    assert {"QUEUED", "DELIVERED"} <= {one.status for one in activities.data.activities}
    assert status.data.events


async def test_templates_webhooks_and_the_account_are_read(official: Any, sandbox: Sandbox) -> None:
    template = sandbox.sent.templates.add("welcome")
    hook = await official.webhooks.create(
        display_name="Mine", endpoint_url="https://example.com/a", event_types=["message"]
    )
    rotated = await official.webhooks.rotate_secret(hook.data.id)
    types = await official.webhooks.list_event_types()
    me = await official.me.retrieve()

    assert (await official.templates.retrieve(template)).data.name == "welcome"
    assert [one.id async for one in official.templates.list(page=1, page_size=5)] == [template]
    assert hook.data.signing_secret.startswith("whsec_")
    assert rotated.data.signing_secret != hook.data.signing_secret
    assert {one.name for one in types.data.event_types} >= {"message", "contact"}
    assert (me.data.type, me.data.channels.sms.configured) == ("organization", True)
    await official.webhooks.delete(hook.data.id)
    assert sandbox.sent.webhooks.count() == 0


async def test_a_profile_is_acted_for(official: Any, sandbox: Sandbox) -> None:
    profile = sandbox.sent.add_profile("Shop")
    await official.contacts.create(phone_number=JOE, x_profile_id=profile.customer_id)

    assert profile.contacts.numbers() == [JOE]
    assert sandbox.sent.contacts.numbers() == []
