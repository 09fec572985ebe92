"""The `sentori` command as people run it: a process of its own."""

import csv
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from sentori_async.sandbox import API_KEY, Sandbox

# Line ends apart, what a terminal would obey: C0, DEL and C1.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")
PATIENCE_S = 60
ROOT = Path(__file__).parents[2]


@attrs.frozen
class Finished:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What stdout holds, which must be one JSON document."""
        return json.loads(self.out)


def environment(sandbox: Sandbox | None, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment that leads to a sandbox; without one, nothing leads anywhere."""
    names = {"PYTHONPATH": str(ROOT), "COLUMNS": "100"}
    if sandbox is not None:
        names |= {"SENTORI_API_KEY": API_KEY, "SENTORI_BASE_URL": sandbox.url("sentori")}
    return {**os.environ, **names, **(more or {})}


def start(*arguments: str | Path, env: Mapping[str, str], **options: Any) -> subprocess.Popen[str]:
    """Start the command and leave it running."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "sentori_async.cli", *map(str, arguments)],
        env=env,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        **options,
    )


def finish(process: subprocess.Popen[str]) -> Finished:
    """Wait for the command to end."""
    try:
        out, err = process.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return Finished(process.returncode, out, err)


def sentori(
    *arguments: str | Path,
    sandbox: Sandbox | None = None,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
) -> Finished:
    """Run the command to its end."""
    return finish(start(*arguments, env=environment(sandbox, env), cwd=cwd))


def report_of(path: Path) -> list[dict[str, str]]:
    """Return the lines of a report, in the order of the rows."""
    with path.open(encoding="utf-8", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda line: int(line["row"]))


def write_csv(path: Path, rows: Iterable[Iterable[str]]) -> Path:
    """Write a CSV as a spreadsheet does, with all cells of a row, and return where it is."""
    header, *rest = map(list, rows)
    full = (row and row + [""] * (len(header) - len(row)) for row in rest)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([header, *full])
    return path
