"""The benchmarks' stub server tells requests apart however they arrive, and ends when it should."""

import http.client
import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.contact import CONTACT_JSON
from benchmarks.runner import server
from benchmarks.server import ANSWER, TALLY_PATH, Splitter

GET = b"GET /v2.0/contact/get/1/ HTTP/1.1\r\nHost: here\r\n\r\n"


def post(body: bytes, name: bytes = b"Content-Length") -> bytes:
    return b"POST /v2.0/a/ HTTP/1.1\r\n%s: %d\r\nHost: here\r\n\r\n%s" % (name, len(body), body)


# Bodies that look like the end of a head, or like a request, must not be taken for one.
bodies = st.one_of(st.binary(max_size=40), st.just(b"\r\n\r\n"), st.just(GET), st.just(post(b"{}")))
names = st.sampled_from([b"Content-Length", b"content-length", b"CONTENT-LENGTH"])
requests = st.one_of(st.just(GET), st.builds(post, bodies, names))


@given(sent=st.lists(requests, max_size=6), cuts=st.sets(st.integers(0, 400)))
def test_requests_are_found_wherever_the_stream_is_cut(sent: list[bytes], cuts: set[int]) -> None:
    stream = b"".join(sent)
    places = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    splitter = Splitter()

    found = [one for a, b in pairwise(places) for one in splitter.feed(stream[a:b])]

    parts = [request.partition(b"\r\n\r\n") for request in sent]
    assert found == [(head.lower(), body) for head, _, body in parts]


@given(body=bodies)
def test_request_is_complete_with_its_last_byte_and_not_before(body: bytes) -> None:
    request = post(body)
    splitter = Splitter()

    assert splitter.feed(request[:-1]) == []
    assert len(splitter.feed(request[-1:])) == 1


@pytest.mark.parametrize(
    ("sent", "why"),
    [
        (b"\x16\x03\x01 TLS\r\n\r\n", "no GET"),
        (b"DELETE / HTTP/1.1\r\n\r\n", "no GET"),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "no Content-Length"),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", "no number"),
        (b"GET /" + 65 * 1024 * b"x", "does not end"),
    ],
)
def test_what_cannot_be_read_is_refused(sent: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Splitter().feed(sent)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Run the server in a process of its own, on any core."""
    with server(None) as port:
        yield port


def exchanged(port: int, *pieces: bytes) -> bytes:
    """Send the pieces and no more; return all that comes until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as one:
        for piece in pieces:
            one.sendall(piece)
        one.shutdown(socket.SHUT_WR)
        with one.makefile("rb") as answers:
            return answers.read()


def test_answer_is_the_contact_with_its_length(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v2.0/contact/add/a%40b.example/", body=b"{}")
    answer = connection.getresponse()

    assert (answer.status, answer.read()) == (200, CONTACT_JSON)
    assert answer.getheader("Content-Length") == str(len(CONTACT_JSON))
    connection.close()


def test_pipelined_requests_are_each_answered(port: int) -> None:
    assert exchanged(port, 3 * post(b"{}") + 2 * GET) == 5 * ANSWER


def test_request_in_single_bytes_is_answered(port: int) -> None:
    assert exchanged(port, *(bytes([byte]) for byte in post(b"{}"))) == ANSWER


@pytest.mark.parametrize(
    "last",
    [
        b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
    ],
)
def test_connection_ends_when_the_client_wants_that(port: int, last: bytes) -> None:
    assert exchanged(port, GET + last + GET) == 2 * ANSWER


def test_refusal_names_the_reason_and_ends_the_connection(port: int) -> None:
    answer = exchanged(port, b"PUT / HTTP/1.1\r\n\r\n" + GET)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.endswith(b"this is no GET and no POST")


def test_tally_counts_contacts_and_not_itself(port: int) -> None:
    tally = b"GET %s HTTP/1.1\r\n\r\n" % TALLY_PATH.encode()

    before, after = (
        int(answers.rpartition(b'"requests":')[2].partition(b",")[0])
        for answers in (exchanged(port, tally), exchanged(port, tally + 3 * GET + tally))
    )

    assert after == before + 3


def test_server_ends_with_its_standard_input() -> None:
    """Leaving the block closes the pipe and waits for the process."""
    with server(None) as port:
        assert exchanged(port, GET) == ANSWER
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=30)
