"""The commands in the documentation: whether they exist, and whether they say what is shown."""

import doctest
import re
import shlex
import tomllib
from collections.abc import Callable
from typing import Final

from cyclopts import CycloptsError

from sentori_async.cli.app import app
from tests.docs.blocks import ROOT, Block

_PROMPT: Final = "$ "
# What differs from run to run.
_TIMING: Final = re.compile(r"[\d.,]+ s \([\d,]+ rows/s\)")


def commands(block: Block) -> list[list[str]]:
    """Return the commands of a block, each split into words."""
    return [
        shlex.split(line.removeprefix(_PROMPT), comments=True)
        for line in block.text.replace("\\\n", " ").splitlines()
        if line.startswith(_PROMPT)
    ]


def shown(block: Block) -> str:
    """Return what a block says that its commands print."""
    text = block.text.replace("\\\n", " ")
    return "".join(line for line in text.splitlines(True) if not line.startswith(_PROMPT))


def complaint(words: list[str]) -> str:
    """Return why a command cannot work, or ""."""
    check = _CHECKS.get(words[0])
    return f"nobody knows whether `{words[0]}` works" if check is None else check(words[1:])


def same(shown_text: str, printed: str) -> bool:
    """Tell whether a command printed what is shown; ``...`` stands for anything."""
    want, got = (_TIMING.sub("N s (N rows/s)", text).strip() for text in (shown_text, printed))
    return doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)


def _sentori(words: list[str]) -> str:
    try:
        app.parse_args(words, print_error=False, exit_on_error=False)
    except CycloptsError as error:
        return str(error)
    return ""


def _make(words: list[str]) -> str:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    return "" if words and set(words) <= targets else f"make has {sorted(targets)}"


def _pip(words: list[str]) -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name, extras = project["name"], set(project["optional-dependencies"])
    match words:
        case ["install", what] if found := re.fullmatch(rf"{name}(\[([\w,]+)\])?", what):
            missing = set((found[2] or "").split(",")) - extras - {""}
            return f"there is no extra {missing}" if missing else ""
        case _:
            return f"only `pip install {name}` is known"


def _export(words: list[str]) -> str:
    known = {"SENTORI_API_KEY", "SENTORI_BASE_URL"}
    return "" if {word.partition("=")[0] for word in words} <= known else f"only {known} are read"


_CHECKS: Final[dict[str, Callable[[list[str]], str]]] = {
    "export": _export,
    "make": _make,
    "pip": _pip,
    "sentori": _sentori,
}
