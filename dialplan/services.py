"""What a call flow may use: a snapshot of the company's configuration, the taker, and mailboxes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from dialplan import sounds
from dialplan.keeping.mailbox_keeping import MailboxKeeper
from dialplan.keeping.message_taking import MessageTaker
from storage.companies.store import Site
from storage.intake.intake import Mailbox
from storage.intake.mailboxes import company_mailbox, employee_mailbox
from storage.office import Employee, Office, VoicemailSettings
from telephony.call import Hearing

OUTSIDE_SECONDS = 60.0
"""Outside lines ring as long as the network lets them; most give up before a minute."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Desk:
    """Where one message is left: in which mailbox, what is played before the beep, and how."""

    mailbox: Mailbox
    greeting: str
    settings: VoicemailSettings


@dataclass(frozen=True)
class Services:
    """Made anew for each call: a change of configuration is seen by the next call.

    ``keys`` are those that mean something in the menu that the caller is in, "" without one.
    ``sound`` turns "prompt:NAME" or "sound:NAME" into what Asterisk plays; ``outside`` is the
    dial string for an outside number, with ``{number}`` in it; ``hearing`` is what a caller
    hears while a phone rings.
    """

    site: Site
    taker: MessageTaker
    mailboxes: MailboxKeeper
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

    def outside_endpoint(self, number: str) -> str:
        """The dial string of an outside number."""
        return self.outside.replace("{number}", number)

    def desk(self, employee: str | None, dialled: str) -> Desk:
        """Where messages are left for an employee (by extension), or for the company.

        Of an employee who is gone, for the company. The greeting is a bundled one where the
        mailbox has none of its own.
        """
        settings = self.office.voicemail
        own = settings.greeting
        if employee in self.office.employees:
            own = self.employee(employee).greeting or own
            mailbox = employee_mailbox(self.site, employee)
        else:
            mailbox = company_mailbox(self.site, dialled)
        return Desk(mailbox, self.sound(own) if own else sounds.LEAVE_MESSAGE, settings)
