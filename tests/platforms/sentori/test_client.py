"""Every verb of the Sentori client does what it says, over real sockets."""

from __future__ import annotations

from typing import Any

import pandas as pd
import polars as pl
import pytest

from sentori_async import (
    UNSET,
    AlreadyExists,
    ApiError,
    AsyncSentori,
    AuthenticationError,
    Contact,
    ContactPatch,
    ContactSuppressed,
    InvalidInput,
    NotFound,
    Safety,
    StateConflict,
    ValidationFailed,
)
from sentori_async.errors import AccountBlocked
from sentori_async.sandbox import GONE_KEY, UNOPENABLE_KEY, Sandbox, SentoriOptions

JOE = "joe+news@example.com"


# ----------------------------------------------------------------------------------- contacts


async def test_a_contact_is_added_and_read_back_by_address_and_by_number(
    client: AsyncSentori,
) -> None:
    added = await client.contacts.add(JOE, {"FirstName": "Joe", "LoyaltyTier": "Gold"})
    by_address = await client.contacts.get(JOE.upper())
    assert isinstance(added.system_id, int)
    by_number = await client.contacts.get(added.system_id)

    assert added == by_address == by_number
    assert added.email_address == JOE
    assert added.first_name == "Joe"
    assert added.last_name is None
    assert added.extra == {"FavouriteColour": None, "LoyaltyTier": "Gold"}


async def test_adding_a_contact_that_exists_changes_nothing(client: AsyncSentori) -> None:
    await client.contacts.add(JOE, {"FirstName": "Joe"})
    with pytest.raises(AlreadyExists) as caught:
        await client.contacts.add(JOE, {"FirstName": "Other"})

    error = caught.value
    assert (error.platform, error.operation, error.status) == ("sentori", "contacts.add", 400)
    assert (error.code, error.retryable, error.applied) == (102, False, False)
    assert "add_or_update" in error.remedy
    assert (await client.contacts.get(JOE)).first_name == "Joe"


async def test_an_update_changes_what_it_names_and_clears_with_none(client: AsyncSentori) -> None:
    await client.contacts.add(JOE, {"FirstName": "Joe", "LastName": "Example", "Title": "Mr"})
    patch = ContactPatch(first_name="Joseph", last_name=None)
    updated = await client.contacts.update(JOE, patch)

    assert (updated.first_name, updated.last_name, updated.title) == ("Joseph", None, "Mr")


async def test_an_update_with_another_address_renames(client: AsyncSentori) -> None:
    before = await client.contacts.add(JOE)
    after = await client.contacts.update(JOE, {"EmailAddress": "new@example.com"})

    assert after.system_id == before.system_id
    assert after.email_address == "new@example.com"
    with pytest.raises(NotFound):
        await client.contacts.get(JOE)


async def test_an_update_never_adds(client: AsyncSentori, sandbox: Sandbox) -> None:
    with pytest.raises(NotFound) as caught:
        await client.contacts.update("nobody@example.com", {"FirstName": "No"})

    assert caught.value.code == 101
    assert sandbox.sentori.contacts.get("nobody@example.com") is None


async def test_an_upsert_says_whether_it_added(client: AsyncSentori) -> None:
    first = await client.contacts.add_or_update(JOE, {"FirstName": "Joe"})
    second = await client.contacts.add_or_update(JOE, {"LastName": "Example"})

    assert (first.created, second.created) == (True, False)
    assert (second.contact.first_name, second.contact.last_name) == ("Joe", "Example")


async def test_an_upsert_where_both_addresses_exist_updates_both(client: AsyncSentori) -> None:
    await client.contacts.add(JOE)
    await client.contacts.add("jane@example.com")
    both = await client.contacts.add_or_update(
        JOE, {"EmailAddress": "jane@example.com", "CompanyName": "Example"}
    )

    assert both.created is False
    assert both.contact.email_address == "jane@example.com"
    assert (await client.contacts.get(JOE)).company_name == "Example"


async def test_a_contact_written_back_keeps_what_the_sdk_does_not_know(
    client: AsyncSentori,
) -> None:
    contact = await client.contacts.add(JOE, {"LoyaltyTier": "Gold", "Title": "Dr"})
    contact.first_name = "Joe"
    contact.extra["FavouriteColour"] = "Green"
    written = await client.contacts.update(JOE, contact)

    assert (written.first_name, written.title) == ("Joe", "Dr")
    assert written.extra == {"FavouriteColour": "Green", "LoyaltyTier": "Gold"}


async def test_a_deleted_contact_is_gone(client: AsyncSentori) -> None:
    await client.contacts.add(JOE)
    await client.contacts.delete(JOE)
    with pytest.raises(NotFound):
        await client.contacts.delete(JOE)


@pytest.mark.parametrize("form", ["single", "list"])
async def test_both_forms_of_the_structure_name_the_fields(client: AsyncSentori, form: str) -> None:
    structure = await client.contacts.structure(form)  # type: ignore[arg-type]

    assert list(structure.fields)[:3] == ["IsBadEmailAddress", "CRMID", "Title"]
    assert structure.fields["LoyaltyTier"].custom
    assert not structure.fields["FirstName"].custom


RESERVED = ["a/b@example.com", "a%2Fb@example.com", "a?b#c@example.com", "a&b=c!d@example.com"]


@pytest.mark.parametrize("address", [*RESERVED, "o'brien+x@example.com", "jürgen@example.com"])
async def test_no_character_of_an_address_changes_the_path(
    client: AsyncSentori, sandbox: Sandbox, address: str
) -> None:
    added = await client.contacts.add(address)

    assert added.email_address == address
    assert sandbox.sentori.contacts.get(address) is not None
    assert (await client.contacts.get(address)).system_id == added.system_id


async def test_subscriptions_come_and_go(client: AsyncSentori, sandbox: Sandbox) -> None:
    lists = sandbox.sentori.mailing_lists
    await client.contacts.add(JOE)
    for _ in range(2):
        await client.contacts.subscribe(JOE, "LISTID01")
        await client.contacts.subscribe(JOE, "LISTID02")
    assert lists.of(JOE) == ["LISTID01", "LISTID02"]

    await client.contacts.unsubscribe(JOE, "LISTID01")
    await client.contacts.unsubscribe(JOE, "LISTID01")
    assert lists.of(JOE) == ["LISTID02"]

    await client.contacts.unsubscribe_all(JOE)
    assert lists.of(JOE) == []
    assert JOE in sandbox.sentori.suppression
    assert (await client.contacts.get(JOE)).is_suppressed is True


async def test_unsubscribing_a_stranger_suppresses_the_address(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    await client.contacts.unsubscribe_all("stranger@example.com")

    assert "stranger@example.com" in sandbox.sentori.suppression


async def test_a_list_that_does_not_exist_is_not_found(client: AsyncSentori) -> None:
    await client.contacts.add(JOE)
    with pytest.raises(NotFound) as caught:
        await client.contacts.subscribe(JOE, "NOLIST00")

    assert caught.value.code == 200


async def test_an_import_counts_what_it_did(client: AsyncSentori) -> None:
    result = await client.contacts.import_(
        [
            {"EmailAddress": "new@example.com"},
            ContactPatch(email_address="existing0001@example.com", first_name="Changed"),
            {"EmailAddress": "New@example.com"},
            {"EmailAddress": "optout01@example.com"},
            {"EmailAddress": "existing0400@example.com"},
            {"EmailAddress": "sales@example.com"},
            {"EmailAddress": "nonsense"},
        ],
        name="Upload",
        description="By a test",
    )

    assert result.total_rows == 7
    assert (result.emailable_rows_created, result.emailable_rows_updated) == (1, 1)
    assert (result.suppressed_updated, result.bad_email_updated) == (1, 1)
    assert (result.excluded_duplicates, result.excluded_invalid_email) == (1, 1)
    assert result.excluded_role_based == 1
    assert isinstance(result.upload_group_external_id, str)
    assert (await client.contacts.get("existing0001@example.com")).first_name == "Changed"


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame], ids=["pandas", "polars"])
async def test_an_import_takes_a_data_frame(client: AsyncSentori, make: Any) -> None:
    frame = make([{"EmailAddress": JOE, "FirstName": "Joe"}, {"EmailAddress": "ann@example.com"}])

    assert (await client.contacts.import_(frame)).emailable_rows_created == 2
    assert (await client.contacts.get(JOE)).first_name == "Joe"


async def test_an_import_of_nothing_useful_makes_no_group(client: AsyncSentori) -> None:
    result = await client.contacts.import_([{"EmailAddress": "nonsense"}])

    assert result.upload_group_external_id is None


async def test_an_upload_group_is_attached_to_a_draft(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    group = await client.contacts.import_([{"EmailAddress": JOE}])
    assert isinstance(group.upload_group_external_id, str)
    await client.contacts.attach_upload_group(group.upload_group_external_id, "DRAFT001")

    assert sandbox.sentori.emails.attached("DRAFT001") == [group.upload_group_external_id]
    with pytest.raises(NotFound) as caught:
        await client.contacts.attach_upload_group("NOGROUP0", "DRAFT001")
    assert caught.value.code == 500


# ------------------------------------------------------------------------ the other resources


async def test_mailing_lists_and_their_subscribers(client: AsyncSentori) -> None:
    everything = await client.mailing_lists.all()
    one = await client.mailing_lists.get("LISTID01")
    subscribers = await client.mailing_lists.subscribers("LISTID01")

    assert [item.external_id for item in everything] == ["LISTID01", "LISTID02"]
    assert one == everything[0]
    assert len(subscribers) == 100
    assert isinstance(subscribers[0].system_id, int)
    with pytest.raises(NotFound):
        await client.mailing_lists.get("NOLIST00")


async def test_audiences_and_their_contacts(client: AsyncSentori) -> None:
    audiences = await client.audiences.all()
    contacts = await client.audiences.contacts("AUDGOLD1")

    assert [audience.external_id for audience in audiences] == ["AUDGOLD1"]
    assert len(contacts) > 100


async def test_a_draft_is_created_from_a_template(client: AsyncSentori) -> None:
    templates = await client.emails.templates()
    assert "TMPLNEWS" in {template.external_id for template in templates}
    created = await client.emails.create("TMPLNEWS", name="May", description="News of May")
    drafts = {draft.name: draft for draft in await client.emails.drafts()}

    assert drafts["May"].external_id == created.external_id
    assert drafts["May"].description == "News of May"
    with pytest.raises(AlreadyExists) as caught:
        await client.emails.create("TMPLNEWS", name="May")
    assert (caught.value.code, caught.value.status) == (401, 409)


async def test_an_email_that_is_no_draft_takes_no_group(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    group = await client.contacts.import_([{"EmailAddress": JOE}])
    assert isinstance(group.upload_group_external_id, str)
    with pytest.raises(StateConflict) as caught:
        await client.contacts.attach_upload_group(group.upload_group_external_id, "SENT0001")

    assert caught.value.code == 400


async def test_reports_tell_what_became_of_an_email(client: AsyncSentori) -> None:
    kpi = await client.reports.kpi("SENT0001")
    first = await client.reports.kpi("SENT0001", iteration=1)

    assert isinstance(kpi.sent, int)
    assert kpi.social_kpi is not UNSET
    assert isinstance(first.sent, int)
    for events in (
        await client.reports.abuse("SENT0001"),
        await client.reports.bounces("SENT0001"),
        await client.reports.clicks("SENT0001", iteration=1),
    ):
        assert events
        assert all(event.timestamp is not UNSET for event in events)
    with pytest.raises(NotFound):
        await client.reports.kpi("NOEMAIL0")


async def test_an_autoresponder_takes_a_contact_with_flat_data(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    await client.contacts.add(JOE)
    await client.automation.add_contact("AUTORSP1", JOE, {"ProductName": "Kettle"})
    (entry,) = sandbox.sentori.automations.entries("AUTORSP1")

    assert entry.data == {"ProductName": "Kettle"}
    with pytest.raises(InvalidInput):
        await client.automation.add_contact("AUTORSP1", JOE, {"Products": ["Kettle"]})


@pytest.mark.parametrize(
    ("address", "code"), [("optout01@example.com", 106), ("existing0400@example.com", 107)]
)
async def test_a_contact_that_may_not_be_mailed_is_suppressed(
    client: AsyncSentori, address: str, code: int
) -> None:
    await client.contacts.add_or_update(address)
    with pytest.raises(ContactSuppressed) as caught:
        await client.automation.add_contact("AUTORSP1", address)

    assert caught.value.code == code


# --------------------------------------------------------------------------- keys and raw calls


@pytest.mark.parametrize(
    ("key", "error", "code"),
    [
        ("nonsense", AuthenticationError, 1),
        (UNOPENABLE_KEY, AccountBlocked, 2),
        (GONE_KEY, AccountBlocked, 3),
    ],
)
async def test_a_bad_key_is_told_apart_from_a_bad_account(
    sandbox: Sandbox, key: str, error: type[ApiError], code: int
) -> None:
    async with AsyncSentori(api_key=key, base_url=sandbox.url("sentori")) as client:
        with pytest.raises(error) as caught:
            await client.contacts.get(1)

    assert type(caught.value) is error
    assert (caught.value.code, caught.value.status) == (code, 403)


async def test_a_raw_request_reaches_any_path(client: AsyncSentori) -> None:
    listed = await client.request("GET", "mailinglists/")
    added = await client.request(
        "POST", "contact/add/raw%40example.com/", json={"FirstName": "Raw"}, safety=Safety.UNSAFE
    )

    assert listed.status == 200
    assert [item["ExternalID"] for item in listed.json()] == ["LISTID01", "LISTID02"]
    assert listed.headers["content-type"].startswith("application/json")
    assert added.json()["FirstName"] == "Raw"


async def test_a_raw_request_raises_what_the_verbs_raise(client: AsyncSentori) -> None:
    with pytest.raises(NotFound) as caught:
        await client.request("GET", "contact/get/nobody%40example.com/")

    assert (caught.value.code, caught.value.operation) == (101, "request")


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example/", "../v1/", "a/../../b"]
)
async def test_a_raw_request_cannot_leave_the_base_url(
    client: AsyncSentori, sandbox: Sandbox, path: str
) -> None:
    before = sandbox.requests.count()
    with pytest.raises(InvalidInput):
        await client.request("GET", path)

    assert sandbox.requests.count() == before


async def test_an_unknown_path_is_an_error_by_its_status_alone(client: AsyncSentori) -> None:
    with pytest.raises(NotFound) as caught:
        await client.request("GET", "no/such/path/")

    assert caught.value.code is None


# ----------------------------------------------------------------------- the open questions


class TestStrictSandbox:
    """What the vendor's pages leave open may be so or so; the client takes both."""

    @pytest.fixture
    def options(self) -> SentoriOptions:
        return SentoriOptions(add_status=201)

    async def test_an_add_may_answer_with_201(self, client: AsyncSentori) -> None:
        assert isinstance(await client.contacts.add(JOE), Contact)


async def test_a_field_the_account_lacks_is_refused(client: AsyncSentori) -> None:
    with pytest.raises(ValidationFailed) as caught:
        await client.contacts.add(JOE, {"ShoeSize": "44"})

    assert caught.value.code == 103


# ---------------------------------------------------------------------------------- in bulk


async def test_a_bulk_job_leaves_the_account_as_its_report_says(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    rows = [{"EmailAddress": f"c{n}@example.com", "FirstName": str(n)} for n in range(300)]
    rows[7] = {"EmailAddress": "existing0001@example.com"}
    rows[9] = {"EmailAddress": "no address"}
    rows[11] = {}
    report = await client.bulk.add(rows)

    assert report.by_status == {"added": 297, "failed": 3}
    assert {o.index: type(o.error).__name__ for o in report.failures} == {
        7: "AlreadyExists",
        9: "ValidationFailed",
        11: "InvalidInput",
    }
    assert report.requests == 299 == sandbox.requests.count("contacts.add")
    assert sandbox.sentori.contacts.count() == 697


async def test_every_bulk_verb_reports_its_own_status(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    addresses = [f"c{n}@example.com" for n in range(20)]
    bulk = client.bulk

    assert (await bulk.add(addresses)).by_status == {"added": 20}
    assert (await bulk.update([(a, {"Title": "Dr"}) for a in addresses])).by_status == {
        "updated": 20
    }
    upserts = [{"EmailAddress": a} for a in [*addresses, "new@example.com"]]
    assert (await bulk.add_or_update(upserts)).by_status == {"updated": 20, "added": 1}
    assert (await bulk.subscribe(addresses, "LISTID02")).by_status == {"subscribed": 20}
    assert len(sandbox.sentori.mailing_lists.members("LISTID02")) == 20
    assert (await bulk.unsubscribe(addresses, "LISTID02")).by_status == {"unsubscribed": 20}
    assert (await bulk.delete(addresses)).by_status == {"deleted": 20}


async def test_an_import_moves_many_rows_with_few_requests(
    client: AsyncSentori, sandbox: Sandbox
) -> None:
    rows = [{"EmailAddress": f"c{n}@example.com"} for n in range(2_500)]
    rows[1_200] = {"EmailAddress": "sales@example.com"}
    rows[1_201] = {"EmailAddress": "C1199@example.com", "Title": "Dr"}
    report = await client.bulk.add_or_update(rows, via="import")

    assert report.by_status == {"accepted": 2_498, "skipped": 1, "failed": 1}
    assert [o.index for o in report.failures] == [1_200]
    # Three imports, and one look-up of the row that was left out.
    assert report.requests == 4
    merged = sandbox.sentori.contacts.get("c1199@example.com")
    assert merged is not None
    assert merged["Title"] == "Dr"


class TestForeignRoles:
    """The platform's list of role-based words is its own."""

    @pytest.fixture
    def options(self) -> SentoriOptions:
        return SentoriOptions(role_based=frozenset({"info", "webteam"}))

    async def test_rows_that_an_import_left_out_are_found_by_looking(
        self, client: AsyncSentori
    ) -> None:
        rows = [{"EmailAddress": f"c{n}@example.com", "FirstName": f"N{n}"} for n in range(200)]
        rows[50]["EmailAddress"] = "webteam@example.com"
        rows[60]["EmailAddress"] = "sales@example.com"
        rows[70]["EmailAddress"] = "info@example.com"
        report = await client.bulk.add_or_update(rows, via="import")

        assert report.by_status == {"accepted": 198, "failed": 2}
        assert [o.index for o in report.failures] == [50, 70]
        assert report.requests < 10


async def test_one_poisoned_row_fails_alone_in_an_import(client: AsyncSentori) -> None:
    rows = [{"EmailAddress": f"c{n}@example.com"} for n in range(100)]
    rows[42]["ShoeSize"] = "44"
    report = await client.bulk.add_or_update(rows, via="import")

    assert report.by_status == {"accepted": 99, "failed": 1}
    assert [o.index for o in report.failures] == [42]


async def test_a_stream_yields_decoded_contacts(client: AsyncSentori) -> None:
    async with client.bulk.stream("add", ["a@example.com", "b@example.com"]) as outcomes:
        contacts = {o.contact: o.result.email_address async for o in outcomes}

    assert contacts == {"a@example.com": "a@example.com", "b@example.com": "b@example.com"}
    assert outcomes.report.total == 2
