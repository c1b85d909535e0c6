"""One delivery on its way: what is to be said is put together anew with each try, and sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, Final, cast

from aiohttp import ClientSession

from notifications import chat, mail, webhooks
from notifications.attachments import recording_of
from notifications.mail import Recording
from notifications.outcome import NotWanted, NotYet
from notifications.summaries import see_that_it_is_wanted, tell_summary
from storage.companies.directory import Site
from storage.companies.store import Offices
from storage.errors import NotFound
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import UNHEARD, Delivery
from storage.notifications.outbox import destinations_of
from storage.notifications.own_address import CONFIRM, beside
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.queue import Deliveries
from storage.notifications.summaries import EVENTS, Summary, summary_of
from storage.office.notify import (
    AnyDestination,
    ChatDestination,
    MailDestination,
    Occasion,
    WebhookDestination,
)
from storage.office.times import within
from storage.settings import ChatSettings
from storage.settings_sections import MailSettings, WebhookSettings
from web.letters.confirmation import confirmation
from web.letters.letter import letter
from web.letters.short import ShortLetter, short_letter

BRINGING: Final = ("message.kept", UNHEARD)
"""What brings the recording along, where that is wanted."""


@dataclass(frozen=True)
class Sending:
    """How a destination is told of a message. ``web_url`` is where links begin."""

    messages: MessageRepository
    mail: MailSettings
    webhooks: WebhookSettings
    web_url: str
    own: OwnAddresses
    chat: ChatSettings = field(default_factory=ChatSettings)

    async def send(
        self, session: ClientSession, delivery: Delivery, offices: Offices, queue: Deliveries
    ) -> str:
        """Send it: the other side's answer.

        Raises TryAgain, Refused, NotWanted, NotYet, StorageError.
        """
        if delivery.event == CONFIRM:
            asking = await asyncio.to_thread(self._compose_confirmation, delivery, offices)
            return await mail.send(asking, self.mail)
        told = await asyncio.to_thread(self._destination, delivery, offices, queue)
        if delivery.event in EVENTS:
            summary = await asyncio.to_thread(summary_of, queue.database, self.messages, delivery)
            return await self.tell_summary(session, delivery, *told, summary)
        site, destination, _ = told
        message = await asyncio.to_thread(self._message, delivery)
        return await self.tell(session, delivery, site, destination, message)

    async def tell(
        self,
        session: ClientSession,
        delivery: Delivery,
        site: Site,
        destination: AnyDestination,
        message: Message,
    ) -> str:
        """As `send`, where it is known already who is told of what."""
        if isinstance(destination, WebhookDestination):
            body = webhook_body(delivery, message)
            return await webhooks.send(session, destination, self.webhooks, delivery.id, body)
        if isinstance(destination, ChatDestination):
            told = await asyncio.to_thread(self._short, delivery, site, destination, message)
            return await chat.send(session, destination.chat, *told, self.chat, self.webhooks)
        assert isinstance(destination, MailDestination)
        composed = await asyncio.to_thread(self._compose, delivery, site, destination, message)
        return await mail.send(composed, self.mail)

    async def tell_summary(
        self,
        session: ClientSession,
        delivery: Delivery,
        site: Site,
        destination: AnyDestination,
        mailbox: str,
        summary: Summary,
    ) -> str:
        """As `tell`, of many messages of a mailbox: an extension's, or "" the company's."""
        see_that_it_is_wanted(summary)
        return await tell_summary(
            *(session, delivery, site, destination, mailbox, summary),
            settings=(self.mail, self.webhooks, self.chat),
            web_url=self.web_url,
        )

    def _destination(
        self, delivery: Delivery, offices: Offices, queue: Deliveries
    ) -> tuple[Site, AnyDestination, str]:
        """Who is told now, as it is set now, and of which mailbox."""
        site = offices.snapshot().offices.get(delivery.company_id)
        if site is None:
            raise NotWanted("the company is gone")
        mailbox = queue.mailbox_of(delivery)
        told = () if mailbox is None else destinations_of(site.office, mailbox)
        if mailbox and delivery.employee_id:
            told = beside(told, self.own.told(delivery.employee_id))
        # Other mailboxes may have the same address with another secret, or without the recording.
        destination = next((each for each in told if each.key == delivery.destination), None)
        if destination is None or mailbox is None:
            raise NotWanted("the destination was removed")
        now = datetime.now(UTC)
        begins = within(now, destination.between, site.office.company.timezone)
        if begins > now:
            raise NotYet(begins)
        return site, destination, mailbox

    def _message(self, delivery: Delivery) -> Message:
        try:
            message = self.messages.get(delivery.message_id or "")
        except NotFound:
            raise NotWanted("the message is gone") from None
        if delivery.event == UNHEARD and not self.messages.is_unheard(message.id):
            deleted = message.deleted_at is not None
            raise NotWanted(f"the message was {'deleted' if deleted else 'heard'} meanwhile")
        if delivery.employee_id is not None:  # holds are told to administrators only
            message = replace(message, hold=None)
        return message

    def _short(
        self, delivery: Delivery, site: Site, destination: ChatDestination, message: Message
    ) -> tuple[ShortLetter, Recording | None]:
        recording = None
        if destination.attach != "none" and delivery.event in BRINGING:
            limit = chat.largest(destination.chat)
            recording = recording_of(self.messages, message, destination.attach, limit)
        link = f"{self.web_url}/messages/{message.id}"
        short = short_letter(message, cast(Occasion, delivery.event), site.office.company, link)
        return short, recording

    def _compose_confirmation(self, delivery: Delivery, offices: Offices) -> EmailMessage:
        site = offices.snapshot().offices.get(delivery.company_id)
        asked = self.own.code(delivery.destination, delivery.employee_id)
        if site is None or asked is None:
            raise NotWanted("nobody waits for the code any more")
        return mail.compose(
            confirmation(asked, site.office.company, f"{self.web_url}/account"),
            self.mail,
            to=delivery.address,
            delivery_id=delivery.id,
            at=delivery.event_at.timestamp(),
            list_name=site.office.company.name,
        )

    def _compose(
        self, delivery: Delivery, site: Site, destination: MailDestination, message: Message
    ) -> EmailMessage:
        recording = None
        if destination.attach != "none" and delivery.event in BRINGING:
            limit = destination.attach_up_to
            recording = recording_of(self.messages, message, destination.attach, limit)
        event = cast(Occasion, delivery.event)
        link = f"{self.web_url}/messages/{message.id}"
        written = letter(
            message, event, site.office.company, link, recording.name if recording else ""
        )
        return mail.compose(
            written,
            self.mail,
            to=destination.mail,
            delivery_id=delivery.id,
            at=delivery.event_at.timestamp(),
            list_name=site.office.company.name,
            recording=recording,
        )


def webhook_body(delivery: Delivery, message: Message) -> dict[str, Any]:
    """What a webhook says: the event, when it happened, and the message as the API tells it."""
    return {
        "type": delivery.event,
        "timestamp": delivery.event_at.isoformat(timespec="milliseconds"),
        "data": message.as_json(),
    }
