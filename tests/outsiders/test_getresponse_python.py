"""A client that others wrote for GetResponse is content with our sandbox.

It was written against the real platform, so it is a second opinion on paths, statuses and shapes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.state import dead_key
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN

getresponse: Any = pytest.importorskip(
    "getresponse", reason="the client getresponse-python is not installed"
)
excs: Any = pytest.importorskip("getresponse.excs")

JOE = "joe@example.com"
CAMPAIGN = {"campaignId": DEFAULT_CAMPAIGN}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


def client_of(sandbox: Sandbox, api_key: str) -> Any:
    """Return the client; its base URL is an attribute, without a slash at the end."""
    client = getresponse.GetResponse(api_key)
    client.API_BASE_URL = sandbox.url("getresponse").rstrip("/")
    return client


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Any]:
    client = client_of(sandbox, sandbox.getresponse.api_key)
    with client.session:
        yield client


def test_the_key_is_known(client: Any, sandbox: Sandbox) -> None:
    account = client.accounts()

    assert client.ping() is True
    assert account.id == sandbox.getresponse.account_id
    assert account.email


def test_a_contact_lives(client: Any, sandbox: Sandbox) -> None:
    fields = {"name": "Joe", "email": JOE, "campaign": CAMPAIGN, "dayOfCycle": "0"}
    assert client.create_contact(fields) is True

    (found,) = client.get_contacts({"query[email]": JOE})
    assert (found.email, found.name, found.campaign.id) == (JOE, "Joe", DEFAULT_CAMPAIGN)
    assert found.created_on.tzinfo is not None
    changed = client.update_contact(found.id, {"name": "Joseph"})
    assert (changed.id, changed.name) == (found.id, "Joseph")
    read = client.get_contact(found.id)
    assert (read.name, read.origin, read.custom_field_values, read.tags) == (
        "Joseph",
        "api",
        [],
        [],
    )
    assert read.href.endswith(f"/contacts/{found.id}")

    assert client.delete_contact(found.id) is True
    assert client.get_contacts() == []
    assert client.get_contact(found.id) is None
    assert sandbox.getresponse.contacts.count() == 0


def test_fields_and_pages_are_asked_for_as_the_platform_has_them(client: Any) -> None:
    for n in range(5):
        assert client.create_contact({"email": f"u{n}@example.com", "campaign": CAMPAIGN})

    pages = [client.get_contacts({"page": page, "perPage": 2}) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [2, 2, 1, 0]
    assert {contact.email for page in pages for contact in page} == {
        f"u{n}@example.com" for n in range(5)
    }
    (some,) = client.get_contacts({"query[email]": "u3@example.com", "fields": "email"})
    assert (some.email, some.name, some.campaign) == ("u3@example.com", None, None)
    exact = client.get_contacts({"query[email]": "u3@", "additionalFlags": "exactMatch"})
    assert exact == []
    of_campaign = client.get_campaign_contacts(DEFAULT_CAMPAIGN, {"sort[email]": "desc"})
    assert of_campaign[0].email == "u4@example.com"


def test_a_campaign_is_made_and_changed(client: Any) -> None:
    made = client.create_campaign({"name": "letters"})
    assert made.name == "letters"
    assert client.get_campaign(made.id).name == "letters"
    changed = client.update_campaign(made.id, {"profile": {"title": "Letters"}})
    assert changed.profile["title"] == "Letters"

    names = {campaign.name: campaign.is_default for campaign in client.get_campaigns()}
    assert names["letters"] == "false"
    assert sorted(names.values()) == ["false", "true"]
    (found,) = client.get_campaigns({"query[name]": "letters"})
    assert found.created_on.tzinfo is not None


def test_custom_fields_are_listed(client: Any, sandbox: Sandbox) -> None:
    number = sandbox.getresponse.custom_fields.add("shoe_size")

    assert [field.name for field in client.get_custom_fields()].count("shoe_size") == 1
    field = client.get_custom_field(number, {})
    assert (field.id, field.name) == (number, "shoe_size")
    assert field.values == []


def test_errors_have_the_codes_that_it_knows(client: Any) -> None:
    fields = {"email": JOE, "campaign": CAMPAIGN}
    assert client.create_contact(fields) is True
    with pytest.raises(excs.UniquePropertyError) as twice:
        client.create_contact(fields)
    with pytest.raises(excs.ValidationError) as invalid:
        client.update_contact(client.get_contacts()[0].id, {})

    assert (twice.value.response["code"], twice.value.response["httpStatus"]) == (1008, 409)
    assert (invalid.value.response["code"], invalid.value.response["httpStatus"]) == (1000, 400)
    assert str(invalid.value) == invalid.value.response["message"]
    assert {"codeDescription", "moreInfo", "context", "uuid"} <= set(invalid.value.response)


@pytest.mark.parametrize("key", ["nobodys", dead_key(1016)])
def test_a_key_that_opens_nothing_is_no_account(sandbox: Sandbox, key: str) -> None:
    client = client_of(sandbox, key)
    with client.session:
        assert client.ping() is False
        assert client.get_contacts() is None


@pytest.mark.parametrize(("domain", "opens"), [("example.com", True), ("example.org", False)])
def test_the_enterprise_edition_says_its_domain(*, domain: str, opens: bool) -> None:
    options = GetResponseOptions(domain="example.com")
    with Sandbox(getresponse=options).in_thread() as sandbox:
        client = getresponse.client.GetResponseEnterprise(
            sandbox.getresponse.api_key, domain, sandbox.url("getresponse").rstrip("/")
        )
        with client.session:
            assert client.ping() is opens
