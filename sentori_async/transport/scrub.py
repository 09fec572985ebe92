"""The credential, removed from what the platform said, in case it echoed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sentori_async.errors import ApiError, SentoriError

if TYPE_CHECKING:
    from sentori_async.secret import Secret


def scrub(error: SentoriError, secret: Secret) -> None:
    """Remove the credential from an error."""
    error.message = secret.scrub(error.message)
    error.args = (error.message,)
    if isinstance(error, ApiError):
        error.details = _scrubbed(error.details, secret)
        error.field_errors = [
            (secret.scrub(path), secret.scrub(message)) for path, message in error.field_errors
        ]
        error.request_id = _scrubbed(error.request_id, secret)


def _scrubbed(value: Any, secret: Secret) -> Any:
    match value:
        case str():
            return secret.scrub(value)
        case dict():
            return {_scrubbed(k, secret): _scrubbed(v, secret) for k, v in value.items()}
        case list():
            return [_scrubbed(item, secret) for item in value]
        case _:
            return value
