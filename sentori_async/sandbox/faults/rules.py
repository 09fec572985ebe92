"""Which requests a fault falls on."""

from __future__ import annotations

import fnmatch
import random
from collections.abc import Iterable
from typing import Any

import attrs

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.faults import checks
from sentori_async.sandbox.faults.kinds import Fault

_count = checks.whole(1)


def _all_count(rule: object, attribute: attrs.Attribute[Any], value: Iterable[Any] | None) -> None:
    for one in value or ():
        _count(rule, attribute, one)


def _ordinals(value: Iterable[Any] | None) -> tuple[Any, ...] | None:
    if value is None:
        return None
    if isinstance(value, (list, tuple, set, frozenset, range)):
        return tuple(value)
    raise ConfigurationError(f"on must be a list of whole numbers, not {value!r}")


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


@attrs.frozen
class FaultRule:
    """A fault, and the requests it falls on.

    A rule counts every request that its `route` and `method` match, from 1.

    Attributes:
        route: A route's name, such as "contacts.add", or a pattern: "contacts.*", or "*" for every
            request, those without a route included.
        fault: What happens.
        method: The HTTP method, or None for any.
        probability: How likely it is for each request.
        on: Exactly which of the requests, such as (1, 3); instead of the other conditions.
        times: How often it happens at most.
        after: How many requests go well before.
        seed: What the rule's own dice start from; by default the script's seed and its place there.
        name: What it is counted under; by default the kind of the fault.
    """

    route: str = attrs.field(validator=checks.instance_of(str, "text"))
    fault: Fault = attrs.field(validator=checks.instance_of(Fault, "a fault"))
    method: str | None = attrs.field(
        default=None,
        converter=_upper,
        validator=attrs.validators.optional(checks.token),
        kw_only=True,
    )
    probability: float = attrs.field(default=1.0, validator=checks.number(0, 1), kw_only=True)
    on: tuple[int, ...] | None = attrs.field(
        default=None, converter=_ordinals, validator=_all_count, kw_only=True
    )
    times: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(_count), kw_only=True
    )
    after: int = attrs.field(default=0, validator=checks.whole(0), kw_only=True)
    seed: int | None = attrs.field(
        default=None, validator=attrs.validators.optional(checks.whole(0)), kw_only=True
    )
    name: str = attrs.field(default="", validator=checks.instance_of(str, "text"), kw_only=True)

    def __attrs_post_init__(self) -> None:
        others = (self.probability, self.times, self.after)
        if self.on is not None and others != (1.0, None, 0):
            raise ConfigurationError(
                "on says which requests exactly: leave out probability, times and after"
            )
        if not self.route:
            raise ConfigurationError("route must be a route's name, or * for every request")

    @property
    def label(self) -> str:
        """What it is counted under."""
        return self.name or self.fault.kind

    def takes(self, route: str) -> bool:
        """Tell whether the rule is about a route."""
        return fnmatch.fnmatchcase(route, self.route)


@attrs.define
class Turns:
    """How far a rule has come."""

    rule: FaultRule
    dice: random.Random
    seen: int = 0
    fired: int = 0

    def comes_up(self, route: str, method: str) -> bool:
        """Count a request if it matches, and tell whether the rule wants it."""
        rule = self.rule
        if rule.method not in {None, method} or not rule.takes(route):
            return False
        self.seen += 1
        drawn = self.dice.random()  # once for every request, whatever the other conditions say
        if rule.on is not None:
            return self.seen in rule.on
        if self.seen <= rule.after or self.fired == rule.times:
            return False
        return drawn < rule.probability
