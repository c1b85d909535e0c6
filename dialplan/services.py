"""What a call flow may use: a snapshot of the company's configuration, and the mailroom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dialplan import sounds
from dialplan.mailroom import Mailroom
from storage.mailboxes import company_mailbox, employee_mailbox
from storage.messages import Mailbox
from storage.office import Employee, Office
from storage.offices import Site
from telephony.call import Hearing

log = structlog.get_logger()


@dataclass(frozen=True)
class Services:
    """Made anew for each call: a change of configuration is seen by the next call.

    ``keys`` are those that mean something in the menu that the caller is in, "" without one.
    ``sound`` turns "prompt:NAME" or "sound:NAME" into what Asterisk plays; ``outside`` is the
    dial string for an outside number, with ``{number}`` in it; ``hearing`` is what a caller
    hears while a phone rings.
    """

    site: Site
    mailroom: Mailroom
    sound: Callable[[str], str]
    outside: str
    hearing: Hearing = "ringing"
    keys: str = ""

    @property
    def office(self) -> Office:
        return self.site.office

    def employee(self, extension: str) -> Employee:
        return self.office.employees[extension]

    def dials(self, number: str) -> bool:
        """Whether calls go out to that number: what the operator does not allow, nobody answers."""
        allowed = self.site.dials(number)
        if not allowed:
            log.warning("an outside number that may not be dialled", number=number)
        return allowed

    def mailbox(self, employee: str | None, dialled: str) -> Mailbox:
        """The mailbox of an employee (by extension), or the company's."""
        if employee is None:
            return company_mailbox(self.site, dialled)
        return employee_mailbox(self.site, employee)

    def greeting(self, employee: str | None) -> str:
        """What is played before the beep of that mailbox: its own, or a bundled one."""
        own = self.office.voicemail.greeting
        if employee is not None:
            own = self.employee(employee).greeting or own
        return self.sound(own) if own else sounds.LEAVE_MESSAGE
