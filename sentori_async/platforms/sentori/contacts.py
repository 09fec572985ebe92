"""The contacts of a Sentori account: ``client.contacts``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Literal

from sentori_async.bulk.frames import frame_rows, is_frame
from sentori_async.platforms.sentori import calls
from sentori_async.platforms.sentori.inputs import Fields
from sentori_async.resources import Group, unsupported
from sentori_async.unset import UNSET, Unset

if TYPE_CHECKING:
    from sentori_async.platforms.sentori.models import Contact, ContactStructure, ImportResult
    from sentori_async.wire.results import Upserted


class AsyncSentoriContacts(Group):
    """The contacts of the account: ``client.contacts``.

    A contact is named by its address (a str) or, where that is said, by its SystemID (an int).
    Vendor page: https://docs.sentoriapp.com/api-contacts
    """

    async def get(self, contact: str | int) -> Contact:
        """Return a contact.

        Args:
            contact: The address, or the SystemID as an int.

        Raises:
            NotFound: The account has no such contact.
        """
        return await self._send(calls.get_contact(contact))

    def iterate(self) -> AsyncIterator[Contact]:
        """Not possible: Sentori lists no contacts but those of a list or an audience.

        Raises:
            UnsupportedOperation: Always; see `mailing_lists.subscribers` and `audiences.contacts`.
        """
        raise unsupported(
            "Sentori",
            "contacts.iterate",
            "use mailing_lists.subscribers() or audiences.contacts()",
        )

    async def add(self, address: str, fields: Fields | None = None) -> Contact:
        """Add a new contact and return it.

        Args:
            address: The new contact's address.
            fields: The other fields to set.

        Raises:
            AlreadyExists: A contact has the address already; it is left as it is.
            ValidationFailed: The address, a field's name or its value is not valid.
        """
        return await self._send(calls.add_contact(address, fields))

    async def update(self, address: str, fields: Fields) -> Contact:
        """Change fields of a contact and return it; what is not named stays as it is.

        Args:
            address: The contact's present address.
            fields: The fields to change; another ``EmailAddress`` renames the contact.

        Raises:
            NotFound: The account has no such contact; none is created.
            AlreadyExists: Another contact has the new address.
            ValidationFailed: A field's name or its value is not valid.
        """
        return await self._send(calls.update_contact(address, fields))

    async def add_or_update(self, address: str, fields: Fields | None = None) -> Upserted[Contact]:
        """Add a contact, or update it where it exists.

        With another ``EmailAddress`` in the fields, Sentori renames the contact `address` to it;
        where only the other exists, or neither does, it updates or adds that one; where both
        exist it updates both, each keeping its address, and returns the other.

        Args:
            address: The contact's address.
            fields: The fields to set.

        Returns:
            The contact as it is now, and whether it was created.

        Raises:
            ValidationFailed: The address, a field's name or its value is not valid.
        """
        return await self._send(calls.add_or_update_contact(address, fields))

    async def delete(self, address: str) -> None:
        """Delete a contact with its subscriptions; suppressions stay.

        Raises:
            NotFound: The account has no such contact.
        """
        await self._send(calls.delete_contact(address))

    async def structure(self, form: Literal["single", "list"] = "single") -> ContactStructure:
        """Return the fields that can be written, the account's own included.

        Args:
            form: Which of the vendor's two forms to ask for; the result is the same.
        """
        return await self._send(calls.contact_structure(form))

    async def subscribe(self, address: str, list_id: str) -> None:
        """Subscribe a contact to a mailing list; a repeat changes nothing.

        Args:
            address: The contact's address.
            list_id: The list's ExternalID.

        Raises:
            NotFound: The account has no such contact, or no such list.
            ContactSuppressed: The contact may not be mailed.
        """
        await self._send(calls.subscribe(address, list_id))

    async def unsubscribe(self, address: str, list_id: str) -> None:
        """Unsubscribe a contact from one mailing list; a repeat changes nothing.

        Args:
            address: The contact's address.
            list_id: The list's ExternalID.

        Raises:
            NotFound: The account has no such contact, or no such list.
        """
        await self._send(calls.unsubscribe(address, list_id))

    async def unsubscribe_all(self, address: str) -> None:
        """Unsubscribe a contact from every list and suppress its address.

        An address without a contact is suppressed too; nothing in the API lifts a suppression.

        Args:
            address: The address.
        """
        await self._send(calls.unsubscribe_all(address))

    async def import_(
        self,
        contacts: Iterable[Any],
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
    ) -> ImportResult:
        """Add and update many contacts with one request, which makes a new upload group.

        A row that Sentori leaves out is counted, and fails nothing: look at the counters.

        Args:
            contacts: The rows, as mappings or a data frame; each must hold an ``EmailAddress``.
            name: The upload group's name.
            description: The upload group's description.

        Returns:
            How many rows were created, updated and left out, and the upload group.

        Raises:
            ValidationFailed: A row has no address, or names a field the account lacks.
        """
        rows = frame_rows(contacts) if is_frame(contacts) else contacts
        return await self._send(calls.import_contacts(rows, name=name, description=description))

    async def attach_upload_group(self, upload_group_id: str, document_id: str) -> None:
        """Attach an upload group to a draft email; this sends nothing.

        Args:
            upload_group_id: The upload group's ExternalID.
            document_id: The draft's ExternalID.

        Raises:
            NotFound: The account has no such upload group, or no such document.
            StateConflict: The email is no draft.
            ValidationFailed: The document is no email.
        """
        await self._send(calls.attach_upload_group(upload_group_id, document_id))
