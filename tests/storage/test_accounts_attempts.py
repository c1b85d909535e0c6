"""How often somebody may try: per account, per address, across restarts and all at once."""

from __future__ import annotations

import threading
from dataclasses import replace
from uuid import uuid4

import pytest

from storage.accounts import attempts
from storage.accounts.sessions import Sessions
from storage.database import Database
from tests.storage.accounts import BOSS, PASSWORD, House, house


@pytest.fixture
def people(database: Database) -> House:
    people = house(database)
    people.add("anna")
    return people


def failing(people: House, login: str = "anna", times: int = 1, address: str = "") -> None:
    """Fail so often, each time from another address unless one is given."""
    for _ in range(times):
        assert people.refusal(login, address=address or str(uuid4())) is None


def test_three_failures_of_an_account_are_free_then_the_delay_doubles(people: House) -> None:
    failing(people, times=3)
    for delay in (2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900):
        failing(people)
        assert people.refusal("anna", PASSWORD, "10.9.9.9") == delay
        people.clock.forward(seconds=delay - 1)
        assert people.refusal("anna", PASSWORD, "10.9.9.9") == 1
        people.clock.forward(seconds=1)

    assert people.log_in("anna")
    failing(people, times=4)
    assert people.refusal("anna") == 2


def test_unknown_logins_are_delayed_just_the_same(people: House) -> None:
    for login in ("anna", "nobody", "no login\0 at all"):
        failing(people, login, times=4)
        assert people.refusal(login) == 2


def test_the_answer_to_who_has_to_wait_tells_nothing_of_the_password(people: House) -> None:
    failing(people, times=4)
    assert people.refusal("anna", PASSWORD) == people.refusal("anna", "wrong") == 2


def test_twenty_failures_from_an_address_are_free(people: House) -> None:
    for number in range(20):
        failing(people, f"login{number}", address="192.0.2.1")
    failing(people, "another", address="192.0.2.1")

    assert people.refusal("anna", PASSWORD, "192.0.2.1") == 2
    assert people.log_in("anna", address="192.0.2.2")


def test_who_has_an_account_cannot_use_it_to_try_those_of_others(people: House) -> None:
    people.add("rival")
    for number in range(21):
        people.log_in("rival", address="192.0.2.1")
        failing(people, f"victim{number}", address="192.0.2.1")
    assert people.refusal("rival", PASSWORD, "192.0.2.1") == 2


def test_a_login_that_goes_right_leaves_the_address_as_it_was(people: House) -> None:
    for _ in range(50):
        people.log_in("anna", address="192.0.2.1")
    failing(people, "nobody", times=3, address="192.0.2.1")
    assert people.log_in("anna", address="192.0.2.1")


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("testclient", "", False),
    ],
)
def test_an_address_is_what_one_customer_has(one: str, other: str, together: bool) -> None:
    assert (attempts.address(one) == attempts.address(other)) is together


def test_failures_are_forgotten_after_a_quiet_day(people: House) -> None:
    failing(people, times=4)
    people.clock.forward(hours=23, minutes=59)
    failing(people)
    people.clock.forward(hours=24)

    failing(people, times=3)

    assert people.log_in("anna")


def test_an_office_that_errs_now_and_then_is_never_locked_out(people: House) -> None:
    """Fifteen mistakes a day from one address, for two weeks without a quiet day."""
    for number in range(15 * 14):
        assert people.refusal(f"login{number}", address="192.0.2.1") is None
        people.clock.forward(hours=24 / 15)


def test_failures_survive_a_restart(people: House, database_url: str) -> None:
    failing(people, times=4)
    database = Database(database_url)

    anew = replace(people, sessions=Sessions(database, now=people.clock))

    assert anew.refusal("anna", PASSWORD) == 2
    database.close()


def test_a_new_password_forgives_the_account(people: House) -> None:
    failing(people, times=4)
    assert people.refusal("anna") == 2

    people.users.set_password(people.users.find("anna").id, "thirteen red plums", by=BOSS)

    assert people.log_in("anna", "thirteen red plums")


def test_of_many_attempts_at_once_no_more_are_looked_at_than_one_by_one(people: House) -> None:
    answers: list[int | None] = []
    begin = threading.Barrier(16)

    def attempt(number: int) -> None:
        begin.wait()
        answers.append(people.refusal("anna", address=f"192.0.2.{number}"))

    threads = [threading.Thread(target=attempt, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(None) == 4
    assert answers.count(2) == 12


def test_an_attempt_that_has_to_wait_lengthens_nothing(people: House) -> None:
    failing(people, times=4)
    for _ in range(50):
        assert people.refusal("anna") == 2
    people.clock.forward(seconds=2)
    assert people.log_in("anna")
