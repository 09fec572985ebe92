"""Run one sync that may kill itself at a boundary; its options are the argument, as JSON.

A boundary is the moment before and the moment after each change of the state file.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from sentori_async import AsyncSentori, Limits
from sentori_async.bulk.sync.state import State


def kill_at(boundary: int) -> None:
    """Let this process end as with kill -9 at its n-th boundary; 0 is none."""
    passed = 0

    def passing() -> None:
        nonlocal passed
        passed += 1
        if passed == boundary:
            os.kill(os.getpid(), signal.SIGKILL)

    def killing(do: Callable[..., Any]) -> Callable[..., Any]:
        def done(*args: Any, **options: Any) -> Any:
            passing()
            result = do(*args, **options)
            passing()
            return result

        return done

    for name in ("open", "compare", "to_send", "to_remove", "settle"):
        setattr(State, name, killing(getattr(State, name)))


async def run(job: dict[str, Any]) -> None:
    limits = Limits(concurrency=3, rates=(), adaptive=False)
    async with AsyncSentori(base_url=job["base_url"], api_key=job["key"], limits=limits) as client:
        report = await client.bulk.sync(
            job["rows"], state=job["state"], missing="delete", max_removals=1.0
        )
    told = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "removed")}
    sys.stdout.write(json.dumps({**told, "requests": report.requests}))


def main() -> None:
    job = json.loads(sys.argv[1])
    kill_at(job["kill_at"])
    asyncio.run(run(job))


if __name__ == "__main__":
    main()
