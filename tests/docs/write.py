"""Write the parts of the pages that are taken from the code: ``python -m tests.docs.write``.

They stand between two comments, of which the first names the part::

    <!-- begin sentori-codes: python -m tests.docs.write -->
    <!-- end -->
"""

import ast
import enum
import importlib
import inspect
import itertools
import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, Final, Literal, get_args, get_origin

import attrs

from sentori_async.cli.app import app
from sentori_async.errors import SentoriError
from sentori_async.registry import STEMS, catalogue_module
from sentori_async.sandbox import ROLE_BASED
from sentori_async.sandbox.getresponse.options import REASONS
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family, Repeat, error_class_for
from tests.docs import matrix
from tests.docs.blocks import pages

_WIDTH: Final = 120
_PART: Final = re.compile(
    r"^<!-- begin (?P<name>[\w-]+): python -m tests\.docs\.write -->\n(?P<body>.*?)^<!-- end -->$",
    re.MULTILINE | re.DOTALL,
)
_NAMED: Final = {id(ROLE_BASED): "ROLE_BASED", id(REASONS): "REASONS"}


def written(text: str) -> str:
    """Return a page with its generated parts as they should be."""
    return _PART.sub(_fresh, text)


def parts(text: str) -> list[str]:
    """Return the names of the generated parts of a page."""
    return [found["name"] for found in _PART.finditer(text)]


def _fresh(found: re.Match[str]) -> str:
    name = found["name"]
    lines = "\n".join(WRITERS[name]())
    return f"<!-- begin {name}: python -m tests.docs.write -->\n\n{lines}\n\n<!-- end -->"


def _table(*rows: tuple[str, ...]) -> Iterator[str]:
    """Yield a table; the first row is its head."""
    head, *body = rows
    for row in (head, tuple("---" for _ in head), *body):
        assert not any("|" in cell for cell in row), "a bar would end the cell"
        yield f"| {' | '.join(row)} |"


def _item(text: str) -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_on_hyphens=False,
        break_long_words=False,
    )


# ------------------------------------------------------------------------------------- errors


def _tree() -> Iterator[str]:
    """Yield the exceptions, each below its base."""
    yield "```text"
    yield SentoriError.__name__
    yield from _branches(SentoriError, "")
    yield "```"


def _branches(base: type[SentoriError], before: str) -> Iterator[str]:
    # Tests may have made errors of their own.
    below = [cls for cls in base.__subclasses__() if cls.__module__ == base.__module__]
    for cls in below:
        mark, room = ("└─ ", "   ") if cls is below[-1] else ("├─ ", "│  ")
        yield f"{before}{mark}{cls.__name__}"
        yield from _branches(cls, before + room)


def _catalogue(platform: str) -> Catalogue:
    found: Catalogue = importlib.import_module(catalogue_module(platform)).CATALOGUE
    return found


def _sentori_codes() -> Iterator[str]:
    """Yield every published code of Sentori."""
    rows = (
        (
            f"{row.code}",
            ", ".join(map(str, row.statuses)),
            row.name,
            f"`{row.error.__name__}`",
            f"{row.meaning} {row.remedy}",
        )
        for row in _catalogue("sentori").codes
    )
    head = ("code", "HTTP", "Sentori says", "raised as", "what it means, and what to do")
    yield from _table(head, *rows)


def _codes(platform: str) -> Callable[[], Iterator[str]]:
    """Return what yields every published code of a platform whose repeats may help."""

    def lines() -> Iterator[str]:
        rows = (
            (
                f"{row.code}",
                ", ".join(map(str, row.statuses)),
                _raised(row),
                _REPEATS[row.repeat],
                f"{row.meaning} {row.remedy}",
            )
            for row in _catalogue(platform).codes
        )
        head = ("code", "HTTP", "raised as", "again", "what it means, and what to do")
        yield from _table(head, *rows)

    return lines


_REPEATS: Final = {
    Repeat.NEVER: "no",
    Repeat.TRANSIENT: "may help",
    Repeat.THROTTLED: "after a wait",
}


def _raised(row: ErrorCode) -> str:
    if row.follows_status:
        return ", ".join(f"`{row.error_for(s).__name__}` ({s})" for s in row.statuses)
    if row.contacts_error is not None:
        return f"`{row.error.__name__}`, of contacts `{row.contacts_error.__name__}`"
    return f"`{row.error.__name__}`"


def _families(platform: str) -> Callable[[], Iterator[str]]:
    """Return what yields what is done about codes that are newer than a platform's catalogue."""

    def lines() -> Iterator[str]:
        rows = ((_range(f), f.subject, f.remedy) for f in _catalogue(platform).families)
        yield from _table(("codes", "subject", "remedy"), *rows)

    return lines


def _range(family: Family) -> str:
    return f"`{family.prefix}...`" if family.prefix else f"{family.first} to {family.last}"


def _statuses() -> Iterator[str]:
    """Yield the class of an answer whose code says nothing."""
    by_class: dict[str, list[int]] = {}
    for status in range(400, 600):
        by_class.setdefault(error_class_for(status).__name__, []).append(status)
    rows = ((f"`{name}`", _ranges(numbers)) for name, numbers in by_class.items())
    named = [row for row in rows if row[0] != "`ApiError`"]
    yield from _table(("raised as", "HTTP status"), *named, ("`ApiError`", "any other"))


def _ranges(numbers: list[int]) -> str:
    """Return numbers as people write them: 400, 405, 500 to 502."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )


# ------------------------------------------------------------------------------------ sandbox


def _options(platform: str) -> Callable[[], Iterator[str]]:
    """Return what yields every switch of a sandboxed platform, with the text below it."""

    def lines() -> Iterator[str]:
        module = importlib.import_module(f"sentori_async.sandbox.{platform}.options")
        cls = getattr(module, f"{STEMS[platform]}Options")
        meanings = _texts_of_fields(cls)
        rows = (
            (f"`{field.name}`", f"`{_default(field.default)}`", meanings[field.name])
            for field in attrs.fields(cls)
        )
        yield from _table(("option", "default", "meaning"), *rows)

    return lines


def _texts_of_fields(cls: type) -> dict[str, str]:
    """Return the text below each field of a class, on one line."""
    (node,) = ast.parse(inspect.getsource(cls)).body
    assert isinstance(node, ast.ClassDef)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in itertools.pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _default(value: object) -> str:
    if id(value) in _NAMED:
        return _NAMED[id(value)]
    match value:
        case enum.Enum():
            return str(value)
        case frozenset():
            return f"{{{', '.join(sorted(map(repr, value)))}}}" if value else "frozenset()"
        case FunctionType():
            return value.__name__
    return repr(value)


# ---------------------------------------------------------------------------------------- CLI


def _command(*names: str) -> Callable[[], Iterator[str]]:
    """Return what yields the options of a command, with the texts of its ``--help``."""

    def lines() -> Iterator[str]:
        command = app
        for name in names:
            command = command[name]
        for argument in command.assemble_argument_collection():
            about = argument.parameter
            if about.help and argument.names[0].startswith("--"):
                yield _item(f"`{_usage(argument)}`: {about.help}")

    return lines


def _usage(argument: Any) -> str:
    """Return an option as it is typed."""
    name: str = argument.names[0]
    if argument.hint is bool:
        return name
    if get_origin(argument.hint) is Literal:
        return f"{name} {'|'.join(get_args(argument.hint))}"
    return f"{name} {argument.parameter.metavar or name.lstrip('-').upper()}"


# ---------------------------------------------------------------------------------- platforms


def _matrix(rows: Callable[[], Iterator[tuple[str, ...]]]) -> Callable[[], Iterator[str]]:
    """Return what yields a table about all platforms."""
    return lambda: _table(*rows())


WRITERS: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "platform-verbs": _matrix(matrix.verbs),
    "platform-bulk": _matrix(matrix.bulk),
    "platform-facts": _matrix(matrix.facts),
    "errors": _tree,
    "sentori-codes": _sentori_codes,
    **{f"{name}-codes": _codes(name) for name in STEMS if name != "sentori"},
    **{f"{name}-families": _families(name) for name in STEMS},
    "statuses": _statuses,
    **{f"{name}-options": _options(name) for name in STEMS},
    "sentori-sync": _command("sync"),
    "sentori-migrate": _command("migrate"),
    "sentori-sandbox": _command("sandbox"),
}


def _write(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    if (fresh := written(text)) != text:
        page.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    for each in pages():
        _write(each)
