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
from sentori_async.transport import log
from sentori_async.transport.circuit import FAILURES
from sentori_async.wire.headers import exhausted_for_s

if TYPE_CHECKING:
    from sentori_async.transport.shared import Shared
    from sentori_async.wire.headers import RateHeaders
    from sentori_async.wire.message import Operation, Response


def learn_success(shared: Shared, now: float, sent_at: float) -> bool:
    """Take note of an answer that shows the platform well; tell whether it was down."""
    shared.pace.answered(now)
    return shared.circuit.succeeded(sent_at)


def learn(
    shared: Shared, error: SentoriError, now: float, operation: Operation, sent_at: float
) -> None:
    """Take note of a failed attempt.

    Args:
        shared: Where it is kept.
        error: What the attempt failed with.
        now: The present time, in seconds, by the monotonic clock of all who share.
        operation: What was attempted.
        sent_at: When the attempt began, by the same clock.
    """
    if _is_throttled(error):
        _learn_throttled(shared, error, now, operation, sent_at)
    elif isinstance(error, ConnectionLost) and not error.retryable:
        # Lost because its client was closed: that says nothing of the platform.
        return
    elif isinstance(error, ServerError | ConnectFailed | ConnectionLost | RequestTimeout):
        shared.pace.faulted(now)
        if shared.circuit.failed(now, sent_at):
            log.down(operation.platform, FAILURES)
    # A refusal, however final, is an answer.
    elif isinstance(error, ApiError | DecodeError | ResponseTooLarge) and learn_success(
        shared, now, sent_at
    ):
        log.up(operation.platform)


def learn_limit(
    shared: Shared, response: Response, names: RateHeaders, now: float, operation: Operation
) -> None:
    """Take note of a limit that an answer says is used up: nothing starts before it begins anew."""
    wait = exhausted_for_s(response.headers, names, response.received_at)
    if wait:
        _pause(shared, now, wait, operation)


def _is_throttled(error: SentoriError) -> bool:
    """Tell whether the platform asked for fewer requests: a 429, or a 503 with Retry-After."""
    if isinstance(error, RateLimited):
        return True
    return isinstance(error, ServerError) and error.status == 503 and bool(error.retry_after_s)


def _learn_throttled(
    shared: Shared, error: SentoriError, now: float, operation: Operation, sent_at: float
) -> None:
    shared.pace.throttled(now)
    if isinstance(error, ApiError) and error.retry_after_s:
        _pause(shared, now, error.retry_after_s, operation)
    if isinstance(error, RateLimited) and shared.circuit.succeeded(sent_at):
        log.up(operation.platform)


def _pause(shared: Shared, now: float, wait_s: float, operation: Operation) -> None:
    if shared.pace.pause(now, wait_s):
        log.pause(operation.platform, wait_s)
