"""What the command lines of the benchmarks share."""

from __future__ import annotations

import argparse
from pathlib import Path


def count(text: str) -> int:
    """Return a whole number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        msg = f"{text!r} is not a whole number of at least 1"
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def file(text: str) -> Path:
    """Return a path that can be written: to find out after the measurements would be late."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        msg = f"{text!r} is no file in a folder that exists"
        raise argparse.ArgumentTypeError(msg)
    return path


def folder(text: str) -> Path:
    """Return a folder that exists."""
    path = Path(text)
    if not path.is_dir():
        msg = f"{text!r} is no folder that exists"
        raise argparse.ArgumentTypeError(msg)
    return path
