"""Keeping messages: a draft before the recording, a kept message after it.

Every step can be repeated, after a crash at any point and by several at once: the draft's id
names the recording, the audio and the row, and only one change of state wins.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from storage.audio.noise import is_only_noise
from storage.audio.recordings import (
    is_cut_off,
    mark_cut_off,
    parts_of,
    read_recording,
    remove_recording,
    secure_recording,
)
from storage.audio.speech import speech_seconds
from storage.audio.store import AudioStore, LocalAudio
from storage.audio.wav import Audio
from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.errors import NotFound
from storage.files.free_space import check_room, is_full
from storage.identifiers import id_of_file
from storage.intake.draft_files import DraftFiles
from storage.intake.drafts import Drafts
from storage.intake.leftovers import Leftovers
from storage.intake.rows import Contents, MessageRows, is_unsettled
from storage.messages.envelope import Box, Envelope, Mailbox, Source, audio_key, new_row
from storage.metrics import count_settled

__all__ = ["Box", "Draft", "Empty", "Intake", "Kept", "Mailbox", "Source"]


@dataclass(frozen=True)
class Draft:
    """A message about to be recorded; ``id`` is also the recording's name.

    ``row`` is what the database was told of it, by whoever begins and finishes it.
    """

    id: str
    row: MessageRow | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Kept:
    """The message is on disk and in the database; ``duration`` is in seconds.

    ``cut_off`` tells that it may not be all that was said, and ``quiet`` that it was kept aside:
    there is less speech in it than a message needs.
    """

    id: str
    duration: float
    cut_off: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class Empty:
    """Nothing was kept, as nothing was recorded: no sound at all, or no recording."""

    id: str


@dataclass(frozen=True)
class Filed:
    """A draft whose audio is where it stays; None where it was settled before."""

    row: MessageRow
    contents: Contents | None


class Intake:
    """Where messages are kept. Synchronous and safe to use from many threads."""

    def __init__(self, database: Database, audio: AudioStore, recordings: Path) -> None:
        """``recordings`` is the folder where Asterisk records."""
        self._rows = MessageRows(database)
        self._audio = audio
        self._recordings = recordings
        self._draft_files = DraftFiles(recordings)
        self.drafts = Drafts(database, self._draft_files)
        self.leftovers = Leftovers(recordings, self._draft_files)
        """For `storage.intake.reconcile`."""
        self._folders = [recordings]
        if isinstance(audio, LocalAudio):
            self._folders.append(audio.folder)
        if database.is_sqlite and database.url.database:
            self._folders.append(Path(database.url.database).parent)

    def check_room(self, seconds: float) -> None:
        """See that a message of so many seconds finds room on every disk. Raises NoRoom."""
        check_room(self._folders, seconds)

    def begin(self, envelope: Envelope, most: int | None = None) -> Draft:
        """Write down that a message is about to be recorded.

        ``most`` is how many messages its box may hold. Raises MailboxFull, DatabaseUnavailable.
        """
        row = self._rows.add(new_row(envelope), arrives=True, most=most)
        return Draft(row.id, row)

    def begin_without_database(self, envelope: Envelope) -> Draft:
        """The same, in a draft file. Raises SpoolError."""
        self._draft_files.write(envelope)
        return Draft(envelope.id)

    def is_recorded(self, draft_id: str) -> bool:
        """Whether there is anything of the draft's recording. Raises AudioError."""
        return bool(parts_of(self._recording(draft_id)))

    def is_only_noise(self, draft_id: str, seconds: float) -> bool:
        """As `storage.audio.noise.is_only_noise`, of what is being recorded for the draft."""
        return is_only_noise(self._recording(draft_id), seconds)

    def mark_cut_off(self, draft_id: str) -> None:
        """Note that not all that was said is in the draft's recording."""
        mark_cut_off(self._recording(draft_id))

    def has_speech(self, draft_id: str, min_speech: float) -> bool:
        """Whether the draft's recording holds ``min_speech`` seconds of speech; changes nothing.

        Raises AudioError.
        """
        self.secure(draft_id)
        audio = read_recording(self._recording(draft_id))
        return audio is not None and speech_seconds(audio, min_speech) >= min_speech

    def finish(self, draft_id: str, *, cut_off: bool = False) -> Kept | Empty:
        """Keep the draft's recording: aside, if there is too little speech in it.

        May be called again, and by several at once. ``cut_off`` marks a message whose end was
        lost. Raises AudioError or DatabaseUnavailable; then recording and draft are as before.
        Consists of `secure`, `look_up`, `file` and `keep`, for who waits for the database less
        patiently than for the audio.
        """
        self.secure(draft_id)
        return self.keep(self.file(self.look_up(draft_id), cut_off=cut_off))

    def secure(self, draft_id: str) -> None:
        """Have the draft's recording on the disk, before anything else is done about it.

        And a mark beside it if the disk is full by now, and may have been before its end.
        """
        secure_recording(self._recording(draft_id))
        if is_full(self._recordings):
            mark_cut_off(self._recording(draft_id))

    def look_up(self, draft_id: str) -> MessageRow:
        """The draft's row, or one made from its file. Raises NotFound, DatabaseUnavailable."""
        if row := self._rows.find(draft_id):
            return row
        if envelope := self._draft_files.read(draft_id):
            return new_row(envelope)
        raise NotFound("no-draft", id=draft_id)

    def file(self, row: MessageRow, *, cut_off: bool = False) -> Filed:
        """Measure the draft's recording and put its audio where it stays. Raises AudioError."""
        if not is_unsettled(row):
            return Filed(row, None)
        audio = read_recording(self._recording(row.id))
        cut_off = cut_off or is_full(self._recordings)
        return Filed(row, self._store(row, audio, cut_off=cut_off))

    def keep(self, filed: Filed) -> Kept | Empty:
        """Commit, and let recording and draft file go. Raises DatabaseUnavailable."""
        row = self._settle(filed)
        if filed.contents is not None:
            count_settled(row, self._recording(row.id))
        self._clear(row.id)
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
        envelope = Envelope(
            id=message_id or id_of_file(path.name, audio.sha256 if audio else ""),
            mailbox=mailbox,
            received_at=received_at,
            caller_number=caller_number,
            caller_name=caller_name,
            dialled=dialled,
            source=source,
            call_id=call_id,
            min_speech=min_speech,
        )
        row = self._rows.find(envelope.id) or new_row(envelope)
        if is_unsettled(row):
            row = self._settle(Filed(row, self._store(row, audio, cut_off=False)))
            count_settled(row, path)
        remove_recording(path)
        return _outcome(row)

    def _store(self, row: MessageRow, audio: Audio | None, *, cut_off: bool) -> Contents:
        """Measure the recording and, if there is any sound, put its audio where it stays.

        The detector says which messages are kept aside, and never what is kept: it does not hear
        everybody who whispers, or speaks beside a machine.
        """
        if audio is None or audio.blank:
            return Contents("empty", 0.0, cut_off)
        speech = speech_seconds(audio, row.min_speech)
        key = audio_key(row)
        self._audio.put(key, audio.wav)
        return Contents(
            state="kept",
            speech=speech,
            cut_off=cut_off or audio.repaired or is_cut_off(self._recording(row.id)),
            quiet=speech < row.min_speech,
            duration=audio.duration,
            size=audio.size,
            sha256=audio.sha256,
            peaks=audio.peaks,
            loudness=audio.loudness,
            audio_key=key,
        )

    def _settle(self, filed: Filed) -> MessageRow:
        """Make the draft what its recording is; the row as it is then."""
        row, contents = filed.row, filed.contents
        if contents is None:
            return row
        if row.place is None or (contents.state == "kept" and not contents.quiet):
            self._add_replaced(row)
        if row.place is None:  # known from a file only
            row = self._rows.add(row)
        settled, taken_back = self._rows.settle(row, contents)
        for draft_id in taken_back:
            self._clear(draft_id)
        if contents.audio_key and settled.audio_key is None:
            self._audio.delete(contents.audio_key)  # the draft was discarded in the meantime
        return settled

    def _add_replaced(self, row: MessageRow) -> None:
        """Give the drafts that this one takes back their rows, where they have only draft files.

        The oldest first: the others are for whom that one is.
        """
        seen, earlier = {row.id}, row.replaces
        envelopes: list[Envelope] = []
        while earlier and earlier not in seen:
            seen.add(earlier)
            envelope = self._draft_files.read(earlier)
            if envelope:
                envelopes.append(envelope)
            there = envelope or self._rows.find(earlier)
            earlier = there.replaces if there else None
        for envelope in reversed(envelopes):
            self._rows.add(new_row(envelope))

    def _recording(self, draft_id: str) -> Path:
        return self.leftovers.recording(draft_id)

    def _clear(self, draft_id: str) -> None:
        remove_recording(self._recording(draft_id))
        self._draft_files.remove(draft_id)


def _outcome(row: MessageRow) -> Kept | Empty:
    if row.state == "kept":
        return Kept(row.id, row.duration or 0.0, row.cut_off, row.quiet)
    return Empty(row.id)
