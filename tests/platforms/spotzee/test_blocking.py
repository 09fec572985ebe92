"""The blocking twin has the same verbs, without await."""

from __future__ import annotations

import pytest

from sentori_async.sandbox import Sandbox
from sentori_sync import NotFound, Spotzee, SpotzeeSubscriptionState, UnsupportedOperation


def test_the_blocking_client_does_the_same() -> None:
    with (
        Sandbox().in_thread() as sandbox,
        Spotzee(api_key=sandbox.spotzee.api_key, base_url=sandbox.url("spotzee")) as client,
    ):
        assert client.contacts.add_or_update("joe", {"locale": "en"}).created is None
        news = client.subscriptions.create("News", channel="email")
        assert isinstance(news.id, int)
        client.contacts.subscribe("joe", news.id, state=SpotzeeSubscriptionState.OPTED_IN)
        states = [row.state for row in client.contacts.subscriptions("joe")]
        assert states == [SpotzeeSubscriptionState.OPTED_IN]
        report = client.bulk.add_or_update([f"u-{n}" for n in range(150)], via="auto")
        assert report.by_status == {"upserted": 150}
        assert len([user.id for user in client.contacts.iterate()]) == 151
        client.contacts.unsubscribe_all("joe")
        client.contacts.delete("joe")
        with pytest.raises(NotFound):
            client.contacts.get("joe")
        with pytest.raises(UnsupportedOperation):
            client.contacts.add("joe")
