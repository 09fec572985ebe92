"""`sentori explain` says what the catalogues say, without a key or a network."""

import json
from collections.abc import Callable

import pytest

from sentori_async.cli.app import run
from sentori_async.platforms.getresponse.catalogue import CATALOGUE as GETRESPONSE
from sentori_async.platforms.sent.catalogue import CATALOGUE as SENT
from sentori_async.platforms.sentori.catalogue import CATALOGUE as SENTORI
from sentori_async.platforms.spotzee.catalogue import CATALOGUE as SPOTZEE
from sentori_async.wire.catalogue import Catalogue, ErrorCode

CATALOGUES = [SENTORI, GETRESPONSE, SENT, SPOTZEE]
PUBLISHED = [
    pytest.param(catalogue, row, id=f"{catalogue.platform}-{row.code}")
    for catalogue in CATALOGUES
    for row in catalogue.codes
]


@pytest.mark.parametrize(("catalogue", "row"), PUBLISHED)
@pytest.mark.parametrize("named", [[], [str.lower], [str.title]], ids=["", "named", "Named"])
def test_every_published_code_is_explained(
    capsys: pytest.CaptureFixture[str],
    catalogue: Catalogue,
    row: ErrorCode,
    named: list[Callable[[str], str]],
) -> None:
    assert run(["explain", *(case(catalogue.platform) for case in named), str(row.code)]) == 0

    shown = capsys.readouterr().out
    for text in (row.name, row.meaning, row.remedy, row.error.__name__, catalogue.doc_url):
        assert text in shown


def test_one_code_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "102", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["platform"], found["code"], found["error"]) == ("sentori", 102, "AlreadyExists")
    assert (found["statuses"], found["repeat"]) == ([400], "never")


def test_all_codes_are_a_json_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--all", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [(entry["platform"], entry["code"]) for entry in found] == [
        (catalogue.platform, row.code) for catalogue in CATALOGUES for row in catalogue.codes
    ]
    for entry in found:
        assert entry["repeat"] in {"never", "transient", "throttled"}
        assert entry["meaning"]
        assert entry["remedy"]


def test_all_codes_of_one_platform_are_a_json_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "spotzee", "--all", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in found] == [row.code for row in SPOTZEE.codes]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["sent", "business_002"], "BUSINESS_002"),
        (["Auth_001"], "AUTH_001"),
        (["SPOTZEE", "RATE_LIMITED"], "rate_limited"),
    ],
)
def test_case_does_not_matter(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    assert run(["explain", *arguments, "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["code"] == code


def test_code_of_several_platforms_is_explained_for_each(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "1", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [(entry["platform"], entry["error"]) for entry in found] == [
        ("sentori", "AuthenticationError"),
        ("getresponse", "ServerError"),
    ]


def test_code_that_follows_the_status_is_explained_for_each_status(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "getresponse", "1"]) == 0
    shown = capsys.readouterr().out
    assert "HTTP 500: Sending the same again may help" in shown
    assert "HTTP 400: Sending the same again fails again. Raised as ValidationFailed." in shown

    assert run(["explain", "getresponse", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["by_status"] == {
        "500": {"error": "ServerError", "repeat": "transient"},
        "400": {"error": "ValidationFailed", "repeat": "never"},
    }


def test_code_that_bars_a_contact_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "1002"]) == 0
    assert "StateConflict, about contacts as ContactSuppressed." in capsys.readouterr().out

    assert run(["explain", "1002", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["error"], found["contacts_error"]) == ("StateConflict", "ContactSuppressed")


@pytest.mark.parametrize(
    ("arguments", "code", "about"),
    [
        (["150"], 150, "Codes from 100 to 199 are about contacts."),
        (["getresponse", "1022"], 1022, "Codes from 1000 to 1999 are about requests"),
        (["BUSINESS_029"], "BUSINESS_029", "Codes beginning with BUSINESS_ are about"),
        (["sent", "delivery_003"], "DELIVERY_003", "beginning with DELIVERY_"),
        (["spotzee", "QUOTA_low"], "quota_low", "beginning with quota_"),
    ],
)
def test_code_newer_than_the_catalogue_is_explained_by_its_family(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int | str, about: str
) -> None:
    assert run(["explain", *arguments]) == 0
    shown = capsys.readouterr().out
    assert "not published" in shown
    assert about in shown
    assert "The HTTP status decides" in shown

    assert run(["explain", *arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["code"], found["error"], found["repeat"]) == (code, "ApiError", None)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one code"),
        (["sentori"], "name one code"),
        (["102", "--all"], "name one code"),
        (["999"], "no published code 999"),
        (["abc"], "no published code abc"),
        (["sent", "102"], "`sentori explain sent --all` lists them"),
        (["AUTH"], "`sentori explain --all` lists them"),
        (["getresponse", "BUSINESS_002"], "no published code BUSINESS_002"),
        (["mailchimp", "102"], "the platforms are sentori, getresponse, sent, spotzee"),
    ],
)
def test_what_cannot_be_explained_is_misuse(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(["explain", *arguments]) == 2

    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
