"""Pages with cursors: https://docs.spotzee.com/guides/api-pagination (2026-09)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import attrs
import orjson

from sentori_async.sandbox.platform import Incoming, Reply, json_reply
from sentori_async.sandbox.spotzee.refusal import Refusal
from sentori_async.sandbox.spotzee.stores.scope import LARGEST, Scope

_DEFAULT_LIMIT: Final = 25
_LARGEST_LIMIT: Final = 100
_ALL: Final = -1
_PARAMETERS: Final = frozenset({"cursor", "page", "limit", "sort", "direction", "q"})


@attrs.frozen(kw_only=True)
class Source:
    """A table that is read in pages.

    Attributes:
        columns: What each row has; the first is its unique number.
        table: The tables and the condition that picks a project's rows, with one place for it.
        sorts: What can be sorted by: a name, and what it is in SQL, never null.
        sort: What it is sorted by unless asked otherwise.
        direction: The direction then.
        searched: The columns that `q` looks into.
    """

    columns: str
    table: str
    sorts: Mapping[str, str]
    sort: str = "id"
    direction: str = "desc"
    searched: tuple[str, ...]

    @property
    def number(self) -> str:
        """The column of the unique number."""
        return self.columns.partition(",")[0].strip()


@attrs.frozen(kw_only=True)
class Ask:
    """One page as it is asked for.

    Attributes:
        cursor: The sort value and number next to the page, or None.
        backwards: Whether the page lies before the cursor.
        limit: How many rows at most, or -1 for all.
        sort: What in SQL to sort by.
        descending: Whether the largest comes first.
        words: What to look for, or "".
    """

    cursor: tuple[Any, int] | None
    backwards: bool
    limit: int
    sort: str
    descending: bool
    words: str


def page(
    scope: Scope,
    source: Source,
    request: Incoming,
    show: Callable[[tuple[Any, ...]], Any],
    *,
    values: tuple[Any, ...] | None = None,
) -> Reply:
    """Return one page.

    Args:
        scope: The project.
        source: What to read.
        request: The request, whose query says which page.
        show: Makes an item of a row.
        values: What stands at the places of the source's table; the project unless given.

    Raises:
        Refusal: The query does not fit.
    """
    ask = asked(source, request.query, scope)
    sql, more = _statement(source, ask)
    rows = scope.database.rows(sql, *(values or (scope.project,)), *more)
    surplus = ask.limit != _ALL and len(rows) > ask.limit
    rows = rows[: ask.limit] if surplus else rows
    if ask.backwards:
        rows.reverse()
    before = surplus if ask.backwards else ask.cursor is not None
    after = ask.cursor is not None if ask.backwards else surplus
    cursors = {
        "nextCursor": _cursor(rows[-1]) if rows and after else None,
        "prevCursor": _cursor(rows[0]) if rows and before else None,
    }
    if scope.options.omit_null_cursors:
        cursors = {name: cursor for name, cursor in cursors.items() if cursor is not None}
    return json_reply({"results": [show(row[:-1]) for row in rows], **cursors, "limit": ask.limit})


def asked(source: Source, query: str, scope: Scope) -> Ask:
    """Return which page a query asks for.

    Raises:
        Refusal: parameter_unknown, parameter_invalid_empty or parameter_invalid_format.
    """
    given = parameters(query, _PARAMETERS, scope)
    sort = given.get("sort", source.sort)
    if sort not in source.sorts:
        raise _misshapen("sort")  # inferred, the guide's older "-field" included
    direction = one_of(given, "direction", ("asc", "desc")) or source.direction
    return Ask(
        cursor=_parsed(given["cursor"]) if "cursor" in given else None,
        backwards=one_of(given, "page", ("next", "prev")) == "prev",
        limit=_limit(given.get("limit"), allow_all=scope.options.allow_limit_all),
        sort=source.sorts[sort],
        descending=direction == "desc",
        words=given.get("q", ""),
    )


def parameters(query: str, known: Collection[str], scope: Scope) -> dict[str, str]:
    """Return the parameters of a query, the last one of each name.

    Raises:
        Refusal: parameter_unknown or parameter_invalid_empty.
    """
    given = dict(parse_qsl(query, keep_blank_values=True))
    for name, value in given.items():
        if name not in known:
            if scope.options.refuse_unknown_parameters:
                raise Refusal("parameter_unknown", param=name)
        elif not value and name != "q":
            raise Refusal("parameter_invalid_empty", param=name)
    return given


def one_of(given: Mapping[str, str], name: str, choices: Collection[str]) -> str | None:
    """Return a parameter that takes few values, or None where it is absent.

    Raises:
        Refusal: parameter_invalid_format.
    """
    if name in given and given[name] not in choices:
        raise _misshapen(name)
    return given.get(name)


def _statement(source: Source, ask: Ask) -> tuple[str, list[Any]]:
    descending = ask.descending is not ask.backwards
    values: list[Any] = []
    conditions = ""
    if ask.words:
        likes = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in source.searched)
        conditions += f" AND ({likes})"
        values += [_pattern(ask.words)] * len(source.searched)
    if ask.cursor is not None:
        conditions += f" AND ({ask.sort}, {source.number}) {'<' if descending else '>'} (?, ?)"
        values += ask.cursor
    order = "DESC" if descending else "ASC"
    sql = (
        f"SELECT {source.columns}, {ask.sort} FROM {source.table}{conditions}"  # noqa: S608 - ours
        f" ORDER BY {ask.sort} {order}, {source.number} {order} LIMIT ?"
    )
    return sql, [*values, _ALL if ask.limit == _ALL else ask.limit + 1]


def _pattern(words: str) -> str:
    for special in "\\%_":
        words = words.replace(special, f"\\{special}")
    return f"%{words}%"


def _limit(text: str | None, *, allow_all: bool) -> int:
    if text is None:
        return _DEFAULT_LIMIT
    try:
        limit = int(text)
    except ValueError:
        raise _misshapen("limit") from None
    if limit in range(1, _LARGEST_LIMIT + 1) or (allow_all and limit == _ALL):
        return limit
    raise _misshapen("limit")


def _cursor(row: tuple[Any, ...]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([row[-1], row[0]])).decode().rstrip("=")


def _parsed(cursor: str) -> tuple[Any, int]:
    try:
        padding = "=" * (-len(cursor) % 4)
        value, number = orjson.loads(base64.b64decode(cursor + padding, b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise _misshapen("cursor") from None
    if not (isinstance(value, str) or _is_number(value)) or not _is_number(number):
        raise _misshapen("cursor")
    return value, number


def _is_number(value: object) -> bool:
    return isinstance(value, int) and abs(value) <= LARGEST


def _misshapen(name: str) -> Refusal:
    return Refusal("parameter_invalid_format", param=name)
