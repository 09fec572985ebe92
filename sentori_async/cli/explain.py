"""`sentori explain`: what an error code means and what to do about it."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any, Final, TypeVar

from cyclopts import Parameter

from sentori_async.cli.exits import OK
from sentori_async.cli.output import AsJson, Output
from sentori_async.cli.running import guarded
from sentori_async.errors import InvalidInput
from sentori_async.registry import STEMS, catalogue_module
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family, Repeat

T = TypeVar("T")

_REPEATS: Final = {
    Repeat.NEVER: "Sending the same again fails again.",
    Repeat.TRANSIENT: "Sending the same again may help; the clients do so by themselves.",
    Repeat.THROTTLED: "Sending the same again helps after a wait; the clients do so by themselves.",
}


def explain(
    *code: Annotated[
        str,
        Parameter(
            metavar="[PLATFORM] CODE",
            allow_leading_hyphen=True,
            help="The vendor's error code, after the platform's name where several have it.",
        ),
    ],
    every: Annotated[
        bool, Parameter(name="--all", help="Explain every code, or every one of the platform.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Explain an error code, and return the exit code."""
    output = Output(as_json=as_json)

    def work() -> int:
        catalogues, codes = _named(code)
        if every == bool(codes):
            raise InvalidInput(
                "name one code, such as `sentori explain 102`, or say --all, "
                "such as `sentori explain spotzee --all`"
            )
        found = _everything(catalogues) if every else _found(catalogues, codes[0])
        output.document(found if every or len(found) > 1 else found[0])
        for entry in found:
            _tell(entry, output)
        return OK

    return guarded(output, work)


def _named(words: Sequence[str]) -> tuple[list[Catalogue], list[str]]:
    """Return the catalogues that the words are about, and the codes they name."""
    platforms, codes = list(STEMS), list(words)
    if codes and codes[0].lower() in STEMS:
        platforms = [codes.pop(0).lower()]
    if len(codes) > 1:
        raise InvalidInput(
            f"the platforms are {', '.join(STEMS)}: write `sentori explain [PLATFORM] CODE`"
        )
    return [importlib.import_module(catalogue_module(name)).CATALOGUE for name in platforms], codes


def _everything(catalogues: Sequence[Catalogue]) -> list[dict[str, Any]]:
    return [_entry(catalogue, row) for catalogue in catalogues for row in catalogue.codes]


def _found(catalogues: Sequence[Catalogue], text: str) -> list[dict[str, Any]]:
    """Return what the catalogues say about a code.

    Raises:
        InvalidInput: None of them knows anything about it.
    """
    found = [_entry(c, row) for c in catalogues if (row := _spelled(c.find, text))]
    if not found:
        found = [
            _guess(c, text, family) for c in catalogues if (family := _spelled(c.family, text))
        ]
    if not found:
        where = f" {catalogues[0].platform}" if len(catalogues) == 1 else ""
        raise InvalidInput(f"no published code {text}: `sentori explain{where} --all` lists them")
    return found


def _spelled(find: Callable[[int | str], T | None], text: str) -> T | None:
    """Return what is found for a code as a vendor spells it: a number, or in one case."""
    number = text.removeprefix("-").isdecimal()
    spellings: tuple[int | str, ...] = (int(text),) if number else (text.upper(), text.lower())
    return next((found for code in spellings if (found := find(code))), None)


def _entry(catalogue: Catalogue, row: ErrorCode) -> dict[str, Any]:
    return {
        "platform": catalogue.platform,
        "code": row.code,
        "name": row.name,
        "statuses": list(row.statuses),
        "error": row.error.__name__,
        "contacts_error": (row.contacts_error or row.error).__name__,
        "meaning": row.meaning,
        "remedy": row.remedy,
        "repeat": row.repeat.value,
        "by_status": _by_status(row),
        "doc_url": catalogue.doc_url,
    }


def _by_status(row: ErrorCode) -> dict[str, dict[str, str]]:
    """Return what the code becomes with each status, where they differ."""
    return {
        str(status): {
            "error": row.error_for(status).__name__,
            "repeat": row.repeat_for(status).value,
        }
        for status in row.statuses
        if row.follows_status
    }


def _guess(catalogue: Catalogue, code: str, family: Family) -> dict[str, Any]:
    codes = (
        f"beginning with {family.prefix}"
        if family.prefix
        else f"from {family.first} to {family.last}"
    )
    return {
        "platform": catalogue.platform,
        "code": _in_case(code, family.prefix) if family.prefix else int(code),
        "name": "not published",
        "statuses": [],
        "error": "ApiError",
        "contacts_error": "ApiError",
        "meaning": f"Codes {codes} are about {family.subject}.",
        "remedy": family.remedy,
        "repeat": None,
        "by_status": {},
        "doc_url": catalogue.doc_url,
    }


def _in_case(code: str, prefix: str) -> str:
    return code.upper() if prefix.isupper() else code.lower()


def _tell(entry: dict[str, Any], output: Output) -> None:
    statuses = ", ".join(map(str, entry["statuses"]))
    output.line(
        (f"{entry['platform']} {entry['code']}", "bold"),
        f"  {entry['name']}" + (f" (HTTP {statuses})" if statuses else ""),
    )
    output.line(f"  {entry['meaning']}")
    output.line(f"  {entry['remedy']}")
    for fate in _fates(entry):
        output.line(f"  {fate}")
    output.line(("  " + entry["doc_url"], "dim"))


def _fates(entry: dict[str, Any]) -> Iterator[str]:
    """Yield whether a repeat helps and what is raised, for each status where they differ."""
    if entry["repeat"] is None:
        yield "The HTTP status decides what it is raised as, and whether a repeat may help."
        return
    if entry["by_status"]:
        for status, fate in entry["by_status"].items():
            helps = _REPEATS[Repeat(fate["repeat"])]
            yield f"HTTP {status}: {helps} Raised as {fate['error']}."
        return
    raised = entry["error"]
    if entry["contacts_error"] != raised:
        raised = f"{raised}, about contacts as {entry['contacts_error']}"
    yield f"{_REPEATS[Repeat(entry['repeat'])]} Raised as {raised}."
