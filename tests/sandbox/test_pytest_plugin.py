"""The fixtures that the package gives to other people's tests."""

import importlib.metadata
import subprocess
import sys
import urllib.request

import aiohttp
import pytest

import sentori_sync
from sentori_async import AuthenticationError
from sentori_async.registry import STEMS
from sentori_async.sandbox import GetResponseOptions, Sandbox, SentoriOptions, SpotzeeOptions
from sentori_async.sandbox.roster import PlatformOptions


def ask(sandbox: Sandbox, path: str) -> int:
    request = urllib.request.Request(
        f"{sandbox.url('sentori')}{path}", headers={"ApiKey": sandbox.sentori.api_key}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.status)


def test_the_plugin_is_announced_to_pytest() -> None:
    (point,) = importlib.metadata.entry_points(group="pytest11", name="sentori")
    assert point.value == "sentori_async.integrations.pytest_plugin"


@pytest.mark.parametrize("turn", [1, 2])
def test_a_blocking_test_gets_a_sandbox_of_its_own(sentori_sandbox: Sandbox, turn: int) -> None:
    assert sentori_sandbox.sentori.contacts.count() == 0
    sentori_sandbox.sentori.contacts.add(f"turn{turn}@example.com")
    assert ask(sentori_sandbox, f"contact/get/turn{turn}%40example.com/") == 200
    assert sentori_sandbox.requests.count() == 1


async def test_an_asyncio_test_gets_the_same(sentori_sandbox: Sandbox) -> None:
    headers = {"ApiKey": sentori_sandbox.sentori.api_key}
    url = f"{sentori_sandbox.url('sentori')}mailinglists/"
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        assert await answer.json() == []


class TestOptions:
    """A test module or class that wants another behaviour overrides one fixture."""

    @pytest.fixture
    def sentori_sandbox_options(self) -> SentoriOptions:
        return SentoriOptions(legacy_get=True)

    def test_the_options_can_be_overridden(self, sentori_sandbox: Sandbox) -> None:
        assert ask(sentori_sandbox, "contact/add/joe%40example.com/") == 200


@pytest.mark.parametrize(("platform", "stem"), STEMS.items())
def test_every_platform_has_its_url_and_its_key(
    sentori_sandbox: Sandbox, platform: str, stem: str
) -> None:
    account = sentori_sandbox.account(platform)
    identity = {"sent": "+12125550123", "spotzee": "joe-1"}.get(platform, "joe@example.com")
    if platform == "spotzee":
        account.contacts.add_many([{"external_id": identity}])
    else:
        account.contacts.add(identity)

    url, key = sentori_sandbox.url(platform), account.api_key
    with getattr(sentori_sync, stem)(api_key=key, base_url=url) as client:
        assert client.contacts.get(identity)


class TestOptionsOfOthers:
    """The options of any platform go by its name."""

    @pytest.fixture
    def sentori_sandbox_options(self) -> PlatformOptions:
        return {"getresponse": GetResponseOptions(auth_status=403), "spotzee": SpotzeeOptions()}

    def test_the_options_of_other_platforms_can_be_overridden(
        self, sentori_sandbox: Sandbox
    ) -> None:
        url = sentori_sandbox.url("getresponse")
        with (
            sentori_sync.GetResponse(api_key="unknown", base_url=url) as client,
            pytest.raises(AuthenticationError) as caught,
        ):
            client.accounts.get()
        assert (caught.value.status, caught.value.code) == (403, 1014)


def test_loading_the_plugin_loads_no_server() -> None:
    """Every pytest run on a machine with this package pays for the import."""
    program = (
        "import sys, sentori_async.integrations.pytest_plugin;"
        "print([name for name in ('aiohttp', 'sqlite3', 'orjson', 'sentori_async.sandbox')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"[]"]
