"""What every store of one account needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

import attrs

from sentori_async.sandbox.database import Database
from sentori_async.sandbox.getresponse.options import GetResponseOptions

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH: Final = 5
_IDS: Final = len(_ALPHABET) ** _LENGTH
_STEP: Final = 387_420_489  # coprime to the number of ids, so that no two serials share one


@attrs.frozen(eq=False)
class Scope:
    """One account within the sandbox's database.

    Attributes:
        database: Where everything is kept.
        account: The number of the account.
        options: How the sandbox behaves where the pages are silent.
        clock: Gives the present time in UTC, without a zone.
    """

    database: Database
    account: int
    options: GetResponseOptions
    clock: Callable[[], dt.datetime]

    def now(self) -> str:
        """Return the present time as GetResponse prints it."""
        return printed(self.clock())

    def due(self, delay_s: float) -> str:
        """Return a time of the queue, `delay_s` from now; as text it sorts as time does."""
        return (self.clock() + dt.timedelta(seconds=delay_s)).isoformat(timespec="microseconds")

    def new_id(self) -> str:
        """Return an id that was not given before: short, of letters and digits."""
        with self.database:
            self.database.run("UPDATE getresponse_serial SET value = value + 1")
            return _id(self.database.value("SELECT value FROM getresponse_serial"))


def printed(moment: dt.datetime) -> str:
    """Return a time as ``2017-03-02T07:30:49+0000``: an offset without a colon."""
    return moment.isoformat(timespec="seconds") + "+0000"


def _id(serial: int) -> str:
    """Return letters and digits that look drawn and are the same in every run."""
    number = serial * _STEP % _IDS
    letters = []
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[place])
    return "".join(letters)
