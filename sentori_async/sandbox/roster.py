"""The platforms that a sandbox plays: their options, services and accounts.

A new platform plays with its line in `sentori_async.registry`; a line in `PlatformOptions` and a
property of `Accounts` let type checkers know it, too.
"""

from __future__ import annotations

import abc
import datetime as dt
import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypedDict, cast

from sentori_async.errors import SentoriError
from sentori_async.registry import STEMS, sandbox_module
from sentori_async.sandbox.database import Database
from sentori_async.sandbox.platform import Platform

if TYPE_CHECKING:
    from sentori_async.sandbox.getresponse.options import GetResponseOptions
    from sentori_async.sandbox.getresponse.state import GetResponseState
    from sentori_async.sandbox.sent.options import SentOptions
    from sentori_async.sandbox.sent.state import SentState
    from sentori_async.sandbox.sentori.options import SentoriOptions
    from sentori_async.sandbox.sentori.state import SentoriState
    from sentori_async.sandbox.spotzee.options import SpotzeeOptions
    from sentori_async.sandbox.spotzee.state import SpotzeeState


class PlatformOptions(TypedDict, total=False):
    """How each platform behaves where its pages are silent; the defaults where absent."""

    sentori: SentoriOptions
    getresponse: GetResponseOptions
    sent: SentOptions
    spotzee: SpotzeeOptions


def check_names(options: Mapping[str, object]) -> None:
    """Refuse options of a platform that there is not.

    Raises:
        TypeError: A name is no platform's.
    """
    for name in options:
        if name not in STEMS:
            raise TypeError(f"Sandbox() got an unexpected keyword argument {name!r}")


def start_platforms(
    database: Database, options: Mapping[str, object], clock: Callable[[], dt.datetime]
) -> dict[str, Platform]:
    """Return the service of every platform, by its name.

    Args:
        database: Where they keep their state.
        options: The options of some of them, by name.
        clock: Gives the present time, without a zone.
    """
    platforms: dict[str, Platform] = {}
    for name, stem in STEMS.items():
        module = importlib.import_module(sandbox_module(name))
        chosen = options.get(name)
        if chosen is None:
            chosen = getattr(module, f"{stem}Options")()
        platforms[name] = getattr(module, f"{stem}Platform")(database, chosen, clock)
    return platforms


class Accounts(abc.ABC):
    """The platforms' default accounts, to seed and to read."""

    @abc.abstractmethod
    def _platform(self, name: str) -> Platform | None:
        """Return a platform's service, once it is started."""

    def account(self, platform: str) -> Any:
        """Return the default account of a platform.

        Args:
            platform: The platform's name, such as "sentori".

        Raises:
            SentoriError: The sandbox is not started.
        """
        service = self._platform(platform)
        if service is None:
            raise SentoriError("the sandbox is not started")
        return service.accounts.default

    @property
    def sentori(self) -> SentoriState:
        """The Sentori account that `API_KEY` opens."""
        return cast("SentoriState", self.account("sentori"))

    @property
    def getresponse(self) -> GetResponseState:
        """The GetResponse account that `GETRESPONSE_KEY` opens."""
        return cast("GetResponseState", self.account("getresponse"))

    @property
    def sent(self) -> SentState:
        """The Sent account that `SENT_KEY` opens."""
        return cast("SentState", self.account("sent"))

    @property
    def spotzee(self) -> SpotzeeState:
        """The Spotzee project that `SPOTZEE_KEY` opens."""
        return cast("SpotzeeState", self.account("spotzee"))
