"""The architecture is what the imports say, and the checker of the imports can be trusted."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.layers import violations

ROOT = Path(__file__).parent.parent

SKELETON = (
    "sentori_async/__init__.py",
    "sentori_async/errors.py",
    "sentori_async/unset.py",
    "sentori_async/version.py",
    "sentori_async/secret.py",
    "sentori_async/settings.py",
    "sentori_async/client.py",
    "sentori_async/wire/__init__.py",
    "sentori_async/wire/message.py",
    "sentori_async/wire/catalogue.py",
    "sentori_async/transport/__init__.py",
    "sentori_async/transport/session.py",
    "sentori_async/transport/retry.py",
    "sentori_async/bulk/__init__.py",
    "sentori_async/bulk/engine.py",
    "sentori_async/sources/__init__.py",
    "sentori_async/sandbox/__init__.py",
    "sentori_async/sandbox/server.py",
    "sentori_async/cli/__init__.py",
    "sentori_async/integrations/__init__.py",
    "sentori_async/platforms/__init__.py",
    "sentori_async/platforms/sentori/__init__.py",
    "sentori_async/platforms/sentori/client.py",
    "sentori_async/platforms/sentori/calls.py",
    "sentori_async/platforms/sentori/models.py",
    "sentori_async/platforms/sentori/catalogue.py",
    "sentori_async/platforms/sentori/webhooks.py",
    "sentori_async/platforms/spotzee/__init__.py",
    "sentori_async/platforms/spotzee/calls.py",
    "sentori_sync/__init__.py",
    "sentori_sync/portal.py",
)

# What one line in one module would break, and the sentence that says so.
BROKEN = [
    ("sentori_async/errors.py", "from sentori_async.wire import message", "errors may import"),
    ("sentori_async/unset.py", "import sentori_async.errors", "unset may import nothing"),
    ("sentori_async/secret.py", "from sentori_async import settings", "secret may import"),
    ("sentori_async/settings.py", "import sentori_async.client", "settings may import"),
    ("sentori_async/wire/message.py", "from sentori_async.settings import X", "wire may import"),
    ("sentori_async/wire/message.py", "from sentori_async import Contact", "wire may import"),
    ("sentori_async/wire/message.py", "from ..transport import session", "wire may import"),
    ("sentori_async/transport/retry.py", "import sentori_async.bulk", "transport may import"),
    ("sentori_async/bulk/engine.py", "from sentori_async.client import X", "bulk may import"),
    ("sentori_async/bulk/engine.py", "import sentori_async.transport.retry", "bulk may import"),
    ("sentori_async/client.py", "import sentori_async.platforms.sentori", "client may import"),
    ("sentori_async/client.py", "import sentori_async.sources", "client may import"),
    (
        "sentori_async/platforms/sentori/client.py",
        "from sentori_async.transport.session import Session",
        "platforms may import",
    ),
    (
        "sentori_async/platforms/sentori/calls.py",
        "from sentori_async.platforms.spotzee import calls",
        "one vendor's folder knows no other's",
    ),
    ("sentori_async/sources/__init__.py", "from sentori_async import wire", "sources may import"),
    (
        "sentori_async/sandbox/server.py",
        "from sentori_async.platforms.sentori.models import Contact",
        "sandbox may import",
    ),
    ("sentori_async/sandbox/server.py", "import sentori_async.wire.message", "sandbox may import"),
    ("sentori_async/sandbox/server.py", "import sentori_async.client", "sandbox may import"),
    ("sentori_async/cli/__init__.py", "import sentori_sync", "never imports the blocking package"),
    ("sentori_async/news.py", "import sentori_async.errors", "no rule for 'news'"),
    ("sentori_async/wire/message.py", "import asyncio", "is pure"),
    ("sentori_async/wire/message.py", "def f():\n    import time", "is pure"),
    ("sentori_async/platforms/sentori/calls.py", "from random import random", "is pure"),
    ("sentori_async/platforms/sentori/models.py", "import asyncio.tasks", "is pure"),
    ("sentori_async/platforms/sentori/catalogue.py", "import backoff", "is pure"),
    ("sentori_async/platforms/sentori/webhooks.py", "from time import time", "is pure"),
    ("sentori_async/client.py", "import aiohttp", "only sentori_async.transport.session imports"),
    (
        "sentori_async/bulk/engine.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import aiohttp",
        "only sentori_async.transport.session imports",
    ),
    ("sentori_async/sandbox/server.py", "from aiohttp import ClientSession", "imports aiohttp"),
    ("sentori_async/transport/session.py", "from aiohttp import web", "only sentori_async.sandbox"),
    ("sentori_sync/portal.py", "import aiohttp", "only sentori_async.transport.session imports"),
    ("sentori_async/transport/session.py", "import backoff", "only sentori_async.transport.retry"),
    ("sentori_async/client.py", "key.reveal()", "reveals a secret"),
    ("sentori_sync/portal.py", "read = key.reveal", "reveals a secret"),
    (
        "sentori_async/bulk/engine.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import sentori_async.client",
        "bulk may import",
    ),
    (
        "sentori_async/bulk/engine.py",
        "import importlib\nimportlib.import_module('sentori_async.client')",
        "bulk may import",
    ),
]

ALLOWED = [
    (
        "sentori_async/client.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import aiohttp",
    ),
    ("sentori_async/secret.py", "from sentori_async.errors import ConfigurationError"),
    ("sentori_async/wire/message.py", "from sentori_async import errors, unset"),
    ("sentori_async/wire/message.py", "from . import catalogue"),
    ("sentori_async/transport/session.py", "import aiohttp, asyncio, time\nkey.reveal()"),
    ("sentori_async/transport/retry.py", "import backoff, random"),
    ("sentori_async/bulk/engine.py", "from sentori_async.wire.message import Call"),
    ("sentori_async/client.py", "from sentori_async.transport.session import Session"),
    ("sentori_async/platforms/sentori/client.py", "from sentori_async import client, bulk, wire"),
    ("sentori_async/platforms/sentori/client.py", "from .calls import get\nimport asyncio"),
    ("sentori_async/platforms/sentori/webhooks.py", "from sentori_async.secret import Secret"),
    ("sentori_async/sandbox/server.py", "from aiohttp import web\nimport aiohttp.web"),
    (
        "sentori_async/sandbox/server.py",
        "from sentori_async.platforms.sentori.catalogue import CATALOGUE",
    ),
    (
        "sentori_async/sandbox/server.py",
        "from sentori_async.wire.catalogue import Repeat",
    ),
    ("sentori_async/cli/__init__.py", "from sentori_async import AsyncSentori, sandbox, sources"),
    ("sentori_async/integrations/__init__.py", "from sentori_async.sandbox import server"),
    ("sentori_async/__init__.py", "from sentori_async.platforms.sentori import client"),
    ("sentori_sync/portal.py", "import asyncio\nfrom sentori_async.client import AsyncClient"),
]


def test_project_breaks_no_rule() -> None:
    assert violations(ROOT) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return the root of a project with every part, and no code in it."""
    for name in SKELETON:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


@pytest.mark.parametrize(("path", "code", "sentence"), BROKEN)
def test_checker_names_the_one_broken_rule(tree: Path, path: str, code: str, sentence: str) -> None:
    (tree / path).write_text(code, encoding="utf-8")

    found = violations(tree)

    assert any(sentence in line for line in found), found
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    assert all(line.startswith(f"{module}:") for line in found)


@pytest.mark.parametrize(("path", "code"), ALLOWED)
def test_checker_lets_allowed_imports_pass(tree: Path, path: str, code: str) -> None:
    (tree / path).write_text(code, encoding="utf-8")

    assert violations(tree) == []


def _loaded_by(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter and return the names of all modules it loads."""
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout))


HEAVY = {
    "cyclopts",
    "opentelemetry",
    "pandas",
    "pyarrow",
    "pytest",
    "rich",
    "sentori_async.cli",
    "sentori_async.integrations",
    "sentori_async.sandbox",
    "sentori_async.sources",
    "tqdm",
    "uvloop",
}


@pytest.mark.parametrize("package", ["sentori_async", "sentori_sync"])
def test_importing_a_package_loads_nothing_heavy(package: str) -> None:
    assert _loaded_by(f"import {package}") & HEAVY == set()


def test_platforms_load_on_first_use() -> None:
    before = _loaded_by("import sentori_async")
    after = _loaded_by("from sentori_async import AsyncSentori")

    assert "sentori_async.platforms.sentori.client" not in before
    assert "sentori_async.platforms.sentori.client" in after
