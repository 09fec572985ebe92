"""Every example of the documentation works; one that cannot be tried says why."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from sentori_async.cli.app import run
from sentori_async.sandbox import Sandbox
from tests.docs import harness, shell
from tests.docs.blocks import Block, fenced, literal, modules, pages

FENCED = [block for page in pages() for block in fenced(page)]
PYTHON = [block for block in FENCED if block.language == "python"]
CONSOLE = [block for block in FENCED if block.language == "console"]
DOCSTRINGS = [block for module in modules() for block in literal(module)]

# What can be told of a block that is not run.
PARSERS: dict[str, Callable[[str], object]] = {
    "csv": list(harness.FILES.values()).index,  # a file that the commands are given
    "toml": tomllib.loads,
    "text": str,
}
# Literal blocks of docstrings that are no program.
PICTURES = {"sentori_async/errors.py": "SentoriError\n├─"}


def runnable(blocks: list[Block]) -> list[object]:
    return [pytest.param(block, id=str(block)) for block in blocks if not block.excuse]


@pytest.fixture
def folder(sentori_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the examples stand."""
    for name, value in harness.prepare(sentori_sandbox, tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("block", runnable(PYTHON))
def test_program_of_a_page_runs(folder: Path, block: Block) -> None:
    harness.play(block)


@pytest.mark.parametrize(
    "block", runnable([block for block in DOCSTRINGS if block.source not in PICTURES])
)
def test_program_of_a_docstring_runs(folder: Path, block: Block) -> None:
    harness.play(block)


def test_literal_blocks_that_are_no_program_are_known() -> None:
    found = {block.source: block.text for block in DOCSTRINGS if block.source in PICTURES}
    assert {name: text[: len(PICTURES[name])] for name, text in found.items()} == PICTURES


@pytest.mark.parametrize("block", [pytest.param(block, id=str(block)) for block in CONSOLE])
def test_command_of_a_page_exists_with_its_options(block: Block) -> None:
    said = shell.commands(block)
    assert said, "a console block shows commands, each after a `$ `"
    complaints = [why for words in said if (why := shell.complaint(words))]
    assert complaints == [] or block.excuse


@pytest.mark.parametrize(
    "block", runnable([block for block in CONSOLE if shell.shown(block).strip()])
)
def test_command_of_a_page_prints_what_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, block: Block
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    for program, *arguments in shell.commands(block):
        assert program == "sentori"
        run(arguments)
    printed = capsys.readouterr().out
    assert shell.same(shell.shown(block), printed), printed


@pytest.mark.parametrize("block", [pytest.param(block, id=str(block)) for block in FENCED])
def test_block_says_what_it_is_and_can_be_read(block: Block) -> None:
    assert block.language in {"python", "console", *PARSERS}
    if block.language in PARSERS:
        PARSERS[block.language](block.text)
