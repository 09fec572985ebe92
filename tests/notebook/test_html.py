"""What notebooks show is escaped, readable on any ground, and shows no more than it should."""

from __future__ import annotations

import datetime as dt
import re
from html.parser import HTMLParser
from typing import Any, get_args

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import (
    BulkError,
    BulkOutcome,
    BulkReport,
    Contact,
    GetResponseCampaignReference,
    GetResponseContact,
    GetResponseContactTag,
    InvalidInput,
    Models,
    NotFound,
    RequestTimeout,
    SentContact,
    SentWebhook,
    SpotzeeUser,
    Subscriber,
    ValidationFailed,
    html,
)
from sentori_async.bulk.outcomes import Status
from sentori_async.platforms.getresponse.catalogue import CATALOGUE as GETRESPONSE
from sentori_async.platforms.sent.catalogue import CATALOGUE as SENT
from sentori_async.platforms.sentori.catalogue import CATALOGUE as SENTORI
from sentori_async.platforms.spotzee.catalogue import CATALOGUE as SPOTZEE
from sentori_async.platforms.spotzee.models import SpotzeeListType
from sentori_async.wire.catalogue import Catalogue

EVIL = "<script>alert('\"&')</script>"


class Page(HTMLParser):
    """The tags of a piece of HTML and its text, as a browser would read them."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.cells: list[str] = []
        self.text = ""
        self.feed(markup)
        self.close()
        assert self.open == [], "a tag is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag != "br":
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.open and self.open[-1] != "title" and {"td", "th"} & set(self.open):
            self.cells[-1] += data


def page(shown: Any) -> Page:
    return Page(shown._repr_html_())


def error(**changes: Any) -> ValidationFailed:
    return ValidationFailed(
        **{
            "message": "joe@example.com is wrong",
            "platform": "sentori",
            "operation": "contacts.add",
            "status": 400,
            "code": 100,
            "field_errors": [("EmailAddress", "joe@example.com is no address")],
            "request_id": "req-1",
            "remedy": "Correct it.",
            "doc_url": "https://docs.example.com/errors",
            **changes,
        }
    )


def report(**counts: int) -> BulkReport:
    made = BulkReport(requests=7, retries=2, duration_s=83.4, finished=True)
    problems = {"failed": error(), "unknown": RequestTimeout("no answer", applied=None)}
    for status, count in counts.items():
        for _ in range(count):
            contact = f"joe{made.total}@example.com"
            problem = problems.get(status)
            made.count(BulkOutcome(made.total, contact, status, error=problem))  # type: ignore[arg-type]
    return made


EVERYTHING = [
    Contact(first_name=EVIL, extra={EVIL: EVIL}),
    GetResponseContact(name=EVIL, tags=[GetResponseContactTag(name=EVIL, extra={EVIL: [EVIL]})]),
    SentContact(phone_number=EVIL, extra={EVIL: EVIL}),
    SpotzeeUser(external_id=EVIL, data={EVIL: {EVIL: EVIL}}),
    Models([Contact(first_name=EVIL, extra={EVIL: EVIL})]),
    Models([EVIL]),
    error(message=EVIL, remedy=EVIL, doc_url=EVIL, request_id=EVIL, field_errors=[(EVIL, EVIL)]),
    InvalidInput(EVIL),
    attrs.evolve(SENTORI.codes[0], name=EVIL, meaning=EVIL, remedy=EVIL),
    Catalogue(platform=EVIL, doc_url="javascript:alert()", codes=SENTORI.codes),
    report(added=3, failed=2, unknown=1),
    report(failed=2).failures,
]


@pytest.mark.parametrize("shown", EVERYTHING, ids=[str(n) for n in range(len(EVERYTHING))])
def test_nothing_runs_and_nothing_is_loaded(shown: Any) -> None:
    read = page(shown)

    assert set(read.tags) <= {
        *("div", "b", "i", "br", "table", "thead", "tbody", "tr", "th", "td", "span", "a"),
        *("svg", "rect", "title"),
    }
    assert {name for name, _ in read.attributes} <= {
        *("style", "href", "target", "rel", "role", "aria-label", "viewbox"),
        *("preserveaspectratio", "width", "height", "x", "y", "fill"),
    }
    assert "url(" not in "".join(value or "" for _, value in read.attributes)
    assert not any((value or "").startswith("javascript") for _, value in read.attributes)


@pytest.mark.parametrize("shown", EVERYTHING, ids=[str(n) for n in range(len(EVERYTHING))])
def test_text_and_ground_have_the_colours_of_the_page(shown: Any) -> None:
    """Only the bar has colours of its own."""
    styles = [value or "" for name, value in page(shown).attributes if name == "style"]

    assert not any("background" in style for style in styles)
    colours = {one for style in styles for one in re.findall(r"(?<![\w-])color:([^;]+)", style)}
    assert all(colour == "inherit" or colour.startswith("#") for colour in colours)


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("ground", ["#ffffff", "#111111"])
def test_every_colour_of_the_bar_is_told_from_a_light_and_a_dark_page(
    status: str, ground: str
) -> None:
    """A contrast of 3 to 1 is what WCAG 2.1 asks of graphics."""
    (colour,) = set(re.findall("#[0-9a-f]{6}", report(**{status: 1})._repr_html_()))
    lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 3


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour: WCAG 2.1."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@given(st.dictionaries(st.text(min_size=1), st.text() | st.integers() | st.none(), max_size=4))
def test_any_name_and_value_reads_back_as_it_is(extra: dict[str, Any]) -> None:
    named = {name: value for name, value in extra.items() if visible(name)}
    read = page(Contact(extra=named))
    cells = iter(read.cells)

    for name, value in named.items():
        assert next(cells) == name
        shown = next(cells)
        assert shown == "null" if value is None else shown in {str(value), "***"} or len(shown) > 99


def visible(text: str) -> bool:
    # The parser, as browsers, makes one line end of CR and leaves NUL out.
    return "\r" not in text and "\0" not in text


# -------------------------------------------------------------------------------------- contacts


def test_a_contact_shows_what_is_set_and_its_extras_in_full() -> None:
    contact = Contact(
        is_suppressed=False,
        system_id=7,
        email_address="joe@example.com",
        last_name=None,
        created_timestamp=dt.datetime(2026, 1, 5, 9),  # noqa: DTZ001 - the vendor's have no zone
        extra={"Favourite pizza": "Napoli"},
    )

    read = page(contact)

    assert read.cells == [
        *("is_suppressed", "False", "system_id", "7", "last_name", "null"),
        *("email_address", "joe@example.com", "created_timestamp", "2026-01-05 09:00:00"),
        *("Favourite pizza", "Napoli"),
    ]
    assert read.text.startswith("Contact")
    assert "joe@example.com" not in repr(contact)


@pytest.mark.parametrize(
    ("contact", "values"),
    [
        (
            GetResponseContact(
                email="joe@example.com",
                campaign=GetResponseCampaignReference(campaign_id="C", name="news"),
                tags=[GetResponseContactTag(name="vip"), GetResponseContactTag(name="new")],
            ),
            ["campaign_id: C · name: news", "joe@example.com", "name: vipname: new"],
        ),
        (SentContact(phone_number="+12125550123", opt_out=True), ["+12125550123", "True"]),
        (
            SpotzeeUser(
                external_id="joe-1", data={"tags": ["a", "b"], "n": {"m": {"k": {"z": 1}}}}
            ),
            ["joe-1", "tags: a, b · n: m: k: …"],
        ),
        (Subscriber(system_id=12, email_address="joe@example.com"), ["12", "joe@example.com"]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_contacts_of_every_platform_are_shown(contact: Any, values: list[str]) -> None:
    assert page(contact).cells[1::2] == values


def test_long_texts_and_long_lists_are_cut() -> None:
    read = page(SpotzeeUser(email="x" * 1000, data={f"k{n}": n for n in range(30)}))

    assert read.cells[1] == "x" * 300 + "…"
    assert read.cells[3].endswith("k19: 19 · … and 10 more entries")
    assert page(Contact(extra={"ids": list(range(25))})).cells[1].endswith("19… and 5 more items")


def test_what_is_no_model_and_no_json_is_shown_by_its_repr() -> None:
    assert html.value_of(1 + 2j) == "(1+2j)"
    assert html.value_of(SpotzeeListType.STATIC) == "static"
    assert html.value_of(dt.date(2026, 1, 5)) == "2026-01-05"
    assert html.value_of(error().__class__) == html.value_of(repr(ValidationFailed))


def test_secrets_are_not_shown() -> None:
    read = page(Models([SentWebhook(id="w", signing_secret="whsec_abc", extra={"token": "t0k"})]))

    assert "whsec_abc" not in read.text
    assert "t0k" not in read.text
    assert read.text.count("***") == 2


# ----------------------------------------------------------------------------------------- lists


def test_a_list_is_a_table_of_the_columns_that_say_something() -> None:
    read = page(
        Models(
            [
                Contact(system_id=1, first_name="", last_name=None),
                Contact(system_id=2, first_name="Ann", extra={"Pizza": "Roma"}),
            ]
        )
    )

    assert read.cells == ["system_id", "first_name", "Pizza", "1", "", "", "2", "Ann", "Roma"]


def test_a_long_list_shows_its_beginning_and_says_how_much_there_is() -> None:
    wide = {f"field {n}": n for n in range(40)}
    read = page(Models([Contact(system_id=n, extra=wide) for n in range(1, 1201)]))

    assert read.text.startswith("Contact · 1,200 rows")
    assert "… and 1,180 more rows" in read.text
    assert "… and 11 more columns" in read.text
    assert read.tags.count("tr") == 1 + 20


def test_an_empty_list_says_so() -> None:
    assert page(Models([])).text == "No items"


# --------------------------------------------------------------------------------------- reports


def test_a_report_shows_counts_a_bar_and_the_first_failures() -> None:
    made = report(added=900, skipped=3, failed=12, unknown=1)
    made.notes.append("An import goes on.")
    read = page(made)

    assert read.text.startswith("BulkReport: 900 of 916 rows succeeded")
    assert "still running" not in read.text
    assert "Requests: 7 · repeats: 2 · time: 1 min 23 s" in read.text
    assert "An import goes on." in read.text
    assert "Errors: ValidationFailed 12, RequestTimeout 1" in read.text
    assert "Failed: the first 10 of 12" in read.text
    assert read.cells[6:12] == [
        *("903", "j***@e***.com", "ValidationFailed", "100"),
        *("j***@e***.com is wrong", "Correct it."),
    ]
    assert read.cells[-6:] == ["915", "j***@e***.com", "RequestTimeout", "", "no answer", ""]
    assert "joe" not in read.text


def test_the_bar_fills_its_width_and_shows_even_one_row_in_a_million() -> None:
    made = report(failed=1)
    made.by_status["added"] = 999_999
    found = re.findall(r'<rect x="([\d.]+)" y="0" width="([\d.]+)"', made._repr_html_())
    (x_added, added), (x_failed, failed) = [(float(x), float(width)) for x, width in found]

    assert (x_added, x_failed + failed) == (0, 100)
    assert added > 99.9
    assert failed >= 0.5


def test_rows_of_a_report_stand_in_the_order_of_the_input() -> None:
    made = BulkReport()
    for index in (5, 1, 3):
        made.count(BulkOutcome(index, "", "failed", error=error()))

    assert page(made).cells[6::6] == ["1", "3", "5"]
    assert page(made.failures).cells[6::6] == ["1", "3", "5"]


def test_a_report_of_nothing_and_of_a_running_job_can_be_shown() -> None:
    empty = BulkReport()

    assert page(empty).text == (
        "BulkReport: 0 of 0 rows succeeded, still running"
        "Requests: 0 · repeats: 0 · time: less than a second"
    )
    assert page(empty.failures).text == "No outcomes"


@pytest.mark.parametrize(
    ("contact", "shown"),
    [
        ("joe@example.com", "j***@e***.com"),
        ("+12125550123", "+1***23"),
        ("joe at example.com", "j***"),
        ("joe@@example.com", "j***"),
        ("joe-1", "j***"),
        ("", ""),
    ],
)
def test_whoever_failed_is_masked_even_where_the_address_is_none(contact: str, shown: str) -> None:
    made = BulkReport()
    made.count(BulkOutcome(0, contact, "failed"))

    assert page(made).cells[7] == shown


def test_an_outcome_without_an_error_can_be_shown() -> None:
    made = BulkReport(duration_s=12.2)
    made.count(BulkOutcome(0, "a@b.example", "failed"))

    assert "time: 12 s" in page(made).text
    assert page(made.failures).cells[6:] == ["0", "a***@b***.example", "", "", "", ""]


# -------------------------------------------------------------------------- errors and catalogues


def test_an_error_shows_what_happened_and_what_to_do_with_identities_masked() -> None:
    read = page(error())

    assert read.text.startswith("ValidationFailed")
    assert dict(zip(read.cells[::2], read.cells[1::2], strict=True)) == {
        "operation": "sentori contacts.add",
        "status": "HTTP 400",
        "code": "100",
        "message": "j***@e***.com is wrong",
        "applied": "no: nothing was changed",
        "EmailAddress": "j***@e***.com is no address",
        "request_id": "req-1",
        "remedy": "Correct it.",
        "doc_url": "https://docs.example.com/errors",
    }
    assert ("href", "https://docs.example.com/errors") in read.attributes


@pytest.mark.parametrize(
    ("applied", "said"),
    [(False, "no: nothing was changed"), (None, "nobody can know"), (True, "yes")],
)
def test_an_error_says_what_became_of_the_write(applied: bool | None, said: str) -> None:
    assert page(RequestTimeout("no answer", applied=applied)).cells[-1] == said


def test_an_error_leaves_out_what_it_does_not_know() -> None:
    known = page(NotFound("x", platform="sent", operation="contacts.get", status=404)).cells[::2]

    assert known == ["operation", "status", "message", "applied"]


@pytest.mark.parametrize("catalogue", [SENTORI, GETRESPONSE, SENT, SPOTZEE])
def test_a_catalogue_is_a_table_of_all_its_codes(catalogue: Catalogue) -> None:
    read = page(catalogue)

    assert read.cells[:7] == ["code", "name", "status", "error", "repeat", "meaning", "remedy"]
    assert read.cells[7::7] == [str(row.code) for row in catalogue.codes]


def test_a_code_shows_what_it_means_and_what_to_do() -> None:
    row = SENTORI.find(106)
    assert row is not None
    read = page(row)

    assert read.text.startswith(f"106: {row.name}")
    assert read.cells[1::2] == ["400", "ContactSuppressed", "never", row.meaning, row.remedy]


def test_a_catalogue_without_codes_can_be_shown() -> None:
    assert page(Catalogue(platform="none", doc_url="", codes=())).text == "none: 0 codes"


def test_the_error_of_a_job_shows_the_account_that_it_carries() -> None:
    cause = error()
    made = report(added=3, failed=1)
    shown = page(BulkError("the job stopped", cause=cause, report=made))

    assert "BulkError" in shown.text
    assert "the job stopped" in shown.text
    assert "3 of 4 rows succeeded" in shown.text


def test_the_error_of_a_job_that_did_not_begin_stands_alone() -> None:
    assert "rows succeeded" not in page(BulkError("the journal is damaged")).text


def test_the_account_of_a_cancelled_job_says_so() -> None:
    made = report(added=3)
    made.finished, made.interrupted = False, True

    assert "interrupted" in page(made).text
