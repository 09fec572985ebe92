"""What only a fresh process can tell: the time of an import, and the most memory it held."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

_ROOT = Path(__file__).parents[2]


def _printed(program: str) -> str:
    """Return what a program prints."""
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, cwd=_ROOT, text=True
    ).stdout


def _told(program: str) -> float:
    """Return the number that a program prints."""
    return float(_printed(program))


def _import_ms(statement: str) -> float:
    return _told(
        f"import time; t = time.process_time()\n{statement}\nprint((time.process_time() - t) * 1e3)"
    )


def import_package(_: int) -> float:
    """Import the package, whose clients load on first use."""
    return _import_ms("import sentori_async")


def import_client(_: int) -> float:
    """Import what a program with a Sentori client needs."""
    return _import_ms("from sentori_async import AsyncSentori")


def import_base(_: int) -> float:
    """Import what the package stands on."""
    return _import_ms("import aiohttp, attrs, cattrs, backoff")


_JOB = """
import asyncio
from benchmarks.machine import peak_mb
from benchmarks.parts.jobs import answered_at_once

asyncio.run(answered_at_once(10_000))
before = peak_mb()
asyncio.run(answered_at_once({rows}))
print(peak_mb() - before)
"""


def memory_million(rows: int) -> float:
    """Run a bulk job of so many rows."""
    return _told(_JOB.format(rows=rows))


def memory_tenth(rows: int) -> float:
    """Run a bulk job of a tenth of the rows."""
    return _told(_JOB.format(rows=rows // 10))


_GROWN: Final = """
import asyncio, time
from benchmarks.machine import peak_mb
from benchmarks.parts.jobs import answered_at_once

before = time.process_time()
asyncio.run(answered_at_once({rows}))
print(time.process_time() - before, peak_mb())
"""


def grown(rows: int) -> tuple[float, float]:
    """Return the processor time of a bulk job of so many rows, and the most memory in MB."""
    cpu_s, peak_mb = _printed(_GROWN.format(rows=rows)).split()
    return float(cpu_s), float(peak_mb)
