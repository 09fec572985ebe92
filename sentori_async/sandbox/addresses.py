"""What the sandbox takes for an e-mail address, where no page of a platform says it."""

from __future__ import annotations

import re
from typing import Final

# Inferred: the usual shape of an address, international ones included, and no quoted local part.
_ATOM: Final = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LABEL: Final = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_LAST_LABEL: Final = r"(?:[^\W\d_]{2,63}|xn--[a-z0-9-]{1,59})"
_ADDRESS: Final = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LAST_LABEL}", re.IGNORECASE)


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address."""
    local, _, _ = text.rpartition("@")
    return len(text) <= 254 and len(local) <= 64 and _ADDRESS.fullmatch(text) is not None
