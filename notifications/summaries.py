"""Sending what is about many messages: a day's digest, or how many there were beyond an hour's."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from aiohttp import ClientSession

from notifications import chat, mail, webhooks
from notifications.outcome import NotWanted
from storage.companies.directory import Site
from storage.notifications.delivery import DIGEST, MORE, Delivery
from storage.notifications.summaries import Summary
from storage.office.notify import (
    AnyDestination,
    ChatDestination,
    MailDestination,
    WebhookDestination,
)
from storage.settings import ChatSettings
from storage.settings_sections import MailSettings, WebhookSettings
from web.letters.summary import list_address, short_summary, summary_letter

_NOTHING: Final = {
    DIGEST: "everything was heard meanwhile",
    MORE: "what it counts was sent or cancelled by itself",
}


def see_that_it_is_wanted(summary: Summary) -> None:
    """Raises NotWanted where there is nothing to tell any more."""
    if summary.count == 0:
        raise NotWanted(_NOTHING[summary.event])


async def tell_summary(
    session: ClientSession,
    delivery: Delivery,
    site: Site,
    destination: AnyDestination,
    mailbox: str,
    summary: Summary,
    *,
    settings: tuple[MailSettings, WebhookSettings, ChatSettings],
    web_url: str,
) -> str:
    """Send it: the other side's answer. Raises TryAgain, Refused."""
    mail_settings, webhook_settings, chat_settings = settings
    about = (summary.event, summary.messages, summary.count, site.office.company, web_url, mailbox)
    if isinstance(destination, WebhookDestination):
        body = summary_body(delivery, mailbox, summary, web_url)
        return await webhooks.send(session, destination, webhook_settings, delivery.id, body)
    if isinstance(destination, ChatDestination):
        short = await asyncio.to_thread(short_summary, *about, since=summary.since)
        told = (session, destination.chat, short, None, chat_settings, webhook_settings)
        return await chat.send(*told)
    assert isinstance(destination, MailDestination)
    written = await asyncio.to_thread(summary_letter, *about, since=summary.since)
    composed = mail.compose(
        written,
        mail_settings,
        to=destination.mail,
        delivery_id=delivery.id,
        at=delivery.event_at.timestamp(),
        list_name=site.office.company.name,
    )
    return await mail.send(composed, mail_settings)


def summary_body(
    delivery: Delivery, mailbox: str, summary: Summary, web_url: str
) -> dict[str, Any]:
    """What a webhook says: how many there are, the newest messages, and where all are listed."""
    return {
        "type": delivery.event,
        "timestamp": delivery.event_at.isoformat(timespec="milliseconds"),
        "data": {
            "mailbox": mailbox or None,
            "count": summary.count,
            "messages": [message.as_json() for message in summary.messages],
            "url": f"{web_url}{list_address(mailbox)}",
        },
    }
