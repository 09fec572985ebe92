"""How a client behaves: frozen values, checked when they are made.

Every check happens here, before any I/O, and raises `ConfigurationError` with what to change.
"""

from __future__ import annotations

import ipaddress
import os
import re
import ssl
import sys
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard
from urllib.parse import SplitResult, urlsplit

import attrs

from sentori_async.errors import ConfigurationError, kind_of
from sentori_async.secret import Secret, TokenSecret

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    TokenSource: TypeAlias = Callable[[], "str | Awaitable[str]"]
    """Gives a token that is valid now; called for the first, and whenever one has expired."""

    AccessToken: TypeAlias = str | Secret | TokenSource
    """An access token, or what fetches one."""

MIB: Final = 1024 * 1024

# Parsers differ on what lies outside these forms, and two of them would see two hosts.
_URL_TEXT: Final = re.compile(r"[^\s\\\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_AUTHORITY: Final = re.compile(r"(?:[^@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::[0-9]+)?")
# Labels in any script, the last one with a letter: "127.1" is an address to some programs.
_HOST_NAME: Final = re.compile(r"(?:[\w-]{1,63}\.)*(?=[\w-]*[^\W\d_])[\w-]{1,63}\.?")


def _positive(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if _is_number(value) and value > 0:
        return
    msg = f"{attribute.name} must be a positive number, not {value!r}"
    raise ConfigurationError(msg)


def _not_negative(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if _is_number(value) and value >= 0:
        return
    msg = f"{attribute.name} must be zero or more, not {value!r}"
    raise ConfigurationError(msg)


def _whole(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
        return
    msg = f"{attribute.name} must be a whole number of at least 1, not {value!r}"
    raise ConfigurationError(msg)


def _is_number(value: object) -> TypeGuard[float]:
    """Tell whether it is a number that a float can hold; NaN and the infinities are none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max


def _instance_of(kind: type) -> Callable[[object, attrs.Attribute[Any], object], None]:
    def check(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
        if not isinstance(value, kind):
            msg = f"{attribute.name} must be a {kind.__name__}, not {kind_of(value)}"
            raise ConfigurationError(msg)

    return check


@attrs.frozen(kw_only=True)
class Timeouts:
    """How long one attempt may take, in seconds.

    Attributes:
        connect_s: To open a connection, without the wait for a free one.
        read_s: The longest silence while the answer is awaited.
        total_s: The whole attempt.
    """

    connect_s: float = attrs.field(default=10.0, validator=_positive)
    read_s: float = attrs.field(default=30.0, validator=_positive)
    total_s: float = attrs.field(default=60.0, validator=_positive)


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """When and how long to wait before a request is sent again.

    The wait is drawn evenly from zero to ``base * 2 ** n``, at most `cap_s` (full jitter), and is
    never shorter than what the platform asked for.

    Attributes:
        attempts: How often a request is sent at most; 1 switches retry off.
        base_s: The base after a transient fault, in seconds.
        throttled_base_s: The base after the platform said "too many requests", in seconds.
        cap_s: The longest wait of our own, in seconds.
        max_wait_s: The longest wait the platform may ask for; beyond it the error is raised.
        job_max_wait_s: The same for a bulk job, which waits without charging attempts; also how
            long it waits for a platform that is down.
        deadline_s: The whole call with all attempts and waits; None for no bound.
    """

    attempts: int = attrs.field(default=4, validator=_whole)
    base_s: float = attrs.field(default=0.05, validator=_not_negative)
    throttled_base_s: float = attrs.field(default=1.0, validator=_not_negative)
    cap_s: float = attrs.field(default=20.0, validator=_not_negative)
    max_wait_s: float = attrs.field(default=120.0, validator=_not_negative)
    job_max_wait_s: float = attrs.field(default=3600.0, validator=_not_negative)
    deadline_s: float | None = attrs.field(
        default=None, validator=attrs.validators.optional(_positive)
    )


@attrs.frozen
class Rate:
    """At most `count` requests in any stretch of `per_s` seconds."""

    count: int = attrs.field(validator=_whole)
    per_s: float = attrs.field(kw_only=True, validator=_positive)


def _rates(value: Iterable[Rate]) -> tuple[Rate, ...]:
    if isinstance(value, (list, tuple)) and all(isinstance(rate, Rate) for rate in value):
        return tuple(value)
    msg = "rates must be Rate values, such as (Rate(80, per_s=1),)"
    raise ConfigurationError(msg)


def _yes_or_no(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is None or isinstance(value, bool):
        return
    msg = f"{attribute.name} must be True, False or None, not {value!r}"
    raise ConfigurationError(msg)


@attrs.frozen(kw_only=True)
class Limits:
    """How much a client asks of the platform and of this machine.

    Attributes:
        concurrency: How many requests are in flight at most.
        rates: How many requests may start in given stretches of time; all of them hold.
        adaptive: Whether to find out what the platform sustains, beginning at 20 requests per
            second and doubling; None does so where `rates` is empty.
        max_response_bytes: The largest answer that is read, measured after decompression.
    """

    concurrency: int = attrs.field(default=16, validator=_whole)
    rates: tuple[Rate, ...] = attrs.field(default=(), converter=_rates)
    adaptive: bool | None = attrs.field(default=None, validator=_yes_or_no)
    max_response_bytes: int = attrs.field(default=64 * MIB, validator=_whole)

    @property
    def adapts(self) -> bool:
        """Whether the rate is found out."""
        return not self.rates if self.adaptive is None else self.adaptive


@attrs.frozen(kw_only=True)
class Auth:
    """How a platform wants its credential: a header and the pattern of its value."""

    header: str
    pattern: str = "{}"


@attrs.frozen(kw_only=True)
class Platform:
    """What a client must know of a platform before its first request.

    Attributes:
        name: The platform's name, in lower case.
        title: The platform's name as people write it.
        env_prefix: The prefix of its environment variables.
        default_base_url: The vendor's base URL.
        auth: How the API key is sent.
        limits: The documented limits, or our cautious choice.
        token_auth: How an access token is sent; None where the platform takes none.
        own_rates: How often single operations may start besides, by their names.
    """

    name: str
    title: str
    env_prefix: str
    default_base_url: str
    auth: Auth
    limits: Limits = attrs.field(factory=Limits)
    token_auth: Auth | None = None
    own_rates: Mapping[str, tuple[Rate, ...]] = attrs.field(factory=dict, hash=False)

    def auth_for(self, settings: Settings) -> Auth:
        """Return how the credential of these settings is sent."""
        if settings.with_token and self.token_auth is not None:
            return self.token_auth
        return self.auth


def _secret(value: str | Secret) -> Secret:
    return Secret.of(value)


def _checked_base_url(value: str) -> str:
    """Return the base URL with one slash at its end, if a key may be sent there."""
    parts = _split(value, "base_url")
    if "@" in parts.netloc or parts.query or parts.fragment:
        msg = "base_url must hold no user name, query or fragment: pass the key as api_key"
        raise ConfigurationError(msg)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        msg = f"plain http would show the key to the network: use https for {parts.hostname}"
        raise ConfigurationError(msg)
    return parts.geturl().rstrip("/") + "/"


def _split(value: object, name: str) -> SplitResult:
    """Return the parts of a URL that can be connected to; no message shows any of it."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:  # brackets that do not match, or a port that is no number
        parts, valid = urlsplit(""), False
    well_formed = _URL_TEXT.fullmatch(text) and _AUTHORITY.fullmatch(parts.netloc)
    if not (valid and well_formed and _is_host(parts.hostname or "")):
        msg = f"{name} must be a URL like https://host.example/path/, with a valid host name"
        raise ConfigurationError(msg)
    return parts


def _is_host(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return _HOST_NAME.fullmatch(name) is not None
    return True


def is_loopback(host: str) -> bool:
    """Tell whether a host name means this machine and nothing else."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _verifies(_: object, __: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    if not isinstance(value, ssl.SSLContext):
        msg = f"tls must be an ssl.SSLContext, not {kind_of(value)}"
        raise ConfigurationError(msg)
    if value.verify_mode is not ssl.CERT_REQUIRED or not value.check_hostname:
        msg = "tls must verify certificates and host names: add your CA to the context instead"
        raise ConfigurationError(msg)


def _keeps_the_key(settings: Settings, _: attrs.Attribute[Any], value: object) -> None:
    if value is None:
        return
    parts = _split(value, "proxy")
    if settings.base_url.startswith("http:") and not is_loopback(parts.hostname or ""):
        msg = "plain http would show the key to the proxy: use https in base_url"
        raise ConfigurationError(msg)


@attrs.frozen(kw_only=True)
class Settings:
    """Everything a client is told when it is made.

    Attributes:
        api_key: The credential: a key, or an access token.
        base_url: Where the platform is; https, or http to this machine.
        timeouts: How long one attempt may take.
        retry: When a request is sent again.
        limits: How much is asked of the platform.
        tls: A context with your own CA or client certificate, or None for the system's trust.
        proxy: The URL of an HTTP proxy, or None.
        with_token: Whether the credential is an access token.
    """

    api_key: Secret = attrs.field(converter=_secret)
    base_url: str = attrs.field(converter=_checked_base_url)
    timeouts: Timeouts = attrs.field(factory=Timeouts, validator=_instance_of(Timeouts))
    retry: RetryPolicy = attrs.field(factory=RetryPolicy, validator=_instance_of(RetryPolicy))
    limits: Limits = attrs.field(factory=Limits, validator=_instance_of(Limits))
    tls: ssl.SSLContext | None = attrs.field(default=None, repr=False, validator=_verifies)
    proxy: str | None = attrs.field(default=None, repr=False, validator=_keeps_the_key)
    with_token: bool = False

    @classmethod
    def from_env(
        cls,
        platform: Platform,
        *,
        api_key: str | Secret | None = None,
        access_token: AccessToken | None = None,
        base_url: str | None = None,
        environ: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Settings:
        """Return the settings, taking what is not given from the environment.

        Args:
            platform: Whose variables are read, such as SENTORI_API_KEY and SENTORI_BASE_URL.
            api_key: The API key, or None to read it.
            access_token: An access token in place of a key, or what fetches one.
            base_url: The base URL, or None to read it; the vendor's where neither is.
            environ: The environment; the process's by default.
            **options: The other attributes of `Settings`; None means the default.

        Raises:
            ConfigurationError: There is no key, or a value is not usable.
        """
        env = os.environ if environ is None else environ
        url_name = f"{platform.env_prefix}_BASE_URL"
        key = _credential(platform, api_key, access_token, env)
        options = {name: value for name, value in options.items() if value is not None}
        options.setdefault("limits", platform.limits)
        return cls(
            api_key=key,
            with_token=access_token is not None,
            base_url=base_url
            if base_url is not None
            else env.get(url_name) or platform.default_base_url,
            **options,
        )


def _credential(
    platform: Platform,
    api_key: str | Secret | None,
    access_token: AccessToken | None,
    env: Mapping[str, str],
) -> str | Secret:
    """Return the key or the token, whichever there is.

    Raises:
        ConfigurationError: There is neither, or both.
    """
    if access_token is not None:
        if api_key is not None:
            raise ConfigurationError("pass api_key= or access_token=, not both")
        if isinstance(access_token, (str, Secret)):
            return access_token
        source: object = access_token
        if not callable(source):
            msg = f"an access token is a str or a callable, not {kind_of(source)}"
            raise ConfigurationError(msg)
        return TokenSecret(access_token)
    name = f"{platform.env_prefix}_API_KEY"
    key = api_key if api_key is not None else env.get(name)
    if key is None or key == "":
        msg = f"no API key for {platform.title}: pass api_key= or set {name}"
        raise ConfigurationError(msg)
    return key
