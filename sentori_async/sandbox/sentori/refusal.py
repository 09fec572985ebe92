"""Errors as Sentori answers them: the catalogue's code, text and status."""

from __future__ import annotations

from typing import Final

from sentori_async.platforms.sentori.catalogue import CATALOGUE
from sentori_async.sandbox.platform import Reply, json_reply

_REPLIES: Final = {
    row.code: json_reply({"Code": row.code, "Message": row.name}, row.statuses[0])
    for row in CATALOGUE.codes
}


class Refusal(Exception):
    """The request is answered with an error, and changes nothing.

    Attributes:
        reply: The answer.
    """

    def __init__(self, code: int, reply: Reply | None = None) -> None:
        """Take a code of the catalogue, and an answer only where it differs from the usual one."""
        super().__init__(code)
        self.code = code
        self.reply = reply or _REPLIES[code]


def refused(code: int) -> Reply:
    """Return the answer that goes with a code."""
    return _REPLIES[code]
