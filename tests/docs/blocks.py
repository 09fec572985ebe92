"""The examples of the documentation: fenced blocks of pages, literal blocks of docstrings.

A fenced block says its language, and nothing else.
One that cannot be tried has its reason in the line above::

    <!-- not run: it needs an account at the vendor -->
"""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import attrs

ROOT: Final = Path(__file__).parents[2]

_FENCED: Final = re.compile(
    r"^(?:<!-- not run: (?P<excuse>[^\n]+?) -->\n)?^```(?P<language>[^\n]*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LITERAL: Final = re.compile(r"::\n\n(?P<text>(?:[ ]{4}[^\n]*\n|\n)+)")
_DOCUMENTED: Final = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@attrs.frozen
class Block:
    """One example.

    Attributes:
        source: The file it is in, from the project's root.
        line: The number of the line above its first.
        language: What its fence says; "python" for docstrings.
        text: Its lines.
        excuse: Why it cannot be tried, or "".
    """

    source: str
    line: int
    language: str
    text: str
    excuse: str = ""

    def __str__(self) -> str:
        """Name it for people, and for pytest."""
        return f"{self.source}:{self.line}"

    @property
    def code(self) -> str:
        """The text, so far down that a traceback names the line of the file."""
        return "\n" * self.line + self.text


def pages() -> list[Path]:
    """Return every page that users read."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def fenced(page: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    source = str(page.relative_to(ROOT))
    for found in _FENCED.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        language, excuse = found["language"], found["excuse"] or ""
        yield Block(source, line, language, found["text"], excuse)


def literal(module: Path) -> Iterator[Block]:
    """Yield the literal blocks of the docstrings of a module."""
    source = str(module.relative_to(ROOT))
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if not isinstance(node, _DOCUMENTED):
            continue
        text = (ast.get_docstring(node) or "") + "\n"
        first = node.body[0].lineno if text.strip() else 0
        for found in _LITERAL.finditer(text):
            line = first + text.count("\n", 0, found.start("text")) - 1
            yield Block(source, line, "python", textwrap.dedent(found["text"]))


def modules() -> list[Path]:
    """Return every module of both packages."""
    return sorted(path for name in ("sentori_async", "sentori_sync") for path in _below(name))


def _below(name: str) -> Iterator[Path]:
    return (ROOT / name).rglob("*.py")
