"""What holds the examples to the code would notice if they drifted apart."""

import re
from pathlib import Path

import pytest

from tests.docs import blocks, harness, shell, write
from tests.docs.blocks import Block

FENCE = re.compile(r"^\s*(```|~~~)", re.MULTILINE)


def console(*lines: str) -> Block:
    return Block("page.md", 1, "console", "".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("page", blocks.pages(), ids=lambda page: "/".join(page.parts[-2:]))
def test_no_fence_is_overlooked(page: Path) -> None:
    fences = FENCE.findall(page.read_text(encoding="utf-8"))
    assert len(fences) == 2 * len(list(blocks.fenced(page)))


def test_block_knows_its_language_its_line_and_its_excuse(monkeypatch: pytest.MonkeyPatch) -> None:
    page = blocks.ROOT / "page.md"
    text = "One\n\n```python\nx = 1\n```\n\n<!-- not run: no network -->\n```console\n$ curl\n```\n"
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: text)
    assert list(blocks.fenced(page)) == [
        Block("page.md", 3, "python", "x = 1\n"),
        Block("page.md", 8, "console", "$ curl\n", "no network"),
    ]


@pytest.mark.parametrize("text", ["assert not rows\n", "await client.contacts.get(' ')\n", "x =\n"])
def test_program_that_fails_is_noticed_at_its_line(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SENTORI_API_KEY", "key")
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each fails in its own way
        harness.play(Block("page.md", 41, "python", text))
    error = caught.value
    seen = [error.lineno] if isinstance(error, SyntaxError) else []
    seen += [entry.lineno + 1 for entry in caught.traceback if str(entry.path).endswith("page.md")]
    assert seen == [42]


def test_failing_test_of_an_example_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AssertionError, match="1 failed"):
        harness.play(Block("page.md", 1, "python", "def test_it():\n    assert 1 == 2\n"))


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("sentori sync a.csv --lst X", "--lst"),
        ("sentori syncs a.csv", "syncs"),
        ("sentori sync", "FILE"),
        ("make tea", "demo"),
        ("pip install 'sentori[tea]'", "tea"),
        ("pip install tea", "sentori"),
        ("export SENTORI_KEY=x", "SENTORI_API_KEY"),
        ("curl localhost", "curl"),
    ],
)
def test_command_that_does_not_exist_is_noticed(command: str, why: str) -> None:
    (words,) = shell.commands(console(f"$ {command}"))
    assert why in shell.complaint(words)


def test_command_may_be_commented_and_continued() -> None:
    block = console("$ sentori sync a.csv \\", "    --list X  # everybody", "and what it says")
    assert shell.commands(block) == [["sentori", "sync", "a.csv", "--list", "X"]]
    assert shell.shown(block) == "and what it says\n"


def test_output_may_differ_in_its_timing_and_where_it_says_so() -> None:
    assert shell.same("3 rows in 0.1 s (3 rows/s)\n", "3 rows in 12.0 s (1,000 rows/s)\n")
    assert shell.same("Open it with: ...\n", "Open it with: less x\n")
    assert not shell.same("4 rows in 0.1 s (3 rows/s)\n", "3 rows in 0.1 s (3 rows/s)\n")


def test_generated_part_is_written_anew() -> None:
    page = "<!-- begin statuses: python -m tests.docs.write -->\nold\n<!-- end -->\nNext\n"
    fresh = write.written(page)
    assert "old" not in fresh
    assert "| `NotFound` | 404, 410 |" in fresh
    assert fresh.endswith("<!-- end -->\nNext\n")
    assert write.written(fresh) == fresh
