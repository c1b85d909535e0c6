"""Which messages are older than their boxes keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from storage.actor import Person
from storage.companies.directory import Directory, Site
from storage.database.tables import IS_LISTED, IS_QUIET, MessageRow
from storage.identifiers import first_place
from storage.messages import addressees, quiet
from storage.messages.envelope import Box
from storage.messages.search.index_ranges import IndexRange
from storage.office import Office
from storage.people import known as people_of
from storage.retention.report import Effect, Report, Whose


def keep_days(office: Office, extension: str | None) -> int | None:
    """How many days an employee's messages are kept, or the company's (None); None is for ever.

    The company's number is that of its own box, and of all employees who have none of their own:
    also of those who are no longer there.
    """
    employee = office.employees.get(extension) if extension is not None else None
    own = employee.keep_days if employee else None
    return office.voicemail.keep_days if own is None else own


def quiet_days(office: Office, extension: str | None, usual: int) -> int:
    """How many days what lies aside as probably empty is kept: never longer than messages.

    ``usual`` is the number of boxes, and companies, that have none of their own.
    """
    employee = office.employees.get(extension) if extension is not None else None
    of_messages = keep_days(office, extension)
    own = employee.quiet_days if employee else None
    days = next(each for each in (own, office.voicemail.quiet_days, usual) if each is not None)
    return days if of_messages is None else min(days, of_messages)


def first_kept(now: datetime, timezone: str, days: int) -> datetime:
    """The oldest moment whose messages are kept: the beginning of the day so many days ago.

    A message stays on the day it came and for so many whole days after it.
    """
    zone = ZoneInfo(timezone)
    return datetime.combine(now.astimezone(zone).date() - timedelta(days=days), time(), zone)


@dataclass(frozen=True)
class Due:
    """Messages of one box that came before a moment: they are older than its days.

    ``quiet`` says whether it is those that lie aside.
    """

    whose: Whose
    index_range: IndexRange
    days: int
    before: datetime
    quiet: bool = False

    def select(self, *, held: bool = False) -> Select[MessageRow]:
        """Those that go; or those that would, were it not for a hold."""
        return select(MessageRow).where(
            IS_QUIET if self.quiet else IS_LISTED,
            *self.index_range.conditions(),
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


def due(session: Session, directory: Directory, now: datetime, days_aside: int) -> Iterator[Due]:
    """The boxes that have messages and do not keep them for ever.

    ``days_aside`` is how long what lies aside is kept where a box says nothing else: also in boxes
    of nobody, and of companies that are gone.
    """
    yield from _due_messages(session, directory, now)
    yield from _due_aside(session, directory, now, days_aside)


def _due_messages(session: Session, directory: Directory, now: datetime) -> Iterator[Due]:
    for site in directory.offices.values():
        office = site.office
        if office.voicemail.keep_days is None and not any(
            employee.keep_days for employee in office.employees.values()
        ):
            continue
        people = _people(session, site)
        for box, employee_id in addressees.boxes(session, site.company_id):
            days = keep_days(office, _extension(people, employee_id))
            if days is not None:
                index_range = IndexRange(site.company_id, box, None, employee_id)
                yield _due_of(site, index_range, people.get(employee_id or ""), days, now)


def _due_aside(session: Session, directory: Directory, now: datetime, usual: int) -> Iterator[Due]:
    sites = {site.company_id: site for site in directory.offices.values()}
    people: dict[str, dict[str, Person]] = {}
    for company_id, name, box, employee_id, number in quiet.boxes(session):
        index_range = quiet.range_of(company_id, box, employee_id)
        if site := sites.get(company_id or ""):
            of_site = people.setdefault(site.company_id, _people(session, site))
            days = quiet_days(site.office, _extension(of_site, employee_id), usual)
            who = of_site.get(employee_id or "")
            yield replace(_due_of(site, index_range, who, days, now), quiet=True)
        else:
            before = first_kept(now, "UTC", usual)
            yield Due(Whose(name, box, number), index_range, usual, before, quiet=True)


def _people(session: Session, site: Site) -> dict[str, Person]:
    return {who.id: who for who in people_of(session, site.company_id)}


def _extension(people: Mapping[str, Person], employee_id: str | None) -> str | None:
    """What an employee has now; None for a former one, and for the company."""
    who = people.get(employee_id or "")
    return who.extension if who and who.is_present else None


def _due_of(
    site: Site, index_range: IndexRange, who: Person | None, days: int, now: datetime
) -> Due:
    company = site.office.company
    whose = Whose(company.name, cast(Box, index_range.box), who.extension if who else "")
    return Due(whose, index_range, days, first_kept(now, company.timezone, days))
