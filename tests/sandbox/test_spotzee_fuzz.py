"""Whatever is sent, the answer is one of the vendor's, and never a failure of the sandbox."""

from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sentori_async.platforms.spotzee.catalogue import CATALOGUE
from tests.sandbox.service import Start
from tests.sandbox.spotzee import Spotzee, start_spotzee

CODES = {row.code for row in CATALOGUE.codes}
QUIETLY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
WORDS = st.sampled_from(
    [
        *("external_id", "anonymous_id", "email", "phone", "data", "subscription_id", "state"),
        *("name", "type", "rule", "tags", "published", "is_visible", "channel", "is_public"),
        *("uuid", "group", "children", "joe", "ann", "dynamic", "static", "wrapper", "user"),
        *("joe@example.com", "+442079460000", ""),
    ]
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | WORDS
    | st.text(st.characters(codec="utf-8"), max_size=5)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=5),
    max_leaves=20,
)
WRITES = st.sampled_from(
    [
        *("POST users/batch", "PATCH users", "PATCH users/joe/subscriptions", "POST subscriptions"),
        *("POST subscriptions/batch", "PATCH subscriptions/1", "POST lists", "PATCH lists/1"),
        *("POST events", "POST users/joe/sessions"),
    ]
)


@pytest.fixture
async def spotzee(start: Start) -> Spotzee:
    found = await start_spotzee(start, rates=())
    found.project.contacts.add("joe")
    found.project.subscriptions.add("News")
    found.project.lists.add("A")
    return found


@QUIETLY
@given(write=WRITES, body=JSON | st.lists(st.dictionaries(WORDS, JSON), max_size=3))
async def test_no_body_breaks_a_write(spotzee: Spotzee, write: str, body: Any) -> None:
    method, path = write.split()
    answer = await spotzee.ask(method, path, orjson.dumps(body))
    assert answer.status in {200, 204, 400, 404, 409, 422}
    if answer.status >= 400:
        assert answer.json["code"] in CODES
    assert (await spotzee.ask("GET", "users?limit=-1")).status == 200
    assert (await spotzee.ask("GET", "lists?limit=-1")).status == 200


@QUIETLY
@given(
    path=st.sampled_from(["users", "subscriptions", "lists", "users/joe/subscriptions"]),
    query=st.dictionaries(
        st.sampled_from(["cursor", "page", "limit", "sort", "direction", "q"]),
        st.sampled_from(
            ["", "id", "-1", "1", "next", "prev", "asc", "name", "0", "%", "%27", "%00"]
        ),
        max_size=4,
    ),
)
async def test_no_query_breaks_a_listing(
    spotzee: Spotzee, path: str, query: dict[str, str]
) -> None:
    written = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await spotzee.ask("GET", f"{path}?{written}")
    assert answer.status in {200, 400}


@QUIETLY
@given(body=st.binary(max_size=40))
async def test_bytes_that_are_no_json_are_refused(spotzee: Spotzee, body: bytes) -> None:
    answer = await spotzee.ask("POST", "lists", b"\xff" + body)
    assert (answer.status, answer.json["code"]) == (400, "parameter_invalid_format")
