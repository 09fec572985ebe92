"""`sentori explain`: what an error code means and what to do about it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Annotated, Any, Final

from cyclopts import Parameter

from sentori_async.cli.exits import OK
from sentori_async.cli.output import AsJson, Output
from sentori_async.cli.running import guarded
from sentori_async.errors import InvalidInput
from sentori_async.wire.catalogue import Catalogue, ErrorCode, Family, Repeat

# A platform is one line here; its catalogue is loaded when it is asked for.
_CATALOGUES: Final = {"sentori": "sentori_async.platforms.sentori.catalogue"}

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
            raise InvalidInput("name one code, such as `sentori explain 102`, or say --all")
        found = _everything(catalogues) if every else _found(catalogues, codes[0])
        output.document(found if every or len(found) > 1 else found[0])
        for entry in found:
            _tell(entry, output)
        return OK

    return guarded(output, work)


def _named(words: Sequence[str]) -> tuple[list[Catalogue], list[str]]:
    """Return the catalogues that the words are about, and the codes they name."""
    platforms, codes = list(_CATALOGUES), list(words)
    if codes and codes[0].lower() in _CATALOGUES:
        platforms = [codes.pop(0).lower()]
    if len(codes) > 1:
        raise InvalidInput(
            f"the platforms are {', '.join(_CATALOGUES)}: write `sentori explain [PLATFORM] CODE`"
        )
    return [importlib.import_module(_CATALOGUES[name]).CATALOGUE for name in platforms], codes


def _everything(catalogues: Sequence[Catalogue]) -> list[dict[str, Any]]:
    return [_entry(catalogue, row) for catalogue in catalogues for row in catalogue.codes]


def _found(catalogues: Sequence[Catalogue], text: str) -> list[dict[str, Any]]:
    """Return what the catalogues say about a code.

    Raises:
        InvalidInput: None of them knows anything about it.
    """
    code = int(text) if text.removeprefix("-").isdecimal() else text
    found = [_entry(c, row) for c in catalogues if (row := c.find(code))]
    if not found:
        found = [_guess(c, code, family) for c in catalogues if (family := c.family(code))]
    if not found:
        known = "; ".join(
            f"{c.platform}: {', '.join(str(row.code) for row in c.codes)}" for c in catalogues
        )
        raise InvalidInput(f"no published code {text}: there are {known}")
    return found


def _entry(catalogue: Catalogue, row: ErrorCode) -> dict[str, Any]:
    return {
        "platform": catalogue.platform,
        "code": row.code,
        "name": row.name,
        "statuses": list(row.statuses),
        "error": row.error.__name__,
        "meaning": row.meaning,
        "remedy": row.remedy,
        "repeat": row.repeat.value,
        "doc_url": catalogue.doc_url,
    }


def _guess(catalogue: Catalogue, code: int | str, family: Family) -> dict[str, Any]:
    return {
        "platform": catalogue.platform,
        "code": code,
        "name": "not published",
        "statuses": [],
        "error": "ApiError",
        "meaning": f"Codes from {family.first} to {family.last} are about {family.subject}.",
        "remedy": family.remedy,
        "repeat": Repeat.NEVER.value,
        "doc_url": catalogue.doc_url,
    }


def _tell(entry: dict[str, Any], output: Output) -> None:
    statuses = ", ".join(map(str, entry["statuses"]))
    output.line(
        (f"{entry['platform']} {entry['code']}", "bold"),
        f"  {entry['name']}" + (f" (HTTP {statuses})" if statuses else ""),
    )
    output.line(f"  {entry['meaning']}")
    output.line(f"  {entry['remedy']}")
    output.line(f"  {_REPEATS[Repeat(entry['repeat'])]} Raised as {entry['error']}.")
    output.line(("  " + entry["doc_url"], "dim"))
