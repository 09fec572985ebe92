"""What an answer, or the lack of one, teaches all clients of the key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sentori_async.errors import (
    ApiError,
    ConnectFailed,
    ConnectionLost,
    DecodeError,
    RateLimited,
    RequestTimeout,
    ResponseTooLarge,
    SentoriError,
    ServerError,
)
from sentori_async.wire.headers import exhausted_for_s

if TYPE_CHECKING:
    from sentori_async.transport.shared import Shared
    from sentori_async.wire.headers import RateHeaders
    from sentori_async.wire.message import Response


def learn_success(shared: Shared, now: float) -> None:
    """Take note of an answer that shows the platform well."""
    shared.circuit.succeeded()
    shared.pace.answered(now)


def learn(shared: Shared, error: SentoriError, now: float) -> None:
    """Take note of a failed attempt.

    Args:
        shared: Where it is kept.
        error: What the attempt failed with.
        now: The present time, in seconds, by the monotonic clock of all who share.
    """
    if _is_throttled(error):
        _learn_throttled(shared, error, now)
    elif isinstance(error, ServerError | ConnectFailed | ConnectionLost | RequestTimeout):
        shared.pace.faulted(now)
        shared.circuit.failed(now)
    elif isinstance(error, ApiError | DecodeError | ResponseTooLarge):
        # A refusal, however final, is an answer.
        learn_success(shared, now)


def learn_limit(shared: Shared, response: Response, names: RateHeaders, now: float) -> None:
    """Take note of a limit that an answer says is used up: nothing starts before it begins anew."""
    wait = exhausted_for_s(response.headers, names, response.received_at)
    if wait:
        shared.pace.pause(now + wait)


def _is_throttled(error: SentoriError) -> bool:
    """Tell whether the platform asked for fewer requests: a 429, or a 503 with Retry-After."""
    if isinstance(error, RateLimited):
        return True
    return isinstance(error, ServerError) and error.status == 503 and bool(error.retry_after_s)


def _learn_throttled(shared: Shared, error: SentoriError, now: float) -> None:
    shared.pace.throttled(now)
    if isinstance(error, ApiError) and error.retry_after_s:
        shared.pace.pause(now + error.retry_after_s)
    if isinstance(error, RateLimited):
        shared.circuit.succeeded()
