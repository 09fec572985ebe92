"""A sandbox on a thread of its own, and proof that no test leaves the portal's thread behind."""

import threading
from collections.abc import Iterator

import pytest

from sentori_async.sandbox import Sandbox
from sentori_sync import Sentori


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox().in_thread() as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Sentori]:
    with Sentori(api_key=sandbox.sentori.api_key, base_url=sandbox.url("sentori")) as client:
        yield client


def portal_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sentori-portal"]


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    yield
    for thread in portal_threads():
        # A client that the garbage collector closes ends the thread without waiting for it.
        thread.join(5)
    assert portal_threads() == []
