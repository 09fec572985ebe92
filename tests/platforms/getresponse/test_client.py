"""Every verb of the GetResponse client does what it says, over real sockets."""

from __future__ import annotations

from datetime import date

import pytest

from sentori_async import (
    Accepted,
    AlreadyExists,
    AsyncGetResponse,
    AuthenticationError,
    ConfigurationError,
    ContactSuppressed,
    GetResponseContactPatch,
    InvalidInput,
    Limits,
    NotFound,
    RateLimited,
    RetryPolicy,
    StateConflict,
    ValidationFailed,
)
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.state import EXPIRED_TOKEN, GETRESPONSE_TOKEN
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from sentori_sync import GetResponse

JOE = "joe+news@example.com"
ANN = "ann@example.com"
GONE = "zzzz"


def other_campaign(sandbox: Sandbox) -> str:
    return sandbox.getresponse.campaigns.add("other")


# ------------------------------------------------------------------------------------- contacts


async def test_a_contact_is_queued_and_read_back_by_address_and_by_id(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    tag = sandbox.getresponse.tags.add("vip")
    age = sandbox.getresponse.custom_fields.add("age")
    fields = {"name": "Joe", "scoring": 8, "dayOfCycle": 3, "tags": [tag]}
    queued = await client.contacts.add(JOE, {**fields, "customFieldValues": {age: 35}})
    contact = await client.contacts.wait_until_visible(JOE, looks_after_s=[0, 0])

    assert type(queued) is Accepted
    assert contact is not None
    assert contact == await client.contacts.get(JOE.upper())
    assert contact == await client.contacts.get(str(contact.contact_id))
    assert (contact.name, contact.scoring, contact.day_of_cycle) == ("Joe", 8.0, 3)
    assert (contact.tag_ids, contact.custom_fields) == ([tag], {age: ["35"]})
    assert contact.campaign_id == DEFAULT_CAMPAIGN


async def test_a_contact_that_never_shows_is_waited_for_as_often_as_said(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    assert await client.contacts.wait_until_visible(JOE, looks_after_s=[0, 0, 0]) is None
    assert len(sandbox.requests.latest()) == 3


async def test_adding_a_contact_that_exists_changes_nothing(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.contacts.add(JOE, {"name": "Joe"})
    with pytest.raises(AlreadyExists) as caught:
        await client.contacts.add(JOE, {"name": "Other"})

    error = caught.value
    assert (error.platform, error.operation, error.status) == ("getresponse", "contacts.add", 409)
    assert (error.code, error.retryable, error.applied) == (1008, False, False)
    assert error.request_id
    assert (await client.contacts.get(JOE)).name == "Joe"


async def test_an_address_that_is_blocked_is_suppressed(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.blocklist.add(JOE)
    with pytest.raises(ContactSuppressed):
        await client.contacts.add(JOE)


async def test_wrong_values_are_named_with_their_paths(client: AsyncGetResponse) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await client.contacts.add("joe@", {"name": "x" * 200})

    assert {path for path, _ in caught.value.field_errors} == {"email", "name"}


async def test_an_address_in_two_campaigns_is_never_guessed(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = other_campaign(sandbox)
    account = sandbox.getresponse
    ids = {account.contacts.add(JOE), account.contacts.add(JOE, campaign=other)}
    async with AsyncGetResponse(
        api_key=account.api_key, base_url=sandbox.url("getresponse"), limits=Limits(adaptive=False)
    ) as everywhere:
        with pytest.raises(InvalidInput, match=rf"{DEFAULT_CAMPAIGN}|{other}") as caught:
            await everywhere.contacts.delete(JOE)
        found = await everywhere.contacts.find(JOE)
        named = await everywhere.contacts.get(JOE, campaign=other)

    assert other in caught.value.message
    assert JOE not in caught.value.message
    assert {contact.contact_id for contact in found} == ids
    assert named.campaign_id == other
    assert account.contacts.count() == 2


async def test_a_look_up_is_not_misled_by_an_address_that_holds_the_other(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.contacts.add("xx" + JOE)
    with pytest.raises(NotFound) as caught:
        await client.contacts.get(JOE)

    assert caught.value.operation == "contacts.get"
    assert JOE not in str(caught.value)


async def test_an_update_changes_what_it_names_and_clears_with_none(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.contacts.add(JOE, {"name": "Joe", "scoring": 5, "note": "old"})
    patch = GetResponseContactPatch(name="Joseph", scoring=None)
    updated = await client.contacts.update(JOE, patch)

    assert (updated.name, updated.scoring, updated.note) == ("Joseph", None, "old")


async def test_an_update_never_adds(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    with pytest.raises(NotFound):
        await client.contacts.update(JOE, {"name": "No"})
    with pytest.raises(NotFound) as caught:
        await client.contacts.update(GONE, {"name": "No"})

    assert caught.value.code == 1013
    assert sandbox.getresponse.contacts.count() == 0


async def test_a_contact_written_back_keeps_its_tags_and_fields(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    tag = sandbox.getresponse.tags.add("vip")
    age = sandbox.getresponse.custom_fields.add("age")
    await client.contacts.add(JOE, {"tags": [tag], "customFieldValues": {age: ["35"]}})
    contact = await client.contacts.wait_until_visible(JOE, looks_after_s=[0])
    assert contact is not None
    contact.name = "Joe"
    written = await client.contacts.update(JOE, contact)

    assert (written.name, written.tag_ids, written.custom_fields) == ("Joe", [tag], {age: ["35"]})


async def test_an_upsert_adds_and_then_updates(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    first = await client.contacts.add_or_update(JOE, {"name": "Joe", "ipAddress": "1.2.3.4"})
    assert sandbox.getresponse.contacts.emails() == [JOE]
    second = await client.contacts.add_or_update(JOE, {"name": "Joseph", "ipAddress": "1.2.3.4"})
    third = await client.contacts.add_or_update(JOE)

    assert (type(first.contact), first.created) == (Accepted, None)
    assert (second.created, third.created) == (False, False)
    assert not isinstance(second.contact, Accepted)
    assert second.contact.name == "Joseph"
    assert third.contact == second.contact


async def test_an_upsert_of_an_address_that_is_blocked_or_not_visible_is_refused(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.blocklist.add(ANN)
    sandbox.getresponse.contacts.add(JOE, status="unconfirmed")
    with pytest.raises(ContactSuppressed):
        await client.contacts.add_or_update(ANN, {"name": "Ann"})
    with pytest.raises(AlreadyExists):
        await client.contacts.add_or_update(JOE, {"name": "Joe"})


async def test_a_deleted_contact_is_gone_from_its_campaign_only(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = other_campaign(sandbox)
    sandbox.getresponse.contacts.add(JOE)
    sandbox.getresponse.contacts.add(JOE, campaign=other)
    await client.contacts.delete(JOE, message_id="abc", ip_address="1.2.3.4")
    with pytest.raises(NotFound):
        await client.contacts.delete(JOE)

    assert sandbox.getresponse.contacts.emails(DEFAULT_CAMPAIGN) == []
    assert sandbox.getresponse.contacts.emails(other) == [JOE]


async def test_subscribing_creates_and_never_moves(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = other_campaign(sandbox)
    contact_id = sandbox.getresponse.contacts.add(JOE)
    for contact in (contact_id, JOE, JOE):
        assert type(await client.contacts.subscribe(contact, other)) is Accepted
        assert sandbox.getresponse.contacts.emails(other) == [JOE]

    assert sandbox.getresponse.contacts.emails(DEFAULT_CAMPAIGN) == [JOE]


async def test_unsubscribing_deletes_there_and_a_repeat_changes_nothing(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = other_campaign(sandbox)
    sandbox.getresponse.contacts.add(JOE)
    sandbox.getresponse.contacts.add(JOE, campaign=other)
    ann = sandbox.getresponse.contacts.add(ANN, campaign=other)
    for _ in range(2):
        await client.contacts.unsubscribe(JOE, other)
    with pytest.raises(InvalidInput):
        await client.contacts.unsubscribe(ann, DEFAULT_CAMPAIGN)
    await client.contacts.unsubscribe(ann, other)

    assert sandbox.getresponse.contacts.emails() == [JOE]
    assert sandbox.getresponse.contacts.emails(DEFAULT_CAMPAIGN) == [JOE]


async def test_unsubscribing_from_everything_keeps_the_rest_of_the_blocklist(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.blocklist.add("@example.org")
    joe = sandbox.getresponse.contacts.add(JOE)
    await client.contacts.unsubscribe_all(joe)
    await client.contacts.unsubscribe_all(ANN)

    assert set(sandbox.getresponse.blocklist.all()) == {"@example.org", JOE, ANN}


async def test_a_contact_moves_unless_somebody_is_there(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    other = other_campaign(sandbox)
    sandbox.getresponse.contacts.add(JOE)
    sandbox.getresponse.contacts.add(ANN)
    sandbox.getresponse.contacts.add(ANN, campaign=other)
    moved = await client.contacts.move(JOE, other)
    with pytest.raises(AlreadyExists):
        await client.contacts.move(ANN, other)

    assert moved.campaign_id == other
    assert sandbox.getresponse.contacts.emails(DEFAULT_CAMPAIGN) == [ANN]


async def test_tags_come_and_go_without_touching_the_others(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    one, two, three = (sandbox.getresponse.tags.add(name) for name in ("one", "two", "three"))
    await client.contacts.add(JOE, {"tags": [one]})
    attached = await client.contacts.add_tags(JOE, [two, three])
    changed = await client.contacts.remove_tags(JOE, [two])
    requests = len(sandbox.requests.latest())
    unchanged = await client.contacts.remove_tags(JOE, [two])

    assert {tag.tag_id for tag in attached} == {one, two, three}
    assert changed.tag_ids == unchanged.tag_ids == [one, three]
    # Nothing was written the second time: an address was looked up, and a contact read.
    assert len(sandbox.requests.latest()) == requests + 2


async def test_custom_fields_come_and_go_without_touching_the_others(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    age, city = (sandbox.getresponse.custom_fields.add(name) for name in ("age", "city"))
    joe = sandbox.getresponse.contacts.add(JOE)
    await client.contacts.set_custom_fields(joe, {age: 35})
    shown = await client.contacts.set_custom_fields(joe, {city: "Gdynia"})
    changed = await client.contacts.remove_custom_fields(joe, [age])

    assert {field.custom_field_id: field.texts for field in shown} == {
        age: ["35"],
        city: ["Gdynia"],
    }
    assert changed.custom_fields == {city: ["Gdynia"]}


async def test_what_a_contact_did_is_listed(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    joe = sandbox.getresponse.contacts.add(JOE)
    for activity in ("send", "open", "click"):
        sandbox.getresponse.contacts.add_activity(JOE, activity)
    listed = [
        found.activity
        async for found in client.contacts.activities(joe, created_from=date(2020, 1, 1))
    ]

    assert sorted(map(str, listed)) == ["click", "open", "send"]


async def test_contacts_are_listed_page_by_page_and_filtered(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    emails = [f"p{n}@example.com" for n in range(7)]
    sandbox.getresponse.contacts.add_many(emails)
    listed = [contact.email async for contact in client.contacts.iterate(per_page=3)]
    exact = [c.email async for c in client.contacts.iterate(email=emails[1], exact=True)]
    backwards = [
        c.email
        async for c in client.contacts.iterate(
            campaign=DEFAULT_CAMPAIGN,
            created_from=date(2020, 1, 1),
            sort={"email": "DESC"},
            fields=["email"],
        )
    ]

    assert listed == emails
    assert exact == [emails[1]]
    assert backwards == emails[::-1]


async def test_a_batch_goes_to_one_campaign(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    tag = sandbox.getresponse.tags.add("vip")
    await client.contacts.add_batch([{"email": JOE, "tags": [tag]}, {"email": ANN}])
    with pytest.raises(InvalidInput, match="one campaign"):
        await client.contacts.add_batch([{"email": "x@example.com", "campaignId": "other"}])

    assert sandbox.getresponse.contacts.emails() == [JOE, ANN]
    assert (await client.contacts.get(JOE)).tag_ids == [tag]


# --------------------------------------------------------------------------------------- things


async def test_campaigns(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    made = await client.campaigns.create("weekly", {"languageCode": "EN"})
    assert isinstance(made.campaign_id, str)
    assert (await client.campaigns.get(made.campaign_id)).name == "weekly"
    updated = await client.campaigns.update(made.campaign_id, {"languageCode": "DE"})
    with pytest.raises(AlreadyExists):
        await client.campaigns.create("weekly")
    default = [c.is_default async for c in client.campaigns.iterate(is_default=True)]
    sandbox.getresponse.contacts.add(JOE, campaign=made.campaign_id)
    contacts = [c.email async for c in client.campaigns.contacts(made.campaign_id, email="joe")]

    assert updated.language_code == "DE"
    assert default == [True]
    assert contacts == [JOE]


async def test_tags(client: AsyncGetResponse) -> None:
    made = await client.tags.create("vip")
    assert isinstance(made.tag_id, str)
    assert (await client.tags.get(made.tag_id)).name == "vip"
    assert [tag.name async for tag in client.tags.iterate(name="vi")] == ["vip"]
    with pytest.raises(ValidationFailed):
        await client.tags.create("not a tag")
    await client.tags.delete(made.tag_id)
    with pytest.raises(NotFound):
        await client.tags.delete(made.tag_id)


async def test_custom_fields(client: AsyncGetResponse) -> None:
    made = await client.custom_fields.create(
        "size", format="single_select", values=["S", "M"], hidden=True
    )
    assert isinstance(made.custom_field_id, str)
    assert made.hidden is True
    changed = await client.custom_fields.update(
        made.custom_field_id, hidden=False, values=["S", "M", "L"]
    )
    got = await client.custom_fields.get(made.custom_field_id)

    assert (changed.hidden, changed.values) == (got.hidden, got.values) == (False, ["S", "M", "L"])
    assert "size" in [field.name async for field in client.custom_fields.iterate()]
    await client.custom_fields.delete(made.custom_field_id)
    with pytest.raises(NotFound):
        await client.custom_fields.get(made.custom_field_id)


async def test_blocklists_grow_and_shrink_and_are_replaced_only_when_told_to(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    await client.blocklists.add([JOE, "@example.org"])
    await client.blocklists.add([ANN])
    await client.blocklists.remove([JOE])
    await client.blocklists.add([JOE], campaign=DEFAULT_CAMPAIGN)

    assert set(await client.blocklists.get()) == {"@example.org", ANN}
    assert await client.blocklists.get(mask="ann") == [ANN]
    assert await client.blocklists.get(campaign=DEFAULT_CAMPAIGN) == [JOE]
    await client.blocklists.replace_all([JOE])
    assert sandbox.getresponse.blocklist.all() == [JOE]


async def test_suppressions(client: AsyncGetResponse) -> None:
    made = await client.suppressions.create("rivals", ["@example.org"])
    assert isinstance(made.suppression_id, str)
    await client.suppressions.update(made.suppression_id, name="rivals2", masks=[JOE])
    got = await client.suppressions.get(made.suppression_id)
    listed = [one.name async for one in client.suppressions.iterate(name="rivals")]
    await client.suppressions.delete(made.suppression_id)

    assert (got.name, got.masks, listed) == ("rivals2", [JOE], ["rivals2"])
    with pytest.raises(NotFound):
        await client.suppressions.get(made.suppression_id)


CONDITIONS = {
    "subscribersType": ["subscribed"],
    "sectionLogicOperator": "or",
    "section": [
        {
            "campaignIdsList": [DEFAULT_CAMPAIGN],
            "logicOperator": "or",
            "subscriberCycle": ["receiving_autoresponder", "not_receiving_autoresponder"],
            "subscriptionDate": "all_time",
            "conditions": [
                {
                    "conditionType": "email",
                    "operatorType": "string_operator",
                    "operator": "is",
                    "value": JOE,
                }
            ],
        }
    ],
}


async def test_searches_are_saved_and_run(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    age = sandbox.getresponse.custom_fields.add("age")
    sandbox.getresponse.contacts.add(JOE)
    sandbox.getresponse.contacts.add(ANN)
    made = await client.search_contacts.create("joes", CONDITIONS)
    assert isinstance(made.search_contact_id, str)
    await client.search_contacts.update(made.search_contact_id, "only joe", CONDITIONS)
    got = await client.search_contacts.get(made.search_contact_id)
    listed = [one.name async for one in client.search_contacts.iterate()]
    saved = [c.email async for c in client.search_contacts.contacts(made.search_contact_id)]
    adhoc = [c.email async for c in client.search_contacts.find(CONDITIONS)]
    queued = await client.search_contacts.set_custom_fields(made.search_contact_id, {age: 3})
    await client.search_contacts.delete(made.search_contact_id)

    assert (got.name, listed) == ("only joe", ["only joe"])
    assert saved == adhoc == [JOE]
    assert type(queued) is Accepted
    assert (await client.contacts.get(JOE)).custom_fields == {age: ["3"]}
    with pytest.raises(NotFound):
        await client.search_contacts.get(made.search_contact_id)


async def test_a_removed_contact_is_found_with_the_reason(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    sandbox.getresponse.contacts.add(JOE)
    await client.contacts.delete(JOE)
    removed = {**CONDITIONS, "subscribersType": ["removed"]}
    found = [contact async for contact in client.search_contacts.find(removed)]

    assert [(c.email, c.reason, c.deleted_on is None) for c in found] == [(JOE, "api", False)]


async def test_an_import_adds_and_updates(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    sandbox.getresponse.tags.add("vip")
    sandbox.getresponse.contacts.add(JOE, {"name": "Old"})
    made = await client.imports.create(
        DEFAULT_CAMPAIGN, ["email", "name", "tag:vip"], [[JOE, "Joe", 1], [ANN, None, "0"]]
    )
    assert isinstance(made.import_id, str)
    done = await client.imports.wait(made.import_id, poll_s=0.0)
    listed = [one.import_id async for one in client.imports.iterate(campaign=DEFAULT_CAMPAIGN)]

    assert (done.status, done.ended) == ("finished", True)
    assert done.statistics
    assert (done.statistics.updated, done.statistics.added_to_list) == (1, 1)
    assert listed == [made.import_id]
    assert (await client.contacts.get(JOE)).name == "Joe"


async def test_waiting_for_an_import_ends_with_patience(sandbox: Sandbox) -> None:
    async with (
        Sandbox(getresponse=GetResponseOptions(import_takes_s=1000)) as slow,
        AsyncGetResponse(
            api_key=slow.getresponse.api_key,
            base_url=slow.url("getresponse"),
            limits=Limits(adaptive=False),
        ) as client,
    ):
        made = await client.imports.create(DEFAULT_CAMPAIGN, ["email"], [[JOE]])
        found = await client.imports.wait(str(made.import_id), poll_s=0.001, patience_s=0.003)
        with pytest.raises(AlreadyExists):
            await client.imports.create(DEFAULT_CAMPAIGN, ["email"], [[ANN]])

    assert (found.ended, found.status) == (False, "uploaded")


async def test_the_account_tells_whose_key_it_is(client: AsyncGetResponse) -> None:
    account = await client.accounts.get()
    assert account.account_id


# ------------------------------------------------------------------------ who may call, and limits


async def test_a_bad_key_is_told(sandbox: Sandbox) -> None:
    async with AsyncGetResponse(
        api_key="wrong", base_url=sandbox.url("getresponse"), limits=Limits(adaptive=False)
    ) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.accounts.get()

    assert caught.value.code == 1014


async def test_an_access_token_that_has_expired_is_replaced_and_never_shown(
    sandbox: Sandbox,
) -> None:
    tokens = iter([EXPIRED_TOKEN, GETRESPONSE_TOKEN])
    base_url = sandbox.url("getresponse")
    async with AsyncGetResponse(
        access_token=lambda: next(tokens), base_url=base_url, limits=Limits(adaptive=False)
    ) as client:
        assert (await client.accounts.get()).account_id
    async with AsyncGetResponse(
        access_token=EXPIRED_TOKEN, base_url=base_url, limits=Limits(adaptive=False)
    ) as client:
        with pytest.raises(AuthenticationError) as caught:
            await client.accounts.get()

    assert EXPIRED_TOKEN not in repr(caught.value.__dict__)


async def test_the_domain_of_an_account_goes_with_every_request() -> None:
    async with (
        Sandbox(getresponse=GetResponseOptions(domain="example.com")) as sandbox,
        AsyncGetResponse(
            api_key=sandbox.getresponse.api_key,
            base_url=sandbox.url("getresponse"),
            domain="example.com",
            limits=Limits(adaptive=False),
        ) as client,
    ):
        assert (await client.accounts.get()).account_id
        assert (await client.with_options(deadline_s=5).accounts.get()).account_id


@pytest.mark.parametrize("domain", ["https://example.com", "www.example.com", "a b.com", "", 5])
def test_what_is_no_bare_domain_is_refused(domain: str) -> None:
    with pytest.raises(ConfigurationError, match="bare domain"):
        AsyncGetResponse(api_key="k", domain=domain)


def test_a_domain_needs_the_base_url_of_its_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GETRESPONSE_BASE_URL", raising=False)
    with pytest.raises(ConfigurationError, match="base_url"):
        AsyncGetResponse(api_key="k", domain="example.com")
    monkeypatch.setenv("GETRESPONSE_BASE_URL", "https://api3.getresponse360.pl/v3")
    client = AsyncGetResponse(api_key="k", domain="example.com")
    assert client.settings.base_url == "https://api3.getresponse360.pl/v3/"


async def test_a_limit_is_waited_out_as_long_as_the_platform_asks() -> None:
    options = GetResponseOptions(calls_per_frame=2)
    async with (
        Sandbox(getresponse=options) as sandbox,
        AsyncGetResponse(
            api_key=sandbox.getresponse.api_key,
            base_url=sandbox.url("getresponse"),
            limits=Limits(adaptive=False),
            retry=RetryPolicy(max_wait_s=1.0),
        ) as client,
    ):
        await client.accounts.get()
        with pytest.raises(Exception) as caught:  # noqa: PT011 - which of two is told below
            for _ in range(3):
                await client.accounts.get()

    error = caught.value
    if isinstance(error, RateLimited):
        assert error.retry_after_s is not None
        assert error.retry_after_s > 1.0
    else:
        assert "pause" in str(error)


def test_the_presets_are_the_documented_limits() -> None:
    client = AsyncGetResponse(api_key="k")
    limits = client.settings.limits

    assert limits.concurrency == 10
    assert [(rate.count, rate.per_s) for rate in limits.rates] == [(80, 1), (30_000, 600)]
    assert not limits.adapts
    assert client.settings.base_url == "https://api.getresponse.com/v3/"


async def test_a_field_in_use_cannot_be_deleted(client: AsyncGetResponse, sandbox: Sandbox) -> None:
    age = sandbox.getresponse.custom_fields.add("age")
    condition = {
        "conditionType": "custom",
        "scope": age,
        "operatorType": "string_operator",
        "operator": "is",
        "value": "3",
    }
    section = {**CONDITIONS["section"][0], "conditions": [condition]}  # type: ignore[dict-item]
    await client.search_contacts.create("aged", {**CONDITIONS, "section": [section]})
    with pytest.raises(StateConflict) as caught:
        await client.custom_fields.delete(age)

    assert caught.value.code == 1009


async def test_any_other_path_is_asked_for_with_the_same_errors(client: AsyncGetResponse) -> None:
    answer = await client.request("GET", "accounts")
    with pytest.raises(NotFound) as caught:
        await client.request("GET", f"contacts/{GONE}")

    assert answer.json()["accountId"]
    assert caught.value.code == 1013


async def test_a_contact_with_more_tags_than_are_shown_keeps_them(
    client: AsyncGetResponse, sandbox: Sandbox
) -> None:
    """Of 500 tags it is not known whether there are more: writing them back could lose some."""
    tags = [sandbox.getresponse.tags.add(f"t{n}") for n in range(500)]
    joe = sandbox.getresponse.contacts.add(JOE, {"tags": [{"tagId": tag} for tag in tags]})
    with pytest.raises(InvalidInput, match="500"):
        await client.contacts.remove_tags(joe, tags[:1])


def test_the_blocking_client_does_the_same() -> None:
    with Sandbox().in_thread() as sandbox:
        account = sandbox.getresponse
        with GetResponse(
            api_key=account.api_key,
            base_url=sandbox.url("getresponse"),
            default_campaign=DEFAULT_CAMPAIGN,
            limits=Limits(adaptive=False),
        ) as client:
            client.contacts.add(JOE, {"name": "Joe"})
            found = client.contacts.wait_until_visible(JOE, looks_after_s=[0])
            listed = [contact.email for contact in client.contacts.iterate()]
            made = client.tags.create("vip")
            report = client.bulk.add([{"email": ANN}], via="batch")

    assert found is not None
    assert found.name == "Joe"
    assert listed == [JOE]
    assert made.name == "vip"
    assert dict(report.by_status) == {"accepted": 1}
