"""Every open question can be answered the other way, and the sandbox keeps to the answer."""

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import Any

import attrs
import pytest

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox import ReportKind, Sandbox, SentoriOptions, Stage
from sentori_async.sandbox.sentori.app import SentoriPlatform
from tests.sandbox.service import Answer, Service, Start

JOE = "joe%40example.com"
ADD = f"contact/add/{JOE}/"
UPDATE = f"contact/update/{JOE}/"
UPSERT = f"contact/addorupdate/{JOE}/"
SUBSCRIBE = f"contact/subscribe/{JOE}/LISTID01/"
ENTER = f"automation/AUTORSP1/addcontact/{JOE}/"

Scenario = Callable[[Service], Awaitable[object]]
SCENARIOS: dict[str, tuple[object, Scenario, object, object]] = {}


def option(value: object, *, default: object, changed: object) -> Callable[[Scenario], Scenario]:
    """Register a scenario with what it gives by default and with the option of its name set."""

    def register(scenario: Scenario) -> Scenario:
        SCENARIOS[scenario.__name__] = value, scenario, default, changed
        return scenario

    return register


def outcome(answer: Answer) -> int:
    """Return the API's code, or the status of what succeeded."""
    return answer.status if answer.status < 300 else int(answer.json["Code"])


def add_joe(service: Service, *, suppressed: bool = False, bad: bool = False) -> None:
    service.account.contacts.add("joe@example.com", {"IsBadEmailAddress": bad})
    if suppressed:
        service.account.suppression.add("joe@example.com")


def rows(*contacts: dict[str, Any]) -> dict[str, Any]:
    return {"Contacts": [{"EmailAddress": "joe@example.com", **contact} for contact in contacts]}


@option(201, default=200, changed=201)
async def add_status(service: Service) -> int:
    return (await service.post(ADD)).status


@option(202, default=200, changed=202)
async def update_status(service: Service) -> int:
    add_joe(service)
    return (await service.post(UPDATE)).status


@option(207, default=200, changed=207)
async def both_updated_status(service: Service) -> int:
    add_joe(service)
    service.account.contacts.add("ann@example.com")
    return (await service.post(UPSERT, {"EmailAddress": "ann@example.com"})).status


@option(204, default=200, changed=204)
async def delete_status(service: Service) -> int:
    add_joe(service)
    return (await service.post(f"contact/delete/{JOE}/")).status


@option(204, default=200, changed=204)
async def subscribe_status(service: Service) -> int:
    add_joe(service)
    return (await service.post(SUBSCRIBE)).status


@option(204, default=[200, 200], changed=[204, 204])
async def unsubscribe_status(service: Service) -> list[int]:
    add_joe(service)
    paths = f"contact/unsubscribe/{JOE}/LISTID01/", f"contact/unsubscribe/{JOE}/"
    return [(await service.post(path)).status for path in paths]


@option(201, default=200, changed=201)
async def import_status(service: Service) -> int:
    return (await service.post("contact/import/", rows({}))).status


@option(202, default=200, changed=202)
async def attach_status(service: Service) -> int:
    group = service.account.upload_groups.create("Group", "", [])
    return (await service.post(f"contact/import/{group}/attach/DRAFT001")).status


@option(201, default=200, changed=201)
async def create_status(service: Service) -> int:
    return (await service.post("emails/create/", {"ExternalID": "DRAFT001", "Name": "B"})).status


@option(202, default=200, changed=202)
async def automation_status(service: Service) -> int:
    add_joe(service)
    return (await service.post(ENTER)).status


@option(b"null", default=b"", changed=b"null")
async def empty_body(service: Service) -> bytes:
    add_joe(service)
    return (await service.post(SUBSCRIBE)).body


@option(False, default="1", changed=1)
async def ids_as_text(service: Service) -> object:
    add_joe(service)
    await service.post(SUBSCRIBE)
    return (await service.get("mailinglists/subscribers/LISTID01")).json[0]["SystemID"]


@option(True, default="2013-02-21T16:00:00.000", changed="/Date(1361462400000)/")
async def legacy_report_dates(service: Service) -> object:
    return (await service.get("email/clicks/SENT0001/")).json[0]["Timestamp"]


@option(False, default=[True, True], changed=[False, False])
async def html_errors(service: Service) -> list[bool]:
    answers = [await service.get("nowhere/"), await service.get(ADD)]
    return [b"<h1>" in answer.body for answer in answers]


@option(lambda text: text == "joe", default=[100, 200], changed=[200, 100])
async def is_address(service: Service) -> list[int]:
    paths = "contact/add/joe/", ADD
    return [outcome(await service.post(path)) for path in paths]


@option(True, default=[201, 102, 102], changed=[106, 106, 107])
async def refuse_unmailable_on_add(service: Service) -> list[int]:
    service.account.suppression.add("opt@example.com")
    add_joe(service, bad=True)
    paths = "contact/addorupdate/opt%40example.com/", "contact/add/opt%40example.com/", ADD
    return [outcome(await service.post(path)) for path in paths]


@option(True, default=[200, 200, 200], changed=[106, 106, 200])
async def refuse_unmailable_on_update(service: Service) -> list[int]:
    add_joe(service, suppressed=True)
    service.account.contacts.add("ann@example.com")
    paths = UPDATE, UPSERT, "contact/addorupdate/ann%40example.com/"
    return [outcome(await service.post(path)) for path in paths]


@option(True, default=[200, 200], changed=[106, 107])
async def refuse_unmailable_on_subscribe(service: Service) -> list[int]:
    add_joe(service, suppressed=True)
    service.account.contacts.add("bad@example.com", {"IsBadEmailAddress": True})
    paths = SUBSCRIBE, "contact/subscribe/bad%40example.com/LISTID01/"
    return [outcome(await service.post(path)) for path in paths]


@option(False, default=106, changed=200)
async def refuse_unmailable_on_automation(service: Service) -> int:
    add_joe(service, suppressed=True)
    return outcome(await service.post(ENTER))


@option(True, default=["joe@example.com"], changed=[])
async def subscribe_lifts_suppression(service: Service) -> list[str]:
    add_joe(service, suppressed=True)
    assert (await service.post(SUBSCRIBE)).status == 200
    return service.account.suppression.all()


@option(False, default=True, changed=False)
async def rename_keeps_suppression(service: Service) -> object:
    add_joe(service, suppressed=True)
    return (await service.post(UPDATE, {"EmailAddress": "new@example.com"})).json["IsSuppressed"]


@option(True, default=101, changed=200)
async def automation_creates_contact(service: Service) -> int:
    return outcome(await service.post(ENTER))


@option(500, default=300, changed=500)
async def unknown_automation_code(service: Service) -> int:
    return outcome(await service.post(f"automation/NOWHERE1/addcontact/{JOE}/"))


@option(False, default=200, changed=500)
async def groups_are_audiences(service: Service) -> int:
    group = service.account.upload_groups.create("Group", "", [])
    return outcome(await service.get(f"audiences/contacts/{group}"))


@option(True, default=0, changed=1)
async def unsubscribe_fires_webhook(service: Service) -> int:
    assert (await service.post(f"contact/unsubscribe/{JOE}/")).status == 200
    return len(service.account.webhooks.produced())


@option(False, default=200, changed=104)
async def add_accepts_same_address(service: Service) -> int:
    return outcome(await service.post(ADD, {"EmailAddress": "joe@example.com"}))


@option(True, default=[103, 103], changed=[200, 200])
async def ignore_read_only_fields(service: Service) -> list[int]:
    add_joe(service)
    return [
        outcome(await service.post(UPDATE, {"SystemID": 99, "IsSuppressed": True})),
        outcome(await service.post("contact/import/", rows({"SystemID": 99}))),
    ]


@option(True, default=[103, 104, 105], changed=[200, 104, 200])
async def ignore_field_case(service: Service) -> list[int]:
    return [
        outcome(await service.post("contact/add/ann%40example.com/", {"FIRSTNAME": "Ann"})),
        outcome(await service.post(ADD, {"EmailAddress": "ann@example.com"})),
        outcome(
            await service.post(
                "contact/import/", {"contacts": [], "Contacts": [{"emailaddress": "a@b.com"}]}
            )
        ),
    ]


@option(False, default=None, changed="")
async def empty_text_clears(service: Service) -> object:
    return (await service.post(ADD, {"Title": ""})).json["Title"]


@option(2, default=[200, 200], changed=[200, -1])
async def import_max_rows(service: Service) -> list[int]:
    return [
        outcome(await service.post("contact/import/", rows(*[{}] * number))) for number in (2, 3)
    ]


@option(True, default=103, changed=["Dr", None])
async def import_ignores_invalid_fields(service: Service) -> object:
    row = {"Title": "Dr", "Nonsense": 1, "FirstName": 7}
    answer = await service.post("contact/import/", rows(row))
    contact = service.account.contacts.get("joe@example.com")
    return [contact["Title"], contact["FirstName"]] if contact else outcome(answer)


@option(False, default=[1, 1, "First"], changed=[1, 1, "Last"])
async def import_first_duplicate_wins(service: Service) -> list[object]:
    body = rows({"Title": "First"}, {"Title": "Last"})
    answer = (await service.post("contact/import/", body)).json
    (contact,) = service.account.contacts.all()
    return [answer["EmailableRowsCreated"], answer["ExcludedDuplicates"], contact["Title"]]


@option(frozenset({"joe"}), default=0, changed=1)
async def role_based(service: Service) -> object:
    return (await service.post("contact/import/", rows({}))).json["ExcludedRoleBased"]


@option(True, default=[405, 405, 405, 405], changed=[200, 200, 200, 200])
async def legacy_get(service: Service) -> list[int]:
    paths = ADD, SUBSCRIBE, f"contact/unsubscribe/{JOE}/LISTID01/", f"contact/unsubscribe/{JOE}/"
    return [(await service.get(path)).status for path in paths]


@option(0, default=200, changed=429)
async def requests_per_s(service: Service) -> int:
    return (await service.get("mailinglists/")).status


@pytest.mark.parametrize("changed", [False, True], ids=["default", "changed"])
@pytest.mark.parametrize("name", SCENARIOS)
async def test_an_option_decides_what_happens(start: Start, name: str, changed: bool) -> None:
    value, scenario, by_default, otherwise = SCENARIOS[name]
    settings: dict[str, Any] = {name: value} if changed else {}
    options = SentoriOptions(**settings)
    service = await start(sentori=options)
    _prepare(service)
    assert await scenario(service) == (otherwise if changed else by_default)


def _prepare(service: Service) -> None:
    """Add what the scenarios ask for."""
    service.account.mailing_lists.add("LISTID01", "Newsletter")
    service.account.automations.add("AUTORSP1", "Welcome")
    service.account.emails.add("DRAFT001", "A draft")
    service.account.emails.add("SENT0001", "Sent", Stage.SENT)
    when = dt.datetime(2013, 2, 21, 16)  # noqa: DTZ001
    service.account.reports.add(ReportKind.CLICK, "SENT0001", "joe@example.com", when)


def test_every_option_has_a_scenario() -> None:
    in_test_sentori_import = {"import_takes_s", "concurrent_imports"}
    assert {*SCENARIOS, *in_test_sentori_import} == {f.name for f in attrs.fields(SentoriOptions)}


async def test_an_account_that_sends_too_fast_is_told_how_long_to_wait() -> None:
    """The window is one second; another account has its own."""
    now = 100.0
    async with Sandbox() as sandbox:
        assert sandbox._database is not None
        platform = SentoriPlatform(
            sandbox._database,
            SentoriOptions(requests_per_s=2),
            sandbox._clock,
            lambda: now,
        )
        first, second = (
            platform.accounts.default,
            platform.accounts.add("4" * 8 + "-4444" * 3 + "-" + "4" * 12),
        )
        assert [platform._exceeds_rate(first) for _ in range(3)] == [False, False, True]
        assert not platform._exceeds_rate(second)
        now = 101.0
        assert not platform._exceeds_rate(first)


@pytest.mark.parametrize("status", [199, 300, 404])
def test_a_status_of_success_is_one(status: int) -> None:
    with pytest.raises(ConfigurationError, match="add_status must be a status from 200 to 299"):
        SentoriOptions(add_status=status)


def test_a_code_is_a_published_one() -> None:
    with pytest.raises(ConfigurationError, match="must be a published code, not 501"):
        SentoriOptions(unknown_automation_code=501)
