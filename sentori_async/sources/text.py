"""Lines of text from a file whose encoding is known, marked or a guess.

1. A byte order mark says what the encoding is; without one it is the caller's word, else UTF-8.
2. A file that is no text at all is told so: no encoding would make rows of it.
3. Nothing is replaced: what does not decode ends the reading, and the error names the line.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from sentori_async.errors import InvalidInput

# The longer marks first: that of UTF-32 begins with that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
_LONGEST_MARK: Final = max(len(mark) for mark, _ in _MARKS)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
# What workbooks begin with: the current format is a ZIP archive, the older an OLE file.
_WORKBOOKS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
# What no encoding of text has; NUL is apart, and UTF-16 has all of them.
_NEVER_IN_TEXT: Final = re.compile(rb"[\x01-\x06\x0e-\x19\x1c-\x1f]")
_NUL: Final = b"\0"


class Lines:
    """The lines of a text with their ends; `number` is that of the last one read.

    Attributes:
        number: How many lines were read so far.
        mark: The byte order mark that the file begins with, or nothing.
        encoding: What its text is encoded as.
    """

    def __init__(self, file: BinaryIO, name: str, encoding: str | None) -> None:
        """Take an open file from its first byte on.

        Raises:
            InvalidInput: Nobody knows this encoding, or the file is a workbook.
        """
        self.number = 0
        self._name = name
        head = file.read(_LONGEST_MARK)
        if head.startswith(_WORKBOOKS):
            raise InvalidInput(f"{name} is a workbook: save it as CSV UTF-8 first")
        self.mark, self.encoding = _encoding_of(head, encoding)
        file.seek(len(self.mark))
        try:
            self._text = io.TextIOWrapper(file, encoding=self.encoding, newline="")
        except LookupError:
            raise InvalidInput(f"there is no text encoding called {encoding!r}") from None

    def __iter__(self) -> Iterator[str]:
        """Yield every line.

        Raises:
            InvalidInput: A line does not decode.
        """
        try:
            for line in self._text:
                self.number += 1
                yield line
        except UnicodeError as error:
            # `from None`: the original error carries the bytes, which are contact data.
            raise self._undecodable(error) from None

    def _undecodable(self, error: UnicodeError) -> InvalidInput:
        number, what = self.number + 1, ""
        if isinstance(error, UnicodeDecodeError):
            if _is_binary(error.object):
                return no_text(self._name)
            # Whole lines are handed out before more bytes are decoded.
            before = error.object[: error.start].decode(self.encoding, errors="ignore")
            number += len(_LINE_END.findall(before))
            what = f" (byte 0x{error.object[error.start]:02x})"
        said = self.encoding.upper()
        return InvalidInput(
            f"line {number} of {self._name} is not {said}{what}: save the file as UTF-8, or say "
            "what it is, such as --encoding cp1252 or --encoding utf-16-le"
        )


def no_text(name: str) -> InvalidInput:
    """Return the error of a file that is no text."""
    return InvalidInput(
        f"{name} is no text: files that can be read are CSV (save a workbook as CSV UTF-8), "
        "JSON Lines (.jsonl, .ndjson) and Parquet (.parquet)"
    )


def _is_binary(data: bytes) -> bool:
    """Tell whether bytes that do not decode are no text in any encoding."""
    few, many = sorted((data[::2].count(_NUL), data[1::2].count(_NUL)))
    if few * 4 <= many and many * 4 >= len(data):
        return False  # UTF-16: of every two bytes, the same one is NUL wherever the text is ASCII
    return many > 0 or _NEVER_IN_TEXT.search(data) is not None


def _encoding_of(head: bytes, encoding: str | None) -> tuple[bytes, str]:
    for mark, marked in _MARKS:
        if head.startswith(mark):
            return mark, marked
    return b"", encoding or "utf-8"


@contextlib.contextmanager
def reading(path: Path, encoding: str | None) -> Iterator[Lines]:
    """Open a file and give its lines.

    Raises:
        InvalidInput: It cannot be opened or read, or is no file that can be read twice.
    """
    try:
        with path.open("rb") as file:
            if not file.seekable():
                raise InvalidInput(f"{path} can be read only once: save it to a file first")
            yield Lines(file, path.name, encoding)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror or error}") from error
