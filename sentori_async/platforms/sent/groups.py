"""What a Sent account has besides contacts: messages, templates and webhooks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sentori_async.platforms.sent import messaging_calls, webhook_calls
from sentori_async.resources import Group, Pages
from sentori_async.tables import Models
from sentori_async.unset import UNSET, Unset

if TYPE_CHECKING:
    from sentori_async.platforms.sent.endpoints import (
        SentDelivery,
        SentEventType,
        SentSigningSecret,
        SentWebhook,
        SentWebhookTest,
    )
    from sentori_async.platforms.sent.messaging import (
        SentMessage,
        SentMessageActivity,
        SentSending,
        SentTemplate,
    )


class AsyncSentMessages(Group):
    """The messages of the account: ``client.messages``.

    Vendor page: https://docs.sent.dm/reference/api/messages
    """

    async def send(
        self,
        to: str | Iterable[str],
        *,
        text: str | Unset = UNSET,
        template_id: str | Unset = UNSET,
        template_name: str | Unset = UNSET,
        parameters: Mapping[str, str] | Unset = UNSET,
        channel: Sequence[str] | Unset = UNSET,
        channels: Mapping[str, Any] | Unset = UNSET,
        media_urls: Sequence[str] | Unset = UNSET,
        subject: str | Unset = UNSET,
        scheduled_at: datetime | Unset = UNSET,
    ) -> SentSending:
        """Send a text or a template; Sent accepts it now and sends it later.

        What keeps a message from going out (money, an opt-out, a template under review) is told by
        `get`, and not here.

        Args:
            to: A number, or up to 1,000 of them; each new one becomes a contact.
            text: What to say.
            template_id: The template, by its id.
            template_name: The template, by its name.
            parameters: The values of the template's variables.
            channel: The channels to send over, one message on each; Sent chooses where absent.
            channels: Which of your numbers to send from, by channel, as the vendor's page says.
            media_urls: The URLs of what goes with an MMS.
            subject: An MMS's subject.
            scheduled_at: When to send, with a zone, within the next 30 days.

        Returns:
            One entry per message, with its id.

        Raises:
            InvalidInput: A number is not E.164, or not exactly one of text and template is given.
            NotFound: The account has no such template.
        """
        return await self._send(
            messaging_calls.send_message(
                to,
                text=text,
                template_id=template_id,
                template_name=template_name,
                parameters=parameters,
                channel=channel,
                channels=channels,
                media_urls=media_urls,
                subject=subject,
                scheduled_at=scheduled_at,
            )
        )

    async def get(self, message_id: str) -> SentMessage:
        """Return a message, with where it is.

        Args:
            message_id: The message's id, as `send` returned it.

        Raises:
            NotFound: The account has no such message, or not yet.
        """
        return await self._send(messaging_calls.get_message(message_id))

    async def activities(self, message_id: str) -> list[SentMessageActivity]:
        """Return a message's way so far, with what it cost.

        Args:
            message_id: The message's id.

        Raises:
            NotFound: The account has no such message, or not yet.
        """
        return Models(await self._send(messaging_calls.message_activities(message_id)))


class AsyncSentTemplates(Group):
    """The templates of the account: ``client.templates``.

    Vendor page: https://docs.sent.dm/reference/api/templates
    """

    def iterate(
        self,
        *,
        search: str | Unset = UNSET,
        status: str | Unset = UNSET,
        category: str | Unset = UNSET,
        page_size: int = 20,
    ) -> AsyncIterator[SentTemplate]:
        """List the templates.

        Args:
            search: Only those with this in their name.
            status: Only those of this status, such as "APPROVED".
            category: Only those of this category, such as "MARKETING".
            page_size: How many templates a request brings.
        """
        first = messaging_calls.iterate_templates(
            search=search, status=status, category=category, page_size=page_size
        )
        return Pages(self._send, first)

    async def get(self, template_id: str) -> SentTemplate:
        """Return a template.

        Args:
            template_id: The template's id.

        Raises:
            NotFound: The account has no such template.
        """
        return await self._send(messaging_calls.get_template(template_id))


class AsyncSentWebhooks(Group):
    """The endpoints that Sent calls when something happens: ``client.webhooks``.

    What their calls say is checked and read by `SentWebhookVerifier`.
    Vendor page: https://docs.sent.dm/reference/api/webhooks
    """

    def iterate(
        self,
        *,
        search: str | Unset = UNSET,
        is_active: bool | Unset = UNSET,
        page_size: int = 20,
    ) -> AsyncIterator[SentWebhook]:
        """List the webhooks.

        Args:
            search: Only those with this in their name or URL.
            is_active: Only those that are switched on, or only those that are not.
            page_size: How many webhooks a request brings.
        """
        first = webhook_calls.iterate(search=search, is_active=is_active, page_size=page_size)
        return Pages(self._send, first)

    async def get(self, webhook_id: str) -> SentWebhook:
        """Return a webhook; its secret is not shown whole.

        Args:
            webhook_id: The webhook's id.

        Raises:
            NotFound: The account has no such webhook.
        """
        return await self._send(webhook_calls.get(webhook_id))

    async def create(
        self,
        *,
        display_name: str,
        endpoint_url: str,
        event_types: Sequence[str],
        event_filters: Mapping[str, Sequence[str]] | Unset = UNSET,
        retry_count: int | Unset = UNSET,
        timeout_seconds: int | Unset = UNSET,
    ) -> SentWebhook:
        """Create a webhook and return it with its secret, which is never shown again.

        Args:
            display_name: The name.
            endpoint_url: The URL to call.
            event_types: The families of events to call it for, such as "message".
            event_filters: Of each family, the only events to call it for.
            retry_count: How often to repeat a failed call, 1 to 5; the vendor's default is 3.
            timeout_seconds: How long a call may take, 5 to 120; the vendor's default is 30.

        Raises:
            ValidationFailed: A value is not valid.
        """
        return await self._send(
            webhook_calls.create(
                display_name=display_name,
                endpoint_url=endpoint_url,
                event_types=event_types,
                event_filters=event_filters,
                retry_count=retry_count,
                timeout_seconds=timeout_seconds,
            )
        )

    async def update(
        self,
        webhook_id: str,
        *,
        display_name: str,
        endpoint_url: str,
        event_types: Sequence[str],
        event_filters: Mapping[str, Sequence[str]] | Unset = UNSET,
        retry_count: int | Unset = UNSET,
        timeout_seconds: int | Unset = UNSET,
    ) -> SentWebhook:
        """Replace what a webhook is set to, and return it.

        Args:
            webhook_id: The webhook's id.
            display_name: The name.
            endpoint_url: The URL to call.
            event_types: The families of events to call it for.
            event_filters: Of each family, the only events to call it for.
            retry_count: How often to repeat a failed call, 1 to 5.
            timeout_seconds: How long a call may take, 5 to 120.

        Raises:
            NotFound: The account has no such webhook.
            ValidationFailed: A value is not valid.
        """
        return await self._send(
            webhook_calls.update(
                webhook_id,
                display_name=display_name,
                endpoint_url=endpoint_url,
                event_types=event_types,
                event_filters=event_filters,
                retry_count=retry_count,
                timeout_seconds=timeout_seconds,
            )
        )

    async def delete(self, webhook_id: str) -> None:
        """Delete a webhook.

        Args:
            webhook_id: The webhook's id.

        Raises:
            NotFound: The account has no such webhook.
        """
        await self._send(webhook_calls.delete(webhook_id))

    async def set_active(self, webhook_id: str, *, is_active: bool) -> SentWebhook:
        """Switch a webhook on or off, and return it; ten failures in a row switch it off.

        Args:
            webhook_id: The webhook's id.
            is_active: Whether it is to be called.

        Raises:
            NotFound: The account has no such webhook.
        """
        return await self._send(webhook_calls.set_active(webhook_id, is_active=is_active))

    async def event_types(self) -> list[SentEventType]:
        """Return the families of events that there are."""
        return Models(await self._send(webhook_calls.event_types()))

    def deliveries(
        self, webhook_id: str, *, search: str | Unset = UNSET, page_size: int = 20
    ) -> AsyncIterator[SentDelivery]:
        """List the events that a webhook was called for.

        Args:
            webhook_id: The webhook's id.
            search: Only those with this in them.
            page_size: How many events a request brings.

        Raises:
            NotFound: The account has no such webhook.
        """
        first = webhook_calls.deliveries(webhook_id, search=search, page_size=page_size)
        return Pages(self._send, first)

    async def rotate_secret(self, webhook_id: str) -> SentSigningSecret:
        """Replace a webhook's secret and return the new one; the old one is worthless at once.

        Args:
            webhook_id: The webhook's id.

        Raises:
            NotFound: The account has no such webhook.
            RateLimited: Sent allows 10 of these in a minute.
        """
        return await self._send(webhook_calls.rotate_secret(webhook_id))

    async def test(self, webhook_id: str, *, event_type: str) -> SentWebhookTest:
        """Have a webhook called once, and return what came of it.

        Args:
            webhook_id: The webhook's id.
            event_type: The event to pretend.

        Raises:
            NotFound: The account has no such webhook.
            RateLimited: Sent allows 10 of these in a minute.
        """
        return await self._send(webhook_calls.test(webhook_id, event_type=event_type))
