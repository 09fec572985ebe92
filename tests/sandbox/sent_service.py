"""Raw requests to a sandboxed Sent over real sockets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from sentori_async.sandbox.sent.state import SENT_KEY, SentState
from tests.sandbox.service import Answer, Service

ANN = "+12125550123"
BOB = "+447911123456"
NOBODY = "00000000-0000-4000-8000-000000000000"


@attrs.frozen
class SentAnswer:
    """What came back."""

    raw: Answer

    @property
    def status(self) -> int:
        return self.raw.status

    @property
    def headers(self) -> Mapping[str, str]:
        return self.raw.headers

    @property
    def envelope(self) -> dict[str, Any]:
        found: dict[str, Any] = self.raw.json
        return found

    @property
    def data(self) -> Any:
        """The envelope's data; the request must have succeeded."""
        assert self.envelope["success"], self.envelope["error"]
        return self.envelope["data"]

    @property
    def error(self) -> tuple[int, str]:
        """The HTTP status and the code."""
        assert not self.envelope["success"]
        return self.status, self.envelope["error"]["code"]

    @property
    def fields(self) -> list[str]:
        """The fields that the error's details name."""
        return list(self.envelope["error"]["details"])


@attrs.frozen
class SentService:
    """A started sandbox, and requests to its Sent."""

    service: Service

    @property
    def account(self) -> SentState:
        return self.service.sandbox.sent

    async def send(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = SENT_KEY,
        **headers: str,
    ) -> SentAnswer:
        """Send a request; headers are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            sent["x-api-key"] = key
        data = body if isinstance(body, bytes | None) else orjson.dumps(body)
        base = self.service.sandbox.url("sent")
        return SentAnswer(await self.service.send(method, path, data=data, headers=sent, base=base))

    async def get(self, path: str, **headers: str) -> SentAnswer:
        return await self.send("GET", path, **headers)

    async def post(self, path: str, body: object = None, **headers: str) -> SentAnswer:
        return await self.send("POST", path, body, **headers)

    async def patch(self, path: str, body: object = None, **headers: str) -> SentAnswer:
        return await self.send("PATCH", path, body, **headers)

    async def add(self, number: str = ANN, **headers: str) -> SentAnswer:
        """Ask for a new contact."""
        return await self.post("contacts", {"phone_number": number}, **headers)


@attrs.define
class Clock:
    """A clock that goes when it is told to."""

    now: dt.datetime = dt.datetime(2026, 9, 1, 12)  # noqa: DTZ001 - the sandbox's clock has no zone

    def __call__(self) -> dt.datetime:
        return self.now

    def skip(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)
