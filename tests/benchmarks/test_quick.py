"""``python -m benchmarks --quick`` measures every client that can be, and says which cannot."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.contenders import CONTENDERS
from benchmarks.parts import PARTS

ROOT = Path(__file__).parents[2]
INSTALLED = [contender for contender in CONTENDERS if contender.missing is None]
MISSING = [contender for contender in CONTENDERS if contender.missing is not None]


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, capture_output=True, check=False, cwd=ROOT, text=True)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Any]:
    """Return what is printed and what is written by one quick run."""
    file = tmp_path_factory.mktemp("benchmarks") / "results.json"
    done = bench("--quick", "--json", str(file))
    assert done.returncode == 0, done.stderr
    return done.stdout, json.loads(file.read_bytes())


def test_table_has_every_contender(run: tuple[str, Any]) -> None:
    printed, _ = run
    table = [line for line in printed.split("\n\n")[0].splitlines() if line.startswith("|")]

    titles = [line.split("|")[1].strip() for line in table[2:]]
    assert titles == [contender.title for contender in INSTALLED]
    for contender in MISSING:
        assert f"Not measured: {contender.name}: {contender.missing} is not installed." in printed


def test_parts_have_a_table_of_their_own(run: tuple[str, Any]) -> None:
    printed, results = run
    table = [line for line in printed.split("\n\n")[1].splitlines() if line.startswith("|")]

    sides = [(part.name, side) for part in PARTS for side in part.present()]
    assert [(one["name"], side["title"]) for one in results["parts"] for side in one["sides"]] == (
        sides
    )
    assert [line.split("|")[2].strip() for line in table[2:]] == [side for _, side in sides]


def test_table_makes_no_claims(run: tuple[str, Any]) -> None:
    printed, results = run

    assert "This was a smoke test: its figures mean nothing." in printed
    assert results["quick"] is True


def test_file_has_every_contender_with_its_measurement(run: tuple[str, Any]) -> None:
    _, results = run

    assert [one["name"] for one in results["clients"]] == [one.name for one in INSTALLED]
    assert list(results["skipped"]) == [one.name for one in MISSING]
    for one in results["clients"]:
        assert len(one["rounds"]) == 1
        assert one["rounds"][0]["requests"] >= 40
        assert one["cpu_us"]["median"] > 0
        assert one["requests_per_s"]["median"] > 0
        assert (one["ratio"] is None) == (one["against"] is None)


def test_file_says_where_when_and_with_what(run: tuple[str, Any]) -> None:
    _, results = run

    assert {"system", "processor", "cores", "load_average"} <= results["machine"].keys()
    assert {"python", "aiohttp", "orjson", "attrs", "cattrs"} <= results["versions"].keys()
    assert results["date"].endswith("+00:00")
    assert results["cores"].keys() == {"server", "client"}


def test_chosen_clients_are_measured_as_often_as_asked(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    options = ["--only", "sdk-bulk", "--rounds", "2", "--requests", "70", "--json", str(file)]

    done = bench("--quick", *options)

    assert done.returncode == 0, done.stderr
    (one,) = json.loads(file.read_bytes())["clients"]
    assert one["name"] == "sdk-bulk"
    assert [sample["requests"] for sample in one["rounds"]] == [70, 70]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--rounds", "0"],
        ["--requests", "many"],
        ["--only", "curl"],
        ["--json", "no/such/folder"],
        ["--json", "tests"],
    ],
)
def test_misuse_is_refused_before_anything_is_measured(wrong: list[str]) -> None:
    done = bench(*wrong)

    assert done.returncode == 2
    assert done.stdout == ""
    assert wrong[-1] in done.stderr
