"""Import: every row counted once, and an upload group of what was imported."""

import asyncio
import itertools
import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.sandbox import (
    API_KEY,
    DocumentKind,
    Sandbox,
    SentoriOptions,
    SentoriState,
    Stage,
)
from tests.sandbox.service import Service, Start

IMPORT = "contact/import/"
COUNTERS = (
    "EmailableRowsCreated",
    "EmailableRowsUpdated",
    "SuppressedUpdated",
    "BadEmailUpdated",
    "ExcludedDuplicates",
    "ExcludedInvalidEmail",
    "ExcludedRoleBased",
)


def rows(*addresses: Any) -> dict[str, Any]:
    return {"Contacts": [{"EmailAddress": address} for address in addresses]}


def counts(answer: dict[str, Any]) -> list[int]:
    return [answer[name] for name in COUNTERS]


async def test_an_import_counts_every_kind_of_row(service: Service) -> None:
    account = service.account
    account.contacts.add("known@example.com", {"Title": "Mr", "FirstName": "Old"})
    account.contacts.add("bad@example.com", {"IsBadEmailAddress": True})
    account.contacts.add("opt@example.com")
    account.suppression.add("opt@example.com", "gone@example.com")
    body = {
        "Name": "My import",
        "Description": "By a test",
        "Contacts": [
            {"EmailAddress": "New@example.com", "FirstName": "First"},
            {"EmailAddress": "known@example.com", "FirstName": "New"},
            {"EmailAddress": "OPT@example.com", "FirstName": "New"},
            {"EmailAddress": "gone@example.com"},
            {"EmailAddress": "bad@example.com", "IsBadEmailAddress": False},
            {"EmailAddress": "new@EXAMPLE.com", "FirstName": "Second"},
            {"EmailAddress": "nobody"},
            {"EmailAddress": "Info@example.com"},
            {"FirstName": "Nobody"},
        ],
    }
    answer = await service.post(IMPORT, body)
    assert answer.status == 200
    assert list(answer.json) == ["TotalRows", *COUNTERS, "UploadGroupExternalID"]
    assert (answer.json["TotalRows"], counts(answer.json)) == (9, [1, 1, 2, 1, 1, 2, 1])
    group = answer.json["UploadGroupExternalID"]
    assert re.fullmatch("[0-9A-Z]{8}", group)
    assert account.upload_groups.members(group) == [
        "known@example.com",
        "bad@example.com",
        "opt@example.com",
        "New@example.com",
        "gone@example.com",
    ]
    assert [(g.name, g.description) for g in account.upload_groups.all()] == [
        ("My import", "By a test")
    ]
    shown = {c["EmailAddress"]: c for c in account.contacts.all()}
    assert (shown["known@example.com"]["Title"], shown["known@example.com"]["FirstName"]) == (
        "Mr",
        "New",
    )
    assert shown["New@example.com"]["FirstName"] == "First"
    assert shown["gone@example.com"]["IsSuppressed"] is True
    assert shown["bad@example.com"]["IsBadEmailAddress"] is False
    assert shown["New@example.com"]["CreatedSourceValue"] == "Uploaded"


async def test_a_new_contact_that_its_row_marks_bad_counts_as_bad(service: Service) -> None:
    body = {"Contacts": [{"EmailAddress": "a@example.com", "IsBadEmailAddress": True}]}
    assert counts((await service.post(IMPORT, body)).json) == [0, 0, 0, 1, 0, 0, 0]


@pytest.mark.parametrize("address", ["nobody", "info@example.com", None, "", 7, ["a@example.com"]])
async def test_there_is_no_group_when_nothing_was_imported(service: Service, address: Any) -> None:
    answer = await service.post(IMPORT, rows(address))
    assert (answer.status, answer.json["UploadGroupExternalID"]) == (200, None)
    assert (sum(counts(answer.json)), service.account.upload_groups.all()) == (1, [])


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param([], (400, -1), id="a-list"),
        pytest.param({}, (400, -1), id="no-contacts"),
        pytest.param({"Contacts": {}}, (400, -1), id="contacts-are-no-list"),
        pytest.param({"Contacts": ["a@example.com"]}, (400, -1), id="a-row-is-no-object"),
        pytest.param({**rows("a@example.com"), "Name": 7}, (400, -1), id="name"),
        pytest.param({**rows("a@example.com"), "Description": []}, (400, -1), id="description"),
        pytest.param({"Contacts": []}, (400, 105), id="no-rows"),
        pytest.param({"Contacts": [{"Email": "a@example.com"}]}, (400, 105), id="no-address"),
        pytest.param({"Contacts": [{"emailaddress": "a@example.com"}]}, (400, 105), id="case"),
        pytest.param(
            {"Contacts": [{"EmailAddress": "a@example.com"}, {"EmailAddress": "b@e.com", "X": 1}]},
            (400, 103),
            id="unknown-field",
        ),
        pytest.param(
            {"Contacts": [{"EmailAddress": "a@example.com", "Title": 7}]}, (400, 103), id="type"
        ),
        pytest.param(
            {"Contacts": [{"EmailAddress": "a@example.com", "SystemID": 7}]},
            (400, 103),
            id="read-only",
        ),
    ],
)
async def test_an_import_is_refused_as_a_whole(
    service: Service, body: Any, error: tuple[int, int]
) -> None:
    assert (await service.post(IMPORT, body)).error == error
    assert service.account.contacts.count() == 0
    assert service.account.upload_groups.all() == []


async def test_a_thousand_rows_are_one_request(service: Service) -> None:
    answer = await service.post(IMPORT, rows(*(f"a{n}@example.com" for n in range(1000))))
    assert counts(answer.json) == [1000, 0, 0, 0, 0, 0, 0]
    assert service.sandbox.requests.count("contacts.import_") == 1


async def test_while_an_import_runs_another_one_is_refused_where_told_to(start: Start) -> None:
    """The older interface answered 409; an import of another account is not in the way."""
    options = SentoriOptions(import_takes_s=3600, concurrent_imports=False)
    service = await start(sentori=options)
    key = service.account.accounts.add("22222222-2222-2222-2222-222222222222").api_key
    running = [
        asyncio.create_task(service.send("POST", IMPORT, data=b"{}", headers={"ApiKey": owner}))
        for owner in (API_KEY, key)
    ]
    while service.sandbox.in_flight < 2:
        await asyncio.sleep(0)
    answer = await service.post(IMPORT, rows("a@example.com"))
    assert (answer.status, answer.body) == (409, b"")
    assert not any(task.done() for task in running)
    await service.sandbox.close()
    await asyncio.gather(*running, return_exceptions=True)


async def test_an_import_that_ended_is_in_nobodys_way(start: Start) -> None:
    service = await start(sentori=SentoriOptions(concurrent_imports=False))
    for body, status in [({}, 400), (rows("a@example.com"), 200), (rows("b@example.com"), 200)]:
        assert (await service.post(IMPORT, body)).status == status


# Attach.


@pytest.fixture
async def with_group(service: Service) -> tuple[Service, str]:
    """Return a sandbox with documents of every kind, and an upload group."""
    emails = service.account.emails
    emails.add("DRAFT001", "A draft", Stage.DRAFT)
    emails.add("TMPL0001", "A template", Stage.TEMPLATE)
    emails.add("SENT0001", "A sent email", Stage.SENT)
    emails.add("SMS00001", "A message", Stage.DRAFT, kind=DocumentKind.SMS)
    answer = await service.post(IMPORT, rows("a@example.com"))
    return service, answer.json["UploadGroupExternalID"]


async def test_attaching_a_group_to_a_draft_twice_is_attaching_it_once(
    with_group: tuple[Service, str],
) -> None:
    service, group = with_group
    for _ in range(2):
        answer = await service.post(f"contact/import/{group}/attach/DRAFT001")
        assert (answer.status, answer.body) == (200, b"")
    assert service.account.emails.attached("DRAFT001") == [group]
    assert service.account.emails.all(Stage.SENT)[0].external_id == "SENT0001"


@pytest.mark.parametrize(
    ("group", "document", "error"),
    [
        pytest.param("NOWHERE1", "DRAFT001", (404, 500), id="group"),
        pytest.param(None, "NOWHERE1", (404, 300), id="document"),
        pytest.param(None, "SMS00001", (400, 301), id="message"),
        pytest.param(None, "TMPL0001", (400, 400), id="template"),
        pytest.param(None, "SENT0001", (400, 400), id="sent"),
    ],
)
async def test_only_a_group_and_a_draft_go_together(
    with_group: tuple[Service, str], group: str | None, document: str, error: tuple[int, int]
) -> None:
    service, made = with_group
    answer = await service.post(f"contact/import/{group or made}/attach/{document}/")
    assert answer.error == error


# The invariant.


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def accounts(running: Sandbox) -> Iterator[SentoriState]:
    """Endless accounts with one contact of each state."""

    def made() -> Iterator[SentoriState]:
        for number in itertools.count(1):
            account = running.sentori.accounts.add(f"33333333-0000-0000-0000-{number:012}")
            account.contacts.add("known@example.com")
            account.contacts.add("bad@example.com", {"IsBadEmailAddress": True})
            account.contacts.add("opt@example.com")
            account.suppression.add("opt@example.com", "gone@example.com")
            yield account

    return made()


ADDRESS = st.sampled_from(
    [
        *("new@example.com", "NEW@example.com", "known@example.com", "Known@example.com"),
        *("bad@example.com", "opt@example.com", "gone@example.com", "info@example.com"),
        *("Sales@example.com", "nobody", "", None, 7),
    ]
)
ROW = st.fixed_dictionaries({}, optional={"EmailAddress": ADDRESS, "Title": st.just("Dr")})


@given(contacts=st.lists(ROW, min_size=1, max_size=12))
def test_the_counters_of_any_import_add_up(
    contacts: list[dict[str, Any]], running: Sandbox, accounts: Iterator[SentoriState]
) -> None:
    """They add up to the rows, the group holds the imported ones, and nobody is there twice."""
    account = next(accounts)
    connection = HTTPConnection("127.0.0.1", running.port, timeout=30)
    body = orjson.dumps({"Contacts": contacts})
    connection.request("POST", f"/v2.0/{IMPORT}", body, {"ApiKey": account.api_key})
    with connection.getresponse() as response:
        status, answer = response.status, orjson.loads(response.read())
    connection.close()
    if not any("EmailAddress" in row for row in contacts):
        assert (status, answer["Code"]) == (400, 105)
        return
    assert status == 200
    assert answer["TotalRows"] == len(contacts) == sum(counts(answer))
    group = answer["UploadGroupExternalID"]
    members = account.upload_groups.members(group) if group else []
    assert len(members) == sum(counts(answer)[:4])
    assert (group is None) == (not members)
    everyone = [address.lower() for address in account.contacts.addresses()]
    assert len(everyone) == len(set(everyone))
    assert {member.lower() for member in members} <= set(everyone)
