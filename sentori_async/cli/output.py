"""Where the command writes: results to stdout, all else to stderr.

1. With --json, stdout holds one JSON document and nothing else.
2. What others wrote (a vendor's message, a contact's name) is shown without control characters.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from cyclopts import Group, Parameter
from rich.console import Console
from rich.text import Text

from sentori_async.cli.exits import error_as_json, sentences_of
from sentori_async.errors import SentoriError

_GROUP: Final = Group("Output", sort_key=30)
_NAME: Final = "sentori"

AsJson: TypeAlias = Annotated[
    bool, Parameter(name="--json", group=_GROUP, help="Print one JSON document, for machines.")
]
Quiet: TypeAlias = Annotated[
    bool, Parameter(name="--quiet", group=_GROUP, help="Show no progress.")
]
Report: TypeAlias = Annotated[
    Path | None,
    Parameter(
        name="--report",
        group=_GROUP,
        metavar="FILE",
        help="Where every row's outcome is written, with contact data, for you alone to read; "
        "beside the file, as NAME.report.csv, if not given. An earlier report is kept: it becomes "
        "NAME.report.1.csv, the next one NAME.report.2.csv.",
    ),
]
Force: TypeAlias = Annotated[
    bool,
    Parameter(
        name="--force",
        group=_GROUP,
        help="Let the report replace whatever is there: an earlier report, or another file.",
    ),
]


def printable(text: str) -> str:
    """Return `text` with everything that could steer a terminal replaced."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)


class _Console(Console):
    """A console that outlives whoever listens: ``| head`` must not end a job half-way."""

    def on_broken_pipe(self) -> None:
        """Write to nowhere from now on."""
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), self.file.fileno())


class Output:
    """What a command says, and to whom."""

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        """Choose what is said.

        Args:
            as_json: Whether stdout is for a machine.
            quiet: Whether notes and progress are left out.
        """
        self.as_json = as_json
        self.quiet = quiet
        self._out = _Console(file=sys.stdout, highlight=False)
        self.err = _Console(file=sys.stderr, highlight=False)

    @property
    def watched(self) -> bool:
        """Whether results go to a terminal, and not to a file or another program."""
        return self._out.is_terminal

    def line(self, *parts: str | tuple[str, str]) -> None:
        """Print one line for people: texts, or (text, style) pairs."""
        if not self.as_json:
            self._out.print(_text(parts), soft_wrap=True)

    def document(self, value: dict[str, Any] | list[Any]) -> None:
        """Print the JSON document for machines."""
        if self.as_json:
            self._out.out(json.dumps(value, indent=2, default=_plain), highlight=False)

    def note(self, *parts: str | tuple[str, str]) -> None:
        """Say something on the side."""
        if not self.quiet:
            self._aside(*parts)

    def flush(self) -> None:
        """Hand everything over to whoever listens."""
        self._out.file.flush()

    def failed(self, error: SentoriError, code: int) -> None:
        """Say why the command ends, and with which exit code."""
        # An error of the platform Sentori begins with its name, which is the command's as well.
        text = " ".join(sentences_of(error)).removeprefix(f"{_NAME} ")
        self._aside((f"{_NAME}: ", "bold red"), text)
        self.document({**error_as_json(error), "exit_code": code})

    @contextlib.contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show that something takes its time, where somebody is watching."""
        if self.quiet or not self.err.is_terminal:
            yield
            return
        with self.err.status(printable(text)):
            yield

    def _aside(self, *parts: str | tuple[str, str]) -> None:
        self.err.print(_text(parts), soft_wrap=True)


def _plain(value: object) -> str:
    """Return what JSON has no form for as text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _text(parts: tuple[str | tuple[str, str], ...]) -> Text:
    line = Text()
    for part in parts:
        words, style = (part, "") if isinstance(part, str) else part
        line.append(printable(words), style)
    return line
