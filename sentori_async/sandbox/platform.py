"""What the server and a platform agree on: routes, requests and replies.

1. A platform never sees aiohttp: it gets an `Incoming` and gives a `Reply`.
2. Finding the route changes nothing; answering does everything and has committed when it returns.
   Whatever is to happen to a request "before" or "after" it took effect goes between the two.
3. Every path segment is percent-decoded exactly once, after the path was cut at its slashes.
   (aiohttp's own router matches a half-decoded path, hence the small one here.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Generic, Protocol, TypeVar
from urllib.parse import unquote_to_bytes

import attrs
import orjson
from multidict import CIMultiDict

H = TypeVar("H")

_JSON_HEADERS: Final = CIMultiDict(
    {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "private"}
)
_HTML_HEADERS: Final = CIMultiDict({"Content-Type": "text/html; charset=utf-8"})


@attrs.define(eq=False)
class Incoming:
    """One request, read to its end.

    Attributes:
        args: The decoded segments that stand at the route's placeholders, in order.
        headers: The headers, looked up without regard to case.
        query: The query string without its question mark, as it was sent.
        body: The body, decompressed.
    """

    args: tuple[str, ...]
    headers: Mapping[str, str]
    query: str
    body: bytes


@attrs.frozen(eq=False)
class Reply:
    """One answer.

    Attributes:
        status: The HTTP status.
        body: The body's bytes.
        headers: The headers besides those that every HTTP server adds.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = attrs.field(factory=CIMultiDict)

    def with_headers(self, more: Mapping[str, str]) -> Reply:
        """Return the answer with more headers, which replace those of the same names."""
        headers = CIMultiDict(self.headers)
        headers.update(more)
        return Reply(self.status, self.body, headers)


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return `value` as a JSON answer."""
    return Reply(status, orjson.dumps(value), _JSON_HEADERS)


def html_page(status: int, title: str) -> Reply:
    """Return a page as a web server answers, without the API behind it."""
    page = f"<!DOCTYPE html><title>{title}</title><h1>{status} {title}</h1>"
    return Reply(status, page.encode(), _HTML_HEADERS)


NO_PAGE: Final = html_page(404, "Not found")
"""What a path that the API does not have may be answered with."""


@attrs.frozen(eq=False)
class Route(Generic[H]):
    """One endpoint.

    Attributes:
        name: The verb, unique within its platform, such as "contacts.add".
        methods: The HTTP methods it takes.
        template: The path below the platform's prefix, placeholders in braces, no final slash.
        handle: What answers it; its type is the platform's own affair.
    """

    name: str
    methods: tuple[str, ...]
    template: str
    handle: H


@attrs.define(eq=False)
class Routed(Generic[H]):
    """A route together with the decoded segments that a request put into it."""

    route: Route[H]
    args: tuple[str, ...]


class NoRoute(Exception):
    """No endpoint takes this request.

    Attributes:
        allowed: The methods that the path would take; empty where the path is unknown.
    """

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        super().__init__()
        self.allowed = tuple(sorted(allowed))


class BadPath(Exception):
    """A path segment is not percent-encoded UTF-8."""


@attrs.define(eq=False)
class _Node(Generic[H]):
    words: dict[str, _Node[H]] = attrs.field(factory=dict)
    placeholder: _Node[H] | None = None
    routes: dict[str, Route[H]] = attrs.field(factory=dict)

    def below(self, part: str) -> _Node[H]:
        """Return the child for a part of a template, made on first use."""
        if not part.startswith("{"):
            return self.words.setdefault(part, _Node())
        if self.placeholder is None:
            self.placeholder = _Node()
        return self.placeholder


class Router(Generic[H]):
    """Find the route of a raw path, segment by segment; fixed words win over placeholders."""

    def __init__(self, routes: Iterable[Route[H]]) -> None:
        self._root: _Node[H] = _Node()
        for route in routes:
            node = self._root
            for part in route.template.split("/"):
                node = node.below(part)
            for method in route.methods:
                node.routes[method] = route

    def find(self, method: str, path: str) -> Routed[H]:
        """Return the route of a request.

        Args:
            method: The HTTP method.
            path: The path below the platform's prefix, still percent-encoded; one final slash
                makes no difference.

        Raises:
            NoRoute: No endpoint has this path, or this method on it.
            BadPath: A segment does not decode.
        """
        node = self._root
        found: list[str] = []
        for segment in path.removesuffix("/").split("/"):
            child = node.words.get(segment)
            if child is None:
                child = node.placeholder
                if child is None:
                    raise NoRoute
                found.append(_decoded(segment))
            node = child
        route = node.routes.get(method)
        if route is None:
            raise NoRoute(node.routes)
        return Routed(route, tuple(found))


def _decoded(segment: str) -> str:
    if "%" not in segment and segment.isascii():
        return segment
    try:
        return unquote_to_bytes(segment).decode()
    except UnicodeError:
        raise BadPath from None


class Platform(Protocol):
    """A vendor's service, as the server drives it."""

    @property
    def name(self) -> str:
        """The platform's name, such as "sentori"."""
        ...

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The paths it is served under; `Sandbox.url` gives the first."""
        ...

    @property
    def accounts(self) -> Any:
        """Its accounts; ``default`` is the one to seed and to read."""
        ...

    @property
    def route_names(self) -> frozenset[str]:
        """The names of all its routes, such as "contacts.add"."""
        ...

    def route(self, method: str, path: str) -> Routed[Any] | Reply:
        """Return the route of a request, or the answer to one that has none."""
        ...

    async def answer(self, routed: Routed[Any], request: Incoming) -> Reply:
        """Carry the request out, commit, and return the answer."""
        ...
