"""`sentori sandbox`: local accounts to try things on."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.types import Port

from sentori_async.cli.exits import OK, STOPPED
from sentori_async.cli.output import AsJson, Output
from sentori_async.cli.running import guarded, run_async
from sentori_async.registry import STEMS, client_class
from sentori_async.sandbox import FaultScript, Sandbox, seed_demo


def sandbox(
    *,
    port: Annotated[
        Port, Parameter(show_default=True, help="The port to listen on; 0 takes any free one.")
    ] = 8080,
    state: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="A file that keeps the accounts from one run to the next; "
            "it holds contact data, and only you can read it.",
        ),
    ] = None,
    seed: Annotated[
        bool,
        Parameter(
            help="Start Sentori with some contacts, lists, suppressions, emails and a report, "
            "Sent with a template and Spotzee with a subscription type."
        ),
    ] = False,
    faults: Annotated[
        Path | None,
        Parameter(
            metavar="FILE",
            help="A TOML file that says what goes wrong, where and how often: "
            "errors, lost answers, slow or broken connections.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Play the platforms on this machine until Ctrl-C, and return the exit code."""
    output = Output(as_json=as_json)

    def play() -> int:
        script = None if faults is None else FaultScript.load(faults)
        server = Sandbox(port=port, state=state, faults=script)
        return run_async(_serve(server, output, seed=seed))

    return guarded(output, play, lambda _: STOPPED)


async def _serve(server: Sandbox, output: Output, *, seed: bool) -> int:
    stopped = _on_signal()
    async with server:
        if seed:
            seed_demo(server)
        _announce(server, output)
        await stopped.wait()
    return OK


def _announce(server: Sandbox, output: Output) -> None:
    """Say how to use what is played."""
    accounts = {
        name: {"url": server.url(name), "api_key": server.account(name).api_key} for name in STEMS
    }
    home = accounts["sentori"]
    output.document({**home, "port": server.port, "platforms": accounts})
    output.line("Sentori is played at ", (home["url"], "bold"))
    output.line("Use it from another terminal:")
    for name, account in accounts.items():
        prefix = client_class(name).platform.env_prefix
        output.line(f"  export {prefix}_BASE_URL={account['url']}")
        output.line(f"  export {prefix}_API_KEY={account['api_key']}")
    output.line("Stop it with Ctrl-C.")
    output.flush()


def _on_signal() -> asyncio.Event:
    """Return an event that is set when somebody wants the process to end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(stopped.set))
    return stopped
