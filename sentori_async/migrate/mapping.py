"""Which field of the target is made from which field of the source.

A map is a TOML file with two tables: [fields] and [status]; docs/migrate.md shows one. Names below
another, such as data.first_name, may be quoted or not: both mean the same.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from sentori_async.errors import InvalidInput
from sentori_async.migrate.sides import Kind, Side, Standing, knows
from sentori_async.unset import UNSET

_TABLES: Final = frozenset({"fields", "status"})
_RULE: Final = frozenset({"from", "constant", "values", "otherwise"})
_PLAIN: Final = (str, int, float, bool)


@attrs.frozen(kw_only=True)
class Rule:
    """How one field of the target is made.

    Attributes:
        target: The field of the target.
        source: The field of the source; None for a constant.
        constant: The constant, or UNSET.
        values: What values of the source become; others stay as they are.
        otherwise: What all other values become; UNSET leaves them as they are.
        where: Where the rule is written, for the text of an error.
    """

    target: str
    source: str | None = None
    constant: Any = UNSET
    values: Mapping[str, Any] = attrs.field(factory=dict, hash=False)
    otherwise: Any = UNSET
    where: str = "the map"

    def value(self, fields: Mapping[str, Any]) -> Any:
        """Return the target's value, or UNSET where the source has none."""
        if self.source is None:
            return self.constant
        found = fields.get(self.source, UNSET)
        if found is UNSET or found is None or found == "":
            return UNSET
        if isinstance(found, str | int | float):
            text = str(found).lower() if isinstance(found, bool) else str(found)
            if text in self.values:
                return self.values[text]
        return found if self.otherwise is UNSET else self.otherwise


@attrs.frozen(kw_only=True)
class FieldMap:
    """How all fields of the target are made.

    Attributes:
        rules: One rule for each field, by its name.
        unsubscribed: How contacts are written that are unsubscribed at the source.
        where: Where the map is written, for the text of an error.
    """

    rules: Mapping[str, Rule] = attrs.field(factory=dict, hash=False)
    unsubscribed: Standing = Standing.UNSUBSCRIBED
    where: str = "the map"

    @classmethod
    def of(cls, fields: Mapping[str, Any], *, where: str = "the map") -> FieldMap:
        """Return the map of some target fields, each with what a map file may say of it.

        Raises:
            InvalidInput: A rule is not one.
        """
        return cls(rules={n: _rule(n, v, where) for n, v in _flat(fields)}, where=where)

    @classmethod
    def read(cls, path: Path) -> FieldMap:
        """Read a map file.

        Raises:
            InvalidInput: It cannot be read, is not TOML, or says what no map says.
        """
        try:
            text = path.read_text(encoding="utf-8")
            document = tomllib.loads(text)
        except OSError as error:
            raise InvalidInput(f"the map {path} cannot be read: {error.strerror}") from error
        except UnicodeError as error:
            raise InvalidInput(f"the map {path} cannot be read as text") from error
        except tomllib.TOMLDecodeError as error:
            raise InvalidInput(f"the map {path} is not TOML: {error}") from error
        lines = _Lines(path, text)
        for name in document.keys() - _TABLES:
            raise InvalidInput(f"{lines.of(name)}: a map has [fields] and [status], not {name!r}")
        fields, status = _table(document, "fields", lines), _table(document, "status", lines)
        rules = {n: _rule(n, v, lines.of(n)) for n, v in _flat(fields)}
        return cls(rules=rules, unsubscribed=_unsubscribed(status, lines), where=str(path))

    def for_pair(self, source: Side, target: Side) -> FieldMap:
        """Return the map with the identity in it, checked against both platforms.

        Raises:
            InvalidInput: The identity has to be said, or a field is not one.
        """
        whole = self._identified(source, target)
        for rule in whole.rules.values():
            _check(rule, rule.target, target.writable(), f"{target.title} has no field to write")
            if rule.source is not None:
                _check(rule, rule.source, source.readable(), f"{source.title} has no field")
        identity = whole.rules[target.identity]
        if identity.source is None:
            raise InvalidInput(f"{identity.where}: {target.identity} identifies each contact, and "
                               "cannot be a constant")  # fmt: skip
        return whole

    def _identified(self, source: Side, target: Side) -> FieldMap:
        if target.identity in self.rules:
            return self
        if source.kind is target.kind and target.kind is not Kind.OWN:
            rule = Rule(target=target.identity, source=source.identity, where=self.where)
            return attrs.evolve(self, rules={target.identity: rule, **self.rules})
        raise InvalidInput(
            f"{self.where}: say under [fields] which field of {source.title} becomes "
            f"{target.identity}, which identifies contacts at {target.title} and is "
            f"{target.kind.value}; {source.title} identifies them by {source.identity}, "
            f"{source.kind.value}"
        )

    @property
    def sources(self) -> frozenset[str]:
        """The fields of the source that are wanted."""
        return frozenset(rule.source for rule in self.rules.values() if rule.source is not None)

    def apply(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return the target's fields; those that the source has no value for are left out."""
        made = ((name, rule.value(fields)) for name, rule in self.rules.items())
        return {name: value for name, value in made if value is not UNSET}

    def told(self) -> list[Any]:
        """Return what the map says as plain data: equal maps say the same."""
        rules = (
            [r.target, r.source, None if r.constant is UNSET else r.constant, dict(r.values),
             None if r.otherwise is UNSET else r.otherwise]
            for r in self.rules.values()
        )  # fmt: skip
        return [int(self.unsubscribed), sorted(rules, key=str)]


# ------------------------------------------------------------------------------------- reading


@attrs.frozen
class _Lines:
    """Where names stand in a map file: the parser does not tell."""

    path: Path
    text: str = attrs.field(repr=False)

    def of(self, name: str) -> str:
        """Return the place of a name, such as "map.toml, line 3"."""
        last = name.rpartition(".")[2]
        wanted = [name, last] if last != name else [name]
        for each in wanted:
            key = re.compile(rf"""^\s*(\[\s*|.*\.)?["']?{re.escape(each)}["']?\s*(=|\.|\])""")
            for number, line in enumerate(self.text.splitlines(), 1):
                if key.match(line):
                    return f"{self.path}, line {number}"
        return str(self.path)


def _table(document: Mapping[str, Any], name: str, lines: _Lines) -> Mapping[str, Any]:
    found = document.get(name, {})
    if isinstance(found, Mapping):
        return found
    raise InvalidInput(f"{lines.of(name)}: [{name}] is a table")


def _flat(fields: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each field with what is said of it, the names of nested ones joined by dots."""
    for name, value in fields.items():
        whole = f"{head}{name}"
        if isinstance(value, Mapping) and not value.keys() & _RULE:
            yield from _flat(value, f"{whole}.")
        else:
            yield whole, value


def _rule(target: str, value: Any, where: str) -> Rule:
    if isinstance(value, str) and value:
        return Rule(target=target, source=value, where=where)
    if not isinstance(value, Mapping):
        raise InvalidInput(
            f"{where}: {target} is the name of a source's field, or a table with 'from' or "
            "'constant'"
        )
    for name in value.keys() - _RULE:
        raise InvalidInput(f"{where}: {target} has {name!r}, and may have {', '.join(_SAID)}")
    if ("from" in value) == ("constant" in value):
        raise InvalidInput(f"{where}: {target} has either 'from' or 'constant'")
    if "constant" in value:
        return _constant(target, value, where)
    values = value.get("values", {})
    if not isinstance(value["from"], str) or not isinstance(values, Mapping):
        raise InvalidInput(f"{where}: {target} has a name as 'from', and a table as 'values'")
    return Rule(
        target=target,
        source=value["from"],
        values={str(name): one for name, one in values.items()},
        otherwise=value.get("otherwise", UNSET),
        where=where,
    )


_SAID: Final = ("from", "constant", "values", "otherwise")


def _constant(target: str, value: Mapping[str, Any], where: str) -> Rule:
    if len(value) > 1 or not isinstance(value["constant"], _PLAIN):
        raise InvalidInput(f"{where}: a constant is a text, a number, true or false, and no more")
    return Rule(target=target, constant=value["constant"], where=where)


def _unsubscribed(status: Mapping[str, Any], lines: _Lines) -> Standing:
    """Return how unsubscribed contacts are written: as they are, or suppressed; never better."""
    for name in status.keys() - {"unsubscribed"}:
        raise InvalidInput(f"{lines.of(name)}: [status] has 'unsubscribed' alone, not {name!r}")
    word = status.get("unsubscribed", "unsubscribed")
    for standing in (Standing.UNSUBSCRIBED, Standing.SUPPRESSED):
        if word == standing.word:
            return standing
    raise InvalidInput(
        f"{lines.of('unsubscribed')}: unsubscribed contacts become 'unsubscribed' or "
        "'suppressed' and nothing else"
    )


def _check(rule: Rule, name: str, names: tuple[str, ...], what: str) -> None:
    if knows(names, name):
        return
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"it has {', '.join(names)}"
    raise InvalidInput(f"{rule.where}: {what} {name!r}; {hint}")
