"""How long messages stay: what decides which of them go, when, and tells it beforehand.

A box that keeps its messages for so many days has older ones moved to the trash, where deleted
ones lie for some days too; then they are removed for good (`storage.removal`). A message on hold
stays wherever it is. Boxes without days keep their messages for ever, and so do companies that are
no longer configured, and messages that no company could be found for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, TextClause, func, or_, select
from sqlalchemy.orm import Session

from storage import addressees, changes, removal, upkeep
from storage.actor import Actor
from storage.database import Database
from storage.directory import Directory
from storage.identifiers import first_place
from storage.models import IS_EXPIRING, IS_GOING, IS_HELD, IS_IN_TRASH, IS_LISTED, MessageRow
from storage.office import Office
from storage.people import known as people_of
from storage.reckoning import Effect, Report, Whose
from storage.shelves import Shelf
from storage.vault import AudioStore

BATCH = 100
"""Messages moved in one transaction: a caller's message waits for it."""


class Retention:
    """The messages that go by themselves. Synchronous and safe to use from many threads.

    ``directory`` tells the offices as they are now. All methods raise DatabaseUnavailable.
    """

    def __init__(
        self, database: Database, audio: AudioStore, directory: Callable[[], Directory]
    ) -> None:
        self._database = database
        self._audio = audio
        self._directory = directory

    def steps(self, trash: timedelta, *, by: Actor) -> Iterator[Report]:
        """Do what is due, a batch at each step; what is left out is due the next time.

        Removes for good first what has been in the trash for so long, and then moves to the trash
        what is older than its box keeps it.
        """
        directory, now = self._directory(), datetime.now(UTC)
        names = _names(directory)
        yield from removal.remove(self._database, self._audio, now - trash, names, by)
        with self._database.reading() as session:
            due = [(each, each.places(session)) for each in _due(session, directory, now)]
        for each, places in due:
            yield from _move(self._database, each, places, by)

    def run(self, trash: timedelta, *, by: Actor) -> Report:
        """Do all that is due; see `steps`."""
        return sum(self.steps(trash, by=by), Report())

    def purge(self, older_than: timedelta, *, by: Actor) -> Report:
        """Only remove what has been in the trash for so long."""
        before, names = datetime.now(UTC) - older_than, _names(self._directory())
        return sum(removal.remove(self._database, self._audio, before, names, by), Report())

    def rehearse(self, trash: timedelta) -> Report:
        """What `run` would do; changes nothing."""
        directory, now = self._directory(), datetime.now(UTC)
        with self._database.reading() as session:
            report = _expired(session, now - trash, _names(directory))
            for each in _due(session, directory, now):
                report += each.counted(session)
        return report

    def rehearse_purge(self, older_than: timedelta) -> Report:
        """What `purge` would do; changes nothing."""
        with self._database.reading() as session:
            before = datetime.now(UTC) - older_than
            return _expired(session, before, _names(self._directory()))

    def tidy(self, trash: timedelta) -> None:
        """Let go of what nobody misses; see `storage.upkeep`. Raises AudioError too."""
        upkeep.tidy(self._database, self._audio, trash)


def keep_days(office: Office, extension: str | None) -> int | None:
    """How many days an employee's messages are kept, or the company's (None); None is for ever.

    The company's number is that of its own box, and of all employees who have none of their own:
    also of those who are no longer there.
    """
    employee = office.employees.get(extension) if extension is not None else None
    own = employee.keep_days if employee else None
    return office.voicemail.keep_days if own is None else own


def first_kept(now: datetime, timezone: str, days: int) -> datetime:
    """The oldest moment whose messages are kept: the beginning of the day so many days ago.

    A message stays on the day it came and for so many whole days after it.
    """
    zone = ZoneInfo(timezone)
    return datetime.combine(now.astimezone(zone).date() - timedelta(days=days), time(), zone)


@dataclass(frozen=True)
class _Due:
    """Messages of one box that came before a moment: they are older than its days."""

    whose: Whose
    shelf: Shelf
    days: int
    before: datetime

    def select(self, *, held: bool = False) -> Select[MessageRow]:
        """Those that go; or those that would, were it not for a hold."""
        return select(MessageRow).where(
            IS_LISTED,
            *self.shelf.conditions(),
            MessageRow.place < first_place(self.before),
            # Who takes a message back wants it longer: its days begin again.
            or_(MessageRow.restored_at.is_(None), MessageRow.restored_at < self.before),
            MessageRow.held_at.is_not(None) if held else MessageRow.held_at.is_(None),
        )

    def places(self, session: Session) -> Sequence[int]:
        """Where they are, oldest first.

        Asked for all at once, and not for the first so many: PostgreSQL would then go through
        everybody's messages by place, expecting to find some of this box soon.
        """
        return sorted(session.scalars(self.select().with_only_columns(MessageRow.place)))

    def counted(self, session: Session) -> Report:
        """How many there are."""
        moved, held = (
            session.scalar(
                select(func.count()).select_from(
                    self.select(held=held).with_only_columns(MessageRow.place).subquery()
                )
            )
            or 0
            for held in (False, True)
        )
        return Report({self.whose: Effect(moved=moved, held=held)}) if moved or held else Report()


def _due(session: Session, directory: Directory, now: datetime) -> Iterator[_Due]:
    """The boxes that have messages and do not keep them for ever."""
    for site in directory.offices.values():
        office = site.office
        if office.voicemail.keep_days is None and not any(
            employee.keep_days for employee in office.employees.values()
        ):
            continue
        people = {who.id: who for who in people_of(session, site.company_id)}
        for box, employee_id in addressees.boxes(session, site.company_id):
            who = people.get(employee_id or "")
            days = keep_days(office, who.extension if who and who.is_present else None)
            if days is not None:
                whose = Whose(office.company.name, box, who.extension if who else "")
                shelf = Shelf(site.company_id, box, None, employee_id)
                yield _Due(whose, shelf, days, first_kept(now, office.company.timezone, days))


def _move(database: Database, due: _Due, places: Sequence[int], by: Actor) -> Iterator[Report]:
    """Move messages to the trash, a batch at a time, if they are due still."""
    for start in range(0, len(places), BATCH):
        batch = places[start : start + BATCH]
        with database.session() as session:
            rows = session.scalars(
                due.select()
                .where(MessageRow.place.in_(batch))
                .order_by(MessageRow.place)
                .with_for_update(skip_locked=True)  # somebody deletes or holds it just now
            ).all()
            if rows:
                changes.retire(session, rows, by, due.days)
        yield Report({due.whose: Effect(moved=len(rows))} if rows else {})


def _expired(session: Session, before: datetime, names: Mapping[str, str]) -> Report:
    """What would be removed for good, and what a hold keeps in the trash."""
    deleted_long_ago = MessageRow.deleted_at <= before
    report = _by_box(session, names, IS_EXPIRING, deleted_long_ago)
    report += _by_box(session, names, IS_GOING)
    return report + _by_box(session, names, IS_IN_TRASH, IS_HELD, deleted_long_ago, held=True)


def _by_box(
    session: Session,
    names: Mapping[str, str],
    *conditions: ColumnElement[bool] | TextClause,
    held: bool = False,
) -> Report:
    whose = (MessageRow.company_id, MessageRow.company, MessageRow.box, MessageRow.addressee_number)
    counted = session.execute(
        select(*whose, func.count().label("messages"), func.sum(MessageRow.size).label("size"))
        .where(*conditions)
        .group_by(*whose)
    )
    report = Report()
    for row in counted:
        size = int(row.size or 0)
        effect = Effect(held=row.messages) if held else Effect(0, row.messages, size)
        report += Report({Whose.of(row, names): effect})
    return report


def _names(directory: Directory) -> Mapping[str, str]:
    return {site.company_id: site.office.company.name for site in directory.offices.values()}
