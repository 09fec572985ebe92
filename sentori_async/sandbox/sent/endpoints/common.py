"""What the endpoints of several groups read from a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sentori_async.sandbox.platform import Incoming
from sentori_async.sandbox.sent.refusal import wrong
from sentori_async.sandbox.sent.rules import is_uuid, optional_bool, optional_text, paging
from sentori_async.sandbox.sent.state import SentState
from sentori_async.sandbox.sent.stores.scope import Page


def identity(account: SentState, request: Incoming) -> str:
    """Return the id in the path; else refuse with VALIDATION_003."""
    text = request.args[0]
    if not is_uuid(text):
        raise wrong(account.options.bad_id_code, "id", "Invalid GUID format")
    return text


def simulates(body: Mapping[str, Any]) -> bool:
    """Tell whether a body asks to change nothing."""
    return bool(optional_bool(body, "sandbox"))


def required_text(account: SentState, body: Mapping[str, Any], name: str) -> str:
    """Return a text that must be there; else refuse with VALIDATION_001 or what is set."""
    text = optional_text(body, name)
    if not text:
        raise wrong(account.options.missing_field_code, name, "The field is required")
    return text


def list_page(account: SentState, params: Mapping[str, str], route: str) -> Callable[[int], Page]:
    """Return what makes the wanted page of a list, given the length of the list."""
    options = account.options
    number, size = paging(
        params,
        page_size=options.page_size,
        max_page_size=options.max_page_size,
        required=route in options.paging_required,
    )
    return lambda total: Page(number, size, total)
