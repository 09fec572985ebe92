"""What a file says of itself in its first hundred bytes, before anything else opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import attrs

from sentori_async.bulk.journal import schema
from sentori_async.errors import BulkError

# https://www.sqlite.org/fileformat2.html#the_database_header (2024-03-02)
_MAGIC: Final = b"SQLite format 3\0"
_LENGTH: Final = 100


@attrs.frozen
class Kind:
    """What a file of ours is.

    Attributes:
        noun: What users call it.
        application_id: What says in its header that it is one.
        version: The version of its tables.
    """

    noun: str
    application_id: int
    version: int


JOURNAL: Final = Kind("journal", schema.APPLICATION_ID, schema.VERSION)


def is_new(path: Path, kind: Kind = JOURNAL) -> bool:
    """Tell whether there is no such file yet; an empty one holds nothing that could be lost.

    Raises:
        BulkError: There is something else, or one that this version cannot read.
        OSError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_LENGTH)
    except FileNotFoundError:
        return True
    if not head:
        return True
    if not head.startswith(_MAGIC) or _number(head, 68) != kind.application_id:
        msg = f"{path} is not a {kind.noun}: name another file, it was left as it is"
        raise BulkError(msg)
    version = _number(head, 60)
    if version != kind.version:
        msg = (
            f"the {kind.noun} {path} has version {version}, and this program reads version "
            f"{kind.version}: go on with the program that wrote it"
        )
        raise BulkError(msg)
    if _is_short(head, path):
        msg = f"the {kind.noun} {path} is damaged: it ends too early; it was left as it is"
        raise BulkError(msg)
    return False


def _is_short(head: bytes, path: Path) -> bool:
    """Tell whether not even the tables are there; what else is missing, SQLite finds out."""
    page = _number(head, 16, 2)
    return len(head) < _LENGTH or path.stat().st_size < (65536 if page == 1 else page)


def _number(head: bytes, at: int, length: int = 4) -> int:
    return int.from_bytes(head[at : at + length], "big")
