"""JSON Lines: a line is a row, and a bad line is that row's own trouble."""

import codecs
from pathlib import Path

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sources import CsvFile, JsonLinesFile, RefusedRow, Row, open_rows


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.jsonl"


def test_row_is_the_object_of_its_line_with_its_number(path: Path) -> None:
    path.write_text('{"EmailAddress": " a@example.com ", "Age": 7}\n\n{"EmailAddress": "b"}\n')

    rows = list(JsonLinesFile(path))

    assert rows == [{"EmailAddress": "a@example.com", "Age": 7}, {"EmailAddress": "b"}]
    assert [row.number for row in rows] == [1, 3]


def test_empty_text_is_absent_and_null_clears(path: Path) -> None:
    path.write_text('{"EmailAddress": "a", "Title": " ", "KnownAs": null, "Bad": false, "N": 0}\n')

    assert list(JsonLinesFile(path)) == [
        {"EmailAddress": "a", "KnownAs": None, "Bad": False, "N": 0}
    ]
    assert list(JsonLinesFile(path, empty_as_null=True)) == [
        {"EmailAddress": "a", "Title": None, "KnownAs": None, "Bad": False, "N": 0}
    ]


@pytest.mark.parametrize(
    "line",
    [
        '{"EmailAddress": "b"',
        '["b"]',
        '"b"',
        "null",
        '{"Score": NaN}',
        '{"Score": -Infinity}',
        "[" * 100_000,
        '{"Score": ' + "1" * 5_000 + "}",
    ],
    ids=["cut", "array", "text", "null", "NaN", "infinity", "deep", "long number"],
)
def test_bad_line_refuses_its_row_and_no_other(path: Path, line: str) -> None:
    path.write_text(f'{{"EmailAddress": "a"}}\n{line}\n{{"EmailAddress": "c"}}\n')
    file = JsonLinesFile(path)

    first, second, third = file

    assert isinstance(first, Row)
    assert isinstance(second, RefusedRow)
    assert isinstance(third, Row)
    assert second.number == 2
    assert second.reason.startswith("the line is not ")
    assert file.survey() == 3


def test_columns_are_the_names_seen_at_the_start(path: Path) -> None:
    path.write_text('{"A": 1}\nnot json\n{"B": 2, "A": 3}\n')

    assert JsonLinesFile(path).columns == ("A", "B")


@pytest.mark.parametrize("content", ["", "\n\n", "[1]\n2\n"])
def test_file_without_an_object_is_refused(path: Path, content: str) -> None:
    path.write_text(content)

    with pytest.raises(InvalidInput, match=r"contacts\.jsonl holds no JSON object"):
        JsonLinesFile(path)


def test_line_that_does_not_decode_is_named(path: Path) -> None:
    path.write_bytes(codecs.BOM_UTF8 + b'{"A": "1"}\n' * 1_500 + b'{"A": "\xeb"}\n')

    with pytest.raises(InvalidInput, match=r"line 1501 of contacts\.jsonl"):
        JsonLinesFile(path).survey()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jsonl", JsonLinesFile),
        ("a.NDJSON", JsonLinesFile),
        ("a.csv", CsvFile),
        ("a.txt", CsvFile),
        ("a", CsvFile),
    ],
)
def test_name_of_the_file_says_what_it_is(tmp_path: Path, name: str, kind: type) -> None:
    (tmp_path / name).write_text('{"A": 1}\n')

    assert type(open_rows(tmp_path / name)) is kind
