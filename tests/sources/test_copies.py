"""Rows that failed go to a file of their own, as they were written, to be repaired."""

import stat
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import ConfigurationError, InvalidInput
from sentori_async.sources import open_rows
from sentori_async.sources.marks import Marks

CSV = (
    'Email;Note\r\n"ann@example.com";"says ""hi"""\r\n\r\n'
    'bob@example.com;"two\r\nlines"\r\ncem@example.com;x'
)


def copied(
    folder: Path,
    text: bytes,
    *,
    name: str = "in.csv",
    indexes: Iterable[int] = (),
    **numbers: Marks,
) -> bytes:
    source, target = folder / name, folder / f"out{Path(name).suffix}"
    source.write_bytes(text)
    target.unlink(missing_ok=True)
    open_rows(source).copy_rows(target, indexes=indexes, **numbers)
    return target.read_bytes()


@pytest.mark.parametrize(
    ("indexes", "rows"),
    [
        ([], ""),
        ([0], '"ann@example.com";"says ""hi"""\r\n'),
        ([1], 'bob@example.com;"two\r\nlines"\r\n'),
        ([2], "cem@example.com;x\n"),
    ],
)
def test_rows_stand_as_they_stood(tmp_path: Path, indexes: list[int], rows: str) -> None:
    assert copied(tmp_path, CSV.encode(), indexes=indexes) == f"Email;Note\r\n{rows}".encode()


def test_rows_can_be_named_by_their_numbers(tmp_path: Path) -> None:
    """As a spreadsheet shows them: the header is 1, and the empty line is 3."""
    assert b"two" in copied(tmp_path, CSV.encode(), numbers=Marks([4]))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_mark_and_encoding_are_kept(tmp_path: Path, encoding: str) -> None:
    text = copied(tmp_path, CSV.encode(encoding), indexes=[0, 1, 2])

    assert text.decode(encoding) == CSV.replace("\r\n\r\n", "\r\n") + "\n"
    assert text.startswith(CSV.encode(encoding)[:2])


def test_what_stands_above_the_header_is_kept(tmp_path: Path) -> None:
    text = "sep=;\nEmail;Note\na@example.com;1\nb@example.com;2\n"

    assert copied(tmp_path, text.encode(), indexes=[1]).decode() == (
        "sep=;\nEmail;Note\nb@example.com;2\n"
    )


def test_a_row_that_cannot_be_read_is_copied_too(tmp_path: Path) -> None:
    text = 'Email,Note\na@example.com,"x"y\nb@example.com,2\nc@example.com\n\nd@example.com , 2,3'

    assert copied(tmp_path, text.encode(), indexes=[0]) == b'Email,Note\na@example.com,"x"y\n'
    assert copied(tmp_path, text.encode(), numbers=Marks([4, 6])) == (
        b"Email,Note\nc@example.com\nd@example.com , 2,3\n"
    )


def test_lines_of_json_stand_as_they_stood(tmp_path: Path) -> None:
    text = b'{"Email": "a@example.com"}\n\nnot json\n{"Email":1}'

    assert copied(tmp_path, text, name="in.jsonl", indexes=[1, 2]) == b'not json\n{"Email":1}\n'
    assert copied(tmp_path, text, name="in.jsonl", numbers=Marks([3])) == b"not json\n"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)


@given(
    rows=st.lists(cells.map(lambda text: f'"{text.replace(chr(34), chr(34) * 2)}"')),
    wanted=st.sets(st.integers(0, 20)),
)
def test_the_copy_is_read_as_the_rows_were(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], wanted: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("copies")
    source = folder / "in.csv"
    source.write_text("\n".join(["a,b", *(f"x,{row}" for row in rows)]), "utf-8", newline="")
    before = list(open_rows(source))

    open_rows(source).copy_rows(folder / "out.csv", indexes=wanted)

    kept = [row for place, row in enumerate(before) if place in wanted]
    assert list(open_rows(folder / "out.csv")) == kept


def test_only_the_owner_may_read_it_and_nothing_is_replaced(tmp_path: Path) -> None:
    copied(tmp_path, CSV.encode(), indexes=[0])
    out = tmp_path / "out.csv"

    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError, match="is there already"):
        open_rows(tmp_path / "in.csv").copy_rows(out)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV.encode())

    with pytest.raises(ConfigurationError, match="cannot be written"):
        open_rows(tmp_path / "in.csv").copy_rows(tmp_path / "no" / "out.csv")


def test_a_source_that_is_gone_is_named(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(CSV.encode())
    source = open_rows(tmp_path / "in.csv")
    (tmp_path / "in.csv").unlink()

    with pytest.raises(InvalidInput, match="cannot be read"):
        source.copy_rows(tmp_path / "out.csv")


def test_reading_keeps_no_text_of_rows_that_were_read(tmp_path: Path) -> None:
    """Else memory would grow with the file."""
    from sentori_async.sources.csv_file import _Table
    from sentori_async.sources.text import reading

    (tmp_path / "in.csv").write_text("a\n" + "1\n\n" * 100, "utf-8")
    with reading(tmp_path / "in.csv", None) as lines:
        table = _Table(lines, None, "in.csv")
        for _ in table:
            assert len(table._taken) <= 2


@given(st.sets(st.integers(0, 3000)))
def test_marks_are_a_set_of_numbers(numbers: set[int]) -> None:
    marks = Marks(numbers)

    assert len(marks) == len(numbers)
    assert {n for n in range(3100) if n in marks} == numbers
