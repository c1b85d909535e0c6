"""Drafts: messages that were begun and are neither kept nor given up, as rows or as draft files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from storage.database.engine import Database
from storage.database.tables import IS_DRAFT, MessageRow
from storage.intake.draft_files import DraftFiles
from storage.messages.envelope import Envelope


@dataclass(frozen=True)
class OpenDraft:
    """A draft, the call that it belongs to, and the earlier draft that it takes back."""

    id: str
    call_id: str
    replaces: str | None


@dataclass(frozen=True)
class Interrupted:
    """What a call had begun when its flow was lost.

    ``takes`` are the ids of its open drafts, oldest first; ``employee`` is the extension of whose
    box they are for, None for the company's. ``kept`` tells whether a message of the call was
    kept already, and not aside.
    """

    takes: Sequence[str]
    employee: str | None
    kept: bool


class Drafts:
    """The drafts of an installation. Synchronous and safe to use from many threads."""

    def __init__(self, database: Database, draft_files: DraftFiles) -> None:
        self._database = database
        self._draft_files = draft_files

    def open(self) -> list[OpenDraft]:
        """Every draft that there is now. Raises DatabaseUnavailable."""
        # Files first: a draft may become a row meanwhile, but no row becomes a draft file.
        drafts = {draft.id: _of_draft_file(draft) for draft in self._draft_files.each()}
        columns = (MessageRow.id, MessageRow.call_id, MessageRow.replaces)
        with self._database.reading() as session:
            for row in session.execute(select(*columns).where(IS_DRAFT)):
                drafts[row.id] = OpenDraft(row.id, row.call_id, row.replaces)
        return list(drafts.values())

    def interrupted(self, call_id: str) -> Interrupted | None:
        """What this call had begun; None if nothing. Raises DatabaseUnavailable."""
        row = MessageRow
        own = (row.id, row.call_id, row.replaces, row.state, row.quiet)
        columns = (*own, row.box, row.addressee_number)
        with self._database.reading() as session:
            rows = session.execute(
                select(*columns).where(row.call_id == call_id).order_by(row.place)
            ).all()
        known = {row.id for row in rows}
        drafts = [draft for draft in self._of_call(call_id) if draft.id not in known]
        takes = [OpenDraft(r.id, r.call_id, r.replaces) for r in rows if r.state == "recording"]
        takes += map(_of_draft_file, drafts)
        boxes = [(row.box, row.addressee_number) for row in rows]
        boxes += [(draft.mailbox.box, draft.mailbox.addressee_number) for draft in drafts]
        kept = any(row.state == "kept" and not row.quiet for row in rows)
        return _interrupted(takes, boxes, kept=kept)

    def interrupted_by_draft_files(self, call_id: str) -> Interrupted | None:
        """The same, as far as it is known without the database."""
        drafts = self._of_call(call_id)
        boxes = [(draft.mailbox.box, draft.mailbox.addressee_number) for draft in drafts]
        return _interrupted([_of_draft_file(draft) for draft in drafts], boxes, kept=False)

    def _of_call(self, call_id: str) -> list[Envelope]:
        return [draft for draft in self._draft_files.each() if draft.call_id == call_id]


def replacing_first(drafts: Iterable[OpenDraft]) -> list[OpenDraft]:
    """The drafts in an order in which each comes before the one that it takes back.

    By what they say of each other, and not by the clock, which may have been set back. The newest
    of all come first where nothing else is said.
    """
    newest_first = sorted(drafts, key=lambda draft: draft.id, reverse=True)
    replacing = {draft.replaces: draft for draft in newest_first if draft.replaces}
    ordered: dict[str, OpenDraft] = {}
    for draft in newest_first:
        chain = [draft]
        while (newer := replacing.get(chain[-1].id)) and newer not in chain:
            chain.append(newer)
        for each in reversed(chain):
            ordered.setdefault(each.id, each)
    return list(ordered.values())


def _of_draft_file(draft: Envelope) -> OpenDraft:
    return OpenDraft(draft.id, draft.call_id, draft.replaces)


def _interrupted(
    takes: Sequence[OpenDraft], boxes: Sequence[tuple[str, str]], *, kept: bool
) -> Interrupted | None:
    if not boxes:
        return None
    box, number = boxes[-1]
    oldest_first = [draft.id for draft in reversed(replacing_first(takes))]
    return Interrupted(oldest_first, number if box == "employee" else None, kept)


@dataclass(frozen=True)
class Unsettled:
    """Recordings begun and not settled, those of calls in progress included."""

    drafts: int
    oldest: datetime | None


def unsettled(database: Database) -> Unsettled:
    """The unsettled drafts, found by an index of nothing else. Raises DatabaseUnavailable."""
    with database.reading() as session:
        drafts, oldest = session.execute(
            select(func.count(), func.min(MessageRow.received_at)).where(IS_DRAFT)
        ).one()
        return Unsettled(drafts, oldest)
