"""The only holder of a credential.

1. A secret's text leaves this module through `Secret.reveal` only, and one file calls that.
2. Everything else a caller needs (a fingerprint, a signature, a scrubbed text) is computed here.
3. A secret has no text form, no equality on its text, and cannot be pickled.
"""

from __future__ import annotations

import hashlib
from typing import Final, NoReturn

from sentori_async.errors import ConfigurationError

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

    def scrub(self, text: str) -> str:
        """Return `text` with every occurrence of the secret masked."""
        return text.replace(self.__text, _MASK)

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
