"""How long messages stay: what decides which of them go, when, and tells it beforehand.

A box that keeps its messages for so many days has older ones moved to the trash, where deleted
ones lie for some days too; then they are removed for good (`storage.retention.purge`). A message on
hold stays wherever it is. Boxes without days keep their messages for ever, and so do companies that
are no longer configured, and messages that no company could be found for. What lies aside as
probably empty is kept for days in every box. How many days the trash keeps things, the settings
say (`storage.settings`, ``messages.trash_days``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, TextClause, func, select
from sqlalchemy.orm import Session

from storage.actor import EVERYTHING, Actor, Scope
from storage.audio.store import AudioStore
from storage.companies.directory import Directory
from storage.database.engine import Database
from storage.database.tables import IS_EXPIRING, IS_GOING, IS_HELD, IS_IN_TRASH, MessageRow
from storage.messages import changes
from storage.messages.visibility import visible
from storage.retention import housekeeping, purge
from storage.retention.due import Due, due
from storage.retention.report import Effect, Report, Whose

BATCH = 100
"""Messages moved in one transaction: a caller's message waits for it."""
DAYS_ASIDE = 14
"""Days that what is probably empty is kept, unless settings or its box say otherwise."""


class Retention:
    """The messages that go by themselves. Synchronous and safe to use from many threads.

    ``directory`` tells the offices as they are now. What lies aside as probably empty is kept for
    ``days_aside`` where its box says nothing else. All methods raise DatabaseUnavailable.
    """

    def __init__(
        self,
        database: Database,
        audio: AudioStore,
        directory: Callable[[], Directory],
        days_aside: int = DAYS_ASIDE,
    ) -> None:
        self._database = database
        self._audio = audio
        self._directory = directory
        self._days_aside = days_aside

    def steps(self, trash: timedelta, *, by: Actor) -> Iterator[Report]:
        """Do what is due, a batch at each step; what is left out is due the next time.

        Removes for good first what has been in the trash for so long, and then moves to the trash
        what is older than its box keeps it.
        """
        directory, now = self._directory(), datetime.now(UTC)
        names = _names(directory)
        yield from purge.remove(self._database, self._audio, now - trash, names, by)
        with self._database.reading() as session:
            going = [
                (each, each.places(session))
                for each in due(session, directory, now, self._days_aside)
            ]
        for each, places in going:
            yield from _move(self._database, each, places, by)

    def run(self, trash: timedelta, *, by: Actor) -> Report:
        """Do all that is due; see `steps`."""
        return sum(self.steps(trash, by=by), Report())

    def purge(self, older_than: timedelta, *, by: Actor, scope: Scope = EVERYTHING) -> Report:
        """Only remove what has been in the trash for so long, of what the scope covers."""
        before, names = datetime.now(UTC) - older_than, _names(self._directory())
        removing = purge.remove(self._database, self._audio, before, names, by, scope)
        return sum(removing, Report())

    def empty_trash(self, scope: Scope, before: datetime, *, by: Actor) -> tuple[int, int]:
        """Remove for good what somebody deleted before that moment; see `purge.empty`."""
        return purge.empty(self._database, self._audio, before, by, scope)

    def trash(self, scope: Scope) -> Effect:
        """What emptying the trash would remove, and what a hold keeps in it."""
        with self._database.reading() as session:
            found = _by_box(session, {}, IS_EXPIRING, visible(scope))
            held = _by_box(session, {}, IS_IN_TRASH, IS_HELD, visible(scope), held=True)
        return (found + held).total

    def rehearse(self, trash: timedelta) -> Report:
        """What `run` would do; changes nothing."""
        directory, now = self._directory(), datetime.now(UTC)
        with self._database.reading() as session:
            report = _expired(session, now - trash, _names(directory))
            for each in due(session, directory, now, self._days_aside):
                report += each.counted(session)
        return report

    def rehearse_purge(self, older_than: timedelta, scope: Scope = EVERYTHING) -> Report:
        """What `purge` would do; changes nothing."""
        with self._database.reading() as session:
            before = datetime.now(UTC) - older_than
            return _expired(session, before, _names(self._directory()), scope)

    def tidy(self, trash: timedelta) -> None:
        """Let go of what nobody misses; see `storage.retention.housekeeping`. Raises AudioError
        too."""
        housekeeping.tidy(self._database, self._audio, trash)


def _move(database: Database, old: Due, places: Sequence[int], by: Actor) -> Iterator[Report]:
    """Move messages to the trash, a batch at a time, if they are due still."""
    for start in range(0, len(places), BATCH):
        batch = places[start : start + BATCH]
        with database.session() as session:
            rows = session.scalars(
                old.select()
                .where(MessageRow.place.in_(batch))
                .order_by(MessageRow.place)
                .with_for_update(skip_locked=True)  # somebody deletes or holds it just now
            ).all()
            if rows:
                changes.retire(session, rows, by, old.days)
        yield Report({old.whose: Effect(moved=len(rows))} if rows else {})


def _expired(
    session: Session, before: datetime, names: Mapping[str, str], scope: Scope = EVERYTHING
) -> Report:
    """What would be removed for good, and what a hold keeps in the trash."""
    wanted = (MessageRow.deleted_at <= before, visible(scope))
    report = _by_box(session, names, IS_EXPIRING, *wanted)
    report += _by_box(session, names, IS_GOING, visible(scope))
    return report + _by_box(session, names, IS_IN_TRASH, IS_HELD, *wanted, held=True)


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
