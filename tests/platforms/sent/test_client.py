"""Every verb of the Sent client does what it says, over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import sentori_sync
from sentori_async import (
    AccountBlocked,
    AlreadyExists,
    AsyncSent,
    AuthenticationError,
    CircuitOpen,
    ConfigurationError,
    InvalidInput,
    Limits,
    NotFound,
    RateLimited,
    RetryPolicy,
    Safety,
    SentContact,
    SentContactPatch,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.platforms.sent.client import SENT
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.sent.options import SentOptions

JOE = "+12125550123"
ANN = "+12125550124"
NOBODY = "7d5c2b1a-0000-4000-8000-000000000001"
UNPACED = Limits(adaptive=False)
AT_ONCE = RetryPolicy(base_s=0.0, throttled_base_s=0.0)


def requests(sandbox: Sandbox) -> list[str]:
    return [one.route for one in sandbox.requests.latest()]


# ----------------------------------------------------------------------------------- contacts


async def test_a_contact_is_added_and_read_back_by_number_and_by_id(client: AsyncSent) -> None:
    added = await client.contacts.add(JOE)
    by_number = await client.contacts.get(JOE)
    by_id = await client.contacts.get(str(added.id))

    assert added == by_number == by_id
    assert (added.phone_number, added.country_code, added.region_code) == (JOE, "1", "US")
    assert added.channels == ("sms", "whatsapp")
    assert added.opt_out is False
    assert isinstance(added.created_at, datetime)
    assert added.created_at.tzinfo is not None


async def test_a_contact_is_added_with_its_fields(client: AsyncSent, sandbox: Sandbox) -> None:
    added = await client.contacts.add(JOE, SentContactPatch(opt_out=True))

    assert added.opt_out is True
    assert requests(sandbox) == ["contacts.add", "contacts.update"]


async def test_adding_a_contact_that_exists_changes_nothing(client: AsyncSent) -> None:
    await client.contacts.add(JOE)
    with pytest.raises(AlreadyExists) as caught:
        await client.contacts.add(JOE, {"opt_out": True})

    error = caught.value
    assert (error.platform, error.operation, error.status) == ("sent", "contacts.add", 409)
    assert (error.code, error.retryable, error.applied) == ("RESOURCE_007", False, False)
    assert "add_or_update" in error.remedy
    assert str(error.request_id).startswith("req_")
    assert (await client.contacts.get(JOE)).opt_out is False


async def test_an_update_changes_what_it_names(client: AsyncSent) -> None:
    added = await client.contacts.add(JOE)
    by_number = await client.contacts.update(JOE, {"default_channel": "whatsapp"})
    by_id = await client.contacts.update(str(added.id), {"opt_out": True})

    assert (by_number.default_channel, by_number.opt_out) == ("whatsapp", False)
    assert (by_id.default_channel, by_id.opt_out) == ("whatsapp", True)
    assert by_id.updated_at is not None


async def test_a_contact_can_be_written_back(client: AsyncSent) -> None:
    contact = await client.contacts.add(JOE)
    contact.opt_out = True

    assert (await client.contacts.update(JOE, contact)).opt_out is True


async def test_an_update_never_adds(client: AsyncSent, sandbox: Sandbox) -> None:
    for contact in (JOE, NOBODY):
        with pytest.raises(NotFound) as caught:
            await client.contacts.update(contact, {"opt_out": True})
        assert caught.value.code == "RESOURCE_001"
        assert caught.value.applied is False

    assert sandbox.sent.contacts.count() == 0


async def test_an_upsert_says_whether_it_added(client: AsyncSent) -> None:
    first = await client.contacts.add_or_update(JOE, {"opt_out": True})
    second = await client.contacts.add_or_update(JOE, {"default_channel": "whatsapp"})
    third = await client.contacts.add_or_update(JOE)

    assert [one.created for one in (first, second, third)] == [True, False, False]
    assert first.contact.opt_out is True
    assert (second.contact.opt_out, second.contact.default_channel) == (True, "whatsapp")
    assert third.contact == second.contact


async def test_a_deleted_contact_is_gone(client: AsyncSent) -> None:
    await client.contacts.add(JOE)
    ann = await client.contacts.add(ANN)
    await client.contacts.delete(JOE)
    await client.contacts.delete(str(ann.id))

    for contact in (JOE, str(ann.id)):
        with pytest.raises(NotFound):
            await client.contacts.delete(contact)


async def test_unsubscribing_from_all_is_the_opt_out(client: AsyncSent, sandbox: Sandbox) -> None:
    await client.contacts.add(JOE)
    await client.contacts.unsubscribe_all(JOE)
    await client.contacts.unsubscribe_all(JOE)

    assert (await client.contacts.get(JOE)).opt_out is True
    with pytest.raises(NotFound):
        await client.contacts.unsubscribe_all(ANN)


async def test_there_are_no_lists_to_subscribe_to(client: AsyncSent, sandbox: Sandbox) -> None:
    for verb in (client.contacts.subscribe, client.contacts.unsubscribe):
        with pytest.raises(UnsupportedOperation, match="no lists"):
            await verb(JOE, "LIST1")

    assert requests(sandbox) == []


async def test_contacts_are_listed_page_by_page(client: AsyncSent, sandbox: Sandbox) -> None:
    numbers = [f"+121255501{n:02}" for n in range(7)]
    sandbox.sent.contacts.add_many(numbers)

    found = [one.phone_number async for one in client.contacts.iterate(page_size=3)]
    some = [one async for one in client.contacts.iterate(search="0106", channel="sms")]

    assert found == numbers
    assert requests(sandbox) == ["contacts.iterate"] * 4
    assert [one.phone_number for one in some] == ["+12125550106"]


@pytest.mark.parametrize("options", [SentOptions(unknown_phone_is_404=False)])
async def test_a_number_without_a_contact_is_not_found_either_way(client: AsyncSent) -> None:
    with pytest.raises(NotFound) as caught:
        await client.contacts.get(JOE)
    assert caught.value.code == "RESOURCE_001"


async def test_a_contacts_messages_are_summed_up(client: AsyncSent) -> None:
    await client.messages.send(JOE, text="Hello")
    contact = await client.contacts.get(JOE)
    summary = await client.contacts.message_summary(str(contact.id))

    assert (summary.contact_id, summary.message_count) == (contact.id, 1)


OLD_READINGS = [
    SentOptions(create_status=200, legacy_statuses=True, errors_without_data=True),
    SentOptions(errors_as_200=True, bad_id_code="VALIDATION_001"),
    SentOptions(show_channel_consent=True, rate_headers_always=True, replay_errors=True),
    SentOptions(paging_required=frozenset({"contacts.iterate"}), idempotent_deletes=True),
]


@pytest.mark.parametrize("options", OLD_READINGS, ids=map(str, range(len(OLD_READINGS))))
async def test_the_verbs_hold_under_every_reading_of_the_documents(client: AsyncSent) -> None:
    assert (await client.contacts.add_or_update(JOE, {"opt_out": True})).created is True
    assert (await client.contacts.add_or_update(JOE, {"opt_out": False})).created is False
    with pytest.raises(AlreadyExists):
        await client.contacts.add(JOE)
    assert [one.opt_out async for one in client.contacts.iterate()] == [False]
    with pytest.raises(ValidationFailed) as caught:
        await client.contacts.update(JOE, {"default_channel": "fax"})
    assert [path for path, _ in caught.value.field_errors] == ["default_channel"]
    with pytest.raises(ValidationFailed):
        await client.contacts.get("no-id")
    await client.contacts.delete(JOE)
    with pytest.raises(NotFound):
        await client.contacts.get(JOE)


# ------------------------------------------------------------------ messages, templates, account


async def test_a_message_is_sent_and_followed(client: AsyncSent, sandbox: Sandbox) -> None:
    sending = await client.messages.send([JOE, ANN], text="Hello", channel=["sms"])
    recipients = sending.recipients or []
    message = await client.messages.get(str(recipients[0].message_id))
    activities = await client.messages.activities(str(recipients[0].message_id))

    assert sending.status == "QUEUED"
    assert [one.to for one in recipients] == [JOE, ANN]
    assert (message.phone, message.status, message.channel) == (JOE, "DELIVERED", "sms")
    assert "QUEUED" in {one.status for one in activities}
    assert sandbox.sent.contacts.numbers() == [JOE, ANN]
    with pytest.raises(NotFound):
        await client.messages.get(NOBODY)


async def test_a_message_can_be_scheduled(client: AsyncSent) -> None:
    when = datetime.now(UTC) + timedelta(days=1)
    sending = await client.messages.send(JOE, text="Hello", scheduled_at=when)
    message = await client.messages.get(str((sending.recipients or [])[0].message_id))

    assert message.status == "SCHEDULED"


async def test_templates_are_listed_and_sent(client: AsyncSent, sandbox: Sandbox) -> None:
    ids = [sandbox.sent.templates.add(f"welcome {n}") for n in range(3)]

    listed = [one async for one in client.templates.iterate(page_size=2)]
    got = await client.templates.get(ids[0])
    values = dict.fromkeys(got.variables or [], "x")
    sending = await client.messages.send(JOE, template_id=ids[0], parameters=values)

    assert {one.id for one in listed} == set(ids)
    assert got.name == "welcome 0"
    assert sending.template_id == ids[0]
    with pytest.raises(NotFound):
        await client.templates.get(NOBODY)


async def test_the_account_tells_whose_key_it_is(client: AsyncSent, sandbox: Sandbox) -> None:
    profile = sandbox.sent.add_profile("Shop")
    account = await client.me()

    assert (account.id, account.type) == (sandbox.sent.customer_id, "organization")
    assert [one.id for one in account.profiles or []] == [profile.customer_id]
    assert account.channels
    assert account.channels.sms
    assert account.channels.sms.configured is True


# ----------------------------------------------------------------------------------- webhooks


async def test_a_webhook_lives(client: AsyncSent) -> None:
    made = await client.webhooks.create(
        display_name="Mine", endpoint_url="https://example.com/a", event_types=["message"]
    )
    key = str(made.id)
    changed = await client.webhooks.update(
        key,
        display_name="Ours",
        endpoint_url="https://example.com/b",
        event_types=["contact"],
        retry_count=5,
    )
    tested = await client.webhooks.test(key, event_type="contact.opt_out")
    log = [one async for one in client.webhooks.deliveries(key)]
    off = await client.webhooks.set_active(key, is_active=False)
    rotated = await client.webhooks.rotate_secret(key)

    assert str(made.signing_secret).startswith("whsec_")
    assert rotated.signing_secret not in {made.signing_secret, None}
    assert (changed.display_name, changed.retry_count, off.is_active) == ("Ours", 5, False)
    assert tested.success is True
    assert len(log) == 1
    assert [one.id async for one in client.webhooks.iterate()] == [key]
    assert [one.id async for one in client.webhooks.iterate(is_active=True)] == []
    assert {one.name for one in await client.webhooks.event_types()} >= {"message", "contact"}

    await client.webhooks.delete(key)
    with pytest.raises(NotFound) as caught:
        await client.webhooks.get(key)
    assert caught.value.code == "RESOURCE_008"


# --------------------------------------------------------------------------------- keys, profiles


async def test_a_wrong_key_is_told_and_tried_once(sandbox: Sandbox) -> None:
    async with AsyncSent(
        api_key="wrong-key", base_url=sandbox.url("sent"), limits=UNPACED
    ) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.me()

    assert caught.value.code == "AUTH_002"
    assert requests(sandbox) == ["me"]
    assert "wrong-key" not in repr(caught.value)


@pytest.mark.parametrize("options", [SentOptions(empty_auth_errors=True)])
async def test_a_refusal_without_a_body_is_one_all_the_same(sandbox: Sandbox) -> None:
    async with AsyncSent(
        api_key="wrong-key", base_url=sandbox.url("sent"), limits=UNPACED
    ) as client:
        with pytest.raises(AuthenticationError, match="no body"):
            await client.contacts.add(JOE)


async def test_ten_refusals_lock_the_key_and_the_lock_is_respected(sandbox: Sandbox) -> None:
    async with AsyncSent(
        api_key="another-wrong-key", base_url=sandbox.url("sent"), limits=UNPACED
    ) as client:
        for _ in range(10):
            with pytest.raises(AuthenticationError):
                await client.me()
        with pytest.raises(RateLimited) as caught:
            await client.with_options(retry=RetryPolicy(max_wait_s=10)).me()
        assert caught.value.retry_after_s == pytest.approx(60, abs=2)
        sent = sandbox.requests.count()
        with pytest.raises(CircuitOpen):
            await client.with_options(retry=RetryPolicy(max_wait_s=10)).me()

    assert sandbox.requests.count() == sent


async def test_a_client_acts_for_the_profile_it_is_told(sandbox: Sandbox) -> None:
    profile = sandbox.sent.add_profile("Shop")
    async with AsyncSent(
        api_key=sandbox.sent.api_key,
        profile_id=f" {profile.customer_id} ",
        base_url=sandbox.url("sent"),
        limits=UNPACED,
    ) as client:
        await client.contacts.add(JOE)
        assert (await client.with_options(deadline_s=30).me()).type == "profile"

    assert profile.contacts.numbers() == [JOE]
    assert sandbox.sent.contacts.numbers() == []


async def test_a_profile_of_somebody_else_is_no_missing_contact(sandbox: Sandbox) -> None:
    async with AsyncSent(
        api_key=sandbox.sent.api_key,
        profile_id=NOBODY,
        base_url=sandbox.url("sent"),
        limits=UNPACED,
    ) as client:
        with pytest.raises(AccountBlocked) as caught:
            await client.contacts.get(JOE)
        assert caught.value.code == "RESOURCE_014"


@pytest.mark.parametrize("profile_id", ["", " ", "a\nb", "ü"])
def test_a_profile_id_that_no_header_carries_is_refused(profile_id: str) -> None:
    with pytest.raises(ConfigurationError, match="profile_id"):
        AsyncSent(api_key="k", profile_id=profile_id)


def test_the_documented_limits_are_the_preset() -> None:
    assert SENT.default_base_url == "https://api.sent.dm/v3/"
    assert [(rate.count, rate.per_s) for rate in SENT.limits.rates] == [(200, 60), (50, 15)]
    assert not SENT.limits.adapts


async def test_a_request_of_ones_own_is_keyed_and_read_as_any(
    client: AsyncSent, sandbox: Sandbox
) -> None:
    response = await client.request("POST", "contacts", json={"phone_number": JOE})
    keyed = client.with_options(idempotency_key="mine")
    first = await keyed.request("POST", "contacts", json={"phone_number": ANN})
    again = await keyed.request("POST", "contacts", json={"phone_number": ANN})

    assert response.status == first.status == again.status == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    with pytest.raises(AlreadyExists):
        await client.request(
            "POST", "contacts", json={"phone_number": JOE}, safety=Safety.IDEMPOTENT
        )
    with pytest.raises(InvalidInput):
        await keyed.request("POST", "contacts", json={"phone_number": "+12125550125"})


async def test_an_own_key_serves_the_first_write_of_a_verb(client: AsyncSent) -> None:
    keyed = client.with_options(idempotency_key="mine")
    first = await keyed.contacts.add_or_update(JOE, {"opt_out": True})
    again = await keyed.contacts.add_or_update(JOE, {"opt_out": True})

    assert (first.created, again.created) == (True, True)
    assert again.contact.opt_out is True


# -------------------------------------------------------------------------------- the blocking face


def test_the_blocking_client_does_the_same() -> None:
    with (
        Sandbox().in_thread() as sandbox,
        sentori_sync.Sent(
            api_key=sandbox.sent.api_key, base_url=sandbox.url("sent"), limits=UNPACED
        ) as client,
    ):
        assert client.contacts.add(JOE).phone_number == JOE
        assert client.contacts.add_or_update(JOE, {"opt_out": True}).created is False
        assert [one.opt_out for one in client.contacts.iterate()] == [True]
        assert client.me().type == "organization"
        assert client.bulk.add([ANN]).by_status == {"added": 1}
        sending = client.messages.send(JOE, text="Hello")
        assert isinstance(client.contacts.get(JOE), SentContact)
        assert len(sending.recipients or []) == 1
        client.contacts.delete(JOE)
        with pytest.raises(NotFound):
            client.contacts.get(JOE)
