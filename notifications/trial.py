"""Trying destinations by hand: each is told of a message once, and its answer is shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from aiohttp import ClientSession

from notifications import webhooks
from notifications.outcome import NotWanted, Refused, TryAgain
from notifications.sending import Sending
from storage.companies.directory import Site
from storage.identifiers import new_id
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import DIGEST, UNHEARD, Delivery
from storage.notifications.own_addresses import OwnAddresses
from storage.notifications.summaries import Summary
from storage.office.notify import AnyDestination, daily_of
from storage.settings import Settings

Outcome = tuple[str, bool, str]
"""An address, whether it took it, and what it answered."""


async def try_all(
    settings: Settings,
    messages: MessageRepository,
    own: OwnAddresses,
    site: Site,
    destinations: tuple[AnyDestination, ...],
    message: Message,
) -> list[Outcome]:
    """Tell all destinations now, whenever they are told otherwise.

    Nothing is queued, and nothing is tried again.
    """
    sending = Sending(
        messages, settings.mail, settings.webhooks, settings.web_url, own, settings.chat
    )
    async with webhooks.client(settings.webhooks) as session:
        return list(
            await asyncio.gather(
                *(_try(sending, session, site, each, message) for each in destinations)
            )
        )


async def _try(
    sending: Sending,
    session: ClientSession,
    site: Site,
    destination: AnyDestination,
    message: Message,
) -> Outcome:
    now = datetime.now(UTC)
    is_daily = daily_of(destination) is not None
    event = DIGEST if is_daily else UNHEARD if destination.is_reminder else "message.kept"
    delivery = Delivery(
        id=new_id(now),
        company_id=site.company_id,
        employee_id=None,
        kind=destination.kind,
        destination=destination.key,
        address=destination.address,
        event=event,
        message_id=message.id,
        event_at=now,
        made_at=now,
        state="waiting",
        tries=1,
        next_try_at=now,
        ended_at=None,
        answer="",
    )
    try:
        if is_daily:
            mailbox = message.addressee_number if message.box == "employee" else ""
            told = (site, destination, mailbox, Summary(DIGEST, [message], 1))
            answer = await sending.tell_summary(session, delivery, *told)
        else:
            answer = (await sending.tell(session, delivery, site, destination, message)).answer
    except (TryAgain, Refused, NotWanted) as error:
        return destination.address, False, str(error)
    return destination.address, True, answer
