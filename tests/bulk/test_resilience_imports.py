"""Whatever goes wrong with an import, its rows are accounted for, and so are its upload groups."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.platforms.sentori.bulk import _ImportPlan
from tests.account import ADDRESS, Account, Fields
from tests.bulk.runs import Job, Result, done, in_turn
from tests.faulty import FINE, LOST, NOT_EXECUTED, Fault, Record

CHUNK = 3
PEOPLE = [f"{name}@example.com" for name in ("ann", "bob", "cy", "dee", "eve")]


fields = st.dictionaries(
    st.sampled_from(["FirstName", "LastName", "Tier"]),
    st.sampled_from(["Ann", "Bo ", "", "gold"]),
    min_size=1,
)


@st.composite
def jobs(draw: st.DrawFn) -> Job:
    people = st.sampled_from(PEOPLE)
    held = draw(st.dictionaries(people, fields))
    contacts = {key: {ADDRESS: key, **stored(values)} for key, values in held.items()}
    return Job(
        verb="add_or_update",
        plan=_ImportPlan(max_rows=CHUNK),
        rows=draw(st.lists(st.tuples(people, fields), min_size=1, max_size=10)),
        account=Account(contacts),
        seed=draw(st.integers(0, 999)),
        adaptive=draw(st.booleans()),
    )


def stored(values: Fields) -> Fields:
    return {name: text.strip() or None for name, text in values.items()}


def contacts_of(record: Record) -> list[str]:
    return [row[ADDRESS] for row in orjson.loads(record.request.body or b"")["Contacts"]]


def follow(job: Job, result: Result) -> None:
    """Go through each contact's rows with every set of values that they leave possible.

    A row that a later one of its chunk took in is skipped, and counts with that one.
    """
    for person in PEOPLE:
        before = job.account.contacts.get(person, {})
        possible = [{name: value for name, value in before.items() if value is not None}]
        merged: Fields = {}
        for outcome in result.outcomes:
            if outcome.contact != person:
                continue
            row = job.rows[outcome.index]
            merged |= stored(row[1]) if isinstance(row, tuple) else {}
            if outcome.status == "skipped" and outcome.error is None:
                continue
            after = [present({**values, ADDRESS: person, **merged}) for values in possible]
            match outcome.status:
                case "accepted":
                    possible = after
                case "unknown":
                    possible += after
                case status:
                    assert status in {"failed", "skipped"}
            merged = {}
        assert present(result.account.contacts.get(person, {})) in possible


def present(values: Fields) -> Fields:
    return {name: value for name, value in values.items() if value is not None}


def check_chunks(result: Result) -> None:
    """See that what became of each import fits what its requests went through."""
    left = {person: [r for r in result.sent if person in contacts_of(r)] for person in PEOPLE}
    for outcome in result.outcomes:
        if outcome.status in {"failed", "accepted", "unknown"}:
            record = left[outcome.contact].pop(0)
            assert outcome.status != "failed" or record.changed == 0, f"it took effect: {record}"
            assert outcome.status != "unknown" or record.is_doubtful, f"never lost: {record}"
    assert len(result.report.notes) >= noted_at_least(result)
    assert result.report.requests == result.requests
    assert result.report.total == len(result.outcomes)


def noted_at_least(result: Result) -> int:
    """Return how many imports surely left something behind that no outcome shows."""
    known = {outcome.contact for outcome in result.outcomes if outcome.ok}
    return sum(
        record.changed > 1 and bool(known.intersection(contacts_of(record)))
        for record in result.sent
    )


# The platform itself takes a request that is delivered twice for two imports.
once = [fault for fault in (*LOST, *NOT_EXECUTED) if fault.executed < 2]


def few_of(kinds: Sequence[Fault]) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.sampled_from(kinds), min_size=1, max_size=4, unique=True)


faults = few_of(once).flatmap(lambda kinds: st.lists(st.sampled_from([FINE, *kinds]), max_size=30))


@given(job=jobs(), met=faults)
def test_no_fault_makes_the_report_of_an_import_wrong(job: Job, met: list[Fault]) -> None:
    result = done(job, in_turn(met))
    check_chunks(result)
    follow(job, result)


@given(job=jobs(), met=st.sampled_from([fault for fault in once if fault.passes]))
def test_one_lost_answer_leaves_no_row_of_an_import_unknown(job: Job, met: Fault) -> None:
    result = done(job, in_turn([met]))
    check_chunks(result)
    follow(job, result)
    assert {outcome.status for outcome in result.outcomes} <= {"accepted", "skipped"}
