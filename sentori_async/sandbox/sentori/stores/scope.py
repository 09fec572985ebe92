"""What every store of one account needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

import attrs

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.sentori.options import SentoriOptions

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LENGTH: Final = 8
_IDS: Final = len(_ALPHABET) ** _LENGTH
_STEP: Final = 1_757_280_459_491  # coprime to the number of ids, so that no two serials share one


@attrs.frozen(eq=False)
class Scope:
    """One account within the sandbox's database.

    Attributes:
        database: Where everything is kept.
        account: The number of the account.
        options: How the sandbox behaves where the pages are silent.
        clock: Gives the present time, without a zone.
    """

    database: Database
    account: int
    options: SentoriOptions
    clock: Callable[[], dt.datetime]

    def now(self) -> str:
        """Return the present time as Sentori prints it, its fraction without closing zeros."""
        return trimmed(self.clock())

    def new_external_id(self) -> str:
        """Return an id that was not given before, of the documented samples' shape."""
        with self.database:
            self.database.run("UPDATE sentori_serial SET value = value + 1")
            return _external_id(self.database.value("SELECT value FROM sentori_serial"))

    def owned(self, sql: str, external_id: str) -> tuple[Any, ...] | None:
        """Run a query for one thing of this account by its external id."""
        return self.database.row(sql, self.account, external_id)


def trimmed(moment: dt.datetime) -> str:
    """Return a time with up to three digits of fraction, as ``2013-02-21T15:45:14.47``."""
    return moment.isoformat(timespec="milliseconds").rstrip("0").rstrip(".")


def _external_id(serial: int) -> str:
    """Return eight letters and digits that look drawn and are the same in every run."""
    number = serial * _STEP % _IDS
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)
