"""No value can bend a path or a query."""

import re
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import InvalidInput
from sentori_async.unset import UNSET
from sentori_async.wire.paths import query, relative, segment

UNRESERVED = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+")
# Text that a URL can carry: whole characters, no control characters.
CARRIED = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(
    lambda text: text not in {".", ".."}
)

SEGMENTS = [
    ("joe@example.com", "joe%40example.com"),
    ("joe+tag@example.com", "joe%2Btag%40example.com"),
    ("o'brien@example.com", "o%27brien%40example.com"),
    ("a/b@example.com", "a%2Fb%40example.com"),
    ("a%2Fb@example.com", "a%252Fb%40example.com"),
    ("../../emails/create", "..%2F..%2Femails%2Fcreate"),
    ("jörg@exämple.de", "j%C3%B6rg%40ex%C3%A4mple.de"),
    ("ไทย@example.com", "%E0%B9%84%E0%B8%97%E0%B8%A2%40example.com"),
    ("a b;c=d&e?f#g", "a%20b%3Bc%3Dd%26e%3Ff%23g"),
    ("!$'()*,:[]\\", "%21%24%27%28%29%2A%2C%3A%5B%5D%5C"),
    ("A-Z_a.z~0", "A-Z_a.z~0"),
    ("1234ABCD", "1234ABCD"),
    ("...", "..."),
]


@pytest.mark.parametrize(("text", "quoted"), SEGMENTS)
def test_every_reserved_character_is_percent_encoded(text: str, quoted: str) -> None:
    assert segment(text) == quoted


@given(CARRIED)
def test_a_segment_means_its_text_and_nothing_else(text: str) -> None:
    quoted = segment(text)

    assert UNRESERVED.fullmatch(quoted)
    assert unquote(quoted) == text


@given(st.emails())
def test_ordinary_addresses_take_no_other_road(address: str) -> None:
    assert unquote(segment(address)) == address


@pytest.mark.parametrize("text", ["", ".", ".."])
def test_a_segment_that_would_change_the_path_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="cannot be part of a path"):
        segment(text)


@pytest.mark.parametrize("text", ["a\nb", "a\x00", "\x1f", "a\x7fb", "a\x85b", "\r\nHost: x"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="control character"):
        segment(text)


def test_half_a_surrogate_pair_is_refused_without_showing_the_text() -> None:
    with pytest.raises(InvalidInput, match="surrogate") as caught:
        segment("joe\ud800@example.com")

    assert caught.value.__cause__ is None
    assert "joe" not in str(caught.value)


PATHS = [
    ("contact/import/", "contact/import/"),
    ("contact/get/joe%40example.com/", "contact/get/joe%40example.com/"),
    ("contact/get/joe@example.com/", "contact/get/joe@example.com/"),
    ("a b/ü", "a%20b/%C3%BC"),
    ("a[1]|b", "a%5B1%5D%7Cb"),
    ("v:1/x;y=1,2", "v:1/x;y=1,2"),
    ("a//b/", "a//b/"),
]


@pytest.mark.parametrize(("path", "sent"), PATHS)
def test_a_relative_path_keeps_its_encoding_and_gets_what_it_lacks(path: str, sent: str) -> None:
    assert relative(path) == sent


@pytest.mark.parametrize(
    "path",
    ["", "/contact/", "//evil.example/", "https://evil.example/", "a?b=c", "a#b", "a\\b", "x://y"],
)
def test_a_path_that_is_not_relative_or_not_only_a_path_is_refused(path: str) -> None:
    with pytest.raises(InvalidInput, match="relative to the base URL"):
        relative(path)


@pytest.mark.parametrize("path", ["..", "a/../b", "a/./b", "a/%2e%2E/b", "%2e/", "a/.%2e"])
def test_a_path_that_leads_elsewhere_is_refused_however_written(path: str) -> None:
    with pytest.raises(InvalidInput, match="as a segment"):
        relative(path)


def test_a_path_with_a_control_character_is_refused() -> None:
    with pytest.raises(InvalidInput, match="control character"):
        relative("a\nb")


def test_no_parameters_make_no_query() -> None:
    assert query(None) == ""
    assert query({}) == ""
    assert query({"a": None, "b": UNSET}) == ""


def test_parameters_are_encoded_by_their_types() -> None:
    assert (
        query(
            {"q": "a+b&c", "n": 3, "f": 1.5, "yes": True, "no": False, "many": ["x", 2], "z": None}
        )
        == "q=a%2Bb%26c&n=3&f=1.5&yes=true&no=false&many=x&many=2"
    )


@given(st.dictionaries(CARRIED, CARRIED))
def test_a_query_means_its_parameters_and_nothing_else(params: dict[str, str]) -> None:
    assert dict(parse_qsl(query(params), strict_parsing=bool(params))) == params


@pytest.mark.parametrize("value", [b"x", object(), {"a": "b"}, [None]])
def test_a_parameter_of_another_type_is_refused_by_name(value: object) -> None:
    with pytest.raises(InvalidInput, match="parameter 'q' is a"):
        query({"q": value})  # type: ignore[dict-item]


def test_a_control_character_in_a_parameter_is_refused() -> None:
    with pytest.raises(InvalidInput, match="control character"):
        query({"q": "a\r\nb"})


def test_params_that_are_no_mapping_are_refused() -> None:
    pairs: Any = [("a", 1)]
    with pytest.raises(InvalidInput, match="mapping"):
        query(pairs)


def test_a_parameter_that_cannot_be_written_out_is_refused() -> None:
    with pytest.raises(InvalidInput, match="'page' has thousands of digits"):
        query({"page": 10**5000})
