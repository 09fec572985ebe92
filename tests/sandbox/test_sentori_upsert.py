"""Add or update: the page's truth table, and the same against a small model."""

import http.client
import itertools
from collections.abc import Iterator
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.sandbox import Sandbox, SentoriState
from tests.sandbox.service import Service

URI = "uri@example.com"
BODY = "body@example.com"


@pytest.mark.parametrize(
    ("exist", "in_body", "answered", "contacts"),
    [
        pytest.param([], None, (201, URI), {URI: "new"}, id="none-given-unknown"),
        pytest.param([URI], None, (200, URI), {URI: "new"}, id="none-given-known"),
        pytest.param([URI], BODY, (200, BODY), {BODY: "new"}, id="rename"),
        pytest.param([], BODY, (201, BODY), {BODY: "new"}, id="neither-known-creates-the-bodys"),
        pytest.param([BODY], BODY, (200, BODY), {BODY: "new"}, id="only-the-bodys-known"),
        pytest.param([URI, BODY], BODY, (200, BODY), {URI: "new", BODY: "new"}, id="both-known"),
        pytest.param([], "URI@example.com", (201, URI), {URI: "new"}, id="same-unknown"),
        pytest.param([URI], "URI@example.com", (200, URI), {URI: "new"}, id="same-known"),
    ],
)
async def test_the_truth_table(
    service: Service,
    exist: list[str],
    in_body: str | None,
    answered: tuple[int, str],
    contacts: dict[str, str],
) -> None:
    service.account.contacts.add_many(
        {"EmailAddress": address, "FirstName": "old", "LastName": "kept"} for address in exist
    )
    body = {"FirstName": "new", **({"EmailAddress": in_body} if in_body else {})}
    answer = await service.post("contact/addorupdate/uri%40example.com/", body)
    assert (answer.status, answer.json["EmailAddress"]) == answered
    stored = service.account.contacts.all()
    assert {c["EmailAddress"]: c["FirstName"] for c in stored} == contacts
    assert {c["LastName"] for c in stored} == ({"kept"} if exist else {None})


@pytest.mark.parametrize(
    ("address", "error"),
    [("nobody", (400, 100)), ("", (400, 100)), (None, (400, 100)), (7, (400, 103))],
)
async def test_an_address_in_the_body_that_is_none_changes_nothing(
    service: Service, address: Any, error: tuple[int, int]
) -> None:
    service.account.contacts.add(URI)
    body = {"EmailAddress": address, "Title": "Mr"}
    assert (await service.post("contact/addorupdate/uri%40example.com/", body)).error == error
    assert service.account.contacts.all()[0]["Title"] is None


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def accounts(running: Sandbox) -> Iterator[SentoriState]:
    """Endless empty accounts, so that examples of a property test share nothing."""
    numbers = itertools.count(1)
    return (running.sentori.accounts.add(f"11111111-0000-0000-0000-{n:012}") for n in numbers)


@pytest.fixture(scope="module")
def connection(running: Sandbox) -> Iterator[http.client.HTTPConnection]:
    made = http.client.HTTPConnection("127.0.0.1", running.port, timeout=30)
    yield made
    made.close()


@attrs.define
class Model:
    """What the page says, over a dictionary: address in lower case to (spelling, fields)."""

    contacts: dict[str, tuple[str, dict[str, str]]] = attrs.field(factory=dict)

    def upsert(self, uri: str, body: str | None, fields: dict[str, str]) -> tuple[int, str]:
        """Return the status and the spelling of the contact that is answered."""
        u, b = uri.lower(), None if body is None else body.lower()
        if b is None or body is None or b == u:
            return self.put(u, uri, fields)
        if u in self.contacts and b in self.contacts:
            self.put(u, uri, fields)
            return self.put(b, body, fields)
        if u in self.contacts:
            _, old = self.contacts.pop(u)
            self.contacts[b] = body, {**old, **fields}
            return 200, body
        return self.put(b, body, fields)

    def put(self, key: str, spelling: str, fields: dict[str, str]) -> tuple[int, str]:
        status = 200 if key in self.contacts else 201
        kept, old = self.contacts.get(key, (spelling, {}))
        self.contacts[key] = kept, {**old, **fields}
        return status, kept


ADDRESSES = st.sampled_from(["a@example.com", "A@example.com", "b@example.com", "c@example.com"])
FIELDS = st.dictionaries(st.sampled_from(["FirstName", "LastName"]), st.sampled_from("xyz"))


@given(steps=st.lists(st.tuples(ADDRESSES, st.none() | ADDRESSES, FIELDS), max_size=8))
def test_any_sequence_of_upserts_ends_where_the_page_says(
    steps: list[tuple[str, str | None, dict[str, str]]],
    accounts: Iterator[SentoriState],
    connection: http.client.HTTPConnection,
) -> None:
    account, model = next(accounts), Model()
    for uri, in_body, fields in steps:
        body = {**fields, **({} if in_body is None else {"EmailAddress": in_body})}
        path = f"/v2.0/contact/addorupdate/{uri.replace('@', '%40')}/"
        connection.request("POST", path, orjson.dumps(body), {"ApiKey": account.api_key})
        with connection.getresponse() as answer:
            contact = orjson.loads(answer.read())
            assert (answer.status, contact["EmailAddress"]) == model.upsert(uri, in_body, fields)
    expected = dict(model.contacts.values())
    assert {
        c["EmailAddress"]: {n: c[n] for n in ("FirstName", "LastName") if c[n] is not None}
        for c in account.contacts.all()
    } == expected
