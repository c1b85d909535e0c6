"""One delivery on its way: what is to be said is put together anew with each try, and sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from email.message import EmailMessage
from typing import Any, cast

from aiohttp import ClientSession

from notifications import chat, mail, webhooks
from notifications.attachments import recording_of
from notifications.mail import Recording
from notifications.outcome import NotWanted
from storage.companies.directory import Site
from storage.companies.store import Offices
from storage.errors import NotFound
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import Delivery
from storage.notifications.outbox import destinations_of
from storage.notifications.own_address import CONFIRM, beside
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.queue import Deliveries
from storage.office.notify import (
    AnyDestination,
    ChatDestination,
    Event,
    MailDestination,
    WebhookDestination,
)
from storage.settings import ChatSettings
from storage.settings_sections import MailSettings, WebhookSettings
from web.letters.confirmation import confirmation
from web.letters.letter import letter
from web.letters.short import ShortLetter, short_letter


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
        """Send it: the other side's answer. Raises TryAgain, Refused, NotWanted, StorageError."""
        if delivery.event == CONFIRM:
            asking = await asyncio.to_thread(self._compose_confirmation, delivery, offices)
            return await mail.send(asking, self.mail)
        found = await asyncio.to_thread(self._look_up, delivery, offices, queue)
        return await self.tell(session, delivery, *found)

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

    def _look_up(
        self, delivery: Delivery, offices: Offices, queue: Deliveries
    ) -> tuple[Site, AnyDestination, Message]:
        site = offices.snapshot().offices.get(delivery.company_id)
        if site is None:
            raise NotWanted("the company is gone")
        mailbox = queue.mailbox_of(delivery)
        told = () if mailbox is None else destinations_of(site.office, mailbox)
        if mailbox and delivery.employee_id:
            told = beside(told, self.own.told(delivery.employee_id))
        # Other mailboxes may have the same address with another secret, or without the recording.
        destination = next((each for each in told if each.key == delivery.destination), None)
        if destination is None:
            raise NotWanted("the destination was removed")
        try:
            message = self.messages.get(delivery.message_id or "")
        except NotFound:
            raise NotWanted("the message is gone") from None
        if delivery.employee_id is not None:  # holds are told to administrators only
            message = replace(message, hold=None)
        return site, destination, message

    def _short(
        self, delivery: Delivery, site: Site, destination: ChatDestination, message: Message
    ) -> tuple[ShortLetter, Recording | None]:
        recording = None
        if destination.attach != "none" and delivery.event == "message.kept":
            limit = chat.largest(destination.chat)
            recording = recording_of(self.messages, message, destination.attach, limit)
        link = f"{self.web_url}/messages/{message.id}"
        short = short_letter(message, cast(Event, delivery.event), site.office.company, link)
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
        if destination.attach != "none" and delivery.event == "message.kept":
            limit = destination.attach_up_to
            recording = recording_of(self.messages, message, destination.attach, limit)
        event = cast(Event, delivery.event)
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
