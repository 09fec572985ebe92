"""The contacts of a Sent account: ``client.contacts``."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from sentori_async.platforms.sent import calls
from sentori_async.platforms.sent.inputs import SentFields
from sentori_async.resources import Group, Pages, unsupported
from sentori_async.unset import UNSET, Unset

if TYPE_CHECKING:
    from sentori_async.platforms.sent.models import SentContact, SentMessageSummary
    from sentori_async.wire.results import Upserted

_NO_LISTS = "it has no lists; unsubscribe_all() opts a contact out of everything"


class AsyncSentContacts(Group):
    """The contacts of the account: ``client.contacts``.

    A contact is named by its number in E.164, which begins with a plus sign, or by its id.
    Sent writes by ids: a number takes one look-up before.
    Vendor page: https://docs.sent.dm/reference/api/contacts
    """

    async def get(self, contact: str) -> SentContact:
        """Return a contact.

        Args:
            contact: The number, or the id.

        Raises:
            NotFound: The account has no such contact.
        """
        return await self._send(calls.get_contact(contact))

    def iterate(
        self,
        *,
        search: str | Unset = UNSET,
        channel: str | Unset = UNSET,
        page_size: int = 20,
    ) -> AsyncIterator[SentContact]:
        """List the contacts.

        Args:
            search: Only those with this in their number.
            channel: Only those whom "sms" or "whatsapp" reaches.
            page_size: How many contacts a request brings; the largest number is not documented.
        """
        first = calls.iterate_contacts(search=search, channel=channel, page_size=page_size)
        return Pages(self._send, first)

    async def add(self, number: str, fields: SentFields | None = None) -> SentContact:
        """Add a new contact and return it.

        Sent takes nothing but the number with it: fields are written by a second request.

        Args:
            number: The new contact's number.
            fields: ``default_channel`` and ``opt_out``.

        Raises:
            AlreadyExists: A contact has the number already; it is left as it is.
            ValidationFailed: A field's value is not valid; `applied` is None, as the contact is
                there by then.
        """
        return await self._send(calls.add_contact(number, fields))

    async def update(self, contact: str, fields: SentFields) -> SentContact:
        """Change fields of a contact and return it; what is not named stays as it is.

        Args:
            contact: The number, or the id.
            fields: ``default_channel`` and ``opt_out``.

        Raises:
            NotFound: The account has no such contact; none is created.
            ValidationFailed: A field's value is not valid.
        """
        return await self._send(calls.update_contact(contact, fields))

    async def add_or_update(
        self, number: str, fields: SentFields | None = None
    ) -> Upserted[SentContact]:
        """Add a contact, or update it where it exists.

        Sent has no upsert: this adds, and where the number is taken looks up and updates.

        Args:
            number: The contact's number.
            fields: ``default_channel`` and ``opt_out``.

        Returns:
            The contact as it is now, and whether it was created.

        Raises:
            ValidationFailed: A field's value is not valid.
        """
        return await self._send(calls.add_or_update_contact(number, fields))

    async def delete(self, contact: str) -> None:
        """Delete a contact with its opt-out; the vendor advises `unsubscribe_all` instead.

        Args:
            contact: The number, or the id.

        Raises:
            NotFound: The account has no such contact.
        """
        await self._send(calls.delete_contact(contact))

    async def subscribe(self, contact: str, list_id: str) -> None:  # noqa: ARG002 - refused before
        """Not possible: Sent has no lists.

        Raises:
            UnsupportedOperation: Always.
        """
        raise unsupported("Sent", "contacts.subscribe", _NO_LISTS)

    async def unsubscribe(self, contact: str, list_id: str) -> None:  # noqa: ARG002 - refused before
        """Not possible: Sent has no lists.

        Raises:
            UnsupportedOperation: Always; see `unsubscribe_all`.
        """
        raise unsupported("Sent", "contacts.unsubscribe", _NO_LISTS)

    async def unsubscribe_all(self, contact: str) -> None:
        """Opt a contact out of every channel; a repeat changes nothing.

        A number that is no contact cannot be opted out; with ``{"opt_out": True}`` as its fields
        `add_or_update` adds it so.

        Args:
            contact: The number, or the id.

        Raises:
            NotFound: The account has no such contact.
        """
        await self._send(calls.unsubscribe_all(contact))

    async def message_summary(self, contact_id: str) -> SentMessageSummary:
        """Return the sums of a contact's messages.

        Args:
            contact_id: The contact's id.

        Raises:
            NotFound: The account has no such contact.
        """
        return await self._send(calls.message_summary(contact_id))
