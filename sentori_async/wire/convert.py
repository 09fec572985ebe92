"""Between JSON and models: a fast converter, and a slow twin that explains its failures.

1. A model's class says which types it takes, its table says what the fields are called; the
   class itself knows nothing of JSON.
2. Nothing is coerced: ``"false"`` is no bool, ``1`` is no text. A value of another type than the
   field's is a `DecodeError` that names the path and both types, never the value.
3. An absent key becomes `UNSET` where the field allows it, a null becomes None likewise.
4. What the table does not name is kept in `extra`, if the class has one, and written back.

The fast converter's hooks are functions made once per class, as plain source, the way attrs and
cattrs make theirs: reading 19 fields through one hook call each costs more than parsing them.
The twin is cattrs with detailed validation; it runs after a failure only, over the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_args, get_origin

import attrs
import cattrs
import orjson
from cattrs.cols import list_structure_factory
from cattrs.errors import ClassValidationError, IterableValidationError
from cattrs.gen import make_dict_structure_fn, override

from sentori_async.errors import DecodeError, InvalidInput, kind_of
from sentori_async.tables import Models
from sentori_async.unset import UNSET
from sentori_async.wire import body, hooks

T = TypeVar("T")


class Codec:
    """Read and write the models of one platform.

    Args:
        wire_names: For each model class, the platform's name of each attribute, except `extra`
            and what the constructor does not take.

    Raises:
        TypeError: A table and its class do not name the same attributes, or a field has a
            default of its own instead of `UNSET`.
    """

    def __init__(self, wire_names: Mapping[type, Mapping[str, str]]) -> None:
        """Check the tables; hooks are made when a decoder is asked for."""
        for cls, names in wire_names.items():
            _check(cls, names)
        self._names = wire_names
        self._fast = cattrs.Converter(detailed_validation=False)
        self._twin = cattrs.Converter(detailed_validation=True)
        for converter, model, array in (
            (self._fast, self._compiled, _list),
            (self._twin, self._explaining, _explaining_list),
        ):
            hooks.register(converter)
            converter.register_structure_hook_factory(attrs.has, model)
            converter.register_structure_hook_factory(_is_list, array)

    # -------------------------------------------------------------------------------- reading

    def decoder(self, type_: type[T]) -> Callable[[bytes], T]:
        """Return the function that reads JSON bytes as `type_`: a model, or a list of one.

        It raises DecodeError for what is no JSON, and for what is not as `type_` says.
        """
        structure = self._fast.get_structure_hook(type_)
        if _is_list(type_):
            structure = _shown(structure)
        loads = orjson.loads
        explain = self._explain

        def decode(data: bytes) -> T:
            try:
                value: T = structure(loads(data), type_)
                return value
            except Exception:  # noqa: BLE001, S110 - the boundary: the twin below says what it was
                pass
            return explain(data, type_)

        return decode

    def _explain(self, data: bytes, type_: type[T]) -> T:
        """Read again with the twin, which knows where it failed."""
        try:
            return self._twin.structure(body.loads(data), type_)
        except orjson.JSONDecodeError as error:
            problem = f"the answer is not JSON: {error.msg}" if data.strip() else "it is empty"
        except Exception as error:  # noqa: BLE001 - the boundary: every failure becomes one sentence
            problem = self._problem(error, "$")
        # Raised out here, so that the error drags no exception along that holds the body.
        raise DecodeError(f"the answer cannot be read: {problem}")

    def _problem(self, error: BaseException, path: str) -> str:
        """Return the path of the first failure and what was wrong there."""
        if isinstance(error, ClassValidationError | IterableValidationError):
            inner = error.exceptions[0]
            return self._problem(inner, path + self._step(error, inner))
        if isinstance(error, hooks.Mismatch):
            return f"{path} {error}"
        if isinstance(error, KeyError):
            return f"{path} is missing"
        return f"{path} cannot be read ({type(error).__name__})"

    def _step(
        self, outer: ClassValidationError | IterableValidationError, inner: BaseException
    ) -> str:
        """Return the step of the path that leads from one error to the error inside it."""
        if isinstance(outer, IterableValidationError):
            with_notes, _ = outer.group_exceptions()
            return f"[{with_notes[0][1].index}]"
        notes = [note for error, note in outer.group_exceptions()[0] if error is inner]
        return f".{self._names[outer.cl][notes[0].name]}" if notes else ""

    def _compiled(self, cls: type, converter: cattrs.Converter) -> hooks.Hook:
        return hooks.compiled(cls, self._table(cls), converter)

    def _explaining(self, cls: type, converter: cattrs.Converter) -> hooks.Hook:
        names = self._table(cls)
        # Typed Any: in cattrs's signature the overrides share their ** with its own options.
        overrides: dict[str, Any] = {name: override(rename=wire) for name, wire in names.items()}
        overrides[hooks.EXTRA] = override(omit=True)
        structure: hooks.Hook = make_dict_structure_fn(cls, converter, **overrides)
        known = frozenset(names.values())
        keeps = hooks.EXTRA in attrs.fields_dict(cls)

        def explain(value: Any, type_: Any) -> Any:
            if type(value) is not dict:
                raise hooks.Mismatch("an object", value)
            model = structure(value, type_)
            if keeps:
                model.extra = {key: value[key] for key in value if key not in known}
            return model

        return explain

    def _table(self, cls: type) -> Mapping[str, str]:
        if cls not in self._names:
            raise TypeError(f"no table of wire names for {cls.__qualname__}")
        return self._names[cls]

    # -------------------------------------------------------------------------------- writing

    def encode(self, value: object) -> bytes:
        """Return a model, or a mapping with the platform's own names, as JSON.

        `UNSET` is left out, None becomes null, and `extra` is written back; where `extra` says
        something about a field that is set, the field wins.

        Raises:
            InvalidInput: A value cannot be said in JSON; the text names the field.
        """
        return body.dumps(self.document(value))

    def document(self, value: object) -> Mapping[str, Any]:
        """Return a model as a dict with the platform's own names; a mapping as it is.

        Raises:
            InvalidInput: It is neither.
        """
        names = self._names.get(type(value))
        if names is None:
            if isinstance(value, Mapping):
                return value
            raise InvalidInput(
                f"fields are a mapping with the platform's own names, or a patch model, "
                f"not {kind_of(value)}"
            )
        document = {
            wire: self._nested(field)
            for name, wire in names.items()
            if (field := getattr(value, name)) is not UNSET
        }
        for name, field in getattr(value, hooks.EXTRA, {}).items():
            document.setdefault(name, field)
        return document

    def _nested(self, value: Any) -> Any:
        if type(value) in self._names:
            return self.document(value)
        if isinstance(value, list):
            return [self._nested(item) for item in value]
        return value


def _check(cls: type, names: Mapping[str, str]) -> None:
    fields = {field.name: field for field in attrs.fields(cls) if field.init}
    if set(fields) - {hooks.EXTRA} != set(names):
        raise TypeError(f"{cls.__qualname__} and its table of wire names differ")
    for name in names:
        if fields[name].default not in {attrs.NOTHING, UNSET}:
            raise TypeError(f"{cls.__qualname__}.{name} must be required, or UNSET by default")


def _is_list(type_: Any) -> bool:
    return get_origin(type_) is list


def _shown(structure: hooks.Hook) -> hooks.Hook:
    """Return what reads a list as users get it; the lists inside models stay plain."""
    return lambda value, type_: Models(structure(value, type_))


def _list(type_: Any, converter: cattrs.Converter) -> hooks.Hook:
    (item,) = get_args(type_)
    read = converter.get_structure_hook(item)

    def structure(value: Any, _: Any) -> list[Any]:
        if type(value) is not list:
            raise hooks.Mismatch("an array", value)
        return [read(element, item) for element in value]

    return structure


def _explaining_list(type_: Any, converter: cattrs.Converter) -> hooks.Hook:
    structure = list_structure_factory(type_, converter)

    def explain(value: Any, _: Any) -> Any:
        if type(value) is not list:
            raise hooks.Mismatch("an array", value)
        return structure(value, type_)

    return explain
