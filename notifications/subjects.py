"""What a delivery tells of: a message, a mailbox that is full, or a delivery that failed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TypedDict

from notifications.outcome import NotWanted
from storage.companies.directory import Site
from storage.errors import NotFound
from storage.messages.message import Message, Party
from storage.messages.repository import MessageRepository
from storage.notifications.delivery import UNHEARD, Delivery, DeliveryJson
from storage.notifications.queue import Deliveries
from storage.text import plain


class FullMailboxJson(TypedDict):
    """A full mailbox, with the names that a message has for the same."""

    company: str
    box: str
    mailbox: str | None
    addressee: Party
    max_messages: int | None


@dataclass(frozen=True)
class FullMailbox:
    """A mailbox that holds as many messages as it may: an employee's, or ("") the company's."""

    company: str
    extension: str
    name: str
    most: int | None

    def as_json(self) -> FullMailboxJson:
        """For webhooks; all texts are plain."""
        return {
            "company": plain(self.company),
            "box": "employee" if self.extension else "company",
            "mailbox": self.extension or None,
            "addressee": {"name": plain(self.name), "number": self.extension},
            "max_messages": self.most,
        }


@dataclass(frozen=True)
class FailedDelivery:
    """A delivery that failed, whose mailbox it told of, and the message, if it was one's."""

    delivery: Delivery
    extension: str
    name: str
    message: Message | None

    def as_json(self) -> DeliveryJson:
        """For webhooks."""
        return self.delivery.as_json()


Subject = Message | FullMailbox | FailedDelivery


def subject_of(
    delivery: Delivery, site: Site, mailbox: str, messages: MessageRepository, queue: Deliveries
) -> Subject:
    """What the delivery tells of; ``mailbox`` is whose it is now. Raises NotWanted."""
    if delivery.event == "box.full":
        office = site.office
        name = office.employees[mailbox].name if mailbox else office.company.name
        return FullMailbox(office.company.name, mailbox, name, office.voicemail.max_messages)
    if delivery.event == "delivery.failed":
        return _failed(delivery, site, mailbox, messages, queue)
    try:
        message = messages.get(delivery.message_id or "")
    except NotFound:
        raise NotWanted("the message is gone") from None
    if delivery.event == UNHEARD and not messages.is_unheard(message.id):
        if message.deleted_at is not None:
            raise NotWanted("the message was deleted meanwhile")
        raise NotWanted("the message was heard meanwhile")
    if delivery.employee_id is not None:  # holds are told to administrators only
        message = replace(message, hold=None)
    return message


def _failed(
    delivery: Delivery, site: Site, mailbox: str, messages: MessageRepository, queue: Deliveries
) -> FailedDelivery:
    try:
        failed = queue.get(delivery.about or "")
    except NotFound:
        raise NotWanted("the delivery is gone") from None
    message = None
    if failed.message_id is not None:
        with suppress(NotFound):
            message = messages.get(failed.message_id)
    name = site.office.employees[mailbox].name if mailbox else ""
    return FailedDelivery(failed, mailbox, name, message)
