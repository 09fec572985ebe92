"""The pages agree with the code, with each other and with the files they name."""

import csv
import inspect
import re
from collections.abc import Iterator
from inspect import signature

import pytest
from cyclopts import App

from sentori_async import AsyncSentori, errors
from sentori_async.cli.app import app
from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.wire.catalogue import Repeat
from sentori_sync import Sentori
from tests.docs.blocks import ROOT, pages
from tests.docs.write import WRITERS, parts, written

PAGES = [*pages(), ROOT / "CHANGELOG.md"]
TEXTS = {str(page.relative_to(ROOT)): page.read_text(encoding="utf-8") for page in PAGES}
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)")
HEADING = re.compile(r"^#+ (?P<title>.+)$", re.MULTILINE)
MAX_LINE = 120

each_page = pytest.mark.parametrize("name", TEXTS)


def anchors(text: str) -> set[str]:
    """Return what the headings of a page can be linked by, as the code host makes it."""
    titles = (found["title"] for found in HEADING.finditer(FENCE.sub("", text)))
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def options(command: App) -> Iterator[str]:
    """Yield the options of a command and of those below it."""
    if command.default_command is not None:
        names = (argument.names[0] for argument in command.assemble_argument_collection())
        yield from (name for name in names if name.startswith("--"))
    for name in command:
        if not name.startswith("-"):
            yield from options(command[name])


@each_page
def test_generated_parts_are_what_the_code_says(name: str) -> None:
    assert written(TEXTS[name]) == TEXTS[name], "run: python -m tests.docs.write"


def test_every_generated_part_has_its_place() -> None:
    assert sorted(part for text in TEXTS.values() for part in parts(text)) == sorted(WRITERS)


@each_page
def test_links_lead_somewhere(name: str) -> None:
    dead = []
    for found in LINK.finditer(FENCE.sub("", TEXTS[name])):
        target, _, anchor = found["target"].partition("#")
        if target.startswith(("http://", "https://")):
            continue
        path = (ROOT / name).parent / target if target else ROOT / name
        if not path.exists() or (
            anchor and anchor not in anchors(path.read_text(encoding="utf-8"))
        ):
            dead.append(found["target"])
    assert dead == []


def test_index_names_every_page() -> None:
    linked = {found["target"].partition("#")[0] for found in LINK.finditer(TEXTS["docs/README.md"])}
    here = {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}
    assert here <= linked


@each_page
def test_lines_are_short(name: str) -> None:
    """A row of a table cannot be broken."""
    lines = TEXTS[name].splitlines()
    assert [line for line in lines if len(line) > MAX_LINE and not line.startswith("|")] == []


def test_every_error_is_explained() -> None:
    page = TEXTS["docs/errors.md"]
    names = {
        name
        for name, cls in inspect.getmembers(errors, inspect.isclass)
        if cls.__module__ == errors.__name__
    }
    assert {name for name in names if f"| `{name}` |" not in page} == set()


def test_options_that_the_blocking_client_lacks_are_named() -> None:
    asynchronous, blocking = (signature(client).parameters for client in (AsyncSentori, Sentori))
    said = re.search(r"without the options? (?P<names>[^.]+)\.", TEXTS["docs/blocking.md"])
    assert said is not None
    assert set(re.findall(r"`(\w+)`", said["names"])) == set(asynchronous) - set(blocking)


def test_no_code_of_sentori_is_helped_by_a_repeat() -> None:
    """The page says so, instead of saying it in each row."""
    assert {row.repeat for row in CATALOGUE.codes} == {Repeat.NEVER}


def test_readme_counts_the_rows_of_the_example() -> None:
    with (ROOT / "examples" / "contacts.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = sum(1 for _ in csv.DictReader(file))
    assert f"{rows:,} " in TEXTS["README.md"]


def test_every_option_of_the_command_is_on_its_page() -> None:
    said = set(re.findall(r"--[a-z][a-z-]+", TEXTS["docs/cli.md"]))
    assert set(options(app)) - said == set()
