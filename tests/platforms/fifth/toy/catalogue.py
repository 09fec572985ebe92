"""Every error code of Toy."""

from __future__ import annotations

from typing import Final

from sentori_async.errors import AuthenticationError, NotFound, ValidationFailed
from sentori_async.wire.catalogue import Catalogue, ErrorCode

CATALOGUE: Final = Catalogue(
    platform="toy",
    doc_url="https://toy.example/errors",
    codes=(
        ErrorCode(
            code=1,
            name="Who are you?",
            statuses=(401,),
            error=AuthenticationError,
            meaning="The key is not known.",
            remedy="Set TOY_API_KEY.",
        ),
        ErrorCode(
            code=7,
            name="No such person",
            statuses=(404,),
            error=NotFound,
            meaning="Nobody has this id.",
            remedy="Add the person first.",
        ),
        ErrorCode(
            code=9,
            name="A name is a text",
            statuses=(400,),
            error=ValidationFailed,
            meaning="The name is no text.",
            remedy="Send a text.",
        ),
    ),
)
