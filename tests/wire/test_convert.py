"""JSON becomes models without coercion, failures name the path, and models become JSON again."""

import enum
import traceback
from datetime import UTC, datetime
from typing import Any

import attrs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import DecodeError, InvalidInput
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.convert import Codec
from sentori_async.wire.hooks import BoolOrText, IntOrText

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
CANARY = "canary@example.com"


class Status(enum.StrEnum):
    ACTIVE = "active"
    GONE = "gone"


class Level(enum.IntEnum):
    LOW = 1


@attrs.define
class Inner:
    score: int
    label: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class Outer:
    """One field of every kind."""

    text: str | Unset = UNSET
    text_or_null: str | Unset | None = UNSET
    flag: bool | Unset | None = UNSET
    count: int | Unset = UNSET
    ratio: float | Unset = UNSET
    number: IntOrText | Unset = UNSET
    when: datetime | Unset | None = UNSET
    since: datetime | Unset = UNSET
    inner: Inner | Unset | None = UNSET
    inners: list[Inner] | Unset = UNSET
    words: list[str] | Unset = UNSET
    status: Status | str | Unset | None = UNSET
    strict_status: Status | Unset = UNSET
    level: Level | int | Unset = UNSET
    anything: Any | Unset = UNSET
    bag: dict[str, Any] | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


@attrs.define
class Required:
    """Fields that must be there, some of which may be null."""

    text: str
    flag: bool | None
    when: datetime
    inner: Inner
    anything: Any


@attrs.define(kw_only=True)
class Patch:
    name: str | Unset | None = UNSET
    inner: Inner | Unset = UNSET
    inners: list[Inner] | Unset = UNSET
    verified: bool = attrs.field(default=False, init=False)


OUTER_NAMES = {
    "text": "Text",
    "text_or_null": "TextOrNull",
    "flag": "Flag",
    "count": "Count",
    "ratio": "Ratio",
    "number": "Number",
    "when": "When",
    "since": "Since",
    "inner": "Inner",
    "inners": "Inners",
    "words": "Words",
    "status": "Status",
    "strict_status": "StrictStatus",
    "level": "Level",
    "anything": "Anything",
    "bag": "Bag",
}
INNER_NAMES = {"score": "Score", "label": "Label"}
REQUIRED_NAMES = {
    "text": "Text",
    "flag": "Flag",
    "when": "When",
    "inner": "Inner",
    "anything": "Anything",
}
CODEC = Codec(
    {
        Inner: INNER_NAMES,
        Outer: OUTER_NAMES,
        Required: REQUIRED_NAMES,
        Patch: {"name": "Name", "inner": "Inner", "inners": "Inners"},
    }
)
decode_outer = CODEC.decoder(Outer)
decode_required = CODEC.decoder(Required)
decode_inners = CODEC.decoder(list[Inner])

REQUIRED = {
    "Text": "x",
    "Flag": True,
    "When": "2010-05-13T09:00:00",
    "Inner": {"Score": 1},
    "Anything": None,
}

ACCEPTED = [
    ("Text", "x", "text", "x"),
    ("TextOrNull", "x", "text_or_null", "x"),
    ("TextOrNull", None, "text_or_null", None),
    ("Flag", False, "flag", False),
    ("Flag", None, "flag", None),
    ("Count", 3, "count", 3),
    ("Ratio", 1.5, "ratio", 1.5),
    ("Ratio", 1, "ratio", 1.0),
    ("Number", 16382, "number", 16382),
    ("Number", "16382", "number", 16382),
    ("When", "2010-05-13T09:00:00Z", "when", datetime(2010, 5, 13, 9, tzinfo=UTC)),
    ("When", "/Date(0)/", "when", datetime(1970, 1, 1, tzinfo=UTC)),
    ("When", None, "when", None),
    ("Since", "1970-01-01T00:00:00Z", "since", datetime(1970, 1, 1, tzinfo=UTC)),
    ("Inner", {"Score": 1}, "inner", Inner(1)),
    ("Inner", None, "inner", None),
    ("Inners", [{"Score": 1, "Label": None}], "inners", [Inner(1, None)]),
    ("Words", ["a", "b"], "words", ["a", "b"]),
    ("Words", [], "words", []),
    ("Status", "active", "status", Status.ACTIVE),
    ("Status", "brand new", "status", "brand new"),
    ("Status", None, "status", None),
    ("StrictStatus", "gone", "strict_status", Status.GONE),
    ("Level", 1, "level", Level.LOW),
    ("Level", 7, "level", 7),
    ("Anything", {"a": [1]}, "anything", {"a": [1]}),
    ("Bag", {"a": [1]}, "bag", {"a": [1]}),
]


@pytest.mark.parametrize(
    ("wire", "value", "name", "found"), ACCEPTED, ids=[f"{a[0]}={a[1]!r}" for a in ACCEPTED]
)
def test_a_value_of_the_fields_type_is_read(wire: str, value: Any, name: str, found: Any) -> None:
    data = orjson.dumps({wire: value})

    assert decode_outer(data) == Outer(**{name: found})
    # The twin reads the same, so that it can stand in.
    assert CODEC._explain(data, Outer) == Outer(**{name: found})
    assert type(getattr(decode_outer(data), name)) is type(found)


REFUSED = [
    ("Text", 1, "a number", "a string"),
    ("Text", None, "null", "a string"),
    ("Text", ["a"], "an array", "a string"),
    ("TextOrNull", {}, "an object", "a string"),
    ("Flag", "false", "a string", "a boolean"),
    ("Flag", 0, "a number", "a boolean"),
    ("Count", "3", "a string", "an integer"),
    ("Count", True, "a boolean", "an integer"),
    ("Count", 1.0, "a number", "an integer"),
    ("Count", None, "null", "an integer"),
    ("Ratio", "1.5", "a string", "a number"),
    ("Ratio", False, "a boolean", "a number"),
    ("Number", "12a", "a string", "an integer"),
    ("Number", "٣", "a string", "an integer"),
    ("Number", "-1", "a string", "an integer"),
    ("Number", "9" * 5000, "a string", "an integer"),
    ("Number", True, "a boolean", "an integer"),
    ("When", "yesterday", "a string", "a date"),
    ("When", 1361462400000, "a number", "a date"),
    ("Since", None, "null", "a date"),
    ("Inner", [], "an array", "an object"),
    ("Inners", {"Score": 1}, "an object", "an array"),
    ("Inners", "abc", "a string", "an array"),
    ("Inners", None, "null", "an array"),
    ("Status", 1, "a number", "a string"),
    ("StrictStatus", "brand new", "a string", "one of the known values"),
    ("Level", "1", "a string", "an integer"),
    ("Level", True, "a boolean", "an integer"),
    ("Bag", [], "an array", "an object"),
]


@pytest.mark.parametrize(
    ("wire", "value", "found", "expected"),
    REFUSED,
    ids=[f"{r[0]}={r[1]!r:.30}" for r in REFUSED],
)
def test_nothing_is_coerced_and_the_error_names_path_and_types(
    wire: str, value: Any, found: str, expected: str
) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_outer(orjson.dumps({wire: value}))

    assert (
        caught.value.message
        == f"the answer cannot be read: $.{wire} is {found} where {expected} was expected"
    )


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"Inner":{}}', "$.Inner.Score is missing"),
        (b'{"Inner":{"Score":"x"}}', "$.Inner.Score is a string where an integer was expected"),
        (
            b'{"Inners":[{"Score":1},{"Score":2,"Label":3}]}',
            "$.Inners[1].Label is a number where a string was expected",
        ),
        (b'{"Words":["a",1]}', "$.Words[1] is a number where a string was expected"),
        (b"[]", "$ is an array where an object was expected"),
        (b"null", "$ is null where an object was expected"),
        (b"", "it is empty"),
        (b" \n", "it is empty"),
        # orjson says "expected ..." behind it, in some versions.
        (b"<html>", "the answer is not JSON: unexpected character"),
    ],
)
def test_the_path_leads_to_the_first_failure(data: bytes, problem: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode_outer(data)

    assert (
        caught.value.message.partition(", expected")[0] == f"the answer cannot be read: {problem}"
    )


def test_a_path_may_begin_with_an_index() -> None:
    with pytest.raises(DecodeError, match=r"\$\[1\]\.Score is null where an integer"):
        decode_inners(b'[{"Score":1},{"Score":null}]')
    with pytest.raises(DecodeError, match=r"\$ is an object where an array was expected"):
        decode_inners(b'{"Score":1}')


def test_no_error_carries_the_answer_along() -> None:
    for data in (f'{{"Flag":"{CANARY}"}}'.encode(), f'{{"Text":"{CANARY}'.encode()):
        with pytest.raises(DecodeError) as caught:
            decode_outer(data)

        assert CANARY not in caught.value.message
        assert caught.value.__context__ is None
        assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_absent_keys_become_unset() -> None:
    assert decode_outer(b"{}") == Outer()
    assert decode_outer(b"{}").text is UNSET


def test_unknown_keys_are_kept_in_their_order() -> None:
    data = b'{"Z":1,"Text":"x","A":{"b":null}}'

    found = decode_outer(data)

    assert found == Outer(text="x", extra={"Z": 1, "A": {"b": None}})
    assert list(found.extra) == ["Z", "A"]
    assert CODEC._explain(data, Outer) == found


def test_keeping_unknown_keys_does_not_keep_the_room_of_the_known_ones() -> None:
    known = {f"Known{i}": i for i in range(30)}
    fields = {wire.lower(): attrs.field(type=int) for wire in known}
    model: Any = attrs.make_class("Wide", {**fields, "extra": attrs.field(type=dict)})
    decode = Codec({model: {wire.lower(): wire for wire in known}}).decoder(model)

    some = decode(orjson.dumps({**known, "A": 1})).extra
    none = decode(orjson.dumps(known)).extra

    assert some.__sizeof__() < known.__sizeof__() / 2
    assert none.__sizeof__() == {}.__sizeof__()


def test_required_fields_are_read() -> None:
    found = decode_required(orjson.dumps({**REQUIRED, "Other": 1}))

    moment = datetime(2010, 5, 13, 9)  # noqa: DTZ001 - as naive as it came
    assert found == Required("x", flag=True, when=moment, inner=Inner(1), anything=None)
    assert decode_required(orjson.dumps({**REQUIRED, "Flag": None})).flag is None
    assert CODEC._explain(orjson.dumps({**REQUIRED, "Other": 1}), Required) == found


@attrs.define
class Yes:
    """A field that a platform prints as a boolean here and as text there."""

    said: BoolOrText
    number: int


@pytest.mark.parametrize(
    ("written", "read"), [("true", True), ('"true"', True), ('"false"', False)]
)
def test_a_boolean_may_be_printed_as_text(written: str, read: bool) -> None:
    decode = Codec({Yes: {"said": "Said", "number": "Number"}}).decoder(Yes)

    assert decode(f'{{"Said":{written},"Number":1}}'.encode()) == Yes(read, 1)
    with pytest.raises(DecodeError, match=r"\$\.Number is a string"):
        decode(f'{{"Said":{written},"Number":"x"}}'.encode())


@given(st.lists(st.dictionaries(st.sampled_from(["Score", "Label", "a", "b", "c"]), st.just(1))))
def test_extras_are_kept_whatever_the_objects_before_held(objects: list[dict[str, Any]]) -> None:
    """Each hook expects the keys that it saw last."""
    written = [{**one, "Score": 1, "Label": "x"} for one in objects]
    extras = [{key: one[key] for key in one if key not in {"Score", "Label"}} for one in written]

    assert [one.extra for one in decode_inners(orjson.dumps(written))] == extras


@pytest.mark.parametrize("wire", list(REQUIRED))
def test_a_required_field_must_be_there(wire: str) -> None:
    with pytest.raises(DecodeError, match=rf"\$\.{wire} is missing"):
        decode_required(orjson.dumps({k: v for k, v in REQUIRED.items() if k != wire}))


@pytest.mark.parametrize("wire", ["Text", "When", "Inner"])
def test_a_field_that_is_not_nullable_refuses_null(wire: str) -> None:
    with pytest.raises(DecodeError, match=rf"\$\.{wire} is null where"):
        decode_required(orjson.dumps({**REQUIRED, wire: None}))


def test_a_class_that_refuses_its_values_is_named_by_path_and_error() -> None:
    @attrs.define
    class Picky:
        score: int = attrs.field(validator=attrs.validators.ge(0))

    decode = Codec({Picky: {"score": "Score"}}).decoder(list[Picky])

    with pytest.raises(DecodeError, match=r"\$\[0\] cannot be read \(ValueError\)"):
        decode(b'[{"Score":-1}]')


def test_keyword_only_models_are_read_and_their_own_fields_left_alone() -> None:
    assert CODEC.decoder(Patch)(b'{"Name":"x","verified":true}') == Patch(name="x")


def test_a_byte_order_mark_does_not_matter() -> None:
    assert decode_outer(b'\xef\xbb\xbf{"Text":"x"}') == Outer(text="x")


def test_the_compiled_hook_can_be_read_in_a_traceback() -> None:
    hook = CODEC._fast.get_structure_hook(Outer)

    with pytest.raises(ValueError, match="where an object was expected") as caught:
        hook([], Outer)

    assert "if type(data) is not dict" in "".join(traceback.format_exception(caught.value))


# ------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Patch(), b"{}"),
        (Patch(name=None), b'{"Name":null}'),
        (Patch(name="x"), b'{"Name":"x"}'),
        (Patch(inner=Inner(1)), b'{"Inner":{"Score":1}}'),
        (
            Patch(inners=[Inner(1), Inner(2, "b")]),
            b'{"Inners":[{"Score":1},{"Score":2,"Label":"b"}]}',
        ),
        (Inner(1, extra={"Other": True}), b'{"Score":1,"Other":true}'),
        (Inner(1, extra={"Score": 2, "Label": "kept"}), b'{"Score":1,"Label":"kept"}'),
        ({"Any": "x", "Gone": UNSET}, b'{"Any":"x"}'),
    ],
)
def test_models_are_written_by_their_table(value: object, written: bytes) -> None:
    assert CODEC.encode(value) == written


def test_a_bad_value_in_a_model_is_refused_by_its_wire_name() -> None:
    with pytest.raises(InvalidInput, match="'Other' is a bytes"):
        CODEC.encode(Inner(1, extra={"Other": b"x"}))


@pytest.mark.parametrize("value", [None, "x", [("a", "b")], 1, object()])
def test_what_is_neither_mapping_nor_model_is_refused(value: object) -> None:
    with pytest.raises(InvalidInput, match=rf"not an? {type(value).__name__}"):
        CODEC.encode(value)


@given(
    st.builds(
        Inner,
        score=st.integers(-(2**53), 2**53),
        label=TEXT | st.none() | st.just(UNSET),
        extra=st.dictionaries(
            TEXT.filter(lambda name: name not in INNER_NAMES.values()),
            TEXT | st.none() | st.booleans() | st.lists(st.integers(0, 9)),
        ),
    )
)
def test_a_model_survives_the_round_trip_with_extras(inner: Inner) -> None:
    assert CODEC.decoder(Inner)(CODEC.encode(inner)) == inner
    assert CODEC._explain(CODEC.encode(inner), Inner) == inner


# ------------------------------------------------------------------------------------- tables


def test_a_table_that_does_not_match_its_class_is_misuse() -> None:
    for names in ({}, {"score": "Score"}, {**INNER_NAMES, "extra": "Extra"}):
        with pytest.raises(TypeError, match="Inner and its table of wire names differ"):
            Codec({Inner: names})


def test_a_default_that_is_not_unset_is_misuse() -> None:
    @attrs.define
    class Defaulting:
        score: int = 0

    with pytest.raises(TypeError, match=r"Defaulting\.score must be required"):
        Codec({Defaulting: {"score": "Score"}})


def test_a_model_without_a_table_is_misuse() -> None:
    with pytest.raises(TypeError, match="no table of wire names for Inner"):
        Codec({}).decoder(Inner)
