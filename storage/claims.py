"""Whose a dialled number is: of two companies only one can have it, and the operator says which."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.allowance_models import AssignedRow
from storage.errors import ConfigError
from storage.models import CompanyRow, NumberRow
from storage.office import Office
from storage.office.phone import canonical, region_of

NOT_YOURS = "is not yours: the server's administrator assigns numbers"
"""Said alike of a number that another company has, and of one that nobody has."""


def claim_numbers(session: Session, company_id: str, office: Office, *, by: Actor) -> None:
    """Make the office's numbers the company's, within the transaction that changes the office.

    The operator assigns a number by using it. A company's own administrators use those that are
    assigned to it, or any where there is no other company. Raises ConfigError.
    """
    region = region_of(office.company.timezone)
    numbers = {canonical(number, region): number for number in office.numbers}
    assigned = _own(session, AssignedRow, company_id)
    if not by.is_operator and is_one_of_several(session):
        known = assigned | _own(session, NumberRow, company_id)
        _refuse(numbers[number] for number in numbers if number not in known)
    session.execute(delete(NumberRow).where(NumberRow.company_id == company_id))
    owners = _owners(session, numbers)
    if owners and by.is_operator:
        raise ConfigError(
            *(f"numbers.{numbers[n]}: belongs to the company “{owner}”" for n, owner in owners)
        )
    _refuse(numbers[number] for number, _ in owners)
    session.add_all(NumberRow(number=n, company_id=company_id) for n in numbers)
    new = numbers.keys() - assigned
    session.execute(delete(AssignedRow).where(AssignedRow.number.in_(new)))
    session.add_all(AssignedRow(number=n, company_id=company_id) for n in sorted(new))


def is_one_of_several(session: Session) -> bool:
    """Whether there is more than one company."""
    return (session.scalar(select(func.count()).select_from(CompanyRow)) or 0) > 1


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
    problems = [f"numbers.{number}: {NOT_YOURS}" for number in numbers]
    if problems:
        raise ConfigError(*problems)
