"""What is written says exactly what the caller's values say, or is refused by name."""

import enum
import json
import math
from collections import OrderedDict
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import InvalidInput
from sentori_async.unset import UNSET
from sentori_async.wire import body

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner), max_leaves=20
)


class Colour(enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    SMALL = 1


class Word(str):
    """Text of a library's own class, as numpy's."""

    __slots__ = ()


@given(JSON)
def test_what_is_written_is_read_back_the_same(value: Any) -> None:
    # The standard library reads: orjson shall not judge itself.
    assert json.loads(body.dumps(value)) == value
    assert body.loads(body.dumps(value)) == value


@given(st.dictionaries(TEXT, SCALARS))
def test_the_short_cut_for_flat_objects_writes_the_same(fields: dict[str, Any]) -> None:
    assert body.dumps(fields) == body.dumps(OrderedDict(fields))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime(2010, 5, 13, 9), b'"2010-05-13T09:00:00"'),  # noqa: DTZ001 - naive on purpose
        (datetime(2010, 5, 13, 9, tzinfo=UTC), b'"2010-05-13T09:00:00+00:00"'),
        (date(2010, 5, 13), b'"2010-05-13"'),
        (Colour.RED, b'"red"'),
        (Size.SMALL, b"1"),
        (Word("x"), b'"x"'),
        (True, b"true"),
        ((1, 2), b"[1,2]"),
        (MappingProxyType({"a": 1}), b'{"a":1}'),
        ({Word("a"): Word("b")}, b'{"a":"b"}'),
        (-(2**63), b"-9223372036854775808"),
        (2**64 - 1, b"18446744073709551615"),
    ],
)
def test_values_are_written_as_json_says_them(value: object, written: bytes) -> None:
    assert body.dumps(value) == written


def test_unset_fields_are_left_out_and_null_is_written() -> None:
    assert body.dumps({"a": UNSET, "b": None, "c": {"d": UNSET}}) == b'{"b":null,"c":{}}'


def test_what_was_encoded_before_goes_in_as_it_is() -> None:
    row = body.Encoded(body.dumps({"a": 1}))

    assert body.dumps({"rows": [row, row]}) == b'{"rows":[{"a":1},{"a":1}]}'


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("nested", [False, True])
def test_a_number_that_json_would_turn_into_null_is_refused(number: float, nested: bool) -> None:
    fields = {"Rows": [{"Price": number}]} if nested else {"Price": number}
    where = r"Rows\[0\]\.Price" if nested else "Price"

    with pytest.raises(InvalidInput, match=f"'{where}' is not a finite number"):
        body.dumps(fields)


def test_a_missing_date_is_refused_and_not_written_as_its_name() -> None:
    # As pandas does where a date is missing.
    nat: Any = type("NaT", (datetime,), {"isoformat": lambda _: "NaT"})

    with pytest.raises(InvalidInput, match="'Joined' is a missing date"):
        body.dumps({"Joined": nat(1, 1, 1)})


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1, 10**30])
def test_an_integer_that_readers_would_round_is_refused(number: int) -> None:
    with pytest.raises(InvalidInput, match="'Id' is an integer beyond 64 bits"):
        body.dumps({"Id": number})


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (b"x", "bytes"),
        (bytearray(b"x"), "bytearray"),
        ({1, 2}, "set"),
        (object(), "object"),
        (Decimal(1), "Decimal"),
        (UUID(int=1), "UUID"),
        (1j, "complex"),
        (range(3), "range"),
    ],
)
def test_a_value_that_json_cannot_say_is_refused_by_field_and_type(
    value: object, name: str
) -> None:
    with pytest.raises(InvalidInput, match=f"'Field' is a {name}, which JSON cannot say"):
        body.dumps({"Field": value})


def test_unset_means_nothing_outside_an_object() -> None:
    with pytest.raises(InvalidInput, match=r"'a\[0\]' is a Unset"):
        body.dumps({"a": [UNSET]})
    with pytest.raises(InvalidInput, match="the body is a Unset"):
        body.dumps(UNSET)


@pytest.mark.parametrize("key", [1, None, b"a", ("a",)])
def test_a_field_name_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(InvalidInput, match=f"the body is a {type(key).__name__}"):
        body.dumps({key: "x"})
    with pytest.raises(InvalidInput, match="a field name in the field 'a' is a"):
        body.dumps({"a": {key: 1.5}})


@pytest.mark.parametrize("fields", [{"Name": "joe\ud800"}, {"a": 1.5, "Name": "joe\ud800"}])
def test_half_a_surrogate_pair_is_refused_without_showing_the_text(
    fields: dict[str, Any],
) -> None:
    with pytest.raises(InvalidInput, match="'Name' holds half a surrogate pair") as caught:
        body.dumps(fields)

    assert "joe" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_half_a_surrogate_pair_in_a_field_name_is_refused() -> None:
    with pytest.raises(InvalidInput, match="the body holds half a surrogate pair"):
        body.dumps({"a\udc00": "x"})


def test_a_body_that_holds_itself_is_refused_and_does_not_recurse_for_ever() -> None:
    fields: dict[str, Any] = {}
    fields["a"] = fields

    with pytest.raises(InvalidInput, match="nested more than 32 deep"):
        body.dumps(fields)


def test_errors_name_where_a_row_is_going_to_stand() -> None:
    with pytest.raises(InvalidInput, match=r"'Contacts\[3\]\.Price' is not a finite number"):
        body.dumps({"Price": math.nan}, "Contacts[3]")


def test_a_byte_order_mark_is_read_over() -> None:
    assert body.loads(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


@pytest.mark.parametrize("data", [b"", b"<html>", b"{", b'{"a":1,}', b"NaN", b'"\xff"'])
def test_what_is_no_json_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        body.loads(data)


def test_mappings_of_any_class_are_written() -> None:
    class Row(Mapping[str, Any]):
        def __getitem__(self, name: str) -> Any:
            return {"a": 1}[name]

        def __iter__(self) -> Any:
            return iter(["a"])

        def __len__(self) -> int:
            return 1

    assert body.dumps(Row()) == b'{"a":1}'
