"""`sentori explain` says what the catalogue says, without a key or a network."""

import json

import pytest

from sentori_async.cli.app import run
from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.wire.catalogue import ErrorCode


@pytest.mark.parametrize("row", CATALOGUE.codes, ids=lambda row: str(row.code))
@pytest.mark.parametrize("platform", [(), ("sentori",), ("Sentori",)], ids=["", "named", "Named"])
def test_every_published_code_is_explained(
    capsys: pytest.CaptureFixture[str], row: ErrorCode, platform: tuple[str, ...]
) -> None:
    assert run(["explain", *platform, str(row.code)]) == 0

    shown = capsys.readouterr().out
    for text in (row.name, row.meaning, row.remedy, row.error.__name__, CATALOGUE.doc_url):
        assert text in shown


def test_one_code_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "102", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["platform"], found["code"], found["error"]) == ("sentori", 102, "AlreadyExists")
    assert (found["statuses"], found["repeat"]) == ([400], "never")


def test_all_codes_are_a_json_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "--all", "--json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in found] == [row.code for row in CATALOGUE.codes]


def test_code_newer_than_the_catalogue_is_explained_by_its_family(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["explain", "150"]) == 0

    shown = capsys.readouterr().out
    assert "not published" in shown
    assert "about contacts" in shown


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name one code"),
        (["sentori"], "name one code"),
        (["102", "--all"], "name one code"),
        (["999"], "no published code 999"),
        (["abc"], "no published code abc"),
        (["mailchimp", "102"], "the platforms are sentori"),
    ],
)
def test_what_cannot_be_explained_is_misuse(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert run(["explain", *arguments]) == 2

    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""
