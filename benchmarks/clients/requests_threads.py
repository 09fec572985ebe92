"""requests in threads: a session for each, since sessions are not safe to share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import requests

from benchmarks.clients import PARSED
from benchmarks.contact import HEADERS, fields, path
from benchmarks.work import Work, checked_status


def add(work: Work) -> None:
    """Let the threads share the rows: an iterator over a range can be advanced from any."""
    with ExitStack() as stack:
        sessions = [stack.enter_context(requests.Session()) for _ in range(work.in_flight)]
        for session in sessions:
            session.headers.update(HEADERS)
        pool = stack.enter_context(ThreadPoolExecutor(work.in_flight))

        def send(rows: range) -> list[Any]:
            numbers = iter(rows)
            futures = [pool.submit(_work, session, work, numbers) for session in sessions]
            return [result for future in futures for result in future.result()]

        send(work.warm_up)
        with work.timed():
            last = send(work.rows)
        PARSED.check(last)


def _work(session: requests.Session, work: Work, numbers: Iterator[int]) -> list[Any]:
    """Send rows until there are none; return the last result, if there was one."""
    base_url = work.base_url
    last: list[Any] = []
    for n in numbers:
        answer = session.post(base_url + path(n), json=fields(n))
        checked_status(answer.status_code)
        result = answer.json()
        PARSED.glance(result)
        last = [result]
    return last
