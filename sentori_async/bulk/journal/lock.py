"""A lock that dies with its process.

1. It is a file beside the journal: to open the journal itself a second time, and to close that
   again, would drop the locks that SQLite holds on it.
2. The operating system lets go of it when the process is gone, however it went.
3. Its file is removed at the end; who has locked a removed one tries again.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from pathlib import Path
from typing import Final

from sentori_async.errors import BulkError

# A lock of this kind keeps other processes out, not other threads.
_held: Final[set[Path]] = set()
_guard: Final = threading.Lock()
# Windows has no such flag, and needs none.
_CLOEXEC: Final = getattr(os, "O_CLOEXEC", 0)


class FileLock:
    """The right of one process to write a journal."""

    def __init__(self, journal: Path, noun: str = "journal") -> None:
        """Prepare to lock the journal at this path, or another file that is called `noun`."""
        self._journal = journal
        self._noun = noun
        self._path = journal.with_name(journal.name + "-lock")
        self._descriptor = -1

    def take(self) -> None:
        """Take the lock.

        Raises:
            BulkError: Somebody has it.
            OSError: There can be no file.
        """
        with _guard:
            if self._path in _held:
                raise self._refusal()
            while not self._lock_file():
                pass
            _held.add(self._path)

    def _lock_file(self) -> bool:
        """Lock the file; return False where it was removed meanwhile."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | _CLOEXEC, 0o600)
        try:
            _lock(descriptor)
            if _is_at(descriptor, self._path):
                self._descriptor, descriptor = descriptor, -1
                return True
        except (BlockingIOError, PermissionError):
            raise self._refusal() from None
        finally:
            if descriptor >= 0:
                os.close(descriptor)
        return False

    def _refusal(self) -> BulkError:
        return BulkError(f"the {self._noun} {self._journal} is in use: another job is writing it")

    def leave(self) -> None:
        """Let others have it; harmless where it was not taken."""
        if self._descriptor < 0:
            return
        with _guard:
            descriptor, self._descriptor = self._descriptor, -1
            with contextlib.suppress(OSError):
                self._path.unlink()
            os.close(descriptor)
            _held.discard(self._path)


def is_in_use(journal: Path) -> bool:
    """Return whether a process that is alive writes this journal, without taking its lock.

    Where nobody may look, somebody may be there.
    """
    path = journal.with_name(journal.name + "-lock")
    with _guard:
        # To open and close it here would drop the lock that this process has.
        if path in _held:
            return True
        try:
            descriptor = os.open(path, os.O_RDWR | _CLOEXEC)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        try:
            _test(descriptor)
        except OSError:
            return True
        finally:
            os.close(descriptor)
    return False


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    # There is no mere test; to close the file lets go of it.
    _test = _lock
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # Not flock: children that were forked would hold it, too.
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _test(descriptor: int) -> None:
        os.lockf(descriptor, os.F_TEST, 0)


def _is_at(descriptor: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
