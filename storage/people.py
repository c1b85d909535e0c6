"""Whose an extension is, was, and will be: the person behind messages and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, delete, or_, select
from sqlalchemy.orm import Session

from storage.actor import Person
from storage.database.account_tables import BindingRow, UserRow
from storage.database.employee_tables import EmployeeRow, HoldingRow
from storage.database.tables import IS_QUIET, AddresseeRow, MessageRow
from storage.database.upsert import insert_into
from storage.errors import Problem, warning
from storage.identifiers import is_id, new_id
from storage.text import storable
from storage.words.terms import searchable

_FOREVER = datetime.max.replace(tzinfo=UTC)


def new_person(
    company_id: str, extension: str, name: str, since: datetime, until: datetime | None = None
) -> EmployeeRow:
    """Somebody who gets an extension."""
    return EmployeeRow(
        id=new_id(since),
        company_id=company_id,
        extension=extension,
        name=name,
        since=since,
        until=until,
    )


def spoken_by(session: Session, employee_id: str) -> str | None:
    """The language that somebody's account has chosen; None where none did, or several differ."""
    chosen = (
        select(UserRow.language)
        .join(BindingRow, BindingRow.user_id == UserRow.id)
        .where(BindingRow.employee_id == employee_id)
        .where(UserRow.language.is_not(None), UserRow.disabled_at.is_(None))
    )
    languages = set(session.scalars(chosen))
    return languages.pop() if len(languages) == 1 else None


def owner(session: Session, company_id: str, extension: str, at: datetime) -> str:
    """The id of the person whose a message is that was left for an extension at that time.

    Where nobody had it just then it is who had it last before, or else who had it first. Of an
    extension that nobody ever had it is a former employee of whom nothing is known.
    """
    past = _past(company_id, extension)
    of_extension = select(EmployeeRow).where(
        EmployeeRow.company_id == company_id, EmployeeRow.extension == extension
    )
    holdings = [(r.since, r.until or _FOREVER, r.id) for r in session.scalars(of_extension)]
    holdings += [(r.since, r.until, r.employee_id) for r in session.scalars(past)]
    if not holdings:
        somebody = new_person(company_id, extension, "", at, at)
        session.add(somebody)
        session.flush()
        return somebody.id
    begun = [each for each in holdings if each[0] <= at]
    held = [each for each in begun if at < each[1]]
    if held or not begun:
        return (max(held) if held else min(holdings))[2]
    return max(begun, key=lambda each: each[1])[2]


def address(session: Session, row: MessageRow) -> None:
    """Say whose a message is that has just come, if it is for an employee.

    All that is said in one call for one extension is for one person, for whom the call was: who
    speaks again must not speak to somebody else.
    """
    if row.box == "employee" and row.company_id is not None and row.employee_id is None:
        number, at = row.addressee_number, row.received_at
        _await_succession(session, row.company_id, number)
        begun = _begun_for(session, row)
        row.employee_id = begun or owner(session, row.company_id, number, at)
        who = session.get(EmployeeRow, row.employee_id)
        if who and who.name and (who.until is not None or who.extension != number):
            row.addressee_name = storable(who.name)
            row.addressee_words = searchable(who.name, [number], row.timezone)


def _await_succession(session: Session, company_id: str, extension: str) -> None:
    """Have whoever gives the extension to somebody else wait for this message, or it for them.

    The statements that follow see what was done meanwhile.
    """
    if session.get_bind().dialect.name == "postgresql":
        past = _past(company_id, extension).with_only_columns(HoldingRow.employee_id)
        had_it = or_(EmployeeRow.extension == extension, EmployeeRow.id.in_(past))
        people = select(EmployeeRow.id).where(EmployeeRow.company_id == company_id, had_it)
        session.execute(people.with_for_update(read=True))


def _past(company_id: str, extension: str) -> Select[HoldingRow]:
    """What is remembered of an extension."""
    return select(HoldingRow).where(
        HoldingRow.company_id == company_id, HoldingRow.extension == extension
    )


def _begun_for(session: Session, row: MessageRow) -> str | None:
    """For whom the draft is that this one replaces, or else the call's first for the extension."""
    there = MessageRow
    columns = select(there.addressee_number, there.employee_id).where(
        there.company_id == row.company_id, there.employee_id.is_not(None)
    )
    if row.replaces:
        replaced = columns.with_only_columns(there.employee_id).where(there.id == row.replaces)
        if found := session.scalar(replaced):
            return found
    if row.call_id:
        # Few, and sorted by the index of calls: with a limit it might not be the one that is read.
        of_call = session.execute(columns.where(there.call_id == row.call_id).order_by(there.place))
        for number, employee_id in of_call.all():
            if number == row.addressee_number:
                return employee_id
    return None


def called(session: Session, who: str, company_id: str | None) -> tuple[str, ...]:
    """The ids of those meant by an extension, or by a person's own id; in one company or in any.

    An extension means who has it now; one that nobody has, who had it last.
    """
    is_meant = EmployeeRow.id == who if is_id(who) else EmployeeRow.extension == who
    statement = select(EmployeeRow).where(is_meant)
    if company_id is not None:
        statement = statement.where(EmployeeRow.company_id == company_id)
    meant: dict[str, EmployeeRow] = {}
    for row in session.scalars(statement):
        other = meant.get(row.company_id)
        if other is None or _later(row, other):
            meant[row.company_id] = row
    return tuple(row.id for row in meant.values())


def bind(
    session: Session, company_id: str, extensions: Iterable[str], at: datetime
) -> list[EmployeeRow]:
    """Who has these extensions now. One that nobody has waits for who is to get it."""
    wanted = list(dict.fromkeys(extensions))
    there = session.scalars(
        select(EmployeeRow).where(_present(company_id), EmployeeRow.extension.in_(wanted))
    )
    people = {row.extension: row for row in there}
    for extension in wanted:
        if extension not in people:
            people[extension] = new_person(company_id, extension, "", at)
            session.add(people[extension])
    session.flush()
    return [people[extension] for extension in wanted]


def settle_in(session: Session, row: EmployeeRow, extension: str, at: datetime) -> None:
    """Give an extension to somebody who had one before; that is remembered."""
    session.add(
        HoldingRow(
            employee_id=row.id,
            company_id=row.company_id,
            extension=row.extension,
            since=row.since,
            until=row.until or at,
        )
    )
    row.extension, row.since, row.until = extension, at, None


def rebind(session: Session, before: EmployeeRow, after: EmployeeRow) -> None:
    """Bind the accounts of one person to another."""
    users = session.scalars(select(BindingRow.user_id).where(BindingRow.employee_id == before.id))
    rows = [{"user_id": user_id, "employee_id": after.id} for user_id in users]
    if rows:
        statement = insert_into(session, BindingRow).on_conflict_do_nothing()
        session.connection().execute(statement, rows)
    session.execute(delete(BindingRow).where(BindingRow.employee_id == before.id))


def present(session: Session, company_id: str) -> list[EmployeeRow]:
    """Who has an extension of the company now, those to come included."""
    return list(session.scalars(select(EmployeeRow).where(_present(company_id))))


def holder(company_id: str, extension: str) -> Select[EmployeeRow]:
    """Asks who has an extension now; nobody who is yet to come."""
    return select(EmployeeRow).where(
        _present(company_id),
        EmployeeRow.extension == storable(extension),
        EmployeeRow.name != "",
    )


def known(session: Session, company_id: str) -> list[Person]:
    """Employees, and former ones with messages listed or kept aside; by extension."""
    with_messages = select(AddresseeRow.employee_id).where(
        AddresseeRow.company_id == company_id,
        AddresseeRow.box == "employee",
        AddresseeRow.employee_id.is_not(None),
        AddresseeRow.kept > 0,
    )
    of_employee = MessageRow.employee_id == EmployeeRow.id
    kept_aside = select(MessageRow.place).where(IS_QUIET, of_employee).exists()
    rows = session.scalars(
        select(EmployeeRow)
        .where(
            EmployeeRow.company_id == company_id,
            or_(EmployeeRow.until.is_(None), EmployeeRow.id.in_(with_messages), kept_aside),
        )
        .order_by(EmployeeRow.extension, EmployeeRow.since.desc())
    )
    return [row.as_person() for row in rows if row.name or row.until is not None]


@dataclass(frozen=True)
class StaleBinding:
    """An account that may come in and is bound to somebody who is not there."""

    user_id: str
    login: str
    person: Person

    @property
    def problem(self) -> Problem:
        """What is wrong, as a warning about the account."""
        who, where = self.person, f"users.{self.login}"
        if who.is_present:
            return warning("bound-to-nobody", where, extension=who.extension)
        if not who.name:
            return warning("bound-to-nameless", where, extension=who.extension)
        return warning("bound-to-former", where, name=who.name, extension=who.extension)


def stale_bindings(session: Session, company_id: str | None = None) -> Sequence[StaleBinding]:
    """Accounts bound to former employees, and to extensions that nobody has; by login."""
    statement = (
        select(UserRow.id, UserRow.login, EmployeeRow)
        .join(BindingRow, BindingRow.user_id == UserRow.id)
        .join(EmployeeRow, EmployeeRow.id == BindingRow.employee_id)
        .where(
            UserRow.disabled_at.is_(None),
            or_(EmployeeRow.until.is_not(None), EmployeeRow.name == ""),
        )
        .order_by(UserRow.login, EmployeeRow.extension)
    )
    if company_id is not None:
        statement = statement.where(UserRow.company_id == company_id)
    return [
        StaleBinding(user_id, login, row.as_person())
        for user_id, login, row in session.execute(statement)
    ]


def _present(company_id: str) -> ColumnElement[bool]:
    return (EmployeeRow.company_id == company_id) & EmployeeRow.until.is_(None)


def _later(row: EmployeeRow, other: EmployeeRow) -> bool:
    """Whether somebody has the extension and the other had it, or had it longer than the other."""
    if row.until is None or other.until is None:
        return row.until is None
    return row.until > other.until
