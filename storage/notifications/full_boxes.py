"""Mailboxes that hold as many messages as they may, and how often that is told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow
from storage.database.tables import NewsRow
from storage.identifiers import first_id
from storage.messages import month_counts

ONCE_IN: Final = timedelta(hours=1)
"""Each caller finds it full: that is told once in so long."""


def filled(session: Session, items: Sequence[NewsRow], directory: Directory) -> set[int]:
    """The numbers of those news of kept messages that took the last place of their mailbox."""
    last = {(item.company_id, item.employee_id): item.seq for item in items if item.kind == "kept"}
    found = set[int]()
    for (company_id, employee_id), seq in last.items():
        site = directory.offices.get(company_id or "")
        most = site.office.voicemail.max_messages if site else None
        if most is None:
            continue
        key = month_counts.employee_key(employee_id) if employee_id else "company"
        if (session.scalar(select(month_counts.listed_in(company_id, key))) or 0) >= most:
            found.add(seq)
    return found


class ToldLately:
    """To whom was told within the last hour that a mailbox is full."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._told: dict[tuple[str, str | None], set[str]] = {}

    def add(self, company_id: str, employee_id: str | None, destination: str) -> bool:
        """Note that it is told to a destination now; False where it was told lately."""
        box = company_id, employee_id
        if box not in self._told:
            since = first_id(datetime.now(UTC) - ONCE_IN)
            told = select(DeliveryRow.destination).where(
                DeliveryRow.company_id == company_id,
                DeliveryRow.employee_id == employee_id,
                DeliveryRow.event == "box.full",
                DeliveryRow.id > since,
            )
            self._told[box] = set(self._session.scalars(told))
        is_new = destination not in self._told[box]
        self._told[box].add(destination)
        return is_new
