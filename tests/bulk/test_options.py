"""What a job's options change: duplicates, dry runs, slow inputs, evidence, and pauses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async import AsyncSentori, Limits, Rate
from sentori_async.bulk.chunks import ChunkEngine
from sentori_async.bulk.ledger import Ledger
from sentori_async.bulk.options import JobOptions
from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.rows import source_of
from sentori_async.bulk.single import RowEngine
from sentori_async.bulk.stream import OutcomeStream
from sentori_async.bulk.window import LONGEST_S, MOST_HELD, Window
from sentori_async.errors import BulkError, ConfigurationError, InvalidInput, UnsupportedOperation
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.sandbox import API_KEY, ROLE_BASED, Sandbox, SentoriOptions
from tests.bulk.fakes import FakeChunkPlan, FakeRowPlan, Wire, until
from tests.clock import now, run

LAST = JobOptions(dedupe="last")
DRY = JobOptions(dry_run=True)


def single(rows: Any, wire: Wire, options: JobOptions, *, workers: int = 3) -> RowEngine:
    return RowEngine(source_of(rows), wire.send, FakeRowPlan(), workers=workers, options=options)


def chunked(rows: Any, wire: Wire, options: JobOptions) -> ChunkEngine:
    return ChunkEngine(source_of(rows), wire.send, FakeChunkPlan(), workers=2, options=options)


async def outcomes_of(engine: RowEngine | ChunkEngine) -> dict[int, BulkOutcome]:
    async with OutcomeStream(engine) as outcomes:
        return {outcome.index: outcome async for outcome in outcomes}


# -------------------------------------------------------------------------------- dedupe="last"


async def test_of_several_rows_of_one_contact_the_last_is_sent() -> None:
    wire = Wire()
    found = await outcomes_of(single(["a:1", "b:1", "a:2", "a:3"], wire, LAST))

    assert sorted(wire.sent) == ["a:3", "b:1"]
    assert {n: one.status for n, one in found.items()} == {
        0: "skipped",
        1: "updated",
        2: "skipped",
        3: "updated",
    }
    assert found[0].error is None


async def test_rows_are_still_held_back_when_the_first_have_gone() -> None:
    wire = Wire()
    await outcomes_of(single([*(f"x{n}:1" for n in range(MOST_HELD)), "a:1", "a:2"], wire, LAST))

    assert [row for row in wire.sent if row.startswith("a")] == ["a:2"]


async def test_a_rename_keeps_its_place_among_the_rows_of_its_contacts() -> None:
    wire = Wire()
    await outcomes_of(single(["a:1", "a+b:2", "a:3", "b:4", "a:5"], wire, LAST))

    assert [row for row in wire.sent if row != "b:4"] == ["a:1", "a+b:2", "a:5"]
    assert wire.sent.index("b:4") > wire.sent.index("a+b:2")


async def test_chunks_take_the_last_row_as_it_is() -> None:
    wire = Wire()
    found = await outcomes_of(chunked(["a:1", "b:1", "a:2"], wire, LAST))

    assert wire.sent == ["a:2,b:1"]
    assert found[0].status == "skipped"


def test_rows_of_a_slow_input_are_held_for_a_second_at_most() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        await asyncio.sleep(10)
        yield "a:2"

    wire = Wire()
    times: list[float] = []

    async def main() -> None:
        async with OutcomeStream(single(rows(), wire, LAST)) as outcomes:
            times.extend([now() async for _ in outcomes])

    run(main())
    assert wire.sent == ["a:1", "a:2"]
    assert LONGEST_S <= times[0] <= 2 * LONGEST_S


async def test_what_is_held_back_when_the_job_is_drained_is_skipped() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        yield "b:1"
        stream.drain()
        await asyncio.Event().wait()

    wire = Wire()
    stream = OutcomeStream(single(rows(), wire, LAST))
    async with stream as outcomes:
        found = [outcome.status async for outcome in outcomes]

    assert (wire.sent, found) == ([], ["skipped", "skipped"])


async def test_an_input_that_breaks_has_all_its_rows_accounted_for() -> None:
    def rows() -> Iterable[str]:
        yield "a:1"
        yield "a:2"
        raise OSError

    engine = single(rows(), Wire(), LAST)
    with pytest.raises(BulkError):
        await engine.run()
    assert engine.report.by_status == {"skipped": 2}


@given(
    rows=st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 9)), max_size=40),
    workers=st.integers(1, 4),
)
def test_the_last_row_of_each_contact_is_sent_last_and_every_row_told(
    rows: list[tuple[str, int]], workers: int
) -> None:
    texts = [f"{contact}:{value}.{n}" for n, (contact, value) in enumerate(rows)]
    wire = Wire()
    found = run(outcomes_of(single(texts, wire, LAST, workers=workers)))

    assert sorted(found) == list(range(len(rows)))
    for contact in "abcd":
        mine = [text for text in texts if text.startswith(contact)]
        sent = [text for text in wire.sent if text.startswith(contact)]
        assert sent == mine[-1:]


class Row:
    def __init__(self, *keys: str, firm: bool = False) -> None:
        self.keys = keys
        self.may_be_superseded = not firm


def test_a_row_that_may_have_been_sent_before_is_not_superseded() -> None:
    window: Window[Row] = Window()
    window.add(Row("a", firm=True), 0.0)

    assert window.add(Row("a"), 0.0) is None
    assert len(window) == 2


def test_a_window_is_due_when_it_is_full_or_has_waited() -> None:
    window: Window[Row] = Window(most=2)
    assert not window.is_due(0.0)
    window.add(Row("a"), 0.0)
    assert not window.is_due(0.5)
    assert window.is_due(LONGEST_S)
    window.add(Row("b"), 0.0)
    assert window.is_due(0.0)
    assert window.release() is not None
    assert not window.is_due(0.0)


# ------------------------------------------------------------------------------------- dry runs


async def test_a_dry_run_sends_nothing_and_tells_what_it_would() -> None:
    wire = Wire()
    engine = single(["a:1", "!", "b:1"], wire, DRY)
    found = await outcomes_of(engine)

    assert wire.sent == []
    assert [found[n].status for n in range(3)] == ["updated", "failed", "updated"]
    assert (engine.report.requests, engine.report.dry_run) == (2, True)


async def test_a_dry_run_of_chunks_makes_the_same_chunks() -> None:
    wire = Wire()
    engine = chunked(["a:1", "b:1", "c:1", "d:1", "!"], wire, DRY)
    found = await outcomes_of(engine)

    assert wire.sent == []
    assert [found[n].status for n in range(5)] == ["accepted"] * 4 + ["failed"]
    assert engine.report.requests == 2


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(sentori=SentoriOptions(role_based=ROLE_BASED | {"kasse"})) as started:
        yield started


def client_of(sandbox: Sandbox, **limits: Any) -> AsyncSentori:
    options = Limits(**{"adaptive": False, **limits})
    return AsyncSentori(api_key=API_KEY, base_url=sandbox.url("sentori"), limits=options)


async def test_a_dry_run_estimates_its_time_at_the_present_limits(sandbox: Sandbox) -> None:
    rows = [f"a{n}@example.com" for n in range(100)]
    async with client_of(sandbox, rates=(Rate(10, per_s=1), Rate(1000, per_s=60))) as client:
        report = await client.bulk.add(rows, dry_run=True)

    assert report.estimated_s == pytest.approx(9.0)
    assert (report.requests, report.total, report.succeeded) == (100, 100, 100)
    assert sandbox.requests.count() == 0


async def test_without_limits_nobody_can_tell_the_time(sandbox: Sandbox) -> None:
    async with client_of(sandbox) as client:
        assert (await client.bulk.add(["a@example.com"], dry_run=True)).estimated_s is None


async def test_an_adaptive_rate_is_estimated_by_what_it_is_now(sandbox: Sandbox) -> None:
    async with client_of(sandbox, adaptive=True) as client:
        report = await client.bulk.add([f"a{n}@example.com" for n in range(60)], dry_run=True)

    assert report.estimated_s == pytest.approx(3.0)


async def test_the_ledger_of_a_dry_run_looks_like_any_but_is_no_journal_of_the_job(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "job.db"
    async with client_of(sandbox) as client:
        await client.bulk.add(["a@example.com", ""], dry_run=True, journal=path)
        with Ledger(path) as ledger:
            rows = [(row.contact, row.action, row.outcome) for row in ledger.rows()]
        with pytest.raises(BulkError, match="dry run"):
            await client.bulk.add(["a@example.com", ""], journal=path)

    assert rows == [("a@example.com", "add", "added"), ("", "add", "failed")]


# ------------------------------------------------------------------------------- flush_after_s


def test_rows_of_a_slow_input_do_not_wait_for_a_full_chunk() -> None:
    async def rows() -> AsyncIterator[str]:
        for row in ("a:1", "b:1", "c:1"):
            yield row
            await asyncio.sleep(4)

    wire = Wire()
    run(outcomes_of(chunked(rows(), wire, JobOptions(flush_after_s=5.0))))

    assert wire.sent == ["a:1,b:1", "c:1"]


def test_an_input_that_never_goes_on_still_flows() -> None:
    async def rows() -> AsyncIterator[str]:
        yield "a:1"
        await asyncio.sleep(1_000)

    async def main() -> float:
        async with OutcomeStream(chunked(rows(), Wire(), JobOptions(flush_after_s=5.0))) as stream:
            await anext(stream)
            return now()

    assert run(main()) == pytest.approx(5.0)


# ------------------------------------------------------------------------------------- evidence


def rows_of(*addresses: str, people: int = 20) -> list[dict[str, str]]:
    persons = [f"person{n}@example.com" for n in range(people)]
    return [{"EmailAddress": address} for address in [*addresses, *persons]]


async def imported(client: AsyncSentori, rows: Sequence[Any], evidence: Any) -> dict[str, str]:
    stream = client.bulk.stream("add_or_update", rows, via="import", evidence=evidence)
    async with stream as outcomes:
        return {outcome.contact: outcome.status async for outcome in outcomes}


async def test_counters_that_agree_let_local_reasons_stand_without_a_look_up(
    sandbox: Sandbox,
) -> None:
    async with client_of(sandbox) as client:
        found = await imported(client, rows_of("info@example.com", "no address"), "counts")

    assert (found.pop("info@example.com"), found.pop("no address")) == ("failed", "failed")
    assert set(found.values()) == {"accepted"}
    assert sandbox.requests.count() == 1


async def test_what_counters_leave_open_is_unknown(sandbox: Sandbox) -> None:
    """The account leaves out a word that nobody told us: it may be any address without a digit."""
    rows = rows_of("info@example.com", "kasse@example.com", "joe@example.com")
    async with client_of(sandbox) as client:
        found = await imported(client, rows, "counts")

    for address in ("info@example.com", "kasse@example.com", "joe@example.com"):
        assert found.pop(address) == "unknown"
    assert set(found.values()) == {"accepted"}
    assert sandbox.requests.count() == 1


async def test_rows_that_are_looked_up_are_all_named(sandbox: Sandbox) -> None:
    rows = rows_of("info@example.com", "kasse@example.com", "joe@example.com")
    async with client_of(sandbox) as client:
        found = await imported(client, rows, "rows")

    assert found.pop("info@example.com") == found.pop("kasse@example.com") == "failed"
    assert set(found.values()) == {"accepted"}


@given(
    st.lists(
        st.sampled_from(["info", "kasse", "joe", "x1", "no address", "sales", "mary.ann"]),
        unique=True,
    ),
    st.sampled_from(["rows", "counts"]),
)
async def test_no_row_that_was_left_out_is_told_as_taken(names: list[str], evidence: str) -> None:
    addresses = [name if " " in name else f"{name}@example.com" for name in names]
    """As long as the words that we know are among those of the platform."""
    roles = frozenset({"info", "sales", "kasse"})
    async with Sandbox(sentori=SentoriOptions(role_based=roles)) as sandbox:
        async with client_of(sandbox) as client:
            found = await imported(client, rows_of(*addresses, people=2), evidence)
        for address, status in found.items():
            there = " " not in address and sandbox.sentori.contacts.get(address) is not None
            assert status == "unknown" or (status == "accepted") is there, address


async def test_evidence_is_for_imports_that_count(sandbox: Sandbox) -> None:
    async with client_of(sandbox) as client:
        with pytest.raises(UnsupportedOperation, match="evidence is for imports"):
            await client.bulk.add_or_update([], evidence="rows")
    with pytest.raises(UnsupportedOperation, match="only count"):
        FakeChunkPlan().with_evidence("rows")
    plan = SentoriPlanner().plan_for("add_or_update", None, "import")
    with pytest.raises(InvalidInput, match="'rows' or 'counts', not 'none'"):
        plan.with_evidence("none")  # type: ignore[union-attr,arg-type]


# ------------------------------------------------------------------------- pause, speed, checks


async def test_a_pause_lets_nothing_begin_until_it_is_over() -> None:
    wire = Wire()
    stream = OutcomeStream(single(map(str, range(1000)), wire, JobOptions()))
    async with stream as outcomes:
        await anext(outcomes)
        stream.pause()
        await until(lambda: not wire.in_flight)
        sent = len(wire.sent)
        for _ in range(100):
            await asyncio.sleep(0)
        assert len(wire.sent) == sent < 1000
        stream.resume()
        assert 1 + len([outcome async for outcome in outcomes]) == 1000


async def test_a_paused_job_can_be_drained() -> None:
    wire = Wire()
    stream = OutcomeStream(single(map(str, range(1000)), wire, JobOptions()))
    async with stream as outcomes:
        await anext(outcomes)
        stream.pause()
        stream.drain()
        rest = [outcome async for outcome in outcomes]

    assert stream.report.total == 1 + len(rest) < 1000


async def test_a_report_tells_speed_and_what_is_left() -> None:
    engine = single(["a:1", "b:1"], Wire(), JobOptions())
    report = engine.report
    report.expected = 4
    assert (report.rows_per_s, report.eta_s) == (0.0, None)
    await engine.run()
    report.duration_s = 4.0

    assert (report.rows_per_s, report.eta_s) == (0.5, 4.0)


async def test_an_input_that_knows_its_size_says_so(sandbox: Sandbox) -> None:
    async with client_of(sandbox) as client:
        assert (await client.bulk.add([])).expected == 0
        assert (await client.bulk.add(iter([]))).expected is None


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"dedupe": "first"}, "dedupe is 'last' or None, not 'first'"),
        ({"flush_after_s": -1.0}, "zero or more"),
        ({"flush_after_s": float("nan")}, "zero or more"),
        ({"retry_failed": True}, "needs the journal"),
        ({"journal": ""}, "needs a file name"),
    ],
)
async def test_options_that_make_no_sense_are_refused(
    sandbox: Sandbox, options: Any, why: str
) -> None:
    async with client_of(sandbox) as client:
        with pytest.raises(ConfigurationError, match=why):
            await client.bulk.add(["a@example.com"], **options)
    assert sandbox.requests.count() == 0


async def test_a_resumed_job_skips_what_was_superseded(sandbox: Sandbox, tmp_path: Path) -> None:
    """Sent after the row that superseded it, it would undo that one."""
    rows = [
        {"EmailAddress": "a@example.com", "FirstName": "Old"},
        {"EmailAddress": "a@example.com", "FirstName": "New"},
    ]
    async with client_of(sandbox) as client:
        for _ in range(2):
            report = await client.bulk.add_or_update(
                rows, dedupe="last", journal=tmp_path / "job.db"
            )
            assert (report.skipped, report.succeeded) == (1, 1)

    assert sandbox.requests.count() == 1
    contact = sandbox.sentori.contacts.get("a@example.com")
    assert contact is not None
    assert contact["FirstName"] == "New"
