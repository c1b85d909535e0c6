"""Whose messages: the mailbox of a company, and that of an employee."""

from __future__ import annotations

from storage.companies.store import Site
from storage.intake.intake import Mailbox

UNASSIGNED = "unassigned"


def company_mailbox(site: Site, dialled: str) -> Mailbox:
    """The box of the company whose number was dialled."""
    company = site.office.company
    return Mailbox(
        company_id=site.company_id,
        company=company.name,
        box="company",
        addressee_name=company.name,
        addressee_number=dialled,
        timezone=company.timezone,
    )


def employee_mailbox(site: Site, extension: str) -> Mailbox:
    """An employee's own box. Raises KeyError for an extension nobody has."""
    company = site.office.company
    employee = site.office.employees[extension]
    return Mailbox(
        company_id=site.company_id,
        company=company.name,
        box="employee",
        addressee_name=employee.name,
        addressee_number=extension,
        timezone=company.timezone,
        numbers=tuple(employee.numbers),
    )


def unassigned_mailbox(dialled: str, timezone: str = "UTC") -> Mailbox:
    """Where messages go that nobody can be found for; the administrator sees them."""
    return Mailbox(
        company_id=None,
        company=UNASSIGNED,
        box="company",
        addressee_name=UNASSIGNED,
        addressee_number=dialled,
        timezone=timezone,
    )
