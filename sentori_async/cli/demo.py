"""`sentori demo`: a messy file arrives in a local account."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

import sentori_async
from sentori_async.cli.columns import require_address
from sentori_async.cli.exits import FAILED, OK, STOPPED
from sentori_async.cli.output import AsJson, Force, Output, Quiet, Report
from sentori_async.cli.report_file import default_path
from sentori_async.cli.running import guarded, run_async
from sentori_async.cli.sync import SyncPlan, run_sync, survey
from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sentori.client import AsyncSentori
from sentori_async.platforms.sentori.inputs import contact_key
from sentori_async.sandbox import API_KEY, Sandbox, seed_demo
from sentori_async.sources import open_rows

_LIST: Final = "LISTID01"


def demo(
    file: Annotated[
        Path | None, Parameter(help="The file to sync; examples/contacts.csv if not given.")
    ] = None,
    /,
    *,
    report: Report = None,
    force: Force = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Sync a messy file into a local account, and return the exit code."""
    output = Output(as_json=as_json, quiet=quiet)

    def work() -> int:
        path = file or _example()
        plan = SyncPlan(
            path=path,
            rows=open_rows(path),
            ignore_unknown=True,
            list_id=_LIST,
            report=report or default_path(path),
            force=force,
        )
        require_address(plan.rows.columns, plan.said)
        return run_async(_demo(plan, survey(plan, output), output))

    return guarded(output, work, lambda _: STOPPED)


def _example() -> Path:
    """Return the example file of a clone.

    Raises:
        ConfigurationError: This is no clone: the package came without it.
    """
    path = Path(sentori_async.__file__).parent.parent / "examples" / "contacts.csv"
    if path.is_file():
        return path
    raise ConfigurationError(
        "the example file comes with the project's source only: "
        "name a file of your own, as in `sentori demo contacts.csv`"
    )


async def _demo(plan: SyncPlan, count: int, output: Output) -> int:
    async with Sandbox() as sandbox:
        seed_demo(sandbox)
        url = sandbox.url("sentori")
        async with AsyncSentori(api_key=API_KEY, base_url=url) as client:
            output.note(f"A local account plays Sentori at {url}")
            before = _members(sandbox)
            code = await run_sync(client, plan, count, output)
            if code not in {OK, FAILED}:
                return code
            mailed = len(await client.mailing_lists.subscribers(_LIST))
            members = _members(sandbox)
    output.line()
    output.line((f"Why {count:,} rows make {mailed:,} subscribers who can be mailed", "bold"))
    for number, why in _difference(plan, count, before, members, mailed):
        output.line(f"  {number:>+9,}  {why}" if number else f"  {number:>9}  {why}")
    output.line(f"  {mailed:>9,}  subscribers of {_LIST} who can be mailed now")
    # Some rows of a messy file cannot be sent: that is what the demonstration shows.
    return OK


def _members(sandbox: Sandbox) -> set[str]:
    """Return who subscribes to the list, whether they can be mailed or not."""
    return set(map(contact_key, sandbox.sentori.mailing_lists.members(_LIST)))


def _difference(
    plan: SyncPlan, count: int, before: set[str], members: set[str], mailed: int
) -> list[tuple[int, str]]:
    """Return what leads from the rows to the subscribers, as numbers that add up to theirs."""
    with plan.report.open(encoding="utf-8", newline="") as file:
        done = [
            contact_key(line["contact"])
            for line in csv.DictReader(file)
            if line["status"] == "subscribed"
        ]
    contacts = set(done)
    return [
        (count, "rows in the file"),
        (len(done) - count, "failed or skipped rows: the reasons are above"),
        (len(contacts) - len(done), "further rows of contacts that have more than one"),
        (-len(contacts & before), "contacts who were subscribed already"),
        (len(before), "subscribers before"),
        (mailed - len(members), "subscribers who are suppressed or marked bad: never mailed"),
    ]
