"""``python -m benchmarks.acceptance`` prints each figure with its bound, and can fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from benchmarks.acceptance import __main__ as acceptance
from benchmarks.acceptance.figures import Figure


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[list[str]]]:
    """Return the exit code, and the cells of each figure."""
    code = acceptance.main(arguments)
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    return code, [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]


def test_rows_are_neither_lost_nor_made_up_by_kills_and_imports(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What depends on no clock is the same in a small run."""
    code, figures = printed(capsys, "--quick", "--only", "killed", "imports")

    verdicts = {what: verdict for what, _, _, verdict in figures}
    # Those in flight are many where there are few.
    assert verdicts.pop("killed: % of rows carried out again, 16 workers") in {"PASS", "FAIL"}
    assert len(verdicts) == 7
    assert set(verdicts.values()) == {"PASS"}
    assert code == 0


def test_every_figure_of_time_has_a_bound(capsys: pytest.CaptureFixture[str]) -> None:
    code, figures = printed(capsys, "--quick", "--only", "memory", "journal", "diff", "pace")

    assert [what.partition(":")[0] for what, *_ in figures] == [
        "memory",
        "journal",
        "journal",
        "diff",
        "pace",
        "pace",
    ]
    assert all(bound.startswith(("<=", ">=")) for _, _, bound, _ in figures)
    assert code == 0


@pytest.mark.parametrize(
    ("figure", "kept"),
    [
        (Figure("a", 2, 2), True),
        (Figure("a", 2.1, 2), False),
        (Figure("a", 2, 2, "least"), True),
        (Figure("a", 1.9, 2, "least"), False),
    ],
)
def test_a_bound_that_is_not_kept_fails_the_run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, figure: Figure, kept: bool
) -> None:
    def measure(**_: Any) -> Iterator[Figure]:
        yield figure

    monkeypatch.setattr(acceptance, "_CHECKS", {"a": measure})
    code, figures = printed(capsys)

    assert code == (0 if kept else 1)
    assert figures[0][-1] == ("PASS" if kept else "FAIL")
