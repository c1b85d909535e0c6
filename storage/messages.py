"""Keeping messages: a draft before the recording, a kept message after it.

Every step can be repeated, after a crash at any point and by several at once: the draft's id
names the recording, the audio and the row, and only one change of state wins.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage import tally, unheard
from storage.audio import Audio
from storage.database import Database
from storage.errors import DatabaseUnavailable, NotFound
from storage.identifiers import id_of_file, new_id, new_place
from storage.models import MessageRow
from storage.news import announce
from storage.rows import Box, Mailbox, Source, new_row
from storage.speech import speech_seconds
from storage.spool import Refused, read_recording, remove_recording, secure_recording
from storage.vault import AudioStore

__all__ = ["Box", "Draft", "Empty", "Kept", "Mailbox", "Messages", "Source"]

# "empty" is not final: should audio turn up after all, the message is still kept.
UNSETTLED = ("recording", "empty")
# Two messages of one millisecond share a place once in a million times.
INSERT_TRIES = 5


@dataclass(frozen=True)
class Draft:
    """A message about to be recorded; ``id`` is also the recording's name."""

    id: str


@dataclass(frozen=True)
class Kept:
    """The message is on disk and in the database; ``duration`` is in seconds."""

    id: str
    duration: float


@dataclass(frozen=True)
class Empty:
    """Nothing was kept: there were only ``speech`` seconds of speech, or no recording at all."""

    id: str
    speech: float


@dataclass(frozen=True)
class _Contents:
    """What becomes known when a recording is finished: columns of its row."""

    state: Literal["kept", "empty"]
    speech: float
    cut_off: bool
    duration: float | None = None
    size: int | None = None
    sha256: str | None = None
    peaks: bytes | None = None
    audio_key: str | None = None


class Messages:
    """Where messages are kept. Synchronous and safe to use from many threads."""

    def __init__(self, database: Database, audio: AudioStore, recordings: Path) -> None:
        """``recordings`` is the folder where Asterisk records."""
        self._database = database
        self._audio = audio
        self.recordings = recordings
        self.refused = Refused()

    def begin(
        self,
        mailbox: Mailbox,
        *,
        caller_number: str,
        caller_name: str = "",
        dialled: str = "",
        source: Source,
        call_id: str,
        min_speech: float,
        replaces: Draft | None = None,
    ) -> Draft:
        """Write down that a message is about to be recorded. Raises DatabaseUnavailable.

        ``min_speech`` is in seconds: a recording with less is not kept. ``replaces`` is what the
        caller recorded before and takes back, should this one be kept.
        """
        now = datetime.now(UTC)
        row = self._add(
            new_row(
                mailbox,
                message_id=new_id(now),
                received_at=now,
                caller_number=caller_number,
                caller_name=caller_name,
                dialled=dialled,
                source=source,
                call_id=call_id,
                min_speech=min_speech,
                replaces=replaces.id if replaces else None,
            )
        )
        return Draft(row.id)

    def has_speech(self, draft_id: str, min_speech: float) -> bool:
        """Whether the draft's recording holds ``min_speech`` seconds of speech; changes nothing.

        Raises AudioError.
        """
        path = self.recordings / f"{draft_id}.wav"
        secure_recording(path)
        audio = read_recording(path)
        return audio is not None and speech_seconds(audio, min_speech) >= min_speech

    def finish(self, draft_id: str, *, cut_off: bool = False) -> Kept | Empty:
        """Keep the draft's recording, if there is speech enough in it.

        May be called again, and by several at once. ``cut_off`` marks a message whose end was
        lost. Raises AudioError or DatabaseUnavailable; then recording and draft are as before.
        """
        path = self.recordings / f"{draft_id}.wav"
        secure_recording(path)
        row = self._find(draft_id)
        if row is None:
            raise NotFound(f"there is no draft {draft_id}")
        if row.state in UNSETTLED:
            row = self._settle(row, read_recording(path), cut_off=cut_off)
        remove_recording(path)
        return _outcome(row)

    def take_in(
        self,
        path: Path,
        *,
        mailbox: Mailbox,
        caller_number: str,
        caller_name: str = "",
        dialled: str = "",
        received_at: datetime,
        source: Source,
        call_id: str = "",
        min_speech: float,
        message_id: str | None = None,
    ) -> Kept | Empty:
        """Keep a recording that has no draft, and remove the file.

        The same file is taken in once, however often it is tried. Raises AudioError or
        DatabaseUnavailable; then the file is as before.
        """
        audio = read_recording(path)
        secure_recording(path)
        row = new_row(
            mailbox,
            message_id=message_id or id_of_file(path.name, audio.sha256 if audio else ""),
            received_at=received_at,
            caller_number=caller_number,
            caller_name=caller_name,
            dialled=dialled,
            source=source,
            call_id=call_id,
            min_speech=min_speech,
        )
        there = self._find(row.id)
        settled = self._settle(there, audio) if there else self._insert(row, audio)
        remove_recording(path)
        return _outcome(settled)

    def _settle(self, row: MessageRow, audio: Audio | None, *, cut_off: bool = False) -> MessageRow:
        """Settle a draft: audio first, then one short transaction that the state guards."""
        if row.state not in UNSETTLED:
            return row
        contents = self._store(row, audio, cut_off=cut_off)
        with self._database.session() as session:
            settled_now = session.scalars(
                update(MessageRow)
                .where(MessageRow.id == row.id, MessageRow.state.in_(UNSETTLED))
                .values(asdict(contents))
                .returning(MessageRow.place)
            ).all()
            settled = session.scalars(select(MessageRow).where(MessageRow.id == row.id)).one()
            replaced = _take_back(session, settled) if settled.state == "kept" else []
            if settled_now:
                _arrive(session, settled)
        for taken_back in replaced:
            remove_recording(self.recordings / f"{taken_back}.wav")
        if contents.audio_key and settled.audio_key is None:
            self._audio.delete(contents.audio_key)  # the draft was discarded in the meantime
        return settled

    def _insert(self, row: MessageRow, audio: Audio | None) -> MessageRow:
        """Make a message that had no draft; the one with its id, if another was faster."""
        for name, value in asdict(self._store(row, audio, cut_off=False)).items():
            setattr(row, name, value)
        return self._add(row)

    def _store(self, row: MessageRow, audio: Audio | None, *, cut_off: bool) -> _Contents:
        """Measure the recording and, if it is worth keeping, put its audio where it stays."""
        speech = speech_seconds(audio, row.min_speech) if audio else 0.0
        if audio is None or speech < row.min_speech:
            return _Contents("empty", speech, cut_off)
        key = f"{row.received_at.astimezone(UTC):%Y/%m}/{row.id}.wav"
        self._audio.put(key, audio.wav)
        return _Contents(
            state="kept",
            speech=speech,
            cut_off=cut_off or audio.repaired,
            duration=audio.duration,
            size=audio.size,
            sha256=audio.sha256,
            peaks=audio.peaks,
            audio_key=key,
        )

    def _add(self, row: MessageRow) -> MessageRow:
        """Insert the row; the one with its id, if that was there before."""
        for _ in range(INSERT_TRIES):
            row.place = new_place(row.received_at)
            try:
                with self._database.session() as session:
                    session.add(row)
                    session.flush()
                    _arrive(session, row)
            except IntegrityError:
                if there := self._find(row.id):
                    return there
            else:
                return row
        raise DatabaseUnavailable("the database refuses the message")

    def _find(self, message_id: str) -> MessageRow | None:
        with self._database.reading() as session:
            return session.scalars(select(MessageRow).where(MessageRow.id == message_id)).first()


def _arrive(session: Session, row: MessageRow) -> None:
    """Let everybody know of a message kept in this transaction: the last thing in it."""
    if row.state == "kept":
        unheard.arrive(session, row)
        tally.count(session, [row], 1)
        announce(session, "kept", [row])


def _take_back(session: Session, kept: MessageRow) -> list[str]:
    """Discard the drafts that a kept message replaces, and those that they replace; their ids."""
    taken_back: list[str] = []
    earlier = kept.replaces
    while earlier:
        row = session.scalars(
            select(MessageRow).where(MessageRow.id == earlier, MessageRow.state.in_(UNSETTLED))
        ).first()
        if row is None:
            break
        row.state = "discarded"
        taken_back.append(row.id)
        earlier = row.replaces
    return taken_back


def _outcome(row: MessageRow) -> Kept | Empty:
    if row.state == "kept":
        return Kept(row.id, row.duration or 0.0)
    return Empty(row.id, row.speech or 0.0)
