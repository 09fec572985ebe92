"""The fault script: rules in order, and what came of them."""

from __future__ import annotations

import collections
import difflib
import os
import random
import threading
from collections.abc import Collection, Iterable
from typing import Self

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.faults import files
from sentori_async.sandbox.faults.kinds import Fault
from sentori_async.sandbox.faults.rules import FaultRule, Turns


class FaultScript:
    """What goes wrong in a sandbox; safe to use from any thread.

    1. The first rule that wants a request gets it.
    2. Every rule counts every request it matches and draws for it with dice of its own, so no
       rule changes what another one picks, except where both want the same request.
    3. The same rules and seed pick the same of the same requests in the same order.
    """

    def __init__(self, rules: Iterable[FaultRule], *, seed: int = 0) -> None:
        """Take the rules.

        Args:
            rules: The rules, the first in order being the first to be asked.
            seed: What the dice of all rules without a seed of their own start from.
        """
        self.rules = tuple(rules)
        self._lock = threading.Lock()
        self._turns = [
            # The place keeps two rules from drawing the same numbers.
            Turns(rule, random.Random(f"{seed}/{place}" if rule.seed is None else rule.seed))  # noqa: S311 - dice
            for place, rule in enumerate(self.rules)
        ]
        self._injected: collections.Counter[str] = collections.Counter()

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Return the script in a TOML file.

        Raises:
            ConfigurationError: The file cannot be read, or an entry means nothing; it says which.
        """
        rules, seed = files.read(path)
        return cls(rules, seed=seed)

    @property
    def injected(self) -> dict[str, int]:
        """How many faults fell so far, by the name of the rule or the kind of the fault."""
        with self._lock:
            return dict(self._injected)

    def draw(self, route: str, method: str) -> Fault | None:
        """Return what goes wrong with the next request, or None, and count it.

        Args:
            route: The route's name, or "" where there is none.
            method: The HTTP method.
        """
        with self._lock:
            wanting = [turns for turns in self._turns if turns.comes_up(route, method)]
            if not wanting:
                return None
            chosen = wanting[0]
            chosen.fired += 1
            self._injected[chosen.rule.label] += 1
            return chosen.rule.fault

    def check_routes(self, names: Collection[str]) -> None:
        """Refuse a rule that could never match.

        Args:
            names: The names of all routes there are.

        Raises:
            ConfigurationError: No route matches a rule.
        """
        for number, rule in enumerate(self.rules, start=1):
            if not (rule.takes("") or any(rule.takes(name) for name in names)):
                near = difflib.get_close_matches(rule.route, names, 1) or ["contacts.add"]
                raise ConfigurationError(
                    f"fault {number} ({rule.label}): no route is called {rule.route!r}; "
                    f"one that is: {near[0]!r}"
                )
