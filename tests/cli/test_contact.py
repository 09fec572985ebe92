"""`sentori contact` works on one contact, and its exit codes tell refusals from misuse."""

from pathlib import Path
from typing import Any

import pytest

from sentori_async.sandbox import Sandbox
from tests.cli.command import CONTROL, sentori


def contact(sandbox: Sandbox, address: str) -> dict[str, Any]:
    found = sandbox.sentori.contacts.get(address)
    assert found is not None
    return found


def test_get_shows_a_contact_by_address_and_by_number(sandbox: Sandbox) -> None:
    number = sandbox.sentori.contacts.add("joe@example.com", {"FirstName": "J\x1b[31moe"})

    for name in ("joe@example.com", str(number)):
        done = sentori("contact", "get", name, sandbox=sandbox)

        assert done.code == 0, done.err
        assert "joe@example.com" in done.out
        assert "FirstName" in done.out
        assert CONTROL.search(done.out) is None


def test_get_prints_the_vendors_fields_as_json(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add("zoë@example.com", {"FirstName": "Zoë", "IsMember": True})

    done = sentori("contact", "get", "zoë@example.com", "--json", sandbox=sandbox)

    shown = done.document
    assert [shown[name] for name in ("EmailAddress", "FirstName", "IsMember", "Title")] == [
        "zoë@example.com",
        "Zoë",
        True,
        None,
    ]


def test_add_and_update_take_fields_and_show_the_contact(sandbox: Sandbox) -> None:
    fields = ("FirstName=Joe", "LastName=a = b", "FavouriteColour=yes", "IsMember=yes")

    added = sentori("contact", "add", "joe@example.com", *fields, "--json", sandbox=sandbox)
    assert added.code == 0, added.err
    joe = contact(sandbox, "joe@example.com")
    assert [joe[n] for n in ("FirstName", "LastName", "FavouriteColour", "IsMember")] == [
        "Joe",
        "a = b",
        "yes",
        True,
    ]

    changes = ("EmailAddress=bloggs@example.com", "FirstName=")
    updated = sentori("contact", "update", "joe@example.com", *changes, sandbox=sandbox)
    assert updated.code == 0, updated.err
    assert contact(sandbox, "bloggs@example.com")["FirstName"] is None


def test_lists_are_joined_and_left(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add("joe@example.com")
    lists = sandbox.sentori.mailing_lists

    joined = sentori("contact", "subscribe", "joe@example.com", "LISTID01", sandbox=sandbox)
    assert (joined.code, lists.of("joe@example.com")) == (0, ["LISTID01"])

    left = sentori("contact", "unsubscribe", "joe@example.com", "LISTID01", sandbox=sandbox)
    assert (left.code, lists.of("joe@example.com")) == (0, [])
    assert "joe@example.com" not in sandbox.sentori.suppression


def test_unsubscribing_from_everything_must_be_said(sandbox: Sandbox) -> None:
    """It suppresses the address, and nothing takes that back."""
    doubtful = sentori("contact", "unsubscribe", "joe@example.com", sandbox=sandbox)
    both = sentori(
        "contact", "unsubscribe", "joe@example.com", "LISTID01", "--all", sandbox=sandbox
    )
    assert (doubtful.code, both.code) == (2, 2)
    assert "joe@example.com" not in sandbox.sentori.suppression

    said = sentori("contact", "unsubscribe", "joe@example.com", "--all", "--json", sandbox=sandbox)
    assert said.document == {"contact": "joe@example.com", "status": "unsubscribed"}
    assert "joe@example.com" in sandbox.sentori.suppression


def test_delete_deletes(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add("joe@example.com")

    done = sentori("contact", "delete", "joe@example.com", sandbox=sandbox)

    assert done.code == 0
    assert sandbox.sentori.contacts.count() == 0


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("get", "nobody@example.com"), 1, "NotFound"),
        (("update", "nobody@example.com", "Title=Mr"), 1, "NotFound"),
        (("add", "joe@example.com"), 1, "AlreadyExists"),
        (("add", "nonsense"), 1, "ValidationFailed"),
        (("update", "joe@example.com"), 2, "InvalidInput"),
        (("add", "ann@example.com", "FirstName"), 2, "InvalidInput"),
        (("add", "ann@example.com", "=Ann"), 2, "InvalidInput"),
        (("get", " "), 2, "InvalidInput"),
    ],
)
def test_refusal_is_1_and_misuse_is_2(
    sandbox: Sandbox, arguments: tuple[str, ...], code: int, error: str
) -> None:
    sandbox.sentori.contacts.add("joe@example.com")

    done = sentori("contact", *arguments, "--json", sandbox=sandbox)

    assert done.code == done.document["exit_code"] == code
    assert done.document["error"] == error
    assert done.err.startswith("sentori: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ("", "ConfigurationError"),
        ("11111111-0000-0000-0000-00000000dead", "AuthenticationError"),
        ("00000000-0000-0000-0000-000000000003", "AccountBlocked"),
    ],
)
def test_bad_key_is_2_and_never_shown(sandbox: Sandbox, key: str, error: str) -> None:
    done = sentori(
        "contact", "get", "joe@example.com", "--json", sandbox=sandbox, env={"SENTORI_API_KEY": key}
    )

    assert (done.code, done.document["error"]) == (2, error)
    assert not key or key not in done.out + done.err


def test_unreadable_key_file_is_named(sandbox: Sandbox, tmp_path: Path) -> None:
    binary = tmp_path / "key.bin"
    binary.write_bytes(b"\xff\xfekey")

    for file, why in ((binary, ""), (tmp_path / "nowhere", "No such file")):
        done = sentori("contact", "get", "1", "--api-key-file", file, sandbox=sandbox)

        assert done.code == 2
        assert str(file) in done.err
        assert why in done.err


def test_key_itself_is_no_option(sandbox: Sandbox) -> None:
    done = sentori("contact", "get", "1", "--api-key", "secret", sandbox=sandbox)

    assert done.code == 2
    assert "--api-key" in done.err


def test_add_or_update_does_whichever_is_needed(sandbox: Sandbox) -> None:
    for name, said in (("Joe", "is new"), ("Joseph", "was there already")):
        done = sentori(
            "contact", "add-or-update", "joe@example.com", f"FirstName={name}", sandbox=sandbox
        )

        assert done.code == 0, done.err
        assert said in done.err
        assert contact(sandbox, "joe@example.com")["FirstName"] == name
        assert f"FirstName               {name}\n" in done.out


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
def test_list_that_is_not_there_is_answered_with_those_that_are(
    sandbox: Sandbox, verb: str
) -> None:
    sandbox.sentori.contacts.add("joe@example.com")

    done = sentori("contact", verb, "joe@example.com", "NOPE", sandbox=sandbox)

    assert done.code == 1
    assert "there are LISTID01 (Newsletter), LISTID02 (Product news)." in done.err


def test_fields_are_listed_with_what_they_take(sandbox: Sandbox) -> None:
    done = sentori("contact", "fields", "--json", sandbox=sandbox)

    assert done.code == 0, done.err
    assert done.document["FavouriteColour"] == "text"
    assert done.document["IsMember"] == "yes/no"


@pytest.mark.parametrize("verb", ["get", "add", "add-or-update", "update", "delete", "subscribe"])
def test_every_argument_is_explained(verb: str) -> None:
    done = sentori("contact", verb, "--help")

    arguments = [line for line in done.out.splitlines() if "[required]" in line]
    assert arguments
    assert all(" The " in line or " FIELD=VALUE" in line for line in arguments), arguments
