"""How often somebody may try: per place, per browser, across restarts and all at once."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest
from sqlalchemy import select

from storage.accounts import attempts
from storage.accounts.sessions import LoginRefused, Sessions
from storage.database.account_tables import DeviceRow, LoginFailureRow
from storage.database.engine import Database
from tests.storage.accounts.house import BOSS, PASSWORD, House, house


@pytest.fixture
def people(database: Database) -> House:
    people = house(database)
    people.add("anna")
    return people


HERE: Final = "198.51.100.7"


def failing(people: House, login: str = "anna", times: int = 1, address: str = HERE) -> None:
    """Fail so often."""
    for _ in range(times):
        assert people.refusal(login, address=address) is None


def everywhere(people: House, times: int, login: str = "anna") -> int:
    """Try as often, each time from another network; how often it had to wait."""
    return sum(
        people.refusal(login, address=f"2001:db8:{number:x}::1") is not None
        for number in range(times)
    )


def guessed(people: House, times: int, login: str = "anna") -> None:
    """As if strangers had failed so often: as many attempts would take a while."""
    _, whole, _ = attempts.strangers(login, HERE)
    with people.database.session() as session:
        session.merge(LoginFailureRow(key=whole.key, failures=times, last_at=people.clock.time))


def rows(people: House) -> list[str]:
    """What is counted for: the beginnings of the keys."""
    with people.database.reading() as session:
        keys = session.scalars(select(LoginFailureRow.key)).all()
    return sorted(key.partition(":")[0] for key in keys)


def test_three_failures_in_a_place_are_free_then_the_delay_doubles(people: House) -> None:
    failing(people, times=3)
    for delay in (2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900):
        failing(people)
        assert people.refusal("anna", PASSWORD, HERE) == delay
        people.clock.forward(seconds=delay - 1)
        assert people.refusal("anna", PASSWORD, HERE) == 1
        people.clock.forward(seconds=1)

    assert people.log_in("anna", address=HERE)
    failing(people, times=3)
    failing(people)
    assert people.refusal("anna", address=HERE) is not None


def test_nobody_is_kept_out_by_a_stranger(people: House) -> None:
    """A day of wrong passwords as fast as one address is let: the user comes in all along."""
    looked_at = 0
    end = people.clock.time + timedelta(days=1)
    while people.clock.time < end:
        wait = people.refusal("anna", address=HERE)
        looked_at += wait is None
        people.clock.forward(seconds=wait or 0)
        if looked_at % 10 == 0:
            assert people.log_in("anna", address="192.0.2.50")
    assert 90 < looked_at < 120


def test_a_login_as_a_whole_is_slowed_down_far_later(people: House) -> None:
    guessed(people, 298)
    assert everywhere(people, 3) == 0
    # From now on it takes the user, too, a little longer in a browser that nobody knows.
    assert everywhere(people, 10) == 10
    assert people.refusal("anna", PASSWORD, HERE) == 2
    people.clock.forward(seconds=2)
    assert people.log_in("anna", address=HERE)
    # That the user came in gives those who guess no other start.
    assert everywhere(people, 10) == 9


def test_a_browser_of_the_user_has_an_allowance_of_its_own(people: House) -> None:
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    people.add("boris")
    guessed(people, 310)
    everywhere(people, 1)
    for number in range(21):
        people.refusal(f"login{number}", address=HERE)
    assert people.refusal("anna", PASSWORD, HERE)
    assert people.refusal("boris", PASSWORD, HERE)

    assert people.log_in("anna", address=HERE, device=device)
    assert people.refusal("boris", PASSWORD, HERE, device), "it is not boris's"

    for _ in range(10):
        assert people.refusal("anna", address=HERE, device=device) is None
    assert people.refusal("anna", address=HERE, device=device) is None
    assert people.refusal("anna", PASSWORD, HERE, device) == 2
    people.clock.forward(seconds=2)
    assert people.log_in("anna", address=HERE, device=device)


def test_only_a_secret_of_ours_makes_a_browser_known(people: House) -> None:
    failing(people, times=4)
    for device in ("", "x", "\0", "\ud800", "planted by somebody"):
        given = people.sessions.device_of(device)
        assert given != device and len(given) >= 43
        assert people.refusal("anna", PASSWORD, HERE, given) == 2
    known = people.sessions.device_of("")
    people.log_in("anna", device=known)
    assert people.sessions.device_of(known) == known
    assert people.sessions.find(known) is None
    assert people.refusal("no login\0 at all", device=known) is None
    with people.database.reading() as session:
        assert known not in repr([vars(row) for row in session.scalars(select(DeviceRow))])


def test_one_browser_is_that_of_all_who_log_in_with_it(people: House) -> None:
    people.add("boris")
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    people.log_in("boris", device=people.sessions.device_of(device))
    for _ in range(11):
        people.refusal("boris", device=device)
    assert people.refusal("boris", PASSWORD, device=device) == 2
    assert people.log_in("anna", device=device)


def test_a_browser_is_a_strangers_after_a_year(people: House) -> None:
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    people.clock.forward(days=364)
    people.log_in("anna", device=device)
    people.clock.forward(days=365)
    assert people.sessions.device_of(device) != device
    people.log_in("anna", device=people.sessions.device_of(""))
    with people.database.reading() as session:
        assert len(session.scalars(select(DeviceRow)).all()) == 1


def test_of_a_user_the_twenty_browsers_used_last_are_known(people: House) -> None:
    browsers = [people.sessions.device_of("") for _ in range(22)]
    for device in browsers:
        people.log_in("anna", device=device)
        people.clock.forward(minutes=1)
    known = [people.sessions.device_of(device) == device for device in browsers]
    assert known == [False, False, *(True for _ in range(20))]


def test_a_browser_of_who_was_removed_is_known_to_nobody(people: House) -> None:
    anna = people.users.find("anna")
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    people.users.remove(anna.id, by=BOSS)
    assert people.sessions.device_of(device) != device


def test_unknown_logins_are_delayed_just_the_same(people: House) -> None:
    for login in ("anna", "nobody", "no login\0 at all"):
        failing(people, login, times=4)
        assert people.refusal(login, address=HERE) == 2
        guessed(people, 300, login)
        assert everywhere(people, 2, login) == 1
        people.clock.forward(days=1)


def test_the_answer_to_who_has_to_wait_tells_nothing_of_the_password(people: House) -> None:
    failing(people, times=4)
    assert people.refusal("anna", PASSWORD, HERE) == people.refusal("anna", "wrong", HERE) == 2


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
    assert (attempts.strangers("anna", one) == attempts.strangers("anna", other)) is together


def test_failures_are_forgotten_after_a_quiet_day(people: House) -> None:
    failing(people, times=4)
    people.clock.forward(hours=23, minutes=59)
    failing(people)
    people.clock.forward(hours=24)

    failing(people, times=3)

    assert people.log_in("anna", address=HERE)


def test_an_office_that_errs_now_and_then_is_never_locked_out(people: House) -> None:
    """Fifteen mistakes a day from one address, for two weeks without a quiet day."""
    for number in range(15 * 14):
        assert people.refusal(f"login{number}", address="192.0.2.1") is None
        people.clock.forward(hours=24 / 15)


def test_failures_survive_a_restart(people: House, database_url: str) -> None:
    failing(people, times=4)
    database = Database(database_url)

    anew = replace(people, sessions=Sessions(database, now=people.clock))

    assert anew.refusal("anna", PASSWORD, HERE) == 2
    database.close()


def test_a_new_password_forgives_the_login_wherever_it_was_tried(people: House) -> None:
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    for _ in range(11):
        people.refusal("anna", device=device)
    failing(people, times=4)
    people.add("boris")
    failing(people, "boris", times=4, address="192.0.2.9")
    guessed(people, 310)
    everywhere(people, 1)
    assert people.refusal("anna", address=HERE)
    assert people.refusal("anna", device=device)

    people.users.set_password(people.users.find("anna").id, "thirteen red plums", by=BOSS)

    assert people.log_in("anna", "thirteen red plums", address=HERE)
    assert people.log_in("anna", "thirteen red plums", device=device)
    assert people.refusal("boris", PASSWORD, "192.0.2.9") == 2


def test_of_many_attempts_at_once_no_more_are_looked_at_than_one_by_one(people: House) -> None:
    answers: list[int | None] = []
    begin = threading.Barrier(16)

    def attempt() -> None:
        begin.wait()
        answers.append(people.refusal("anna", address=HERE))

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(None) == 4
    assert answers.count(2) == 12


def test_many_may_try_one_login_from_many_places_at_once(people: House) -> None:
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

    assert answers == [None] * 16


def test_a_login_is_tried_tidied_and_forgiven_at_once(people: House) -> None:
    """Whoever does so waits for the others and never in a circle."""
    anna = people.users.find("anna")
    device = people.sessions.device_of("")
    people.log_in("anna", device=device)
    begin = threading.Barrier(8)
    wrong: list[BaseException] = []

    def work(number: int) -> None:
        try:
            begin.wait()
            for turn in range(5):
                if number == 0:
                    people.users.set_password(anna.id, PASSWORD, by=BOSS)
                elif number == 1:
                    people.sessions.tidy()
                elif number % 2:
                    people.refusal("anna", address=f"192.0.2.{turn}", device="")
                else:
                    with contextlib.suppress(LoginRefused):
                        people.log_in("anna", address=f"192.0.2.{turn}", device=device)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_an_attempt_that_has_to_wait_lengthens_nothing(people: House) -> None:
    failing(people, times=4)
    for _ in range(50):
        assert people.refusal("anna", address=HERE) == 2
    people.clock.forward(seconds=2)
    assert people.log_in("anna", address=HERE)


def test_what_is_forgotten_goes_though_nobody_ever_comes_in(people: House) -> None:
    for number in range(5):
        failing(people, f"login{number}", address=f"192.0.2.{number}")
    people.clock.forward(days=2)
    failing(people, "another", times=2)
    assert rows(people) == ["address", "login", "place"]


def test_of_too_many_counts_those_go_that_weigh_least(people: House) -> None:
    failing(people, times=4)
    everywhere(people, 20, "nobody")
    with people.database.session() as session:
        attempts.tidy(session, people.clock.time, most=5)
    assert len(rows(people)) == 5
    assert people.refusal("anna", PASSWORD, HERE) == 2
