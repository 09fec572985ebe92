"""The server's own manners: where it listens, what it remembers, how it ends."""

import asyncio
import http.client
import socket
import subprocess
import sys
import threading
import zlib
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sentori_async.errors import ConfigurationError, SentoriError
from sentori_async.sandbox import API_KEY, RequestLog, RequestRecord, Sandbox, SentoriOptions
from tests.sandbox.service import Service, Start

KEY = {"ApiKey": API_KEY}


def sandbox_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name == "sentori-sandbox"]


def ask(port: int, method: str, path: str) -> int:
    """Send one blocking request and return its status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=KEY)
        with connection.getresponse() as answer:
            answer.read()
            return answer.status
    finally:
        connection.close()


# Where it listens.


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.1", "localhost", "example.com", ""])
def test_any_host_but_loopback_is_refused(host: Any) -> None:
    with pytest.raises(ConfigurationError, match="the loopback interface only"):
        Sandbox(host=host)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_a_port_that_is_none_is_refused(port: int) -> None:
    with pytest.raises(ConfigurationError, match="from 0 to 65535"):
        Sandbox(port=port)


async def test_sentori_is_served_under_both_of_its_prefixes(service: Service) -> None:
    service.account.contacts.add("joe@example.com")
    port = service.sandbox.port
    assert service.sandbox.url("sentori") == f"http://127.0.0.1:{port}/sentori/v2.0/"
    for base in (f"http://127.0.0.1:{port}/v2.0/", service.sandbox.url("sentori")):
        answer = await service.send("GET", "contact/get/joe%40example.com/", headers=KEY, base=base)
        assert answer.status == 200


async def test_only_the_loopback_address_is_bound(service: Service) -> None:
    assert service.sandbox._runner is not None
    assert service.sandbox._runner.addresses == [("127.0.0.1", service.sandbox.port)]


async def test_the_other_loopback_address_works_as_well(start: Start) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6")
    service = await start(host="::1")
    assert service.sandbox.url("sentori").startswith(f"http://[::1]:{service.sandbox.port}/")
    assert (await service.get("mailinglists/")).status == 200


async def test_an_absolute_request_line_means_its_path(service: Service) -> None:
    """A proxy's form of the request line finds the same route."""
    url = f"{service.sandbox.url('sentori')}mailinglists/"
    reader, writer = await asyncio.open_connection("127.0.0.1", service.sandbox.port)
    head = f"GET {url} HTTP/1.1\r\nHost: h\r\nApiKey: {API_KEY}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.read()).startswith(b"HTTP/1.1 200")
    writer.close()
    await writer.wait_closed()


async def test_a_path_of_no_platform_is_not_found(service: Service) -> None:
    answer = await service.send("GET", "", base=f"http://127.0.0.1:{service.sandbox.port}/v3.0/")
    assert (answer.status, answer.body) == (404, b"")
    assert service.sandbox.requests.latest() == [RequestRecord("", "", "GET", "/v3.0/", 404, 0)]


async def test_a_platform_it_does_not_play_is_named(service: Service) -> None:
    with pytest.raises(ConfigurationError, match="plays sentori"):
        service.sandbox.url("mailchimp")


# Its life.


async def test_a_taken_port_is_named_and_nothing_stays_open(service: Service) -> None:
    port = service.sandbox.port
    second = Sandbox(port=port)
    with pytest.raises(ConfigurationError, match=f"^port {port} cannot be used"):
        await second.start()
    with pytest.raises(SentoriError, match="closed"):
        second.sentori.contacts.count()


async def test_a_sandbox_starts_once() -> None:
    sandbox = Sandbox()
    async with sandbox:
        with pytest.raises(SentoriError, match="starts once"):
            await sandbox.start()
    with pytest.raises(SentoriError, match="starts once"):
        await sandbox.start()


async def test_closing_twice_or_before_the_start_is_harmless() -> None:
    unused = Sandbox()
    await unused.close()
    async with Sandbox() as sandbox:
        await sandbox.close()
    await sandbox.close()


def test_nothing_can_be_asked_before_the_start() -> None:
    sandbox = Sandbox()
    with pytest.raises(SentoriError, match="not started"):
        _ = sandbox.port
    with pytest.raises(SentoriError, match="not started"):
        _ = sandbox.sentori


async def test_the_port_is_free_after_the_end() -> None:
    async with Sandbox() as sandbox:
        port = sandbox.port
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_an_end_does_not_wait_for_a_slow_request(start: Start) -> None:
    service = await start(latency_s=3600)
    request = asyncio.create_task(service.get("mailinglists/"))
    while not service.sandbox.in_flight:
        await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await service.sandbox.close()
    with pytest.raises(aiohttp.ClientError):
        await request


async def test_a_file_survives_a_restart(start: Start, tmp_path: Path) -> None:
    """Contacts, custom fields, lists, suppression and accounts are what they were."""
    key = "11111111-1111-1111-1111-111111111111"
    first = await start(state=tmp_path / "state.db")
    first.account.fields.add("LoyaltyTier")
    first.account.mailing_lists.add("LISTID01", "Newsletter")
    first.account.accounts.add(key).contacts.add("ann@example.com")
    assert (
        await first.post("contact/add/joe%40example.com/", {"LoyaltyTier": "Gold"})
    ).status == 200
    await first.post("contact/subscribe/joe%40example.com/LISTID01/")
    await first.post("contact/unsubscribe/opt%40example.com/")
    contact = first.account.contacts.get("joe@example.com")
    await first.sandbox.close()

    second = await start(state=tmp_path / "state.db")
    assert (await second.get("contact/get/joe%40example.com/")).json == contact
    assert second.account.mailing_lists.members("LISTID01") == ["joe@example.com"]
    assert second.account.suppression.all() == ["opt@example.com"]
    answer = await second.send("GET", "contact/get/ann%40example.com/", headers={"ApiKey": key})
    assert answer.status == 200


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    """A commit does not wait for a clean end, so an answer is a promise."""
    program = (
        "import sys, threading\n"
        "from sentori_async.sandbox import Sandbox\n"
        "with Sandbox(state=sys.argv[1]).in_thread() as sandbox:\n"
        "    print(sandbox.port, flush=True)\n"
        "    threading.Event().wait()\n"
    )
    state = tmp_path / "state.db"
    command = [sys.executable, "-c", program, str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            assert ask(port, "POST", "/v2.0/contact/add/joe%40example.com/") == 200
        finally:
            process.kill()
    with Sandbox(state=state).in_thread() as sandbox:
        assert sandbox.sentori.contacts.addresses() == ["joe@example.com"]


async def test_memory_starts_empty(start: Start) -> None:
    (await start()).account.contacts.add("joe@example.com")
    assert (await start()).account.contacts.count() == 0


# What it bears.


async def test_a_body_above_the_limit_is_answered_with_413(start: Start) -> None:
    service = await start(max_body_bytes=100)
    assert (await service.post("contact/add/a%40example.com/", {"Title": "x" * 90})).status == 413
    assert service.account.contacts.count() == 0
    assert service.sandbox.requests.latest()[-1].status == 413


async def test_a_compressed_body_is_read(service: Service) -> None:
    packed = zlib.compress(b'{"FirstName": "Joe"}')
    headers = {**KEY, "Content-Encoding": "deflate"}
    answer = await service.send(
        "POST", "contact/add/a%40example.com/", data=packed, headers=headers
    )
    assert answer.json["FirstName"] == "Joe"


async def test_a_body_that_cannot_be_unpacked_is_answered_with_400(service: Service) -> None:
    headers = {**KEY, "Content-Encoding": "gzip"}
    answer = await service.send(
        "POST", "contact/add/a%40example.com/", data=b"not gzip at all", headers=headers
    )
    assert answer.status == 400
    assert service.account.contacts.count() == 0


async def test_a_request_takes_effect_although_nobody_waits_for_the_answer(start: Start) -> None:
    service = await start(latency_s=0.01)
    _, writer = await asyncio.open_connection("127.0.0.1", service.sandbox.port)
    head = (
        f"POST /v2.0/contact/add/b%40example.com/ HTTP/1.1\r\nHost: h\r\nApiKey: {API_KEY}\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    while not service.sandbox.in_flight:
        await asyncio.sleep(0)
    writer.close()
    async with asyncio.timeout(30):
        while not service.sandbox.requests.count("contacts.add"):
            await asyncio.sleep(0)
    assert service.account.contacts.addresses() == ["b@example.com"]


# What it remembers.


async def test_requests_are_recorded_as_they_were_sent(service: Service) -> None:
    await service.post("contact/add/joe%2Bx%40example.com")
    await service.get("contact/get/1/?page=2")
    await service.get("nowhere/")
    assert service.sandbox.requests.latest() == [
        RequestRecord(
            "sentori",
            "contacts.add",
            "POST",
            "/sentori/v2.0/contact/add/joe%2Bx%40example.com",
            200,
            1,
        ),
        RequestRecord("sentori", "contacts.get", "GET", "/sentori/v2.0/contact/get/1/", 200, 1),
        RequestRecord("sentori", "", "GET", "/sentori/v2.0/nowhere/", 404, 0),
    ]


async def test_no_key_is_ever_recorded(service: Service) -> None:
    canary = "cafecafe-cafe-cafe-cafe-cafecafecafe"
    await service.send("GET", f"contact/get/1/?ApiKey={canary}", headers={"ApiKey": canary})
    assert service.sandbox.requests.count() == 1
    assert canary not in repr(service.sandbox.requests.latest())
    assert canary not in repr(service.sandbox.requests.__dict__)


def test_a_log_forgets_records_and_keeps_counting() -> None:
    log = RequestLog(keep=2)
    for number in range(3):
        log.add(RequestRecord("sentori", "contacts.add", "POST", str(number), 200, 1))
    log.add(RequestRecord("other", "contacts.add", "POST", "3", 200, 1))
    assert [record.path for record in log.latest()] == ["2", "3"]
    assert (log.count(), log.count("contacts.add"), log.count("contacts.get")) == (4, 4, 0)
    assert (log.count(platform="sentori"), log.count("contacts.add", platform="other")) == (3, 1)
    log.clear()
    assert (log.latest(), log.count()) == ([], 0)


# On a thread.


def test_blocking_code_gets_a_sandbox_on_a_thread_that_ends_with_the_block() -> None:
    with Sandbox().in_thread() as sandbox:
        assert sandbox_threads() == ["sentori-sandbox"]
        sandbox.sentori.contacts.add("joe@example.com")
        assert ask(sandbox.port, "GET", "/v2.0/contact/get/joe%40example.com/") == 200
        assert ask(sandbox.port, "POST", "/v2.0/contact/delete/joe%40example.com/") == 200
        assert sandbox.sentori.contacts.count() == 0
    assert sandbox_threads() == []


def test_a_thread_ends_with_a_block_that_fails() -> None:
    with pytest.raises(LookupError), Sandbox().in_thread():
        raise LookupError
    assert sandbox_threads() == []


def test_a_start_that_fails_on_a_thread_raises_where_the_block_begins(tmp_path: Path) -> None:
    with (
        pytest.raises(ConfigurationError, match="state file"),
        Sandbox(state=tmp_path / "no" / "state.db").in_thread(),
    ):
        pytest.fail("the block must not begin")
    assert sandbox_threads() == []


def test_many_threads_may_seed_and_ask_at_once() -> None:
    """Seeding from test threads and requests on the loop do not disturb one another."""
    with Sandbox(sentori=SentoriOptions()).in_thread() as sandbox:

        def work(number: int) -> None:
            for turn in range(20):
                sandbox.sentori.contacts.add(f"seed{number}x{turn}@example.com")
                ask(sandbox.port, "POST", f"/v2.0/contact/add/sent{number}x{turn}%40example.com/")

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sandbox.sentori.contacts.count() == 160
        assert sandbox.requests.count("contacts.add") == 80
