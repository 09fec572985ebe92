"""The example notebooks run as saved, and what is saved of them can be shown to anybody."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebook.kernel import NOTEBOOKS, addresses_in, executed, tidy

NAMES = ["first_sync", "migrate_a_list", "repair_failures"]
# A path of some machine, a port, an address of an object, a colour of a traceback.
JUNK = re.compile(
    r"/home/|/root/|/tmp|/Users/|[A-Z]:\\|site-packages|127\.0\.0\.1:\d|localhost"
    r"|0x[0-9a-f]{6,}|\x1b\[|duration_s=\d"
)
TIME = re.compile(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d")


def shape(notebook: NotebookNode) -> list[list[tuple[str, ...]]]:
    """Return what kinds of output each cell has."""
    return [
        [
            (output.output_type, *sorted(output.get("data", ())))
            for output in cell.get("outputs", [])
        ]
        for cell in notebook.cells
    ]


def saved(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    return notebook


def test_there_are_the_three_stories() -> None:
    assert [path.stem for path in NOTEBOOKS] == NAMES


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
async def test_a_notebook_runs_in_a_real_kernel_and_shows_what_was_saved(path: Path) -> None:
    fresh, kept = await executed(path), saved(path)

    assert shape(fresh) == shape(kept)
    assert any(output for output in shape(kept))
    assert "error" not in {output[0] for cell in shape(fresh) for output in cell}
    # Rows end in any order; what a page says of them is in theirs.
    assert html_of(fresh) == html_of(kept)


def html_of(notebook: NotebookNode) -> list[str]:
    return [
        output["data"]["text/html"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_saved_outputs_show_nobody_no_machine_and_no_moment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    outputs = "".join(html_of(saved(path)))

    assert {one.rpartition("@")[2] for one in addresses_in(text)} == {"example.com"}
    assert JUNK.findall(text) == []
    # The sandbox's clock stands still at this moment.
    assert set(TIME.findall(text)) <= {"2026-01-05 09:00:00", "2026-01-05T09:00:00"}
    assert "<script" not in outputs


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_a_notebook_is_saved_as_the_writer_saves_it(path: Path) -> None:
    kept = saved(path)
    again = tidy(saved(path))

    assert again == kept
    assert all(cell.get("execution_count", 1) for cell in kept.cells), "a cell was never run"


@pytest.mark.parametrize(
    "junk",
    ["/home/joe/x", "http://127.0.0.1:8080", "<object at 0x7f00aa00>", "duration_s=0.01"],
)
def test_junk_would_be_found(junk: str) -> None:
    assert JUNK.search(junk)
