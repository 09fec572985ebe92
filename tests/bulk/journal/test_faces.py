"""Both clients take a journal in every bulk verb and in streams, and the platform sees the rest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sentori_async import AsyncSentori, Ledger, Limits
from sentori_async.errors import BulkError, ConfigurationError
from sentori_async.sandbox import Sandbox
from sentori_sync import Sentori

ROWS = [{"EmailAddress": f"c{n}@example.com", "FirstName": f"N{n}"} for n in range(30)]
FAST = Limits(concurrency=8, adaptive=False)
ADDRESSES = [row["EmailAddress"] for row in ROWS]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


def writes(sandbox: Sandbox) -> int:
    return sum(record.method != "GET" for record in sandbox.requests.latest())


@pytest.mark.parametrize(
    ("verb", "rows"), [("add", ROWS), ("update", ROWS), ("add_or_update", ROWS), ("delete", None)]
)
async def test_every_async_verb_takes_a_journal(
    sandbox: Sandbox, tmp_path: Path, verb: str, rows: object
) -> None:
    if verb != "add":
        for row in ROWS:
            sandbox.sentori.contacts.add(row["EmailAddress"])
    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    async with AsyncSentori(api_key=key, base_url=url, limits=FAST) as client:
        do = getattr(client.bulk, verb)
        first = await do(rows or ADDRESSES, journal=tmp_path / "job.db")
        sent = writes(sandbox)
        again = await do(rows or ADDRESSES, journal=tmp_path / "job.db")

    assert (first.succeeded, sent) == (30, 30)
    assert again.by_status == first.by_status
    assert (writes(sandbox), again.requests) == (sent, 0)


@pytest.mark.parametrize("verb", ["subscribe", "unsubscribe"])
def test_every_blocking_list_verb_takes_a_journal(
    sandbox: Sandbox, tmp_path: Path, verb: str
) -> None:
    for address in ADDRESSES:
        sandbox.sentori.contacts.add(address)
    sandbox.sentori.mailing_lists.add("NEWS", "News")
    sandbox.sentori.mailing_lists.add("MORE", "More")
    with Sentori(
        api_key=sandbox.sentori.api_key, base_url=sandbox.url("sentori"), limits=FAST
    ) as client:
        do = getattr(client.bulk, verb)
        first = do(iter(ADDRESSES), "NEWS", journal=str(tmp_path / "job.db"))
        again = do(iter(ADDRESSES), "NEWS", journal=str(tmp_path / "job.db"))
        with pytest.raises(BulkError, match="of another job"):
            do(ADDRESSES, "MORE", journal=str(tmp_path / "job.db"))

    assert first.succeeded == again.succeeded == 30
    assert again.requests == 0


def test_a_blocking_stream_that_is_left_goes_on_from_its_journal(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with Sentori(
        api_key=sandbox.sentori.api_key, base_url=sandbox.url("sentori"), limits=FAST
    ) as client:
        with client.bulk.stream("add", ROWS, journal=tmp_path / "job.db") as outcomes:
            for _ in outcomes:
                break
        left = writes(sandbox)
        with client.bulk.stream("add", ROWS, journal=tmp_path / "job.db") as outcomes:
            told = {outcome.index: outcome.status for outcome in outcomes}

    assert left < 30
    assert told == dict.fromkeys(range(30), "added")
    assert writes(sandbox) == 30


async def test_a_bad_key_stops_the_job_and_a_good_one_goes_on_with_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    url = sandbox.url("sentori")
    async with AsyncSentori(api_key="wrong", base_url=url, limits=FAST) as client:
        with pytest.raises(BulkError):
            await client.bulk.add(ROWS, journal=tmp_path / "job.db")
    async with AsyncSentori(api_key=sandbox.sentori.api_key, base_url=url, limits=FAST) as client:
        report = await client.bulk.add(ROWS, journal=tmp_path / "job.db")

    assert report.by_status == {"added": 30}


async def test_options_that_contradict_each_other_are_refused_before_anything_happens(
    sandbox: Sandbox,
) -> None:
    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    async with AsyncSentori(api_key=key, base_url=url, limits=FAST) as client:
        with pytest.raises(ConfigurationError, match="retry_failed needs the journal"):
            await client.bulk.add(ROWS, retry_failed=True)
        with pytest.raises(ConfigurationError, match="file name"):
            await client.bulk.add(ROWS, journal="")

    assert writes(sandbox) == 0


def test_a_journal_knows_how_many_rows_there_are_and_leaves_nothing_beside_it_when_it_rests(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    path = tmp_path / "job.db"
    with Sentori(api_key=key, base_url=url, limits=FAST) as client:
        with client.bulk.stream("add", ROWS, journal=path) as outcomes:
            assert len(list(outcomes)) == len(ROWS)
        client.bulk.add(ROWS, journal=path)

    with Ledger(path) as ledger:
        assert [run.expected for run in ledger.runs()] == [30, 30]
        assert [row.row for row in ledger.rows(contact="C7@Example.com")] == [7]
    assert {file.name for file in tmp_path.iterdir()} == {"job.db"}


def test_a_journal_that_somebody_reads_is_closed_all_the_same(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    path = tmp_path / "job.db"
    with Sentori(api_key=key, base_url=url, limits=FAST) as client:
        client.bulk.add(ROWS[:1], journal=path)
        with Ledger(path) as ledger:
            assert next(ledger.rows()).row == 0
            assert client.bulk.add(ROWS[:1], journal=path).requests == 0
            assert len(ledger.runs()) == 2
