"""The header Spotzee-Version: https://docs.spotzee.com/guides/api-versioning (2026-09)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from sentori_async.sandbox.spotzee.options import Versions
from sentori_async.sandbox.spotzee.refusal import Refusal

HEADER: Final = "Spotzee-Version"
RELEASE: Final = "2026-04-28"
"""The only release there is; every answer names it."""

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_version(headers: Mapping[str, str], versions: Versions) -> None:
    """Refuse a request for a release that does not exist.

    Raises:
        Refusal: version_required, parameter_invalid_format or version_unsupported.
    """
    asked = headers.get(HEADER)
    if versions is Versions.LAX:
        return
    if asked is None:
        if versions is Versions.REQUIRED:
            raise Refusal("version_required", param=HEADER)
        return
    if not _DATE.fullmatch(asked):
        raise Refusal("parameter_invalid_format", param=HEADER)
    if asked != RELEASE:
        raise Refusal("version_unsupported", param=HEADER)
