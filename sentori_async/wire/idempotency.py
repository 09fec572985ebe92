"""Idempotency keys: one per logical operation, the same on every attempt of it.

1. A key stands for one body: some platforms replay the first answer whatever is sent with it,
   so a key is bound to a digest here, before anything is sent.
2. A platform remembers a key for a while only; past that a repeat would be carried out again,
   so an old key is not used: what became of the operation has to be looked up.
"""

from __future__ import annotations

import hashlib
import uuid
from typing import TYPE_CHECKING, Final

import attrs

from sentori_async.errors import InvalidInput

if TYPE_CHECKING:
    from sentori_async.wire.message import Request

_LONGEST: Final = 255


@attrs.frozen(kw_only=True)
class KeyRules:
    """What a platform says of idempotency keys.

    Attributes:
        header: The header that carries the key.
        window_s: How long the platform remembers a key, in seconds.
        methods: The methods it honours keys on.

    Which operations are safe to repeat because of their key is said by their `Safety`: a platform
    may take keys and not honour them yet.
    """

    header: str = "Idempotency-Key"
    window_s: float = 24 * 3600.0
    methods: frozenset[str] = frozenset({"POST", "PUT", "PATCH"})


@attrs.frozen
class IdempotencyKey:
    """The key of one logical operation.

    Attributes:
        text: What is sent.
        digest: What the operation was, so that the key is used for nothing else.
        first_used_at: When it was first sent, as a Unix time.
    """

    text: str
    digest: bytes = attrs.field(repr=False)
    first_used_at: float

    @classmethod
    def new(cls, request: Request, now: float) -> IdempotencyKey:
        """Return a fresh key for a request."""
        return cls(uuid.uuid4().hex, digest_of(request), now)

    @classmethod
    def given(cls, text: str, request: Request, now: float) -> IdempotencyKey:
        """Return the caller's own key for a request.

        Raises:
            InvalidInput: No header can carry it.
        """
        if not text or len(text) > _LONGEST or not (text.isascii() and text.isprintable()):
            raise InvalidInput(
                f"an idempotency key is 1 to {_LONGEST} printable ASCII characters, such as a UUID"
            )
        return cls(text, digest_of(request), now)

    def check(self, request: Request) -> None:
        """See that the key is used for what it was made for.

        Raises:
            InvalidInput: The request is another one.
        """
        if digest_of(request) != self.digest:
            raise InvalidInput(
                "the idempotency key was used for another request: a platform would answer as if "
                "this one had been sent then; use a new key"
            )

    def is_too_old(self, rules: KeyRules, now: float) -> bool:
        """Tell whether the platform may have forgotten the key."""
        return now - self.first_used_at >= rules.window_s


def digest_of(request: Request) -> bytes:
    """Return a digest of what a request would do: its method, path, query and body."""
    digest = hashlib.blake2b(digest_size=16)
    for part in (request.operation.method, request.path, request.query):
        digest.update(part.encode() + b"\0")
    digest.update(request.body or b"")
    return digest.digest()
