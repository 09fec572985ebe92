"""The third state of a field: absent, as opposed to null.

``UNSET`` means that the platform did not say, or that a patch leaves the field alone.
``None`` means an explicit null: the platform said null, or a patch clears the field.
"""

from __future__ import annotations

import enum
from typing import Final, Literal


class Unset(enum.Enum):
    """The type of `UNSET`; an enum of one member, so that type checkers narrow on it."""

    UNSET = "UNSET"

    def __bool__(self) -> Literal[False]:
        """Be falsy, as None is."""
        return False

    def __repr__(self) -> str:
        """Print the name users write."""
        return "UNSET"


UNSET: Final = Unset.UNSET
"""The only member of `Unset`: the field is absent."""
