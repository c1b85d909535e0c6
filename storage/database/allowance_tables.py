"""The tables of what the operator of the system decides for each company."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.tables import Base, Id


class AllowanceRow(Base):
    """What the operator of the system allows a company: see `storage.companies.allowance`.

    Lists have commas between; None is what is usual.
    """

    __tablename__ = "allowances"

    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), primary_key=True
    )
    endpoint_pattern: Mapped[str | None] = mapped_column(Text)
    endpoints: Mapped[str | None] = mapped_column(Text)
    allow: Mapped[str | None] = mapped_column(Text)
    dialled_before: Mapped[str | None] = mapped_column(Text)


class AssignedRow(Base):
    """A number, as in `NumberRow`, that the operator gave a company, in use or not."""

    __tablename__ = "assigned_numbers"

    number: Mapped[str] = mapped_column(Text, primary_key=True)
    company_id: Mapped[str] = mapped_column(
        Id, ForeignKey("companies.id", ondelete="CASCADE"), index=True
    )
