"""Errors as GetResponse answers them: seven fields, and a `context` of many shapes."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Mapping
from typing import Any, Final

import attrs

from sentori_async.platforms.getresponse.catalogue import CATALOGUE
from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.platform import Reply, json_reply

NOT_PLAYED: Final[Mapping[int, str]] = {
    1010: "no endpoint here asks another site about a request",
    1011: "newsletters are not played",
    1012: "newsletters are not played",
    1029: "no page says which properties are reserved",
}
"""The published codes that the sandbox answers to nothing, and why."""

_CODES: Final = {row.code: row for row in CATALOGUE.codes}
_SITE: Final = "https://apidocs.getresponse.com"
_MORE_INFO: Final = {
    "en": _SITE + "/en/v3/errors/{}",
    "plain": _SITE + "/v3/errors/{}",
    "anchor": _SITE + "/v3/errors#{}",
}


class Refusal(Exception):
    """The request is answered with an error, and changes nothing.

    Attributes:
        code: The code.
        message: What the answer says, or None for the code's own text.
        context: The answer's `context`.
        status: The HTTP status, or None for the first one of the catalogue.
        plain: Whether the answer lacks its `uuid`, and has the other form of `moreInfo`.
    """

    def __init__(
        self,
        code: int,
        message: str | None = None,
        context: Any = None,
        *,
        status: int | None = None,
        plain: bool = False,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.context = [] if context is None else context
        self.status = status
        self.plain = plain


def missing(name: str, value: str) -> Refusal:
    """Return the answer to an id that nothing has; shape of the API description, 2025-10-31."""
    return Refusal(1013, "Resource not found", {name: value})


def unauthenticated(
    kind: str,
    message: str = "Unable to authenticate request.",  # the text is ours
    *,
    code: int = 1014,
) -> Refusal:
    """Return the answer to a credential that is missing or opens nothing.

    Args:
        kind: "auth_token" for keys, "oauth2" for access tokens.
        message: What the answer says.
        code: Its code.
    """
    return Refusal(code, message, {"authenticationType": kind})


def taken(value: str) -> Refusal:
    """Return the answer to a unique value that is taken; shape of the description, 2025-10-31."""
    return Refusal(1008, "Property value is already taken", {"value": value})


@attrs.frozen(eq=False)
class Errors:
    """Turn refusals into replies, as the options say."""

    options: GetResponseOptions
    _number: itertools.count[int] = attrs.field(factory=itertools.count, init=False)

    def reply(self, refusal: Refusal) -> Reply:
        """Return the answer to a request that was refused."""
        row = _CODES[refusal.code]
        status = refusal.status or self._status(refusal.code)
        more_info = _MORE_INFO["plain" if refusal.plain else self.options.more_info]
        body: dict[str, Any] = {
            "httpStatus": status,
            "code": refusal.code,
            "codeDescription": row.name,
            "message": refusal.message or row.name,
            "moreInfo": more_info.format(refusal.code),
            "context": refusal.context,
        }
        if not refusal.plain:
            body["uuid"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"error {next(self._number)}"))
        return json_reply(body, status)

    def _status(self, code: int) -> int:
        return self.options.auth_status if code == 1014 else _CODES[code].statuses[0]
