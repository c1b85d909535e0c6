"""The table of keys that this installation signs with."""

from __future__ import annotations

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.database.tables import Base


class SigningKeyRow(Base):
    """A key, by what is signed with it: never shown, and the same for all roles."""

    __tablename__ = "signing_keys"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)
