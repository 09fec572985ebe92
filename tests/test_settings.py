"""Every value is checked when it is made, and no refusal shows what it must not."""

import math
import ssl
from collections.abc import Callable
from fractions import Fraction
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from sentori_async.errors import ConfigurationError
from sentori_async.platforms.sentori.client import SENTORI
from sentori_async.secret import Secret
from sentori_async.settings import (
    Limits,
    Rate,
    RetryPolicy,
    Settings,
    Timeouts,
    is_loopback,
)

KEY = "canary-key-77e0"
HOME = "https://api.example/"


def settings(**values: Any) -> Settings:
    return Settings(**{"api_key": KEY, "base_url": HOME, **values})


# ----------------------------------------------------------------------------------- numbers

NOT_NUMBERS = [True, "1", math.nan, math.inf, -math.inf, 10**400, Fraction(1, 2), 1j]
Field: TypeAlias = tuple[Callable[..., Any], str]
POSITIVE: list[Field] = [
    (Timeouts, "connect_s"),
    (Timeouts, "read_s"),
    (Timeouts, "total_s"),
    (RetryPolicy, "deadline_s"),
    (lambda **values: Rate(1, **values), "per_s"),
]
NOT_NEGATIVE: list[Field] = [
    (RetryPolicy, "base_s"),
    (RetryPolicy, "throttled_base_s"),
    (RetryPolicy, "cap_s"),
    (RetryPolicy, "max_wait_s"),
]
WHOLE: list[Field] = [
    (RetryPolicy, "attempts"),
    (Limits, "concurrency"),
    (Limits, "max_response_bytes"),
    (lambda **values: Rate(**values, per_s=1), "count"),
]


def _tables(*tables: tuple[list[Field], list[Any]]) -> list[Any]:
    return [
        pytest.param(make, name, value, id=f"{name}={value!r:.20}")
        for fields, values in tables
        for make, name in fields
        for value in values
    ]


@pytest.mark.parametrize(
    ("make", "name", "value"),
    _tables(
        (POSITIVE, [*NOT_NUMBERS, 0, -1, -0.5]),
        (NOT_NEGATIVE, [*NOT_NUMBERS, None, -1, -0.5]),
        (WHOLE, [True, "1", math.nan, math.inf, None, 0, -1, 1.0, 2.5]),
        ([field for field in POSITIVE if field[1] != "deadline_s"], [None]),
    ),
)
def test_number_that_makes_no_sense_is_refused_by_the_name_of_its_field(
    make: Callable[..., Any], name: str, value: Any
) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} must be "):
        make(**{name: value})


@pytest.mark.parametrize(
    ("make", "name", "value"),
    _tables(
        (POSITIVE, [1, 0.001, 1e308]),
        (NOT_NEGATIVE, [0, 0.0, 1, 1e308]),
        (WHOLE, [1, 10**9]),
        ([(RetryPolicy, "deadline_s")], [None]),
    ),
)
def test_number_that_makes_sense_is_kept(make: Callable[..., Any], name: str, value: Any) -> None:
    assert getattr(make(**{name: value}), name) == value


@pytest.mark.parametrize("rates", [[Rate(1, per_s=1)], (Rate(1, per_s=1), Rate(9, per_s=60)), ()])
def test_rates_are_kept_as_a_tuple(rates: Any) -> None:
    assert Limits(rates=rates).rates == tuple(rates)


@pytest.mark.parametrize("rates", [Rate(1, per_s=1), [80], "80/s", None, 80, [(80, 1)]])
def test_rates_that_are_none_are_refused_with_an_example(rates: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"such as \(Rate\(80, per_s=1\),\)"):
        Limits(rates=rates)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeouts", 5),
        ("timeouts", None),
        ("retry", {"attempts": 3}),
        ("limits", Rate(1, per_s=1)),
        ("tls", True),
    ],
)
def test_option_of_another_type_is_refused_by_its_name(name: str, value: Any) -> None:
    if name == "tls":
        expected = "tls must be an ssl.SSLContext, not a bool"
    else:
        expected = f"^{name} must be a (Timeouts|RetryPolicy|Limits), not an? "
    with pytest.raises(ConfigurationError, match=expected):
        settings(**{name: value})


# -------------------------------------------------------------------------------- the address


@pytest.mark.parametrize(
    ("given_url", "kept"),
    [
        ("https://api.example", "https://api.example/"),
        ("https://api.example/v2.0", "https://api.example/v2.0/"),
        ("https://api.example/v2.0/", "https://api.example/v2.0/"),
        ("https://api.example/v2.0///", "https://api.example/v2.0/"),
        ("  https://api.example/\n", "https://api.example/"),
        ("https://api.example:8443/", "https://api.example:8443/"),
        ("https://münchen.example/", "https://münchen.example/"),
        ("https://api.example/a%2Fb/", "https://api.example/a%2Fb/"),
        ("https://a-b_c.example./", "https://a-b_c.example./"),
        ("https://192.0.2.7/", "https://192.0.2.7/"),
        ("https://[2001:db8::7]:8443/x/", "https://[2001:db8::7]:8443/x/"),
        ("http://localhost:8080/v2.0/", "http://localhost:8080/v2.0/"),
    ],
)
def test_base_url_is_kept_with_one_slash_at_its_end(given_url: str, kept: str) -> None:
    assert settings(base_url=given_url).base_url == kept


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("", id="empty"),
        pytest.param("api.example", id="no-scheme"),
        pytest.param("//api.example/", id="scheme-left-out"),
        pytest.param("ftp://api.example/", id="ftp"),
        pytest.param("https://", id="no-host"),
        pytest.param("https:///v2.0/", id="no-host-but-a-path"),
        pytest.param("https://:443/", id="no-host-but-a-port"),
        pytest.param("http://[::1", id="bracket-left-open"),
        pytest.param("https://[::g]/", id="no-address-in-brackets"),
        pytest.param("https://[::1].example/", id="text-after-brackets"),
        pytest.param("https://[::1%25lo]/", id="zone-in-brackets"),
        pytest.param("https://api.example:port/", id="port-is-a-word"),
        pytest.param("https://api.example:65536/", id="port-too-large"),
        pytest.param("https://api.example:-1/", id="port-negative"),
        pytest.param("https://api.example:0/", id="port-zero"),
        pytest.param("https://api example/", id="space-in-host"),
        pytest.param("https://api.example/a b/", id="space-in-path"),
        pytest.param("https://api.exa\nmple/", id="newline-in-host"),
        pytest.param("https://api.example/\x00/", id="nul"),
        pytest.param("https://api.example\\.other/", id="backslash"),
        pytest.param("https://api.example/\ud800/", id="half-a-surrogate-pair"),
        pytest.param("https://api..example/", id="empty-label"),
        pytest.param("https://.example/", id="empty-first-label"),
        pytest.param("https://exa%6dple/", id="encoded-host"),
        pytest.param("https://*.example/", id="wildcard"),
        pytest.param("https://api\u2024example/", id="look-alike-dot"),
        pytest.param(f"https://{'a' * 64}.example/", id="label-too-long"),
        pytest.param("https://127.1/", id="short-ipv4"),
        pytest.param("https://2130706433/", id="ipv4-as-a-number"),
        pytest.param("https://127.0.0.0.1/", id="five-numbers"),
        pytest.param(None, id="none"),
        pytest.param(b"https://api.example/", id="bytes"),
        pytest.param(URL("https://api.example/"), id="not-a-str"),
    ],
)
@pytest.mark.parametrize("name", ["base_url", "proxy"])
def test_malformed_url_is_refused(name: str, value: Any) -> None:
    if name == "proxy" and value is None:
        assert settings(proxy=None).proxy is None
        return
    with pytest.raises(ConfigurationError, match=f"^{name} must be a URL like https://"):
        settings(**{name: value})


@pytest.mark.parametrize(
    "value",
    [
        "https://canary:word@api.example/",
        "https://canary@api.example/",
        "https://:canary@api.example/",
        "https://@api.example/canary/",
        "https://api.example/?key=canary",
        "https://api.example/#canary",
        "ftp://canary@api.example/?canary#canary",
        "canary",
        "https://[canary",
        "https://api.example:canary/",
    ],
)
def test_refused_base_url_is_not_echoed(value: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(base_url=value)
    assert "canary" not in f"{caught.value!r}{caught.value.args}"


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.9.9.9", "[::1]", "localhost", "LocalHost", "localhost.", "127.0.0.1:8080"],
)
def test_plain_http_is_fine_to_this_machine(host: str) -> None:
    assert settings(base_url=f"http://{host}/").base_url == f"http://{host}/"


@pytest.mark.parametrize(
    "host",
    [
        "api.example",
        "localhost.example",
        "127.0.0.1.example",
        "evil-localhost",
        "sub.localhost",
        "0.0.0.0",
        "128.0.0.1",
        "10.0.0.1",
        "[::2]",
        "[::]",
    ],
)
def test_plain_http_to_any_other_host_is_refused(host: str) -> None:
    with pytest.raises(ConfigurationError, match="use https for"):
        settings(base_url=f"http://{host}/")
    assert settings(base_url=f"https://{host}/").base_url == f"https://{host}/"


@pytest.mark.parametrize("host", ["", "localhost.localdomain", "127.0.0.256", "ｌocalhost"])
def test_what_only_looks_like_this_machine_is_not(host: str) -> None:
    assert not is_loopback(host)


@given(
    st.text(max_size=30)
    | st.from_regex(r"https?://[a-z@:\[\].\\%0-9/?# -]{0,20}")
    | st.from_regex(r"http://(localhost|127\.0\.0\.1|\[::1\])[@:.\\/%?#a-z0-9-]{0,10}")
)
@example("http://[::1]0")
@example("http://localhost\\@example/")
@example("http://127.0.0.1:80\\.example/")
def test_url_is_refused_or_means_the_same_host_to_the_library_that_connects(text: str) -> None:
    try:
        base = settings(base_url=text).base_url
    except ConfigurationError:
        return
    url, parts = URL(base), urlsplit(base)
    if base.isascii():
        assert (url.scheme, url.raw_host) == (parts.scheme, parts.hostname)
    assert url.explicit_port in (parts.port, None)
    assert (url.user, url.password, url.query_string, url.fragment) == (None, None, "", "")
    assert url.scheme == "https" or (url.scheme == "http" and is_loopback(url.raw_host or ""))


# ---------------------------------------------------------------------------------- the proxy


@pytest.mark.parametrize(
    ("base_url", "proxy"),
    [
        (HOME, "http://proxy.example:3128"),
        (HOME, "https://user:word@proxy.example:3128/"),
        ("http://127.0.0.1:80/", "http://127.0.0.1:3128"),
    ],
)
def test_proxy_is_kept_and_never_shown(base_url: str, proxy: str) -> None:
    made = settings(base_url=base_url, proxy=proxy)
    assert made.proxy == proxy
    assert proxy not in repr(made)


def test_proxy_elsewhere_never_sees_the_key_in_plain_text() -> None:
    with pytest.raises(ConfigurationError, match="show the key to the proxy"):
        settings(base_url="http://127.0.0.1:80/", proxy="http://proxy.example:3128")


# ------------------------------------------------------------------------------------ the TLS


def test_context_that_verifies_is_taken() -> None:
    context = ssl.create_default_context()
    assert settings(tls=context).tls is context


def test_context_that_does_not_verify_is_refused() -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    with pytest.raises(ConfigurationError, match="verify certificates and host names"):
        settings(tls=context)
    context.verify_mode = ssl.CERT_NONE
    with pytest.raises(ConfigurationError, match="verify certificates and host names"):
        settings(tls=context)


# -------------------------------------------------------------------------------- the secrets


def test_repr_shows_no_secret() -> None:
    shown = repr(settings(tls=ssl.create_default_context(), proxy="http://u:canary@p.example"))
    assert KEY not in shown
    assert "canary" not in shown
    assert HOME in shown


@pytest.mark.parametrize("value", ["", "  ", "\n", 7, b"key", "kéy", "a\nb"])
def test_key_that_no_header_can_carry_is_refused_without_showing_it(value: Any) -> None:
    with pytest.raises(ConfigurationError) as caught:
        settings(api_key=value)
    if isinstance(value, str) and value.strip():
        assert value not in str(caught.value)


# ---------------------------------------------------------------------------- the environment

ENV = {"SENTORI_API_KEY": KEY, "SENTORI_BASE_URL": "https://env.example/"}


def test_environment_fills_what_is_not_given() -> None:
    made = Settings.from_env(SENTORI, environ=ENV)
    assert made.base_url == "https://env.example/"
    assert made.api_key.reveal() == KEY
    assert made.limits == SENTORI.limits


def test_what_is_given_goes_before_the_environment() -> None:
    made = Settings.from_env(
        SENTORI, api_key=Secret("mine"), base_url=HOME, environ=ENV, limits=Limits(concurrency=2)
    )
    assert (made.base_url, made.api_key.reveal()) == (HOME, "mine")
    assert made.limits.concurrency == 2


@pytest.mark.parametrize("environ", [{}, {"SENTORI_BASE_URL": ""}], ids=["unset", "empty"])
def test_vendors_address_is_used_where_neither_says_one(environ: dict[str, str]) -> None:
    made = Settings.from_env(SENTORI, api_key=KEY, environ=environ)
    assert made.base_url == SENTORI.default_base_url


def test_an_empty_address_is_a_mistake_and_not_the_vendors() -> None:
    with pytest.raises(ConfigurationError, match="base_url"):
        Settings.from_env(SENTORI, api_key=KEY, base_url="", environ={})


@pytest.mark.parametrize("environ", [{}, {"SENTORI_API_KEY": ""}, {"GETRESPONSE_API_KEY": KEY}])
@pytest.mark.parametrize("api_key", [None, ""])
def test_missing_key_names_its_variable(environ: dict[str, str], api_key: str | None) -> None:
    if api_key == "":
        environ = {**environ, "SENTORI_API_KEY": KEY}
    with pytest.raises(ConfigurationError, match="pass api_key= or set SENTORI_API_KEY"):
        Settings.from_env(SENTORI, api_key=api_key, environ=environ)


def test_environment_of_the_process_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENV.items():
        monkeypatch.setenv(name, value)
    assert Settings.from_env(SENTORI).base_url == "https://env.example/"


def test_option_that_is_none_means_the_default() -> None:
    made = Settings.from_env(SENTORI, environ=ENV, timeouts=None, retry=None, tls=None)
    assert (made.timeouts, made.retry, made.tls) == (Timeouts(), RetryPolicy(), None)


def test_bad_address_in_the_environment_is_refused_too() -> None:
    with pytest.raises(ConfigurationError, match=r"use https for env\.example"):
        Settings.from_env(SENTORI, environ={**ENV, "SENTORI_BASE_URL": "http://env.example/"})


@pytest.mark.parametrize(
    "value", [settings(), Timeouts(), RetryPolicy(), Rate(1, per_s=1), Limits()]
)
def test_settings_cannot_be_changed_once_made(value: Any) -> None:
    with pytest.raises(AttributeError):
        value.anything = 1
