"""A CSV is read as its spreadsheet shows it, and what is wrong with it is named."""

import codecs
import csv
import io
import itertools
import os
import re
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import InvalidInput
from sentori_async.sources import CsvFile, RefusedRow, Row, open_rows

HEADER = b"EmailAddress,FirstName,LastName\r\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def rows_of(path: Path, content: bytes, **options: object) -> list[Row | RefusedRow]:
    path.write_bytes(content)
    return list(CsvFile(path, **options))  # type: ignore[arg-type]


def good(row: Row | RefusedRow) -> Row:
    assert isinstance(row, Row)
    return row


def refused(row: Row | RefusedRow) -> RefusedRow:
    assert isinstance(row, RefusedRow)
    return row


# ---------------------------------------------------------------------------------- the content


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_a_row(path: Path, line_end: str) -> None:
    text = line_end.join(["EmailAddress,FirstName", "a@example.com,Ann", "b@example.com,Bob", ""])

    rows = rows_of(path, text.encode())

    assert rows == [
        {"EmailAddress": "a@example.com", "FirstName": "Ann"},
        {"EmailAddress": "b@example.com", "FirstName": "Bob"},
    ]


def test_quotes_keep_delimiters_line_ends_and_quotes(path: Path) -> None:
    rows = rows_of(path, HEADER + b'a@example.com,"Ann, ""the"" first","two\r\nlines"\r\n')

    assert rows == [
        {
            "EmailAddress": "a@example.com",
            "FirstName": 'Ann, "the" first',
            "LastName": "two\r\nlines",
        }
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_header_shows_what_separates_cells(path: Path, delimiter: str) -> None:
    header = delimiter.join(["EmailAddress", '"Name, first; or | only"', "Last"])

    rows = rows_of(path, f"{header}\na@example.com{delimiter}Ann{delimiter}A\n".encode())

    assert good(rows[0])["EmailAddress"] == "a@example.com"
    assert good(rows[0])["Name, first; or | only"] == "Ann"


def test_delimiter_may_be_said(path: Path) -> None:
    rows = rows_of(path, b"EmailAddress:First,Name\na@example.com:Ann\n", delimiter=":")

    assert rows == [{"EmailAddress": "a@example.com", "First,Name": "Ann"}]


def test_excels_own_line_above_the_header_names_the_delimiter(path: Path) -> None:
    rows = rows_of(path, b"sep=|\r\nEmailAddress|A;B;C\r\na@example.com|x\r\n")

    assert rows == [{"EmailAddress": "a@example.com", "A;B;C": "x"}]
    assert good(rows[0]).number == 3


def test_cells_lose_the_space_around_them(path: Path) -> None:
    rows = rows_of(path, " EmailAddress ,\tFirstName\n  a@example.com\u00a0, Ann  \n".encode())

    assert rows == [{"EmailAddress": "a@example.com", "FirstName": "Ann"}]


def test_empty_cells_are_absent(path: Path) -> None:
    rows = rows_of(path, HEADER + b"a@example.com,,  \r\n")

    assert rows == [{"EmailAddress": "a@example.com"}]


def test_empty_cells_clear_on_request(path: Path) -> None:
    rows = rows_of(path, HEADER + b"a@example.com,, \r\n", empty_as_null=True)

    assert rows == [{"EmailAddress": "a@example.com", "FirstName": None, "LastName": None}]


def test_only_a_row_without_any_value_is_blank(path: Path) -> None:
    content = HEADER + b",,\r\n , ,\t\r\n,\r\n \r\n,,x\r\n"
    rows = rows_of(path, content, empty_as_null=True)

    assert [good(row).blank for row in rows] == [True, True, True, True, False]


# ---------------------------------------------------------------------------------- row numbers


def test_rows_are_numbered_by_the_line_they_begin_in(path: Path) -> None:
    """Every line counts: the header, an empty one, and each that a cell in quotes runs over."""
    lines = (
        b'a@example.com,"one\r\ncell\r\n",\r\n'  # lines 2 to 4
        b"\r\n"  # line 5
        b",,\r\n"  # line 6
        b"\r\n\r\n"  # lines 7 and 8
        b"b@example.com,,\r\n"  # line 9
    )

    rows = rows_of(path, HEADER + lines)

    assert [row.number for row in rows] == [2, 6, 9]


def test_row_and_error_of_one_line_have_the_same_number(path: Path) -> None:
    """A header that runs over two lines shifts both alike."""
    path.write_bytes(b'EmailAddress,"First\nName"\na@example.com,Ann\nb@example.com,"B\nob\n')

    with pytest.raises(InvalidInput, match="begins in line 4 of"):
        list(CsvFile(path))

    assert [row.number for row in itertools.islice(CsvFile(path), 1)] == [3]


def test_quote_left_open_in_the_header_is_in_line_1(path: Path) -> None:
    path.write_bytes(b'EmailAddress,"First\na@example.com,Ann\n')

    with pytest.raises(InvalidInput, match="begins in line 1 of"):
        CsvFile(path)


def test_empty_lines_above_the_header_count(path: Path) -> None:
    rows = rows_of(path, b"\n \nEmailAddress\na@example.com\n")

    assert good(rows[0]).number == 4


# --------------------------------------------------------------------------------- refused rows


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"a@example.com,Ann,A,too much", "4 cells for 3 columns"),
        (b"a@example.com,Ann Bloggs", "2 cells for 3 columns: look which are missing"),
        (b"a@example.com", "1 cell for 3 columns"),
        (b'a@example.com,"Ann" A,B', "quotes are wrong"),
        (b"a@example.com,A\0nn,B", "NUL"),
        (b'a@example.com,"Ann', "quotes are wrong"),
    ],
)
def test_broken_line_refuses_its_row_and_no_other(path: Path, line: bytes, reason: str) -> None:
    last = line.endswith(b'"Ann')  # only the last line can be left open without harm
    after = b"" if last else b"b@example.com,Bob,B\r\n"

    rows = rows_of(path, HEADER + b"c@example.com,C,C\r\n" + line + b"\r\n" + after)

    assert reason in refused(rows[1]).reason
    assert rows[1].number == 3
    assert [good(row).number for row in (rows[0], *rows[2:])] == ([2] if last else [2, 4])


def test_refused_row_still_shows_what_was_read(path: Path) -> None:
    rows = rows_of(path, HEADER + b"a@example.com,Ann,A,B\r\n")

    assert refused(rows[0]).values_read["EmailAddress"] == "a@example.com"
    assert "a@example.com" not in repr(rows[0])


def test_reading_a_refused_row_tells_why(path: Path) -> None:
    row = refused(rows_of(path, HEADER + b"a@example.com,Ann,A,B\r\n")[0])

    readings: list[Callable[[], object]] = [
        lambda: row["EmailAddress"],
        lambda: row.get("EmailAddress"),
        lambda: dict(row),
        lambda: len(row),
    ]
    for read in readings:
        with pytest.raises(InvalidInput, match="4 cells for 3 columns"):
            read()


def test_empty_cells_beyond_the_columns_are_ignored(path: Path) -> None:
    rows = rows_of(path, b"EmailAddress,FirstName,,\r\na@example.com,Ann,, \r\n")

    assert rows == [{"EmailAddress": "a@example.com", "FirstName": "Ann"}]


def test_unused_columns_of_the_header_need_no_cells(path: Path) -> None:
    assert rows_of(path, b"EmailAddress,,\r\na@example.com\r\n") == [
        {"EmailAddress": "a@example.com"}
    ]


@pytest.mark.parametrize("empty_as_null", [False, True])
def test_row_of_a_file_that_was_cut_off_is_refused(path: Path, *, empty_as_null: bool) -> None:
    """What there is of it may end within a cell."""
    rows = rows_of(path, HEADER + b"a@example.com,Ann,A\r\nb@example", empty_as_null=empty_as_null)

    assert refused(rows[1]).number == 3
    assert refused(rows[1]).values_read == {"EmailAddress": "b@example"}


def test_quote_that_is_never_closed_refuses_the_file_and_names_its_line(path: Path) -> None:
    """Nobody can tell where the rows after it begin."""
    path.write_bytes(HEADER + b'a@example.com,Ann,A\nb@example.com,"Bob,B\nc@example.com,C,C\n')

    with pytest.raises(InvalidInput, match=r"line 3 of contacts\.csv") as caught:
        CsvFile(path).survey()

    assert "example.com" not in caught.value.message


# --------------------------------------------------------------------------------------- headers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b",,\r\na,b,c\r\n", "is empty"),
        (codecs.BOM_UTF8, "is empty"),
        (b"EmailAddress,First,Last,First,Last\n", "names 'First', 'Last' more than once"),
        (b"EmailAddress,,Last, ,X\n", "no name for column 2, 4"),
        (b'EmailAddress,"First" Name\n', "header .* is broken"),
        (b"Email\0Address,First\n", "no text"),
        (b"PK\x03\x04 and so on", "workbook"),
        (b"\xd0\xcf\x11\xe0 and so on", "workbook"),
        (b"x" * 200_000, "header .* is broken"),
    ],
)
def test_header_that_names_no_columns_is_refused(path: Path, content: bytes, message: str) -> None:
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=message):
        CsvFile(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"%PDF-1.7\n\x01\xe2\xe3\xcf\xd3\n",
        b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\xd0\xff",
        b"\x1f\x8b\x08\x00gzip\xff",
        b"PAR1\x15\x00\x15\xfa",
    ],
)
@pytest.mark.parametrize("name", ["contacts.csv", "contacts.jsonl"])
def test_file_that_is_no_text_is_told_what_can_be_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidInput, match=rf"{name} is no text.*CSV.*\.jsonl.*\.parquet"):
        open_rows(tmp_path / name)


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "utf-16-be"])
def test_text_in_another_encoding_is_not_taken_for_none(path: Path, encoding: str) -> None:
    """Every second byte of UTF-16 is NUL, or what no other text has."""
    text = "EmailAddress,FirstName\n" + "zoë@example.com,Zoë\n" * 9
    path.write_bytes((text if encoding == "cp1252" else text + "ж\u0101\n" * 9).encode(encoding))

    with pytest.raises(InvalidInput, match=r"is not UTF-8 .*--encoding"):
        list(CsvFile(path))


def test_header_alone_is_a_file_without_rows(path: Path) -> None:
    path.write_bytes(HEADER)

    file = CsvFile(path)

    assert file.columns == ("EmailAddress", "FirstName", "LastName")
    assert list(file) == []
    assert file.survey() == 0


@pytest.mark.parametrize("delimiter", ["", ",,"])
def test_delimiter_is_one_character(path: Path, delimiter: str) -> None:
    path.write_bytes(HEADER)

    with pytest.raises(InvalidInput, match="one character"):
        CsvFile(path, delimiter=delimiter)


# ------------------------------------------------------------------------------------- encodings


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_byte_order_mark_says_the_encoding(path: Path, mark: bytes, encoding: str) -> None:
    rows = rows_of(path, mark + "EmailAddress\r\nzoë@example.com\r\n".encode(encoding))

    assert rows == [{"EmailAddress": "zoë@example.com"}]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16-le", "mac-roman"])
def test_encoding_may_be_said(path: Path, encoding: str) -> None:
    content = "EmailAddress\r\nzoë@example.com\r\n".encode(encoding)

    assert rows_of(path, content, encoding=encoding) == [{"EmailAddress": "zoë@example.com"}]


def test_byte_order_mark_overrules_what_was_said(path: Path) -> None:
    content = codecs.BOM_UTF8 + "EmailAddress\r\nzoë@example.com\r\n".encode()

    assert rows_of(path, content, encoding="cp1252") == [{"EmailAddress": "zoë@example.com"}]


@pytest.mark.parametrize("line", [1, 2, 37, 5_000])
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_line_that_does_not_decode_is_named(path: Path, line: int, line_end: bytes) -> None:
    lines = [b"EmailAddress,FirstName", *[b"a@example.com,Ann"] * 6_000]
    lines[line - 1] = "zo\u00eb@example.com,Zo\u00eb".encode("cp1252")
    path.write_bytes(line_end.join(lines))

    with pytest.raises(InvalidInput, match=rf"line {line} of contacts\.csv .*0xeb") as caught:
        CsvFile(path).survey()

    assert "--encoding cp1252" in caught.value.message
    assert "example.com" not in caught.value.message
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_file_that_stops_within_a_character_names_its_last_line(path: Path, encoding: str) -> None:
    path.write_bytes("EmailAddress\na@example.com\nzoë".encode(encoding)[:-1])

    with pytest.raises(InvalidInput, match="line 3 of"):
        CsvFile(path).survey()


def test_utf_16_without_its_mark_is_not_guessed(path: Path) -> None:
    path.write_bytes("EmailAddress\n".encode("utf-16-le"))

    with pytest.raises(InvalidInput, match=r"line 1 of .* is not UTF-16"):
        CsvFile(path, encoding="utf-16")


@pytest.mark.parametrize("encoding", ["no-such", "hex", "rot13"])
def test_unknown_encoding_is_refused(path: Path, encoding: str) -> None:
    path.write_bytes(HEADER)

    with pytest.raises(InvalidInput, match=f"no text encoding called '{encoding}'"):
        CsvFile(path, encoding=encoding)


# -------------------------------------------------------------------------------------- the file


def test_file_that_is_not_there_is_invalid_input(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"nowhere\.csv cannot be read: No such file"):
        CsvFile(tmp_path / "nowhere.csv")


def test_directory_is_invalid_input(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        CsvFile(tmp_path)


def test_pipe_is_refused_because_it_can_be_read_only_once() -> None:
    reading, writing = os.pipe()
    try:
        with pytest.raises(InvalidInput, match="only once"):
            CsvFile(f"/dev/fd/{reading}")
    finally:
        os.close(reading)
        os.close(writing)


def test_rows_can_be_read_again_and_are_as_many_as_the_survey_says(path: Path) -> None:
    path.write_bytes(HEADER + b"a@example.com\n\n,,\nb,c,d,e\n")
    file = open_rows(path)

    assert list(map(repr, file)) == list(map(repr, file))
    assert file.survey() == len(list(file)) == 3


def test_memory_does_not_grow_with_the_rows(path: Path) -> None:
    def peak(rows: int) -> int:
        path.write_bytes(HEADER + b"somebody@example.com,Some,Body\r\n" * rows)
        file = CsvFile(path)
        tracemalloc.start()
        try:
            assert sum(1 for _ in file) == rows
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < peak(500) * 1.5


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@given(
    table=st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_a_spreadsheet_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory,
    table: list[list[str]],
    delimiter: str,
    line_end: str,
    encoding: str,
) -> None:
    text = io.StringIO(newline="")
    # Quotes everywhere: Python 3.11 leaves a lone carriage return without any.
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
    writer.writerows([["EmailAddress", "First", "Last"], *table])
    path = tmp_path_factory.mktemp("given") / "contacts.csv"
    path.write_bytes(text.getvalue().encode(encoding))

    rows = list(CsvFile(path))

    # Every line end is one, however it is written.
    texts = [[re.sub("\r\n?", "\n", cell) for cell in cells] for cells in table]
    stripped = [[cell.strip() for cell in cells] for cells in table]
    named = [dict(zip(("EmailAddress", "First", "Last"), c, strict=True)) for c in stripped]
    assert rows == [{name: cell for name, cell in row.items() if cell} for row in named]
    ends = [sum(cell.count("\n") for cell in cells) for cells in texts]
    assert [row.number for row in rows] == [2 + n + sum(ends[:n]) for n in range(len(table))]
