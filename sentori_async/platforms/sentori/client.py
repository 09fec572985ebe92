"""The Sentori client and its resource groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sentori_async.bulk.verbs import AsyncBulk
from sentori_async.capabilities import SINGLE, Capabilities, Ways
from sentori_async.client import AsyncClient
from sentori_async.platforms.sentori import answers, calls
from sentori_async.platforms.sentori.bulk import SentoriPlanner
from sentori_async.platforms.sentori.contacts import AsyncSentoriContacts
from sentori_async.resources import Group, Send
from sentori_async.settings import Auth, Limits, Platform
from sentori_async.unset import UNSET, Unset
from sentori_async.wire.manners import Manners

if TYPE_CHECKING:
    from sentori_async.errors import ApiError
    from sentori_async.platforms.sentori.models import (
        Audience,
        CreatedEmail,
        DraftEmail,
        EmailEvent,
        EmailTemplate,
        Kpi,
        MailingList,
        Subscriber,
    )
    from sentori_async.wire.message import Operation, Response

SENTORI: Final = Platform(
    name="sentori",
    title="Sentori",
    env_prefix="SENTORI",
    default_base_url="https://api.sentoriapp.com/v2.0/",
    # api-authentication, 2015-01-16: a header called ApiKey carries the account's key.
    auth=Auth(header="ApiKey"),
    limits=Limits(concurrency=16),
)

CAPABILITIES: Final = Capabilities(
    identity="EmailAddress",
    contacts=frozenset(
        {
            "get",
            "add",
            "update",
            "add_or_update",
            "delete",
            "subscribe",
            "unsubscribe",
            "unsubscribe_all",
        }
    ),
    bulk={
        "add": SINGLE,
        "update": SINGLE,
        "add_or_update": Ways(ways=("single", "import"), auto="import"),
        "delete": SINGLE,
        "subscribe": SINGLE,
        "unsubscribe": SINGLE,
    },
    tells_created=True,
)


class AsyncSentoriMailingLists(Group):
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


class AsyncSentoriAudiences(Group):
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


class AsyncSentoriEmails(Group):
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


class AsyncSentoriReports(Group):
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


class AsyncSentoriAutomation(Group):
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
    capabilities: ClassVar[Capabilities] = CAPABILITIES
    _manners: ClassVar[Manners] = Manners(explain=answers.explain)

    def _add_groups(self, send: Send) -> None:
        self.contacts = AsyncSentoriContacts(send)
        self.mailing_lists = AsyncSentoriMailingLists(send)
        self.audiences = AsyncSentoriAudiences(send)
        self.emails = AsyncSentoriEmails(send)
        self.reports = AsyncSentoriReports(send)
        self.automation = AsyncSentoriAutomation(send)
        self.bulk = AsyncBulk(
            self._send_for_bulk,
            SentoriPlanner(),
            workers=self.settings.limits.concurrency,
            home=self._home,
        )

    def _refusal(self, operation: Operation, response: Response) -> ApiError:
        return answers.refuse(operation, response)
