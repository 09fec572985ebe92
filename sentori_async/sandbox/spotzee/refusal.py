"""Errors as Spotzee answers them, in every shape they have had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import attrs
import orjson
from multidict import CIMultiDict

from sentori_async.platforms.spotzee.catalogue import CATALOGUE
from sentori_async.sandbox.platform import Reply
from sentori_async.sandbox.spotzee.options import ErrorShape

_ROWS: Final = {row.code: row for row in CATALOGUE.codes}

# What the page of 2026-04-28 calls today's codes, with its statuses; a code that is not here had
# no name on that page, and keeps today's (inferred).
_ON_THE_OLD_PAGE: Final[Mapping[str, tuple[str, int]]] = {
    "resource_missing": ("not_found", 404),
    "permission_denied": ("forbidden", 403),
    "resource_already_exists": ("duplicate", 409),
    "validation_failed": ("validation_failed", 400),
    "parameter_missing": ("validation_failed", 400),
    "parameter_invalid_empty": ("validation_failed", 400),
    "parameter_invalid_format": ("validation_failed", 400),
    "parameter_unknown": ("validation_failed", 400),
    "user_capacity_exhausted": ("quota_exceeded", 402),
}
_LEGACY_NUMBER: Final = 9000
_PROBLEM: Final = "application/problem+json"
_JSON: Final = "application/json; charset=utf-8"


@attrs.frozen(kw_only=True)
class FieldFault:
    """One field of a body that does not fit.

    Attributes:
        param: Where it is, such as "0.email".
        code: A code of the catalogue.
        message: What is wrong.
    """

    param: str
    code: str
    message: str


class Refusal(Exception):
    """The request, or one item of a batch, is answered with an error and changes nothing.

    Attributes:
        code: The catalogue's code.
        message: What happened, without anybody's data.
        param: The parameter at fault, or "".
        faults: The fields at fault.
        headers: Headers that go with the answer.
    """

    def __init__(
        self,
        code: str,
        message: str = "",
        *,
        param: str = "",
        faults: Sequence[FieldFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or _ROWS[code].meaning
        self.param = param
        self.faults = tuple(faults)
        self.headers = dict(headers or {})

    def item(self, shape: ErrorShape) -> dict[str, str]:
        """Return it as the result of one item of a batch."""
        code = named(self.code, shape)[0]
        return {"code": code, "message": self.message}

    def reply(self, shape: ErrorShape, request_id: str | None) -> Reply:
        """Return it as an answer.

        Args:
            shape: The generation of bodies.
            request_id: What the body says about the request's id; None is nothing.
        """
        _, status = named(self.code, shape)
        media = _PROBLEM if shape in {ErrorShape.PROBLEM, ErrorShape.NUMERIC} else _JSON
        headers = CIMultiDict({"Content-Type": media, **self.headers})
        return Reply(status, orjson.dumps(self._body(shape, request_id)), headers)

    def _body(self, shape: ErrorShape, request_id: str | None) -> dict[str, Any]:
        faults = [attrs.asdict(fault) for fault in self.faults]
        if shape is ErrorShape.TEXT:
            return {"error": self.message}
        if shape is ErrorShape.PAGE:
            details = {fault.param: fault.message for fault in self.faults}
            if self.param:
                details[self.param] = self.message
            code = named(self.code, shape)[0]
            return {"error": {"code": code, "message": self.message, "details": details}}
        code_or_number = _LEGACY_NUMBER if shape is ErrorShape.NUMERIC else self.code
        body = {"status": "error", "code": code_or_number, "message": self.message}
        body["error"] = self.message  # the legacy copy
        if shape is ErrorShape.MINIMAL:
            return body
        more = {"request_id": request_id, "param": self.param, "errors": faults}
        kind = f"{CATALOGUE.doc_url}#{self.code}"
        return {
            **body,
            "title": _ROWS[self.code].name,
            "type": kind,
            **{name: value for name, value in more.items() if value},
        }


def named(code: str, shape: ErrorShape) -> tuple[str, int]:
    """Return what a generation calls today's code, and its HTTP status there."""
    today = code, _ROWS[code].statuses[0]
    return _ON_THE_OLD_PAGE.get(code, today) if shape is ErrorShape.PAGE else today


def invalid(faults: Sequence[FieldFault], *, as_parameters: bool = False) -> Refusal:
    """Return the refusal of a body that does not fit.

    Args:
        faults: What does not fit; at least one.
        as_parameters: Name only the first, as a parameter and with 400.
    """
    first = faults[0]
    if as_parameters:
        return Refusal(first.code, first.message, param=first.param)
    return Refusal("validation_failed", first.message, faults=faults)
