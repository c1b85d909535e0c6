"""Since when somebody is told of a mailbox: of what came before, nothing is sent."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final, get_args

import structlog
from pydantic import ValidationError
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, tuple_, update
from sqlalchemy.orm import Session

from storage.database.delivery_tables import (
    DeliveryRow,
    DestinationRow,
    OwnAddressRow,
    ReadNewsRow,
)
from storage.database.tables import NewsRow
from storage.database.upsert import insert_into
from storage.office import Office
from storage.office.notify import AnyDestination, Event, Kind, MailDestination, daily_of
from storage.office.times import next_time
from storage.office.told import COMPANY
from storage.people import present

NOTIFICATIONS = "notifications"
"""Who reads the news to tell the destinations: from the first one on."""

REMOVED: Final = "the destination was removed"
COMPANY_GONE: Final = "the company is gone"
"""Answers of deliveries that are not sent any more."""

_IS_OWN: Final = exists().where(
    OwnAddressRow.employee_id == DeliveryRow.employee_id,
    OwnAddressRow.destination == DeliveryRow.destination,
)
"""Whether a delivery goes to an address that its employee set, whoever else had named it."""

log = structlog.get_logger()


def note_destinations(session: Session, company_id: str, office: Office) -> None:
    """Note those that are new, and forget those that are gone, in the change's transaction: what
    waits to be sent to these is not sent any more.

    After `storage.companies.succession.follow`: they are the people's, whose extensions change.
    """
    people = {row.extension: row.id for row in present(session, company_id)}
    lists = {people[extension]: who.notify for extension, who in office.employees.items()}
    lists[COMPANY] = office.voicemail.notify
    wanted = {(mailbox, each.key): each for mailbox, list_ in lists.items() for each in list_ or ()}
    now = datetime.now(UTC)
    of_company = DestinationRow.company_id == company_id
    places = {(mailbox, each.place) for (mailbox, _), each in wanted.items()}
    # Whoever makes deliveries locks them too, in this order, and after people's own.
    has_own = _plan_own_digests(session, company_id, office, set(people.values()), places, now)
    in_order = (DestinationRow.mailbox, DestinationRow.destination)
    there = {
        (row.mailbox, row.destination): row
        for row in session.scalars(
            select(DestinationRow).where(of_company).order_by(*in_order).with_for_update()
        )
    }
    if gone := there.keys() - wanted.keys():
        session.execute(delete(DestinationRow).where(of_company, tuple_(*in_order).in_(gone)))
    for key in wanted.keys() & there.keys():
        plan_digest(there[key], next_digest(wanted[key], office, now), now)
    if there or has_own:
        is_theirs = tuple_(func.coalesce(DeliveryRow.employee_id, COMPANY), DeliveryRow.destination)
        of_person = DeliveryRow.employee_id
        has_left = of_person.is_not(None) & of_person.not_in(people.values())
        is_gone = has_left | (is_theirs.in_(gone) & ~_IS_OWN)
        cancel_waiting(session, (DeliveryRow.company_id == company_id) & is_gone, REMOVED)
        look_anew(session, now, DeliveryRow.company_id == company_id)
    if new := wanted.keys() - there.keys():
        since = session.scalar(select(func.max(NewsRow.seq))) or 0
        rows = [
            {
                "company_id": company_id,
                "mailbox": mailbox,
                "destination": key,
                "since": since,
                "set_at": now,
                "next_digest_at": next_digest(wanted[mailbox, key], office, now),
            }
            for mailbox, key in sorted(new)
        ]
        session.execute(insert(DestinationRow), rows)
        begin_reading(session, since)


def begin_reading(session: Session, seq: int) -> None:
    """Have the news read from there on, where there was nobody to tell so far."""
    first = {"reader": NOTIFICATIONS, "seq": seq}
    statement = insert_into(session, ReadNewsRow).on_conflict_do_nothing()
    session.connection().execute(statement, [first])


def look_anew(session: Session, now: datetime, whose: ColumnElement[bool]) -> None:
    """Have the worker look at what waits for its time of the day: that may have changed."""
    waits = (
        DeliveryRow.state == "waiting",
        DeliveryRow.next_try_at > now,
        DeliveryRow.tries == 0,
        DeliveryRow.folded_into.is_(None),
        DeliveryRow.event.in_(get_args(Event)),
    )
    session.execute(update(DeliveryRow).where(whose, *waits).values(next_try_at=now))


def cancel_waiting(session: Session, whose: ColumnElement[bool], answer: str) -> None:
    """Have what waits not be sent any more: nobody wants it now."""
    waits = (whose, DeliveryRow.state == "waiting")
    in_order = select(DeliveryRow.id).where(*waits).order_by(DeliveryRow.id)
    session.scalars(in_order.with_for_update()).all()  # locked as by workers, in this order
    session.execute(update(DeliveryRow).where(*waits).values(ended("cancelled", answer)))


def ended(state: str, answer: str) -> dict[str, object]:
    """The values of a delivery's row that has come to its end."""
    return {
        "state": state,
        "answer": answer,
        "ended_at": datetime.now(UTC),
        "next_try_at": None,
        "taken_until": None,
    }


def next_digest(destination: AnyDestination, office: Office, now: datetime) -> datetime | None:
    """When a destination gets its next digest; None where it gets none."""
    at = daily_of(destination)
    return next_time(now, at, office.company.timezone) if at else None


def plan_digest(row: DestinationRow | OwnAddressRow, due: datetime | None, now: datetime) -> None:
    """Note when the next digest is due; one that is due already is to be made all the same."""
    if due is None or row.next_digest_at is None or row.next_digest_at > now:
        row.next_digest_at = due


def own_destination(row: OwnAddressRow) -> MailDestination | None:
    """What somebody has set for an address of their own.

    None where it cannot be read: one address must not hold up the others.
    """
    try:
        return MailDestination.model_validate_json(row.settings)
    except ValidationError:
        log.error("an address of somebody's own is left out", address=row.id)
        return None


def _plan_own_digests(
    session: Session,
    company_id: str,
    office: Office,
    present_ids: set[str],
    configured: Collection[tuple[str, tuple[Kind, str, bool]]],
    now: datetime,
) -> bool:
    """Plan the digests of people's own addresses; whether there are any addresses.

    None for who has left, and where the configuration says what an address is told.
    """
    confirmed = select(OwnAddressRow).where(
        OwnAddressRow.company_id == company_id, OwnAddressRow.since.is_not(None)
    )
    rows = session.scalars(confirmed.order_by(OwnAddressRow.id).with_for_update()).all()
    for row in rows:
        told = own_destination(row)
        is_told = told and (row.employee_id, told.place) not in configured
        if row.employee_id not in present_ids:
            is_told, row.hour_letter = False, None
        plan_digest(row, next_digest(told, office, now) if told and is_told else None, now)
    return bool(rows)
