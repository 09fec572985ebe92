"""The Toy client."""

from __future__ import annotations

from typing import ClassVar, Final

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.capabilities import SINGLE, Capabilities
from sentori_async.client import AsyncClient
from sentori_async.errors import ApiError
from sentori_async.platforms.toy import calls
from sentori_async.platforms.toy.bulk import ToyPlanner
from sentori_async.platforms.toy.contacts import AsyncToyContacts
from sentori_async.resources import Send
from sentori_async.settings import Auth, Limits, Platform
from sentori_async.wire.message import Operation, Response

TOY: Final = Platform(
    name="toy",
    title="Toy",
    env_prefix="TOY",
    default_base_url="https://toy.example/",
    auth=Auth(header="X-Toy-Key"),
    limits=Limits(concurrency=4),
)


class AsyncToy(AsyncClient):
    """A client of Toy."""

    platform: ClassVar[Platform] = TOY
    capabilities: ClassVar[Capabilities] = Capabilities(
        identity="id",
        contacts=frozenset({"get", "add_or_update", "delete"}),
        bulk={"add_or_update": SINGLE, "delete": SINGLE},
        tells_created=False,
    )

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncToyContacts(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk,
            ToyPlanner(),
            workers=self.settings.limits.concurrency,
            home=self._home,
        )

    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        error: ApiError = calls.refuse(operation, response)
        return error
