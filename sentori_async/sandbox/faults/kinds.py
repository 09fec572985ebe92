"""What can go wrong with a request, one class for each kind.

`execute` says how often the request is carried out: 0 is "before it took effect", 1 is "after",
2 is the request that some layer in between sent twice.
All that a kind sends goes through its `Link`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import email.utils
import functools
import zlib
from collections.abc import Mapping
from typing import Any, ClassVar, Final

import attrs
from multidict import CIMultiDict

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox.faults import checks
from sentori_async.sandbox.faults.link import Link
from sentori_async.sandbox.platform import Reply

MIB: Final = 1024 * 1024
_LONGEST_S: Final = 1e9  # some 30 years: every date stays within what HTTP can write
_LARGEST: Final = 4096 * MIB - 1  # what gzip's own count of a body's bytes can hold
_CHUNK: Final = b" " * MIB  # JSON may end in any number of spaces
_GZIP: Final = 16 + zlib.MAX_WBITS
_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head>"
    b"<body><center><h1>502 Bad Gateway</h1></center></body></html>"
)
_seconds: Final = checks.number(0, _LONGEST_S)
_any_times: Final = checks.whole(0, 2)
_once_or_twice: Final = checks.whole(1, 2)


def _bytes(value: object) -> Any:
    return value.encode() if isinstance(value, str) else value


@attrs.frozen(kw_only=True)
class Fault:
    """One way in which a request goes wrong.

    Attributes:
        kind: The name of this way, in files and in counts.
        execute: How often the request is carried out.
    """

    kind: ClassVar[str]
    execute: int = attrs.field(default=1, validator=_once_or_twice)

    @property
    def held_s(self) -> float:
        """How long it takes until the request is carried out, client or not, in seconds."""
        return 0.0

    async def send(self, link: Link, reply: Reply) -> None:
        """Answer, or fail to; unless a kind says otherwise, as if nothing had happened.

        Args:
            link: The connection.
            reply: What the platform answered the first time; without meaning if it was not asked.
        """
        await link.send(reply)


@attrs.frozen(kw_only=True)
class _Unanswered(Fault):
    """A fault that needs nothing from the platform, and by default does not ask it."""

    execute: int = attrs.field(default=0, validator=_any_times)


@attrs.frozen(kw_only=True)
class Status(_Unanswered):
    """Another answer than the platform's, as from an overloaded server or a proxy.

    Attributes:
        status: The HTTP status.
        headers: The headers, such as Retry-After in any form.
        body: The body; text is sent as UTF-8.
        retry_date_s: Send Retry-After as an HTTP date that lies so many seconds ahead.
        clock_skew_s: How far the server's clock, which both dates come from, is ahead of ours.
    """

    kind: ClassVar[str] = "status"
    status: int = attrs.field(default=503, validator=checks.whole(200, 599))
    headers: Mapping[str, str] = attrs.field(factory=dict, validator=checks.headers)
    body: bytes = attrs.field(
        default=b"", converter=_bytes, validator=checks.instance_of(bytes, "text"), repr=False
    )
    retry_date_s: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(_seconds)
    )
    clock_skew_s: float = attrs.field(default=0.0, validator=checks.number(-_LONGEST_S, _LONGEST_S))

    def __attrs_post_init__(self) -> None:
        said = {name.lower() for name in self.headers}
        if self.retry_date_s is not None and "retry-after" in said:
            raise ConfigurationError("retry_date_s and a Retry-After header contradict each other")
        if self._tells_time and "date" in said:
            raise ConfigurationError("the Date header comes from clock_skew_s: leave one out")

    @property
    def _tells_time(self) -> bool:
        return self.retry_date_s is not None or self.clock_skew_s != 0

    async def send(self, link: Link, reply: Reply) -> None:  # noqa: ARG002 - instead of it
        """Send what the rule says."""
        headers = CIMultiDict(self.headers)
        if self._tells_time:
            now = link.now() + dt.timedelta(seconds=self.clock_skew_s)
            headers["Date"] = _http_date(now)
            if self.retry_date_s is not None:
                headers["Retry-After"] = _http_date(now + dt.timedelta(seconds=self.retry_date_s))
        await link.send(Reply(self.status, self.body, headers))


@attrs.frozen(kw_only=True)
class Html(_Unanswered):
    """A page from a proxy where JSON belongs.

    Attributes:
        status: The HTTP status; 200 is as possible as 502.
        body: The page; text is sent as UTF-8.
    """

    kind: ClassVar[str] = "html"
    status: int = attrs.field(default=502, validator=checks.whole(200, 599))
    body: bytes = attrs.field(
        default=_PAGE, converter=_bytes, validator=checks.instance_of(bytes, "text"), repr=False
    )

    async def send(self, link: Link, reply: Reply) -> None:  # noqa: ARG002 - instead of it
        """Send the page."""
        headers = CIMultiDict({"Content-Type": "text/html; charset=utf-8"})
        await link.send(Reply(self.status, self.body, headers))


@attrs.frozen(kw_only=True)
class Drop(_Unanswered):
    """The connection is closed without an answer."""

    kind: ClassVar[str] = "drop"

    async def send(self, link: Link, reply: Reply) -> None:  # noqa: ARG002 - nothing is sent
        """Close."""
        link.close()


@attrs.frozen(kw_only=True)
class Reset(_Unanswered):
    """The connection is reset without an answer."""

    kind: ClassVar[str] = "reset"

    async def send(self, link: Link, reply: Reply) -> None:  # noqa: ARG002 - nothing is sent
        """Reset."""
        link.reset()


@attrs.frozen(kw_only=True)
class Stalled(_Unanswered):
    """There is never an answer, and the connection stays until the client leaves."""

    kind: ClassVar[str] = "stalled"

    async def send(self, link: Link, reply: Reply) -> None:  # noqa: ARG002 - nothing is sent
        """Stay silent."""
        await link.stall()


@attrs.frozen(kw_only=True)
class ResetMidBody(Fault):
    """The connection is reset after half of the body."""

    kind: ClassVar[str] = "reset_mid_body"

    async def send(self, link: Link, reply: Reply) -> None:
        """Send half, and reset."""
        await link.send_half(reply)
        link.reset()


@attrs.frozen(kw_only=True)
class Truncated(Fault):
    """The connection is closed in good order after half of the announced body."""

    kind: ClassVar[str] = "truncated"

    async def send(self, link: Link, reply: Reply) -> None:
        """Send half, and close."""
        await link.send_half(reply)
        link.close()


@attrs.frozen(kw_only=True)
class Oversized(Fault):
    """The body ends in spaces up to a size that nobody expects; it stays readable JSON.

    Attributes:
        size_bytes: The size of the body; a longer one stays as it is.
        announced: Whether Content-Length says so beforehand.
    """

    kind: ClassVar[str] = "oversized"
    size_bytes: int = attrs.field(default=100 * MIB, validator=checks.whole(1, _LARGEST))
    announced: bool = attrs.field(default=True, validator=checks.instance_of(bool, "true or false"))

    async def send(self, link: Link, reply: Reply) -> None:
        """Send the body and the spaces."""
        missing = max(self.size_bytes - len(reply.body), 0)
        size = len(reply.body) + missing
        await link.begin(reply, announced=size if self.announced else None)
        await link.write(reply.body)
        for start in range(0, missing, len(_CHUNK)):
            await link.write(_CHUNK[: missing - start])


@attrs.frozen(kw_only=True)
class GzipBomb(Fault):
    """A body of spaces that is a thousand times as large when it is unpacked.

    Attributes:
        size_bytes: Its size when unpacked.
    """

    kind: ClassVar[str] = "gzip_bomb"
    size_bytes: int = attrs.field(default=100 * MIB, validator=checks.whole(1, _LARGEST))

    async def send(self, link: Link, reply: Reply) -> None:
        """Send the packed spaces under the platform's status."""
        body = await asyncio.to_thread(_packed_spaces, self.size_bytes)
        headers = CIMultiDict({**reply.headers, "Content-Encoding": "gzip"})
        await link.send(Reply(reply.status, body, headers))


@attrs.frozen(kw_only=True)
class SlowFirstByte(Fault):
    """The request is carried out at once, and the answer begins late.

    Attributes:
        delay_s: How late, in seconds.
    """

    kind: ClassVar[str] = "slow_first_byte"
    delay_s: float = attrs.field(default=1.0, validator=_seconds)

    async def send(self, link: Link, reply: Reply) -> None:
        """Wait, and answer."""
        await link.pause(self.delay_s)
        await link.send(reply)


@attrs.frozen(kw_only=True)
class SlowBody(Fault):
    """The headers come at once, and the body drips.

    Attributes:
        delay_s: The wait before every piece, in seconds.
        piece_bytes: The size of a piece.
    """

    kind: ClassVar[str] = "slow_body"
    delay_s: float = attrs.field(default=1.0, validator=_seconds)
    piece_bytes: int = attrs.field(default=1, validator=checks.whole(1))

    async def send(self, link: Link, reply: Reply) -> None:
        """Send piece by piece."""
        await link.begin(reply, announced=len(reply.body))
        for start in range(0, len(reply.body), self.piece_bytes):
            await link.pause(self.delay_s)
            await link.write(reply.body[start : start + self.piece_bytes])


@attrs.frozen(kw_only=True)
class Late(Fault):
    """The request takes effect late, even if the client has given up by then.

    Attributes:
        delay_s: How late, in seconds.
    """

    kind: ClassVar[str] = "late"
    delay_s: float = attrs.field(default=1.0, validator=_seconds)

    @property
    def held_s(self) -> float:
        """How late."""
        return self.delay_s


@attrs.frozen(kw_only=True)
class Duplicate(Fault):
    """The request arrives twice; the client gets the first answer."""

    kind: ClassVar[str] = "duplicate"
    execute: int = attrs.field(default=2, init=False)


@attrs.frozen(kw_only=True)
class CloseAfter(Fault):
    """The answer is whole and promises to keep the connection, which is then closed at once."""

    kind: ClassVar[str] = "close_after"

    async def send(self, link: Link, reply: Reply) -> None:
        """Answer, and close."""
        await link.send(reply)
        link.close()


KINDS: Final[Mapping[str, type[Fault]]] = {
    fault.kind: fault
    for fault in (
        Status,
        Html,
        Drop,
        Reset,
        ResetMidBody,
        Truncated,
        Oversized,
        GzipBomb,
        SlowFirstByte,
        SlowBody,
        Stalled,
        Late,
        Duplicate,
        CloseAfter,
    )
}
"""Every kind by its name."""


def _http_date(moment: dt.datetime) -> str:
    return email.utils.format_datetime(moment.replace(tzinfo=dt.UTC), usegmt=True)


@functools.lru_cache(maxsize=4)
def _packed_spaces(size: int) -> bytes:
    packer = zlib.compressobj(wbits=_GZIP, strategy=zlib.Z_RLE)  # as small, and twice as fast
    pieces = [packer.compress(_CHUNK[: size - start]) for start in range(0, size, len(_CHUNK))]
    return b"".join([*pieces, packer.flush()])
