"""PINs: what is asked of them, whose they are, and how often one may be tried."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count, cycle
from typing import Any, Final

import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import func, select

from storage.accounts import attempts
from storage.accounts.passwords import Passwords
from storage.accounts.pin_rules import random_pin, weakness
from storage.accounts.pins import PinRefused, Pins
from storage.actor import Actor
from storage.database.account_tables import LoginFailureRow, PinRow
from storage.database.employee_tables import EmployeeRow
from storage.database.engine import Database
from storage.errors import ConfigError, NotFound
from tests.storage.accounts.house import BOSS, COMPANY, OTHER, House, house
from tests.storage.conftest import WHO, employ

PIN: Final = "4711"
NEW: Final = "852063"
HERS, BORIS, NOBODYS = "101", "102", "199"
MOBILE, STRANGER = "+7 916 000-11-22", "74950000000"
LINE: Final = Actor(name="phone", via="phone")
HOUR: Final = 3600.0
MOST_IN_AN_HOUR: Final = 5 + 3
"""Five, and one more after 5, 10 and 20 minutes each."""


class Counted(Passwords):
    """Cheap ones that tell how often one was looked at."""

    def __init__(self) -> None:
        super().__init__(CHEAPEST)
        self.looked_at = 0

    def matches(self, password: str, stored: str | None) -> bool:
        self.looked_at += 1
        return super().matches(password, stored)


@dataclass
class Box:
    """Anna's PIN, and whoever tries it."""

    people: House
    passwords: Counted = field(default_factory=Counted)

    def __post_init__(self) -> None:
        self.pins = Pins(self.people.database, self.passwords, self.people.clock)

    def opens(
        self,
        pin: str = PIN,
        *,
        caller: str = MOBILE,
        own_phone: bool = False,
        extension: str = HERS,
        company: str = COMPANY,
    ) -> str:
        """Whose it is."""
        return self.pins.check(
            company, extension, pin, caller=caller, own_phone=own_phone, by=LINE
        ).employee_id

    def refusal(self, pin: str = "9999", **how: Any) -> int | None:
        """Try a wrong one, or one too early; the seconds to wait, None if it was looked at."""
        with pytest.raises(PinRefused) as refused:
            self.opens(pin, **how)
        return refused.value.retry_after

    def fail(self, times: int, **how: Any) -> None:
        for _ in range(times):
            assert self.refusal(**how) is None

    def logged(self) -> list[tuple[str, str, Any]]:
        """What the audit log has of PINs: action, extension and details."""
        entries = self.people.entries()
        return [(e.action, e.subject, e.details) for e in entries if e.action.startswith("pin.")]


@pytest.fixture
def box(database: Database) -> Box:
    employ(database)
    box = Box(house(database))
    box.pins.set(COMPANY, HERS, PIN, by=BOSS)
    return box


@pytest.mark.parametrize(
    ("code", "pins"),
    [
        ("weak-pin-repeated", ["0000", "777777", "1212", "1122", "123123", "4747"]),
        ("weak-pin-run", ["1234", "4321", "7890", "3210", "012345678901", "2468", "9753"]),
        ("weak-pin-year", ["1900", "1987", "2026", "2099"]),
        (
            "weak-pin-extension",
            ["0101", "1010", "101101", "1011", "1101", "9101", "10100", "00101", "101999"],
        ),
        ("weak-pin-common", ["2580", "0852"]),
        ("", [PIN, NEW, "1899", "2100", "19870", "1357924680"[::3] + "4", "471147", "9073"]),
    ],
)
def test_what_is_soon_guessed(code: str, pins: list[str]) -> None:
    assert {pin: weakness(pin, "101") for pin in pins} == dict.fromkeys(pins, code)


def test_long_extensions_are_not_guessed_in_part() -> None:
    assert weakness("4711", "247118") == "weak-pin-extension"
    assert weakness("8117", "247118") == "weak-pin-extension"


@pytest.mark.parametrize("pin", ["", "471", "4711471147114", "47a1", "４７１１", "-4711"])
def test_a_pin_is_digits(box: Box, pin: str) -> None:
    with pytest.raises(ConfigError, match="not-a-pin"):
        box.pins.set(COMPANY, HERS, pin, by=BOSS)
    with pytest.raises(ConfigError, match="weak-pin-year"):
        box.pins.set(COMPANY, HERS, "1987", by=BOSS)
    assert box.opens() == WHO[HERS]


def test_pins_by_chance_are_none_that_are_soon_guessed() -> None:
    made = {random_pin("101") for _ in range(200)}
    assert len(made) > 190
    assert all(len(pin) == 6 and not weakness(pin, "101") for pin in made)


def test_a_pin_opens_its_own_mailbox_alone(box: Box) -> None:
    assert box.opens() == WHO[HERS]
    box.pins.set(COMPANY, BORIS, NEW, by=BOSS)
    for wrong in ({"extension": BORIS}, {"company": OTHER}, {"pin": "47110"}, {"pin": ""}):
        assert box.refusal(**{"pin": PIN, **wrong}) is None
    with box.people.database.reading() as session:
        assert PIN not in "".join(session.scalars(select(PinRow.pin_hash)))


def test_a_one_time_pin_is_good_until_another_is_set(box: Box) -> None:
    box.pins.set(COMPANY, HERS, PIN, one_time=True, by=BOSS)
    for _ in range(2):
        proven = box.pins.check(COMPANY, HERS, PIN, caller=MOBILE, own_phone=False, by=LINE)
        assert proven.must_change
    assert box.pins.state(COMPANY, HERS).must_change
    with pytest.raises(ConfigError, match="pin-unchanged"):
        box.pins.change(WHO[HERS], PIN, by=LINE)
    box.pins.change(WHO[HERS], f" {NEW[:3]} {NEW[3:]} ", by=LINE)
    assert not box.pins.check(
        COMPANY, HERS, NEW, caller=MOBILE, own_phone=False, by=LINE
    ).must_change
    assert box.refusal(PIN) is None


def test_a_pin_goes_with_its_owner_and_with_nobody_else(box: Box) -> None:
    with box.people.database.session() as session:
        anna = session.get_one(EmployeeRow, WHO[HERS])
        anna.extension = "4711"
        session.flush()
        session.add(
            EmployeeRow(
                id="cccccccc-0000-4000-8000-000000000101",
                company_id=COMPANY,
                extension=HERS,
                name="Вера",
                since=box.people.clock.time,
            )
        )
    assert box.refusal(PIN) is None
    assert not box.pins.state(COMPANY, HERS).is_set
    proven = box.pins.check(COMPANY, "4711", PIN, caller=MOBILE, own_phone=False, by=LINE)
    assert proven.employee_id == WHO[HERS]
    assert proven.must_change, "it is her extension now"
    with box.people.database.session() as session:
        session.get_one(EmployeeRow, WHO[HERS]).until = box.people.clock.time
    assert box.refusal(PIN, extension="4711") is None
    with pytest.raises(NotFound):
        box.pins.change(WHO[HERS], NEW, by=LINE)


def test_who_is_not_there_gets_no_pin(box: Box) -> None:
    for do in (
        lambda: box.pins.set(COMPANY, NOBODYS, PIN, by=BOSS),
        lambda: box.pins.set(OTHER, HERS, PIN, by=BOSS),
        lambda: box.pins.unlock(COMPANY, NOBODYS, by=BOSS),
        lambda: box.pins.state(COMPANY, "\0"),
        lambda: box.pins.remove(COMPANY, BORIS, by=BOSS),
    ):
        with pytest.raises(NotFound):
            do()
    box.pins.remove(COMPANY, HERS, by=BOSS)
    assert box.refusal(PIN) is None
    assert [action for action, _, _ in box.logged()] == ["pin.set", "pin.remove", "pin.wrong"]


@pytest.mark.parametrize("how", ["one caller", "ever more callers", "ever more boxes", "own phone"])
def test_an_hour_of_guessing(box: Box, how: str) -> None:
    """As fast as somebody can key in, three seconds each: no more are looked at than the rule."""
    several = how == "ever more callers"
    numbers = map(str, count(74950000000)) if several else cycle([STRANGER])
    boxes = map(str, count(100)) if how == "ever more boxes" else cycle([HERS])
    end = box.people.clock.time + timedelta(seconds=HOUR)
    box.passwords.looked_at = tried = 0
    while box.people.clock.time < end:
        box.refusal(caller=next(numbers), extension=next(boxes), own_phone=how == "own phone")
        box.people.clock.forward(seconds=3)
        tried += 1
    assert tried == 1200
    assert box.passwords.looked_at == MOST_IN_AN_HOUR
    told = [details for _, _, details in box.logged() if details]
    assert len(told) <= MOST_IN_AN_HOUR + 12, "one in five minutes, not one for each"
    not_looked_at = sum(each.get("not_looked_at", 0) for each in told)
    assert tried - MOST_IN_AN_HOUR - 100 < not_looked_at <= tried - MOST_IN_AN_HOUR


def test_five_wrong_ones_wait_five_minutes_and_then_twice_as_long_up_to_a_day(box: Box) -> None:
    box.fail(5)
    for minutes in (5, 10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440):
        assert box.refusal(PIN) == minutes * 60, "also the right one is not looked at"
        box.people.clock.forward(seconds=minutes * 60 - 1)
        assert box.refusal(PIN, caller=STRANGER) == 1, "whoever calls"
        box.people.clock.forward(seconds=1)
        box.fail(1)
    box.people.clock.forward(days=31)
    assert box.opens() == WHO[HERS]


def test_nobody_keeps_the_owner_out_at_the_own_phone(box: Box) -> None:
    box.fail(5, caller=STRANGER)
    assert box.refusal(PIN)
    assert box.opens(own_phone=True, caller=HERS) == WHO[HERS]
    box.fail(5, own_phone=True, caller=HERS)
    assert box.refusal(PIN, own_phone=True, caller=HERS) == 300
    box.people.clock.forward(minutes=5)
    assert box.opens(own_phone=True, caller=HERS) == WHO[HERS]
    assert box.opens(caller=MOBILE) == WHO[HERS]


def test_slips_are_forgotten_once_it_is_right(box: Box) -> None:
    for _ in range(5):
        box.fail(4)
        assert box.opens() == WHO[HERS]
    assert box.refusal(caller=STRANGER) is None


def test_that_the_owner_comes_in_gives_nobody_who_guesses_another_start(box: Box) -> None:
    box.fail(4, caller=STRANGER)
    assert box.opens() == WHO[HERS]
    box.fail(1, caller=STRANGER)
    assert box.refusal(PIN) == 300
    # Nor who took the owner's number, some hours ago.
    box.pins.unlock(COMPANY, HERS, by=BOSS)
    box.fail(4, caller=MOBILE)
    box.people.clock.forward(hours=2)
    assert box.opens() == WHO[HERS]
    box.fail(1, caller=STRANGER)
    assert box.refusal(PIN)


def test_who_knows_one_pin_does_not_get_back_what_they_tried_at_others(box: Box) -> None:
    box.fail(2, extension=BORIS)
    box.fail(2, extension=NOBODYS)
    assert box.opens() == WHO[HERS]
    box.pins.change(WHO[HERS], NEW, by=LINE)
    assert box.opens(NEW) == WHO[HERS]
    box.fail(1, extension="198")
    assert box.refusal(NEW) == 300
    assert box.opens(NEW, caller=STRANGER) == WHO[HERS]


def test_a_caller_is_one_however_the_number_is_written(box: Box) -> None:
    for number, caller in enumerate(["89160001122", "+79160001122", "79160001122", MOBILE, MOBILE]):
        assert box.refusal(caller=caller, extension=f"20{number}") is None
    assert box.refusal(PIN, caller=MOBILE) == 300
    # 101 of another company is somebody else, and so is who withholds the number.
    assert box.refusal(caller=MOBILE, company=OTHER) is None
    assert box.opens(caller="anonymous") == WHO[HERS]


def test_administrators_unlock_whoever_calls(box: Box) -> None:
    box.fail(5)
    box.fail(5, own_phone=True)
    until = box.people.clock.time + timedelta(minutes=5)
    assert box.pins.state(COMPANY, HERS).locked_until == until
    assert box.pins.states(COMPANY)[HERS].locked_until == until
    assert box.pins.states(COMPANY)[BORIS].locked_until is None
    box.pins.unlock(COMPANY, HERS, by=BOSS)
    assert box.pins.state(COMPANY, HERS).locked_until is None
    assert box.opens() == box.opens(own_phone=True) == WHO[HERS]
    # Also a new PIN unlocks.
    box.fail(5)
    box.pins.set(COMPANY, HERS, NEW, by=BOSS)
    assert box.opens(NEW) == WHO[HERS]


def test_the_owner_of_another_pin_is_let_in_at_once_and_others_go_on_waiting(box: Box) -> None:
    box.fail(5)
    box.pins.change(WHO[HERS], NEW, by=LINE)
    assert box.opens(NEW) == WHO[HERS]
    assert box.refusal(PIN, caller=STRANGER) is None


def test_nothing_tells_whether_there_is_such_a_mailbox(box: Box) -> None:
    """The same answers, the same work, the same counts: with a PIN, without, and of nobody."""
    seen = []
    for extension in (HERS, BORIS, NOBODYS, "not one\0\ud800"):
        box.passwords.looked_at, answers = 0, []
        for number in range(8):
            answers.append(box.refusal(extension=extension, caller=f"7812000{number:04}"))
        seen.append((answers, box.passwords.looked_at))
    assert seen == [([None] * 5 + [300] * 3, 5)] * 4


def test_every_try_is_in_the_log_with_the_caller_and_never_the_pin(box: Box) -> None:
    box.opens()
    box.fail(1, pin="8642")
    box.fail(1, pin=HERS, extension=PIN)  # the one taken for the other
    box.opens(own_phone=True, caller=HERS)
    who = {"caller": MOBILE}
    assert box.logged() == [
        ("pin.set", HERS, None),
        ("pin.right", HERS, who),
        ("pin.wrong", HERS, who),
        ("pin.wrong", "", who),
        ("pin.right", HERS, {"caller": HERS}),
    ]
    told = repr(box.people.entries())
    assert PIN not in told and "8642" not in told and "argon2" not in told


def test_what_was_not_looked_at_is_told_in_the_end(box: Box) -> None:
    box.fail(5)
    for _ in range(50):
        assert box.refusal(PIN)
    box.people.clock.forward(minutes=5)
    assert box.opens() == WHO[HERS]
    assert [each[2] for each in box.logged()[6:]] == [
        {"caller": MOBILE, "not_looked_at": 1},
        {"caller": MOBILE, "not_looked_at": 49},
    ]


def test_of_many_tries_at_once_no_more_are_looked_at_than_one_by_one(box: Box) -> None:
    begin, refused = threading.Barrier(12), []

    def work(number: int) -> None:
        begin.wait()
        try:
            box.opens("9999", caller=f"7812000{number:04}")
        except PinRefused as error:
            refused.append(error.retry_after)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    box.passwords.looked_at = 0
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(refused, key=str) == [300] * 7 + [None] * 5


def test_a_pin_is_tried_set_and_unlocked_at_once(box: Box) -> None:
    begin, wrong = threading.Barrier(6), list[BaseException]()

    def work(number: int) -> None:
        try:
            begin.wait()
            for turn in range(4):
                if number == 0:
                    box.pins.set(COMPANY, HERS, PIN, by=BOSS)
                elif number == 1:
                    box.pins.unlock(COMPANY, HERS, by=BOSS)
                elif number == 2:
                    with box.people.database.session() as session:
                        attempts.tidy(session, box.people.clock.time)
                else:
                    with suppress(PinRefused):
                        box.opens(PIN if number % 2 else "9999", caller=f"781200000{turn}")
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == [], "\n".join(map(repr, wrong))


def test_what_is_forgotten_goes_though_nobody_logs_in_on_the_page(box: Box) -> None:
    for number in range(5):
        box.fail(1, extension=str(number), caller=f"7495000000{number}")
    box.people.clock.forward(days=2)
    box.fail(1)
    rows = select(func.count()).select_from(LoginFailureRow)
    with box.people.database.reading() as session:
        assert session.scalar(rows) == 18, "they are remembered for a month"
    box.people.clock.forward(days=31)
    box.fail(1)
    with box.people.database.reading() as session:
        assert session.scalar(rows) == 3


def test_a_hash_of_yesterdays_parameters_is_made_anew(box: Box) -> None:
    dearer = Pins(
        box.people.database,
        Passwords(replace(CHEAPEST, time_cost=CHEAPEST.time_cost + 1)),
        box.people.clock,
    )
    for _ in range(2):
        assert dearer.check(COMPANY, HERS, PIN, caller=MOBILE, own_phone=False, by=LINE)
    with box.people.database.reading() as session:
        assert f"t={CHEAPEST.time_cost + 1}," in session.get_one(PinRow, WHO[HERS]).pin_hash
