"""The row of a message as it is before anything was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from storage.models import MessageRow
from storage.text import searchable, storable

Box = Literal["company", "employee"]
Source = Literal["ari", "agi", "asterisk", "import"]


@dataclass(frozen=True)
class Mailbox:
    """Whose message it is.

    The addressee of a company's box is the company's name and the number dialled, that of an
    employee's box the name and the extension; ``numbers`` are others an employee is found by.
    ``company_id`` is None for messages nobody could be found for. Days and months of its
    messages are those of ``timezone``.
    """

    company_id: str | None
    company: str
    box: Box
    addressee_name: str
    addressee_number: str
    timezone: str = "UTC"
    numbers: tuple[str, ...] = ()


def new_row(
    mailbox: Mailbox,
    *,
    message_id: str,
    received_at: datetime,
    caller_number: str,
    caller_name: str,
    dialled: str,
    source: Source,
    call_id: str,
    min_speech: float,
    replaces: str | None = None,
) -> MessageRow:
    """A draft, not yet in the database and without a place in it."""
    zone = _zone(mailbox.timezone)
    return MessageRow(
        id=message_id,
        state="recording",
        company_id=mailbox.company_id,
        company=mailbox.company,
        box=mailbox.box,
        addressee_name=storable(mailbox.addressee_name),
        addressee_number=storable(mailbox.addressee_number),
        caller_number=storable(caller_number),
        caller_name=storable(caller_name),
        dialled=storable(dialled),
        received_at=received_at,
        timezone=zone.key,
        day=received_at.astimezone(zone).date().isoformat(),
        source=source,
        call_id=storable(call_id),
        replaces=replaces,
        min_speech=min_speech,
        addressee_words=searchable(
            mailbox.addressee_name, mailbox.addressee_number, *mailbox.numbers
        ),
        caller_words=searchable(caller_number, caller_name),
        cut_off=False,
    )


def _zone(name: str) -> ZoneInfo:
    """The zone; UTC for one this machine does not know, for no message is lost over that."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
