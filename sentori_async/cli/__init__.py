"""The `sentori` command."""

from __future__ import annotations

import sys
from typing import Final

_FROM_THE_EXTRA: Final = frozenset({"cyclopts", "rich"})


def main() -> None:
    """Run the command and exit with its code."""
    try:
        from sentori_async.cli.app import run
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _FROM_THE_EXTRA:
            raise
        print("sentori: the command needs its extra: pip install 'sentori[cli]'", file=sys.stderr)
        sys.exit(2)
    sys.exit(run(sys.argv[1:]))
