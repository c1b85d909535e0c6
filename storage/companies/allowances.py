"""What the operator of the system decides for each company: set, assigned, listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from storage.actor import Actor
from storage.audit import note
from storage.companies.allowance import checked_endpoints, checked_pattern
from storage.companies.mailbox_contexts import checked_context, set_context
from storage.companies.version import next_version
from storage.database.allowance_tables import AllowanceRow, AssignedRow
from storage.database.engine import Database
from storage.database.tables import CompanyRow, NumberRow
from storage.errors import ConfigError, NotFound, WrongValue
from storage.text import shown
from storage.words.phone_numbers import canonical
from storage.words.prefixes import checked_prefixes


@dataclass(frozen=True)
class Assigned:
    """A number that a company may use, in international digits where it is a full one."""

    number: str
    company_id: str
    in_use: bool


class Allowances:
    """What each company is allowed. Synchronous and safe to use from many threads.

    All methods raise DatabaseUnavailable; those that change something ConfigError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(
        self,
        company_id: str,
        *,
        by: Actor,
        endpoint_pattern: str | None = None,
        endpoints: str | None = None,
        allow: str | None = None,
        mailbox_context: str | None = None,
    ) -> None:
        """Decide what is given; "" goes back to what is usual.

        Numbers that were dialled before there were lists are dialled until ``allow`` is decided.
        """
        fields: dict[str, str | None] = {}
        if endpoint_pattern is not None:
            fields["endpoint_pattern"] = (
                checked_pattern(endpoint_pattern) if endpoint_pattern else None
            )
        if endpoints is not None:
            fields["endpoints"] = checked_endpoints(endpoints) or None
        if allow is not None:
            try:
                fields["allow"] = checked_prefixes(allow) or None
            except WrongValue as error:
                raise ConfigError.of([error.problem]) from error
            fields["dialled_before"] = None
        context = None if mailbox_context is None else checked_context(mailbox_context)
        with self._database.session() as session:
            version = next_version(session)
            company = _company(session, company_id)
            row = session.get(AllowanceRow, company_id) or AllowanceRow(company_id=company_id)
            session.add(row)
            changes = [
                {"path": name, "before": getattr(row, name), "after": value}
                for name, value in fields.items()
                if getattr(row, name) != value
            ]
            for name, value in fields.items():
                setattr(row, name, value)
            if context is not None and context != (company.mailbox_context or ""):
                path = {"path": "mailbox_context"}
                changes.append({**path, "before": company.mailbox_context, "after": context})
                set_context(session, company, context)
            # Whoever is changing the office meanwhile begins again, within these bounds.
            company.version = version
            if changes:
                note(
                    *(session, by, "company.allow"),
                    company_id=company_id,
                    subject=company.name,
                    details={"changes": changes},
                )

    def assign(self, number: str, company_id: str, region: str, *, by: Actor) -> None:
        """Let a company use a number, which is read as in the country ``region``."""
        same = canonical(number, region)
        with self._database.session() as session:
            next_version(session)
            company = _company(session, company_id)
            owner = _owner(session, same)
            if owner is not None and owner.id != company_id:
                raise ConfigError(
                    "number-assigned-elsewhere", number=shown(number), company=owner.name
                )
            if owner is None:
                session.add(AssignedRow(number=same, company_id=company_id))
                note(
                    *(session, by, "number.assign"),
                    company_id=company_id,
                    subject=same,
                    details={"company": company.name},
                )

    def unassign(self, number: str, regions: Sequence[str], *, by: Actor) -> None:
        """Give a number to nobody. NotFound if it is assigned to nobody in any spelling."""
        with self._database.session() as session:
            next_version(session)
            for same in dict.fromkeys(canonical(number, region) for region in regions):
                owner = _owner(session, same)
                if owner is None:
                    continue
                if session.get(NumberRow, same) is not None:
                    raise ConfigError("number-in-use", company=owner.name, number=shown(number))
                session.execute(delete(AssignedRow).where(AssignedRow.number == same))
                note(session, by, "number.unassign", company_id=owner.id, subject=same)
                return
        raise NotFound("number-unassigned", number=shown(number))

    def assigned(self, company_id: str | None = None) -> list[Assigned]:
        """The numbers that are assigned, to any company or to one."""
        statement = (
            select(AssignedRow.number, AssignedRow.company_id, NumberRow.number)
            .outerjoin(NumberRow, NumberRow.number == AssignedRow.number)
            .order_by(AssignedRow.number)
        )
        if company_id is not None:
            statement = statement.where(AssignedRow.company_id == company_id)
        with self._database.reading() as session:
            return [
                Assigned(number, owner, used is not None)
                for number, owner, used in session.execute(statement)
            ]


def _company(session: Session, company_id: str) -> CompanyRow:
    row = session.get(CompanyRow, company_id)
    if row is None:
        raise NotFound("company-removed")
    return row


def _owner(session: Session, number: str) -> CompanyRow | None:
    """The company that a number is assigned to."""
    return session.scalars(
        select(CompanyRow)
        .join(AssignedRow, AssignedRow.company_id == CompanyRow.id)
        .where(AssignedRow.number == number)
    ).one_or_none()
