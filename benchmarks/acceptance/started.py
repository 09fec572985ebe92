"""Jobs in processes of their own, which may be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ROOT: Final = Path(__file__).parents[2]


@contextmanager
def started(url: str, rows: int, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a job, and kill it in the end if it is not over."""
    command = [sys.executable, "-m", "benchmarks.acceptance.job", "--url", url]
    with subprocess.Popen(
        [*command, "--rows", str(rows), *more], cwd=_ROOT, stdout=subprocess.PIPE
    ) as process:
        try:
            yield process
        finally:
            process.kill()
