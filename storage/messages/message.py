"""A kept message, as everybody outside of storage knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypedDict, cast
from zoneinfo import ZoneInfo

from storage.database.tables import MessageRow
from storage.messages.envelope import Box, Source
from storage.text import plain

State = Literal["new", "heard"]


class Party(TypedDict):
    """Somebody's name and number."""

    name: str
    number: str


class MessageJson(TypedDict):
    """A message as lists print it."""

    id: str
    box: str
    company: str
    addressee: Party
    caller: Party
    dialled: str
    received_at: str
    duration: float
    state: str
    sha256: str
    bytes: int
    source: str
    held: bool
    kind: str
    mailbox: str | None
    quiet: bool
    cut_off: bool
    urgent: bool
    handling: str | None
    text: str | None


@dataclass(frozen=True)
class Hold:
    """Why a message must not be deleted: since when, by whom, and the reason in words."""

    since: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Message:
    """A kept message.

    Callers' names and numbers are as received: anything can be in them. ``received_at`` is in
    the company's time zone, ``duration`` in seconds, ``size`` in bytes. ``place`` is its
    position in time, for pages. ``state`` is that of the user who reads, and without one that of
    everybody: new until somebody has listened. ``quiet`` ones were kept aside as probably empty,
    and are new to nobody. ``company_id`` is None where no company could be
    found for the message. ``hold`` is told to those who may see the trash. ``call_id`` is
    Asterisk's id of the call in which it was left. ``loudness`` is empty for messages from before
    it was measured, which are drawn from their ``peaks``.
    """

    id: str
    company_id: str | None
    company: str
    box: Box
    addressee_name: str
    addressee_number: str
    caller_number: str
    caller_name: str
    dialled: str
    received_at: datetime
    duration: float
    size: int
    sha256: str
    source: Source
    call_id: str
    cut_off: bool
    quiet: bool
    state: State
    heard_at: datetime | None
    deleted_at: datetime | None
    audio_key: str
    peaks: bytes = field(repr=False)
    loudness: bytes = field(repr=False)
    place: int
    hold: Hold | None = None

    def as_json(self) -> MessageJson:
        """The message as ``voicepost messages list --json`` prints it; all texts are plain."""
        return {
            "id": self.id,
            "box": self.box,
            "company": plain(self.company),
            "addressee": _party(self.addressee_name, self.addressee_number),
            "caller": _party(self.caller_name, self.caller_number),
            "dialled": plain(self.dialled),
            "received_at": self.received_at.isoformat(timespec="seconds"),
            "duration": round(self.duration, 1),
            "state": self.state,
            "sha256": self.sha256,
            "bytes": self.size,
            "source": self.source,
            "held": self.hold is not None,
            "kind": "message",
            "mailbox": self.addressee_number if self.box == "employee" else None,
            "quiet": self.quiet,
            "cut_off": self.cut_off,
            # What nothing tells yet is told as absent: one shape of a message, for good.
            "urgent": False,
            "handling": None,
            "text": None,
        }


@dataclass(frozen=True)
class Page:
    """Messages, newest first; ``next`` is the ``before`` of the page that follows, if any.

    ``month`` is the only one looked through, where the search was too short for all of them.
    """

    messages: tuple[Message, ...]
    next: int | None
    month: str | None = None


def message_of(row: MessageRow, *, company: str, is_new: bool, shows_hold: bool) -> Message:
    """A row as a message; ``company`` is what the company is called now."""
    return Message(
        id=row.id,
        company_id=row.company_id,
        company=company,
        box=cast(Box, row.box),
        addressee_name=row.addressee_name,
        addressee_number=row.addressee_number,
        caller_number=row.caller_number,
        caller_name=row.caller_name,
        dialled=row.dialled,
        received_at=row.received_at.astimezone(ZoneInfo(row.timezone)),
        duration=row.duration or 0.0,
        size=row.size or 0,
        sha256=row.sha256 or "",
        source=cast(Source, row.source),
        call_id=row.call_id,
        cut_off=row.cut_off,
        quiet=row.quiet,
        state="new" if is_new and not row.quiet else "heard",
        heard_at=row.heard_at,
        deleted_at=row.deleted_at,
        audio_key=row.audio_key or "",
        peaks=row.peaks or b"",
        loudness=row.loudness or b"",
        place=row.place,
        hold=_hold_of(row) if shows_hold else None,
    )


def _hold_of(row: MessageRow) -> Hold | None:
    if row.held_at is None:
        return None
    return Hold(row.held_at, row.held_by or "", row.hold_reason or "")


class About(TypedDict):
    """What the audit log tells of a message: it is read long after the message is gone."""

    addressee: Party
    caller: Party
    received_at: str


def about(message: Message | MessageRow) -> About:
    """Whose the message is, from whom, and of when."""
    return {
        "addressee": _party(message.addressee_name, message.addressee_number),
        "caller": _party(message.caller_name, message.caller_number),
        "received_at": message.received_at.isoformat(timespec="seconds"),
    }


def _party(name: str, number: str) -> Party:
    return {"name": plain(name), "number": plain(number)}
