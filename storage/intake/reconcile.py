"""Bringing into storage what was left behind: by a crash, by the fallback, by nobody knows what.

Run at start, after every reconnection and from time to time. All of it may be repeated, and one
recording that cannot be taken in does not stop the others: it stays, and is reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import select

from storage.audio.recordings import draft_of
from storage.companies.store import Directory
from storage.database.engine import Database
from storage.database.tables import MessageRow
from storage.errors import DatabaseUnavailable, NoRecording, Problem, reason_of, wrong
from storage.identifiers import time_of
from storage.intake import log_events
from storage.intake.drafts import OpenDraft, replacing_first
from storage.intake.intake import Empty, Intake, Kept, Mailbox
from storage.intake.leftovers import Leftovers, changed_at, recordings_in
from storage.intake.mailboxes import company_mailbox, employee_mailbox, unassigned_mailbox
from storage.metrics import metrics
from storage.text import printable

# <epoch>_<dialled>_<caller>_<uniqueid>.wav, as the dialplan names the files of the fallback.
_FALLBACK_NAME = re.compile(r"(\d{9,11})_([^_]*)_(.*)_([^_]+)")

# What is being taken in, the call it is from (as the log names it; "" for none), and how.
Attempt = tuple[Path, str, Callable[[], Kept | Empty]]

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Settled:
    """What a reconciliation did: ids kept, how many were empty, and what failed."""

    kept: tuple[str, ...] = ()
    empty: int = 0
    failures: tuple[Problem, ...] = ()

    def __add__(self, other: Settled) -> Settled:
        return Settled(
            self.kept + other.kept, self.empty + other.empty, self.failures + other.failures
        )


def settle(
    intake: Intake,
    drafts: Iterable[OpenDraft],
    live_calls: Collection[str],
    live_drafts: Collection[str] = (),
) -> Settled:
    """Finish the drafts whose call is over, those first that may replace others.

    ``drafts`` were open *before* Asterisk was asked for its channels, whose ids are
    ``live_calls``: a draft begun later may belong to a call not yet listed, and is not among
    them. ``live_drafts`` is what Asterisk still records. Not to be called while nobody knows
    which calls live. Raises DatabaseUnavailable.
    """
    recorded = {draft_of(name) for name in live_drafts}
    return _each(
        (
            (
                intake.leftovers.recording(draft.id),
                draft.call_id,
                partial(intake.finish, draft.id),
            )
            for draft in replacing_first(drafts)
            if draft.call_id not in live_calls and draft.id not in recorded
        ),
        intake.leftovers,
    )


def take_in_fallback(
    intake: Intake,
    folder: Path,
    directory: Directory,
    live_calls: Collection[str],
    *,
    asterisk_alive: bool,
) -> Settled:
    """Take in the files Asterisk recorded on its own, while the service was away.

    Their names tell the number dialled, the caller and the time. Raises DatabaseUnavailable.
    """

    def attempts() -> Iterator[Attempt]:
        paths = recordings_in(folder, only_quiet=asterisk_alive)
        intake.leftovers.forget_gone(paths, folder)
        for path in paths:
            left = _LeftBehind.from_name(path)
            if left.call_id not in live_calls:
                yield path, left.call_id, partial(left.take_in, intake, directory)

    return _each(attempts(), intake.leftovers)


def take_in_orphans(
    intake: Intake,
    database: Database,
    live_drafts: Collection[str] = (),
    *,
    asterisk_alive: bool,
) -> Settled:
    """Look after recordings that no draft is waiting for.

    One whose message is settled goes; one nobody knows becomes a message that is unassigned, with
    all its parts.
    Raises DatabaseUnavailable.
    """
    leftovers = intake.leftovers
    there = leftovers.recordings(only_quiet=False)
    leftovers.forget_gone(there)
    quiet = set(leftovers.recordings(only_quiet=asterisk_alive))
    names = {draft for path in there if (draft := draft_of(path.stem))}
    names -= {draft_of(path.stem) for path in there if path not in quiet}
    names -= {draft_of(name) for name in live_drafts}
    paths = {name: leftovers.recording(name) for name in sorted(names)}
    known = _known(database, list(paths))

    leftovers.remove_useless_draft_files(only_quiet=asterisk_alive)

    def attempts() -> Iterator[Attempt]:
        for name, path in paths.items():
            state, call_id = known.get(name, ("", ""))
            if not state:
                if not leftovers.has_draft_file(name):  # with a draft file it is a draft
                    yield path, call_id, partial(_take_in_unknown, intake, path)
            elif state != "recording":
                yield path, call_id, partial(intake.finish, name)

    return _each(attempts(), leftovers)


@dataclass(frozen=True)
class _LeftBehind:
    """A file of the fallback, and what its name tells."""

    path: Path
    received_at: datetime
    dialled: str
    caller: str
    call_id: str

    @classmethod
    def from_name(cls, path: Path) -> _LeftBehind:
        found = _FALLBACK_NAME.fullmatch(path.stem)
        if not found:
            return cls(path, _received(path), "", "", "")
        received_at = _received(path, datetime.fromtimestamp(int(found[1]), UTC))
        return cls(path, received_at, found[2], found[3], found[4])

    def take_in(self, intake: Intake, directory: Directory) -> Kept | Empty:
        mailbox, min_speech = self._addressee(directory)
        return intake.take_in(
            self.path,
            mailbox=mailbox,
            caller_number=self.caller,
            dialled=self.dialled,
            received_at=self.received_at,
            source="asterisk",
            call_id=self.call_id,
            min_speech=min_speech,
        )

    def _addressee(self, directory: Directory) -> tuple[Mailbox, float]:
        """Whose message it is, and the seconds of speech it needs."""
        site = directory.find(self.dialled)
        if site is None:
            return unassigned_mailbox(self.dialled, directory.timezone), 0.0
        target = site.target(self.dialled)
        if target and target.employee in site.office.employees:
            mailbox = employee_mailbox(site, target.employee)
        else:
            mailbox = company_mailbox(site, self.dialled)
        return mailbox, site.office.voicemail.min_seconds


def _take_in_unknown(intake: Intake, path: Path) -> Kept | Empty:
    outcome = intake.take_in(
        path,
        mailbox=unassigned_mailbox(""),
        caller_number="",
        received_at=_received(path, time_of(path.stem)),
        source="asterisk",
        min_speech=0.0,
        message_id=path.stem,
    )
    intake.leftovers.remove_draft_file(path.stem)  # it made no sense
    return outcome


def _known(database: Database, ids: list[str]) -> dict[str, tuple[str, str]]:
    """State and call of those that have a row, asked for in handfuls: no query takes any number."""
    known: dict[str, tuple[str, str]] = {}
    with database.reading() as session:
        for start in range(0, len(ids), 500):
            handful = MessageRow.id.in_(ids[start : start + 500])
            columns = (MessageRow.id, MessageRow.state, MessageRow.call_id)
            for row in session.execute(select(*columns).where(handful)):
                known[row.id] = (row.state, row.call_id)
    return known


def _received(path: Path, told: datetime | None = None) -> datetime:
    """When a file was recorded: as its name tells, unless that lies in the future."""
    now = datetime.now(UTC)
    if told and told <= now:
        return told
    return datetime.fromtimestamp(min(changed_at(path), now.timestamp()), UTC)


def _each(attempts: Iterable[Attempt], leftovers: Leftovers) -> Settled:
    """Make every attempt; only a missing database ends them all.

    What was refused before, and is still the same, is passed over: one line in the log is enough.
    """
    settled = Settled()
    for path, call_id, attempt in attempts:
        about = {"call": call_id} if call_id else {}
        if not leftovers.is_refused(path):
            with structlog.contextvars.bound_contextvars(**about):
                settled += _tried(path, attempt, leftovers)
    return settled


def _tried(path: Path, attempt: Callable[[], Kept | Empty], leftovers: Leftovers) -> Settled:
    try:
        outcome = attempt()
    except DatabaseUnavailable:
        raise
    except Exception as error:
        # Whatever is wrong with one recording, the others are filed.
        name = printable(path.name)
        metrics().failures.inc()
        log.warning("recording cannot be taken in", recording=name, reason=error)
        if isinstance(error, NoRecording):
            leftovers.refuse(path)
        return Settled(failures=(wrong("not-filed", name=name, reason=reason_of(error)),))
    if isinstance(outcome, Empty):
        return Settled(empty=1)
    event = log_events.SETTLED_ASIDE if outcome.quiet else log_events.SETTLED
    log.info(event, message=outcome.id, seconds=outcome.duration)
    return Settled(kept=(outcome.id,))
