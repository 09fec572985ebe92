"""The version, and how requests introduce themselves."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
USER_AGENT: Final = f"sentori-python/{VERSION}"
