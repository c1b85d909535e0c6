"""Taking in the messages of Asterisk's own voicemail: each of them once, and none is changed.

A message's id comes of its mailbox, its time and its sound, so that whoever begins again finds what
is there already. Messages are kept in batches: the audio of all of them is on the disk before one
transaction makes them messages. Whatever ends an import in between, no message lacks its audio, and
audio that lacks its message is put there again by the next import.

The old system has kept them, so nobody asks how much speech is in them, unless it is wanted that
those in which the detector hears too little are kept aside as probably empty.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import islice
from typing import Final, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audio.child_programs import AT_ONCE
from storage.audio.speech import speech_seconds
from storage.audio.store import AudioStore
from storage.audio.wav import Audio
from storage.audit import note
from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.database.upsert import insert_into
from storage.errors import AudioError, DatabaseUnavailable, Problem, warning, wrong
from storage.identifiers import id_of_file, new_place
from storage.intake.rows import INSERT_TRIES
from storage.messages import month_counts, unread
from storage.messages.envelope import Envelope, Mailbox, audio_key, new_row
from storage.messages.events import announce
from storage.people import address
from storage.transfer.app_voicemail import (
    DELETED,
    NEW,
    Guess,
    Note,
    OldMessage,
    no_guess,
    read_note,
)
from storage.transfer.export import Progress
from storage.transfer.old_sounds import is_foreign, read_sound

BATCH: Final = 200
"""Messages in one transaction: a caller's message waits for it some hundredths of a second."""
BATCH_BYTES: Final = 64 * 1024 * 1024
DECODERS: Final = AT_ONCE
"""Messages decoded at the same time: ffmpeg, a process for each, does it."""

State = Literal["new", "heard", "deleted", "aside"]


@dataclass(frozen=True)
class Ready:
    """A message as it will be kept, with its audio and its mailbox in the old system."""

    origin: str
    mailbox: Mailbox
    state: State
    row: MessageRow
    wav: bytes = field(repr=False)
    doubt: Problem | None
    """What is uncertain about it, if anything is."""


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do.

    ``taken`` counts messages by their old mailbox, the new one, and what they are in it; ``there``
    is how many had been taken in before. ``doubtful`` has a warning for each that was taken though
    something about it is uncertain, ``refused`` why each was not taken that was not.
    """

    taken: Counter[tuple[str, Mailbox, State]]
    there: int
    doubtful: tuple[Problem, ...]
    refused: tuple[Problem, ...]


class Importer:
    """Takes in messages that were found in a spool.

    All methods read everything, call ``progress`` with the messages read and their number, and
    raise DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        audio: AudioStore,
        mailbox_of: Callable[[OldMessage], Mailbox],
        min_speech: float = 0.0,
        zone: tzinfo = UTC,
        guess: Guess = no_guess,
    ) -> None:
        """``mailbox_of`` tells whose a message is, ``zone`` where the old system stood,
        and ``guess`` reads names that are no UTF-8.

        One that nobody has heard and that holds less than ``min_speech`` seconds of speech is kept
        aside.
        """
        self._database = database
        self._audio = audio
        self._mailbox_of = mailbox_of
        self._min_speech = min_speech
        self._zone = zone
        self._guess = guess

    def rehearse(self, messages: Sequence[OldMessage], progress: Progress) -> Imported:
        """What `run` would do; changes nothing."""
        return self._import(messages, progress, self._missing)

    def run(
        self, messages: Sequence[OldMessage], progress: Progress, *, company_id: str, by: Actor
    ) -> Imported:
        """Take in what is not there yet.

        It is noted in the audit log of the company ``company_id``. Raises AudioError if audio
        cannot be kept; what was taken in until then stays, and the next run goes on.
        """

        def keep(batch: Sequence[Ready]) -> Sequence[Ready]:
            missing = self._missing(batch)
            if not missing:
                return []
            self._audio.put_many({audio_key(ready.row): ready.wav for ready in missing})
            return self._make_messages(missing, company_id, by)

        return self._import(messages, progress, keep)

    def _import(
        self,
        messages: Sequence[OldMessage],
        progress: Progress,
        keep: Callable[[Sequence[Ready]], Sequence[Ready]],
    ) -> Imported:
        """Do with each batch what ``keep`` does, which returns those that were not there."""
        taken: Counter[tuple[str, Mailbox, State]] = Counter()
        doubtful: list[Problem] = []
        refused: list[Problem] = []
        seen: set[str] = set()
        progress(0, len(messages))
        with ThreadPoolExecutor(DECODERS) as pool:
            for batch in _batches(self._read(pool, messages, progress, refused)):
                once = {ready.row.id: ready for ready in batch if ready.row.id not in seen}
                seen.update(once)
                kept = keep(list(once.values()))
                taken.update((ready.origin, ready.mailbox, ready.state) for ready in kept)
                doubtful += (ready.doubt for ready in kept if ready.doubt)
        there = len(messages) - len(refused) - taken.total()
        return Imported(taken, there, tuple(doubtful), tuple(refused))

    def _read(
        self,
        pool: ThreadPoolExecutor,
        messages: Sequence[OldMessage],
        progress: Progress,
        refused: list[Problem],
    ) -> Iterator[Ready]:
        """Read messages in order; those that have to be decoded ahead of whoever takes them."""
        coming = iter(messages)
        ahead: deque[tuple[OldMessage, Callable[[], Ready]]] = deque()
        for done in range(1, len(messages) + 1):
            for old in islice(coming, 2 * DECODERS - len(ahead)):
                read = partial(self._ready, old)
                # Threads that do not wait for others only stand in each other's way.
                ahead.append((old, pool.submit(read).result if is_foreign(old) else read))
            old, result = ahead.popleft()
            try:
                yield result()
            except AudioError as error:
                refused.append(wrong("not-taken", place=str(old), reason=error.problem))
            progress(done, len(messages))

    def _ready(self, old: OldMessage) -> Ready:
        """Read a message and what is written about it. Raises AudioError."""
        told, sound = read_note(old, self._zone, self._guess), read_sound(old)
        audio = sound.audio
        mailbox = self._mailbox_of(old)
        row = new_row(
            Envelope(
                id=id_of_file(f"{old.box} {told.origin}", sound.digest),
                mailbox=mailbox,
                received_at=told.received_at,
                caller_number=told.caller_number,
                caller_name=told.caller_name,
                dialled=told.dialled,
                source="import",
                call_id="",
                min_speech=0.0,
            )
        )
        row.state, row.cut_off, row.audio_key = "kept", audio.repaired, audio_key(row)
        row.duration, row.size = audio.duration, audio.size
        row.sha256, row.peaks, row.loudness = audio.sha256, audio.peaks, audio.loudness
        now = datetime.now(UTC)
        # Its days begin anew: else a box with keep_days would let old messages go within the hour.
        row.restored_at = now
        row.quiet = old.folder in NEW and self._is_quiet(audio)
        row.heard_at = None if old.folder in NEW else now
        row.new_in_box = row.heard_at is None
        row.deleted_at = now if old.folder == DELETED else None
        state = _state_of(row)
        return Ready(old.box, mailbox, state, row, audio.wav, _doubt(old, told))

    def _is_quiet(self, audio: Audio) -> bool:
        wanted = self._min_speech
        return wanted > 0 and (audio.blank or speech_seconds(audio, wanted) < wanted)

    def _missing(self, batch: Sequence[Ready]) -> Sequence[Ready]:
        """Those that are not there yet."""
        ids = [ready.row.id for ready in batch]
        with self._database.reading() as session:
            there = set(session.scalars(select(MessageRow.id).where(MessageRow.id.in_(ids))))
        return [ready for ready in batch if ready.row.id not in there]

    def _make_messages(self, batch: Sequence[Ready], company_id: str, by: Actor) -> Sequence[Ready]:
        """Make messages of what is on the disk; those that nobody else has made meanwhile."""
        # In order, so that two imports never wait for each other in a circle.
        by_id = sorted(batch, key=lambda ready: ready.row.id)
        for _ in range(INSERT_TRIES):
            # As they were read: the old system's times are whole seconds, shared by several.
            for ready in batch:
                ready.row.place = new_place(ready.row.received_at)
            try:
                with self._database.session() as session:
                    kept = _insert(session, by_id)
                    details = {"messages": len(kept)}
                    note(session, by, "messages.import", company_id=company_id, details=details)
                    announce(session, "kept", _rows(kept, "new", "heard"))  # the last thing,
                    announce(session, "aside", _rows(kept, "aside"))  # and this
            except IntegrityError:
                continue  # a place was taken
            return kept
        raise DatabaseUnavailable("database-refuses")


def _state_of(row: MessageRow) -> State:
    if row.quiet:
        return "aside"
    if row.deleted_at is not None:
        return "deleted"
    return "new" if row.heard_at is None else "heard"


def _doubt(old: OldMessage, told: Note) -> Problem | None:
    if told.told:
        return None
    written = f"{told.received_at:%Y-%m-%d %H:%M:%S} UTC"
    return warning("time-not-told", place=str(old), time=written)


def _batches(messages: Iterable[Ready]) -> Iterator[Sequence[Ready]]:
    batch: list[Ready] = []
    size = 0
    for ready in messages:
        batch.append(ready)
        size += len(ready.wav)
        if len(batch) == BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _insert(session: Session, batch: Sequence[Ready]) -> Sequence[Ready]:
    """Insert the rows, with everything that goes with a kept message but its news."""
    for ready in batch:
        address(session, ready.row)
    columns = [column.key for column in MessageRow.__table__.columns]
    statement = insert_into(session, MessageRow).on_conflict_do_nothing(index_elements=["id"])
    inserted = session.connection().execute(
        statement.returning(MessageRow.id),
        [{column: getattr(ready.row, column) for column in columns} for ready in batch],
    )
    ids = set(inserted.scalars())
    kept = [ready for ready in batch if ready.row.id in ids]
    unread.arrive(session, _rows(kept, "new"))
    month_counts.count(session, _rows(kept, "new", "heard"), 1)
    return kept


def _rows(messages: Iterable[Ready], *states: State) -> list[MessageRow]:
    return [ready.row for ready in messages if ready.state in states]
