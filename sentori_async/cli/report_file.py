"""The file with every row's outcome.

1. It holds contact data: only its owner may read it (mode 0600).
2. It replaces no file unless told to: an earlier report is kept under a number, so that the newest
   has the name that people and programs look for.
3. Lines stand in the order in which rows were settled; `row` is the line of the file where the row
   begins, or its place counted from 1 where rows are not lines.
"""

from __future__ import annotations

import csv
import itertools
import os
from pathlib import Path
from typing import IO, Final, Self

from sentori_async.errors import ConfigurationError, SentoriError

COLUMNS: Final = (
    "row",
    "contact",
    "action",
    "status",
    "error",
    "code",
    "reason",
    "remedy",
    "attempts",
)
_HEADER: Final = ",".join(COLUMNS) + "\n"


def default_path(source: Path) -> Path:
    """Return where the report of a file goes: beside it."""
    return source.with_name(f"{source.stem}.report.csv")


class ReportFile:
    """A CSV that gains one line per row and action."""

    def __init__(self, path: Path, *, source: Path, force: bool = False) -> None:
        """Create the file; an earlier report is kept under another name, which is `kept`.

        Args:
            path: Where it goes.
            source: The file whose rows it is about, which it never replaces.
            force: Whether it may replace a file that is there.

        Raises:
            ConfigurationError: It cannot be written there, or would replace another file.
        """
        self.path = path
        self.kept: Path | None = None
        try:
            if path.exists():
                _check_replaceable(path, source, force=force)
                self.kept = None if force else _keep_earlier(path)
            self._file = _open_private(path)
        except OSError as error:
            raise self._unwritable(error) from error
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._file.write(_HEADER)

    def write(
        self,
        row: int,
        contact: str,
        action: str,
        status: str,
        *,
        error: SentoriError | None = None,
        reason: str = "",
        attempts: int = 0,
    ) -> None:
        """Add one line.

        Args:
            row: The row's number.
            contact: The contact's identity.
            action: What was to be done.
            status: What became of it.
            error: Why it did not succeed.
            reason: The same in words, where there is no error.
            attempts: How often sending was tried.

        Raises:
            ConfigurationError: The file cannot be written any more.
        """
        name = "" if error is None else type(error).__name__
        code, remedy = getattr(error, "code", None), getattr(error, "remedy", "")
        text = reason if error is None else error.message
        line = (row, contact, action, status, name, code, text, remedy, attempts)
        try:
            self._writer.writerow(line)
        except OSError as failure:
            raise self._unwritable(failure) from failure

    def flush(self) -> None:
        """Hand all lines to the system, for whoever reads along.

        Raises:
            ConfigurationError: The file cannot be written any more.
        """
        try:
            self._file.flush()
        except OSError as failure:
            raise self._unwritable(failure) from failure

    def __enter__(self) -> Self:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        try:
            self._file.close()
        except OSError as failure:
            raise self._unwritable(failure) from failure

    def _unwritable(self, error: OSError) -> ConfigurationError:
        return ConfigurationError(
            f"the report {self.path} cannot be written ({error.strerror or error}): "
            "choose another place with --report"
        )


def _check_replaceable(path: Path, source: Path, *, force: bool) -> None:
    if path.samefile(source):
        raise ConfigurationError(f"the report would replace {path} itself: give it another name")
    if force or not path.is_file() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        if file.read(len(_HEADER)) == _HEADER.encode():
            return
    raise ConfigurationError(
        f"{path} is there already and is no report of this command: "
        "choose another name with --report, or replace it with --force"
    )


def _keep_earlier(path: Path) -> Path | None:
    """Give an earlier report the next free number, and return its new path; None if it is empty."""
    while path.is_symlink():  # not `resolve`: the new path is to be said as the given one is
        path = path.parent / path.readlink()
    if not path.is_file() or path.stat().st_size <= len(_HEADER):
        return None
    numbered = (path.with_name(f"{path.stem}.{n}{path.suffix}") for n in itertools.count(1))
    free = next(other for other in numbered if not other.exists())
    path.chmod(0o600)
    path.rename(free)
    return free


def _open_private(path: Path) -> IO[str]:
    if path.is_file():
        path.chmod(0o600)  # before there is anything to read in it
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
