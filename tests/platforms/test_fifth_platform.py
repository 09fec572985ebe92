"""A fifth platform takes one folder, one sandboxed service and one line: the recipe is followed.

It is followed in a copy of the project, with a platform that nobody has; see CONTRIBUTING.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FIFTH = Path(__file__).parent / "fifth"
PATIENCE_S = 120
# What the contract needs besides the packages.
TESTS = (
    "mirror.py",
    "mirror_writer.py",
    "platforms/adapters.py",
    "platforms/contract.py",
    "platforms/world.py",
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project with a fifth platform."""
    copy = tmp_path_factory.mktemp("project")
    leave = shutil.ignore_patterns("__pycache__")
    for package in ("sentori_async", "sentori_sync"):
        shutil.copytree(ROOT / package, copy / package, ignore=leave)
    for name in TESTS:
        (copy / "tests" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "tests" / name, copy / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", copy)
    # From here on it is the recipe.
    shutil.copytree(FIFTH / "toy", copy / "sentori_async/platforms/toy", ignore=leave)
    shutil.copytree(FIFTH / "played", copy / "sentori_async/sandbox/toy", ignore=leave)
    registry = copy / "sentori_async/registry.py"
    text = registry.read_text(encoding="utf-8")
    line = '    "spotzee": "Spotzee",\n'
    assert text.count(line) == 1
    registry.write_text(text.replace(line, f'{line}    "toy": "Toy",\n'), encoding="utf-8")
    shutil.copy(FIFTH / "contract_of_toy.py", copy / "tests/platforms/test_toy.py")
    return copy


def run(project: Path, *arguments: str) -> str:
    """Run Python in the copy and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_codes_are_explained(project: Path) -> None:
    said = json.loads(run(project, "-m", "sentori_async.cli", "explain", "toy", "7", "--json"))

    assert (said["error"], said["remedy"]) == ("NotFound", "Add the person first.")


def test_it_has_an_async_client_and_a_sandbox(project: Path) -> None:
    program = """
import asyncio
from sentori_async import AsyncToy
from sentori_async.sandbox import Sandbox

async def main():
    async with Sandbox() as sandbox:
        key = sandbox.account("toy").api_key
        async with AsyncToy(api_key=key, base_url=sandbox.url("toy")) as client:
            rows = ({"id": str(n), "name": "Joe"} for n in range(9))
            report = await client.bulk.add_or_update(rows)
            print(report.succeeded, (await client.contacts.get("3")).name)

asyncio.run(main())
"""
    assert run(project, "-c", program).split() == ["9", "Joe"]


@pytest.mark.skipif(importlib.util.find_spec("ruff") is None, reason="needs the formatter")
def test_it_gets_a_blocking_face_and_keeps_the_contract(project: Path) -> None:
    run(project, "-m", "tests.mirror", "--write")
    told = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/platforms")

    assert re.search(r"^[5-9]\d passed in", told, re.MULTILINE), told
