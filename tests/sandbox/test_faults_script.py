"""Which requests a script picks, what it counts, and what it refuses."""

import asyncio
import itertools
import math
import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentori_async.errors import ConfigurationError
from sentori_async.sandbox import FaultRule, FaultScript, Sandbox, faults
from tests.sandbox.raw import Seen, ask, connected
from tests.sandbox.service import Service

ADD = "contacts.add"
DROP = faults.Drop()
REQUESTS = st.lists(
    st.tuples(st.sampled_from([ADD, "contacts.get", "emails.create"]), st.sampled_from(["A", "B"])),
    max_size=50,
)


def hits(script: FaultScript, requests: int, route: str = ADD, method: str = "POST") -> list[int]:
    """Return which of so many equal requests go wrong, counted from 1."""
    return [n for n in range(1, requests + 1) if script.draw(route, method) is not None]


def one(route: str = ADD, **conditions: Any) -> FaultScript:
    return FaultScript([FaultRule(route, DROP, **conditions)])


# Which requests.


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"on": [1, 3]}, [1, 3]),
        ({"on": [9]}, []),
        ({"times": 2}, [1, 2]),
        ({"after": 4}, [5, 6]),
        ({"after": 2, "times": 1}, [3]),
        ({"probability": 0}, []),
        ({"probability": 1}, [1, 2, 3, 4, 5, 6]),
    ],
)
def test_a_rule_picks_the_requests_its_conditions_name(
    conditions: dict[str, Any], expected: list[int]
) -> None:
    assert hits(one(**conditions), 6) == expected


@pytest.mark.parametrize(
    ("pattern", "route", "matches"),
    [
        ("contacts.add", "contacts.add", True),
        ("contacts.add", "contacts.add_or_update", False),
        ("contacts.*", "contacts.add", True),
        ("contacts.*", "mailing_lists.all", False),
        ("*", "mailing_lists.all", True),
        ("*", "", True),
        ("contacts.*", "", False),
    ],
)
def test_a_route_is_a_name_or_a_pattern(pattern: str, route: str, matches: bool) -> None:
    assert bool(hits(one(pattern), 1, route=route)) is matches


def test_a_rule_may_be_about_one_method_in_any_case() -> None:
    script = one("*", method="post")
    assert (hits(script, 1, method="GET"), hits(script, 1, method="POST")) == ([], [1])


def test_a_rule_counts_only_the_requests_it_matches() -> None:
    script = one(on=[2], method="POST")
    assert hits(script, 5, route="contacts.get") == []
    assert hits(script, 5, method="GET") == []
    assert hits(script, 5) == [2]


@pytest.mark.parametrize("probability", [0.01, 0.05, 0.2])
def test_a_probability_is_met_on_average(probability: float) -> None:
    """Four standard deviations of 20,000 draws."""
    number, margin = 20_000, 4 * math.sqrt(20_000 * probability * (1 - probability))
    assert abs(len(hits(one(probability=probability), number)) - number * probability) < margin


# The same again.


@given(requests=REQUESTS, seed=st.integers(), probability=st.floats(0, 1))
def test_the_same_seed_and_requests_go_wrong_in_the_same_way(
    requests: list[tuple[str, str]], seed: int, probability: float
) -> None:
    def picked() -> list[faults.Fault | None]:
        rules = [
            FaultRule(ADD, DROP, probability=probability),
            FaultRule("*", faults.Reset(), probability=probability / 2, method="B"),
        ]
        script = FaultScript(rules, seed=seed)
        return [script.draw(*request) for request in requests]

    assert picked() == picked()


def test_another_seed_picks_other_requests() -> None:
    rule = FaultRule(ADD, DROP, probability=0.5)
    assert hits(FaultScript([rule], seed=1), 100) != hits(FaultScript([rule], seed=2), 100)


def test_equal_rules_of_a_script_draw_different_numbers() -> None:
    """Otherwise the second of two rules of 50 % would never get a request."""
    rules = [FaultRule(ADD, DROP, probability=0.5, name=name) for name in ("first", "second")]
    script = FaultScript(rules)
    hits(script, 1000)
    assert script.injected["second"] > 200


@given(
    requests=REQUESTS,
    earlier=st.floats(0, 1),
    seed=st.none() | st.integers(min_value=0),
)
def test_a_rule_picks_the_same_requests_whatever_the_rules_before_it_do(
    requests: list[tuple[str, str]], earlier: float, seed: int | None
) -> None:
    def wanted(probability: float) -> list[faults.Fault | None]:
        rules = [
            FaultRule("*", faults.Reset(), probability=probability),
            FaultRule(ADD, DROP, probability=0.5, seed=seed),
        ]
        script = FaultScript(rules)
        return [script.draw(*request) for request in requests]

    for alone, disturbed in zip(wanted(0), wanted(earlier), strict=True):
        assert disturbed == alone or isinstance(disturbed, faults.Reset)


def test_a_seed_of_its_own_frees_a_rule_from_its_place() -> None:
    rule = FaultRule(ADD, DROP, probability=0.3, seed=5)
    other = FaultRule("emails.create", DROP)
    assert hits(FaultScript([rule], seed=1), 50) == hits(FaultScript([other, rule], seed=2), 50)


# Several rules.


def test_the_first_rule_that_wants_a_request_gets_it() -> None:
    first, second = faults.Status(status=500), faults.Status(status=502)
    script = FaultScript([FaultRule(ADD, first, on=[2]), FaultRule("contacts.*", second)])
    assert [script.draw(ADD, "POST") for _ in range(3)] == [second, first, second]


def test_a_rule_does_not_use_up_its_times_where_another_was_first() -> None:
    script = FaultScript(
        [FaultRule(ADD, DROP, on=[1]), FaultRule(ADD, faults.Reset(), times=2)],
    )
    assert hits(script, 5) == [1, 2, 3]
    assert script.injected == {"drop": 1, "reset": 2}


def test_faults_are_counted_by_name_or_else_by_kind() -> None:
    rules = [
        FaultRule(ADD, faults.Drop(execute=1), on=[1, 2], name="lost answer"),
        FaultRule(ADD, DROP, on=[3]),
        FaultRule(ADD, faults.Drop(execute=2), on=[4]),
    ]
    script = FaultScript(rules)
    assert script.injected == {}
    hits(script, 5)
    assert script.injected == {"lost answer": 2, "drop": 2}


def test_what_was_counted_cannot_be_changed_from_outside() -> None:
    script = one()
    hits(script, 1)
    script.injected.clear()
    assert script.injected == {"drop": 1}


def test_many_threads_may_draw_at_once() -> None:
    script = one(on=range(1, 4001, 2))
    found: list[list[int]] = []
    threads = [threading.Thread(target=lambda: found.append(hits(script, 1000))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(itertools.chain(*found))) == 2000
    assert script.injected == {"drop": 2000}


# In a sandbox.


async def test_a_sandbox_without_a_script_does_nothing_wrong(service: Service) -> None:
    assert service.sandbox.faults is None
    assert (await ask(service.sandbox)).status == 200


async def test_a_script_may_be_changed_while_the_sandbox_runs(service: Service) -> None:
    sandbox = service.sandbox
    path = "mailinglists/"
    for script, status in [
        (one("mailing_lists.all"), 0),
        (FaultScript([FaultRule("*", faults.Status(status=504))]), 504),
        (FaultScript([]), 200),
        (None, 200),
    ]:
        sandbox.faults = script
        assert sandbox.faults is script
        await ask(sandbox, path, method="GET")
        assert sandbox.requests.latest()[-1].status == status


def test_a_script_may_be_changed_from_another_thread() -> None:
    with Sandbox().in_thread() as sandbox:
        sandbox.faults = script = one()
        assert asyncio.run(ask(sandbox)).data == b""
        assert script.injected == {"drop": 1}
        sandbox.faults = None
        assert asyncio.run(ask(sandbox)).status == 200


def test_a_sandbox_on_a_thread_ends_although_a_connection_is_stalled() -> None:
    sandbox = Sandbox(faults=FaultScript([FaultRule("*", faults.Stalled())]))

    async def be_stalled_until(end: Callable[[], None]) -> Seen:
        async with connected(sandbox) as connection:
            await connection.send()
            while not sandbox.requests.count():
                await asyncio.sleep(0)
            end()
            return await connection.receive_all()

    with ExitStack() as stack:
        stack.enter_context(sandbox.in_thread())
        assert asyncio.run(be_stalled_until(stack.close)) == Seen(b"", "closed")


async def test_a_route_that_does_not_exist_is_refused_when_the_script_is_set(
    service: Service,
) -> None:
    wrong = FaultScript([FaultRule("*", DROP), FaultRule("contacts.import", DROP)])
    with pytest.raises(ConfigurationError) as caught:
        service.sandbox.faults = wrong
    assert "fault 2 (drop): no route is called 'contacts.import'" in str(caught.value)
    assert "'contacts.import_'" in str(caught.value)
    assert service.sandbox.faults is None


async def test_a_route_that_does_not_exist_is_refused_when_the_sandbox_starts() -> None:
    sandbox = Sandbox(faults=one("orders.*"))
    with pytest.raises(ConfigurationError, match=r"no route is called 'orders\.\*'"):
        await sandbox.start()


# What means nothing.


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"probability": 1.1}, "probability must be a number from 0 to 1, not 1.1"),
        ({"probability": -0.1}, "probability must be a number from 0 to 1"),
        ({"probability": math.nan}, "probability must be a number from 0 to 1"),
        ({"probability": "5%"}, "probability must be a number from 0 to 1"),
        ({"probability": True}, "probability must be a number from 0 to 1"),
        ({"on": 3}, "on must be a list of whole numbers, not 3"),
        ({"on": [0]}, "on must be a whole number of at least 1, not 0"),
        ({"on": ["1"]}, "on must be a whole number of at least 1, not '1'"),
        ({"on": [1], "times": 1}, "leave out probability, times and after"),
        ({"on": [1], "after": 1}, "leave out probability, times and after"),
        ({"on": [1], "probability": 0.5}, "leave out probability, times and after"),
        ({"times": 0}, "times must be a whole number of at least 1"),
        ({"after": -1}, "after must be a whole number of at least 0"),
        ({"after": 1.0}, "after must be a whole number of at least 0"),
        ({"method": ""}, "method must be an HTTP method, not ''"),
        ({"method": "GET POST"}, "method must be an HTTP method"),
        ({"method": 1}, "method must be an HTTP method"),
        ({"seed": "x"}, "seed must be a whole number of at least 0"),
        ({"name": 1}, "name must be text, not 1"),
    ],
)
def test_a_condition_that_means_nothing_is_refused(
    conditions: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        FaultRule(ADD, DROP, **conditions)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("route", "fault", "message"),
    [
        ("", DROP, "route must be a route's name, or * for every request"),
        (1, DROP, "route must be text, not 1"),
        (ADD, faults.Drop, "fault must be a fault, not <class"),
    ],
)
def test_a_rule_needs_a_route_and_a_fault(route: Any, fault: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        FaultRule(route, fault)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "values", "message"),
    [
        (faults.Drop, {"execute": 3}, "execute must be a whole number from 0 to 2, not 3"),
        (faults.Truncated, {"execute": 0}, "execute must be a whole number from 1 to 2, not 0"),
        (faults.Status, {"status": 99}, "status must be a whole number from 200 to 599, not 99"),
        (faults.Status, {"status": True}, "status must be a whole number from 200 to 599"),
        (faults.Status, {"body": 1}, "body must be text, not 1"),
        (faults.Status, {"headers": []}, "headers must be a table, not []"),
        (faults.Status, {"headers": {"A B": "x"}}, "'A B', which is no header's name"),
        (faults.Status, {"headers": {"A": 1}}, "headers.A must be text without control"),
        (faults.Status, {"headers": {"A": "x\r\nB: y"}}, "headers.A must be text without control"),
        (faults.Status, {"headers": {"Content-Length": "1"}}, "must leave Content-Length to the"),
        (faults.Status, {"retry_date_s": -1}, "retry_date_s must be a number from 0 to 1e+09"),
        (faults.Status, {"clock_skew_s": "1h"}, "clock_skew_s must be a number from -1e+09 to"),
        (
            faults.Status,
            {"retry_date_s": 1, "headers": {"retry-after": "1"}},
            "retry_date_s and a Retry-After header contradict each other",
        ),
        (
            faults.Status,
            {"clock_skew_s": 1, "headers": {"date": "now"}},
            "the Date header comes from clock_skew_s: leave one out",
        ),
        (faults.Html, {"status": 600}, "status must be a whole number from 200 to 599, not 600"),
        (faults.Oversized, {"size_bytes": 0}, "size_bytes must be a whole number from 1 to"),
        (faults.Oversized, {"announced": 1}, "announced must be true or false, not 1"),
        (faults.GzipBomb, {"size_bytes": 2**32}, "size_bytes must be a whole number from 1 to"),
        (faults.SlowFirstByte, {"delay_s": -1}, "delay_s must be a number from 0 to"),
        (faults.SlowBody, {"delay_s": math.inf}, "delay_s must be a number from 0 to"),
        (faults.SlowBody, {"piece_bytes": 0}, "piece_bytes must be a whole number of at least 1"),
        (faults.Late, {"delay_s": "1"}, "delay_s must be a number from 0 to 1e+09, not '1'"),
    ],
)
def test_a_fault_that_means_nothing_is_refused(
    kind: type[faults.Fault], values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        kind(**values)
    assert message in str(caught.value)
