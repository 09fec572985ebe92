"""A figure, its bound, and whether it keeps to it."""

from __future__ import annotations

from typing import Literal

import attrs


@attrs.frozen
class Figure:
    """One thing that was promised.

    Attributes:
        what: What was measured.
        found: What was found.
        bound: What was promised.
        kind: Whether that is the most or the least.
    """

    what: str
    found: float
    bound: float
    kind: Literal["most", "least"] = "most"

    @property
    def kept(self) -> bool:
        """Whether the promise was kept."""
        if self.kind == "most":
            return self.found <= self.bound
        return self.found >= self.bound

    def cells(self) -> tuple[str, ...]:
        """Return what a table says of it."""
        sign = "<=" if self.kind == "most" else ">="
        verdict = "PASS" if self.kept else "FAIL"
        return self.what, f"{self.found:,.4g}", f"{sign} {self.bound:,.4g}", verdict
