"""Who may call GetResponse, and what is said to everybody else."""

import re
from pathlib import Path
from typing import Any

import pytest

from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from sentori_async.sandbox.getresponse.app import routes
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.state import (
    DEAD_CODES,
    EXPIRED_TOKEN,
    GETRESPONSE_KEY,
    GETRESPONSE_TOKEN,
    dead_key,
)
from tests.sandbox.getresponse_service import (
    ANN,
    BOB,
    CAMPAIGN,
    KEY,
    NOBODY,
    Clock,
    Vendor,
    code,
    of,
    vendor,
)
from tests.sandbox.service import Service, Start

QUEUED: dict[str, Any] = {
    "email": BOB,
    "campaign": CAMPAIGN,
    "origin": "api",
    "given": {},
    "tags": None,
    "customs": None,
}


@pytest.fixture
def api(service: Service) -> Vendor:
    return Vendor(service)


def path_of(route: Any) -> str:
    return "/".join(NOBODY if part.startswith("{") else part for part in route.template.split("/"))


def line_of(route: Any) -> str:
    return f"{' '.join(route.methods)} {route.template}"


@pytest.mark.parametrize("route", routes(), ids=line_of)
async def test_every_endpoint_wants_a_credential_and_then_answers_for_itself(
    api: Vendor, route: Any
) -> None:
    (method,) = route.methods
    before = api.service.sandbox.requests.count(route.name, platform="getresponse")
    answer = await api.send(method, path_of(route), headers={})
    assert code(answer) == (401, 1014)
    assert "X-RateLimit-Limit" not in answer.headers
    answer = await api.send(method, path_of(route), b"{}" if method == "POST" else None)
    assert answer.headers["X-RateLimit-Limit"] == "30000"
    after = api.service.sandbox.requests.count(route.name, platform="getresponse")
    assert after == before + 2


def test_no_route_hides_another() -> None:
    lines = [re.sub(r"{\w+}", "{}", line_of(route)) for route in routes()]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-Auth-Token": GETRESPONSE_KEY}, id="no-prefix"),
        pytest.param({"X-Auth-Token": "api-key"}, id="no-key"),
        pytest.param({"X-Auth-Token": f"apikey {GETRESPONSE_KEY}"}, id="other-prefix"),
        pytest.param({"X-Auth-Token": "api-key unknown"}, id="unknown-key"),
        pytest.param({"Authorization": GETRESPONSE_TOKEN}, id="token-without-bearer"),
        pytest.param({"Authorization": "Bearer unknown"}, id="unknown-token"),
        pytest.param({"Authorization": f"Bearer {GETRESPONSE_KEY}"}, id="key-as-token"),
    ],
)
async def test_a_credential_that_is_none_is_1014(api: Vendor, headers: dict[str, str]) -> None:
    answer = await api.send("GET", "accounts", headers=headers)
    assert code(answer) == (401, 1014)
    assert answer.json["context"] in (
        {"authenticationType": "auth_token"},
        {"authenticationType": "oauth2"},
    )


async def test_a_token_opens_its_account(api: Vendor) -> None:
    other = api.account.accounts.add("other-key")
    api.account.accounts.add_token("other-token", api_key="other-key")
    for token, account in ((GETRESPONSE_TOKEN, api.account), ("other-token", other)):
        answer = await api.send("GET", "accounts", headers={"Authorization": f"Bearer {token}"})
        assert answer.json["accountId"] == account.account_id


async def test_an_expired_token_is_sent_back_in_an_answer_without_uuid(api: Vendor) -> None:
    answer = await api.send("GET", "accounts", headers={"Authorization": f"Bearer {EXPIRED_TOKEN}"})
    body = answer.json
    assert (answer.status, body["code"], "uuid" in body) == (401, 1014, False)
    assert body["context"] == {"sentToken": EXPIRED_TOKEN}
    assert "expired" in body["message"]


async def test_a_token_expires_when_its_time_has_come(start: Start) -> None:
    clock = Clock()
    api = await vendor(start, clock)
    api.account.accounts.add_token("short", expires_in_s=60)
    headers = {"Authorization": "Bearer short"}
    assert (await api.send("GET", "accounts", headers=headers)).status == 200
    clock.skip(60)
    assert (await api.send("GET", "accounts", headers=headers)).status == 401


@pytest.mark.parametrize("number", DEAD_CODES)
async def test_dead_keys_meet_their_codes(api: Vendor, number: int) -> None:
    headers = {"X-Auth-Token": f"api-key {dead_key(number)}"}
    answer = await api.send("GET", "accounts", headers=headers)
    assert code(answer)[1] == number
    assert answer.status == {1: 500, 1015: 429, 1019: 503}.get(number, 403)


async def test_two_accounts_share_nothing(api: Vendor) -> None:
    other = api.account.accounts.add("other-key")
    contact = other.contacts.add(ANN)
    assert code(await api.get(f"contacts/{contact}")) == (404, 1013)
    assert (await api.add()).status == 202
    headers = {"X-Auth-Token": "api-key other-key"}
    answer = await api.send("GET", f"contacts/{contact}", headers=headers)
    assert answer.json["contactId"] == contact
    assert (api.account.contacts.count(), other.contacts.count()) == (1, 1)


async def test_an_account_needs_a_key_of_its_own(api: Vendor) -> None:
    for key in ("", GETRESPONSE_KEY, dead_key(1016)):
        with pytest.raises(InvalidInput):
            api.account.accounts.add(key)
    with pytest.raises(InvalidInput):
        api.account.accounts.add_dead("new", 4711)
    with pytest.raises(InvalidInput):
        api.account.accounts.add_token("new", api_key="unknown")
    assert GETRESPONSE_KEY not in repr(api.account)


async def test_the_pages_readings_of_a_missing_credential_can_be_played(start: Start) -> None:
    api = await vendor(start, auth_status=403)
    assert code(await api.send("GET", "accounts", headers={})) == (403, 1014)
    api = await vendor(start, missing_auth_code=1021)
    assert code(await api.send("GET", "accounts", headers={})) == (400, 1021)


@pytest.mark.parametrize(
    ("sent", "status"),
    [(None, 404), ("other.example", 404), ("Mail.Example", 200)],
)
async def test_a_max_account_wants_its_domain(start: Start, sent: str | None, status: int) -> None:
    api = await vendor(start, domain="mail.example")
    headers = KEY if sent is None else {**KEY, "X-Domain": sent}
    answer = await api.send("GET", "accounts", headers=headers)
    assert answer.status == status
    if status == 404:
        assert code(answer) == (404, 1024)


async def test_a_retail_account_may_refuse_a_domain(start: Start) -> None:
    headers = {**KEY, "X-Domain": "mail.example"}
    for refuses, status in ((False, 200), (True, 404)):
        api = await vendor(start, retail_refuses_domain=refuses)
        assert (await api.send("GET", "accounts", headers=headers)).status == status


@pytest.mark.parametrize("sent", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_post_has_to_say_that_it_is_json(api: Vendor, sent: str | None) -> None:
    headers = {**KEY, "Content-Type": sent} if sent else KEY
    answer = await api.send("POST", "contacts", of(), headers=headers)
    assert code(answer) == (400, 1021)
    assert api.account.contacts.count() == 0


async def test_json_may_name_its_encoding(api: Vendor) -> None:
    headers = {**KEY, "Content-Type": "Application/JSON; charset=utf-8"}
    assert (await api.send("POST", "contacts", of(), headers=headers)).status == 202


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
async def test_other_methods_are_100002(api: Vendor, method: str) -> None:
    answer = await api.send(method, f"tags/{NOBODY}", {"name": "x"})
    assert code(answer) == (400, 100002)
    assert answer.json["context"] == {"requestMethod": method.lower()}


async def test_unknown_paths_are_1013_or_a_page(start: Start) -> None:
    api = await vendor(start)
    for path in ("", "contact", "contacts/a/b", "contacts/a/tags/b", "imports/a/b"):
        assert code(await api.get(path)) == (404, 1013)
    api = await vendor(start, html_errors=True)
    answer = await api.get("contact")
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


async def test_a_path_that_is_not_utf_8_is_1000(api: Vendor) -> None:
    assert code(await api.get("contacts/%ff")) == (400, 1000)


async def test_a_state_file_keeps_accounts_contacts_and_the_queue(
    start: Start, tmp_path: Path
) -> None:
    clock = Clock()
    path = tmp_path / "state.db"
    async with Sandbox(state=path, clock=clock) as sandbox:
        account = sandbox.getresponse
        account.accounts.add("other-key").tags.add("vip")
        contact = account.contacts.add(ANN)
        account.queue.put("add", QUEUED, delay_s=60)
    api = Vendor(await start(state=path, clock=clock))
    assert (await api.get(f"contacts/{contact}")).json["email"] == ANN
    other = await api.send("GET", "tags", headers={"X-Auth-Token": "api-key other-key"})
    assert [tag["name"] for tag in other.json] == ["vip"]
    dead = await api.send("GET", "tags", headers={"X-Auth-Token": f"api-key {dead_key(1016)}"})
    assert code(dead) == (403, 1016)
    clock.skip(60)
    assert api.account.contacts.emails() == [ANN, BOB]
    assert len({found["contactId"] for found in api.account.contacts.all()}) == 2


async def test_times_are_printed_in_the_zone_that_was_asked_for(start: Start) -> None:
    api = await vendor(start, Clock())
    contact = api.account.contacts.add(ANN)
    path = f"contacts/{contact}"
    assert (await api.get(path)).json["createdOn"] == "2026-09-01T12:00:00+0000"
    answer = await api.send("GET", path, headers={**KEY, "X-Time-Zone": "Europe/Warsaw"})
    assert answer.json["createdOn"] == "2026-09-01T14:00:00+0200"
    assert answer.json["campaign"]["campaignId"] == "V3J"
    answer = await api.send("GET", "contacts", headers={**KEY, "X-Time-Zone": "Asia/Kolkata"})
    assert answer.json[0]["createdOn"] == "2026-09-01T17:30:00+0530"
    assert answer.headers["TotalCount"] == "1"
    answer = await api.send("GET", path, headers={**KEY, "X-Time-Zone": "Nowhere/At_All"})
    assert code(answer) == (400, 1021)


async def test_more_info_has_three_forms(start: Start) -> None:
    ends = {"en": "/en/v3/errors/1013", "plain": ".com/v3/errors/1013", "anchor": "/v3/errors#1013"}
    for form, end in ends.items():
        api = await vendor(start, more_info=form)
        assert (await api.get(f"contacts/{NOBODY}")).json["moreInfo"].endswith(end)


@pytest.mark.parametrize(
    "wrong",
    [
        {"auth_status": 400},
        {"context": "dict"},
        {"queued_duplicate": "drop"},
        {"import_outcome": "uploaded"},
    ],
)
def test_an_option_that_means_nothing_is_refused(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigurationError, match=f"{name} must be one of"):
        GetResponseOptions(**wrong)


async def test_an_answer_that_is_lost_has_taken_effect(start: Start) -> None:
    """The generic faults fall on these routes by the SDK's names for them."""
    script = FaultScript([FaultRule("contacts.add_batch", faults.Status(execute=1), on=[1])])
    api = Vendor(await start(faults=script))
    body = {"campaignId": "V3J", "contacts": [{"email": ANN}]}
    assert (await api.post("contacts/batch", body)).status == 503
    assert script.injected == {"status": 1}
    assert api.account.contacts.emails() == [ANN]
