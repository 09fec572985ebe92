"""The middleware of a blocking client is async, and runs on the private loop."""

import threading
from collections.abc import Iterator

import attrs
import pytest

from sentori_async import Request, Response, Send
from sentori_async.sandbox import Sandbox
from sentori_sync import ConfigurationError, Sentori


class Watch:
    """A middleware that tells where it ran, and how often."""

    def __init__(self) -> None:
        self.threads: list[str] = []

    async def __call__(self, request: Request, send: Send) -> Response:
        self.threads.append(threading.current_thread().name)
        headers = {**(request.headers or {}), "X-Correlation-Id": "abc"}
        return await send(attrs.evolve(request, headers=headers))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def client(sandbox: Sandbox, watch: Watch) -> Iterator[Sentori]:
    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    with Sentori(api_key=key, base_url=url, middleware=[watch]) as client:
        yield client


def test_it_runs_on_the_private_loop_around_each_request(client: Sentori, watch: Watch) -> None:
    client.contacts.add("joe@example.com")
    client.contacts.get("joe@example.com")

    assert watch.threads == ["sentori-portal"] * 2


def test_it_is_part_of_bulk_jobs_and_of_clients_with_other_options(
    client: Sentori, watch: Watch
) -> None:
    client.bulk.add([{"EmailAddress": f"c{n}@example.com"} for n in range(3)])
    client.with_options(deadline_s=30).contacts.get("c1@example.com")

    assert watch.threads == ["sentori-portal"] * 4


def test_a_blocking_call_in_it_is_refused(sandbox: Sandbox) -> None:
    async def ask_again(request: Request, send: Send) -> Response:
        own.mailing_lists.all()
        return await send(request)

    key, url = sandbox.sentori.api_key, sandbox.url("sentori")
    with (
        Sentori(api_key=key, base_url=url, middleware=[ask_again]) as own,
        pytest.raises(ConfigurationError, match="await AsyncSentori instead"),
    ):
        own.mailing_lists.all()


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="not a str"):
        Sentori(api_key="a-key-that-is-never-used", middleware=["no"])  # type: ignore[list-item]
