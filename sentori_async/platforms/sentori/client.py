"""The Sentori client and its resource groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.client import AsyncClient, Send
from sentori_async.platforms.sentori import calls
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.platforms.sentori.inputs import Fields
from sentori_async.settings import Auth, Limits, Platform
from sentori_async.unset import UNSET, Unset

if TYPE_CHECKING:
    from sentori_async.platforms.sentori.models import (
        Audience,
        Contact,
        ContactStructure,
        CreatedEmail,
        DraftEmail,
        EmailEvent,
        EmailTemplate,
        ImportResult,
        Kpi,
        MailingList,
        Subscriber,
    )
    from sentori_async.wire.message import Call, Response, Safety
    from sentori_async.wire.results import Upserted

SENTORI: Final = Platform(
    name="sentori",
    title="Sentori",
    env_prefix="SENTORI",
    default_base_url="https://api.sentoriapp.com/v2.0/",
    # api-authentication, 2015-01-16: a header called ApiKey carries the account's key.
    auth=Auth(header="ApiKey"),
    limits=Limits(concurrency=16),
)


class _Group:
    """A resource group: its verbs send calls through the client."""

    def __init__(self, send: Send) -> None:
        """Send through the client."""
        self._send = send


class AsyncSentoriContacts(_Group):
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
        contacts: Iterable[Fields],
        *,
        name: str | Unset = UNSET,
        description: str | Unset = UNSET,
    ) -> ImportResult:
        """Add and update many contacts with one request, which makes a new upload group.

        A row that Sentori leaves out is counted, and fails nothing: look at the counters.

        Args:
            contacts: The rows; each must hold an ``EmailAddress``.
            name: The upload group's name.
            description: The upload group's description.

        Returns:
            How many rows were created, updated and left out, and the upload group.

        Raises:
            ValidationFailed: A row has no address, or names a field the account lacks.
        """
        return await self._send(calls.import_contacts(contacts, name=name, description=description))

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


class AsyncSentoriMailingLists(_Group):
    """The mailing lists of the account: ``client.mailing_lists``.

    Vendor page: https://docs.sentoriapp.com/api-mailinglists
    """

    async def get(self, list_id: str) -> MailingList:
        """Return a mailing list.

        Args:
            list_id: The list's ExternalID.

        Raises:
            NotFound: The account has no such list.
        """
        return await self._send(calls.get_mailing_list(list_id))

    async def all(self) -> list[MailingList]:
        """Return all mailing lists."""
        return await self._send(calls.all_mailing_lists())

    async def subscribers(self, list_id: str) -> list[Subscriber]:
        """Return the contacts that are subscribed to a list and can be mailed; unpaged.

        Args:
            list_id: The list's ExternalID.

        Raises:
            NotFound: The account has no such list.
            ResponseTooLarge: The answer is larger than 1 GiB.
        """
        return await self._send(calls.mailing_list_subscribers(list_id))


class AsyncSentoriAudiences(_Group):
    """The audiences of the account: ``client.audiences``.

    Vendor page: https://docs.sentoriapp.com/api-audiences
    """

    async def all(self) -> list[Audience]:
        """Return all audiences."""
        return await self._send(calls.all_audiences())

    async def contacts(self, audience_id: str) -> list[Subscriber]:
        """Return the contacts of an audience that can be mailed; unpaged.

        Args:
            audience_id: The audience's ExternalID.

        Raises:
            NotFound: The account has no such audience.
            ResponseTooLarge: The answer is larger than 1 GiB.
        """
        return await self._send(calls.audience_contacts(audience_id))


class AsyncSentoriEmails(_Group):
    """The emails of the account: ``client.emails``.

    Nothing in the API sends an email: a person schedules the draft.
    Vendor page: https://docs.sentoriapp.com/api-emails
    """

    async def create(
        self, source_id: str, *, name: str, description: str | Unset = UNSET
    ) -> CreatedEmail:
        """Create a draft from a template, or as a copy of an email.

        Args:
            source_id: The template's or the email's ExternalID.
            name: The new email's name, which no other may have.
            description: The new email's description.

        Raises:
            AlreadyExists: Another email has the name.
            NotFound: The account has no such template or email.
            ValidationFailed: The source is no email.
        """
        return await self._send(calls.create_email(source_id, name=name, description=description))

    async def drafts(self) -> list[DraftEmail]:
        """Return all draft emails."""
        return await self._send(calls.draft_emails())

    async def templates(self) -> list[EmailTemplate]:
        """Return all email templates."""
        return await self._send(calls.email_templates())


class AsyncSentoriReports(_Group):
    """What became of sent emails: ``client.reports``.

    An iteration is the number of a repeated send; without one, the vendor decides.
    Vendor page: https://docs.sentoriapp.com/api-email-reports
    """

    async def kpi(self, email_id: str, *, iteration: int | None = None) -> Kpi:
        """Return the totals of an email.

        Args:
            email_id: The email's ExternalID.
            iteration: The number of a repeated send.

        Raises:
            NotFound: The account has no such email.
            ValidationFailed: The document is no email.
        """
        return await self._send(calls.kpi(email_id, iteration=iteration))

    async def abuse(self, email_id: str) -> list[EmailEvent]:
        """Return who complained about an email, and when.

        Args:
            email_id: The email's ExternalID.

        Raises:
            NotFound: The account has no such email.
        """
        return await self._send(calls.abuse(email_id))

    async def bounces(self, email_id: str, *, iteration: int | None = None) -> list[EmailEvent]:
        """Return whose address bounced, and when.

        Args:
            email_id: The email's ExternalID.
            iteration: The number of a repeated send.

        Raises:
            NotFound: The account has no such email.
        """
        return await self._send(calls.bounces(email_id, iteration=iteration))

    async def clicks(self, email_id: str, *, iteration: int | None = None) -> list[EmailEvent]:
        """Return who clicked, with the time of the first click.

        Args:
            email_id: The email's ExternalID.
            iteration: The number of a repeated send.

        Raises:
            NotFound: The account has no such email.
        """
        return await self._send(calls.clicks(email_id, iteration=iteration))


class AsyncSentoriAutomation(_Group):
    """The autoresponders of the account: ``client.automation``.

    Vendor page: https://docs.sentoriapp.com/api-automation
    """

    async def add_contact(
        self, automation_id: str, address: str, data: Mapping[str, Any] | None = None
    ) -> None:
        """Add a contact to an autoresponder, which may send mail at once.

        Args:
            automation_id: The autoresponder's ExternalID.
            address: The contact's address.
            data: Flat names and values to merge into its emails, as ``{{trx:Name}}``.

        Raises:
            NotFound: The account has no such contact or autoresponder.
            ContactSuppressed: The contact may not be mailed.
            InvalidInput: A value is not flat.
        """
        await self._send(calls.add_to_automation(automation_id, address, data))


class AsyncSentori(AsyncClient):
    """A client of Sentori's API v2.0.

    ::

        async with AsyncSentori(api_key="...") as client:
            contact = await client.contacts.get("joe@example.com")

    Without `api_key` and `base_url` the variables SENTORI_API_KEY and SENTORI_BASE_URL are read.

    Attributes:
        contacts: Single contacts.
        mailing_lists: Mailing lists and who is subscribed.
        audiences: Audiences and who is in them.
        emails: Drafts and templates.
        reports: What became of sent emails.
        automation: Autoresponders.
        bulk: Many contacts at once.
    """

    platform: ClassVar[Platform] = SENTORI

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncSentoriContacts(send)
        self.mailing_lists = AsyncSentoriMailingLists(send)
        self.audiences = AsyncSentoriAudiences(send)
        self.emails = AsyncSentoriEmails(send)
        self.reports = AsyncSentoriReports(send)
        self.automation = AsyncSentoriAutomation(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk, SentoriPlanner(), workers=self.settings.limits.concurrency
        )

    def _plan_request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None,
        json: Any,
        safety: Safety | None,
    ) -> Call[Response]:
        return calls.raw(method, path, params=params, json=json, safety=safety)
