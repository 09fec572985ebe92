"""The ground the other tests stand on holds."""

import os
from collections.abc import Iterator

import pytest
from aiohttp import ClientSession
from aioresponses import aioresponses

URL = "http://127.0.0.1:9/mocked"


@pytest.mark.parametrize("size", [0, 1, 200 * 1024, 2 * 1024 * 1024])
async def test_mocked_body_of_any_size_arrives_whole(size: int) -> None:
    body = b"x" * size
    with aioresponses() as mocked:
        mocked.get(URL, body=body, headers={"X-Seen": "yes"})

        async with ClientSession() as session, session.get(URL) as response:
            received = await response.read()

    assert body == received
    assert response.headers["X-Seen"] == "yes"


async def test_mocked_body_can_be_read_in_pieces() -> None:
    body = b"y" * (200 * 1024)
    with aioresponses() as mocked:
        mocked.get(URL, body=body)

        async with ClientSession() as session, session.get(URL) as response:
            pieces = [piece async for piece in response.content.iter_chunked(8192)]

    assert body == b"".join(pieces)
    assert len(pieces) == 200 // 8


async def test_mocked_exception_and_payload_still_work() -> None:
    with aioresponses() as mocked:
        mocked.post(URL, exception=ConnectionResetError("gone"))
        mocked.post(URL, status=201, payload={"Code": 102})

        async with ClientSession() as session:
            with pytest.raises(ConnectionResetError, match="gone"):
                await session.post(URL)
            async with session.post(URL) as response:
                assert await response.json() == {"Code": 102}

    assert response.status == 201


@pytest.fixture(scope="module")
def leaky_shell() -> Iterator[list[str]]:
    """Set variables as a developer's shell would: before a test and its cleaning begin."""
    names = ["SENTORI_API_KEY", "GETRESPONSE_API_KEY", "SENT_API_KEY", "SPOTZEE_BASE_URL"]
    with pytest.MonkeyPatch.context() as patch:
        for name in names:
            patch.setenv(name, "leaked")
        yield names


def test_vendor_variables_of_the_shell_never_reach_a_test(leaky_shell: list[str]) -> None:
    assert [name for name in leaky_shell if name in os.environ] == []
