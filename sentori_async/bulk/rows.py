"""Where rows come from: any iterable or async iterable, taken one by one when needed."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sized
from typing import Any, Final, TypeAlias

from sentori_async.bulk.frames import frame_rows, is_frame
from sentori_async.errors import InvalidInput

Rows: TypeAlias = Iterable[Any] | AsyncIterable[Any]
"""Any iterable or async iterable: of mappings, of identities, or of (identity, fields) pairs."""

END: Final = object()
"""What a source returns when there are no more rows."""

NOT_YET: Final = object()
"""What `Source.take_now` returns when `take` must be awaited."""


class Source(abc.ABC):
    """Rows, one at a time.

    Attributes:
        size: How many there are, where that is known before they are read.
    """

    size: int | None = None

    @abc.abstractmethod
    def take_now(self) -> object:
        """Return the next row, END, or NOT_YET."""

    @abc.abstractmethod
    async def take(self) -> object:
        """Return the next row or END; several workers may wait, and are served in order."""

    @abc.abstractmethod
    def stop(self) -> None:
        """Let whoever waits in `take` have END, now and from now on."""

    def left_over(self) -> Iterable[object]:
        """Return the rows that were fetched from the input and never taken; after the job."""
        return ()

    def place(self, after: int) -> int:
        """Return the place in the input of the row just taken, or at the end how many there were.

        Args:
            after: The place after that of the row taken before.
        """
        return after


class IterableSource(Source):
    """Rows of a plain iterable, advanced on the event loop."""

    def __init__(self, rows: Iterable[object], size: int | None = None) -> None:
        """Begin at the iterable's first row.

        It is asked for an iterator with the first row: that may be a query, which can fail.
        """
        self.size = size
        self._iterable = rows
        self._rows: Iterator[object] | None = None

    def take_now(self) -> object:
        """Return the next row or END."""
        if self._rows is None:
            self._rows = iter(self._iterable)
        return next(self._rows, END)

    async def take(self) -> object:
        """Return the next row or END."""
        return self.take_now()

    def stop(self) -> None:
        """Do nothing: nobody ever waits."""


class AsyncIterableSource(Source):
    """Rows of an async iterable, advanced by one worker at a time."""

    def __init__(self, rows: AsyncIterable[object], size: int | None = None) -> None:
        """Begin at the iterable's first row."""
        self.size = size
        self._iterable = rows
        self._rows: AsyncIterator[object] | None = None
        self._turn = asyncio.Lock()
        self._scope: asyncio.Timeout | None = None
        self._stopped = False

    def take_now(self) -> object:
        """Return NOT_YET: rows have to be awaited."""
        return NOT_YET

    async def take(self) -> object:
        """Return the next row or END."""
        async with self._turn:
            if self._stopped:
                return END
            # A time-out without a time: `stop` ends the wait through it.
            scope = asyncio.timeout(None)
            try:
                async with scope:
                    self._scope = scope
                    if self._rows is None:
                        self._rows = aiter(self._iterable)
                    return await anext(self._rows, END)
            except TimeoutError:
                if not scope.expired():
                    raise
                return END
            finally:
                self._scope = None

    def stop(self) -> None:
        """End the wait of the worker that waits for a row, if one does."""
        self._stopped = True
        if self._scope is not None:
            self._scope.reschedule(asyncio.get_running_loop().time())


def size_of(rows: object) -> int | None:
    """Return how many rows there are, where that is known before they are read."""
    if not isinstance(rows, Sized):
        return None
    try:
        return len(rows)
    except Exception:  # noqa: BLE001 - the caller's own; what is wrong shows when it is read
        return None


def source_of(rows: Any) -> Source:
    """Return the source for what a user passed as rows.

    Raises:
        InvalidInput: It is not an iterable of rows.
    """
    if isinstance(rows, Source):
        return rows
    if isinstance(rows, (str, bytes, Mapping)):
        msg = f"rows must be an iterable of rows, not one {type(rows).__name__}: put it in a list"
        if isinstance(rows, str):
            msg += ", or read a file with sentori_async.sources.open_rows"
        raise InvalidInput(msg)
    if isinstance(rows, AsyncIterable):
        return AsyncIterableSource(rows, size_of(rows))
    # A data frame iterates over its column names, which nobody means.
    if is_frame(rows):
        return IterableSource(frame_rows(rows), size_of(rows))
    if isinstance(rows, Iterable):
        return IterableSource(rows, size_of(rows))
    msg = f"rows must be an iterable or an async iterable, not {type(rows).__name__}"
    raise InvalidInput(msg)
