"""The soak finds every wrong there can be, and bulk jobs have none while everything goes wrong."""

from __future__ import annotations

import asyncio
import io
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import orjson
import pytest

from benchmarks import soak_client, soak_faults, soak_jobs, soak_rows
from benchmarks.soak import Result, main
from benchmarks.soak_jobs import JOBS, Job, Truth
from benchmarks.soak_rows import ADDRESS, old
from benchmarks.soak_verdict import Account, Told, Verdict, judged
from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.faults import KINDS

ROOT = Path(__file__).parents[2]
ROWS = 100
BY_NAME = {job.name: job for job in JOBS}


# ------------------------------------------------------------------------------ without a fault


@attrs.frozen
class Run:
    """A job that met no fault: what it left, and what was said of it."""

    job: Job
    truth: Truth
    told: list[Told]
    account: Account
    seen: int

    def verdict(self) -> Verdict:
        return judged(
            self.job, self.truth, self.told, self.account, rows=len(self.told), seen=self.seen
        )


def ran(job: Job, rows: int = ROWS) -> Run:
    sandbox = Sandbox()
    out = io.BytesIO()
    with sandbox.in_thread():
        soak_jobs.prepare(sandbox.sentori, rows)
        account = asyncio.run(soak_client.run(job, sandbox.url("sentori"), rows, out))
        told = [Told(*orjson.loads(line)) for line in out.getvalue().splitlines()]
        return Run(job, Truth.of(sandbox.sentori), told, account, sandbox.requests.count())


@pytest.fixture(scope="module")
def runs() -> dict[str, Run]:
    return {name: ran(job) for name, job in BY_NAME.items() if not job.adaptive}


@pytest.mark.parametrize("name", [job.name for job in JOBS if not job.adaptive])
def test_a_job_without_faults_is_told_as_its_rows_expect(runs: dict[str, Run], name: str) -> None:
    """So what the soak expects of a row is what the platform does with it."""
    run = runs[name]
    verdict = run.verdict()

    assert verdict == Verdict(rows=ROWS)
    refused = {n for n in range(ROWS) if run.job.row(n).refusals}
    failed = {told.index for told in run.told if told.status == "failed"}
    assert failed <= refused
    assert failed


# --------------------------------------------------------------------------------- every wrong


def contact(run: Run, address: str, **values: Any) -> Run:
    """Give a contact other values."""
    changed = {**run.truth.contacts[address], **values}
    contacts = {**run.truth.contacts, address: changed}
    return attrs.evolve(run, truth=attrs.evolve(run.truth, contacts=contacts))


def contacts(run: Run, *, gone: str = "", there: str = "") -> Run:
    """Take a contact away, or put one there."""
    left = {address: one for address, one in run.truth.contacts.items() if address != gone}
    if there:
        left[there] = {ADDRESS: there, **dict.fromkeys(("CRMID", "FirstName", "LastName"))}
    return attrs.evolve(run, truth=attrs.evolve(run.truth, contacts=left))


def told(run: Run, index: int, *, status: str, error: str | None = None) -> Run:
    """Say something else of a row, in its outcome and in the report."""
    outcomes = [
        attrs.evolve(one, status=status, error=error) if one.index == index else one
        for one in run.told
    ]
    account = attrs.evolve(run.account, by_status=dict(Counter(one.status for one in outcomes)))
    return attrs.evolve(run, told=outcomes, account=account)


def grouped(run: Run, notes: tuple[str, ...] = ()) -> Run:
    """Double an upload group."""
    name, members = next(iter(run.truth.groups.items()))
    truth = attrs.evolve(run.truth, groups={name: members, "TWICE001": members})
    return attrs.evolve(run, truth=truth, account=attrs.evolve(run.account, notes=notes))


def listed(run: Run, address: str, times: int) -> Run:
    """Put an address on the list so many times."""
    members = Counter({**run.truth.members, address: times})
    return attrs.evolve(run, truth=attrs.evolve(run.truth, members=members))


def entered(run: Run, address: str, times: int) -> Run:
    """Put an address into the autoresponder so many times."""
    entries = Counter({**run.truth.entries, address: times})
    return attrs.evolve(run, truth=attrs.evolve(run.truth, entries=entries))


TAMPERED: dict[str, tuple[str, Callable[[Run], Run], str]] = {
    "no outcome": ("add", lambda run: attrs.evolve(run, told=run.told[1:]), "misreported"),
    "an outcome too many": (
        "add",
        lambda run: attrs.evolve(run, told=[*run.told, run.told[0]]),
        "misreported",
    ),
    "added and not there": ("add", lambda run: contacts(run, gone="new.30@example.com"), "lost"),
    "added with other values": (
        "add",
        lambda run: contact(run, "new.30@example.com", FirstName="x"),
        "misreported",
    ),
    "failed though added": (
        "add",
        lambda run: told(run, 30, status="failed", error="ServerError"),
        "misreported",
    ),
    "skipped though added": ("add", lambda run: told(run, 30, status="skipped"), "misreported"),
    "refused for no reason": (
        "add",
        lambda run: told(
            contacts(run, gone="new.30@example.com"), 30, status="failed", error="AlreadyExists"
        ),
        "misreported",
    ),
    "a success with another's values": (
        "add",
        lambda run: told(run, 0, status="added"),
        "misreported",
    ),
    "added by nobody": ("add", lambda run: contacts(run, there="x@example.com"), "doubled"),
    "changed by nobody": (
        "add",
        lambda run: contact(run, old(ROWS), LastName="x"),
        "doubled",
    ),
    "updated and put back": (
        "update",
        lambda run: contact(run, old(8), FirstName="First 8"),
        "misreported",
    ),
    "updated at a renamed contact's old address": (
        "update",
        lambda run: contacts(run, there=old(4)),
        "misreported",
    ),
    "renamed and not there": (
        "update",
        lambda run: contacts(run, gone="new.3@example.com"),
        "lost",
    ),
    "one of two changed": (
        "add_or_update",
        lambda run: contact(run, old(7), KnownAs="x"),
        "misreported",
    ),
    "added though it was there": (
        "add_or_update",
        lambda run: told(run, 20, status="added"),
        "misreported",
    ),
    "deleted and there": ("delete", lambda run: contacts(run, there=old(30)), "lost"),
    "deleted and not told": (
        "delete",
        lambda run: told(run, 30, status="failed", error="ServerError"),
        "misreported",
    ),
    "deleted by nobody": ("delete", lambda run: contacts(run, gone=old(ROWS)), "doubled"),
    "subscribed and not on the list": (
        "subscribe",
        lambda run: listed(run, old(30), 0),
        "lost",
    ),
    "twice on the list": (
        "subscribe",
        lambda run: listed(run, old(30), 2),
        "doubled",
    ),
    "on the list unasked": (
        "subscribe",
        lambda run: listed(run, old(ROWS), 1),
        "doubled",
    ),
    "entered twice": (
        "autoresponder",
        lambda run: entered(run, old(30), 2),
        "doubled",
    ),
    "two groups": ("import", grouped, "doubled"),
    "a job that was aborted": (
        "add",
        lambda run: attrs.evolve(run, account=attrs.evolve(run.account, aborted="why")),
        "misreported",
    ),
    "requests that were not counted": (
        "add",
        lambda run: attrs.evolve(run, seen=run.seen + 1),
        "misreported",
    ),
    "rows counted otherwise": (
        "add",
        lambda run: attrs.evolve(run, account=attrs.evolve(run.account, by_status={})),
        "misreported",
    ),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_every_wrong_is_found_and_put_in_words(runs: dict[str, Run], case: str) -> None:
    name, tamper, wrong = TAMPERED[case]
    verdict = tamper(runs[name]).verdict()

    assert getattr(verdict, wrong) >= 1
    assert verdict.wrongs


def test_a_row_without_an_outcome_is_lost(runs: dict[str, Run]) -> None:
    run = runs["add"]
    verdict = judged(run.job, run.truth, run.told[1:], run.account, rows=ROWS, seen=run.seen)

    assert verdict.lost == 1


def test_a_second_upload_group_that_the_report_names_is_not_hidden(runs: dict[str, Run]) -> None:
    assert grouped(runs["import"], ("besides TWICE001, another may exist",)).verdict().wrong == 0


def test_unknown_rows_are_counted_with_what_became_of_them(runs: dict[str, Run]) -> None:
    run = told(runs["add"], 30, status="unknown")
    run = told(contacts(run, gone="new.31@example.com"), 31, status="unknown")
    verdict = run.verdict()

    assert (verdict.wrong, verdict.unknown, verdict.unknown_done) == (0, 2, 1)


@pytest.mark.parametrize(
    ("job", "rate", "unknown", "requests", "passes"),
    [
        ("add", 0.05, 0, 1300, True),
        ("add", 0.05, 1, 1300, False),
        ("add", 0.05, 0, 1301, False),
        ("add", 0.20, 9, 2000, True),
        ("autoresponder", 0.05, 9, 1000, True),
    ],
)
def test_few_rows_may_be_unknown_and_few_requests_sent_where_few_go_wrong(
    job: str, rate: float, unknown: int, requests: int, passes: bool
) -> None:
    result = Result(
        job=BY_NAME[job],
        rate=rate,
        account=Account(by_status={}, requests=requests, retries=0, duration_s=1.0, peak_bytes=0),
        verdict=Verdict(rows=1000, unknown=unknown),
        seen=requests,
        injected={},
    )
    assert (not result.faults) is passes


# ------------------------------------------------------------------------------------ the faults


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.2])
def test_just_the_wanted_share_of_requests_goes_wrong(rate: float) -> None:
    script = soak_faults.script(rate, seed=1, duplicates=True)
    fine = 1.0
    for rule in script.rules:
        fine *= 1.0 - rule.probability

    assert 1.0 - fine == pytest.approx(rate)
    drawn = sum(script.draw("contacts.add", "POST") is not None for _ in range(20_000))
    assert drawn / 20_000 == pytest.approx(rate, abs=0.01)


def test_every_kind_of_fault_that_a_row_can_survive_is_in_the_mix() -> None:
    script = soak_faults.script(0.2, seed=1, duplicates=True)

    assert {rule.fault.kind for rule in script.rules} == KINDS.keys() - {"oversized", "gzip_bomb"}


def test_rows_of_a_job_are_the_same_in_every_process() -> None:
    for job in JOBS:
        assert [job.row(n) for n in range(200)] == [job.row(n) for n in range(200)]
    assert len({fields[ADDRESS] for fields in soak_rows.seeds(200)}) == 204


# -------------------------------------------------------------------------------- the whole soak


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run a small soak once; return what it printed and what it wrote."""
    file = tmp_path_factory.mktemp("soak") / "soak.json"
    command = [sys.executable, "-m", "benchmarks.soak", "--rows", "1500", "--rates", "20"]
    names = ["add", "update", "subscribe", "import"]
    done = subprocess.run(
        [*command, "--seed", "1", "--jobs", *names, "--json", str(file)],
        capture_output=True,
        check=False,
        cwd=ROOT,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_bytes())


def test_nothing_is_lost_doubled_or_misreported_when_a_fifth_of_all_requests_fail(
    soaked: tuple[str, dict[str, Any]],
) -> None:
    _, written = soaked

    assert [run["job"] for run in written["jobs"]] == ["add", "update", "subscribe", "import"]
    for run in written["jobs"]:
        verdict = run["verdict"]
        assert (verdict["rows"], verdict["wrongs"]) == (1500, [])
        assert [verdict[wrong] for wrong in ("lost", "doubled", "misreported")] == [0, 0, 0]
        assert run["account"]["peak_bytes"] > 0
    for run in written["jobs"][:3]:
        assert sum(run["injected"].values()) / run["seen"] == pytest.approx(0.2, abs=0.05)
        assert run["account"]["retries"] > 100


def test_the_table_has_a_line_for_every_job(soaked: tuple[str, dict[str, Any]]) -> None:
    printed, written = soaked
    lines = [line.split("|") for line in printed.splitlines()[2:]]

    assert [line[1].strip() for line in lines] == [run["job"] for run in written["jobs"]]
    assert {line[2].strip() for line in lines} == {"20%"}


@pytest.mark.parametrize(
    "wrong",
    [["--rates", "5,100"], ["--rates", "many"], ["--rows", "0"], ["--jobs", "nothing"]],
)
def test_misuse_is_refused_before_anything_runs(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(wrong)

    assert ended.value.code == 2
    assert wrong[-1] in capsys.readouterr().err
