"""All platforms keep one contract: the same tests, one class for each of the registry."""

from __future__ import annotations

from sentori_async.registry import STEMS
from tests.platforms.adapters import (
    ADAPTERS,
    GetResponseAdapter,
    SentAdapter,
    SentoriAdapter,
    SpotzeeAdapter,
)
from tests.platforms.contract import PlatformContract


def test_every_platform_of_the_registry_is_under_contract() -> None:
    assert {adapter.name for adapter in ADAPTERS} == set(STEMS)


class TestSentori(PlatformContract):
    ADAPTER = SentoriAdapter()


class TestGetResponse(PlatformContract):
    ADAPTER = GetResponseAdapter()


class TestSent(PlatformContract):
    ADAPTER = SentAdapter()


class TestSpotzee(PlatformContract):
    ADAPTER = SpotzeeAdapter()
