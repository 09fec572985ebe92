"""Every endpoint in both forms, every published code, and what errors look like."""

from typing import Any

import pytest

from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.sandbox import API_KEY, GONE_KEY, UNOPENABLE_KEY, KeyState, seed_demo
from sentori_async.sandbox.sentori.app import routes
from tests.sandbox.service import Service

EXISTING = "existing0001%40example.com"
GROUP = {"Contacts": [{"EmailAddress": "group@example.com"}]}

# Method, path without its final slash, body.
ENDPOINTS: dict[str, tuple[str, str, Any]] = {
    "contacts.get": ("GET", f"contact/get/{EXISTING}", None),
    "contacts.add": ("POST", "contact/add/new%40example.com", None),
    "contacts.update": ("POST", f"contact/update/{EXISTING}", {"Title": "Dr"}),
    "contacts.add_or_update": ("POST", f"contact/addorupdate/{EXISTING}", {"Title": "Dr"}),
    "contacts.delete": ("POST", f"contact/delete/{EXISTING}", None),
    "contacts.structure": ("GET", "contact/getstructure/list", None),
    "contacts.subscribe": ("POST", f"contact/subscribe/{EXISTING}/LISTID01", None),
    "contacts.unsubscribe": ("POST", f"contact/unsubscribe/{EXISTING}/LISTID01", None),
    "contacts.unsubscribe_all": ("POST", f"contact/unsubscribe/{EXISTING}", None),
    "contacts.import_": ("POST", "contact/import", GROUP),
    "contacts.attach_upload_group": ("POST", "contact/import/{group}/attach/DRAFT001", None),
    "mailing_lists.all": ("GET", "mailinglists", None),
    "mailing_lists.get": ("GET", "mailinglists/LISTID01", None),
    "mailing_lists.subscribers": ("GET", "mailinglists/subscribers/LISTID01", None),
    "audiences.all": ("GET", "audiences", None),
    "audiences.contacts": ("GET", "audiences/contacts/AUDGOLD1", None),
    "emails.create": ("POST", "emails/create", {"ExternalID": "TMPLNEWS", "Name": "New"}),
    "emails.drafts": ("GET", "emails/drafts", None),
    "emails.templates": ("GET", "emails/templates", None),
    "reports.kpi": ("GET", "email/kpi/SENT0001", None),
    "reports.abuse": ("GET", "email/abuse/SENT0001", None),
    "reports.bounces": ("GET", "email/bounced/SENT0001/1", None),
    "reports.clicks": ("GET", "email/clicks/SENT0001/1", None),
    "automation.add_contact": ("POST", f"automation/AUTORSP1/addcontact/{EXISTING}", {"a": "b"}),
}


@pytest.fixture
async def demo(service: Service) -> Service:
    seed_demo(service.sandbox)
    return service


def test_the_table_knows_every_endpoint() -> None:
    assert set(ENDPOINTS) == {route.name for route in routes()}


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("name", ENDPOINTS)
async def test_every_endpoint_answers_with_and_without_its_final_slash(
    demo: Service, name: str, slash: str
) -> None:
    method, path, body = ENDPOINTS[name]
    if "{group}" in path:
        made = await demo.post("contact/import/", GROUP)
        path = path.format(group=made.json["UploadGroupExternalID"])
    before = demo.sandbox.requests.count(name, platform="sentori")
    answer = await (demo.post(path + slash, body) if method == "POST" else demo.get(path + slash))
    assert answer.status == 200
    assert demo.sandbox.requests.count(name, platform="sentori") == before + 1


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_every_endpoint_wants_a_key(demo: Service, name: str) -> None:
    method, path, _ = ENDPOINTS[name]
    before = demo.account.contacts.all()
    answer = await demo.send(method, path.format(group="GROUP001"))
    assert answer.error == (403, 1)
    assert demo.account.contacts.all() == before


@pytest.mark.parametrize("name", ENDPOINTS)
async def test_every_endpoint_takes_its_own_method_only(demo: Service, name: str) -> None:
    method, path, _ = ENDPOINTS[name]
    path = path.format(group="GROUP001")
    before = demo.account.contacts.all()
    for other in {"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD"} - {method}:
        answer = await demo.send(other, path, headers={"ApiKey": API_KEY})
        assert (answer.status, answer.headers["Allow"]) == (405, method)
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert demo.account.contacts.all() == before


@pytest.mark.parametrize(
    "path",
    [
        *("", "contact", "contact/get", "Contact/get/1", "contact/get/1/2", "contact/import/a"),
        *("contact/subscribe/a%40b.com", "emails/sent", "email/opens/SENT0001"),
        *("automation/AUTORSP1", "v1/"),
    ],
)
async def test_an_unknown_path_is_a_page_and_no_api_error(demo: Service, path: str) -> None:
    answer = await demo.get(path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert answer.body.startswith(b"<!DOCTYPE html>")


# How each published code comes about with the demonstration's account: key, method, path, body.
CODES: dict[int, tuple[str, str, str, Any]] = {
    -1: (API_KEY, "POST", "contact/add/new%40example.com/", b"[]"),
    1: ("11111111-1111-1111-1111-111111111111", "GET", "mailinglists/", None),
    2: (UNOPENABLE_KEY, "GET", "mailinglists/", None),
    3: (GONE_KEY, "GET", "mailinglists/", None),
    100: (API_KEY, "GET", "contact/get/nobody/", None),
    101: (API_KEY, "GET", "contact/get/nobody%40example.com/", None),
    102: (API_KEY, "POST", f"contact/add/{EXISTING}/", None),
    103: (API_KEY, "POST", f"contact/update/{EXISTING}/", b'{"Nonsense": 1}'),
    104: (API_KEY, "POST", "contact/add/a%40example.com/", b'{"EmailAddress": "b@example.com"}'),
    105: (API_KEY, "POST", "contact/import/", b'{"Contacts": [{}]}'),
    106: (API_KEY, "POST", "automation/AUTORSP1/addcontact/optout01%40example.com/", None),
    107: (API_KEY, "POST", "automation/AUTORSP1/addcontact/existing0400%40example.com/", None),
    200: (API_KEY, "GET", "mailinglists/NOWHERE1/", None),
    300: (API_KEY, "GET", "email/kpi/NOWHERE1/", None),
    301: (API_KEY, "GET", "email/kpi/SMS00001/", None),
    400: (API_KEY, "POST", "contact/import/{group}/attach/SENT0001", None),
    401: (
        API_KEY,
        "POST",
        "emails/create/",
        b'{"ExternalID": "TMPLNEWS", "Name": "March newsletter"}',
    ),
    500: (API_KEY, "GET", "audiences/contacts/NOWHERE1", None),
}


@pytest.mark.parametrize("row", CATALOGUE.codes, ids=lambda row: str(row.code))
async def test_every_published_code_can_be_met_in_its_published_form(
    demo: Service, row: Any
) -> None:
    """With the demonstration's account alone, that is from outside the process as well."""
    key, method, path, body = CODES[row.code]
    if row.code == 106:
        await demo.post("contact/add/optout01%40example.com/")
    group = (await demo.post("contact/import/", GROUP)).json["UploadGroupExternalID"]
    answer = await demo.send(method, path.format(group=group), data=body, headers={"ApiKey": key})
    assert answer.status == row.statuses[0]
    assert answer.json == {"Code": row.code, "Message": row.name}
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private"


@pytest.mark.parametrize(
    "key", ["", "secret", "00000000-0000-0000-0000-00000000000", "{00000000}", "0" * 32]
)
async def test_a_key_that_is_no_guid_is_not_valid(demo: Service, key: str) -> None:
    answer = await demo.send("GET", "mailinglists/", headers={"ApiKey": key})
    assert answer.error == (403, 1)


async def test_the_key_is_taken_from_the_header_alone(demo: Service) -> None:
    assert (await demo.send("GET", f"mailinglists/?ApiKey={API_KEY}")).error == (403, 1)
    answer = await demo.send("GET", "mailinglists/", headers={"APIKEY": API_KEY})
    assert answer.status == 200


@pytest.mark.parametrize(("state", "code"), [(KeyState.UNOPENABLE, 2), (KeyState.GONE, 3)])
async def test_a_key_can_be_made_that_leads_nowhere(
    service: Service, state: KeyState, code: int
) -> None:
    key = "55555555-5555-5555-5555-555555555555"
    service.account.accounts.add_dead(key, state)
    answer = await service.send("GET", "mailinglists/", headers={"ApiKey": key})
    assert answer.error == (403, code)


async def test_a_refused_request_changes_nothing_halfway(demo: Service) -> None:
    """An import whose last row is wrong leaves no trace of its first one."""
    rows = [{"EmailAddress": "first@example.com"}, {"EmailAddress": "b@example.com", "X": 1}]
    assert (await demo.post("contact/import/", {"Contacts": rows})).error == (400, 103)
    assert demo.account.contacts.get("first@example.com") is None
