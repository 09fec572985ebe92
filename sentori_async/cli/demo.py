"""`sentori demo`: a messy file arrives in a local account."""

from __future__ import annotations

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
            before = len(await client.mailing_lists.subscribers(_LIST))
            code = await run_sync(client, plan, count, output)
            if code not in {OK, FAILED}:
                return code
            after = len(await client.mailing_lists.subscribers(_LIST))
    output.line()
    output.line(f"{_LIST} had {before:,} subscribers who can be mailed; now it has {after:,}.")
    # Some rows of a messy file cannot be sent: that is what the demonstration shows.
    return OK
