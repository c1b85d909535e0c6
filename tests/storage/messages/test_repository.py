"""Finding messages, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import Select, TextClause, select, text, update
from sqlalchemy.dialects import sqlite

from storage.actor import Scope
from storage.database.tables import CAME_TO_NOTHING, IS_DRAFT, CompanyRow, MessageRow
from storage.errors import NotFound, QueryError
from storage.messages.repository import Query
from storage.messages.search.find import statements
from storage.messages.unread import new_to
from storage.text import comparable_digits, json_text, normalise, printable
from tests.acting import ME
from tests.refusals import refuses
from tests.statements import statements_of
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import found_company, hire

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
OTHER = replace(
    COMPANY,
    company_id="22222222-2222-4222-8222-222222222222",
    company="Lotus",
    addressee_name="Lotus",
    timezone="Pacific/Honolulu",
)


def found(store: Store, **wanted: Any) -> list[str]:
    return [message.id for message in store.messages.list(Query(**wanted)).messages]


def test_messages_are_listed_newest_first(store: Store) -> None:
    later = store.receive(at=AUGUST + timedelta(hours=1))
    earlier = store.receive(at=AUGUST)
    latest = store.receive(at=AUGUST + timedelta(hours=2))

    assert found(store) == [latest, later, earlier]


@pytest.mark.parametrize("search", ["", "ромашка", "7916", "иван"])
def test_or_oldest_first_a_page_at_a_time(
    store: Store, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.messages.search.find.FEW", 0)  # searched for as among very many
    found_company(store)
    user = hire(store, "olga", "administrator")
    hours = [timedelta(hours=hour) for hour in (3, 1, 5, 2, 4)]
    ids = [store.receive(at=AUGUST + hour, name="Иван") for hour in hours]
    in_order = [ids[at] for at in (1, 3, 0, 4, 2)]
    states: tuple[Literal["new"] | None, ...] = (None, "new")

    for state in states:
        seen: list[str] = []
        before = None
        while len(seen) < len(ids):
            query = Query(
                search=search,
                limit=2,
                before=before,
                oldest_first=True,
                scope=store.messages.scope_of(user),
                reader=user.id,
                state=state,
            )
            page = store.messages.list(query)
            seen += [message.id for message in page.messages]
            before = page.next
        assert seen == in_order
        assert before is None
        everything = replace(query, before=None)
        assert store.messages.ids(everything) == in_order
        assert store.messages.ids(replace(everything, oldest_first=False)) == in_order[::-1]
        assert [message.id for message in store.messages.each(replace(everything, limit=3))] == (
            in_order[:3]
        )


def test_a_message_in_json_is_as_documented(store: Store) -> None:
    message_id = store.receive(ANNA, at=AUGUST)

    message = store.messages.get(message_id)

    assert message.as_json() == {
        "id": message_id,
        "box": "employee",
        "company": "Ромашка",
        "addressee": {"name": "Анна Щукина", "number": "101"},
        "caller": {"number": "79161234567", "name": ""},
        "dialled": "74951234567",
        "received_at": "2026-08-14T09:30:05+03:00",
        "duration": 4.7,
        "state": "new",
        "sha256": message.sha256,
        "bytes": len(store.messages.read(message)),
        "source": "asterisk",
        "held": False,
        "kind": "message",
        "mailbox": "101",
        "quiet": False,
        "cut_off": False,
        "urgent": False,
        "handling": None,
        "text": None,
    }


def test_boxes_and_companies_are_apart(store: Store) -> None:
    company, anna, other = (store.receive(box) for box in (COMPANY, ANNA, OTHER))

    assert found(store, company="Ромашка") == [anna, company]
    assert found(store, company="Lotus") == [other]
    assert found(store, company="Nobody") == []
    assert found(store, box="company") == [other, company]
    assert found(store, box="employee") == [anna]
    assert found(store, employee="101") == [anna]
    assert found(store, employee="102") == []


def test_a_renamed_company_keeps_its_messages(store: Store) -> None:
    message_id = store.receive()
    with store.database.session() as session:
        session.add(CompanyRow(id=COMPANY.company_id, name="Василёк", config="{}", version=1))

    assert found(store, company="Василёк") == [message_id]
    assert store.messages.get(message_id).company == "Василёк"


def test_a_month_is_the_companys_own(store: Store) -> None:
    """21:30 UTC on the last of July is August in Moscow; 09:30 on August 1 is July in Honolulu."""
    moscow = store.receive(at=datetime(2026, 7, 31, 21, 30, tzinfo=UTC))
    honolulu = store.receive(OTHER, at=datetime(2026, 8, 1, 9, 30, tzinfo=UTC))

    assert found(store, month="2026-08") == [moscow]
    assert found(store, month="2026-07") == [honolulu]
    assert found(store, month="2026-09") == []


def test_days_are_included_at_both_ends(store: Store) -> None:
    days = [date(2026, 8, day) for day in (13, 14, 15, 16)]
    ids = [store.receive(at=datetime(d.year, d.month, d.day, 12, tzinfo=UTC)) for d in days]

    assert found(store, since=days[1], until=days[2]) == [ids[2], ids[1]]
    assert found(store, since=days[3]) == [ids[3]]
    assert found(store, until=days[0]) == [ids[0]]
    assert found(store, month="2026-08", since=days[3]) == [ids[3]]


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "august", "2026", "2026-8", "0000-01"])
def test_what_is_no_month_is_a_sentence(store: Store, month: str) -> None:
    with refuses(QueryError, "2026-08"):
        store.messages.list(Query(month=month))


@pytest.mark.parametrize(
    "search",
    [
        *("щукин", "ЩУКИНА", "анна щукина", "щукина анна", "Анна 101", "101"),
        *("+7 916 000-11-22", "89160001122", "8 (916) 000", "0001122"),
        *("79161234567", "8-916-123-45-67", "91612", "8916123", "щ", "45"),
    ],
)
def test_a_message_is_found_by_addressee_and_caller(store: Store, search: str) -> None:
    message_id = store.receive(ANNA)

    assert found(store, search=search) == [message_id]


@pytest.mark.parametrize(
    "search", ["борис", "анна борис", "102", "79161234568", "%", "_", '"', "щукин*", "щ%", "ан_а"]
)
def test_a_message_is_not_found_by_something_else(store: Store, search: str) -> None:
    store.receive(ANNA)

    assert found(store, search=search) == []


def test_yo_is_ye(store: Store) -> None:
    message_id = store.receive(replace(ANNA, addressee_name="Пётр Королёв"))

    assert found(store, search="королев петр") == [message_id]
    assert found(store, search="КОРОЛЁВ") == [message_id]


def test_search_and_month_and_box_narrow_together(store: Store) -> None:
    wanted = store.receive(ANNA, at=AUGUST)
    store.receive(ANNA, at=AUGUST - timedelta(days=60))
    store.receive(COMPANY, at=AUGUST)

    assert found(store, search="9161234567", month="2026-08", box="employee") == [wanted]


@pytest.mark.parametrize("search", ["", "ромашка"])
def test_pages_follow_each_other_without_gaps(store: Store, search: str) -> None:
    ids = [store.receive(at=AUGUST + timedelta(minutes=n)) for n in range(7)]

    pages, before = [], None
    while True:
        page = store.messages.list(Query(limit=3, before=before, search=search))
        pages.append([message.id for message in page.messages])
        before = page.next
        if before is None:
            break

    newest_first = ids[::-1]
    assert pages == [newest_first[:3], newest_first[3:6], newest_first[6:]]


def test_a_full_last_page_is_the_last(store: Store) -> None:
    for _ in range(2):
        store.receive()

    assert store.messages.list(Query(limit=2)).next is None


def test_each_reads_all_pages(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.messages.repository.PAGE", 2)
    ids = [store.receive(at=AUGUST + timedelta(minutes=n)) for n in range(5)]

    assert [message.id for message in store.messages.each(Query(limit=None))] == ids[::-1]
    assert [message.id for message in store.messages.each(Query(limit=3))] == ids[:1:-1]
    assert store.messages.count(Query(limit=None)) == 5
    assert store.messages.count(Query(limit=3)) == 3


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("condition", "index"),
    [(IS_DRAFT, "ix_messages_drafts"), (CAME_TO_NOTHING, "ix_messages_unkept")],
)
def test_looking_for_drafts_does_not_read_the_messages(
    store: Store, condition: TextClause, index: str
) -> None:
    statement = select(MessageRow.id).where(condition, MessageRow.place < 1)
    sql = statement.compile(dialect=sqlite.dialect()).string.replace("?", "1")

    with store.database.reading() as session:
        plan = str(session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all())

    assert index in plan


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_page_costs_more_for_the_messages_before_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan of a page reads an index in order and sorts nothing."""
    monkeypatch.setattr("storage.messages.search.find.FEW", -1)
    anna = Scope(company_id="x", people=("p",))
    everybody = Scope(company_id="x")
    for query, index in (
        (Query(before=1), "PRIMARY KEY (rowid<?)"),
        (Query(search="ромашка", before=1), "SCAN message_search"),
        (Query(scope=everybody, month="2026-08"), "ix_messages_company (company_id=? AND place"),
        (Query(scope=everybody, people=("p",)), "ix_messages_employee (employee_id=?"),
        (Query(scope=everybody, box="company", before=1), "ix_messages_box (company_id=? AND box"),
        (Query(scope=everybody, deleted=True), "ix_messages_bin (company_id=?"),
        (Query(scope=everybody, search="ромашка", month="2026-08"), "SCAN message_search"),
        (Query(scope=anna), "ix_messages_employee (employee_id=?"),
        (Query(scope=everybody, people=("p",), deleted=True), "ix_messages_bin (company_id=?"),
        (Query(scope=everybody, people=("p",), held=True), "ix_messages_held (company_id=?"),
        (Query(scope=Scope("x", unassigned=True), box="unassigned"), "(company_id=?)"),
        (Query(scope=everybody, search="ромашка"), "SCAN message_search"),
        (Query(scope=anna, search="ромашка"), "SCAN message_search"),
        (Query(scope=everybody, reader="u", state="new"), "autoindex_unheard_1 (user_id=?"),
        (Query(scope=everybody, reader="u", state="heard"), "ix_messages_company (company_id=?"),
        (
            Query(scope=anna, reader="u", state="new", before=1),
            "unheard_1 (user_id=? AND",
        ),
    ):
        for wanted, its_index in (
            (query, index),
            (replace(query, oldest_first=True), index.replace("rowid<?", "rowid>?")),
        ):
            with store.database.reading() as session:
                to_read, _ = statements(session, wanted)
            for statement in to_read:
                plan = plan_of(store, statement.limit(50))
                assert its_index in plan[0], (wanted, plan)
                assert "TEMP B-TREE" not in str(plan), (wanted, plan)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("scope", [Scope("x"), Scope("x", ("101", "102")), Scope("x", None, True)])
def test_counting_what_is_new_reads_only_that(store: Store, scope: Scope) -> None:
    found_company(store)
    plan = plan_of(store, new_to(hire(store, "anna"), scope).limit(1_000))

    assert "autoindex_unheard_1 (user_id=?)" in plan[0]


def plan_of(store: Store, statement: Select[Any]) -> list[str]:
    """How SQLite would do it, step by step."""
    literal = {"literal_binds": True}
    sql = statement.compile(dialect=sqlite.dialect(), compile_kwargs=literal).string
    with store.database.reading() as session:
        steps = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all()
    return [step.detail for step in steps]


def test_several_are_had_at_once_as_far_as_they_are_there(store: Store) -> None:
    first, own, deleted = store.receive(), store.receive(ANNA), store.receive()
    store.messages.delete(deleted, by=ME)
    draft = store.begin(COMPANY).id
    asked = [own, "no id", first[:13], draft, deleted, first, own]
    with statements_of(store.database) as few:
        assert store.messages.those(asked) == tuple(
            store.messages.get(each) for each in (own, deleted, first)
        )
    of_one = Scope(company_id=COMPANY.company_id, people=())
    assert [each.id for each in store.messages.those(asked, of_one)] == []
    assert store.messages.those([]) == ()
    more = [store.receive() for _ in range(3)]
    with statements_of(store.database) as again:
        assert [each.id for each in store.messages.those(more)] == more
    assert len(again) < len(few)


def test_an_id_may_be_cut_short(store: Store) -> None:
    ids = [store.receive() for _ in range(3)]

    for message_id in ids:
        assert store.messages.get(message_id[:13]).id == message_id
        assert store.messages.get(f" {message_id.upper()}\n").id == message_id


def test_an_id_that_begins_several_is_refused(store: Store) -> None:
    ids = [store.receive(), store.receive()]
    with store.database.session() as session:
        for number, message_id in enumerate(ids):
            session.execute(
                update(MessageRow).where(MessageRow.id == message_id).values(id=f"abcd-{number}")
            )

    with refuses(NotFound, r"several .*: abcd-[01], abcd-[01]$"):
        store.messages.get("abcd")


@pytest.mark.parametrize("message_id", ["", "abc", "zzzz", "'; --", "a" * 40, "%%%%", "ffff-ffff"])
def test_an_unknown_id_is_not_found(store: Store, message_id: str) -> None:
    store.receive()

    with pytest.raises(NotFound):
        store.messages.get(message_id)


def test_hearing_counts_once(store: Store) -> None:
    message_id = store.receive()

    store.messages.listen(message_id, by=ME)
    first = store.messages.get(message_id).heard_at
    store.messages.listen(message_id, by=ME)

    message = store.messages.get(message_id)
    assert message.state == "heard"
    assert message.heard_at == first is not None


def test_a_deleted_message_can_be_restored(store: Store) -> None:
    message_id = store.receive()

    store.messages.delete(message_id, by=ME)
    assert found(store) == []
    assert found(store, deleted=True) == [message_id]

    store.messages.restore(message_id, by=ME)
    assert found(store) == [message_id]
    assert store.messages.read(store.messages.get(message_id))


def test_drafts_that_came_to_nothing_go_after_a_day(store: Store) -> None:
    drafts = [store.begin() for _ in range(3)]
    for draft in drafts[:2]:
        store.intake.finish(draft.id)
    with store.database.session() as session:
        session.execute(
            update(MessageRow)
            .where(MessageRow.id == drafts[0].id)
            .values(place=MessageRow.place % 10**9)
        )

    store.retention.tidy(timedelta(0))

    with store.database.reading() as session:
        left = session.execute(text("SELECT id FROM messages ORDER BY id")).scalars().all()
    assert left == [drafts[1].id, drafts[2].id]


def test_texts_of_strangers_are_tamed() -> None:
    assert printable("a\nb\x1b[31mc\u202ed\x9be") == "a b [31mc d e"
    assert len(printable("x" * 10_000)) == 200
    assert json_text('{"a": "Ж\x9b\u202e😀"}\n') == '{"a": "Ж\\u009b\\u202e😀"}\n'
    assert normalise("  Ёлка\u00a0ＡＢＣ ") == "елка abc"
    assert comparable_digits("8 (916) 123-45-67") == "79161234567"
    assert comparable_digits("+81 312 345 678") == "81312345678"
