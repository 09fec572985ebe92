"""What an address looks like; nothing here decides anything, the server does.

An import counts the rows it leaves out and does not name them, so somebody has to guess which
they were: these are the guesses, and the counters are laid against them.
"""

from __future__ import annotations

import re
from typing import Final

# Sentori publishes no list of its role-based words; these are the usual ones.
_ROLE_WORDS: Final = frozenset(
    {
        "abuse", "accounts", "admin", "administrator", "billing", "contact", "enquiries", "help",
        "hello", "hostmaster", "hr", "info", "jobs", "mail", "marketing", "no-reply", "noreply",
        "office", "postmaster", "press", "root", "sales", "security", "support", "team",
        "webmaster",
    }
)  # fmt: skip

_PLAUSIBLE: Final = re.compile(
    r"[^\s@.\"(),:;<>\[\]\\]+(\.[^\s@.\"(),:;<>\[\]\\]+)*"
    r"@([^\W_]([\w-]*[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]"
)


def is_plausible(address: str) -> bool:
    """Tell whether an address looks like one."""
    return _PLAUSIBLE.fullmatch(address) is not None


def is_role(address: str) -> bool:
    """Tell whether an address seems to belong to a role and not to a person."""
    return address.partition("@")[0].lower() in _ROLE_WORDS


def may_be_role(address: str) -> bool:
    """Tell whether an address could be a role's by words that nobody has told us: no digit in it.

    Role addresses are words; most of these are names all the same.
    """
    return not any(letter.isdigit() for letter in address.partition("@")[0])


def suspicion(address: str) -> int:
    """Return how likely an import leaves the address out: 3 for one that is none, 0 for a name."""
    if not is_plausible(address):
        return 3
    if is_role(address):
        return 2
    return 1 if address.partition("@")[0].isalpha() else 0
