"""Notebooks in a real kernel, and what of their outputs is worth saving."""

import contextlib
import json
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import Final

import nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

ROOT: Final = Path(__file__).parent.parent.parent
NOTEBOOKS: Final = sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))
PATIENCE_S: Final = 60

_KERNEL: Final = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}
}
_RUNTIME: Final = "JUPYTER_RUNTIME_DIR"
_KEPT: Final = {
    "stream": ("output_type", "name", "text"),
    "execute_result": ("output_type", "data", "metadata", "execution_count"),
    "display_data": ("output_type", "data", "metadata"),
    "error": ("output_type", "ename", "evalue", "traceback"),
}


class Kernel:
    """A notebook that grows cell by cell, and the kernel it runs in."""

    def __init__(self, client: NotebookClient, notebook: NotebookNode) -> None:
        self._client = client
        self._notebook = notebook

    async def run(self, source: str, *, may_fail: bool = False) -> list[NotebookNode]:
        """Run a cell and return its outputs."""
        cell = nbformat.v4.new_code_cell(source)
        if may_fail:
            cell.metadata.tags = ["raises-exception"]
        self._notebook.cells.append(cell)
        await self._client.async_execute_cell(cell, len(self._notebook.cells) - 1)
        return list(cell.outputs)

    async def interrupt(self) -> None:
        """Do what the stop button does."""
        assert isinstance(self._client.km, AsyncKernelManager)
        await self._client.km.interrupt_kernel()


@contextlib.asynccontextmanager
async def kernel(folder: Path) -> AsyncIterator[Kernel]:
    """Give a kernel that works in `folder`."""
    notebook = new_notebook()
    with environment():
        client = client_for(notebook, folder)
        async with client.async_setup_kernel():
            yield Kernel(client, notebook)


def new_notebook() -> NotebookNode:
    notebook: NotebookNode = nbformat.v4.new_notebook(metadata=_KERNEL)
    return notebook


def client_for(notebook: NotebookNode, folder: Path) -> NotebookClient:
    runtime = os.environ[_RUNTIME]
    return NotebookClient(
        notebook,
        timeout=PATIENCE_S,
        kernel_name="python3",
        # Sockets of the file system: no port of this machine is opened.
        config=Config({"KernelManager": {"transport": "ipc", "ip": f"{runtime}/kernel"}}),
        resources={"metadata": {"path": str(folder)}},
    )


@contextlib.contextmanager
def environment() -> Iterator[None]:
    """Keep what Jupyter writes out of the home folder, and let the kernel import the package."""
    # Short: the path of a socket has a hundred characters at most.
    with tempfile.TemporaryDirectory() as folder, _set(_wanted(folder)):
        yield


def _wanted(folder: str) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        # The kernel's debugger has something to say about frozen modules otherwise.
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "JUPYTER_PLATFORM_DIRS": "1",
        **dict.fromkeys(("IPYTHONDIR", "JUPYTER_CONFIG_DIR", _RUNTIME), folder),
    }


@contextlib.contextmanager
def _set(wanted: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


async def executed(path: Path) -> NotebookNode:
    """Run a saved notebook from nothing and return it with its new outputs.

    Raises:
        CellExecutionError: A cell failed.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as name, environment():
        await client_for(notebook, Path(name)).async_execute()
    return tidy(notebook)


def tidy(notebook: NotebookNode) -> NotebookNode:
    """Leave out what differs from run to run and from machine to machine."""
    notebook.metadata = nbformat.from_dict(_KERNEL)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs = [_tidy(output) for output in cell.outputs]
    return notebook


def _tidy(output: NotebookNode) -> NotebookNode:
    kept = {key: output[key] for key in _KEPT[output.output_type] if key in output}
    # How long a job took.
    text = re.sub(r"duration_s=\d+\.\d+", "duration_s=...", json.dumps(kept))
    tidied: NotebookNode = nbformat.from_dict(json.loads(text))
    return tidied


def text_of(outputs: list[NotebookNode], kind: str = "text/plain") -> str:
    """Return what cells printed or showed, as text or as another kind."""
    return "".join(
        output.text if output.output_type == "stream" else output.get("data", {}).get(kind, "")
        for output in outputs
    )


def addresses_in(text: str) -> set[str]:
    return {match[0] for match in re.finditer(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)}
