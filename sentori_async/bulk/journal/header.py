"""What a file says of itself in its first hundred bytes, before anything else opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sentori_async.bulk.journal.schema import APPLICATION_ID, VERSION
from sentori_async.errors import BulkError

# https://www.sqlite.org/fileformat2.html#the_database_header (2024-03-02)
_MAGIC: Final = b"SQLite format 3\0"
_LENGTH: Final = 100


def is_new(path: Path) -> bool:
    """Tell whether there is no journal yet; an empty file holds nothing that could be lost.

    Raises:
        BulkError: There is something else, or a journal that this version cannot read.
        OSError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_LENGTH)
    except FileNotFoundError:
        return True
    if not head:
        return True
    if not head.startswith(_MAGIC) or _number(head, 68) != APPLICATION_ID:
        msg = f"{path} is not a journal: name another file, it was left as it is"
        raise BulkError(msg)
    version = _number(head, 60)
    if version != VERSION:
        msg = (
            f"the journal {path} has version {version}, and this program reads version {VERSION}: "
            "go on with the program that wrote it"
        )
        raise BulkError(msg)
    if _is_short(head, path):
        msg = f"the journal {path} is damaged: it ends too early; it was left as it is"
        raise BulkError(msg)
    return False


def _is_short(head: bytes, path: Path) -> bool:
    """Tell whether not even the tables are there; what else is missing, SQLite finds out."""
    page = _number(head, 16, 2)
    return len(head) < _LENGTH or path.stat().st_size < (65536 if page == 1 else page)


def _number(head: bytes, at: int, length: int = 4) -> int:
    return int.from_bytes(head[at : at + length], "big")
