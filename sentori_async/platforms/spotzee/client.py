"""The Spotzee client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.capabilities import Capabilities, Ways
from sentori_async.client import AsyncClient
from sentori_async.platforms.spotzee import answers
from sentori_async.platforms.spotzee.bulk import SpotzeePlanner
from sentori_async.platforms.spotzee.contacts import AsyncSpotzeeContacts
from sentori_async.platforms.spotzee.groups import (
    AsyncSpotzeeEvents,
    AsyncSpotzeeLists,
    AsyncSpotzeeSubscriptions,
)
from sentori_async.resources import Send
from sentori_async.settings import Auth, Limits, Platform, Rate
from sentori_async.wire.headers import RateHeaders
from sentori_async.wire.idempotency import KeyRules
from sentori_async.wire.manners import Manners

if TYPE_CHECKING:
    from sentori_async.errors import ApiError
    from sentori_async.wire.message import Operation, Response

SPOTZEE: Final = Platform(
    name="spotzee",
    title="Spotzee",
    env_prefix="SPOTZEE",
    default_base_url="https://apix.spotzee.com/api/client/",
    # guides/authentication, 2026-09: a project's secret key, which begins with sk_.
    auth=Auth(header="Authorization", pattern="Bearer {}"),
    # guides/api-rate-limits: 8,000 a minute in all versions; 1,000 in 10 s on 2026-04-30 and
    # 4,000 in September, per IP address. The tighter one, as overstepping blocks for 120 s.
    limits=Limits(concurrency=16, rates=(Rate(1_000, per_s=10), Rate(8_000, per_s=60))),
)

RELEASE: Final = "2026-04-28"
"""The API's only release: guides/api-versioning, 2026-09."""

_BATCH: Final = Ways(ways=("single", "batch"), auto="batch")

CAPABILITIES: Final = Capabilities(
    identity="external_id",
    contacts=frozenset(
        {
            "get",
            "iterate",
            "add_or_update",
            "delete",
            "subscribe",
            "unsubscribe",
            "unsubscribe_all",
        }
    ),
    queued=frozenset({"delete"}),
    bulk={
        "add_or_update": _BATCH,
        "delete": _BATCH,
        "subscribe": _BATCH,
        "unsubscribe": _BATCH,
    },
    tells_created=False,
)


class AsyncSpotzee(AsyncClient):
    """A client of Spotzee's Main API, for one project.

    ::

        async with AsyncSpotzee(api_key="...") as client:
            user = await client.contacts.get("joe-1")

    Without `api_key` and `base_url` the variables SPOTZEE_API_KEY and SPOTZEE_BASE_URL are read.

    Attributes:
        contacts: Single contacts, which Spotzee calls users.
        subscriptions: The types of messages that contacts may want or not.
        lists: Lists and segments.
        events: What contacts do.
        bulk: Many contacts at once.
    """

    platform: ClassVar[Platform] = SPOTZEE
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    # Keys are sent for the day when they are honoured (guides/api-idempotency, 2026-09); until
    # then no request is repeated because of its key. The rate headers were announced in April 2026
    # and never switched on.
    _manners: ClassVar[Manners] = Manners(
        idempotency=KeyRules(methods=frozenset({"POST", "PATCH"})), rate_headers=RateHeaders()
    )

    def _open(self, **options: Any) -> None:
        super()._open(headers={"Spotzee-Version": RELEASE}, **options)

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncSpotzeeContacts(send)
        self.subscriptions = AsyncSpotzeeSubscriptions(send)
        self.lists = AsyncSpotzeeLists(send)
        self.events = AsyncSpotzeeEvents(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk,
            SpotzeePlanner(),
            workers=self.settings.limits.concurrency,
            home=self._home,
        )

    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        return answers.refuse(operation, response)
