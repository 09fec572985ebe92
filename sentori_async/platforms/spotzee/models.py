"""What Spotzee sends and takes, as plain objects.

1. An attribute is the vendor's name in snake_case; `names.py` holds the table.
2. On read and patch models an absent key is `UNSET` and an explicit null is `None`.
3. Read models keep what they do not know in `extra`.
4. Read models are built by position.
5. A repr shows no identity and no token: an external id may be an address.

Sources: the vendor's guides and API reference to September 2026, and the types of its JavaScript
SDK of 2026-06-23. Contacts are called users there.
"""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, Final

import attrs

from sentori_async.html import Shown
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.hooks import IntOrText

# ---------------------------------------------------------------------------------------- users


@attrs.define(repr=False)
class SpotzeeUser(Shown):
    """A contact, which Spotzee calls a user.

    Attributes:
        id: Spotzee's number of the user; project keys use the external id instead.
        project_id: The project it belongs to.
        external_id: Your own id of the contact, which identifies it.
        anonymous_id: The id it had before it was known.
        email: The address.
        phone: The phone number, as E.164.
        timezone: The IANA time zone.
        locale: The language, as BCP 47.
        data: The project's own attributes; first_name and last_name are among them.
        has_push_device: Whether it can be sent push messages.
        devices: The devices for push messages.
        created_at: When it was created.
        updated_at: When it was last changed.
        extra: What else the vendor said.
    """

    id: IntOrText | Unset = UNSET
    project_id: IntOrText | Unset = UNSET
    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    email: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    timezone: str | Unset | None = UNSET
    locale: str | Unset | None = UNSET
    data: dict[str, Any] | Unset | None = UNSET
    has_push_device: bool | Unset | None = UNSET
    devices: list[dict[str, Any]] | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def patch(self) -> SpotzeeUserPatch:
        """Return what may be written back, as it is now."""
        return SpotzeeUserPatch(**{name: getattr(self, name) for name in _PATCH_NAMES})

    def __repr__(self) -> str:
        return f"SpotzeeUser(id={self.id!r})"


@attrs.define(kw_only=True, repr=False)
class SpotzeeUserPatch:
    """The fields to write; what stays `UNSET` is left alone, and `None` clears (inferred).

    Attributes:
        external_id: Your own id of the contact, which identifies it.
        anonymous_id: The id it had before it was known; with both ids the two become one user.
        email: The address.
        phone: The phone number.
        timezone: The IANA time zone.
        locale: The language, as BCP 47.
        data: The project's own attributes.
        extra: Fields that the SDK does not know, by the vendor's names.
    """

    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    email: str | Unset | None = UNSET
    phone: str | Unset | None = UNSET
    timezone: str | Unset | None = UNSET
    locale: str | Unset | None = UNSET
    data: dict[str, Any] | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        names = [name for name in _PATCH_NAMES if getattr(self, name) is not UNSET]
        return f"SpotzeeUserPatch(<{', '.join([*names, *self.extra])}>)"


_PATCH_NAMES: Final = tuple(
    field.name for field in attrs.fields(SpotzeeUserPatch) if field.name != "extra"
)


@attrs.define(repr=False)
class SpotzeeSession:
    """A token with which a browser may act for one user, for a quarter of an hour.

    Attributes:
        token: The token.
        expires_at: When it ends.
        extra: What else the vendor said.
    """

    token: str | Unset = UNSET
    expires_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SpotzeeSession(token='***', expires_at={self.expires_at!r})"


# -------------------------------------------------------------------------------------- batches


@attrs.define(repr=False)
class SpotzeeItemError:
    """Why one item of a batch was refused.

    Attributes:
        code: The vendor's code.
        message: The vendor's text.
        extra: What else the vendor said.
    """

    code: str | Unset | None = UNSET
    message: str | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SpotzeeItemError(code={self.code!r})"


@attrs.define(repr=False)
class SpotzeeUserResult:
    """What became of one item of a batch of users.

    Attributes:
        index: The item's place in the batch, counted from 0.
        external_id: The user's external id.
        anonymous_id: The user's anonymous id.
        user: The user as it is now; UNSET where the item was refused.
        error: Why it was refused; UNSET where it was not.
        extra: What else the vendor said.
    """

    index: int | Unset = UNSET
    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    user: SpotzeeUser | Unset | None = UNSET
    error: SpotzeeItemError | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SpotzeeUserResult(index={self.index!r}, error={self.error!r})"


@attrs.define
class SpotzeeUserBatch:
    """What became of a batch of users, item by item.

    Attributes:
        results: One result per item.
        succeeded: How many were carried out.
        failed: How many were refused.
        extra: What else the vendor said.
    """

    results: list[SpotzeeUserResult]
    succeeded: int | Unset = UNSET
    failed: int | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


# ------------------------------------------------------------------------------------- segments


class SpotzeeListType(enum.StrEnum):
    """How users come into a list."""

    STATIC = "static"
    """By hand or by a file; nothing in the API adds them."""
    DYNAMIC = "dynamic"
    """By a rule: a segment."""


class SpotzeeListState(enum.StrEnum):
    """How far a list is."""

    DRAFT = "draft"
    READY = "ready"
    LOADING = "loading"


@attrs.define
class SpotzeeList:
    """A list of users, or a segment.

    Attributes:
        id: The number that other calls take.
        project_id: The project it belongs to.
        name: The name.
        type: How users come into it.
        state: How far it is.
        rule: The rule of a segment, a tree in the vendor's own form.
        rule_id: The rule's number.
        version: How often the rule was changed.
        users_count: How many users are in it; counted now and then.
        tags: The tags.
        is_visible: Whether it is shown in the vendor's pages.
        refreshed_at: When the users were last counted.
        created_at: When it was created.
        updated_at: When it was last changed.
        extra: What else the vendor said.
    """

    id: IntOrText | Unset = UNSET
    project_id: IntOrText | Unset = UNSET
    name: str | Unset | None = UNSET
    type: SpotzeeListType | str | Unset | None = UNSET
    state: SpotzeeListState | str | Unset | None = UNSET
    # It may compare with somebody's address.
    rule: dict[str, Any] | Unset | None = attrs.field(default=UNSET, repr=False)
    rule_id: IntOrText | Unset | None = UNSET
    version: int | Unset | None = UNSET
    users_count: int | Unset | None = UNSET
    tags: list[str] | Unset | None = UNSET
    is_visible: bool | Unset | None = UNSET
    refreshed_at: datetime | Unset | None = UNSET
    created_at: datetime | Unset | None = UNSET
    updated_at: datetime | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)


# --------------------------------------------------------------------------------------- events


@attrs.define(kw_only=True, repr=False)
class SpotzeeEvent:
    """Something that a user did.

    Attributes:
        name: What it was.
        external_id: Who did it; or the anonymous id.
        anonymous_id: The same, of a user who is not known yet.
        data: What else is to be known of it.
    """

    name: str
    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    data: dict[str, Any] | Unset | None = UNSET

    def __repr__(self) -> str:
        return f"SpotzeeEvent(name={self.name!r})"


@attrs.define(repr=False)
class SpotzeeEventResult:
    """What became of one event of a request.

    Attributes:
        index: The event's place in the request, counted from 0.
        external_id: The user's external id.
        anonymous_id: The user's anonymous id.
        error: Why it was refused; UNSET where it was not.
        extra: What else the vendor said.
    """

    index: int | Unset = UNSET
    external_id: str | Unset | None = UNSET
    anonymous_id: str | Unset | None = UNSET
    error: SpotzeeItemError | Unset | None = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)

    def __repr__(self) -> str:
        return f"SpotzeeEventResult(index={self.index!r}, error={self.error!r})"


@attrs.define
class SpotzeeEventBatch:
    """What became of events; all is UNSET where the vendor only took them.

    Attributes:
        results: One result per event.
        succeeded: How many were taken.
        failed: How many were refused.
        extra: What else the vendor said.
    """

    results: list[SpotzeeEventResult] | Unset = UNSET
    succeeded: int | Unset = UNSET
    failed: int | Unset = UNSET
    extra: dict[str, Any] = attrs.Factory(dict)
