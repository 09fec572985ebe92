"""Fault scripts as TOML files: one ``[[fault]]`` table for each rule."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.faults.kinds import KINDS, Fault
from sentori_async.sandbox.faults.rules import FaultRule


def _settable(cls: type) -> frozenset[str]:
    return frozenset(field.name for field in attrs.fields(cls) if field.init)


_RULE_KEYS: Final = _settable(FaultRule) - {"fault"}


def read(path: str | os.PathLike[str]) -> tuple[list[FaultRule], int]:
    """Return the rules and the seed in a file.

    Raises:
        ConfigurationError: The file cannot be read, or an entry means nothing; it says which.
    """
    name = os.fspath(path)
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - any path-like
            document = tomllib.load(file)
    except OSError as error:
        raise ConfigurationError(
            f"the fault script {name} cannot be read: {error.strerror}"
        ) from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise ConfigurationError(f"the fault script {name} is not TOML: {error}") from error
    try:
        return _rules(document), _seed(document)
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error.message}") from None


def _seed(document: Mapping[str, Any]) -> int:
    seed = document.get("seed", 0)
    if isinstance(seed, int) and not isinstance(seed, bool):
        return seed
    raise ConfigurationError(f"seed must be a whole number, not {seed!r}")


def _rules(document: Mapping[str, Any]) -> list[FaultRule]:
    _refuse_unknown(document, {"seed", "fault"}, "a fault script")
    tables = document.get("fault", [])
    if not (isinstance(tables, list) and all(isinstance(table, dict) for table in tables)):
        raise ConfigurationError("each fault must be a table of its own: [[fault]]")
    return [_numbered(number, table) for number, table in enumerate(tables, start=1)]


def _numbered(number: int, table: Mapping[str, Any]) -> FaultRule:
    try:
        return _rule(table)
    except ConfigurationError as error:
        kind = table.get("kind")
        label = f"fault {number} ({kind})" if isinstance(kind, str) else f"fault {number}"
        raise ConfigurationError(f"{label}: {error.message}") from None


def _rule(table: Mapping[str, Any]) -> FaultRule:
    fault = _kind(table)
    fault_keys = _settable(fault)
    _refuse_unknown(table, {"kind"} | _RULE_KEYS | fault_keys, f"a {fault.kind} fault")
    if "route" not in table:
        raise ConfigurationError("route is missing; * means every request")
    of_fault = {key: value for key, value in table.items() if key in fault_keys}
    of_rule = {key: value for key, value in table.items() if key in _RULE_KEYS}
    return FaultRule(fault=fault(**of_fault), **of_rule)


def _kind(table: Mapping[str, Any]) -> type[Fault]:
    kind = table.get("kind")
    fault = KINDS.get(kind) if isinstance(kind, str) else None
    if fault is None:
        raise ConfigurationError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    return fault


def _refuse_unknown(table: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    unknown = sorted(table.keys() - set(known))
    if unknown:
        raise ConfigurationError(
            f"unknown key {unknown[0]!r}: {what} takes {', '.join(sorted(known))}"
        )
