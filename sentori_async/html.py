"""Pieces of HTML for notebooks: cards, tables and a bar.

1. Whatever was not made here is escaped; `Markup` is what was made here.
2. Nothing is loaded and nothing is run: styles stand in their elements, drawings are inline SVG.
3. Text has the colour of the page around it, light or dark, and so has what is behind it.
4. Secrets and tokens are not shown.  Contacts are: their owner asked to see them.
"""

from __future__ import annotations

import enum
import html
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

import attrs

from sentori_async.unset import UNSET

EXTRA: Final = "extra"

_LONGEST: Final = 300
_MOST_ITEMS: Final = 20
_MOST_COLUMNS: Final = 30
_DEEPEST: Final = 3
_CLASSIFIED: Final = ("secret", "token")

_LINE: Final = "border-bottom:1px solid rgba(128,128,128,.3)"
_CELL: Final = f"text-align:left;vertical-align:top;padding:3px 14px 3px 0;{_LINE}"
_NAME: Final = f"{_CELL};font-weight:normal;opacity:.75;white-space:nowrap"
_HEAD: Final = f"{_CELL};font-weight:600;white-space:nowrap"
_TABLE: Final = "border-collapse:collapse;margin:4px 0;font-size:inherit"
_CARD: Final = "font-size:13px;line-height:1.45;max-width:100%;overflow-x:auto"
_SIDE: Final = "opacity:.75"
_LEGEND: Final = "margin-right:16px;white-space:nowrap"


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


class Shown:
    """A model that a notebook shows field by field."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return of_model(self)


def of_model(model: Any) -> Markup:
    """Return a model as a card with its fields that are set."""
    own = list(_fields(model).items())
    extra = list(_extra(model).items())
    return card(type(model).__name__, facts(own), *([section("Extra"), facts(extra)] * bool(extra)))


def of_list(items: Sequence[Any]) -> Markup:
    """Return models as a table of the first ones, with the columns that say something."""
    if not items:
        return card("No items")
    records = [{**_fields(item), **_extra(item)} for item in items[:_MOST_ITEMS]]
    known = dict.fromkeys(name for record in records for name in record)
    said = [name for name in known if any(_says(record.get(name)) for record in records)]
    names = said[:_MOST_COLUMNS]
    rows = [[record.get(name, UNSET) for name in names] for record in records]
    left_out = [
        *_more(len(items) - len(rows), "rows"),
        *_more(len(said) - len(names), "columns"),
    ]
    kinds = " · ".join(dict.fromkeys(type(item).__name__ for item in items[:_MOST_ITEMS]))
    return card(f"{kinds} · {len(items):,} rows", table(names, rows), *left_out)


def card(title: str, *parts: str) -> Markup:
    """Return parts below a title."""
    inside = "".join(_text(part) for part in parts)
    return Markup(f'<div style="{_CARD}"><div><b>{_text(title)}</b></div>{inside}</div>')


def section(title: str) -> Markup:
    """Return the title of what follows inside a card."""
    return Markup(f'<div style="{_SIDE};margin-top:8px">{_text(title)}</div>')


def paragraph(text: str) -> Markup:
    """Return a line of text."""
    return Markup(f"<div>{_text(text)}</div>")


def facts(pairs: Iterable[tuple[str, Any]]) -> Markup:
    """Return names and their values as a table of two columns."""
    rows = "".join(
        f'<tr><th style="{_NAME}">{_text(name)}</th><td style="{_CELL}">{value_of(value)}</td></tr>'
        for name, value in pairs
    )
    return Markup(f'<table style="{_TABLE}"><tbody>{rows}</tbody></table>')


def table(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> Markup:
    """Return rows of values below the names of their columns."""
    head = "".join(f'<th style="{_HEAD}">{_text(name)}</th>' for name in names)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{value_of(value)}</td>' for value in row) + "</tr>"
        for row in rows
    )
    return Markup(
        f'<table style="{_TABLE}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def link(url: str) -> Markup:
    """Return a link to a page of the web; anything else is mere text."""
    shown = _text(url)
    if urlsplit(url).scheme not in {"http", "https"}:
        return shown
    return Markup(
        f'<a href="{shown}" target="_blank" rel="noopener noreferrer" '
        f'style="color:inherit">{shown}</a>'
    )


def bar(parts: Sequence[tuple[str, int, str]]) -> Markup:
    """Return a bar of parts and its legend.

    Args:
        parts: The name of each, how much it is, and its colour.
    """
    whole = sum(much for _, much, _ in parts)
    pieces, start = [], 0.0
    for name, much, colour in parts:
        # What is there at all can be seen.
        width = max(100 * much / whole, 0.5)
        pieces.append(
            f'<rect x="{min(start, 99.5):.2f}" y="0" width="{width:.2f}" height="10" '
            f'fill="{_text(colour)}"><title>{_text(name)}: {much:,}</title></rect>'
        )
        start += 100 * much / whole
    legend = "".join(
        f'<span style="{_LEGEND}"><span style="color:{_text(colour)}">&#9632;</span> '
        f"{_text(name)} {much:,}</span>"
        for name, much, colour in parts
    )
    label = ", ".join(f"{name} {much:,}" for name, much, _ in parts)
    return Markup(
        f'<svg role="img" aria-label="{_text(label)}" viewBox="0 0 100 10" '
        'preserveAspectRatio="none" width="480" height="12" '
        f'style="display:block;margin:6px 0;max-width:100%">{"".join(pieces)}</svg>'
        f"<div>{legend}</div>"
    )


# ---------------------------------------------------------------------------------------- values


def value_of(value: Any, depth: int = 0) -> Markup:
    """Return a value as a cell shows it: what is absent is blank, a null is marked."""
    if isinstance(value, Markup):
        return value
    if value is UNSET:
        return Markup("")
    if value is None:
        return Markup(f'<i style="{_SIDE}">null</i>')
    if isinstance(value, enum.Enum):
        return value_of(value.value)
    if isinstance(value, datetime):
        return _text(value.isoformat(" "))
    if isinstance(value, date):
        return _text(value.isoformat())
    if isinstance(value, str | bool | int | float):
        return _cut(str(value))
    return _nested(value, depth)


def _nested(value: Any, depth: int) -> Markup:
    if depth >= _DEEPEST:
        return Markup("…")
    if isinstance(value, Mapping) or attrs.has(type(value)):
        return _entries({**_fields(value), **_extra(value)}, depth)
    if isinstance(value, list | tuple | set | frozenset):
        shown = [value_of(item, depth + 1) for item in list(value)[:_MOST_ITEMS]]
        between = ", " if depth else "<br>"
        return Markup(between.join([*shown, *_more(len(value) - len(shown), "items")]))
    return _cut(repr(value))


def _entries(entries: Mapping[str, Any], depth: int) -> Markup:
    """Return a nested value in a line, such as "city: Rome · region: Lazio"."""
    shown = [
        f'<span style="{_SIDE}">{_text(name)}:</span> {value_of(entries[name], depth + 1)}'
        for name in list(entries)[:_MOST_ITEMS]
    ]
    return Markup(" · ".join([*shown, *_more(len(entries) - len(shown), "entries")]))


def _fields(model: Any) -> dict[str, Any]:
    """Return what is set in a model, by its attributes' names, without `extra`."""
    if isinstance(model, Mapping):
        return {str(name): model[name] for name in model}
    if not attrs.has(type(model)):
        return {"value": model}
    fields = {
        field.name: getattr(model, field.name)
        for field in attrs.fields(type(model))
        if field.name != EXTRA
    }
    return {name: _guarded(name, value) for name, value in fields.items() if value is not UNSET}


def _extra(model: Any) -> dict[str, Any]:
    extra = getattr(model, EXTRA, None)
    return {name: _guarded(name, extra[name]) for name in extra} if isinstance(extra, dict) else {}


def _guarded(name: str, value: Any) -> Any:
    classified = any(word in name.lower() for word in _CLASSIFIED)
    return "***" if classified and isinstance(value, str) else value


def _says(value: Any) -> bool:
    return value is not None and value != ""


def _cut(text: str) -> Markup:
    return _text(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def _more(count: int, what: str) -> Iterator[Markup]:
    if count > 0:
        yield Markup(f'<span style="{_SIDE}">… and {count:,} more {_text(what)}</span>')


def _text(text: str) -> Markup:
    return text if isinstance(text, Markup) else Markup(html.escape(str(text)))
