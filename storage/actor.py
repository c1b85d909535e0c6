"""Who does something, and what that somebody may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Role = Literal["administrator", "employee"]
Via = Literal["page", "api", "cli", "phone", "system"]


@dataclass(frozen=True)
class Scope:
    """Which messages may be seen: None means any.

    ``people`` limits to the messages of these employees, by their ids, and to what is not in the
    trash. ``unassigned`` adds messages that no company could be found for.
    """

    company_id: str | None = None
    people: tuple[str, ...] | None = None
    unassigned: bool = False

    def covers(self, company_id: str | None, employee_id: str | None) -> bool:
        """Whether messages of that employee, None for the company's own, may be seen.

        A company of None is that of nobody.
        """
        if self.company_id is not None:
            if company_id is None:
                return self.unassigned
            if company_id != self.company_id:
                return False
        return self.people is None or employee_id in self.people


EVERYTHING = Scope()
"""What the command line may see."""


@dataclass(frozen=True)
class Person:
    """An employee as somebody: the id stays, whoever gets the extension next.

    ``name`` is "" for one nobody knows any more, and for one who is to come. ``extension`` is the
    last one of who has none now.
    """

    id: str
    extension: str
    name: str
    is_present: bool


@dataclass(frozen=True)
class User:
    """An account of the page. An employee's sees the messages of the ``people`` bound to it.

    ``language`` is None where the user follows the company's.
    """

    id: str
    company_id: str
    login: str
    name: str
    role: Role
    people: tuple[Person, ...]
    language: Literal["ru", "en"] | None
    is_disabled: bool
    must_change_password: bool
    created_at: datetime
    logged_in_at: datetime | None

    @property
    def is_administrator(self) -> bool:
        """Whether everything of the company is open to the user."""
        return self.role == "administrator"

    @property
    def extensions(self) -> tuple[str, ...]:
        """The extensions that the people bound to the account have now."""
        return tuple(person.extension for person in self.people if person.is_present)

    @property
    def former(self) -> tuple[Person, ...]:
        """Those bound to the account who have no extension any more."""
        return tuple(person for person in self.people if not person.is_present)

    @property
    def bound(self) -> tuple[str, ...]:
        """Everybody bound to the account: by extension, and former ones by id."""
        return (*self.extensions, *(person.id for person in self.former))

    @property
    def scope(self) -> Scope:
        """An administrator sees all messages of the company, an employee the person's own."""
        people = tuple(person.id for person in self.people)
        return Scope(self.company_id, None if self.is_administrator else people)


@dataclass(frozen=True)
class Actor:
    """Who is written down in the audit log, how that person came, and from which address."""

    name: str
    via: Via
    address: str = ""
    user_id: str | None = None

    @property
    def is_operator(self) -> bool:
        """Whether it is who runs the whole system, by its command line; others have a company."""
        return self.via in ("cli", "system")


SYSTEM = Actor(name="voicepost", via="system")
"""What the service does by itself."""
