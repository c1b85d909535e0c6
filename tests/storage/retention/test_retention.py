"""How long messages stay, box by box, and what a run over them does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, select, update

from storage.actor import NOBODY, SYSTEM, Scope
from storage.audit import AuditLog, AuditQuery
from storage.companies.directory import Directory, Site
from storage.database.tables import AddresseeRow, AuditRow, MessageRow, NewsRow, TallyRow
from storage.identifiers import new_id, new_place
from storage.intake.mailboxes import unassigned_mailbox
from storage.messages import month_counts
from storage.messages.envelope import Envelope, Mailbox, new_row
from storage.messages.events import News
from storage.messages.repository import Query
from storage.office import Office, parse_office
from storage.people import address
from storage.retention.due import first_kept
from storage.retention.report import Effect, Report, Whose
from storage.retention.retention import Retention
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import copies

MOSCOW = ZoneInfo("Europe/Moscow")
TRASH = timedelta(days=30)
OURS = Scope(company_id=COMPANY.company_id)
BORIS = replace(ANNA, addressee_name="Борис", addressee_number="102", numbers=("102",))
FORMER = replace(ANNA, addressee_name="Вера", addressee_number="103", numbers=("103",))
ELSEWHERE = replace(COMPANY, company_id="2", company="Лютик", addressee_name="Лютик")
NOBODYS = unassigned_mailbox("7")
OURS_BOX = Whose("Ромашка", "company", "")
HERS = Whose("Ромашка", "employee", "101")

OFFICE = """
[company]
name = "Ромашка"
[voicemail]
{company}
[employees.101]
name = "Анна"
endpoint = "PJSIP/101"
{anna}
[employees.102]
name = "Борис"
endpoint = "PJSIP/102"
"""


def office(company: int | None = None, anna: int | None = None) -> Office:
    lines = {"company": company, "anna": anna}
    return parse_office(
        OFFICE.format(**{who: f"keep_days = {days}" if days else "" for who, days in lines.items()})
    )


def retention(store: Store, company: int | None = None, anna: int | None = None) -> Retention:
    """Over one company, whose boxes have so many days."""
    site = Site(str(COMPANY.company_id), office(company, anna))
    return Retention(store.database, store.audio, lambda: Directory(1, {site.company_id: site}))


def days_ago(days: int, hour: int = 12) -> datetime:
    """A moment of a day in Moscow."""
    day = datetime.now(MOSCOW).date() - timedelta(days=days)
    return datetime.combine(day, datetime.min.time(), MOSCOW) + timedelta(hours=hour)


def listed(store: Store, *, deleted: bool = False) -> list[str]:
    return [message.id for message in store.messages.each(Query(limit=None, deleted=deleted))]


@pytest.mark.parametrize(
    ("now", "zone", "first"),
    [
        ("2026-08-31T12:00+03:00", "Europe/Moscow", "2026-08-01T00:00+03:00"),
        ("2026-08-31T00:00+03:00", "Europe/Moscow", "2026-08-01T00:00+03:00"),
        ("2026-08-30T23:59+03:00", "Europe/Moscow", "2026-07-31T00:00+03:00"),
        ("2026-08-30T21:00+00:00", "Europe/Moscow", "2026-08-01T00:00+03:00"),
        ("2026-11-10T12:00+01:00", "Europe/Berlin", "2026-10-11T00:00+02:00"),
        ("2026-04-10T12:00+02:00", "Europe/Berlin", "2026-03-11T00:00+01:00"),
    ],
)
def test_days_are_those_of_the_companys_zone(now: str, zone: str, first: str) -> None:
    moment = first_kept(datetime.fromisoformat(now), zone, 30)

    assert moment.astimezone(UTC) == datetime.fromisoformat(first).astimezone(UTC)


def test_a_message_stays_its_own_day_and_so_many_after_it(store: Store) -> None:
    stays = store.receive(at=days_ago(7, hour=0))
    goes = store.receive(at=days_ago(7, hour=0) - timedelta(milliseconds=1))

    report = retention(store, company=7).run(TRASH, by=SYSTEM)

    assert report == Report({OURS_BOX: Effect(moved=1)})
    assert listed(store) == [stays]
    assert listed(store, deleted=True) == [goes]
    assert retention(store, company=7).run(TRASH, by=SYSTEM) == Report()


def test_each_box_has_its_own_days(store: Store) -> None:
    boxes = (COMPANY, ANNA, BORIS, FORMER, ELSEWHERE, NOBODYS)
    old = {box.addressee_name: store.receive(box, at=days_ago(50)) for box in boxes}
    for box in boxes:
        store.receive(box, at=days_ago(20))

    def gone(report: Report) -> set[str]:
        trash = set(listed(store, deleted=True))
        assert report.total.moved == len(trash)
        store.messages.restore_many(trash, by=ME)
        with store.database.session() as session:
            session.execute(update(MessageRow).values(restored_at=None))
        return {name for name, message_id in old.items() if message_id in trash}

    def run(company: int | None, anna: int | None) -> set[str]:
        return gone(retention(store, company, anna).run(TRASH, by=SYSTEM))

    assert run(None, None) == set()
    assert run(30, None) == {"Ромашка", "Анна Щукина", "Борис", "Вера"}
    assert run(30, 100) == {"Ромашка", "Борис", "Вера"}
    assert run(100, 30) == run(None, 30) == {"Анна Щукина"}
    assert gone(store.retention.run(TRASH, by=SYSTEM)) == set(), "no company is configured"


def test_old_messages_lie_in_the_trash_first(store: Store) -> None:
    message_id = store.receive(at=days_ago(50))
    keeping = retention(store, company=7)

    assert keeping.run(timedelta(0), by=SYSTEM).total == Effect(moved=1)
    assert listed(store, deleted=True) == [message_id]
    assert keeping.run(TRASH, by=SYSTEM).total == Effect()
    done = keeping.run(timedelta(0), by=SYSTEM).total
    assert (done.moved, done.removed) == (0, 1)
    assert store.audio_files() == []


def test_who_takes_a_message_back_has_it_for_as_many_days_again(store: Store) -> None:
    message_id = store.receive(at=days_ago(50))
    keeping = retention(store, company=7)
    keeping.run(TRASH, by=SYSTEM)

    store.messages.restore(message_id, by=ME)
    assert keeping.run(TRASH, by=SYSTEM).total == Effect()
    assert listed(store) == [message_id]

    with store.database.session() as session:
        session.execute(update(MessageRow).values(restored_at=days_ago(8)))
    assert keeping.run(TRASH, by=SYSTEM).total == Effect(moved=1)


def test_a_run_is_told_to_pages_and_noted_once_for_a_box(store: Store) -> None:
    news = News(store.database)
    ids = {store.receive(box, at=days_ago(50)) for box in (COMPANY, COMPANY, ANNA)}
    before = news.newest()

    retention(store, company=7, anna=9).run(TRASH, by=SYSTEM)

    assert {(item.kind, item.message_id) for item in news.since(before)} == {
        ("deleted", message_id) for message_id in ids
    }
    entries = AuditLog(store.database).list(AuditQuery(company_id=COMPANY.company_id)).entries
    assert {(entry.action, entry.who, entry.via) for entry in entries} == {
        ("messages.retire", "voicepost", "system")
    }
    assert [entry.details for entry in entries][::-1] == [
        {"messages": 2, "keep_days": 7, "box": "company"},
        {"messages": 1, "keep_days": 9, "box": "employee", "employee": "101"},
    ]


def test_a_run_goes_through_any_number_past_what_is_held(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.retention.retention.BATCH", 2)
    ids = [store.receive(at=days_ago(50, hour=hour)) for hour in range(7)]
    held = {ids[0], ids[1], ids[4]}
    store.messages.hold(held, reason="case 7", by=ME)
    keeping = retention(store, company=7)

    told = keeping.rehearse(TRASH)
    assert told == Report({OURS_BOX: Effect(moved=4, held=3)})
    steps = list(keeping.steps(TRASH, by=SYSTEM))

    assert [step.total.moved for step in steps] == [2, 2], "each step is a small one"
    assert set(listed(store)) == held


@dataclass(frozen=True)
class Said:
    """A message of a property's example: everything in days before today."""

    mailbox: Mailbox
    age: int
    deleted: int | None
    restored: int | None
    held: bool


MAILBOXES = (COMPANY, ANNA, BORIS, FORMER, ELSEWHERE, NOBODYS)
AGES = st.integers(0, 6)
MESSAGES = st.lists(
    st.builds(
        Said,
        mailbox=st.sampled_from(MAILBOXES),
        age=AGES,
        deleted=st.none() | AGES,
        restored=st.none() | AGES,
        held=st.booleans(),
    ),
    max_size=12,
)


def put(store: Store, said: Said) -> str:
    """Such a message, straight into the store."""
    at = days_ago(said.age)
    row = new_row(Envelope(new_id(at), said.mailbox, at, "1", "", "", "ari", "", 0.0))
    row.place, row.state, row.size, row.audio_key = new_place(at), "kept", 7, f"x/{row.id}.wav"
    row.deleted_at = None if said.deleted is None else days_ago(said.deleted)
    row.restored_at = None if said.restored is None else days_ago(said.restored)
    row.held_at = at if said.held else None
    store.audio.put(row.audio_key, b"audio..")
    with store.database.session() as session:
        address(session, row)
        session.add(row)
        session.flush()
        if row.deleted_at is None:
            month_counts.count(session, [row], 1)
    return row.id


def empty(store: Store) -> None:
    with store.database.session() as session:
        for table in (MessageRow, TallyRow, AddresseeRow, AuditRow, NewsRow):
            session.execute(delete(table))
    for file in store.audio_files():
        file.unlink()


def kept_days(said: Said, company: int | None, anna: int | None) -> int | None:
    """What the documentation says about a box."""
    if said.mailbox in (ELSEWHERE, NOBODYS):
        return None
    return anna if said.mailbox == ANNA and anna is not None else company


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    messages=MESSAGES,
    company=st.none() | st.integers(1, 4),
    anna=st.none() | st.integers(1, 4),
    trash=st.integers(0, 4),
)
def test_what_goes_is_what_the_rules_say_and_nothing_else(
    store: Store, messages: list[Said], company: int | None, anna: int | None, trash: int
) -> None:
    empty(store)
    said = {put(store, each): each for each in messages}
    keeping = retention(store, company, anna)

    told = keeping.rehearse(timedelta(days=trash))
    done = keeping.run(timedelta(days=trash), by=SYSTEM)

    state = {"listed": set(listed(store)), "trash": set(listed(store, deleted=True))}
    for message_id, each in said.items():
        where = next((name for name, ids in state.items() if message_id in ids), "gone")
        days = kept_days(each, company, anna)
        youngest = min(each.age, each.age if each.restored is None else each.restored)
        if each.held:
            right = "listed" if each.deleted is None else "trash"
        elif each.deleted is not None:
            expired = days_ago(each.deleted) <= datetime.now(UTC) - timedelta(days=trash)
            right = "gone" if expired else "trash"
        else:
            right = "trash" if days is not None and youngest > days else "listed"
        assert where == right, each
    assert {path.stem for path in store.audio_files()} == state["listed"] | state["trash"]
    without_held = {whose: replace(effect, held=0) for whose, effect in told.effects.items()}
    assert {whose: e for whose, e in without_held.items() if e != Effect()} == done.effects
    assert told.total.held == sum(
        would_go(each, company, anna, trash) for each in messages if each.held
    )
    check_tallies(store)


def would_go(said: Said, company: int | None, anna: int | None, trash: int) -> bool:
    """Whether a held message would go, were it not held."""
    if said.deleted is not None:
        return days_ago(said.deleted) <= datetime.now(UTC) - timedelta(days=trash)
    days = kept_days(said, company, anna)
    ages = [said.age] if said.restored is None else [said.age, said.restored]
    return days is not None and min(ages) > days


def check_tallies(store: Store) -> None:
    """Months and addressees count exactly what is listed."""
    with store.database.reading() as session:
        tallies = {
            (row.company_id, row.box, row.month): row.kept
            for row in session.scalars(select(TallyRow))
        }
        addressees = {
            (row.company_id, row.box, row.number): row.kept
            for row in session.scalars(select(AddresseeRow))
        }
        rows = session.scalars(
            select(MessageRow).where(MessageRow.deleted_at.is_(None), MessageRow.state == "kept")
        ).all()
    months = Counter[tuple[str, str, str]]()
    boxes = Counter[tuple[str, str, str]]()
    for row in rows:
        company_id = row.company_id or NOBODY
        keys = [month_counts.ALL, row.box]
        if row.box == "employee":
            keys.append(month_counts.employee_key(row.employee_id or ""))
        months.update((company_id, key, row.day[:7]) for key in keys)
        boxes[row.company_id or "", row.box, row.addressee_number] += 1
    assert {key: kept for key, kept in tallies.items() if kept} == months
    assert {key: kept for key, kept in addressees.items() if kept} == boxes


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_run_with_nothing_to_do_costs_the_same_among_many_messages(store: Store) -> None:
    """Counted in steps of SQLite's machine, of which each row that is read takes several."""
    keeping = retention(store, company=400, anna=500)
    boxes = (COMPANY, ANNA, COMPANY)
    newest = [store.receive(box, at=days_ago(1, hour=n)) for n, box in enumerate(boxes)]
    store.messages.delete(newest[2], by=ME)

    def nothing() -> None:
        assert keeping.run(TRASH, by=SYSTEM) == Report()

    nothing()
    few = steps_of(store, nothing)
    for message_id in newest:
        copies(store, message_id, 3_000)
    nothing()
    many = steps_of(store, nothing)

    assert few > 100
    assert many < few * 1.2, f"{few} steps among few messages, {many} among many"
    assert steps_of(store, lambda: listed(store)) > 6_000, "reading them would have been counted"


def steps_of(store: Store, work: Callable[[], object]) -> int:
    """How many steps SQLite's machine takes."""
    with counting(store) as count:
        work()
        return count()


@contextmanager
def counting(store: Store) -> Iterator[Callable[[], int]]:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    def watch(connection: object, *_: object) -> None:
        connection.set_progress_handler(step, 1)  # type: ignore[attr-defined]

    def ignore(connection: object, *_: object) -> None:
        connection.set_progress_handler(None, 1)  # type: ignore[attr-defined]

    pool = store.database._engine.pool
    event.listen(pool, "checkout", watch)
    event.listen(pool, "checkin", ignore)
    try:
        yield lambda: steps
    finally:
        event.remove(pool, "checkout", watch)
        event.remove(pool, "checkin", ignore)
