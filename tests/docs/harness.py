"""What an example of the documentation may take for granted, and how it is run.

1. The environment leads to a sandbox whose account holds joe, ann and bob at example.com, and the
   mailing list LISTID01; the working directory holds the files below.
2. Names: `client`, an open client (the async one where the example awaits something), `rows`,
   `addresses` and `database`.
3. ``api_key="..."`` is the key of that account.
4. A function called `main` is called; an example with tests in it is run by pytest.
"""

import ast
import asyncio
import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Final

from sentori_async import AsyncSentori
from sentori_async.sandbox import API_KEY, Sandbox
from sentori_sync import Sentori
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


def prepare(sandbox: Sandbox, folder: Path) -> Mapping[str, str]:
    """Fill the account and the working directory; return the environment."""
    account = sandbox.sentori
    for address, name in zip(ADDRESSES, PEOPLE.values(), strict=True):
        account.contacts.add(address, {"FirstName": name})
    account.mailing_lists.add("LISTID01", "Newsletter")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return {"SENTORI_API_KEY": account.api_key, "SENTORI_BASE_URL": sandbox.url("sentori")}


def play(block: Block) -> None:
    """Run an example; raise what it raises."""
    text = block.code.replace('api_key="..."', f'api_key="{API_KEY}"')
    if "def test_" in text:
        _run_tests(text)
        return
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    program = compile(text, str(ROOT / block.source), "exec", flags, dont_inherit=True)
    names = {**_names(), **_neighbours(block)}
    if program.co_flags & inspect.CO_COROUTINE or "async def main" in text:
        asyncio.run(_run_async(program, names))
    else:
        _run_blocking(program, names)


def _names() -> dict[str, Any]:
    fields = list(PEOPLE.items())
    return {
        "__name__": "example",
        "addresses": list(ADDRESSES),
        "rows": [{"EmailAddress": f"{n}@example.com", "FirstName": first} for n, first in fields],
        "database": [(f"{n}@example.com", first) for n, first in fields],
    }


def _neighbours(block: Block) -> dict[str, Any]:
    """Return the names that stand beside an example in a docstring."""
    if not block.source.endswith(".py"):
        return {}
    path = Path(block.source).with_suffix("")
    parts = path.parent.parts if path.name == "__init__" else path.parts
    module = importlib.import_module(".".join(parts))
    return {"AsyncSentori": AsyncSentori, **{n: v for n, v in vars(module).items() if n[0] != "_"}}


async def _run_async(program: CodeType, names: dict[str, Any]) -> None:
    async with AsyncSentori() as client:
        names["client"] = client
        running = eval(program, names)
        if running is not None:
            await running
        if "main" in names:
            await names["main"]()


def _run_blocking(program: CodeType, names: dict[str, Any]) -> None:
    with Sentori() as client:
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
