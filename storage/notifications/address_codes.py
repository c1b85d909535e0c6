"""Codes by which somebody shows that a mail address is theirs: made, sent, and compared."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hmac import compare_digest
from typing import Final, Literal, cast

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from storage.database.delivery_tables import DeliveryRow, OwnAddressRow
from storage.database.employee_tables import EmployeeRow
from storage.errors import ConfigError
from storage.notifications.delivery import waiting
from storage.notifications.own_address import CONFIRM, Code
from storage.office.notify import MailDestination

GOOD_FOR: Final = timedelta(hours=24)
"""As long as the letter with a code may take to arrive, so long the code is good."""
WRONG_CODES: Final = 5
"""After so many the code is good no longer: there are a hundred million."""
MOST_LETTERS: Final = 10
"""Letters with codes for one person within `GOOD_FOR`: strangers may be at their other end."""


def send(session: Session, row: OwnAddressRow, told: MailDestination) -> None:
    """Have a letter bring another code. ConfigError after too many."""
    now = datetime.now(UTC)
    letters = select(func.count()).where(
        DeliveryRow.company_id == row.company_id,
        DeliveryRow.employee_id == row.employee_id,
        DeliveryRow.event == CONFIRM,
        DeliveryRow.made_at > now - GOOD_FOR,
    )
    if (session.scalar(letters) or 0) >= MOST_LETTERS:
        raise ConfigError("too-many-codes", "mail")
    row.code = f"{secrets.randbelow(10**8):08d}"
    row.code_until, row.wrong_codes = now + GOOD_FOR, 0
    session.add(DeliveryRow(**waiting(now, told, CONFIRM, row.company_id, row.employee_id)))


def follow(session: Session, row: OwnAddressRow, destination: str) -> None:
    """Have a letter that is on its way find its code where the address gets another key."""
    letters = (
        DeliveryRow.employee_id == row.employee_id,
        DeliveryRow.destination == row.destination,
        DeliveryRow.event == CONFIRM,
    )
    session.execute(update(DeliveryRow).where(*letters).values(destination=destination))


def refusal(row: OwnAddressRow, code: str) -> str:
    """Why a code is not taken; "" for the right one. Counts what is wrong."""
    if row.code is None or row.code_until is None or row.code_until < datetime.now(UTC):
        return "code-not-good"
    given = "".join(code.split())
    if given.isascii() and compare_digest(given, row.code):
        return ""
    row.wrong_codes += 1
    if row.wrong_codes >= WRONG_CODES:
        row.code = row.code_until = None
        return "code-not-good"
    return "wrong-code"


def to_bring(session: Session, destination: str, employee_id: str | None) -> Code | None:
    """The code that a letter is to bring; None where nobody waits for it any more."""
    row = session.scalars(
        select(OwnAddressRow).where(
            OwnAddressRow.employee_id == employee_id,
            OwnAddressRow.destination == destination,
            OwnAddressRow.code_until > datetime.now(UTC),
        )
    ).one_or_none()
    if row is None or row.code is None:
        return None
    who = session.get_one(EmployeeRow, row.employee_id)
    if who.until is not None:
        return None
    return Code(row.code, who.name, who.extension, cast(Literal["ru", "en"] | None, row.language))
