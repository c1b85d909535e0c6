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

    ``extensions`` limits to the boxes of the employees who have them, and to what is not in the
    trash. ``unassigned`` adds messages that no company could be found for.
    """

    company_id: str | None = None
    extensions: tuple[str, ...] | None = None
    unassigned: bool = False

    def covers(self, company_id: str | None, box: str, addressee_number: str) -> bool:
        """Whether messages of that box may be seen; a company of None is that of nobody."""
        if self.company_id is not None:
            if company_id is None:
                return self.unassigned
            if company_id != self.company_id:
                return False
        if self.extensions is None:
            return True
        return box == "employee" and addressee_number in self.extensions


EVERYTHING = Scope()
"""What the command line may see."""


@dataclass(frozen=True)
class User:
    """An account of the page. An employee's ``extensions`` are the numbers bound to it.

    ``language`` is None where the user follows the company's.
    """

    id: str
    company_id: str
    login: str
    name: str
    role: Role
    extensions: tuple[str, ...]
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
    def scope(self) -> Scope:
        """An administrator sees all messages of the company, an employee those of own numbers."""
        return Scope(self.company_id, None if self.is_administrator else self.extensions)


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
