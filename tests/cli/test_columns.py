"""Columns become fields the way a person would match them, or the command asks."""

import pytest

from sentori_async.cli.columns import Columns, match_columns, parse_map, require_address
from sentori_async.errors import InvalidInput
from sentori_async.platforms.sentori.models import ContactField, ContactStructure, FieldKind
from sentori_async.sources import RefusedRow, Row

NAMES = (
    "IsBadEmailAddress",
    "CRMID",
    "Title",
    "FirstName",
    "LastName",
    "KnownAs",
    "EmailAddress",
    "CompanyName",
    "PhoneNumber",
    "MobilePhoneNumber",
    "FavouriteColour",
    "Email",
)
STRUCTURE = ContactStructure(
    {
        name: ContactField(
            name,
            FieldKind.YES_NO if name.startswith("Is") else FieldKind.TEXT,
            name.startswith("Is") or "string",
            custom=False,
        )
        for name in NAMES
    }
)
WITHOUT_EMAIL = ContactStructure({n: f for n, f in STRUCTURE.fields.items() if n != "Email"})


@pytest.mark.parametrize(
    ("column", "field"),
    [
        *((name, name) for name in NAMES if name != "Email"),
        ("E-mail", "EmailAddress"),
        ("email address", "EmailAddress"),
        ("EMAIL_ADDRESS", "EmailAddress"),
        ("Email\nAddress", "EmailAddress"),
        ("Mail", "EmailAddress"),
        ("first name", "FirstName"),
        ("Forename", "FirstName"),
        ("Surname", "LastName"),
        ("Company", "CompanyName"),
        ("Mobile", "MobilePhoneNumber"),
        ("Tel.", "PhoneNumber"),
        ("crm id", "CRMID"),
        ("Salutation", "Title"),
        ("Favourite Colour", "FavouriteColour"),
        ("favourite-colour", "FavouriteColour"),
    ],
)
def test_column_is_understood(column: str, field: str) -> None:
    assert match_columns([column], WITHOUT_EMAIL, {}).fields == {column: field}


def test_exact_name_goes_before_another_spelling_and_that_before_a_usual_word() -> None:
    columns = ["email address", "EmailAddress"]
    found = match_columns(columns, WITHOUT_EMAIL, {}, ignore_unknown=True)
    assert found.fields == {"EmailAddress": "EmailAddress"}
    assert found.left_out == {"email address"}

    # This account has a field of its own that is called as people call the address.
    columns = ["E-mail", "EmailAddress"]
    assert match_columns(columns, STRUCTURE, {}).fields == {
        "E-mail": "Email",
        "EmailAddress": "EmailAddress",
    }


def test_what_the_user_says_goes_first() -> None:
    said = {"EmailAddress": "CRMID", "Adresse": "EmailAddress", "Notes": ""}

    found = match_columns(["EmailAddress", "Adresse", "Notes"], STRUCTURE, said)

    assert found.fields == {"EmailAddress": "CRMID", "Adresse": "EmailAddress"}
    assert found.left_out == {"Notes"}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["E-mail", "Mail"], {}),
        (["first name", "First_Name"], {}),
        (["A", "B"], {"A": "Title", "B": "Title"}),
    ],
)
def test_two_columns_for_one_field_are_refused(columns: list[str], said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=f"'{columns[0]}' and '{columns[1]}' would both become"):
        match_columns(columns, WITHOUT_EMAIL, said)


@pytest.mark.parametrize("said", [{}, {"Shoes": "Schuhe"}])
def test_column_without_a_field_is_refused_and_named(said: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match=r"no field for '(Shoes|Schuhe)'.*'FavouriteColour'"):
        match_columns(["EmailAddress", "Shoes"], STRUCTURE, said)


def test_address_must_be_there_before_anybody_is_asked() -> None:
    require_address(["Name", "E-Mail"], {})
    require_address(["Name", "Adresse"], {"Adresse": "EmailAddress"})

    with pytest.raises(InvalidInput, match="found 'Name', 'Adresse'; name it EmailAddress"):
        require_address(["Name", "Adresse"], {})
    with pytest.raises(InvalidInput, match="names 'Address'; the file has 'Adresse'"):
        require_address(["Adresse"], {"Address": "EmailAddress"})


def test_first_row_in_the_header_s_place_is_not_shown_in_full() -> None:
    with pytest.raises(InvalidInput) as caught:
        require_address(["ann@example.com", "Ann", "x" * 500, *map(str, range(99))], {})

    assert caught.value.message.startswith("the first row must name the columns")
    assert "a***@e***.com" in caught.value.message
    assert "ann@example.com" not in caught.value.message
    assert len(caught.value.message) < 1_000
    assert "and 62 more" in caught.value.message


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([], {}),
        (["Surname=LastName"], {"Surname": "LastName"}),
        (["a = b=LastName", "c="], {"a = b": "LastName", "c": ""}),
    ],
)
def test_map_is_column_and_field(entries: list[str], found: dict[str, str]) -> None:
    assert parse_map(entries) == found


@pytest.mark.parametrize("entry", ["Surname", "=LastName", ""])
def test_map_without_both_is_refused(entry: str) -> None:
    with pytest.raises(InvalidInput, match="COLUMN=FIELD"):
        parse_map([entry])


COLUMNS = Columns(
    fields={"E-mail": "EmailAddress", "Member": "IsMember", "Name": "LastName"},
    left_out=frozenset({"Notes"}),
    yes_no=frozenset({"IsMember"}),
)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [("true", True), ("YES", True), ("1", True), ("False", False), ("no", False), ("0", False)],
)
def test_words_of_yes_no_fields_become_truths(word: str, meaning: bool) -> None:
    row = COLUMNS.contact(Row(7, {"E-mail": "a@example.com", "Member": word, "Name": word}))

    assert row == {"EmailAddress": "a@example.com", "IsMember": meaning, "LastName": word}
    assert row.number == 7


@pytest.mark.parametrize("value", [None, True, 1])
def test_values_that_are_no_text_stay_as_they_are(value: object) -> None:
    assert COLUMNS.contact(Row(7, {"Member": value})) == {"IsMember": value}


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"Member": "maybe"}, "'Member' must be true or false"),
        ({"Nickname": "Annie"}, "no field for 'Nickname'"),
    ],
)
def test_row_that_cannot_be_sent_is_refused_with_its_address(
    values: dict[str, str], reason: str
) -> None:
    row = COLUMNS.contact(Row(7, {"E-mail": "a@example.com", **values}))

    assert isinstance(row, RefusedRow)
    assert reason in row.reason
    assert (row.number, COLUMNS.address(row)) == (7, "a@example.com")


def test_columns_that_are_left_out_stay_behind() -> None:
    notes = Row(7, {"Notes": "x", "E-mail": "a@example.com"})
    assert COLUMNS.contact(notes) == {"EmailAddress": "a@example.com"}

    others = Row(7, {"Nickname": "Annie", "E-mail": "a@example.com"})
    dropping = Columns(fields=COLUMNS.fields, drop_others=True)
    assert dropping.contact(others) == {"EmailAddress": "a@example.com"}


def test_row_refused_by_its_file_keeps_its_reason_and_its_address() -> None:
    refused = RefusedRow(7, "too long", {"E-mail": "a@example.com"})

    assert COLUMNS.contact(refused) is refused
    assert COLUMNS.address(refused) == "a@example.com"
    assert COLUMNS.address(RefusedRow(8, "not JSON")) == ""
