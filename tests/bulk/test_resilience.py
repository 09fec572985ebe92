"""Whatever goes wrong on the way, what the report says of a row is what became of it.

Random jobs over the real sender, calls, plans and engine, on a clock that jumps, against an
account of a few dictionaries behind a session that loses, doubles, delays and garbles.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from sentori_async.bulk.outcomes import BulkOutcome
from sentori_async.bulk.plan import RowPlan, Verb
from sentori_async.errors import ApiError
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.wire.message import Request, Response
from tests.account import ADDRESS, LIST, Account, Fields
from tests.bulk.runs import Job, Result, Row, done, for_writes, in_turn
from tests.faulty import (
    FINE,
    KEY_REFUSED,
    LATE,
    LOST,
    NOT_EXECUTED,
    TWICE,
    Fault,
    Record,
)

VERBS: tuple[Verb, ...] = (
    "add",
    "update",
    "add_or_update",
    "delete",
    "subscribe",
    "unsubscribe",
)
PEOPLE = [f"{name}@example.com" for name in ("ann", "bob", "cy", "dee")]

# ------------------------------------------------------------------------------- what rows mean


def plan_of(verb: Verb) -> RowPlan:
    target = LIST if verb in {"subscribe", "unsubscribe"} else None
    plan = SentoriPlanner().plan_for(verb, target, "single")
    assert isinstance(plan, RowPlan)
    return plan


def request_of(job: Job, index: int) -> Request:
    assert isinstance(job.plan, RowPlan)
    return job.plan.plan(job.rows[index]).call.request


def row_records(job: Job, result: Result) -> list[Record | None]:
    """Return what each row went through; rows of one path are sent in input order."""
    left = list(result.sent)
    found: list[Record | None] = []
    for outcome in result.outcomes:
        path = request_of(job, outcome.index).path
        mine = next((record for record in left if record.request.path == path), None)
        if mine is None:
            assert (outcome.status, outcome.attempts) == ("skipped", 0)
        else:
            left.remove(mine)
        found.append(mine)
    assert not left
    return found


def status_of(job: Job, answer: Response) -> str:
    """Return the status of a row that met this answer and nothing else."""
    if answer.status >= 300:
        return "failed"
    match job.verb:
        case "add":
            return "added"
        case "update":
            return "updated"
        case "add_or_update":
            return "added" if answer.status == 201 else "updated"
        case "delete":
            return "deleted"
        case _:
            return f"{job.verb}d"


def is_reached(job: Job, index: int, account: Account) -> bool:
    """Tell whether an account is as a row wants it."""
    row = job.rows[index]
    address, fields = (row, {}) if isinstance(row, str) else row
    key = address.lower()
    match job.verb:
        case "delete":
            return key not in account.contacts
        case "subscribe" | "unsubscribe":
            return (key in account.subscribed) is (job.verb == "subscribe")
        case _:
            new_key = fields.get(ADDRESS, address).lower()
            if job.verb == "update" and new_key != key and key in account.contacts:
                return False
            contact = account.contacts.get(new_key)
            return contact is not None and all(
                contact.get(name) == (value.strip() or None) for name, value in fields.items()
            )


def follow(job: Job, result: Result) -> None:
    """Go through the outcomes in the order of the rows, with every state they leave possible.

    A row that succeeded was carried out, or found as it was sent after an answer was lost; one
    that failed was refused for what it says, and changed nothing; one that is unknown did either.
    """
    possible = [job.account]
    for outcome, record in zip(result.outcomes, row_records(job, result), strict=True):
        after = [
            account
            for before in possible
            for account in accounts_after(job, before, outcome, record)
        ]
        possible = [account for n, account in enumerate(after) if account not in after[:n]]
        assert possible, f"{outcome!r} cannot be: {record}"
    assert result.account in possible


def accounts_after(
    job: Job, before: Account, outcome: BulkOutcome, record: Record | None
) -> Iterator[Account]:
    """Yield what may be there after a row of this outcome."""
    after = before.copy()
    answer = after.answer(request_of(job, outcome.index))
    done_now = answer.status < 300
    is_doubtful = record is not None and record.is_doubtful
    match outcome.status:
        case "skipped":
            yield before
        case "failed":
            if is_about(outcome.error, answer):
                yield before
        case "unknown":
            yield before
            if done_now:
                yield after
        case status if done_now and status in {status_of(job, answer), "upserted"}:
            assert status != "upserted" or is_doubtful
            yield after
        case _ if is_doubtful and is_reached(job, outcome.index, before):
            yield before
        case _:
            pass


def is_about(error: object, answer: Response) -> bool:
    """Tell whether a refusal is the one that this answer gives; one without a code always is."""
    if not isinstance(error, ApiError) or error.code is None:
        return True
    return answer.status >= 300 and answer.json()["Code"] == error.code


def check_rows(job: Job, result: Result) -> None:
    """See that each row's outcome fits what the row itself went through."""
    assert [outcome.index for outcome in result.outcomes] == list(range(len(result.outcomes)))
    for outcome, record in zip(result.outcomes, row_records(job, result), strict=True):
        if record is None:
            assert outcome.status == "skipped"
            continue
        assert record.changed <= 1, f"{outcome!r} took effect twice: {record}"
        if outcome.status in {"failed", "skipped"}:
            assert record.changed == 0, f"{outcome!r} took effect: {record}"
        if outcome.status == "unknown":
            assert record.is_doubtful, f"{outcome!r} was never lost: {record}"
            assert not record.is_acknowledged, f"{outcome!r} was acknowledged: {record}"
        assert outcome.attempts == len(record.writes)
    report = result.report
    assert report.requests == result.requests
    assert report.total == len(result.outcomes)
    if result.cause is None:
        assert report.total == len(job.rows)
        assert report.skipped == 0


# ------------------------------------------------------------------------------- random jobs

values = st.sampled_from(["Ann", "Bo ", "", "gold"])
some_fields = st.dictionaries(st.sampled_from(["FirstName", "LastName", "Tier"]), values)
telling_fields = st.dictionaries(
    st.sampled_from(["FirstName", "LastName", "Tier"]), values, min_size=1
)
empty_fields = dict.fromkeys(("FirstName", "LastName", "Tier"))
stored_fields = some_fields.map(
    lambda fields: empty_fields | {name: text.strip() or None for name, text in fields.items()}
)
people = st.sampled_from(PEOPLE)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    held = draw(st.dictionaries(people, stored_fields))
    contacts = {key: {ADDRESS: key, **fields} for key, fields in held.items()}
    return Account(contacts, {key for key in contacts if draw(st.booleans())})


@st.composite
def rows(draw: st.DrawFn, verb: Verb, fields: st.SearchStrategy[Fields]) -> Row:
    person = draw(people)
    if verb in {"delete", "subscribe", "unsubscribe"}:
        return person
    row = dict(draw(fields))
    if verb != "add" and draw(st.booleans()):
        row[ADDRESS] = draw(st.sampled_from([*PEOPLE, "new@example.com"]))
    if draw(st.integers(0, 9)) == 9:
        row["Wrong"] = "x"
    return person, row


@st.composite
def jobs(
    draw: st.DrawFn,
    fields: st.SearchStrategy[Fields] = some_fields,
    attempts: int | None = None,
) -> Job:
    verb = draw(st.sampled_from(VERBS))
    return Job(
        verb=verb,
        plan=plan_of(verb),
        rows=draw(st.lists(rows(verb, fields), min_size=1, max_size=10)),
        account=draw(accounts()),
        workers=draw(st.integers(1, 5)),
        seed=draw(st.integers(0, 999)),
        adaptive=draw(st.booleans()),
        attempts=attempts or draw(st.integers(1, 4)),
    )


# A few kinds at a time: what goes wrong only where two of them meet is met sooner.
def few_of(kinds: Sequence[Fault]) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.sampled_from(kinds), min_size=1, max_size=4, unique=True)


any_faults = few_of([TWICE, *LOST, *NOT_EXECUTED, KEY_REFUSED]).flatmap(
    lambda kinds: st.lists(st.sampled_from([FINE, *kinds]), max_size=40)
)


@settings(max_examples=400)
@given(job=jobs(), faults=any_faults)
def test_no_fault_makes_the_report_wrong(job: Job, faults: list[Fault]) -> None:
    result = done(job, in_turn(faults))
    check_rows(job, result)
    follow(job, result)


# ------------------------------------------------------------- faults that attempts suffice for

outlived = [fault for fault in (TWICE, *LOST, *NOT_EXECUTED) if fault.passes]
few_faults = few_of(outlived).flatmap(
    lambda kinds: st.lists(st.lists(st.sampled_from(kinds), max_size=3), max_size=10)
)


@settings(max_examples=200)
@given(job=jobs(telling_fields, attempts=4), faults=few_faults)
def test_three_faults_of_a_row_change_nothing(job: Job, faults: list[list[Fault]]) -> None:
    """As many as there are attempts left: every row ends as without them, and none is unknown.

    Where an answer was lost, a contact found as it was sent counts as the row's own doing, and
    whether an upsert created it is no longer known.
    Only a rename that finds the new address with other values cannot tell whether it was that.
    """
    result = done(job, for_writes(faults))
    check_rows(job, result)
    account = job.account.copy()
    for outcome, record in zip(result.outcomes, row_records(job, result), strict=True):
        assert record is not None
        was_reached = is_reached(job, outcome.index, account)
        expected = status_of(job, account.answer(request_of(job, outcome.index)))
        if outcome.status == expected:
            continue
        assert record.is_doubtful
        if expected != "failed":
            assert outcome.status == "upserted"
        elif not was_reached:
            assert outcome.status == "unknown"
            assert job.verb == "update"
            assert ADDRESS in job.rows[outcome.index][1]
        else:
            assert outcome.ok
    assert result.account == account


# ----------------------------------------------------------------------- requests that come late


@st.composite
def jobs_of_strangers(draw: st.DrawFn) -> Job:
    """Draw a job whose rows have nothing to do with each other."""
    verb = draw(st.sampled_from(VERBS))
    drawn: list[Row] = []
    contacts: dict[str, Fields] = {}
    for n in range(draw(st.integers(1, 6))):
        person, other = f"p{n}@example.com", f"q{n}@example.com"
        fields = dict(draw(telling_fields))
        if verb in {"update", "add_or_update"} and draw(st.booleans()):
            fields[ADDRESS] = other
        drawn.append((person, fields) if verb in {"add", "update", "add_or_update"} else person)
        there = draw(st.sampled_from([(), (person,), (other,), (person, other)]))
        contacts |= {key: {ADDRESS: key, **draw(stored_fields)} for key in there}
    account = Account(contacts, set(contacts))
    attempts = draw(st.integers(1, 4))
    return Job(verb=verb, plan=plan_of(verb), rows=drawn, account=account, attempts=attempts)


late_faults = few_of([*LATE, *LOST]).flatmap(
    lambda kinds: st.lists(st.sampled_from([FINE, *kinds]), max_size=25)
)


@settings(max_examples=200)
@given(job=jobs_of_strangers(), faults=late_faults)
def test_a_request_that_takes_effect_late_makes_no_outcome_wrong(
    job: Job, faults: list[Fault]
) -> None:
    """Nor does one that takes effect after the row has ended, or the job."""
    result = done(job, in_turn(faults))
    check_rows(job, result)
    for outcome in result.outcomes:
        if outcome.ok:
            assert is_reached(job, outcome.index, result.account), f"{outcome!r} is not there"


soon = [fault for fault in LATE if fault.late_s is not None and fault.late_s < 60.0]
soon_faults = few_of([*soon, *LOST]).flatmap(
    lambda kinds: st.lists(st.sampled_from([FINE, *kinds]), max_size=25)
)


@settings(max_examples=200)
@given(job=jobs(), faults=soon_faults)
def test_no_row_overtakes_an_earlier_one_of_its_contact(job: Job, faults: list[Fault]) -> None:
    """Not even a request that takes effect as late again as it was waited for."""
    result = done(job, in_turn(faults))
    check_rows(job, result)
    follow(job, result)
