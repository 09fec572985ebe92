"""Pages: cursors both ways, and what a query may say."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.service import Start
from tests.sandbox.spotzee import Spotzee, code, start_spotzee


@pytest.fixture
async def spotzee(start: Start) -> Spotzee:
    """Return a project of 30 users, whose addresses run against their numbers."""
    found = await start_spotzee(start)
    rows = [{"external_id": f"u{n:02}", "email": f"a{99 - n}@example.com"} for n in range(30)]
    found.project.contacts.add_many(rows)
    return found


async def walk(spotzee: Spotzee, query: str, page: str = "next", cursor: str = "") -> list[Any]:
    """Return the pages from a cursor on."""
    pages = []
    while True:
        more = f"&cursor={cursor}&page={page}" if cursor else ""
        answer = await spotzee.ask("GET", f"users?{query}{more}")
        pages.append(answer.json)
        cursor = answer.json[f"{page}Cursor"]
        if not cursor:
            return pages


def ids(*pages: Any) -> list[int]:
    return [user["id"] for page in pages for user in page["results"]]


async def test_the_newest_25_come_first_unless_asked_otherwise(spotzee: Spotzee) -> None:
    first, second = await walk(spotzee, "")
    assert first.keys() == {"results", "nextCursor", "prevCursor", "limit"}
    assert (first["limit"], first["prevCursor"]) == (25, None)
    assert ids(first, second) == list(range(30, 0, -1))
    assert (second["nextCursor"], len(second["results"])) == (None, 5)


@pytest.mark.parametrize("limit", [1, 7, 10, 15, 29, 30, 31, 100])
@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("sort=id&direction=asc", range(1, 31)),
        ("sort=email&direction=asc", range(30, 0, -1)),
        ("sort=created_at&direction=desc", range(30, 0, -1)),
        ("sort=external_id&direction=desc", range(30, 0, -1)),
    ],
)
async def test_pages_hold_every_user_once_and_in_order_both_ways(
    spotzee: Spotzee, limit: int, order: str, expected: range
) -> None:
    pages = await walk(spotzee, f"{order}&limit={limit}")
    assert ids(*pages) == list(expected)
    assert {len(page["results"]) for page in pages[:-1]} <= {limit}
    assert len(pages) == -(-30 // limit)
    if len(pages) > 1:
        query = f"{order}&limit={limit}"
        back = await walk(spotzee, query, "prev", pages[-1]["prevCursor"])
        assert ids(*reversed(back)) == ids(*pages[:-1])
        assert back[-1]["prevCursor"] is None
        assert back[0]["nextCursor"] is not None


async def test_a_page_goes_on_where_it_was_though_users_come_and_go(spotzee: Spotzee) -> None:
    first = (await spotzee.ask("GET", "users?limit=10&direction=asc")).json
    for name in ("u09", "u10", "u00"):  # the last one seen, the next one, the first
        await spotzee.ask("DELETE", f"users/{name}")
    spotzee.project.contacts.add("new")
    rest = await walk(spotzee, "limit=10&direction=asc", cursor=first["nextCursor"])
    assert ids(*rest) == [*range(12, 32)]


async def test_a_limit_of_minus_one_is_all(spotzee: Spotzee) -> None:
    answer = await spotzee.ask("GET", "users?limit=-1")
    assert (len(answer.json["results"]), answer.json["limit"]) == (30, -1)
    assert answer.json["nextCursor"] is None


async def test_a_limit_of_minus_one_may_be_refused(start: Start) -> None:
    spotzee = await start_spotzee(start, allow_limit_all=False)
    answer = await spotzee.ask("GET", "users?limit=-1")
    assert code(answer) == (400, "parameter_invalid_format")


async def test_cursors_that_are_null_may_be_left_out(start: Start) -> None:
    spotzee = await start_spotzee(start, omit_null_cursors=True)
    assert (await spotzee.ask("GET", "users")).json == {"results": [], "limit": 25}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("u07", [8]),
        ("U07", [8]),
        ("a99%40", [1]),
        ("anon-1", [31]),
        ("4420", [31]),
        ("", range(31, 0, -1)),
        ("%25", []),
        ("u_7", []),
        ("nobody", []),
    ],
)
async def test_a_search_looks_into_the_ids_the_address_and_the_number(
    spotzee: Spotzee, words: str, expected: Any
) -> None:
    spotzee.project.contacts.add("x", {"anonymous_id": "anon-1", "phone": "+442079460000"})
    assert ids((await spotzee.ask("GET", f"users?limit=100&q={words}")).json) == list(expected)


@pytest.mark.parametrize(
    ("query", "expected", "param"),
    [
        ("limit=101", "parameter_invalid_format", "limit"),
        ("limit=0", "parameter_invalid_format", "limit"),
        ("limit=-2", "parameter_invalid_format", "limit"),
        ("limit=ten", "parameter_invalid_format", "limit"),
        ("limit=", "parameter_invalid_empty", "limit"),
        ("page=back", "parameter_invalid_format", "page"),
        ("direction=forward", "parameter_invalid_format", "direction"),
        ("sort=-id", "parameter_invalid_format", "sort"),
        ("sort=data", "parameter_invalid_format", "sort"),
        ("cursor=", "parameter_invalid_empty", "cursor"),
        ("cursor=x", "parameter_invalid_format", "cursor"),
        ("cursor=W10", "parameter_invalid_format", "cursor"),
        ("cursor=WzEsIngiXQ", "parameter_invalid_format", "cursor"),
        ("cursor=WzEsOTk5OTk5OTk5OTk5OTk5OTk5OV0", "parameter_invalid_format", "cursor"),
        ("offset=25", "parameter_unknown", "offset"),
    ],
)
async def test_a_query_that_does_not_fit_is_refused(
    spotzee: Spotzee, query: str, expected: str, param: str
) -> None:
    answer = await spotzee.ask("GET", f"users?{query}")
    assert (*code(answer), answer.json["param"]) == (400, expected, param)


async def test_unknown_parameters_may_be_ignored(start: Start) -> None:
    spotzee = await start_spotzee(start, refuse_unknown_parameters=False)
    assert (await spotzee.ask("GET", "users?offset=25")).status == 200


@given(cursor=st.text("ABCXYZabcxyz019-_=+/", min_size=1, max_size=40))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_no_cursor_can_break_the_server(spotzee: Spotzee, cursor: str) -> None:
    answer = await spotzee.ask("GET", f"users?cursor={cursor}")
    assert answer.status in {200, 400}
