"""Run a small program as users run theirs: in a process of its own, with every warning an error."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import attrs

from sentori_async.sandbox import Sandbox

ROOT = Path(__file__).parent.parent.parent
PROGRAMS = Path(__file__).parent / "programs"
PATIENCE_S = 20


@attrs.frozen
class Ended:
    """How a program ended."""

    stdout: str
    stderr: str
    code: int


@attrs.define
class Running:
    """A program that runs."""

    process: subprocess.Popen[str]

    def wait_for(self, line: str) -> None:
        """Wait until the program prints a line."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == f"{line}\n"

    def interrupt(self) -> None:
        """Do what Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)

    def end(self, patience_s: float = PATIENCE_S) -> Ended:
        """Wait for the program's end; one that hangs prints where, and fails."""
        try:
            stdout, stderr = self.process.communicate(timeout=patience_s)
        except subprocess.TimeoutExpired:
            # Python's fault handler then prints every thread, of forked children too.
            os.killpg(self.process.pid, signal.SIGABRT)
            stdout, stderr = self.process.communicate()
            raise AssertionError(f"the program hung\n{stdout}\n{stderr}") from None
        return Ended(stdout, stderr, self.process.returncode)


@contextlib.contextmanager
def running(
    name: str,
    *args: str,
    sandbox: Sandbox | None = None,
    url: str | None = None,
    ignored: Sequence[str] = (),
) -> Iterator[Running]:
    """Run a program of the folder.

    Args:
        name: The name of its file.
        args: Its arguments.
        sandbox: What its environment names as the platform.
        url: Where that is, if not at the sandbox's own address.
        ignored: The categories of warnings that are no errors.
    """
    environment = dict(os.environ, PYTHONPATH=str(ROOT))
    if sandbox is not None:
        environment["SENTORI_API_KEY"] = sandbox.sentori.api_key
        environment["SENTORI_BASE_URL"] = url or sandbox.url("sentori")
    filters = ["error", *(f"ignore::{category}" for category in ignored)]
    options = ["-X", "faulthandler", *(part for each in filters for part in ("-W", each))]
    command = [sys.executable, *options, str(PROGRAMS / name), *args]
    with subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Running(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def run(
    name: str,
    *args: str,
    sandbox: Sandbox | None = None,
    url: str | None = None,
    ignored: Sequence[str] = (),
    patience_s: float = PATIENCE_S,
) -> Ended:
    """Run a program to its end; the other arguments are those of `running`.

    Args:
        patience_s: How long that may take.
    """
    with running(name, *args, sandbox=sandbox, url=url, ignored=ignored) as program:
        return program.end(patience_s)
