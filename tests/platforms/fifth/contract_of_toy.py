"""Toy keeps the contract of all platforms; run in a copy of the project where it is at home."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sentori_async.sandbox.toy.app import ToyOptions
from tests.platforms.adapters import Adapter, Fields
from tests.platforms.contract import PlatformContract


class ToyAdapter(Adapter):
    """Toy: people by their ids."""

    name = "toy"
    fields: ClassVar[Fields] = {"name": "Joe"}
    other: ClassVar[Fields] = {"name": "Joseph"}
    wrong: ClassVar[Fields] = {"name": 5}
    tells = ("canary-bird",)
    options: ClassVar[Any] = ToyOptions()
    read_path = "people"

    def identity(self, n: int) -> str:
        return f"person-{n}" if n else "canary-bird"

    def seed(self, account: Any, identities: Sequence[str]) -> None:
        account.contacts.update({one: {"id": one, "name": ""} for one in identities})


class TestToy(PlatformContract):
    ADAPTER = ToyAdapter()
