"""Raw requests to a sandboxed Spotzee."""

from collections.abc import Mapping
from typing import Any

import attrs
import orjson

from sentori_async.sandbox import Sandbox
from sentori_async.sandbox.spotzee.options import SpotzeeOptions
from sentori_async.sandbox.spotzee.state import SPOTZEE_KEY, SpotzeeState
from tests.sandbox.service import Answer, Service, Start

JOE = {"external_id": "joe", "email": "joe@example.com", "data": {"first_name": "Joe"}}


@attrs.frozen
class Spotzee:
    """A started sandbox, asked as Spotzee."""

    service: Service

    @property
    def sandbox(self) -> Sandbox:
        return self.service.sandbox

    @property
    def project(self) -> SpotzeeState:
        return self.sandbox.spotzee

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        key: str | None = SPOTZEE_KEY,
        headers: Mapping[str, str] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Send a request with a key, or without one; bytes are sent as they are."""
        sent = {} if key is None else {"Authorization": f"Bearer {key}"}
        data = body if isinstance(body, bytes | None) else orjson.dumps(body)
        return await self.service.send(
            method,
            path,
            data=data,
            headers={**sent, **(headers or {})},
            base=base or self.sandbox.url("spotzee"),
        )

    async def upsert(self, *items: object, **settings: Any) -> Answer:
        return await self.ask("POST", "users/batch", list(items), **settings)

    def item_codes(self, answer: Answer) -> list[str | None]:
        """Return the code of each item's error, None where it succeeded."""
        assert answer.status == 200
        codes = [result.get("error", {}).get("code") for result in answer.json["results"]]
        assert answer.json["failed"] == len(codes) - codes.count(None)
        assert answer.json["succeeded"] == codes.count(None)
        return codes


async def start_spotzee(start: Start, *, clock: Any = None, **options: Any) -> Spotzee:
    """Start a sandbox whose Spotzee behaves as the options say."""
    settings = {} if clock is None else {"clock": clock}
    return Spotzee(await start(spotzee=SpotzeeOptions(**options), **settings))


def code(answer: Answer) -> tuple[int, str]:
    """Return the HTTP status and the code of an error of today's shape."""
    return answer.status, answer.json["code"]
