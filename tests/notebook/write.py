"""Run the example notebooks and save what came out: ``python -m tests.notebook.write``."""

import asyncio

import nbformat

from tests.notebook.kernel import NOTEBOOKS, executed

if __name__ == "__main__":
    for path in NOTEBOOKS:
        nbformat.write(asyncio.run(executed(path)), path)
