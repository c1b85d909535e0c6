"""Users: made, found, changed and removed; each company sees its own, and is never locked out."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import delete

from storage.accounts.users import Users
from storage.actor import Actor, Scope
from storage.database.engine import Database
from storage.database.tables import CompanyRow
from storage.errors import NotFound, Refused
from tests.refusals import refuses
from tests.storage.accounts.house import (
    BOSS,
    COMPANY,
    LUCKILY_NOBODY,
    OTHER,
    PASSWORD,
    House,
    house,
)
from web.language.problems import whole


@pytest.fixture
def people(database: Database) -> House:
    return house(database)


def test_a_user_is_as_made(people: House) -> None:
    made = people.users.add(
        company_id=COMPANY,
        login="Anna@Example.com",
        name="  Анна   Щукина ",
        role="employee",
        extensions=["101", " 102", "101"],
        password=PASSWORD,
        language="en",
        must_change_password=True,
        by=BOSS,
    )

    assert made == people.users.get(made.id) == people.users.find("ANNA@example.COM")
    assert (made.login, made.name) == ("anna@example.com", "Анна Щукина")
    assert made.extensions == ("101", "102")
    assert made.language == "en" and made.must_change_password and not made.is_disabled
    assert made.scope == Scope(COMPANY, tuple(person.id for person in made.people))
    assert made.created_at == people.clock.time and made.logged_in_at is None


def test_a_login_is_one_however_it_is_written(people: House) -> None:
    people.add("Анна.Щукина")

    for login in ("анна.щукина", "АННА.ЩУКИНА", "Анна．Щукина"):
        with refuses(Refused, r"login: “анна\.щукина” is taken"):
            people.add(login, company_id=OTHER)


@pytest.mark.parametrize(
    "login", ["", " ", "a b", "a/b", "a" * 65, "anna\0", "\ud800", "<b>", "a:b"]
)
def test_what_is_no_login_is_refused_and_found_nowhere(people: House, login: str) -> None:
    with refuses(Refused, "is not a login"):
        people.add(login)
    with pytest.raises(NotFound):
        people.users.find(login)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "at least 10 characters"),
        ("x" * 201, "at most 200 characters"),
        ("annaannaanna", "more than the login"),
        ("Anna-123", "at least 10"),
        ("anna+12345", "guessed"),
        ("Anna!anna1", "more than the login"),
        ("PASSWORD123", "guessed"),
        ("йцукенгшщз", "guessed"),
        ("aaaaaaabbbbbbb", "guessed"),
        ("двенадцать яблок", None),
    ],
)
def test_passwords_that_are_soon_guessed_are_refused(
    people: House, password: str, why: str | None
) -> None:
    if why is None:
        people.add("anna", password=password)
        people.log_in("anna", password)
    else:
        with refuses(Refused, f"password: .*{why}"):
            people.add("anna", password=password)


def test_the_other_fields_are_checked_too(people: House) -> None:
    user = people.add("anna")
    for name in ("", " ", "x" * 201, "an\x1bna", "an\u202ena", "\ud800"):
        with refuses(Refused, "name: must not"):
            people.users.change(user.id, name=name, by=BOSS)
    with pytest.raises(Refused) as refused:
        people.users.change(user.id, extensions=["101", "12345678", "abc", "123456789"], by=BOSS)
    assert len(refused.value.problems) == 2
    assert people.users.get(user.id) == user


def test_a_company_has_to_be_there(people: House) -> None:
    with pytest.raises(NotFound):
        people.add("anna", company_id=LUCKILY_NOBODY)


def test_people_are_found_by_part_of_what_they_are_called(people: House) -> None:
    for login, name, extension in (("anna", "Алёна", "101"), ("boris", "Борис", "102")):
        people.users.add(
            company_id=COMPANY,
            login=login,
            name=name,
            role="employee",
            extensions=[extension],
            by=BOSS,
        )
    people.add("rival", company_id=OTHER)

    def found(search: str) -> list[str]:
        return [user.login for user in people.users.of_company(COMPANY, search)]

    assert found("") == ["anna", "boris"]
    assert found("алена") == found("ANN") == found("101") == ["anna"]
    assert found("бор 102") == ["boris"]
    assert found("rival") == []
    assert found("Aлёнa") == ["anna"], "with two Latin letters"
    assert len(people.users.of_company()) == 3


def test_another_companys_user_is_not_there(people: House) -> None:
    people.add("boss", "administrator", company_id=OTHER)
    theirs = people.add("rival", company_id=OTHER)
    doings: list[Callable[[str], object]] = [
        lambda user_id: people.users.get(user_id, company_id=COMPANY),
        lambda user_id: people.users.change(user_id, company_id=COMPANY, name="X", by=BOSS),
        lambda user_id: people.users.set_password(user_id, PASSWORD, company_id=COMPANY, by=BOSS),
        lambda user_id: people.users.disable(user_id, company_id=COMPANY, by=BOSS),
        lambda user_id: people.users.enable(user_id, company_id=COMPANY, by=BOSS),
        lambda user_id: people.users.remove(user_id, company_id=COMPANY, by=BOSS),
        lambda user_id: people.sessions.end_all(user_id, company_id=COMPANY, by=BOSS),
        lambda user_id: people.invitations.make(COMPANY, user_id=user_id, by=BOSS),
    ]

    for doing in doings:
        answers = set()
        for user_id in (theirs.id, LUCKILY_NOBODY, "no id at all", "\0"):
            with pytest.raises(NotFound) as refused:
                doing(user_id)
            answers.add(whole(refused.value))
        assert answers == {"there is no such user"}
    assert people.users.get(theirs.id) == theirs


def test_only_what_is_given_changes(people: House) -> None:
    people.add("boss", "administrator")
    user = people.add("anna", "employee", "101")

    changed = people.users.change(user.id, name="Anna B.", language="ru", by=BOSS)
    assert (changed.name, changed.language, changed.extensions) == ("Anna B.", "ru", ("101",))
    changed = people.users.change(user.id, extensions=(), language=None, login="Anna.B", by=BOSS)
    assert (changed.login, changed.language, changed.extensions) == ("anna.b", None, ())
    people.log_in("anna.b")
    with refuses(Refused, "“boss” is taken"):
        people.users.change(user.id, login="BOSS", by=BOSS)


def test_changes_stand_in_the_log_with_before_and_after(people: House) -> None:
    boss = people.add("boss", "administrator")
    user = people.add("anna", "employee", "101")
    by = Actor(name="boss", via="page", address="192.0.2.1", user_id=boss.id)

    people.users.change(user.id, role="administrator", extensions=["102"], name="Anna", by=by)
    people.users.change(user.id, name="Anna", by=by)  # which is no change

    entry = people.entries()[-1]
    assert people.actions() == ["user.add", "user.add", "user.change"]
    assert (entry.who, entry.via, entry.address) == ("boss", "page", "192.0.2.1")
    assert entry.subject == "anna"
    assert entry.details == {
        "changes": [
            {"path": "role", "before": "employee", "after": "administrator"},
            {"path": "extensions", "before": ["101"], "after": ["102"]},
        ]
    }


def test_no_password_ever_stands_in_the_log(people: House) -> None:
    user = people.add("anna")
    people.users.set_password(user.id, "thirteen red plums", by=BOSS)
    people.refusal("anna", "fourteen blue pears")
    people.refusal("fifteen yellow figs", "anna")
    people.refusal("sixteen-limes", "anna")

    told = repr(people.entries()) + repr(people.entries(None))
    assert "login.failed" in told
    for secret in (PASSWORD, "plums", "pears", "figs", "limes", "argon2"):
        assert secret not in told


def test_the_last_administrator_stays(people: House) -> None:
    olga = people.add("olga", "administrator")
    people.add("anna", "employee", "101")
    people.add("new", "administrator", password=None)  # has never come in, and may never do
    people.add("rival", "administrator", company_id=OTHER)
    pavel = people.add("pavel", "administrator")
    people.users.disable(pavel.id, by=BOSS)

    for doing in (
        lambda: people.users.disable(olga.id, by=BOSS),
        lambda: people.users.remove(olga.id, by=BOSS),
        lambda: people.users.change(olga.id, role="employee", by=BOSS),
    ):
        with refuses(Refused, "“olga” is the last active administrator"):
            doing()
    assert people.users.get(olga.id) == olga
    assert people.users.has_administrator(COMPANY)

    people.users.enable(pavel.id, by=BOSS)
    people.users.remove(olga.id, by=BOSS)
    assert [user.login for user in people.users.of_company(COMPANY)] == ["anna", "new", "pavel"]


def test_administrators_who_remove_each_other_leave_one(people: House) -> None:
    admins = [people.add(f"admin{number}", "administrator") for number in range(4)]
    begin = threading.Barrier(len(admins))
    refused = []

    def remove(user_id: str) -> None:
        begin.wait()
        try:
            people.users.remove(user_id, by=BOSS)
        except Refused as error:
            refused.append(error)

    _at_once([lambda user=user: remove(user.id) for user in admins])  # type: ignore[misc]

    assert len(refused) == 1
    assert len(people.users.of_company(COMPANY)) == 1


def test_a_login_is_given_once_however_many_ask(people: House) -> None:
    refused = []

    def add(company_id: str) -> None:
        try:
            people.add("anna", company_id=company_id)
        except Refused as error:
            refused.append(whole(error))

    _at_once([lambda: add(COMPANY), lambda: add(OTHER)] * 3)

    assert refused == ["login: “anna” is taken"] * 5
    assert [user.login for user in people.users.of_company()] == ["anna"]


def test_people_go_with_their_company(people: House) -> None:
    user = people.add("anna", "administrator")
    token = people.log_in("anna")
    _, secret = people.tokens.make(user.id, "script", by=BOSS)
    link = people.invitations.make(COMPANY, user_id=user.id, by=BOSS)

    with people.database.session() as session:
        session.execute(delete(CompanyRow).where(CompanyRow.id == COMPANY))

    assert people.users.of_company() == []
    assert people.sessions.find(token) is None
    assert people.tokens.find(secret) is None
    with pytest.raises(NotFound):
        people.invitations.look(link)
    assert people.actions() == ["user.add", "login", "token.add", "user.link"]


def test_somebody_is_an_administrator_only_once_he_can_come_in(people: House) -> None:
    assert not people.users.has_administrator()
    people.add("anna", "employee")
    invited = people.add("olga", "administrator", password=None)
    assert people.users.invited(COMPANY) == {invited.id}
    assert not people.users.has_administrator()

    people.users.set_password(invited.id, PASSWORD, by=BOSS)

    assert people.users.invited() == frozenset()
    assert people.users.has_administrator() and people.users.has_administrator(COMPANY)
    assert not people.users.has_administrator(OTHER)


def test_the_hash_is_argon2id_with_64_mib(database: Database) -> None:
    people = house(database)
    Users(database).add(
        company_id=COMPANY, login="anna", name="Анна", role="employee", password=PASSWORD, by=BOSS
    )

    with database.reading() as session:
        (stored,) = session.connection().exec_driver_sql("SELECT password_hash FROM users").one()
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    people.log_in("anna")


def _at_once(doings: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=doing) for doing in doings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
