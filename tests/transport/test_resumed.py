"""A call that an earlier run sent and saw no answer to is settled, and not sent as if new."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from sentori_async import AsyncSentori, Limits
from sentori_async.errors import AlreadyExists, ConnectionLost, NotFound
from sentori_async.platforms.sentori import calls
from sentori_async.platforms.sentori.settle import RepeatedImport, VerifiedImport
from sentori_async.sandbox import Sandbox
from sentori_async.wire.message import Call, Meter

ANN = "ann@example.com"
FIELDS = {"FirstName": "Ann"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as sandbox:
        yield sandbox


async def resumed(sandbox: Sandbox, call: Call[Any], meter: Meter | None = None) -> Any:
    """Send a call that was lost."""
    meter = meter or Meter()
    meter.lost = True
    async with AsyncSentori(
        api_key=sandbox.sentori.api_key,
        base_url=sandbox.url("sentori"),
        limits=Limits(adaptive=False),
    ) as client:
        return await client._send_for_bulk(call, meter)


async def test_an_add_that_never_arrived_is_sent(sandbox: Sandbox) -> None:
    meter = Meter()
    contact = await resumed(sandbox, calls.add_contact(ANN, FIELDS), meter)

    assert contact.first_name == "Ann"
    assert (meter.attempts, meter.requests) == (1, 1)


async def test_an_add_that_was_carried_out_is_found(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add(ANN, FIELDS)
    contact = await resumed(sandbox, calls.add_contact(ANN, FIELDS))

    assert contact.first_name == "Ann"


async def test_an_add_that_met_another_contact_is_refused(sandbox: Sandbox) -> None:
    sandbox.sentori.contacts.add(ANN, {"FirstName": "Anna"})
    with pytest.raises(AlreadyExists) as caught:
        await resumed(sandbox, calls.add_contact(ANN, FIELDS))

    assert caught.value.applied is False


async def test_a_delete_that_was_carried_out_is_a_success(sandbox: Sandbox) -> None:
    assert await resumed(sandbox, calls.delete_contact(ANN)) is None


async def test_an_update_of_nobody_is_refused(sandbox: Sandbox) -> None:
    with pytest.raises(NotFound) as caught:
        await resumed(sandbox, calls.update_contact(ANN, FIELDS))

    assert caught.value.applied is False


async def test_an_upsert_does_not_say_that_it_updated_what_it_may_have_added(
    sandbox: Sandbox,
) -> None:
    sandbox.sentori.contacts.add(ANN, FIELDS)
    found = await resumed(sandbox, calls.add_or_update_contact(ANN, FIELDS))

    assert found.created is None


async def test_an_import_is_looked_up_and_sent_again_only_if_it_is_not_there(
    sandbox: Sandbox,
) -> None:
    call = calls.import_contacts([{"EmailAddress": ANN, **FIELDS}])
    assert isinstance(await resumed(sandbox, call), RepeatedImport)
    assert sandbox.requests.count("contacts.import_") == 1

    assert isinstance(await resumed(sandbox, call), VerifiedImport)
    assert sandbox.requests.count("contacts.import_") == 1


async def test_what_can_neither_be_repeated_nor_looked_up_stays_unknown(sandbox: Sandbox) -> None:
    meter = Meter()
    with pytest.raises(ConnectionLost) as caught:
        await resumed(sandbox, calls.create_email("SOURCE", name="x"), meter)

    assert caught.value.applied is None
    assert meter.requests == sandbox.requests.count() == 0
