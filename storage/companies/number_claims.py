"""Whose a dialled number is: of two companies only one can have it, and the operator says which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.companies.directory import Directory, Site
from storage.database.allowance_tables import AssignedRow
from storage.database.tables import CompanyRow, NumberRow
from storage.errors import ConfigError, wrong
from storage.office import Office, stored_office
from storage.words.phone_numbers import canonical, dialable, region_of


def claim_numbers(
    session: Session,
    company_id: str,
    office: Office,
    before: Collection[str] | None = None,
    *,
    by: Actor,
) -> None:
    """Make the office's numbers the company's, within the transaction that changes the office.

    The operator assigns a number by using it. A company's own administrators use those that are
    assigned to it, or any where there is no other company; never in a spelling that may be dialled
    for another company's number. What stood there ``before`` they may send back. Raises
    ConfigError.
    """
    region = region_of(office.company.timezone)
    numbers = {canonical(number, region): number for number in office.numbers}
    assigned = _own(session, AssignedRow, company_id)
    if not by.is_operator and is_one_of_several(session):
        known = assigned | _own(session, NumberRow, company_id)
        new = {same: number for same, number in numbers.items() if number not in (before or ())}
        _refuse(number for same, number in new.items() if same not in known)
        _refuse(_taken_elsewhere(session, company_id, new))
    session.execute(delete(NumberRow).where(NumberRow.company_id == company_id))
    owners = _owners(session, numbers)
    if owners and by.is_operator:
        raise ConfigError.of(
            wrong("number-of-company", f"numbers.{numbers[n]}", company=owner)
            for n, owner in owners
        )
    _refuse(numbers[number] for number, _ in owners)
    session.add_all(NumberRow(number=n, company_id=company_id) for n in numbers)
    unassigned = numbers.keys() - assigned
    session.execute(delete(AssignedRow).where(AssignedRow.number.in_(unassigned)))
    session.add_all(AssignedRow(number=n, company_id=company_id) for n in sorted(unassigned))


def is_one_of_several(session: Session) -> bool:
    """Whether there is more than one company."""
    return (session.scalar(select(func.count()).select_from(CompanyRow)) or 0) > 1


def _taken_elsewhere(
    session: Session, company_id: str, numbers: Mapping[str, str]
) -> Iterator[str]:
    """Those of the numbers, by their canonical form, whose digits may be dialled for another's."""
    if not numbers:
        return
    theirs = {
        number
        for table in (AssignedRow, NumberRow)
        for number in session.scalars(select(table.number).where(table.company_id != company_id))
    }
    others = _others(session, company_id)
    for same, number in numbers.items():
        plain = {same, dialable(number)}
        if plain & theirs or any(others.find(each) for each in plain):
            yield number


def _others(session: Session, company_id: str) -> Directory:
    sites = {}
    rows = select(CompanyRow.id, CompanyRow.config).where(CompanyRow.id != company_id)
    for other, config in session.execute(rows):
        # A company that cannot be read takes no calls; its rows above count all the same.
        with suppress(ValidationError):
            sites[other] = Site(other, stored_office(config))
    return Directory(0, sites)


def _own(session: Session, table: type[AssignedRow | NumberRow], company_id: str) -> set[str]:
    return set(session.scalars(select(table.number).where(table.company_id == company_id)))


def _owners(session: Session, numbers: Collection[str]) -> list[tuple[str, str]]:
    """Those of the numbers that are in use, each with the company's name."""
    found = session.execute(
        select(NumberRow.number, CompanyRow.name)
        .join(CompanyRow, CompanyRow.id == NumberRow.company_id)
        .where(NumberRow.number.in_(numbers))
        .order_by(NumberRow.number)
    )
    return [(number, owner) for number, owner in found]


def _refuse(numbers: Iterable[str]) -> None:
    # Said alike of a number that another company has, and of one that nobody has.
    problems = [wrong("number-not-yours", f"numbers.{number}") for number in numbers]
    if problems:
        raise ConfigError.of(problems)
