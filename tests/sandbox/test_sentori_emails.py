"""Audiences, emails, reports and autoresponders."""

import datetime as dt
from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox import (
    AutomationEntry,
    DocumentKind,
    Entry,
    FieldIs,
    InUploadGroup,
    Kpi,
    ReportKind,
    Stage,
)
from tests.sandbox.service import Service

WHEN = dt.datetime(2013, 2, 21, 14, 41, 59, 7000)  # noqa: DTZ001
ENTER = "automation/AUTORSP1/addcontact/joe%40example.com/"


# Audiences.


@pytest.fixture
async def people(service: Service) -> Service:
    """Return a sandbox with two gold contacts, one of them not to be mailed, and a silver one."""
    service.account.fields.add("LoyaltyTier")
    service.account.contacts.add("ann@example.com", {"LoyaltyTier": "Gold"})
    service.account.contacts.add("opt@example.com", {"LoyaltyTier": "Gold"})
    service.account.contacts.add("bob@example.com", {"LoyaltyTier": "Silver"})
    service.account.suppression.add("opt@example.com")
    return service


async def test_an_audience_is_evaluated_when_it_is_asked_for(people: Service) -> None:
    people.account.audiences.add("AUDGOLD1", "Gold", FieldIs("LoyaltyTier", "Gold"), "The best")
    assert (await people.get("audiences/")).json == [
        {"ExternalID": "AUDGOLD1", "Name": "Gold", "Description": "The best"}
    ]
    ann = {"SystemID": "1", "EmailAddress": "ann@example.com"}
    assert (await people.get("audiences/contacts/AUDGOLD1")).json == [ann]
    await people.post("contact/update/bob%40example.com/", {"LoyaltyTier": "Gold"})
    bob = {"SystemID": "3", "EmailAddress": "bob@example.com"}
    assert (await people.get("audiences/contacts/AUDGOLD1")).json == [ann, bob]


async def test_an_upload_group_can_be_an_audience_and_be_asked_for_itself(people: Service) -> None:
    body = {"Contacts": [{"EmailAddress": "opt@example.com"}, {"EmailAddress": "ann@example.com"}]}
    group = (await people.post("contact/import/", body)).json["UploadGroupExternalID"]
    people.account.audiences.add("AUDGROUP", "Imported", InUploadGroup(group))
    people.account.audiences.add("AUDEMPTY", "Imported never", InUploadGroup("NOWHERE1"))
    ann = [{"SystemID": "1", "EmailAddress": "ann@example.com"}]
    assert (await people.get("audiences/contacts/AUDGROUP")).json == ann
    assert (await people.get(f"audiences/contacts/{group}")).json == ann
    assert (await people.get("audiences/contacts/AUDEMPTY")).json == []
    assert (await people.get("audiences/contacts/NOWHERE1")).error == (404, 500)


async def test_an_audience_asks_for_a_field_that_can_be_one(people: Service) -> None:
    with pytest.raises(InvalidInput, match="no contact field"):
        people.account.audiences.add("AUD00001", "Odd", FieldIs("no field", "x"))
    people.account.audiences.add("AUD00001", "Good", FieldIs("Title", "Mr"))
    with pytest.raises(InvalidInput, match="already"):
        people.account.audiences.add("AUD00001", "Again", FieldIs("Title", "Mr"))
    assert people.account.audiences.all() == [Entry("AUD00001", "Good")]


# Emails.


@pytest.fixture
async def office(service: Service) -> Service:
    """Return a sandbox with one document of each sort."""
    emails = service.account.emails
    emails.add("TMPL0001", "Template", Stage.TEMPLATE, created=WHEN, created_by="Mary")
    emails.add("DRAFT001", "Draft", Stage.DRAFT, created=WHEN, description="A draft")
    emails.add("SENT0001", "Sent", Stage.SENT, created=WHEN)
    emails.add("SMS00001", "Message", Stage.DRAFT, kind=DocumentKind.SMS, created=WHEN)
    return service


async def test_drafts_and_templates_are_shown_as_documented(office: Service) -> None:
    (draft,) = (await office.get("emails/drafts/")).json
    assert list(draft.items()) == [
        ("ExternalID", "DRAFT001"),
        ("Name", "Draft"),
        ("Description", "A draft"),
        ("Created", "2013-02-21T14:41:59.007"),
        ("CreatedBy", "Sandbox User"),
        ("Modified", "2013-02-21T14:41:59.007"),
        ("ModifiedBy", "Sandbox User"),
    ]
    (template,) = (await office.get("emails/templates/")).json
    assert list(template) == list(draft)
    assert (template["ExternalID"], template["CreatedBy"]) == ("TMPL0001", "Mary")


@pytest.mark.parametrize("source", ["TMPL0001", "DRAFT001", "SENT0001"])
async def test_an_email_is_made_from_a_template_or_another_email(
    office: Service, source: str
) -> None:
    answer = await office.post(
        "emails/create/", {"ExternalID": source, "Name": "New", "Description": None}
    )
    assert (answer.status, list(answer.json)) == (200, ["ExternalID"])
    made = office.account.emails.get(answer.json["ExternalID"])
    assert made is not None
    assert (made.name, made.stage, made.description) == ("New", Stage.DRAFT, "")
    assert made in office.account.emails.all(Stage.DRAFT)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param({"Name": "New"}, (400, -1), id="no-source"),
        pytest.param({"ExternalID": "TMPL0001"}, (400, -1), id="no-name"),
        pytest.param({"ExternalID": "TMPL0001", "Name": ""}, (400, -1), id="empty-name"),
        pytest.param({"ExternalID": 7, "Name": "New"}, (400, -1), id="source-is-no-text"),
        pytest.param(
            {"ExternalID": "TMPL0001", "Name": "New", "Description": 7}, (400, -1), id="description"
        ),
        pytest.param("text", (400, -1), id="no-object"),
        pytest.param({"ExternalID": "NOWHERE1", "Name": "New"}, (404, 300), id="unknown"),
        pytest.param({"ExternalID": "SMS00001", "Name": "New"}, (400, 301), id="message"),
        pytest.param({"ExternalID": "TMPL0001", "Name": "Sent"}, (409, 401), id="name-taken"),
    ],
)
async def test_an_email_that_cannot_be_made_is_not(
    office: Service, body: Any, error: tuple[int, int]
) -> None:
    assert (await office.post("emails/create/", body)).error == error
    assert len(office.account.emails.all(Stage.DRAFT)) == 1


async def test_ids_are_never_given_twice(office: Service) -> None:
    made = [
        (await office.post("emails/create/", {"ExternalID": "TMPL0001", "Name": str(n)})).json
        for n in range(50)
    ]
    assert len({email["ExternalID"] for email in made}) == 50
    with pytest.raises(InvalidInput, match="DRAFT001 already"):
        office.account.emails.add("DRAFT001", "Again")


# Reports.


async def test_kpis_are_those_of_one_sending_or_of_all(office: Service) -> None:
    reports = office.account.reports
    reports.set_kpi("SENT0001", Kpi(sent=1, abuse_complaints=9))
    first = Kpi(sent=100, bounced=10, opens=25, unique_clickers=20, total_clicks=23)
    reports.set_kpi("SENT0001", first)
    reports.set_kpi("SENT0001", Kpi(sent=5, tweets=2, unsubscribes=1), iteration=2)
    second = (await office.get("email/kpi/SENT0001/2/")).json
    assert (second["Sent"], second["SocialKpi"]["Tweets"], second["Unsubscribes"]) == (5, 2, 1)
    assert (await office.get("email/kpi/SENT0001/")).json == {
        "Sent": 105,
        "Bounced": 10,
        "Opens": 25,
        "UniqueClickers": 20,
        "TotalClicks": 23,
        "SocialShares": 0,
        "SocialKpi": {"GooglePlusOnes": 0, "LinkedInShares": 0, "Tweets": 2, "FacebookLikes": 0},
        "Unsubscribes": 1,
        "AbuseComplaints": 0,
    }
    assert (await office.get("email/kpi/SENT0001/3/")).json["Sent"] == 0
    assert (await office.get("email/kpi/DRAFT001/")).json["Sent"] == 0


@pytest.mark.parametrize(
    ("kind", "path"),
    [(ReportKind.ABUSE, "abuse"), (ReportKind.BOUNCE, "bounced"), (ReportKind.CLICK, "clicks")],
)
async def test_a_report_lists_its_own_entries_only(
    office: Service, kind: ReportKind, path: str
) -> None:
    for each in ReportKind:
        for number in (1, 2):
            address = f"{each.value}{number}@example.com"
            office.account.reports.add(each, "SENT0001", address, WHEN, iteration=number)
    first, second = (
        {"EmailAddress": f"{path}{n}@example.com", "Timestamp": "2013-02-21T14:41:59.007"}
        for n in (1, 2)
    )
    assert (await office.get(f"email/{path}/SENT0001/")).json == [first, second]
    assert (await office.get(f"email/{path}/DRAFT001/")).json == []
    if kind is not ReportKind.ABUSE:
        assert (await office.get(f"email/{path}/SENT0001/2/")).json == [second]


async def test_abuse_has_no_report_by_sending(office: Service) -> None:
    assert (await office.get("email/abuse/SENT0001/1/")).status == 404


@pytest.mark.parametrize("report", ["kpi", "abuse", "bounced", "clicks"])
async def test_a_report_needs_an_email(office: Service, report: str) -> None:
    assert (await office.get(f"email/{report}/NOWHERE1/")).error == (404, 300)
    assert (await office.get(f"email/{report}/SMS00001/")).error == (400, 301)


@pytest.mark.parametrize("iteration", ["x", "-1", "1.5", "%C2%B2", "1" * 10])
async def test_a_sending_is_a_number(office: Service, iteration: str) -> None:
    assert (await office.get(f"email/kpi/SENT0001/{iteration}/")).error == (400, -1)


async def test_a_report_is_seeded_for_a_document_that_exists(service: Service) -> None:
    with pytest.raises(InvalidInput, match="no document NOWHERE1"):
        service.account.reports.set_kpi("NOWHERE1", Kpi())


# Autoresponders.


@pytest.fixture
async def responder(service: Service) -> Service:
    """Return a sandbox with an autoresponder and a contact."""
    service.account.automations.add("AUTORSP1", "Welcome")
    service.account.contacts.add("Joe@example.com")
    return service


async def test_a_contact_is_added_to_an_autoresponder_with_its_data(responder: Service) -> None:
    data = {"ProductName": "Kettle", "ProductPrice": "£429.99", "Count": 2, "Gift": None}
    assert (await responder.post(ENTER)).body == b""
    assert (await responder.post(ENTER, data)).status == 200
    assert responder.account.automations.entries("AUTORSP1") == [
        AutomationEntry("Joe@example.com", {}),
        AutomationEntry("Joe@example.com", data),
    ]


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"a": {"b": 1}}', b'{"a": [1]}', b'"x"'])
async def test_data_that_is_not_flat_is_refused_in_this_pages_own_form(
    responder: Service, body: bytes
) -> None:
    """The code is a text here, and the message is not the list's."""
    headers = {"ApiKey": responder.account.api_key}
    answer = await responder.send("POST", ENTER, data=body, headers=headers)
    assert answer.status == 400
    assert answer.json == {"Code": "-1", "Message": "Invalid JSON found in Request Body."}
    assert responder.account.automations.entries("AUTORSP1") == []


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("automation/NOWHERE1/addcontact/joe%40example.com/", (404, 300)),
        ("automation/AUTORSP1/addcontact/nobody/", (400, 100)),
        ("automation/AUTORSP1/addcontact/ann%40example.com/", (404, 101)),
        ("automation/AUTORSP1/addcontact/opt%40example.com/", (400, 106)),
        ("automation/AUTORSP1/addcontact/bad%40example.com/", (400, 107)),
    ],
)
async def test_nobody_is_added_who_may_not_be_mailed(
    responder: Service, path: str, error: tuple[int, int]
) -> None:
    responder.account.contacts.add("opt@example.com")
    responder.account.contacts.add("bad@example.com", {"IsBadEmailAddress": True})
    responder.account.suppression.add("opt@example.com")
    assert (await responder.post(path)).error == error
    assert responder.account.automations.entries("AUTORSP1") == []


async def test_an_autoresponder_is_seeded_once(responder: Service) -> None:
    with pytest.raises(InvalidInput, match="AUTORSP1 already"):
        responder.account.automations.add("AUTORSP1", "Again")
