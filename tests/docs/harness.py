"""What an example of the documentation may take for granted, and how it is run.

1. The environment leads to a sandbox whose accounts hold joe, ann and bob, at Sentori with the
   mailing list LISTID01; `SCENES` has the other platforms. The working directory holds the files
   below.
2. An example is about the platform whose client it makes, or else whose page or folder it is in;
   all else is about Sentori.
3. Names: `client`, an open client (the async one where the example awaits something), `rows`,
   `addresses` and `database`.
4. ``api_key="..."`` is the key of the platform's account.
5. A function called `main` is called; an example with tests in it is run by pytest.
"""

import ast
import asyncio
import importlib
import inspect
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Final

import attrs

import sentori_async
import sentori_sync
from sentori_async.registry import STEMS
from sentori_async.sandbox import Sandbox
from tests.docs.blocks import ROOT, Block

PEOPLE: Final = {"joe": "Joe", "ann": "Ann", "bob": "Bob"}
ADDRESSES: Final = [f"{name}@example.com" for name in PEOPLE]
FILES: Final = {
    "contacts.csv": "EmailAddress,FirstName\njoe@example.com,Joe\n,Ann\nbob@example.com,Bob,x\n",
    "people.csv": (
        "E-mail,First name,Surname,Favourite pizza\n"
        "joe@example.com,Joe,Bloggs,Napoli\n"
        "jane@example.com,Jane,Doe,\n"
        ",Bob,,Roma\n"
    ),
}
PATIENCE_S: Final = 60


@attrs.frozen
class Scene:
    """What examples about one platform find.

    Attributes:
        fill: Puts into an account what they take for granted.
        names: What stands there by name besides `client`.
    """

    fill: Callable[[Any], object]
    names: Mapping[str, Any] = attrs.field(factory=dict)


def _fill_sentori(account: Any) -> None:
    for address, name in zip(ADDRESSES, PEOPLE.values(), strict=True):
        account.contacts.add(address, {"FirstName": name})
    account.mailing_lists.add("LISTID01", "Newsletter")


def _fill_spotzee(project: Any) -> None:
    project.contacts.add_many(SPOTZEE_ROWS)
    project.subscriptions.add("Newsletter")


SPOTZEE_ROWS: Final = [
    {"external_id": f"{n}-1", "email": f"{n}@example.com", "data": {"first_name": first}}
    for n, first in PEOPLE.items()
]
NUMBERS: Final = ["+12125550123", "+12125550124", "+12125550125"]


def _fill_sent(account: Any) -> None:
    account.contacts.add_many(NUMBERS)
    account.templates.add("welcome", variables=("name",), text="Hello {{0:variable}}")


def _fill_getresponse(account: Any) -> None:
    for campaign, name in (("C", "first"), ("D", "second")):
        account.campaigns.add(name, campaign_id=campaign)
    account.contacts.add_many(ADDRESSES, campaign="C")
    account.tags.add("vip", tag_id="vBd5")
    account.custom_fields.add("city", field_id="pas")


SCENES: Final = {
    "sentori": Scene(
        _fill_sentori,
        {
            "addresses": list(ADDRESSES),
            "rows": [
                {"EmailAddress": f"{n}@example.com", "FirstName": first}
                for n, first in PEOPLE.items()
            ],
            "database": [(f"{n}@example.com", first) for n, first in PEOPLE.items()],
        },
    ),
    "getresponse": Scene(_fill_getresponse),
    "sent": Scene(
        _fill_sent,
        {
            "numbers": list(NUMBERS),
            "rows": [{"phone_number": number, "opt_out": True} for number in NUMBERS],
        },
    ),
    "spotzee": Scene(_fill_spotzee, {"rows": SPOTZEE_ROWS}),
}


def prepare(sandbox: Sandbox, folder: Path) -> Mapping[str, str]:
    """Fill the accounts and the working directory; return the environment."""
    environment = {}
    for platform, scene in SCENES.items():
        account = sandbox.account(platform)
        scene.fill(account)
        environment[f"{platform.upper()}_API_KEY"] = account.api_key
        environment[f"{platform.upper()}_BASE_URL"] = sandbox.url(platform)
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return environment


def platform_of(block: Block) -> str:
    """Return the platform that an example is about."""
    for name in SCENES:
        if re.search(rf"\b(Async)?{STEMS[name]}\(", block.text):
            return name
    path = Path(block.source)
    named = {path.stem, path.parent.name} & set(SCENES)
    return named.pop() if named else "sentori"


def play(block: Block) -> None:
    """Run an example; raise what it raises."""
    platform = platform_of(block)
    stem, key = STEMS[platform], os.environ.get(f"{platform.upper()}_API_KEY", "")
    text = block.code.replace('api_key="..."', f'api_key="{key}"')
    if "def test_" in text:
        _run_tests(text)
        return
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    program = compile(text, str(ROOT / block.source), "exec", flags, dont_inherit=True)
    names = {"__name__": "example", **SCENES[platform].names, **_neighbours(block)}
    if program.co_flags & inspect.CO_COROUTINE or "async def main" in text:
        asyncio.run(_run_async(program, names, stem))
    else:
        _run_blocking(program, names, stem)


def _neighbours(block: Block) -> dict[str, Any]:
    """Return the names that stand beside an example in a docstring."""
    if not block.source.endswith(".py"):
        return {}
    path = Path(block.source).with_suffix("")
    parts = path.parent.parts if path.name == "__init__" else path.parts
    module = importlib.import_module(".".join(parts))
    client = f"Async{STEMS[platform_of(block)]}"
    beside = {n: v for n, v in vars(module).items() if n[0] != "_"}
    return {client: getattr(sentori_async, client), **beside}


async def _run_async(program: CodeType, names: dict[str, Any], stem: str) -> None:
    async with getattr(sentori_async, f"Async{stem}")() as client:
        names["client"] = client
        running = eval(program, names)
        if running is not None:
            await running
        if "main" in names:
            await names["main"]()


def _run_blocking(program: CodeType, names: dict[str, Any], stem: str) -> None:
    with getattr(sentori_sync, stem)() as client:
        names["client"] = client
        eval(program, names)
        if "main" in names:
            names["main"]()


def _run_tests(text: str) -> None:
    path = Path("test_example.py")
    path.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", path],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout
