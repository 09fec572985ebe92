"""What is read back of a target, laid against what should be there."""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

import attrs

from sentori_async.errors import mask
from sentori_async.migrate.sides import Found, Side, Standing
from sentori_async.migrate.snapshot import Migrant

_KEPT: Final = 1_000
NOT_THERE: Final = "it is not there"


@attrs.define
class Difference:
    """A contact that is not as it should be.

    Attributes:
        contact: What the target knows it by, or the source where it was left out.
        reason: What is different; it holds no value of the contact's.
        row: Its place among the contacts, from 1; 0 where it has none.
    """

    contact: str
    reason: str
    row: int = 0

    def __repr__(self) -> str:
        """Show the reason, with the identity masked."""
        return f"Difference(contact={masked(self.contact)!r}, reason={self.reason!r})"


@attrs.define
class Verification:
    """What reading back came to.

    Attributes:
        expected: How many contacts should have which standing, by its word.
        found: How many have which, or are "absent".
        differences: How many are not as they should be.
        first: The first thousand of these.
    """

    expected: Counter[str] = attrs.field(factory=Counter)
    found: Counter[str] = attrs.field(factory=Counter)
    differences: int = 0
    first: list[Difference] = attrs.field(factory=list)

    @property
    def ok(self) -> bool:
        """Whether all is as it should be."""
        return self.differences == 0

    def count(self, wanted: Standing, found: Standing | None) -> None:
        """Count a contact that was read back."""
        self.expected[wanted.word] += 1
        self.found["absent" if found is None else found.word] += 1

    def add(self, difference: Difference) -> None:
        """Count a contact that is not as it should be."""
        self.differences += 1
        if len(self.first) < _KEPT:
            self.first.append(difference)


def masked(contact: str) -> str:
    """Return an identity for people to see: one that cannot be masked is hidden."""
    shown = mask(contact)
    return shown if shown != contact else f"{contact[:1]}***"


def difference(
    wanted: Migrant, found: Found | None, standing: Standing | None, side: Side
) -> str | None:
    """Say what is different, or None.

    Args:
        wanted: The contact as it should be.
        found: The contact as it was read back; None where it is not there.
        standing: How it stands to the place.
        side: The place.
    """
    if found is None or standing is None:
        return NOT_THERE
    if standing < wanted.standing:
        return f"it is {standing.word} and must be {wanted.standing.word}"
    reasons = []
    if wanted.standing is Standing.SUBSCRIBED and standing is not Standing.SUBSCRIBED:
        reasons.append(f"it is {standing.word} there and stays so")
    if found.fields is not None:
        names = _other_fields(wanted.fields, found.fields, side)
        if names:
            reasons.append(f"other values in {', '.join(names)}")
    return "; ".join(reasons) or None


def _other_fields(sent: dict[str, Any], found: dict[str, Any], side: Side) -> list[str]:
    return [n for n, value in sent.items() if not side.agrees(n, value, found.get(n, ""))]
