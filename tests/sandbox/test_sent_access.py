"""Who may call Sent: keys, profiles, standing, locked keys and rates."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from sentori_async.errors import InvalidInput
from sentori_async.sandbox.sent.app import routes
from sentori_async.sandbox.sent.limits import Lockout, Rates
from sentori_async.sandbox.sent.options import SentOptions
from sentori_async.sandbox.sent.refusal import Refusal
from sentori_async.sandbox.sent.stores.account import BLOCKS
from tests.sandbox.sent_service import ANN, NOBODY, Clock, SentService
from tests.sandbox.service import Service, Start

OTHER = "sk_test_other"
NO_LIMITS = SentOptions(rate_per_min=None, sensitive_per_min=None, lockout_after=None)


@pytest.fixture
def sent(service: Service) -> SentService:
    return SentService(service)


@pytest.mark.parametrize("route", routes(), ids=lambda route: route.name)
async def test_every_endpoint_wants_a_key(sent: SentService, route: Any) -> None:
    path = route.template.replace("{id}", NOBODY).replace("{number}", ANN)
    (method,) = route.methods
    assert (await sent.send(method, path, key=None)).error == (401, "AUTH_001")
    assert (await sent.send(method, path, key="")).error == (401, "AUTH_001")
    assert (await sent.send(method, path, key="unknown")).error == (401, "AUTH_002")


async def test_two_accounts_share_nothing(sent: SentService) -> None:
    other = sent.account.accounts.add(OTHER, kind="user", name="Other")
    key = other.contacts.add(ANN)
    assert (await sent.get(f"contacts/{key}")).error == (404, "RESOURCE_001")
    assert (await sent.add()).status == 201
    assert (await sent.send("GET", f"contacts/{key}", key=OTHER)).data["id"] == key
    assert (await sent.send("GET", "me", key=OTHER)).data["type"] == "user"
    for known in (OTHER, ""):
        with pytest.raises(InvalidInput, match="known already"):
            sent.account.accounts.add(known)
    assert OTHER not in repr(other)


async def test_an_organization_works_for_the_profile_it_names(sent: SentService) -> None:
    profile = sent.account.add_profile("Shop")
    answer = await sent.add(x_profile_id=profile.customer_id.upper())
    assert answer.headers["X-Profile-Id"] == answer.data["customer_id"] == profile.customer_id
    assert profile.contacts.numbers() == [ANN]
    assert sent.account.contacts.count() == 0
    assert "X-Profile-Id" not in (await sent.get("contacts")).headers


async def test_a_profile_must_be_one_of_the_organizations_own(sent: SentService) -> None:
    foreign = sent.account.accounts.add(OTHER).add_profile("Foreign")
    own = sent.account.customer_id
    for profile_id in (foreign.customer_id, own, NOBODY):
        answer = await sent.get("contacts", x_profile_id=profile_id)
        assert answer.error == (404, "RESOURCE_014")
    assert (await sent.get("contacts", x_profile_id="1")).error == (400, "VALIDATION_003")


async def test_a_profiles_own_key_names_no_profile(sent: SentService) -> None:
    profile = sent.account.add_profile("Shop", api_key="profile-key")
    key = {"key": "profile-key"}
    named = await sent.send("GET", "me", key="profile-key", x_profile_id=profile.customer_id)
    assert named.error == (403, "AUTH_004")
    me = (await sent.send("GET", "me", **key)).data
    assert (me["type"], me["id"]) == ("profile", profile.customer_id)
    assert (me["organization_id"], me["status"]) == (sent.account.customer_id, "approved")
    with pytest.raises(InvalidInput, match="only organizations"):
        profile.add_profile("Below")


async def test_me_names_the_profiles_and_the_channels(sent: SentService) -> None:
    profile = sent.account.add_profile("Shop")
    me = (await sent.get("me")).data
    assert (me["type"], me["id"]) == ("organization", sent.account.customer_id)
    assert [p["id"] for p in me["profiles"]] == [profile.customer_id]
    assert {name: channel["configured"] for name, channel in me["channels"].items()} == {
        "sms": True,
        "whatsapp": True,
        "rcs": False,
    }


@pytest.mark.parametrize("code", sorted(BLOCKS))
async def test_a_blocked_account_is_told_why(sent: SentService, code: str) -> None:
    sent.account.account.block(code)
    assert (await sent.add()).error == (403, code)
    assert sent.account.contacts.count() == 0
    sent.account.account.block(None)
    assert (await sent.add()).status == 201


async def test_a_profile_is_blocked_with_its_organization_or_alone(sent: SentService) -> None:
    profile = sent.account.add_profile("Shop")
    sent.account.account.block("BUSINESS_014")
    answer = await sent.get("me", x_profile_id=profile.customer_id)
    assert answer.error == (403, "BUSINESS_014")
    sent.account.account.block(None)
    profile.account.block("AUTH_006")
    answer = await sent.get("me", x_profile_id=profile.customer_id)
    assert answer.error == (403, "AUTH_006")
    assert (await sent.get("me")).status == 200


async def test_accounts_and_profiles_outlive_a_run(start: Start, tmp_path: Path) -> None:
    first = await start(state=tmp_path / "state.db")
    profile = SentService(first).account.add_profile("Shop", api_key="profile-key")
    profile.contacts.add(ANN)
    profile.account.fund(funded=False)
    await first.sandbox.close()
    sent = SentService(await start(state=tmp_path / "state.db"))
    (again,) = sent.account.profiles()
    assert (again.customer_id, again.account.funded) == (profile.customer_id, False)
    assert again.contacts.numbers() == [ANN]
    assert (await sent.send("GET", "me", key="profile-key")).data["name"] == "Shop"


async def test_an_account_is_blocked_with_a_code_of_the_list(sent: SentService) -> None:
    with pytest.raises(InvalidInput, match="AUTH_005"):
        sent.account.account.block("RESOURCE_001")


async def test_ten_refusals_in_a_row_lock_a_key(sent: SentService) -> None:
    sent.account.account.block("AUTH_005")
    for _ in range(9):
        assert (await sent.get("me")).error == (403, "AUTH_005")
    sent.account.account.block(None)
    assert (await sent.get("me")).status == 200  # and the count starts again
    sent.account.account.block("AUTH_005")
    for _ in range(10):
        assert (await sent.get("me")).error == (403, "AUTH_005")
    sent.account.account.block(None)
    answer = await sent.get("me")
    assert answer.error == (429, "BUSINESS_002")
    assert 58 <= int(answer.headers["Retry-After"]) <= 60
    sent.account.accounts.add(OTHER)
    assert (await sent.send("GET", "me", key=OTHER)).status == 200


def test_a_key_stays_locked_longer_each_time_up_to_an_hour() -> None:
    now = 0.0
    lockout = Lockout(SentOptions(lockout_after=2), lambda: now)
    lockout.failed("key")
    lockout.check("key")
    waits = []
    for _ in range(9):
        lockout.failed("key")
        with pytest.raises(Refusal) as refused:
            lockout.check("key")
        waits.append(int(refused.value.headers["Retry-After"]) // 60)
        now += waits[-1] * 60 - 0.5
        with pytest.raises(Refusal):
            lockout.check("key")
        now += 0.5
        lockout.check("key")
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    lockout.passed("key")
    lockout.failed("key")
    lockout.check("key")


async def test_a_request_without_a_key_locks_nothing(sent: SentService) -> None:
    for _ in range(12):
        assert (await sent.send("GET", "me", key=None)).error == (401, "AUTH_001")


async def test_the_two_hundredth_request_of_a_minute_is_the_last(sent: SentService) -> None:
    """A profile draws on the pool of the key that was sent; another key has its own."""
    profile = sent.account.add_profile("Shop", api_key="profile-key")
    for _ in range(199):
        headers = (await sent.get("me")).headers
        assert not any(name.startswith("X-RateLimit") for name in headers)
    assert (await sent.get("me", x_profile_id=profile.customer_id)).status == 200
    over = await sent.add()
    assert over.error == (429, "BUSINESS_002")
    assert over.headers["X-RateLimit-Limit"] == "200"
    assert over.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(over.headers["Retry-After"]) <= 60
    reset = int(over.headers["X-RateLimit-Reset"]) - dt.datetime.now(dt.UTC).timestamp()
    assert 0 <= reset <= 61
    assert sent.account.contacts.count() == 0
    assert (await sent.send("GET", "me", key="profile-key")).status == 200


def test_the_standard_limit_slides_and_the_strict_one_jumps() -> None:
    now = 30.0
    rates = Rates(SentOptions(rate_per_min=2, sensitive_per_min=2), Clock(), lambda: now)

    def taken(route: str) -> str | None:
        try:
            rates.take(1, route)
        except Refusal as refusal:
            return refusal.headers["Retry-After"]
        return None

    assert [taken("me"), taken("webhooks.test")] == [None, None]
    now = 55.5
    assert [taken("me"), taken("webhooks.test")] == [None, None]
    assert [taken("me"), taken("webhooks.test")] == ["35", "5"]
    now = 60.0
    assert [taken("me"), taken("webhooks.rotate_secret")] == ["30", None]
    now = 90.0
    assert [taken("me"), taken("me")] == [None, "26"]
    assert rates.take(2, "me") == {}


async def test_a_sensitive_endpoint_takes_ten_requests_a_minute(start: Start) -> None:
    sent = SentService(await start(sent=SentOptions(rate_per_min=None)))
    hook = sent.account.webhooks.add(event_types=("contact",))
    codes = [(await sent.post(f"webhooks/{hook}/rotate-secret")).status for _ in range(21)]
    assert codes.count(200) in {10, 20}  # 20 where a minute of the clock ended meanwhile
    assert 429 in codes


async def test_limits_can_be_taken_off(start: Start) -> None:
    sent = SentService(await start(sent=NO_LIMITS))
    assert {(await sent.send("GET", "me", key="x")).status for _ in range(12)} == {401}
    assert {(await sent.get("me")).status for _ in range(205)} == {200}
