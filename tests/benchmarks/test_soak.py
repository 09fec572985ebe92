"""Bulk jobs lose, double and misreport nothing while everything goes wrong."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WRONGS = ("lost", "doubled", "misreported")


@pytest.fixture(scope="module")
def soaked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, Any]]]:
    """Run a small soak once; return what it printed and what it wrote."""
    target = tmp_path_factory.mktemp("soak") / "soak.json"
    command = ["-m", "benchmarks.soak", "--rows", "600", "--rates", "20", "--seed", "7"]
    done = subprocess.run(
        [sys.executable, *command, "--json", str(target)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    results: list[dict[str, Any]] = json.loads(target.read_text())
    return done.stdout, results


def test_nothing_is_lost_doubled_or_misreported_when_a_fifth_of_all_requests_fail(
    soaked: tuple[str, list[dict[str, Any]]],
) -> None:
    _, runs = soaked

    assert {run["job"] for run in runs} >= {"add", "update", "subscribe", "import"}
    for run in runs:
        verdict = run["verdict"]
        assert [verdict[wrong] for wrong in WRONGS] == [0, 0, 0], verdict["wrongs"]
        assert sum(run["injected"].values()) > 0 or run["seen"] < 20


def test_the_table_shows_every_job(soaked: tuple[str, list[dict[str, Any]]]) -> None:
    table, runs = soaked

    for run in runs:
        assert f"| {run['job']} " in table
