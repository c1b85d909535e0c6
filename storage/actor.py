"""Who does something, and what that somebody may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Literal

Role = Literal["administrator", "employee"]
Via = Literal["page", "api", "cli", "phone", "system"]

NOBODY = ""
"""Stands for the company of messages that have none."""


@dataclass(frozen=True)
class ScopePart:
    """Messages that a scope covers together: those of which all of this is true.

    ``company_id`` is whose they are: None for any company and for nobody's, `NOBODY` for nobody's
    alone. ``people`` are the employees of it, by their ids, in whose boxes they are, None for any
    box.
    Deleted messages are among them only ``with_trash``.
    """

    company_id: str | None
    people: tuple[str, ...] | None = None
    with_trash: bool = True

    def has(self, company_id: str | None, employee_id: str | None, *, is_deleted: bool) -> bool:
        """Whether such messages are among them; see `Scope.covers`."""
        return (
            self.company_id in (None, company_id or NOBODY)
            and (self.people is None or employee_id in self.people)
            and (self.with_trash or not is_deleted)
        )


@dataclass(frozen=True)
class Scope:
    """Which messages may be seen: None means any.

    ``people`` limits to the messages of these employees, by their ids, and to what is not in the
    trash. ``unassigned`` adds messages that no company could be found for, unless there are such
    limits.

    `parts` is the one rule of what that is: `covers` applies it to a message that is known,
    `storage.messages.visibility` to rows, `storage.messages.search.index_ranges` to queries.
    """

    company_id: str | None = None
    people: tuple[str, ...] | None = None
    unassigned: bool = False

    @cached_property
    def parts(self) -> tuple[ScopePart, ...]:
        """What the scope consists of; no message is in two parts."""
        if self.people is not None:
            return (ScopePart(self.company_id, self.people, with_trash=False),)
        whole = ScopePart(self.company_id)
        adds = self.unassigned and self.company_id is not None
        return (whole, ScopePart(NOBODY)) if adds else (whole,)

    def covers(
        self, company_id: str | None, employee_id: str | None, *, is_deleted: bool = False
    ) -> bool:
        """Whether messages of that employee, None for the company's own, may be seen.

        A company of None is that of nobody.
        """
        return any(part.has(company_id, employee_id, is_deleted=is_deleted) for part in self.parts)


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
        """What the account may see wherever there are several companies."""
        return scope_for(self.company_id, self.role, (person.id for person in self.people))


def scope_for(
    company_id: str, role: Role, people: Iterable[str], only_company: str | None = None
) -> Scope:
    """An administrator sees all messages of the company, an employee those of the ``people``.

    Messages that no company could be found for are shown to the administrators of the
    ``only_company`` there is; where there are several, they are the command line's alone.
    """
    if role == "administrator":
        return Scope(company_id, unassigned=company_id == only_company)
    return Scope(company_id, tuple(people))


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
