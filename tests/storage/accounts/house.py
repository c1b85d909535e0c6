"""Two companies with their people, on each database, and a clock that can be put forward."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from argon2.profiles import CHEAPEST

from storage.accounts.invitations import Invitations
from storage.accounts.passwords import Passwords
from storage.accounts.sessions import LoginRefused, Sessions
from storage.accounts.tokens import Tokens
from storage.accounts.users import Users
from storage.actor import Actor, Role, User
from storage.audit import AuditEntry, AuditLog, AuditQuery
from storage.database.engine import Database
from storage.database.tables import CompanyRow

COMPANY = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"
PASSWORD = "twelve green apples"
HOME = "192.0.2.7"
LUCKILY_NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
BOSS = Actor(name="boss", via="cli")


@dataclass
class Clock:
    """A clock that stands still until it is put forward."""

    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.time

    def forward(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@dataclass(frozen=True)
class House:
    """Everything about accounts, with passwords that cost little to hash."""

    database: Database
    clock: Clock
    users: Users
    sessions: Sessions
    tokens: Tokens
    invitations: Invitations
    audit: AuditLog

    def add(
        self,
        login: str,
        role: Role = "employee",
        *extensions: str,
        company_id: str = COMPANY,
        password: str | None = PASSWORD,
    ) -> User:
        """Somebody who can log in."""
        return self.users.add(
            company_id=company_id,
            login=login,
            name=login.title(),
            role=role,
            extensions=extensions,
            password=password,
            by=BOSS,
        )

    def log_in(
        self, login: str, password: str = PASSWORD, address: str = HOME, device: str = ""
    ) -> str:
        """The token of a new session."""
        return self.sessions.log_in(
            login, password, address=address, agent="Firefox", device=device
        )[1]

    def refusal(
        self, login: str, password: str = "wrong", address: str = HOME, device: str = ""
    ) -> int | None:
        """Fail to log in; the seconds to wait, None if login and password were looked at."""
        try:
            self.log_in(login, password, address, device)
        except LoginRefused as refused:
            return refused.retry_after
        raise AssertionError("somebody came in")

    def entries(self, company_id: str | None = COMPANY) -> list[AuditEntry]:
        """What the audit log tells, the oldest first."""
        return list(self.audit.list(AuditQuery(company_id=company_id)).entries)[::-1]

    def actions(self) -> list[str]:
        """The words of the log, the oldest first."""
        return [entry.action for entry in self.entries()]


def house(database: Database) -> House:
    """Two companies without any people."""
    with database.session() as session:
        for company_id, name in ((COMPANY, "Ромашка"), (OTHER, "Лютик")):
            session.add(CompanyRow(id=company_id, name=name, config="{}", version=1))
    clock, passwords = Clock(), Passwords(CHEAPEST)
    return House(
        database=database,
        clock=clock,
        users=Users(database, passwords, clock),
        sessions=Sessions(database, passwords, now=clock),
        tokens=Tokens(database, clock),
        invitations=Invitations(database, passwords, clock),
        audit=AuditLog(database),
    )
