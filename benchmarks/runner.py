"""Start the server, then one client after another, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import attrs
import orjson

from benchmarks.contenders import Contender
from benchmarks.machine import Cores
from benchmarks.work import Sample

_ROOT: Final = Path(__file__).parents[1]
# Sends this SDK's requests another way to the same place.
_WAY: Final = "SENTORI_EXPRESS"
_VENDORS: Final = ("SENTORI_", "GETRESPONSE_", "SENT_", "SPOTZEE_")
# Far slower than any client that makes progress.
_SLOWEST_PER_S: Final = 20
_START_S: Final = 60


class BenchmarkError(Exception):
    """A measurement could not be taken, or is not worth having."""


@attrs.frozen(kw_only=True)
class Plan:
    """What to measure.

    Attributes:
        contenders: Whom; all that they need is installed.
        requests: How many requests each sends per round, those of slow ones aside.
        rounds: How often.
        cores: Where.
    """

    contenders: Sequence[Contender]
    requests: int
    rounds: int
    cores: Cores


def run(plan: Plan, tell: Callable[[str], None]) -> dict[str, list[Sample]]:
    """Take all measurements and return them by the contender's name, in the contenders' order.

    Args:
        plan: What to measure.
        tell: Called with a line of progress after each measurement.

    Raises:
        BenchmarkError: A client or the server failed.
    """
    if not plan.contenders:
        msg = "nothing to measure: what the chosen clients need is not installed"
        raise BenchmarkError(msg)
    samples: dict[str, list[Sample]] = {contender.name: [] for contender in plan.contenders}
    with server(plan.cores.server) as port:
        for number in range(plan.rounds):
            for contender in _rotated(plan.contenders, number):
                sample = _measure(contender, port, plan)
                samples[contender.name].append(sample)
                rate = sample.requests / sample.wall_s
                tell(f"round {number + 1}/{plan.rounds}  {contender.name}  {rate:,.0f}/s")
    return samples


def _rotated(contenders: Sequence[Contender], by: int) -> list[Contender]:
    """Return the contenders, starting with another one each round."""
    by %= len(contenders)
    return [*contenders[by:], *contenders[:by]]


@contextmanager
def server(core: int | None) -> Iterator[int]:
    """Run the stub server; give its port."""
    with subprocess.Popen(
        _command("benchmarks.server", core),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_ROOT,
        # An interrupt is for this process alone; the server ends with its standard input.
        start_new_session=True,
    ) as process:
        port = process.stdout.readline() if process.stdout else b""
        if not port:
            msg = "the stub server did not start"
            raise BenchmarkError(msg)
        yield int(port)


def _measure(contender: Contender, port: int, plan: Plan) -> Sample:
    requests = max(contender.in_flight, int(plan.requests * contender.share))
    options = [contender.name, "--port", str(port), "--requests", str(requests)]
    options += ["--in-flight", str(contender.in_flight)]
    try:
        done = subprocess.run(
            [*_command("benchmarks.client", plan.cores.client), *options],
            capture_output=True,
            check=True,
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,
            timeout=_START_S + requests / _SLOWEST_PER_S,
        )
    except subprocess.CalledProcessError as error:
        msg = f"{contender.name} failed:\n{error.stderr.decode(errors='replace')}"
        raise BenchmarkError(msg) from None
    except subprocess.TimeoutExpired as error:
        msg = f"{contender.name} was still not done after {error.timeout:.0f} s"
        raise BenchmarkError(msg) from None
    return Sample(**orjson.loads(done.stdout))


def _command(module: str, core: int | None) -> list[str]:
    command = [sys.executable, "-m", module]
    return command if core is None else [*command, "--core", str(core)]


def _environment() -> dict[str, str]:
    """Return the environment without what would send clients elsewhere."""
    return {
        name: value
        for name, value in os.environ.items()
        if name == _WAY or not (name.startswith(_VENDORS) or name.lower().endswith("_proxy"))
    }
