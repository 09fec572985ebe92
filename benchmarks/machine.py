"""The machine a benchmark runs on: its cores, and how to name it."""

from __future__ import annotations

import importlib.metadata
import math
import os
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

_LIBRARIES: Final = (
    "sentori",
    "aiohttp",
    "attrs",
    "cattrs",
    "httpx",
    "multidict",
    "orjson",
    "requests",
    "uvloop",
    "yarl",
)


@attrs.frozen
class Cores:
    """Which core each side stays on; None where it may be moved.

    Attributes:
        server: The stub server's.
        client: Every client's.
    """

    server: int | None = None
    client: int | None = None

    def __str__(self) -> str:
        if self.server is None:
            return "not pinned to cores: this system cannot, or has only one"
        return f"server on core {self.server}, clients on core {self.client}"


def cores() -> Cores:
    """Return two different cores that this process may use, if there are two."""
    if sys.platform == "linux":
        usable = sorted(os.sched_getaffinity(0))
        if len(usable) > 1:
            return Cores(usable[0], usable[1])
    return Cores()


def pin(core: int | None) -> None:
    """Keep this process on one core, if one is given."""
    if core is not None and sys.platform == "linux":
        os.sched_setaffinity(0, {core})


@contextmanager
def pinned(core: int | None) -> Iterator[None]:
    """Keep this thread, and what it starts, on one core, if one is given."""
    if core is None or sys.platform != "linux":
        yield
        return
    before = os.sched_getaffinity(0)
    pin(core)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def peak_mb() -> float:
    """Return the most memory that this process has held, in MB."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    # What `getrusage` says begins at what the process held that has started this one.
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def described() -> dict[str, Any]:
    """Return what a reader must know of the machine to make sense of figures."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average": os.getloadavg()[0] if hasattr(os, "getloadavg") else math.nan,
    }


def versions() -> dict[str, str]:
    """Return the version of Python and of each library that is installed."""
    found = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    for name in _LIBRARIES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    """Return the processor's name; Linux keeps it where `platform` does not look."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()
