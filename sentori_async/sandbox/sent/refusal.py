"""Errors as Sent means them: a code of the catalogue, and what is wrong with which field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sentori_async.platforms.sent.catalogue import CATALOGUE

Details = Mapping[str, list[str]]
"""What is wrong, by the names of the fields."""

ROWS: Final = {str(row.code): row for row in CATALOGUE.codes}
"""The catalogue's rows by their codes."""


# The catalogue names these rows shorter than the service puts them (error catalogue, early 2026).
_MESSAGES: Final = {
    "AUTH_004": "Insufficient permissions for this operation",
    "BUSINESS_004": "Contact has opted out of messaging",
    "BUSINESS_005": "Template not approved for sending",
    "BUSINESS_007": "Channel not available for this contact",
    "CONFLICT_001": "Concurrent idempotent request in progress",
    "INTERNAL_003": "External service error (SMS/WhatsApp provider)",
}


def message(code: str) -> str:
    """Return the text that the service sends with a code."""
    return _MESSAGES.get(code) or ROWS[code].name


class Refusal(Exception):
    """The request is answered with an error, and changes nothing.

    Attributes:
        code: The code of the catalogue.
        details: What is wrong with which field, or None.
        headers: Headers that belong to this answer.
    """

    def __init__(
        self,
        code: str,
        details: Details | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        self.headers = headers or {}


def wrong(code: str, field: str, text: str) -> Refusal:
    """Return the refusal of one field."""
    return Refusal(code, {field: [text]})
