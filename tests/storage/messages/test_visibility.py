"""Who may see what: every kind of scope against every kind of message.

The rule is `Scope.parts`. It is asked in three ways: of a message that is known (`covers`), of rows
(`visible`), and by queries, which read ranges of indexes (`ranges`). All find the same.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest
from sqlalchemy import delete, insert, select

from storage.actor import EVERYTHING, Scope
from storage.database.employee_tables import EmployeeRow
from storage.database.tables import CompanyRow, MessageRow, UnheardRow
from storage.messages import month_counts, unread
from storage.messages.query import AnyBox, Query
from storage.messages.visibility import visible
from tests.storage.conftest import COMPANY, WHO, Store
from tests.storage.people import found_company, hire

OURS = str(COMPANY.company_id)
LOTUS = "22222222-2222-4222-8222-222222222222"
ANNA, BORIS = WHO["101"], WHO["102"]
VERA = "aaaaaaaa-0000-4000-8000-000000000103"
"""Had the extension 103, and has none now."""
LI = "bbbbbbbb-0000-4000-8000-000000000101"
"""Has the extension 101 in the other company."""
NOON = datetime(2026, 8, 14, 9, tzinfo=UTC)

BOXES = [
    (OURS, None, "74951234567"),
    (OURS, ANNA, "101"),
    (OURS, BORIS, "102"),
    (OURS, VERA, "103"),
    (LOTUS, None, "74957654321"),
    (LOTUS, LI, "101"),
    (None, None, "70000000000"),
]
SCOPES = {
    "the command line's": EVERYTHING,
    "the command line's, told twice": Scope(unassigned=True),
    "an administrator's among several companies": Scope(OURS),
    "an administrator's of the only company": Scope(OURS, unassigned=True),
    "another administrator's": Scope(LOTUS),
    "an employee's": Scope(OURS, (ANNA,)),
    "for several employees": Scope(OURS, (BORIS, ANNA, BORIS)),
    "for a former employee": Scope(OURS, (VERA,)),
    "for nobody": Scope(OURS, ()),
    "another employee's": Scope(LOTUS, (LI,)),
    "an employee's, whichever the company": Scope(None, (ANNA,)),
    "an employee's, in error with unassigned messages": Scope(OURS, (ANNA,), unassigned=True),
    "of a company that is gone": Scope("33333333-3333-4333-8333-333333333333"),
}
every_scope = pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)


@dataclass(frozen=True)
class Kind:
    """A kind of message: in whose box, and in which state."""

    company_id: str | None
    employee_id: str | None
    number: str
    quiet: bool
    deleted: bool
    held: bool

    @property
    def box(self) -> str:
        return "employee" if self.employee_id else "company"


KINDS = [Kind(*box, *flags) for box in BOXES for flags in product((False, True), repeat=3)]


@pytest.fixture
def messages(store: Store) -> dict[str, Kind]:
    """A message of each kind, by its id."""
    found_company(store)
    found_company(store, "Лотос", LOTUS)
    like = store.receive()
    ids = {str(uuid.UUID(int=number)): kind for number, kind in enumerate(KINDS, 1)}
    with store.database.session() as session:
        for who, company_id, extension, until in (
            (VERA, OURS, "103", NOON),
            (LI, LOTUS, "101", None),
        ):
            session.add(
                EmployeeRow(
                    id=who,
                    company_id=company_id,
                    extension=extension,
                    name="",
                    since=datetime(1970, 1, 1, tzinfo=UTC),
                    until=until,
                )
            )
        row = session.scalars(select(MessageRow).where(MessageRow.id == like)).one()
        values = {column.key: getattr(row, column.key) for column in MessageRow.__table__.columns}
        session.delete(row)
        session.flush()
        session.execute(
            insert(MessageRow),
            [
                {
                    **values,
                    "id": message_id,
                    "place": values["place"] + number,
                    "company_id": kind.company_id,
                    "box": kind.box,
                    "employee_id": kind.employee_id,
                    "addressee_number": kind.number,
                    "quiet": kind.quiet,
                    "deleted_at": NOON if kind.deleted else None,
                    "held_at": NOON if kind.held else None,
                }
                for number, (message_id, kind) in enumerate(ids.items())
            ],
        )
        month_counts.recount(session)
    return ids


def covered(scope: Scope, messages: dict[str, Kind]) -> set[str]:
    return {
        message_id
        for message_id, kind in messages.items()
        if scope.covers(kind.company_id, kind.employee_id, is_deleted=kind.deleted)
    }


def test_what_each_scope_is_for(messages: dict[str, Kind]) -> None:
    """The rule itself, told by hand once."""
    whole = {
        company: [kind for kind in KINDS if kind.company_id == company]
        for company in (OURS, LOTUS, None)
    }
    own = {
        who: [kind for kind in KINDS if kind.employee_id == who and not kind.deleted]
        for who in (ANNA, BORIS, VERA, LI)
    }
    expected = {
        "the command line's": KINDS,
        "the command line's, told twice": KINDS,
        "an administrator's among several companies": whole[OURS],
        "an administrator's of the only company": whole[OURS] + whole[None],
        "another administrator's": whole[LOTUS],
        "an employee's": own[ANNA],
        "for several employees": own[ANNA] + own[BORIS],
        "for a former employee": own[VERA],
        "for nobody": [],
        "another employee's": own[LI],
        "an employee's, whichever the company": own[ANNA],
        "an employee's, in error with unassigned messages": own[ANNA],
        "of a company that is gone": [],
    }
    for name, scope in SCOPES.items():
        assert [messages[each] for each in sorted(covered(scope, messages))] == expected[name], name


@every_scope
def test_rows_and_queries_find_what_is_covered(
    store: Store, messages: dict[str, Kind], scope: Scope
) -> None:
    seen = covered(scope, messages)
    with store.database.reading() as session:
        assert set(session.scalars(select(MessageRow.id).where(visible(scope)))) == seen

    def found(**wanted: bool) -> list[str]:
        return sorted(store.messages.ids(Query(scope=scope, **wanted)))  # type: ignore[arg-type]

    def those(*, deleted: bool, quiet: bool) -> list[str]:
        kinds = ((each, messages[each]) for each in seen)
        return sorted(each for each, k in kinds if k.deleted == deleted and k.quiet == quiet)

    listed, aside = those(deleted=False, quiet=False), those(deleted=False, quiet=True)
    aside_in_trash = those(deleted=True, quiet=True)
    assert found() == listed
    assert found(quiet=True) == aside
    assert found(deleted=True) == sorted(those(deleted=True, quiet=False) + aside_in_trash)
    assert found(deleted=True, quiet=True) == aside_in_trash
    # Whom a scope limits to people, that one does not learn what is on hold.
    held = [each for each in seen if messages[each].held and scope.people is None]
    assert found(held=True) == sorted(held)
    assert sum(kept for _, kept in store.messages.months(scope)) == len(listed)
    assert store.messages.quiet_count(scope) == len(aside)


@every_scope
def test_no_question_leads_out_of_a_scope(
    store: Store, messages: dict[str, Kind], scope: Scope
) -> None:
    """Asking for a box or for an employee finds that part of what is covered."""
    meant = {None: None, "101": {ANNA, LI}, "103": {VERA}, ANNA: {ANNA}, LI: {LI}, "104": set()}
    boxes: tuple[AnyBox | None, ...] = (None, "company", "employee", "unassigned")

    def is_asked_for(kind: Kind, box: AnyBox | None, people: set[str] | None) -> bool:
        if kind.deleted or kind.quiet or (people is not None and kind.employee_id not in people):
            return False
        if kind.company_id is None:
            # Where there is no telling companies apart, these are in a company's box as well.
            return box in (None, "unassigned") or (box == "company" and scope.company_id is None)
        return box in (None, kind.box)

    seen = covered(scope, messages)
    for box, (employee, people) in product(boxes, meant.items()):
        expected = {each for each in seen if is_asked_for(messages[each], box, people)}
        found = store.messages.ids(Query(scope=scope, box=box, employee=employee))
        assert set(found) == expected, (box, employee)


@pytest.mark.parametrize("has_others", [False, True])
def test_messages_are_new_to_those_who_may_see_them(
    store: Store, messages: dict[str, Kind], has_others: bool
) -> None:
    listed = {each for each, kind in messages.items() if not kind.deleted and not kind.quiet}
    if not has_others:
        with store.database.session() as session:
            session.execute(delete(CompanyRow).where(CompanyRow.id == LOTUS))
    users = [
        hire(store, "olga", "administrator"),
        hire(store, "anna", "employee", "101"),
        hire(store, "both", "employee", "101", "102"),
        hire(store, "nobody"),
    ]
    if has_others:
        users.append(hire(store, "li", "employee", "101", company_id=LOTUS))
        users.append(hire(store, "chen", "administrator", company_id=LOTUS))

    def new() -> dict[str, set[str]]:
        with store.database.reading() as session:
            pairs = session.execute(
                select(UnheardRow.user_id, MessageRow.id).join(
                    MessageRow, MessageRow.place == UnheardRow.place
                )
            )
            found: dict[str, set[str]] = {user.id: set() for user in users}
            for user_id, message_id in pairs:
                found[user_id].add(message_id)
            return found

    expected = {
        user.id: covered(store.messages.scope_of(user), messages) & listed for user in users
    }
    assert new() == expected  # what `hire` gave them, by queries
    with store.database.session() as session:
        session.execute(delete(UnheardRow))
        unread.arrive(
            session, session.scalars(select(MessageRow).where(MessageRow.id.in_(listed))).all()
        )
    assert new() == expected
