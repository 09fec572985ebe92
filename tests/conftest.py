"""What every test stands on: a clean environment, quiet hypothesis, working mocks."""

import inspect
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import aioresponses.core
import hypothesis
import pytest
from aiohttp import ClientResponse, StreamReader
from aiohttp.client_proto import ResponseHandler

VENDOR_PREFIXES = ("SENTORI_", "GETRESPONSE_", "SENT_", "SPOTZEE_")
# Modules whose tests run both ways.
BOTH_WAYS = ("test_session", "test_tokens", "test_canary", "test_every_fault")

# `make test` measures the workers that run tests; what tests start would take twice as long.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.pop("COVERAGE_PROCESS_START", None)

# Deadlines measure the machine, not the code.
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, max_examples=50)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the developer's own keys and addresses from every test."""
    for name in os.environ:
        if name.startswith(VENDOR_PREFIXES):
            monkeypatch.delenv(name)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is about sockets and secrets both ways, aiohttp's ordinary one and ours."""
    if metafunc.module.__name__.rpartition(".")[2].startswith(BOTH_WAYS):
        metafunc.parametrize("way", ["off", "on"], ids=["ordinary", "express"], indirect=True)


@pytest.fixture(autouse=True)
def way(
    request: pytest.FixtureRequest, _clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Choose the way that requests go; ours, where the test does not ask for both."""
    chosen: str | None = getattr(request, "param", None)
    if chosen is not None:
        monkeypatch.setenv("SENTORI_EXPRESS", chosen)
    return chosen or "auto"


class _MockedResponse(ClientResponse):
    """A response made by aioresponses, which does not know of `stream_writer` yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("stream_writer", SimpleNamespace(output_size=0))
        super().__init__(*args, **kwargs)


def _unbounded_reader(loop: Any) -> StreamReader:
    """Return a stream that never asks its peer to pause: a mocked body has no peer."""
    return StreamReader(ResponseHandler(loop=loop), limit=2**40, loop=loop)


@pytest.fixture(autouse=True, scope="session")
def _aioresponses_on_aiohttp_3_14() -> Iterator[None]:
    """Let aioresponses 0.7.9 work on aiohttp >= 3.14.

    `ClientResponse` wants a `stream_writer` since 3.14, and a body above the stream's limit pauses
    a parser that a mocked response does not have.
    """
    with pytest.MonkeyPatch.context() as patch:
        if "stream_writer" in inspect.signature(ClientResponse.__init__).parameters:
            patch.setattr(aioresponses.core, "ClientResponse", _MockedResponse)
            patch.setattr(aioresponses.core, "stream_reader_factory", _unbounded_reader)
        yield
