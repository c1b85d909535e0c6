"""From what happened to what is to be sent: reads the news, and makes deliveries of them.

Both are one transaction: of each item each destination gets one delivery, whoever reads, and
whenever it is killed. Several may read at once: the row that says how far is theirs in turn.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from storage.companies.destinations import NOTIFICATIONS
from storage.companies.directory import Directory
from storage.database.delivery_tables import DeliveryRow, DestinationRow, OwnAddressRow, ReadNewsRow
from storage.database.engine import Database
from storage.database.tables import NewsRow
from storage.notifications.delivery import UNHEARD, waiting
from storage.notifications.full_boxes import ToldLately
from storage.notifications.happenings import EVENTS, Happening, happenings
from storage.notifications.limit import within_limit
from storage.notifications.own_address import beside, confirmed
from storage.office.notify import AnyDestination, daily_of
from storage.office.times import within
from storage.office.told import COMPANY, destinations_of
from storage.people import present

AT_ONCE: Final = 500
"""News made into deliveries by one transaction."""


def read_on(database: Database, directory: Directory) -> int:
    """Make deliveries of the news that came since; how many news there were, at most `AT_ONCE`.

    Nobody reads before there is somebody to tell. Raises DatabaseUnavailable.
    """
    position = select(ReadNewsRow).where(ReadNewsRow.reader == NOTIFICATIONS)
    with database.reading() as session:  # mostly there is nothing, and nobody to wait for
        row = session.scalars(position).one_or_none()
        if row is None or (session.scalar(select(func.max(NewsRow.seq))) or 0) <= row.seq:
            return 0
    with database.session() as session:
        row = session.scalars(position.with_for_update()).one()
        items = session.scalars(
            select(NewsRow).where(NewsRow.seq > row.seq).order_by(NewsRow.seq).limit(AT_ONCE)
        ).all()
        if not items:  # another has read them meanwhile
            return 0
        if made := list(_deliveries(session, items, directory)):
            session.execute(insert(DeliveryRow), made)
        row.seq = items[-1].seq
    return len(items)


def _deliveries(
    session: Session, items: Sequence[NewsRow], directory: Directory
) -> Iterator[dict[str, object]]:
    told = [item for item in items if item.kind in EVENTS and item.company_id]
    if not told:
        return
    happened = list(happenings(session, told, directory))
    companies = {each.company_id for each in happened}
    mailboxes = {each.employee_id or COMPANY for each in happened}
    own, own_rows = confirmed(session, mailboxes)
    rows: dict[tuple[str, str, str], DestinationRow | OwnAddressRow] = {
        **own_rows,
        **_rows(session, companies, mailboxes),
    }
    extensions = extensions_of(session, companies)
    lately = ToldLately(session)
    for one in happened:
        mailbox = extensions.get(one.employee_id) if one.employee_id else COMPANY
        if mailbox is None:
            continue
        theirs = own.get(one.employee_id or COMPANY, ())
        office = directory.offices[one.company_id].office
        for each in beside(destinations_of(office, mailbox), theirs):
            row = rows.get((one.company_id, one.employee_id or COMPANY, each.key))
            if row is None or row.since is None or one.seq <= row.since:
                continue
            if one.event not in each.events or each.key == one.failed_itself:
                continue
            if daily_of(each) is not None:  # `storage.notifications.digests` makes those
                continue
            box = one.company_id, one.employee_id
            if one.event == "box.full" and not lately.add(*box, each.key):
                continue
            made = _delivery(one, each, office.company.timezone)
            yield from within_limit(row, each.most_per_hour, made)


def _delivery(one: Happening, told: AnyDestination, timezone: str) -> dict[str, Any]:
    now = datetime.now(UTC)
    later = timedelta(minutes=told.unheard_minutes or 0)
    due = within(max(now, one.at + later), told.between, timezone)
    return waiting(
        now,
        told,
        UNHEARD if told.is_reminder else one.event,
        one.company_id,
        one.employee_id,
        message_id=one.message_id,
        about=one.about,
        event_at=one.at,
        next_try_at=due,
        due_at=due,
        folded_into=None,
    )


def _rows(
    session: Session, companies: set[str], mailboxes: set[str]
) -> dict[tuple[str, str, str], DestinationRow]:
    """What is known of the mailboxes' destinations, by their keys; locked, as it may change."""
    keys = (DestinationRow.company_id, DestinationRow.mailbox, DestinationRow.destination)
    rows = session.scalars(
        select(DestinationRow)
        .where(DestinationRow.company_id.in_(companies), DestinationRow.mailbox.in_(mailboxes))
        .order_by(*keys)
        .with_for_update()
    )
    return {(row.company_id, row.mailbox, row.destination): row for row in rows}


def extensions_of(session: Session, companies: set[str]) -> dict[str, str]:
    """Those of the people who are there now, by their ids."""
    return {
        row.id: row.extension for company_id in companies for row in present(session, company_id)
    }
