"""What is wrong with a request body, collected before it is answered.

The errors page (read 2026-11) gives a single kind of problem a code of its own and several kinds
1000; which keys an item of `context` has is from answers recorded in 2026-01.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.refusal import Refusal

_MESSAGE: Final = "Validation error, see context section for more information"
_ID: Final = re.compile(r"[A-Za-z0-9]{1,16}")

Path = tuple[str, ...]


def is_id(text: str) -> bool:
    """Tell whether a text can be an id; inferred from the samples."""
    return _ID.fullmatch(text) is not None


def checked_id(options: GetResponseOptions, text: str) -> str:
    """Return a path's id; else refuse it with status 400."""
    if not is_id(text):
        raise Refusal(options.malformed_id_code, "Resource identifier is invalid.", status=400)
    return text


def not_allowed(kind: str, name: str) -> Refusal:
    """Return the answer to a filter or an order that the list does not have.

    Args:
        kind: "query" or "sort"; that "sort" is answered likewise is inferred.
        name: What was asked for.
    """
    text = "search" if kind == "query" else "sort"
    return Refusal(
        1000,
        _MESSAGE,
        {
            "validationType": f"searchFilter[{kind}]",
            "fieldName": name,
            "originalName": name,
            "errorDescription": f"Not allowed {text} field",
        },
    )


@attrs.frozen(eq=False)
class _Problem:
    code: int
    path: Path
    value: Any
    text: str
    limits: Mapping[str, Any]

    def shown(self, *, as_list: bool) -> dict[str, Any]:
        return {
            "validationType": "body",
            "fieldName": list(self.path) if as_list and self.path else ".".join(self.path),
            "originalValue": self.value if self.value is None else str(self.value),
            "errorDescription": self.text,
            **self.limits,
        }


@attrs.frozen(eq=False)
class Checks:
    """The problems of one request so far."""

    options: GetResponseOptions
    _problems: list[_Problem] = attrs.field(factory=list, init=False)

    def add(self, code: int, path: Path, value: Any, text: str, **limits: Any) -> None:
        """Note a problem.

        Args:
            code: 1003 to 1007, or 1000.
            path: Where it is in the body.
            value: What stands there.
            text: What is wrong with it.
            limits: More keys of the answer's context, such as `max`.
        """
        self._problems.append(_Problem(code, path, value, text, limits))

    def __len__(self) -> int:
        return len(self._problems)

    def finish(self) -> None:
        """Refuse the request if there was any problem."""
        if not self._problems:
            return
        codes = {problem.code for problem in self._problems}
        alone = len(codes) == 1 and self.options.one_problem_has_its_code
        as_list = self.options.context == "list"
        items = [problem.shown(as_list=as_list) for problem in self._problems]
        context = items if as_list or len(items) > 1 else items[0]
        raise Refusal(codes.pop() if alone else 1000, _MESSAGE, context)

    def text(
        self,
        body: Mapping[str, Any],
        name: str,
        *,
        at: Path = (),
        low: int = 0,
        high: int | None = None,
        required: bool = False,
        nullable: bool = False,
    ) -> str | None:
        """Return a text of the body; None where it is absent, null or wrong."""
        value, path = body.get(name), (*at, name)
        if value is None:
            if required or (name in body and not nullable):
                self.add(1005, path, None, "Required field empty")
            return None
        if not isinstance(value, str):
            self.add(1006, path, value, "Expected string")
            return None
        if required and not value:
            self.add(1005, path, value, "Required field empty")
            return None
        if len(value) < low or (high is not None and len(value) > high):
            text = f"Expected string length between {low} and {high}"
            self.add(1007, path, value, text, min=low, max=high)
            return None
        return value

    def one_of(
        self,
        body: Mapping[str, Any],
        name: str,
        allowed: Collection[str],
        *,
        at: Path = (),
        required: bool = False,
    ) -> str | None:
        """Return a word of a dictionary; None where it is absent or wrong."""
        value = self.text(body, name, at=at, required=required)
        if value is not None and value not in allowed:
            self.add(1003, (*at, name), value, "Value outside of the dictionary")
            return None
        return value

    def array(
        self,
        body: Mapping[str, Any],
        name: str,
        of: type,
        *,
        at: Path = (),
        low: int = 0,
        high: int | None = None,
        required: bool = False,
    ) -> list[Any] | None:
        """Return a list of things of one type; None where it is absent or wrong."""
        value, path = body.get(name), (*at, name)
        if name not in body:
            if required:
                self.add(1005, path, None, "Required field empty")
            return None
        if not isinstance(value, list):
            self.add(1006, path, value, "Expected array")
            return None
        if len(value) < low or (high is not None and len(value) > high):
            text = f"Expected between {low} and {high} items"
            self.add(1004, path, len(value), text, min=low, max=high)
            return None
        wrong = [n for n, item in enumerate(value) if not isinstance(item, of)]
        for n in wrong:
            self.add(1006, (*path, str(n)), value[n], f"Expected {_JSON_TYPES[of]}")
        return None if wrong else value

    def object(
        self, body: Mapping[str, Any], name: str, *, at: Path = (), required: bool = False
    ) -> dict[str, Any] | None:
        """Return an object within the body; None where it is absent or wrong."""
        value, path = body.get(name), (*at, name)
        if isinstance(value, dict):
            return value
        if name in body:
            self.add(1006, path, value, "Expected object")
        elif required:
            self.add(1005, path, None, "Required field empty")
        return None


_JSON_TYPES: Final[Mapping[type, str]] = {str: "string", dict: "object", list: "array"}


def json_object(options: GetResponseOptions, body: bytes) -> dict[str, Any]:
    """Return the fields of a request body.

    Raises:
        Refusal: 1000, the body is empty or not a JSON object; the latter's answer is inferred.
    """
    checks = Checks(options)
    value = None
    try:
        value = orjson.loads(body) if body.strip() else {}
    except orjson.JSONDecodeError:
        checks.add(1000, (), "", "Invalid JSON")
    else:
        if not isinstance(value, dict):
            checks.add(1000, (), "", "Expected object")
        elif not value:
            checks.add(1000, (), "", "Empty payload")
    checks.finish()
    assert isinstance(value, dict)  # noqa: S101 - for the type checker; anything else was refused
    return value
