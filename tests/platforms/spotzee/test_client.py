"""Every verb of the Spotzee client does what it says, over real sockets."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async import (
    UNSET,
    Accepted,
    ApiError,
    AsyncSpotzee,
    AuthenticationError,
    InvalidInput,
    Limits,
    NotFound,
    PermissionDenied,
    QuotaExceeded,
    RateLimited,
    RetryPolicy,
    SpotzeeChannel,
    SpotzeeItemError,
    SpotzeeList,
    SpotzeeListType,
    SpotzeeSubscriptionState,
    SpotzeeUser,
    SpotzeeUserPatch,
    StateConflict,
    UnsupportedOperation,
    ValidationFailed,
)
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.spotzee.options import ErrorShape, RateRule, SpotzeeOptions, Versions
from sentori_async.sandbox.spotzee.state import ORGANISATION_KEY, SUPPORT_KEY

JOE = "joe/1"
RULE = {"uuid": "r", "type": "wrapper", "group": "parent", "operator": "and", "children": []}


async def numbers(listing: AsyncIterator[SpotzeeUser] | AsyncIterator[SpotzeeList]) -> list[object]:
    return [each.id async for each in listing]


# ------------------------------------------------------------------------------------- contacts


async def test_a_contact_is_upserted_and_read_back(client: AsyncSpotzee) -> None:
    added = await client.contacts.add_or_update(
        JOE, {"email": "joe@example.com", "data": {"first_name": "Joe"}}
    )
    changed = await client.contacts.add_or_update(
        JOE, SpotzeeUserPatch(phone="+44 20 7946 0000", email=None)
    )
    read = await client.contacts.get(JOE)

    assert added.created is None
    assert added.contact.email == "joe@example.com"
    assert changed.contact == read
    assert (read.external_id, read.email, read.phone) == (JOE, None, "+442079460000")
    assert read.data == {"first_name": "Joe"}


async def test_a_contact_written_back_is_as_it_was(client: AsyncSpotzee) -> None:
    await client.contacts.add_or_update(JOE, {"email": "joe@example.com", "anonymous_id": "anon"})
    user = await client.contacts.get(JOE)
    user.locale = "en"
    written = await client.contacts.add_or_update(JOE, user)

    assert (written.contact.locale, written.contact.anonymous_id) == ("en", "anon")
    assert written.contact.email == "joe@example.com"


async def test_the_one_item_that_is_refused_raises(client: AsyncSpotzee, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await client.contacts.add_or_update(JOE, {"email": "nonsense"})
    sandbox.spotzee.contacts.add("old")
    sandbox.spotzee.contacts.archive("old")
    with pytest.raises(StateConflict) as archived:
        await client.contacts.add_or_update("old", {"locale": "en"})

    assert (caught.value.status, caught.value.applied) == (200, False)
    assert caught.value.request_id is not None
    assert archived.value.code == "archived_user_conflict"
    assert sandbox.spotzee.contacts.get(JOE) is None


async def test_add_and_update_are_unsupported_and_send_nothing(
    client: AsyncSpotzee, sandbox: Sandbox
) -> None:
    with pytest.raises(UnsupportedOperation, match="add_or_update"):
        await client.contacts.add(JOE)
    with pytest.raises(UnsupportedOperation, match="add_or_update"):
        await client.contacts.update(JOE, {"locale": "en"})

    assert sandbox.requests.count() == 0


async def test_a_batch_tells_of_each_contact(client: AsyncSpotzee) -> None:
    batch = await client.contacts.add_or_update_many(
        [{"external_id": JOE}, {"external_id": "ann", "email": "odd"}, {"anonymous_id": "anon"}]
    )

    assert (batch.succeeded, batch.failed) == (2, 1)
    assert [result.error is UNSET for result in batch.results] == [True, False, True]
    assert isinstance(batch.results[1].error, SpotzeeItemError)
    assert isinstance(batch.results[0].user, SpotzeeUser)


async def test_what_is_queued_takes_effect_later(client: AsyncSpotzee, sandbox: Sandbox) -> None:
    queued = await client.contacts.queue([{"external_id": JOE}, {"external_id": "ann"}])
    assert isinstance(queued, Accepted)
    assert queued.request_id is not None
    assert sandbox.spotzee.contacts.count() == 2

    assert isinstance(await client.contacts.delete(JOE), Accepted)
    assert isinstance(await client.contacts.delete_many(["ann", "nobody"]), Accepted)
    assert sandbox.spotzee.contacts.count() == 0
    with pytest.raises(NotFound):
        await client.contacts.get(JOE)


@pytest.mark.parametrize("omit", [False, True])
async def test_listings_turn_pages_one_ahead(omit: bool) -> None:
    async with Sandbox(spotzee=SpotzeeOptions(omit_null_cursors=omit)) as sandbox:
        sandbox.spotzee.contacts.add_many(
            [{"external_id": f"u-{n}", "email": f"u{n}@example.com"} for n in range(7)]
        )
        async with AsyncSpotzee(
            api_key=sandbox.spotzee.api_key,
            base_url=sandbox.url("spotzee"),
            limits=Limits(adaptive=False),
        ) as client:
            contacts = client.contacts
            assert await numbers(contacts.iterate(page_size=3)) == [7, 6, 5, 4, 3, 2, 1]
            assert sandbox.requests.count("contacts.iterate") == 3
            assert await numbers(contacts.iterate(q="u3@", direction="asc")) == [4]
            assert await numbers(contacts.iterate(sort="email", direction="asc", page_size=7)) == [
                1, 2, 3, 4, 5, 6, 7
            ]  # fmt: skip
            assert await numbers(contacts.iterate(q="nobody")) == []


async def test_a_session_is_made(client: AsyncSpotzee) -> None:
    await client.contacts.add_or_update(JOE)
    session = await client.contacts.create_session(JOE)

    assert isinstance(session.token, str)
    assert session.token not in repr(session)


# --------------------------------------------------------------------------------- subscriptions


async def test_subscriptions_come_and_go(client: AsyncSpotzee, sandbox: Sandbox) -> None:
    news = await client.subscriptions.create("News", channel=SpotzeeChannel.EMAIL)
    texts = await client.subscriptions.create("Texts", channel="text", is_public=False)
    assert isinstance(news.id, int)
    assert isinstance(texts.id, int)
    await client.contacts.add_or_update(JOE)

    async def states() -> dict[object, object]:
        listing = client.contacts.subscriptions(JOE, page_size=1)
        return {row.name: row.state async for row in listing}

    await client.contacts.unsubscribe(JOE, news.id)
    assert (await states())["News"] is SpotzeeSubscriptionState.UNSUBSCRIBED
    await client.contacts.subscribe(JOE, news.id)
    assert (await states())["News"] is SpotzeeSubscriptionState.SUBSCRIBED
    await client.contacts.subscribe(JOE, news.id, state=SpotzeeSubscriptionState.OPTED_IN)
    user = await client.contacts.set_subscriptions(JOE, {texts.id: 2})
    assert user.external_id == JOE
    assert set((await states()).values()) == {SpotzeeSubscriptionState.OPTED_IN}

    before = sandbox.requests.count()
    await client.contacts.unsubscribe_all(JOE)
    assert sandbox.requests.count() == before + 2
    assert set((await states()).values()) == {SpotzeeSubscriptionState.UNSUBSCRIBED}


async def test_unsubscribing_from_all_covers_every_page_of_types(
    client: AsyncSpotzee, sandbox: Sandbox
) -> None:
    await client.contacts.add_or_update(JOE)
    for n in range(101):
        await client.subscriptions.create(f"Type {n}", channel="email")
    await client.contacts.unsubscribe_all(JOE)

    states = [row.state async for row in client.contacts.subscriptions(JOE)]
    assert states == [SpotzeeSubscriptionState.UNSUBSCRIBED] * 101
    assert sandbox.requests.count("contacts.set_subscriptions") == 2


async def test_nothing_is_sent_for_somebody_who_cannot_be_named(
    client: AsyncSpotzee, sandbox: Sandbox
) -> None:
    with pytest.raises(InvalidInput):
        await client.contacts.unsubscribe_all("me")
    assert sandbox.requests.count() == 0


async def test_types_and_people_that_are_not_there_are_not_found(client: AsyncSpotzee) -> None:
    news = await client.subscriptions.create("News", channel="email")
    assert isinstance(news.id, int)
    with pytest.raises(NotFound):
        await client.contacts.subscribe("nobody", news.id)
    with pytest.raises(NotFound):
        await client.contacts.unsubscribe_all("nobody")
    with pytest.raises(NotFound):
        await client.subscriptions.get(99)
    with pytest.raises(ValidationFailed) as caught:
        await client.subscriptions.create("News", channel="pigeon")
    assert caught.value.field_errors[0][0] == "channel"


async def test_a_type_is_listed_read_and_changed(client: AsyncSpotzee) -> None:
    news = await client.subscriptions.create("News", channel="email")
    assert isinstance(news.id, int)
    changed = await client.subscriptions.update(news.id, name="Letters", is_public=False)

    assert (changed.name, changed.is_public, changed.channel) == ("Letters", False, "email")
    assert await client.subscriptions.get(news.id) == changed
    assert [each async for each in client.subscriptions.iterate(q="Lett")] == [changed]


async def test_a_batch_of_states_tells_of_each(client: AsyncSpotzee) -> None:
    news = await client.subscriptions.create("News", channel="email")
    assert isinstance(news.id, int)
    await client.contacts.add_or_update(JOE)
    batch = await client.subscriptions.batch(
        [
            {"external_id": JOE, "subscription_id": news.id, "state": 0},
            {"external_id": "nobody", "subscription_id": news.id, "state": 0},
        ]
    )

    assert (batch.succeeded, batch.failed) == (1, 1)
    assert batch.results[0].state is SpotzeeSubscriptionState.UNSUBSCRIBED
    assert isinstance(batch.results[1].error, SpotzeeItemError)
    assert batch.results[1].error.code == "resource_missing"


# -------------------------------------------------------------------------------- lists, events


async def test_a_list_is_made_changed_archived_and_deleted(client: AsyncSpotzee) -> None:
    made = await client.lists.create("VIP", tags=["gold"], is_visible=True)
    segment = await client.lists.create("Readers", type=SpotzeeListType.DYNAMIC, rule=RULE)
    assert isinstance(made.id, int)
    assert (made.type, segment.type) == (SpotzeeListType.STATIC, SpotzeeListType.DYNAMIC)
    assert segment.rule == RULE

    changed = await client.lists.update(made.id, name="VIPs", tags=None)
    assert (changed.name, changed.tags) == ("VIPs", None)
    assert (await client.lists.get(made.id)).name == "VIPs"
    assert set(await numbers(client.lists.iterate(page_size=1))) == {made.id, segment.id}

    await client.lists.delete(made.id)
    assert await numbers(client.lists.iterate()) == [segment.id]
    await client.lists.delete(made.id)
    with pytest.raises(NotFound):
        await client.lists.delete(made.id)


async def test_events_are_taken(client: AsyncSpotzee, sandbox: Sandbox) -> None:
    taken = await client.events.create(
        [{"external_id": JOE, "name": "bought", "data": {"price": 5}}]
    )

    assert taken.results is UNSET
    assert len(sandbox.spotzee.events.all()) == 1


async def test_events_are_told_one_by_one_where_the_vendor_does_so() -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(event_results=True)) as sandbox,
        AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        told = await client.events.create([{"external_id": JOE, "name": "bought"}])
        assert (told.succeeded, told.failed) == (1, 0)


# ------------------------------------------------------------------------ keys, errors, limits


async def test_requests_of_ones_own_raise_the_same_errors(client: AsyncSpotzee) -> None:
    answer = await client.request("GET", "users", params={"limit": 1})
    assert answer.json()["results"] == []
    assert answer.headers["Spotzee-Version"] == "2026-04-28"
    with pytest.raises(NotFound) as caught:
        await client.request("GET", "users/nobody")
    assert caught.value.operation == "request"


async def test_the_client_says_which_release_it_was_made_for() -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(versions=Versions.REQUIRED)) as sandbox,
        AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        await client.contacts.add_or_update(JOE)


@pytest.mark.parametrize("shape", ErrorShape)
async def test_errors_are_understood_in_every_shape_they_have_had(shape: ErrorShape) -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(error_shape=shape)) as sandbox,
        AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        with pytest.raises(NotFound):
            await client.contacts.get("nobody")
        with pytest.raises(ValidationFailed):
            await client.request("GET", "users", params={"limit": 1000})
        with pytest.raises(ValidationFailed):
            await client.contacts.add_or_update(JOE, {"email": "odd"})


@pytest.mark.parametrize(
    ("key", "cls"),
    [("sk_nobodys", AuthenticationError), (ORGANISATION_KEY, AuthenticationError)],
)
async def test_a_key_of_nobody_or_another_surface_is_refused(
    key: str, cls: type[ApiError], sandbox: Sandbox
) -> None:
    async with AsyncSpotzee(api_key=key, base_url=sandbox.url("spotzee")) as client:
        with pytest.raises(cls):
            await client.contacts.get(JOE)
    assert sandbox.requests.count() == 1


async def test_a_key_with_a_low_role_only_reads(sandbox: Sandbox) -> None:
    sandbox.spotzee.contacts.add(JOE)
    async with AsyncSpotzee(api_key=SUPPORT_KEY, base_url=sandbox.url("spotzee")) as client:
        assert (await client.contacts.get(JOE)).external_id == JOE
        with pytest.raises(PermissionDenied):
            await client.contacts.add_or_update(JOE)


async def test_a_project_without_room_is_an_exhausted_quota() -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(user_capacity=0)) as sandbox,
        AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        with pytest.raises(QuotaExceeded):
            await client.contacts.add_or_update(JOE)


async def test_a_block_of_the_edge_is_waited_out_as_long_as_it_says() -> None:
    """A wait that is longer than the client has patience for is raised at once."""
    rules = (RateRule(requests=1, per_s=60, block_s=300),)
    async with (
        Sandbox(spotzee=SpotzeeOptions(rates=rules, retry_after=True)) as sandbox,
        AsyncSpotzee(
            api_key=sandbox.spotzee.api_key,
            base_url=sandbox.url("spotzee"),
            limits=Limits(adaptive=False),
            retry=RetryPolicy(max_wait_s=10),
        ) as client,
    ):
        await client.contacts.add_or_update(JOE)
        with pytest.raises(RateLimited) as caught:
            await client.contacts.get(JOE)

    assert caught.value.retry_after_s is not None
    assert caught.value.retry_after_s > 10
    assert sandbox.requests.count() == 2


async def test_a_key_of_ones_own_is_sent_and_guarded(client: AsyncSpotzee) -> None:
    keyed = client.with_options(idempotency_key="import-1")
    await keyed.contacts.add_or_update(JOE)
    await keyed.contacts.add_or_update(JOE)
    with pytest.raises(InvalidInput, match="another request"):
        await keyed.contacts.add_or_update("ann")


async def test_a_write_is_replayed_where_keys_are_honoured() -> None:
    async with (
        Sandbox(spotzee=SpotzeeOptions(idempotency=True)) as sandbox,
        AsyncSpotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        keyed = client.with_options(idempotency_key="list-1")
        first = await keyed.lists.create("VIP")
        assert await keyed.lists.create("VIP") == first
        assert await numbers(client.lists.iterate()) == [first.id]


def test_the_limits_of_the_vendor_are_preset() -> None:
    rates = {(rate.count, rate.per_s) for rate in AsyncSpotzee.platform.limits.rates}
    assert rates == {(1_000, 10), (8_000, 60)}
    assert AsyncSpotzee.platform.default_base_url == "https://apix.spotzee.com/api/client/"
