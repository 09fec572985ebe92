"""Raw requests to a sandboxed GetResponse over real sockets."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import attrs
import orjson

from sentori_async.sandbox.getresponse.options import GetResponseOptions
from sentori_async.sandbox.getresponse.state import GETRESPONSE_KEY, GetResponseState
from sentori_async.sandbox.getresponse.stores.lists import DEFAULT_CAMPAIGN
from tests.sandbox.service import Answer, Service, Start

CAMPAIGN: Final = DEFAULT_CAMPAIGN
ANN: Final = "ann@example.com"
BOB: Final = "bob@example.com"
NOBODY: Final = "zzzzz"
KEY: Final = {"X-Auth-Token": f"api-key {GETRESPONSE_KEY}"}


def of(email: str = ANN, **fields: Any) -> dict[str, Any]:
    """Return the body of an add."""
    return {"email": email, "campaign": {"campaignId": CAMPAIGN}, **fields}


def code(answer: Answer) -> tuple[int, int]:
    """Return the HTTP status and the code of an error, which has all that was described."""
    body = answer.json
    names = ["httpStatus", "code", "codeDescription", "message", "moreInfo", "context", "uuid"]
    assert list(body) == names
    assert body["httpStatus"] == answer.status
    assert str(body["code"]) in body["moreInfo"]
    return answer.status, body["code"]


@attrs.frozen
class Vendor:
    """A started sandbox, and requests to its GetResponse with the default key."""

    service: Service

    @property
    def account(self) -> GetResponseState:
        return self.service.sandbox.getresponse

    async def send(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Send a request; `headers` stand in the place of the key's and the body's."""
        if headers is None:
            headers = dict(KEY) if body is None else {**KEY, "Content-Type": "application/json"}
        data = body if body is None or isinstance(body, bytes) else orjson.dumps(body)
        base = self.service.sandbox.url("getresponse")
        return await self.service.send(method, path, data=data, headers=headers, base=base)

    async def get(self, path: str) -> Answer:
        return await self.send("GET", path)

    async def post(self, path: str, body: object) -> Answer:
        return await self.send("POST", path, body)

    async def delete(self, path: str) -> Answer:
        return await self.send("DELETE", path)

    async def add(self, email: str = ANN, **fields: Any) -> Answer:
        """Ask for a new contact of the default campaign."""
        return await self.post("contacts", of(email, **fields))


async def vendor(start: Start, clock: Any = None, **options: Any) -> Vendor:
    """Return a GetResponse with these options."""
    more = {} if clock is None else {"clock": clock}
    return Vendor(await start(getresponse=GetResponseOptions(**options), **more))


@attrs.define
class Clock:
    """A clock that goes when it is told to."""

    now: dt.datetime = dt.datetime(2026, 9, 1, 12)  # noqa: DTZ001 - the sandbox's clock has no zone

    def __call__(self) -> dt.datetime:
        return self.now

    def skip(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)
