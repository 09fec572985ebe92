"""A map says what becomes of which field, and mistakes in it are named before anything is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sentori_async import InvalidInput
from sentori_async.migrate import FieldMap, Standing
from tests.migrate.accounts import Accounts

WHOLE = """\
# Where things go.
[fields]
EmailAddress = "email"
FirstName = "name"
CompanyName = { constant = "Example Ltd" }
Title = { from = "customFields.country", values = { UK = "GB", true = "yes" }, otherwise = "XX" }

[status]
unsubscribed = "suppressed"
"""


def read(tmp_path: Path, text: str) -> FieldMap:
    path = tmp_path / "map.toml"
    path.write_text(text, encoding="utf-8")
    return FieldMap.read(path)


def applied(mapping: Any, **fields: Any) -> dict[str, Any]:
    return FieldMap.of(mapping).apply(fields)


def test_a_whole_map_is_read(tmp_path: Path) -> None:
    found = read(tmp_path, WHOLE)

    assert list(found.rules) == ["EmailAddress", "FirstName", "CompanyName", "Title"]
    assert found.unsubscribed is Standing.SUPPRESSED
    assert found.sources == {"email", "name", "customFields.country"}
    assert found.apply({"email": "a@b.c", "customFields.country": "UK"}) == {
        "EmailAddress": "a@b.c",
        "CompanyName": "Example Ltd",
        "Title": "GB",
    }


@pytest.mark.parametrize("text", ['"data.first_name" = "x"', 'data.first_name = "x"'])
def test_nested_names_may_be_quoted_or_not(tmp_path: Path, text: str) -> None:
    assert list(read(tmp_path, f"[fields]\n{text}\n").rules) == ["data.first_name"]


@pytest.mark.parametrize("empty", [None, ""])
def test_what_the_source_does_not_have_is_not_written(empty: object) -> None:
    assert applied({"A": "a", "B": "b"}, a=empty, b=0) == {"B": 0}


def test_values_are_looked_up_as_texts_and_others_stay_or_become_the_rest() -> None:
    table: dict[str, Any] = {"1": "one", "true": "yes"}
    stays = {"A": {"from": "a", "values": table}}
    rest = {"A": {"from": "a", "values": table, "otherwise": "-"}}

    assert applied(stays, a=1) == {"A": "one"}
    assert applied(stays, a=True) == {"A": "yes"}
    assert applied(stays, a=2) == {"A": 2}
    assert applied(rest, a=2) == {"A": "-"}
    assert applied(rest) == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fields]\nFirstName = 5", "line 2: FirstName is the name"),
        ("[fields]\n\nTitle = { form = 'x', constant = 1 }", "line 3: Title has 'form'"),
        ("[fields]\nTitle = { from = 'x', constant = 1 }", "line 2: Title has either"),
        ("[fields]\nTitle = { constant = [1] }", "line 2: a constant is"),
        ("[fields]\nTitle = { from = 5 }", "line 2: Title has a name"),
        ("[feilds]\nTitle = 'x'", "line 1: a map has"),
        ("fields = 5", r"line 1: \[fields\] is a table"),
        ("[status]\nunsubscribed = 'subscribed'", "line 2: unsubscribed contacts become"),
        ("[status]\nsuppressed = 'unsubscribed'", "line 2: .*'unsubscribed' alone"),
        ("[fields\nTitle = 'x'", "is not TOML: .*line 1"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none.toml cannot be read"):
        FieldMap.read(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('FirstNam = "name"', "line 2: Sentori has no field to write 'FirstNam'; .*'FirstName'"),
        ('FirstName = "nmae"', "line 2: GetResponse has no field 'nmae'; did you mean 'name'"),
        ('Title = "customFields.none"', "line 2: GetResponse has no field 'customFields.none'"),
        # These say how a contact stands, which a map must not touch.
        ("IsBadEmailAddress = { constant = false }", "line 2: Sentori has no field to write"),
        ("IsSuppressed = { constant = false }", "line 2: Sentori has no field to write"),
        ('EmailAddress = { constant = "a@b.c" }', "line 2: EmailAddress identifies each"),
    ],
)
async def test_fields_that_do_not_exist_are_named_before_anything_is_sent(
    world: Accounts, tmp_path: Path, text: str, said: str
) -> None:
    world.sandbox.getresponse.contacts.add("ann@example.com")
    with pytest.raises(InvalidInput, match=said):
        await world.migrate("getresponse", "sentori", read(tmp_path, f"[fields]\n{text}\n"))

    assert world.sandbox.sentori.contacts.count() == 0
    assert world.sandbox.requests.count("contacts.iterate") == 0


async def test_sents_mark_cannot_be_mapped(world: Accounts) -> None:
    mapping = {"phone_number": "phone", "opt_out": {"constant": False}}
    with pytest.raises(InvalidInput, match="no field to write 'opt_out'"):
        await world.migrate("spotzee", "sent", mapping)
