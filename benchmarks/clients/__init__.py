"""The clients that are compared: each a function that does its `Work` the way its users would."""

from __future__ import annotations

from operator import itemgetter
from typing import Any, Final

from benchmarks.contact import CONTACT
from benchmarks.work import Expected

PARSED: Final[Expected[Any]] = Expected(CONTACT, itemgetter("SystemID"))
"""What clients without models must return: the contact as parsed JSON."""
