"""Anything that yields rows is taken, and what only looks like it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sentori_async.bulk.rows import END, NOT_YET, source_of
from sentori_async.errors import InvalidInput


class Frame:
    """Stands for a data frame without an Arrow stream: iterating over it gives column names."""

    def __dataframe__(self) -> None:
        raise AssertionError("not to be read")

    def __iter__(self) -> object:
        raise AssertionError("not to be iterated")


@pytest.mark.parametrize(
    "rows",
    ["joe@example.com", b"joe@example.com", {"EmailAddress": "joe@example.com"}, 7, None, Frame()],
    ids=["str", "bytes", "mapping", "int", "none", "frame"],
)
def test_what_is_no_iterable_of_rows_is_refused_with_what_to_do(rows: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        source_of(rows)

    assert "joe" not in caught.value.message
    assert "rows" in caught.value.message


@pytest.mark.parametrize(
    "rows",
    [["a", "b"], ("a", "b"), iter("ab"), {"a": 1, "b": 2}.keys(), (letter for letter in "ab")],
    ids=["list", "tuple", "iterator", "keys", "generator"],
)
async def test_any_iterable_gives_its_rows_in_order(rows: object) -> None:
    source = source_of(rows)

    assert [source.take_now(), await source.take(), source.take_now()] == ["a", "b", END]


async def test_an_async_iterable_must_be_awaited() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a"

    source = source_of(rows())

    assert source.take_now() is NOT_YET
    assert await source.take() == "a"
    assert await source.take() is END


async def test_a_stopped_source_gives_no_more_rows() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a"

    source = source_of(rows())
    source.stop()

    assert await source.take() is END


async def test_a_time_out_of_the_rows_themselves_is_the_rows_own_error() -> None:
    async def rows() -> AsyncIterator[str]:
        if not databases:
            raise TimeoutError("database")
        yield "a"

    databases: list[str] = []
    with pytest.raises(TimeoutError, match="database"):
        await source_of(rows()).take()


def test_a_source_is_taken_as_it_is() -> None:
    source = source_of([])

    assert source_of(source) is source
