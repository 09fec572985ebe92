"""Anything that yields rows is taken, and what only looks like it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from sentori_async import AsyncSentori, BulkError
from sentori_async.bulk.rows import END, NOT_YET, size_of, source_of
from sentori_async.errors import InvalidInput
from sentori_sync import Sentori


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


class Query:
    """Stands for a query: asked for its size or its rows, it may fail."""

    def __len__(self) -> int:
        raise LookupError("no such table")

    def __iter__(self) -> Iterator[object]:
        raise LookupError("no such table")


class AsyncQuery:
    def __aiter__(self) -> AsyncIterator[object]:
        raise LookupError("no such table")


@pytest.mark.parametrize("make", [Query, AsyncQuery])
async def test_rows_that_cannot_even_begin_stop_the_job(make: type) -> None:
    async with AsyncSentori(api_key="k", base_url="http://127.0.0.1:9/") as client:
        with pytest.raises(BulkError, match="LookupError") as caught:
            await client.bulk.add(make(), progress=lambda _: None)
        with pytest.raises(BulkError, match="LookupError"):
            async with client.bulk.stream("add", make()) as outcomes:
                async for _ in outcomes:
                    pass

    assert isinstance(caught.value.__cause__, LookupError)
    assert caught.value.report.total == 0


def test_rows_that_cannot_even_begin_stop_a_blocking_job() -> None:
    client = Sentori(api_key="k", base_url="http://127.0.0.1:9/")
    with client, pytest.raises(BulkError, match="LookupError"):
        client.bulk.add(Query(), progress=lambda _: None)


def test_a_size_that_cannot_be_told_is_not_known() -> None:
    assert [size_of(rows) for rows in (Query(), iter([1]), [1, 2])] == [None, None, 2]


class AsyncRows:
    """Async rows whose number is known."""

    def __len__(self) -> int:
        return 2

    async def __aiter__(self) -> AsyncIterator[object]:
        yield "a"
        yield "b"


@pytest.mark.parametrize("rows", [["a", "b"], AsyncRows()], ids=["plain", "async"])
def test_a_source_knows_its_size(rows: object) -> None:
    assert source_of(rows).size == 2
