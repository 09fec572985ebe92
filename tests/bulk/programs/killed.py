"""Run jobs with a journal, each in a process of its own that may kill itself at a boundary.

A line of standard input is one run, as JSON; the line of output is the report's counts, "killed"
or what was raised.
A boundary is the moment before and the moment after each statement that the journal puts down.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from typing import Any

from sentori_async import AsyncSentori, Limits
from sentori_async.bulk.journal.store import Store
from sentori_async.errors import BulkError


def kill_at(boundary: int) -> None:
    """Let this process end as with kill -9 at its n-th boundary; 0 is none."""
    put, passed = Store._put, 0

    def passing() -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def killing(self: Store, intents: list[Any], outcomes: list[Any]) -> None:
        passing()
        put(self, intents, outcomes)
        passing()

    Store._put = killing  # type: ignore[method-assign]


async def run(job: dict[str, Any]) -> dict[str, Any]:
    limits = Limits(concurrency=job["workers"], rates=(), adaptive=False)
    async with AsyncSentori(base_url=job["base_url"], api_key=job["key"], limits=limits) as client:
        verb = getattr(client.bulk, job["verb"])
        report = await verb(job["rows"], via=job["via"], journal=job["journal"])
    return {
        "by_status": dict(report.by_status),
        "requests": report.requests,
        "errors": dict(report.by_error),
    }


def ended(job: dict[str, Any]) -> Any:
    """Run a job, no file of which may grow beyond a bound, and return what came of it."""
    if bound := job.get("most_bytes"):
        resource.setrlimit(resource.RLIMIT_FSIZE, (bound, bound))
    try:
        return asyncio.run(run(job))
    except BulkError as error:
        return {"error": str(error), "by_status": dict(error.report.by_status)}


def tell(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    for line in sys.stdin:
        job = json.loads(line)
        child = os.fork()
        if not child:
            kill_at(job["kill_at"])
            tell(ended(job))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
            tell("killed")
        elif status:
            tell(f"ended with {status}")


if __name__ == "__main__":
    main()
