"""Measure one client once, in this process: ``python -m benchmarks.client NAME ...``.

The measurement is printed as one line of JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import inspect
from collections.abc import Callable
from typing import Any

import attrs
import orjson

from benchmarks.contenders import BY_NAME, Contender
from benchmarks.machine import pin
from benchmarks.work import Sample, Work, WrongResultError


def measure(contender: Contender, port: int, requests: int, in_flight: int | None = None) -> Sample:
    """Return how a client did, with as many requests under way as it has by default, or said.

    Raises:
        WrongResultError: It did something else.
    """
    module, _, function = contender.entry.partition(":")
    do: Callable[[Work], Any] = getattr(
        importlib.import_module(f"benchmarks.clients.{module}"), function
    )
    work = Work(port, requests, in_flight or contender.in_flight)
    if inspect.iscoroutinefunction(do):
        with asyncio.Runner(loop_factory=_loop_factory(contender)) as runner:
            runner.run(do(work))
    else:
        do(work)
    if work.sample is None:
        msg = "nothing was timed"
        raise WrongResultError(msg)
    return work.sample


def _loop_factory(contender: Contender) -> Callable[[], asyncio.AbstractEventLoop] | None:
    if contender.loop == "asyncio":
        return None
    import uvloop

    return uvloop.new_event_loop


def main() -> None:
    """Measure the client that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.client", description=__doc__)
    parser.add_argument("name", choices=BY_NAME)
    parser.add_argument("--port", type=int, required=True, help="where the stub server is")
    parser.add_argument("--requests", type=int, required=True, help="how many to time")
    parser.add_argument("--in-flight", type=int, help="how many may be under way at once")
    parser.add_argument("--core", type=int, help="the core to stay on")
    options = parser.parse_args()
    pin(options.core)
    sample = measure(BY_NAME[options.name], options.port, options.requests, options.in_flight)
    print(orjson.dumps(attrs.asdict(sample)).decode())


if __name__ == "__main__":
    main()
