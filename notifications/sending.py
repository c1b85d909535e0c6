"""One delivery on its way: what is to be said is put together anew with each try, and sent."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, Literal

from aiohttp import ClientSession

from notifications import chat, mail, webhooks
from notifications.letters import compose, compose_short
from notifications.outcome import NotWanted, NotYet, Sent
from notifications.subjects import Subject, subject_of
from notifications.summaries import see_that_it_is_wanted, tell_summary
from storage.companies.destinations import COMPANY_GONE, REMOVED
from storage.companies.directory import Site
from storage.companies.store import Offices
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import Delivery
from storage.notifications.own_address import CONFIRM, beside
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.queue import Deliveries
from storage.notifications.summaries import SUMMARIES, Summary, summary_of
from storage.office.notify import (
    AnyDestination,
    ChatDestination,
    MailDestination,
    WebhookDestination,
)
from storage.office.times import time_within, within
from storage.office.told import destinations_of
from storage.settings import ChatSettings
from storage.settings_sections import MailSettings, WebhookSettings
from web.letters.confirmation import confirmation


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
    ) -> Sent:
        """Send it: the other side's answer.

        Raises TryAgain, Refused, NotWanted, NotYet, StorageError.
        """
        if delivery.event == CONFIRM:
            asking = await asyncio.to_thread(self._compose_confirmation, delivery, offices)
            return Sent(await mail.send(asking, self.mail))
        told = await asyncio.to_thread(self._due_destination, delivery, offices, queue)
        if delivery.event in SUMMARIES:
            summary = await asyncio.to_thread(summary_of, queue.database, self.messages, delivery)
            return Sent(await self.tell_summary(session, delivery, *told, summary))
        site, destination, mailbox = told
        subject = await asyncio.to_thread(subject_of, delivery, site, mailbox, self.messages, queue)
        return await self.tell(session, delivery, site, destination, subject)

    async def tell(
        self,
        session: ClientSession,
        delivery: Delivery,
        site: Site,
        destination: AnyDestination,
        subject: Subject,
    ) -> Sent:
        """As `send`, where it is known already who is told of what."""
        # In threads: files are read, sounds converted, templates rendered.
        in_thread, messages = asyncio.to_thread, self.messages
        if isinstance(destination, WebhookDestination):
            body = await in_thread(self._body, delivery, subject)
            return Sent(await webhooks.send(session, destination, self.webhooks, delivery.id, body))
        if isinstance(destination, ChatDestination):
            told = await in_thread(
                compose_short, delivery, site, destination, subject, messages, self.web_url
            )
            said = await chat.send(session, destination.chat, *told, self.chat, self.webhooks)
            return Sent(said)
        assert isinstance(destination, MailDestination)
        made = await in_thread(
            compose, delivery, site, destination, subject, messages, self.mail, self.web_url
        )
        answer = await mail.send(made.mail, self.mail)
        return Sent(f"{answer} ({made.note})" if made.note else answer, made.then)

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

    def tried_for(self, delivery: Delivery, offices: Offices, queue: Deliveries) -> timedelta:
        """For how long it might have been sent so far, by the times of its destination."""
        since, now = delivery.due_at or delivery.made_at, datetime.now(UTC)
        if delivery.by_hand or delivery.event == CONFIRM:
            return now - since
        try:
            site, destination, _ = self._destination(delivery, offices, queue)
        except NotWanted:
            return now - since
        return time_within(since, now, destination.between, site.office.company.timezone)

    def _due_destination(
        self, delivery: Delivery, offices: Offices, queue: Deliveries
    ) -> tuple[Site, AnyDestination, str]:
        """Who is told now, and of which mailbox. Raises NotWanted, NotYet."""
        site, destination, mailbox = self._destination(delivery, offices, queue)
        now = datetime.now(UTC)
        begins = within(now, destination.between, site.office.company.timezone)
        if begins > now and not delivery.by_hand:
            raise NotYet(begins)
        return site, destination, mailbox

    def _destination(
        self, delivery: Delivery, offices: Offices, queue: Deliveries
    ) -> tuple[Site, AnyDestination, str]:
        """Who is told, as it is set now, and of which mailbox. Raises NotWanted."""
        site = offices.snapshot().offices.get(delivery.company_id)
        if site is None:
            raise NotWanted(COMPANY_GONE)
        mailbox = queue.mailbox_of(delivery)
        told: tuple[AnyDestination, ...] = ()
        if mailbox is not None:
            told = destinations_of(site.office, mailbox)
        if mailbox and delivery.employee_id:
            told = beside(told, self.own.told(delivery.employee_id))
            language = self.own.language(delivery.employee_id, delivery.destination)
            site = _speaking(site, language)
        # Other mailboxes may have the same address with another secret, or without the recording.
        destination = next((each for each in told if each.key == delivery.destination), None)
        if destination is None or mailbox is None:
            raise NotWanted(REMOVED)
        return site, destination, mailbox

    def _body(self, delivery: Delivery, subject: Subject) -> dict[str, Any]:
        body = webhook_body(delivery, subject)
        if isinstance(subject, Message):
            there = subject.deleted_at is None
            link = f"{self.web_url}{self.messages.links.new(subject.id)}" if there else None
            body["audio_url"] = link
        return body

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


def _speaking(site: Site, language: Literal["ru", "en"] | None) -> Site:
    """The same company, in the language of somebody in it."""
    if language is None:
        return site
    company = site.office.company.model_copy(update={"language": language})
    return replace(site, office=site.office.model_copy(update={"company": company}))


def webhook_body(delivery: Delivery, subject: Subject) -> dict[str, Any]:
    """What a webhook says: the event, when it happened, and what of, as the API tells it."""
    return {
        "type": delivery.event,
        "timestamp": delivery.event_at.isoformat(timespec="milliseconds"),
        "data": subject.as_json(),
    }
