"""Lists, reports and failures become data frames whose types and gaps are as a person expects."""

from __future__ import annotations

import copy
import datetime as dt
import enum
import pickle
import re
import sys
from typing import Any

import orjson
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import (
    UNSET,
    BulkOutcome,
    BulkReport,
    ConfigurationError,
    Contact,
    GetResponseCampaignReference,
    GetResponseContact,
    GetResponseContactTag,
    InvalidInput,
    Models,
    NotFound,
    SpotzeeList,
    SpotzeeUser,
)
from sentori_async.platforms.spotzee.models import SpotzeeListType
from sentori_async.resources import Pages
from sentori_async.sandbox import Sandbox
from sentori_async.tables import Kind, columns_of
from sentori_async.wire.message import Call
from sentori_async.wire.pages import Page
from sentori_sync import GetResponse, Sentori

NOON = dt.datetime(2026, 1, 5, 12)  # noqa: DTZ001 - Sentori's times have no zone
IN_WARSAW = dt.datetime(2026, 1, 5, 12, tzinfo=dt.timezone(dt.timedelta(hours=1)))
CONTACTS = Models(
    [
        Contact(system_id=1, email_address="joe@example.com", is_confirmed=True),
        Contact(system_id=2, email_address="ann@example.com", first_name=None, crm_id="7"),
        Contact(email_address="bob@example.com", created_timestamp=NOON, extra={"Pizza": "Roma"}),
    ]
)
NAMES = [
    *("system_id", "email_address", "is_confirmed"),
    *("crm_id", "first_name", "created_timestamp", "Pizza"),
]


class Colour(enum.Enum):
    RED = "red"


# ------------------------------------------------------------------------------------ the list


def test_models_are_a_list_in_every_way() -> None:
    plain = list(CONTACTS)

    assert isinstance(CONTACTS, list)
    assert plain == CONTACTS
    assert plain == CONTACTS
    assert pickle.loads(pickle.dumps(CONTACTS)) == plain
    assert type(copy.deepcopy(CONTACTS)) is Models
    assert CONTACTS[-1] is plain[-1]
    assert [*CONTACTS, 1] == CONTACTS + [1]  # noqa: RUF005 - that it can be added to
    assert orjson.dumps(Models([1, 2])) == b"[1,2]"
    assert repr(CONTACTS) == repr(plain)


def test_a_slice_of_models_is_a_table_as_well() -> None:
    assert type(CONTACTS[:2]) is Models
    assert CONTACTS[:2] == list(CONTACTS)[:2]


async def test_a_page_of_a_listing_is_such_a_list() -> None:
    async def send(_: Any) -> Any:
        return Page([1, 2])

    call: Call[Page[int]] = object()  # type: ignore[assignment]
    pages = Pages(send, call)

    assert (type(page := await pages.page()), page) == (Models, [1, 2])
    assert type(await pages.page()) is Models


def test_list_verbs_return_such_lists() -> None:
    with Sandbox().in_thread() as sandbox:
        account = sandbox.sentori
        account.mailing_lists.add("LISTID01", "News")
        with Sentori(api_key=account.api_key, base_url=sandbox.url("sentori")) as client:
            lists = client.mailing_lists.all()
        other = sandbox.getresponse
        with GetResponse(api_key=other.api_key, base_url=sandbox.url("getresponse")) as client2:
            other.contacts.add("joe@example.com")
            found = client2.contacts.find("joe@example.com")

    assert (type(lists), type(found)) == (Models, Models)
    assert lists.to_polars()["name"].to_list() == ["News"]  # type: ignore[attr-defined]
    assert found[0].tags in (UNSET, []), "lists inside models stay plain"
    assert type(found[0].tags) is not Models


# ----------------------------------------------------------------------------------- data frames


def test_arrow_has_the_types_of_the_fields_and_nulls_for_what_is_missing() -> None:
    table = CONTACTS.to_arrow()

    assert table.schema.equals(
        pa.schema(
            [
                ("system_id", pa.int64()),
                ("email_address", pa.string()),
                ("is_confirmed", pa.bool_()),
                ("crm_id", pa.string()),
                ("first_name", pa.string()),
                ("created_timestamp", pa.timestamp("us")),
                ("Pizza", pa.string()),
            ]
        )
    )
    assert table["system_id"].to_pylist() == [1, 2, None]
    assert table["created_timestamp"].to_pylist() == [None, None, NOON]


def test_pandas_keeps_whole_numbers_whole_and_answers_true_false_or_missing() -> None:
    frame = CONTACTS.to_pandas()

    assert list(frame.columns) == NAMES
    assert frame.dtypes.astype(str).to_dict() == {
        "system_id": "Int64",
        "email_address": "string",
        "is_confirmed": "boolean",
        "crm_id": "string",
        "first_name": "string",
        "created_timestamp": "datetime64[us]",
        "Pizza": "string",
    }
    assert frame["system_id"].isna().tolist() == [False, False, True]
    assert frame["created_timestamp"].tolist()[2] == pd.Timestamp(NOON)


def test_polars_has_the_same() -> None:
    frame = CONTACTS.to_polars()

    assert frame.schema == {
        "system_id": pl.Int64,
        "email_address": pl.String,
        "is_confirmed": pl.Boolean,
        "crm_id": pl.String,
        "first_name": pl.String,
        "created_timestamp": pl.Datetime("us"),
        "Pizza": pl.String,
    }
    assert frame["system_id"].to_list() == [1, 2, None]


@pytest.mark.parametrize(
    ("values", "kind", "read"),
    [
        ([1, None, -3], Kind.WHOLE, [1, None, -3]),
        ([2**63 - 1, -(2**63)], Kind.WHOLE, [2**63 - 1, -(2**63)]),
        ([2**63, 1], Kind.TEXT, ["9223372036854775808", "1"]),
        ([1, 2.5], Kind.NUMBER, [1.0, 2.5]),
        ([True, None], Kind.YES_NO, [True, None]),
        ([True, 1], Kind.TEXT, ["true", "1"]),
        ([1, "1"], Kind.TEXT, ["1", "1"]),
        ([None, None], Kind.TEXT, [None, None]),
        ([dt.date(2026, 1, 5)], Kind.DAY, [dt.date(2026, 1, 5)]),
        ([NOON], Kind.TIME, [NOON]),
        ([IN_WARSAW], Kind.INSTANT, [dt.datetime(2026, 1, 5, 11, tzinfo=dt.UTC)]),
        ([NOON, IN_WARSAW], Kind.TEXT, ["2026-01-05T12:00:00", "2026-01-05T12:00:00+01:00"]),
        ([["a", "b"], []], Kind.TEXTS, [["a", "b"], []]),
        ([["a", 1]], Kind.TEXT, ['["a", 1]']),
        ([[{"ä": NOON}]], Kind.TEXT, ['[{"ä": "2026-01-05 12:00:00"}]']),
        ([[GetResponseContactTag(name="vip")]], Kind.TEXT, ['[{"name": "vip"}]']),
        ([Colour.RED], Kind.TEXT, ["red"]),
    ],
)
def test_a_column_has_one_type_that_every_library_takes(
    values: list[Any], kind: Kind, read: list[Any]
) -> None:
    models = Models([Contact(extra={"x": value}) for value in values])
    (column,) = columns_of(models)

    assert (column.kind, column.values) == (kind, read)
    assert models.to_arrow()["x"].to_pylist() == read
    assert models.to_polars()["x"].to_list() == read
    present = [value for value in models.to_pandas()["x"].tolist() if value is not pd.NA]
    assert present == [value for value in read if value is not None]


NESTED = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("aé", max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab.", max_size=2), inner),
    max_leaves=6,
)


@given(st.lists(st.dictionaries(st.sampled_from("xyz"), NESTED), max_size=4))
def test_whatever_accounts_keep_in_their_fields_becomes_a_frame(extras: list[Any]) -> None:
    models = Models([Contact(system_id=1, extra=extra) for extra in extras])

    rows = (models.to_arrow().num_rows, len(models.to_pandas()), models.to_polars().height)
    assert rows == (len(extras),) * 3


def test_what_is_nested_has_names_with_dots() -> None:
    campaign = GetResponseCampaignReference(campaign_id="C1", extra={"isDefault": True})
    table = Models([GetResponseContact(email="joe@example.com", campaign=campaign)]).to_arrow()

    assert table.to_pylist() == [
        {"campaign.campaign_id": "C1", "campaign.isDefault": True, "email": "joe@example.com"}
    ]
    user = SpotzeeUser(id=1, data={"first_name": "Joe", "pets": {"dog": "Rex"}})
    assert Models([user]).to_arrow().column_names == ["id", "data.first_name", "data.pets.dog"]


def test_an_own_field_that_is_called_as_an_attribute_keeps_apart() -> None:
    contact = Contact(first_name="Joe", extra={"first_name": "Joseph"})

    assert Models([contact]).to_arrow().to_pylist() == [
        {"first_name": "Joe", "extra.first_name": "Joseph"}
    ]


def test_enums_and_things_that_are_no_models_have_columns_too() -> None:
    assert Models([SpotzeeList(type=SpotzeeListType.STATIC)]).to_arrow().to_pylist() == [
        {"type": "static"}
    ]
    assert Models(["a", "b"]).to_arrow().to_pydict() == {"value": ["a", "b"]}
    assert Models([{"a": 1}, {"b": 2}]).to_arrow().to_pydict() == {"a": [1, None], "b": [None, 2]}


def test_an_empty_list_is_an_empty_frame() -> None:
    empty: Models[Contact] = Models()

    assert empty.to_arrow().num_rows == 0
    assert empty.to_pandas().empty
    assert empty.to_polars().is_empty()


# ------------------------------------------------------------------------------- reports, failures

COLUMNS = [
    *("row", "contact", "status", "error", "code", "message", "remedy", "attempts", "request_id"),
]


def made() -> BulkReport:
    report = BulkReport()
    gone = NotFound(
        *("joe@example.com is gone",),
        platform="sentori",
        operation="contacts.update",
        status=404,
        code=101,
        request_id="req-1",
        remedy="Add it.",
    )
    empty = InvalidInput("there is no address")
    report.count(BulkOutcome(5, "joe@example.com", "failed", error=gone, attempts=2))
    report.count(BulkOutcome(3, "", "failed", error=empty))
    report.count(BulkOutcome(4, "ann@example.com", "unknown", attempts=4))
    report.count(BulkOutcome(0, "bob@example.com", "added"))
    return report


def test_failures_are_a_table_in_the_order_of_the_rows() -> None:
    rows = made().failures.to_arrow().to_pylist()

    assert rows == [
        dict(
            zip(
                COLUMNS,
                (3, "", "failed", "InvalidInput", None, "there is no address", None, 0, None),
                strict=True,
            )
        ),
        dict(
            zip(
                COLUMNS,
                (
                    *(5, "joe@example.com", "failed", "NotFound", "101"),
                    *("joe@example.com is gone", "Add it.", 2, "req-1"),
                ),
                strict=True,
            )
        ),
    ]


def test_a_report_is_a_table_of_the_rows_that_need_a_look() -> None:
    assert made().to_arrow().select(["row", "status", "error"]).to_pylist() == [
        {"row": 3, "status": "failed", "error": "InvalidInput"},
        {"row": 4, "status": "unknown", "error": None},
        {"row": 5, "status": "failed", "error": "NotFound"},
    ]


@pytest.mark.parametrize("source", [made(), made().failures, BulkReport(), BulkReport().failures])
def test_frames_of_outcomes_have_the_same_columns_even_where_no_row_is(source: Any) -> None:
    arrow, polars, pandas = source.to_arrow(), source.to_polars(), source.to_pandas()

    assert arrow.column_names == polars.columns == list(pandas.columns) == COLUMNS
    assert polars.schema["code"] == pl.String
    assert pandas["row"].dtype == "Int64"
    assert arrow.num_rows == polars.height == len(pandas)


def test_failures_that_were_spooled_are_in_the_frame() -> None:
    report = BulkReport()
    for index in range(1_500):
        report.count(BulkOutcome(index, f"{index}@example.com", "failed"))

    assert report.failures.to_polars()["row"].to_list() == list(range(1_500))


@pytest.mark.parametrize(
    ("library", "verb", "package"),
    [
        ("pyarrow", "to_arrow", "'sentori[arrow]'"),
        ("pandas", "to_pandas", "pandas"),
        ("polars", "to_polars", "polars"),
    ],
)
def test_a_library_that_is_not_installed_is_named_with_how_to_get_it(
    library: str, verb: str, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)

    with pytest.raises(ConfigurationError, match=re.escape(package)):
        getattr(CONTACTS, verb)()
