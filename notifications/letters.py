"""What one delivery says, at length or in short, with the recording where that is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final, cast

import structlog

from notifications import chat, mail
from notifications.attachments import recording_of
from notifications.mail import Recording
from notifications.subjects import FailedDelivery, FullMailbox, Subject
from storage.companies.directory import Site
from storage.letters.rendering import LetterFailed
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import OWN_LETTER_FAILED, UNHEARD, Delivery
from storage.office import Company
from storage.office.notify import ChatDestination, MailDestination, Occasion, OnceSent
from storage.settings_sections import MailSettings
from web.language.problems import sentence
from web.letters.letter import Letter, letter, own_letter
from web.letters.notices import Notice, failed_delivery, full_mailbox, notice_letter
from web.letters.short import ShortLetter, short_letter, short_notice

BRINGING: Final = ("message.kept", UNHEARD)
"""What brings the recording along, where that is wanted."""
AS_TOLD: Final = 200
"""Characters of what is wrong with a company's own letter, in the list of deliveries."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Composed:
    """A letter ready to be sent.

    ``then`` is what becomes of the message once it has arrived. ``note`` says what is to be known
    of it beside the mail server's answer.
    """

    mail: EmailMessage
    then: OnceSent = "keep"
    note: str = ""


def compose(
    delivery: Delivery,
    site: Site,
    destination: MailDestination,
    subject: Subject,
    messages: MessageRepository,
    settings: MailSettings,
    web_url: str,
) -> Composed:
    """The letter of a delivery. Raises StorageError where audio is not to be had just now."""
    recording, note, company = None, "", site.office.company
    match subject:
        case Message():
            recording = _recording(messages, destination, delivery.event, subject)
            attached = recording.name if recording else ""
            link = f"{web_url}/messages/{subject.id}"
            written, note = _about_message(delivery, site, subject, link, attached)
        case _:
            written = notice_letter(*_notice(subject, company, web_url))
    made = mail.compose(
        written,
        settings,
        to=destination.mail,
        delivery_id=delivery.id,
        at=delivery.event_at.timestamp(),
        list_name=company.name,
        recording=recording,
    )
    # Where the recording was too large, and only its link went, the message stays as it is.
    return Composed(made, destination.once_sent if recording is not None else "keep", note)


def compose_short(
    delivery: Delivery,
    site: Site,
    destination: ChatDestination,
    subject: Subject,
    messages: MessageRepository,
    web_url: str,
) -> tuple[ShortLetter, Recording | None]:
    """What a chat is told of the same, and the recording where it goes along. Raises as above."""
    company = site.office.company
    if not isinstance(subject, Message):
        return short_notice(*_notice(subject, company, web_url)), None
    recording = None
    if destination.attach != "none" and delivery.event in BRINGING:
        limit = chat.largest(destination.chat)
        recording = recording_of(messages, subject, destination.attach, limit)
    link = f"{web_url}/messages/{subject.id}"
    return short_letter(subject, cast(Occasion, delivery.event), company, link), recording


def _notice(
    subject: FullMailbox | FailedDelivery, company: Company, web_url: str
) -> tuple[Notice, Company, str]:
    """What is to be said of what is no message, and where it leads."""
    if isinstance(subject, FullMailbox):
        name = subject.name if subject.extension else ""
        return full_mailbox(name, subject.most, company.language), company, f"{web_url}/messages"
    whose = f"{subject.name} ({subject.extension})" if subject.extension else ""
    told = failed_delivery(subject.delivery, whose, subject.message, company)
    return told, company, f"{web_url}/deliveries/{subject.delivery.id}"


def _recording(
    messages: MessageRepository, destination: MailDestination, event: str, message: Message
) -> Recording | None:
    if destination.attach == "none" or event not in BRINGING:
        return None
    return recording_of(messages, message, destination.attach, destination.attach_up_to)


def _about_message(
    delivery: Delivery, site: Site, message: Message, link: str, attached: str
) -> tuple[Letter, str]:
    """The company's own letter, or where it cannot be made the usual one, and why."""
    office, event = site.office, cast(Occasion, delivery.event)
    note = ""
    if (wording := office.voicemail.letter) is not None:
        try:
            return own_letter(wording, message, event, office.company, link, attached), ""
        except LetterFailed as error:
            why = sentence(error.problem)
            note = f"{OWN_LETTER_FAILED}: {why}"[:AS_TOLD]
            log.warning("own letter failed", delivery=delivery.id, company=site.company_id, why=why)
    return letter(message, event, office.company, link, attached), note
