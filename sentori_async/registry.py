"""The platforms there are; a new one is one line here.

All else follows from the name: ``platforms/<name>/`` holds the client ``Async<Stem>`` and the
catalogue, and ``sandbox/<name>/app.py`` the service ``<Stem>Platform`` with its ``<Stem>Options``.
"""

from __future__ import annotations

import importlib
from typing import Any, Final

STEMS: Final = {
    "sentori": "Sentori",
    "getresponse": "GetResponse",
    "sent": "Sent",
    "spotzee": "Spotzee",
}
"""Each platform's name, with what its classes are called by."""


def catalogue_module(name: str) -> str:
    """Return the module that holds a platform's ``CATALOGUE``."""
    return f"sentori_async.platforms.{name}.catalogue"


def client_module(name: str) -> str:
    """Return the module that holds a platform's async client."""
    return f"sentori_async.platforms.{name}.client"


def client_class(name: str) -> Any:
    """Return a platform's async client, loaded on first use."""
    return getattr(importlib.import_module(client_module(name)), f"Async{STEMS[name]}")


def migration_module(name: str) -> str:
    """Return the module that says how a platform's contacts are moved, as its ``SIDE``."""
    return f"sentori_async.platforms.{name}.migration"


def sandbox_module(name: str) -> str:
    """Return the module that holds a platform's sandboxed service."""
    return f"sentori_async.sandbox.{name}.app"
