"""Sessions: begun with the right password only, found by an opaque token, and ended in time."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from argon2 import Parameters, PasswordHasher, extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import select

from storage.accounts.passwords import Passwords
from storage.accounts.sessions import LoginRefused, Sessions
from storage.actor import Actor
from storage.database.account_tables import LoginFailureRow, SessionRow, UserRow
from storage.database.engine import Database
from storage.errors import NotFound
from tests.storage.accounts.house import BOSS, COMPANY, HOME, PASSWORD, House, house
from web.language.problems import whole

STRONGER = replace(RFC_9106_LOW_MEMORY, memory_cost=32_768, time_cost=12, parallelism=1)


@pytest.fixture
def people(database: Database) -> House:
    people = house(database)
    people.add("boss", "administrator")
    people.add("anna", "employee", "101")
    return people


def test_a_session_begins_with_the_password_and_goes_on(people: House) -> None:
    user, token = people.sessions.log_in(" ANNA ", PASSWORD, address=HOME, agent="Firefox")

    assert user.login == "anna" and user.logged_in_at == people.clock.time
    assert people.sessions.find(token) == user
    entry = people.entries()[-1]
    assert (entry.action, entry.who, entry.address, entry.user_id) == (
        "login",
        "anna",
        HOME,
        user.id,
    )


def test_every_login_has_a_token_of_its_own(people: House) -> None:
    tokens = {people.log_in("anna") for _ in range(3)}

    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)  # 256 bits
    assert all(people.sessions.find(token) for token in tokens)


def test_only_a_digest_of_the_token_is_stored(people: House) -> None:
    token = people.log_in("anna")

    with people.database.reading() as session:
        (row,) = session.scalars(select(SessionRow)).all()
    assert token not in repr(vars(row))
    assert people.sessions.find(row.token_hash) is None


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800", "a" * 10_000])
def test_any_other_token_is_nobodys(people: House, token: str) -> None:
    people.log_in("anna")
    assert people.sessions.find(token) is None
    people.sessions.end(token)
    assert people.tokens.find(token) is people.tokens.find(f"vp_{token}") is None


def test_the_answer_to_a_wrong_password_and_a_wrong_login_is_the_same(people: House) -> None:
    disabled = people.add("disabled")
    people.users.disable(disabled.id, by=BOSS)
    people.add("invited", password=None)

    told = set()
    for login, password in (
        ("anna", "wrong"),
        ("nobody", PASSWORD),
        ("disabled", PASSWORD),
        ("invited", PASSWORD),
        ("invited", ""),
        ("no login at all", PASSWORD),
        ("", ""),
        ("\0\ud800", "\0\ud800"),
        ("anna", PASSWORD + "x" * 100_000),
    ):
        with pytest.raises(LoginRefused) as refused:
            people.log_in(login, password, address=f"{login!r}")
        told.add((whole(refused.value), refused.value.retry_after))
    assert told == {("the login or the password is wrong", None)}


def test_a_wrong_login_takes_as_much_work_as_a_wrong_password(
    people: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[Parameters, str | bytes]] = []
    compare = PasswordHasher.verify

    def count(hasher: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        compared.append((extract_parameters(str(stored)), password))
        return bool(compare(hasher, stored, password))

    monkeypatch.setattr(PasswordHasher, "verify", count)
    for login in ("anna", "nobody"):
        with pytest.raises(LoginRefused):
            people.sessions.log_in(login, "wrong", address=f"from {login}", agent="")
    known, unknown = compared
    assert known == unknown


def test_letters_composed_otherwise_are_the_same_password(people: House) -> None:
    people.add("ёж", password="Ёлка и йодистый кит")

    people.log_in("ёж", "\u0415\u0308лка и и\u0306одистыи\u0306 кит")


def test_a_hash_of_yesterday_is_renewed_at_login(people: House) -> None:
    def stored() -> str | None:
        with people.database.reading() as session:
            return session.scalar(select(UserRow.password_hash).where(UserRow.login == "anna"))

    sessions = Sessions(people.database, Passwords(STRONGER), now=people.clock)
    before = stored()
    with pytest.raises(LoginRefused):
        sessions.log_in("anna", "wrong", address=HOME, agent="")
    assert stored() == before

    _, token = sessions.log_in("anna", PASSWORD, address=HOME, agent="")

    renewed = stored()
    assert renewed and "m=32768,t=12" in renewed
    assert sessions.find(token)
    sessions.log_in("anna", PASSWORD, address=HOME, agent="")
    assert stored() == renewed


def test_a_session_ends_when_nobody_uses_it(people: House) -> None:
    token = people.log_in("anna")
    for _ in range(10):
        people.clock.forward(hours=7, minutes=59)
        assert people.sessions.find(token)

    people.clock.forward(hours=8)

    assert people.sessions.find(token) is None
    assert people.sessions.of_user(people.users.find("anna").id) == []


def test_a_session_ends_after_thirty_days_however_much_it_is_used(people: House) -> None:
    token = people.log_in("anna")
    for _ in range(30 * 4 - 1):
        people.clock.forward(hours=6)
        assert people.sessions.find(token)

    people.clock.forward(hours=6)

    assert people.sessions.find(token) is None


def test_what_is_over_is_removed_at_the_next_login(people: House) -> None:
    people.log_in("anna")
    people.refusal("nobody")
    people.clock.forward(days=2)
    people.log_in("boss")

    with people.database.reading() as session:
        assert len(session.scalars(select(SessionRow)).all()) == 1
        keys = session.scalars(select(LoginFailureRow.key)).all()
    # Of the failure nothing is left; who came in has left that he did not fail.
    assert {key.partition(":")[0] for key in keys} == {"login", "address"}


def test_looking_writes_at_most_once_a_minute(people: House) -> None:
    token = people.log_in("anna")

    def seen() -> float:
        with people.database.reading() as session:
            (row,) = session.scalars(select(SessionRow)).all()
        return (people.clock.time - row.seen_at).total_seconds()

    for seconds, since in ((59, 59), (1, 0), (30, 30), (31, 0)):
        people.clock.forward(seconds=seconds)
        people.sessions.find(token)
        assert seen() == since


def test_logging_out_ends_this_session_alone(people: House) -> None:
    one, other = people.log_in("anna"), people.log_in("anna")

    people.sessions.end(one)
    people.sessions.end(one)

    assert people.sessions.find(one) is None
    assert people.sessions.find(other)
    assert people.actions()[-3:] == ["login", "login", "logout"]


def test_a_new_password_ends_all_other_sessions(people: House) -> None:
    anna = people.users.find("anna")
    mine, other, foreign = people.log_in("anna"), people.log_in("anna"), people.log_in("boss")
    link = people.invitations.make(COMPANY, user_id=anna.id, by=BOSS)

    people.users.set_password(anna.id, "thirteen red plums", by=BOSS, keep=mine)

    assert people.sessions.find(mine) and people.sessions.find(foreign)
    assert people.sessions.find(other) is None
    with pytest.raises(NotFound):
        people.invitations.look(link)
    assert people.refusal("anna", PASSWORD) is None
    people.log_in("anna", "thirteen red plums")

    people.users.set_password(anna.id, PASSWORD, by=BOSS, must_change=True)
    assert people.sessions.find(mine) is None
    user = people.sessions.find(people.log_in("anna"))
    assert user and user.must_change_password


def test_a_disabled_user_is_out_at_once_and_does_not_come_back_by_himself(people: House) -> None:
    anna = people.users.find("anna")
    token = people.log_in("anna")
    _, secret = people.tokens.make(anna.id, "script", by=BOSS)

    assert people.users.disable(anna.id, by=BOSS).is_disabled
    assert people.sessions.find(token) is None and people.tokens.find(secret) is None
    assert people.refusal("anna", PASSWORD) is None

    people.users.enable(anna.id, by=BOSS)
    assert people.sessions.find(token) is None
    people.log_in("anna")
    assert people.tokens.find(secret) is None and not people.tokens.of_user(anna.id)


def test_another_role_counts_from_the_next_request(people: House) -> None:
    token = people.log_in("anna")
    people.users.change(people.users.find("anna").id, role="administrator", by=BOSS)
    user = people.sessions.find(token)
    assert user and user.is_administrator


def test_users_see_their_sessions_and_end_them(people: House) -> None:
    anna, boss = people.users.find("anna"), people.users.find("boss")
    by = Actor(name="anna", via="page", user_id=anna.id)
    old = people.log_in("anna", address="198.51.100.1")
    people.clock.forward(minutes=5)
    current = people.log_in("anna")
    foreign = people.log_in("boss")

    newest, oldest = people.sessions.of_user(anna.id, current)
    assert (newest.is_current, newest.address, newest.agent) == (True, HOME, "Firefox")
    assert (oldest.is_current, oldest.address) == (False, "198.51.100.1")
    assert current not in repr(newest)

    (foreigner,) = people.sessions.of_user(boss.id)
    for session_id in (foreigner.id, "", "%", "\0", oldest.id[:8], oldest.id + "0"):
        with pytest.raises(NotFound):
            people.sessions.end_one(anna.id, session_id, by=by)
    people.sessions.end_one(anna.id, oldest.id, by=by)
    assert people.sessions.find(old) is None

    for _ in range(2):
        people.log_in("anna")
    assert people.sessions.end_all(anna.id, keep=current, by=by) == 2
    assert people.sessions.end_all(anna.id, keep=current, by=by) == 0
    assert people.sessions.find(current) and people.sessions.find(foreign)
    assert people.actions()[-1] == "session.end"


def confirm(people: House, token: str, password: str = "wrong") -> int | None:
    """Answer the question for Anna's password; the seconds to wait, None if it was looked at."""
    anna = people.users.find("anna")
    try:
        people.sessions.confirm(anna.id, password, token=token, address=HOME)
    except LoginRefused as refused:
        return refused.retry_after
    assert password == PASSWORD
    return None


def test_a_password_is_asked_for_again_before_what_matters(people: House) -> None:
    token = people.log_in("anna")
    assert confirm(people, token, PASSWORD) is None
    for _ in range(4):
        assert confirm(people, token) is None
    assert people.actions()[-1] == "password.failed"
    assert people.entries()[-1].who == "anna"

    assert confirm(people, token, PASSWORD) == 2

    people.clock.forward(seconds=2)
    assert confirm(people, token, PASSWORD) is None


def test_what_a_session_does_counts_apart(people: House) -> None:
    """Strangers at the login keep nobody from another password, and a thief's guesses neither."""
    stolen, own = people.log_in("anna"), people.log_in("anna")
    for _ in range(5):
        people.refusal("anna")
    for _ in range(5):
        confirm(people, stolen)
    assert confirm(people, stolen, PASSWORD)

    assert confirm(people, own, PASSWORD) is None
    assert people.refusal("anna", PASSWORD)


def test_many_may_log_in_at_once(people: House) -> None:
    tokens: list[str] = []

    def log_in(number: int) -> None:
        tokens.append(people.log_in(("anna", "boss")[number % 2], address=f"192.0.2.{number}"))

    threads = [threading.Thread(target=log_in, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == 6
    assert all(people.sessions.find(token) for token in tokens)
