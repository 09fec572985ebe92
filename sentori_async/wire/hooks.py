"""Structure hooks for cattrs: strict ones by type, and one made of source text per model class.

A hook takes a parsed JSON value and the type it is read as, and returns the typed value or raises
`Mismatch`.
"""

from __future__ import annotations

import enum
import linecache
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

import attrs
import cattrs

from sentori_async.unset import UNSET, Unset
from sentori_async.wire import dates

Hook: TypeAlias = Callable[[Any, Any], Any]

IntOrText: TypeAlias = Annotated[int, "also as text"]
"""An int that the platform sometimes prints as text, such as ``"16382"``."""

BoolOrText: TypeAlias = Annotated[bool, "also as text"]
"""A bool that the platform prints as text: ``"true"`` or ``"false"``."""

EXTRA: Final = "extra"
"""The field that keeps what a model's table does not name."""


class Mismatch(ValueError):
    """A value is not of the type that was expected; the text names both types, not the value."""

    def __init__(self, expected: str, found: object) -> None:
        """Say what was expected and which JSON type was found."""
        super().__init__(f"is {_json_type(found)} where {expected} was expected")


_JSON_TYPES: Final = {
    NoneType: "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}


def _json_type(value: object) -> str:
    return _JSON_TYPES.get(type(value), "something else")


# --------------------------------------------------------------------------------- strict hooks


def register(converter: cattrs.Converter) -> None:
    """Teach a converter to read JSON without coercing anything.

    Enums are subclasses of str or int, and closed; an open one is written as a union:
    ``Status | str`` gives the member for a value that it knows and keeps the text of another.
    """
    converter.register_structure_hook(str, _exactly(str, "a string"))
    converter.register_structure_hook(int, _exactly(int, "an integer"))
    converter.register_structure_hook(bool, _exactly(bool, "a boolean"))
    converter.register_structure_hook(float, _float)
    converter.register_structure_hook(datetime, _datetime)
    converter.register_structure_hook_func(_is(IntOrText), _int_or_text)
    converter.register_structure_hook_func(_is(BoolOrText), _bool_or_text)
    converter.register_structure_hook_func(_is(dict[str, Any]), _exactly(dict, "an object"))
    converter.register_structure_hook_factory(_is_open_enum, _open_enum)
    converter.register_structure_hook_factory(_may_lack, _optional)


def _is(type_: Any) -> Callable[[Any], bool]:
    return lambda candidate: candidate == type_


def _exactly(class_: type, expected: str) -> Hook:
    def structure(value: Any, type_: Any) -> Any:
        if type(value) is not class_:
            raise Mismatch(expected, value)
        # cattrs sends subclasses here as well, and the only ones that models use are enums.
        return _member(type_, value) if _is_enum(type_) else value

    return structure


def _member(type_: type[enum.Enum], value: object) -> enum.Enum:
    try:
        return type_(value)
    except ValueError:
        raise Mismatch("one of the known values", value) from None


def _float(value: Any, _: Any) -> float:
    # JSON has one kind of number: 1 and 1.0 are the same value in it.
    if type(value) is float or type(value) is int:
        return float(value)
    raise Mismatch("a number", value)


def _datetime(value: Any, _: Any) -> datetime:
    if type(value) is not str:
        raise Mismatch("a date", value)
    try:
        return dates.parse(value)
    except ValueError:
        raise Mismatch("a date", value) from None


def _int_or_text(value: Any, _: Any) -> int:
    if type(value) is int:
        return value
    # Nineteen digits are what 64 bits hold; more are no id, and slow to convert.
    if type(value) is str and value.isascii() and value.isdigit() and len(value) <= 19:
        return int(value)
    raise Mismatch("an integer", value)


def _bool_or_text(value: Any, _: Any) -> bool:
    if type(value) is bool:
        return value
    if type(value) is str and value in {"true", "false"}:
        return value == "true"
    raise Mismatch("a boolean", value)


def _is_enum(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, enum.Enum)


def _is_open_enum(type_: Any) -> bool:
    options = _options(type_)
    return len(options) == 2 and _is_enum(options[0]) and options[1] in {str, int}


def _open_enum(type_: Any, converter: cattrs.Converter) -> Hook:
    known, underlying = _options(type_)
    read = converter.get_structure_hook(underlying)
    members = {member.value: member for member in known}

    def structure(value: Any, _: Any) -> Any:
        return members.get(read(value, underlying), value)

    return structure


def _may_lack(type_: Any) -> bool:
    options = _options(type_)
    return NoneType in options or Unset in options


def _optional(type_: Any, converter: cattrs.Converter) -> Hook:
    options = _options(type_)
    inner = without_lack(type_)
    read = converter.get_structure_hook(inner)
    if NoneType not in options:
        return lambda value, _: read(value, inner)
    return lambda value, _: None if value is None else read(value, inner)


def _options(type_: Any) -> tuple[Any, ...]:
    """Return the members of a union, or the type alone."""
    return get_args(type_) if get_origin(type_) in {Union, UnionType} else (type_,)


def without_lack(type_: Any) -> Any:
    """Return a type without None and `Unset`."""
    return Union[tuple(o for o in _options(type_) if o not in {NoneType, Unset})]  # noqa: UP007 - made at run time


# ---------------------------------------------------------------------------- hooks of models


def compiled(cls: type, names: Mapping[str, str], converter: cattrs.Converter) -> Hook:
    """Return a hook for a model class, made of source text for its fields.

    Most objects hold all keys of their table: those are read by plain subscripts, and `extra` costs
    nothing where there is nothing else.
    """
    source, namespace = _source(cls, names, converter)
    filename = f"<structure hook of {cls.__module__}.{cls.__qualname__}>"
    # For tracebacks and debuggers, as attrs and cattrs do.
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    exec(compile(source, filename, "exec"), namespace)  # noqa: S102 - our own text: names come from our table, quoted
    hook: Hook = namespace["structure"]
    return hook


class Others:
    """What an object holds beside the keys of its model's table.

    Attributes:
        known: How many keys the table has.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        """Take the keys of the table."""
        self.known = len(keys)
        self._keys = frozenset(keys)
        self._latest: tuple[str, ...] = ()

    def beside_all(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the rest of an object that holds all keys of the table.

        Its other keys are likely those of the object before.
        """
        latest = self._latest
        if len(data) == self.known + len(latest):
            try:
                return {key: data[key] for key in latest}
            except KeyError:
                pass
        found = self.beside_some(data)
        self._latest = tuple(found)
        return found

    def beside_some(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the rest of any object."""
        keys = self._keys
        return {key: value for key, value in data.items() if key not in keys}


def _source(
    cls: type, names: Mapping[str, str], converter: cattrs.Converter
) -> tuple[str, dict[str, Any]]:
    hints = get_type_hints(cls, include_extras=True)
    namespace: dict[str, Any] = {
        "UNSET": UNSET,
        "Mismatch": Mismatch,
        "cls": cls,
        "from_iso": datetime.fromisoformat,
        "parse_date": dates.parse,
    }
    fields = [field for field in attrs.fields(cls) if field.init]
    known = {f.name: (f"v{i}", names[f.name]) for i, f in enumerate(fields) if f.name != EXTRA}
    others = namespace["others"] = Others([key for _, key in known.values()])
    lines = [
        'if type(data) is not dict: raise Mismatch("an object", data)',
        "try:",
        *(f"    {value} = data[{key!r}]" for value, key in known.values()),
        f"    extra = {{}} if len(data) == {others.known} else others.beside_all(data)",
        "except KeyError:",
        "    get = data.get",
        *(f"    {value} = get({key!r}, UNSET)" for value, key in known.values()),
        "    extra = others.beside_some(data)",
    ]
    for name, (value, _) in known.items():
        lines += _read(value, hints[name], namespace, converter)
    values = [(field, known.get(field.name, (EXTRA, ""))[0]) for field in fields]
    arguments = [f"{field.alias}={value}" if field.kw_only else value for field, value in values]
    lines.append(f"return cls({', '.join(arguments)})")
    return "def structure(data, _):\n    " + "\n    ".join(lines) + "\n", namespace


def _read(
    value: str, type_: Any, namespace: dict[str, Any], converter: cattrs.Converter
) -> list[str]:
    """Return the lines that turn the raw value of a field into the typed one."""
    options = _options(type_)
    null = [f"{value} is not None"] if NoneType in options else []
    absent = [f"{value} is not UNSET"] if Unset in options else []
    inner = without_lack(type_)
    # What is likely is asked first: null, then the type itself, and last what is absent.
    wrong = " and ".join([*null, *_SURELY_NOT.get(inner, ("True",)), *absent]).format(value)
    if inner in {str, bool, int}:
        return [f'if {wrong}: raise Mismatch("", {value})']
    if inner is datetime:
        return [
            f"if type({value}) is str:",
            f"    try: {value} = from_iso({value})",
            f"    except ValueError: {value} = parse_date({value})",
            f'elif {wrong}: raise Mismatch("", {value})',
        ]
    namespace[f"hook_{value}"] = converter.get_structure_hook(inner)
    namespace[f"type_{value}"] = inner
    read = f"{value} = hook_{value}({value}, type_{value})"
    if null or absent:
        return [f"if {wrong}: {read}"]
    return [f'if {value} is UNSET: raise Mismatch("", {value})', f"if {wrong}: {read}"]


_IS_NO_BOOL: Final = ("{0} is not True", "{0} is not False")
_IS_NO_INT: Final = ("type({0}) is not int",)
# What is asked of a value before its hook is, or before it is refused.
_SURELY_NOT: Final[Mapping[Any, tuple[str, ...]]] = {
    str: ("type({0}) is not str",),
    bool: _IS_NO_BOOL,
    int: _IS_NO_INT,
    BoolOrText: _IS_NO_BOOL,
    IntOrText: _IS_NO_INT,
}
