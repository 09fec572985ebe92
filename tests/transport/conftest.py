"""Run every asynchronous test of this folder on each event loop there is."""

import asyncio
import importlib.util
from collections.abc import Callable, Mapping

import pytest

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is about sockets both ways, aiohttp's ordinary one and ours."""
    if metafunc.module.__name__.rpartition(".")[2].startswith("test_session"):
        metafunc.parametrize("way", ["off", "on"], ids=["ordinary", "express"], indirect=True)


@pytest.fixture(autouse=True)
def way(
    request: pytest.FixtureRequest, _clean_environment: None, monkeypatch: pytest.MonkeyPatch
) -> str:
    taken: str = getattr(request, "param", "auto")
    monkeypatch.setenv("SENTORI_EXPRESS", taken)
    return taken


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, LoopFactory]:
    factories: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
    if importlib.util.find_spec("uvloop") is not None:
        import uvloop

        factories["uvloop"] = uvloop.new_event_loop
    return factories
