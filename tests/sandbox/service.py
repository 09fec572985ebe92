"""Raw requests to a sandbox over real sockets."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

import aiohttp
import attrs
import orjson
from yarl import URL

from sentori_async.sandbox import API_KEY, Sandbox, SentoriState


@attrs.frozen
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)

    @property
    def error(self) -> tuple[int, int]:
        """The HTTP status and the API's code."""
        return self.status, self.json["Code"]


@attrs.frozen
class Service:
    """A started sandbox and a plain HTTP client for it."""

    sandbox: Sandbox
    session: aiohttp.ClientSession

    @property
    def account(self) -> SentoriState:
        return self.sandbox.sentori

    async def send(
        self,
        method: str,
        path: str,
        *,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Send a request as it is, without a key."""
        url = URL((base or self.sandbox.url("sentori")) + path, encoded=True)
        async with self.session.request(method, url, data=data, headers=headers) as answer:
            return Answer(answer.status, answer.headers, await answer.read())

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path, headers={"ApiKey": API_KEY})

    async def post(self, path: str, body: object = None) -> Answer:
        data = None if body is None else orjson.dumps(body)
        return await self.send("POST", path, data=data, headers={"ApiKey": API_KEY})


class Start(Protocol):
    """Start a sandbox that ends with the test."""

    def __call__(self, **settings: Any) -> Awaitable[Service]: ...
