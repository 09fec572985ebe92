"""The example file is what its generator says, and as messy as the main job needs it."""

import csv
import io
import re
from collections import Counter

import pytest

from examples import make_contacts

RAW = make_contacts.PATH.read_bytes()
ROWS = list(csv.DictReader(io.StringIO(RAW.decode("utf-8-sig"), newline="")))
ADDRESSES = [row["EmailAddress"] for row in ROWS]

ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
PLAUSIBLE = re.compile(rf"{ATEXT}(\.{ATEXT})*@([a-z0-9.-]+\.)?(example|example\.(com|org|net))")


def test_file_is_exactly_what_its_generator_writes() -> None:
    assert make_contacts.content() == RAW


def test_file_looks_as_excel_saves_it() -> None:
    assert RAW.startswith(b"\xef\xbb\xbfEmailAddress,")
    assert RAW.endswith(b"\r\n")
    rows_and_header = len(ROWS) + 1
    assert RAW.count(b"\r\n") == rows_and_header
    assert RAW.count(b"\n") > rows_and_header, "no cell holds a line end of its own"


def test_file_is_long_and_nine_rows_in_ten_are_clean() -> None:
    seen = Counter(address.strip().casefold() for address in ADDRESSES)
    clean = [a for a in ADDRESSES if PLAUSIBLE.fullmatch(a) and seen[a.casefold()] == 1]

    assert len(ROWS) >= 5_000
    assert 0.88 < len(clean) / len(ROWS) < 0.95


@pytest.mark.parametrize(
    ("what", "pattern", "at_least"),
    [
        ("no address", r"\s*", 20),
        ("no @", r"[^@]+", 10),
        ("two @", r"[^@]*@[^@]*@[^@]*", 10),
        ("a space inside", r"\S+ \S+@\S+", 5),
        ("a trailing dot", r".+@.+\.", 5),
        ("two dots", r".*\.\..*", 10),
        ("no domain", r"[^@]+@", 5),
        ("a role", r"(info|sales|admin|support|postmaster)@.+", 40),
        ("space around it", r" .+@.+|.+@.+ ", 50),
        ("capitals", r".*[A-Z].*@.+", 50),
        ("a tag", r"[^@]+\+[^@]+@.+", 5),
        ("a slash", r"[^@]+/[^@]+@.+", 5),
        ("a percent sign", r"[^@]*%[^@]*@.+", 5),
        ("a question mark", r"[^@]*\?[^@]*@.+", 5),
        ("a hash", r"[^@]*#[^@]*@.+", 5),
        ("an apostrophe", r"[^@]*'[^@]*@.+", 5),
    ],
)
def test_addresses_come_with(what: str, pattern: str, at_least: int) -> None:
    found = [address for address in ADDRESSES if re.fullmatch(pattern, address)]

    assert len(found) >= at_least, f"{len(found)} addresses with {what}"


@pytest.mark.parametrize(
    ("column", "pattern"),
    [
        ("CompanyName", ","),
        ("CompanyName", '"'),
        ("CompanyName", "\n"),
        ("FirstName", "[\u0300-\u036f]"),  # combining marks
        ("LastName", "['\u2019]"),  # apostrophes, straight and curled
        ("LastName", "[\u0590-\u06ff]"),  # written from right to left
        ("LastName", "[\u0400-\u04ff]"),
        ("LastName", "[\u4e00-\u9fff]"),
        ("CompanyName", "[\U0001f300-\U0001faff]"),  # beyond the basic plane
        *((column, "^$") for column in make_contacts.FIELDS),
    ],
)
def test_values_come_with(column: str, pattern: str) -> None:
    assert any(re.search(pattern, row[column]) for row in ROWS)


def test_accounts_former_contacts_are_in_the_file() -> None:
    former = {*make_contacts.EXISTING, *make_contacts.SUPPRESSED}

    assert former - set(ADDRESSES) == set()
    assert len(make_contacts.EXISTING) == 400
    assert len(make_contacts.SUPPRESSED) == 25


def test_nobody_in_the_file_can_be_reached() -> None:
    domains = {a.rpartition("@")[2].strip(" >.").casefold() for a in ADDRESSES if "@" in a}
    reserved = re.compile(r"(.+\.)?example(\.+(com|org|net))?|exam ple\.org|example,com|")

    assert [domain for domain in domains if not reserved.fullmatch(domain)] == []
    phones = {re.sub(r"\D", "", row["MobilePhoneNumber"]) for row in ROWS}
    assert [p for p in phones if not re.fullmatch(r"((44|0)?7700900\d{3}|447700911|)", p)] == []
