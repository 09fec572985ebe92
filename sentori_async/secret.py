"""The only holder of a credential.

1. A secret's text leaves this module through `Secret.reveal` only, and one file calls that.
2. Everything else a caller needs (a fingerprint, a signature, a scrubbed text) is computed here.
3. A secret has no text form, no equality on its text, and cannot be pickled.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final, NoReturn

from sentori_async.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Hashable

_MASK: Final = "***"


class Secret:
    """Hold an API key or an access token without ever showing it."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        """Take the credential.

        Raises:
            ConfigurationError: The text is empty, or holds what cannot go into a header.
        """
        self.__text = _checked(text)

    @classmethod
    def of(cls, value: str | Secret) -> Secret:
        """Return `value` itself if it is a secret already, else wrap it."""
        return value if isinstance(value, Secret) else cls(value)

    def reveal(self) -> str:
        """Return the text; for the transport, which writes it into the request header."""
        return self.__text

    def fingerprint(self, context: str) -> str:
        """Return a stable hex digest of the secret within `context`, safe to keep and compare."""
        # Hashed first, because a key may have 64 bytes, and all tokens of an issuer begin alike.
        key = hashlib.sha512(self.__text.encode()).digest()
        return hashlib.blake2b(context.encode(), key=key, digest_size=16).hexdigest()

    def sha1_after(self, prefix: str) -> str:
        """Return the upper-case hex SHA-1 of `prefix` followed by the secret.

        Platforms sign webhooks so; the algorithm is theirs to choose.
        """
        digest = hashlib.sha1((prefix + self.__text).encode(), usedforsecurity=False)
        return digest.hexdigest().upper()

    def hmac_sha256(self, data: bytes, *, prefix: str = "") -> bytes:
        """Return the HMAC-SHA256 of `data`, keyed with the bytes that the secret's Base64 says.

        Args:
            data: What is signed.
            prefix: What the secret begins with, which is no part of the Base64.

        Raises:
            ConfigurationError: The secret is no Base64.
        """
        try:
            key = base64.b64decode(self.__text.removeprefix(prefix), validate=True)
        except ValueError:
            key = b""
        if not key:
            # Raised out here, so that no error is dragged along that holds the text.
            raise ConfigurationError("the signing secret is no Base64: copy it again, all of it")
        return hmac.digest(key, data, "sha256")

    def scrub(self, text: str) -> str:
        """Return `text` with every occurrence of the secret masked."""
        return text.replace(self.__text, _MASK)

    def _become(self, text: str) -> Secret | None:
        """Hold another text, and return the one before; None where it is the same."""
        text = _checked(text)
        if text == self.__text:
            return None
        before = Secret(self.__text)
        self.__text = text
        return before

    def __repr__(self) -> str:
        """Show that there is a secret, and nothing of it."""
        return f"Secret({_MASK})"

    __str__ = __repr__

    def __format__(self, format_spec: str) -> str:
        """Show the same as `repr`, whatever the format."""
        return repr(self)

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied: a key does not belong in a file or a queue."""
        msg = "a Secret cannot be pickled: let each process read the key from its own environment"
        raise TypeError(msg)


class TokenSecret(Secret):
    """An access token that is fetched when it is needed, and again when it has expired.

    Its fingerprint is that of where it comes from, and stays when the token is replaced.
    """

    __slots__ = ("_before", "_source")

    def __init__(self, source: Hashable) -> None:
        """Begin with a text that stands for none.

        Args:
            source: What the token is fetched with.
        """
        super().__init__(secrets.token_hex())
        self._before: Secret | None = None
        self._source = source

    def replace(self, text: str) -> bool:
        """Take a newly fetched token, and tell whether it differs from the one before.

        Raises:
            ConfigurationError: It is empty, or holds what cannot go into a header.
        """
        before = self._become(text)
        if before is None:
            return False
        self._before = before
        return True

    def fingerprint(self, context: str) -> str:
        """Return a stable hex digest of the token's source within `context`."""
        text = f"{hash(self._source)} {context}"
        return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()

    def scrub(self, text: str) -> str:
        """Return `text` with every occurrence of the token, or of the one before it, masked."""
        text = super().scrub(text)
        return text if self._before is None else self._before.scrub(text)


def _checked(text: object) -> str:
    """Return the credential as it is sent, if a header can carry it."""
    if not isinstance(text, str):
        msg = f"a credential must be a str, not {type(text).__name__}"
        raise ConfigurationError(msg)
    text = text.strip()
    if not text:
        msg = "the credential is empty: pass the key that the platform's settings page shows"
        raise ConfigurationError(msg)
    if not (text.isascii() and text.isprintable()):
        msg = "the credential holds characters that no HTTP header can carry: copy it again"
        raise ConfigurationError(msg)
    return text
