"""What a call flow may use: a snapshot of the company's configuration, and the mailroom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from dialplan.mailroom import Mailroom
from storage.messages import Mailbox
from storage.office import Employee, Office
from storage.offices import Site
from telephony.call import Hearing


@dataclass(frozen=True)
class Services:
    """Made anew for each call: a change of configuration is seen by the next call.

    ``sound`` turns "prompt:NAME" or "sound:NAME" into what Asterisk plays; ``outside`` is the
    dial string for an outside number, with ``{number}`` in it; ``hearing`` is what a caller
    hears while a phone rings.
    """

    site: Site
    mailroom: Mailroom
    sound: Callable[[str], str]
    outside: str
    hearing: Hearing = "ringing"

    @property
    def office(self) -> Office:
        return self.site.office

    def employee(self, extension: str) -> Employee:
        return self.office.employees[extension]

    def mailbox(self, employee: str | None, dialled: str) -> Mailbox:
        """The mailbox of an employee (by extension), or the company's."""
        company = self.office.company
        if employee is None:
            return Mailbox(
                company_id=self.site.company_id,
                company=company.name,
                box="company",
                addressee_name=company.name,
                addressee_number=dialled,
                timezone=company.timezone,
            )
        addressee = self.employee(employee)
        return Mailbox(
            company_id=self.site.company_id,
            company=company.name,
            box="employee",
            addressee_name=addressee.name,
            addressee_number=employee,
            timezone=company.timezone,
            numbers=addressee.numbers,
        )
