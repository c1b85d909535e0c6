"""Employees as the people they are: a row for each, which stays when the extension goes on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.actor import Person
from storage.database.tables import Base, Id, UtcDateTime


class EmployeeRow(Base):
    """A person who has an extension, or had one from ``since`` to ``until``.

    ``extension`` is the last one where it changed; what was before is a `HoldingRow`.
    Without a ``name`` nobody knows who it was; or, while there is no ``until``, it is somebody to
    come, whom an account waits for already.
    """

    __tablename__ = "employees"
    __table_args__ = (
        Index(
            *("uq_employees_present", "company_id", "extension"),
            unique=True,
            sqlite_where=text("until IS NULL"),
        ),
        Index("ix_employees_extension", "company_id", "extension"),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    # No foreign key: like messages, people outlive their company.
    company_id: Mapped[str] = mapped_column(Id)
    extension: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def as_person(self) -> Person:
        """The person, without the dates."""
        return Person(self.id, self.extension, self.name, is_present=self.until is None)


class HoldingRow(Base):
    """An extension that a person had from ``since`` to ``until``, and another or a gap after it.

    Messages come late: whose they are must be known when the person has moved long since.
    """

    __tablename__ = "holdings"

    company_id: Mapped[str] = mapped_column(Id, primary_key=True)
    extension: Mapped[str] = mapped_column(Text, primary_key=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    employee_id: Mapped[str] = mapped_column(
        Id, ForeignKey("employees.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[datetime] = mapped_column(UtcDateTime)
