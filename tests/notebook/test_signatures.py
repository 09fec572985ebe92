"""What people see when they ask an editor, a notebook or `help()` how a verb is called."""

from __future__ import annotations

import inspect
import pydoc
from typing import Any

import jedi  # type: ignore[import-untyped]
import pytest

import sentori_async
import sentori_sync
from sentori_async.registry import STEMS

FACES = [(sentori_sync, stem) for stem in STEMS.values()] + [
    (sentori_async, f"Async{stem}") for stem in STEMS.values()
]
EVERY_FACE = pytest.mark.parametrize(("package", "name"), FACES, ids=lambda one: str(one)[:20])


def shown(code: str) -> list[str]:
    """Return the parameters that Jedi shows for the call at the end of a program."""
    lines = code.split("\n")
    (found,) = jedi.Script(code).get_signatures(len(lines), len(lines[-1]))
    return [parameter.name for parameter in found.params]


def real(function: Any) -> list[str]:
    """Return the names of a function's parameters, without what it is bound to."""
    return [name for name in inspect.signature(function).parameters if name != "self"]


@EVERY_FACE
def test_an_editor_shows_the_real_parameters(package: Any, name: str) -> None:
    cls = getattr(package, name)
    start = f"from {package.__name__} import {name}\n"
    made = f"{start}client = {name}(api_key='key')\n"

    assert shown(f"{start}{name}(") == real(cls)
    assert shown(f"{made}client.contacts.add_or_update(") == real(
        type(cls(api_key="key").contacts).add_or_update
    )
    for verb in ("add_or_update", "stream", "sync"):
        assert shown(f"{made}client.bulk.{verb}(") == real(
            getattr(type(cls(api_key="key").bulk), verb)
        )


@pytest.mark.parametrize("stem", STEMS.values())
def test_a_notebook_and_help_show_the_same_of_a_live_client(stem: str) -> None:
    client = getattr(sentori_sync, stem)(api_key="key")
    (found,) = jedi.Interpreter("client.contacts.get(", [{"client": client}]).get_signatures()

    assert [parameter.name for parameter in found.params] == real(client.contacts.get)
    text = pydoc.plain(pydoc.render_doc(client.contacts.get))
    assert f"get{str(inspect.signature(client.contacts.get)).split(' ->')[0]}" in text
    assert (inspect.getdoc(client.contacts.get) or "?").split("\n")[0] in text
