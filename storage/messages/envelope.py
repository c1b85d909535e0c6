"""What is known of a message before anything was recorded, and its row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from zoneinfo import ZoneInfo

from storage.database.tables import MessageRow
from storage.identifiers import new_id
from storage.text import storable
from storage.words.terms import searchable, searchable_caller

Box = Literal["company", "employee"]
Source = Literal["ari", "agi", "asterisk", "import"]
IMPORTED: Final = "import"
"""The source of messages that came from another system: they are old, and nobody is told."""


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


@dataclass(frozen=True)
class Envelope:
    """A message without its contents: for whom it is, from whom, and when it came.

    ``id`` also names the recording. ``min_speech`` is in seconds: a recording with less is kept
    aside as probably empty. ``replaces`` is the draft that the caller takes back, should there be
    speech in this one.
    """

    id: str
    mailbox: Mailbox
    received_at: datetime
    caller_number: str
    caller_name: str
    dialled: str
    source: Source
    call_id: str
    min_speech: float
    replaces: str | None = None


def new_envelope(
    mailbox: Mailbox,
    *,
    caller_number: str,
    caller_name: str = "",
    dialled: str = "",
    source: Source,
    call_id: str,
    min_speech: float,
    replaces: str | None = None,
) -> Envelope:
    """The envelope of a message that is about to be recorded."""
    now = datetime.now(UTC)
    return Envelope(
        id=new_id(now),
        mailbox=mailbox,
        received_at=now,
        caller_number=caller_number,
        caller_name=caller_name,
        dialled=dialled,
        source=source,
        call_id=call_id,
        min_speech=min_speech,
        replaces=replaces,
    )


def new_row(envelope: Envelope) -> MessageRow:
    """A draft, not yet in the database and without a place in it."""
    mailbox, received_at = envelope.mailbox, envelope.received_at
    zone = _zone(mailbox.timezone)
    return MessageRow(
        id=envelope.id,
        state="recording",
        company_id=mailbox.company_id,
        company=storable(mailbox.company),
        box=mailbox.box,
        addressee_name=storable(mailbox.addressee_name),
        addressee_number=storable(mailbox.addressee_number),
        caller_number=storable(envelope.caller_number),
        caller_name=storable(envelope.caller_name),
        dialled=storable(envelope.dialled),
        received_at=received_at,
        timezone=zone.key,
        day=received_at.astimezone(zone).date().isoformat(),
        source=envelope.source,
        call_id=storable(envelope.call_id),
        replaces=envelope.replaces,
        min_speech=envelope.min_speech,
        addressee_words=searchable(
            mailbox.addressee_name, (mailbox.addressee_number, *mailbox.numbers), zone.key
        ),
        caller_words=searchable_caller(envelope.caller_number, envelope.caller_name, zone.key),
        cut_off=False,
        quiet=False,
        new_in_box=True,
    )


def audio_key(row: MessageRow) -> str:
    """Where the audio of a message is kept."""
    return f"{row.received_at.astimezone(UTC):%Y/%m}/{row.id}.wav"


def _zone(name: str) -> ZoneInfo:
    """The zone; UTC for one this machine does not know, for no message is lost over that."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")
