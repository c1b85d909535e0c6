"""`voicepost employees pin`: set, shown as set or locked, unlocked, removed; never told."""

from __future__ import annotations

import pytest

from commands.context import App
from commands.doctor.finding import Finding
from commands.doctor.pins import pins
from storage.accounts.pins import PinRefused
from storage.actor import Actor
from tests.commands.conftest import Voicepost

LINE = Actor(name="phone", via="phone")


def opens(office: Voicepost, pin: str) -> bool:
    """By phone; whether another PIN has to be set then."""
    app = App(office.home)
    company_id = app.offices.site().company_id
    try:
        return app.pins.check(
            company_id, "101", pin, caller="79160000000", own_phone=False, by=LINE
        ).must_change
    finally:
        app.database.close()


def lock(office: Voicepost) -> None:
    for number in range(5):
        with pytest.raises(PinRefused):
            opens(office, f"953{number}")


def doctor(office: Voicepost) -> Finding:
    """What doctor says of PINs."""
    app = App(office.home)
    try:
        return pins(app)
    finally:
        app.database.close()


def test_a_pin_is_set_for_good(office: Voicepost) -> None:
    assert office("employees", "pin", "101").split() == ["SETTING", "VALUE", "PIN", "none"]
    assert office("employees", "pin", "101", "--set", "4711") == ""
    assert opens(office, "4711") is False
    assert office("employees", "pin", "101").split() == ["SETTING", "VALUE", "PIN", "set"]
    known = {"is_set": True, "must_change": False, "locked_until": None}
    assert office.data("employees", "pin", "101") == {"extension": "101", **known}
    assert office.data("employees", "show", "101")["pin"] == known
    entries = [entry for entry in office.data("audit", "list") if entry["action"] == "pin.set"]
    assert entries[0]["subject"] == "101"
    told = office("config", "show") + repr(entries) + office("employees", "list", "--json")
    assert "4711" not in told and "argon2" not in told


def test_a_one_time_pin_is_printed_once(office: Voicepost) -> None:
    made = office("employees", "pin", "101", "--one-time").strip()
    assert len(made) == 6 and made.isdecimal()
    assert opens(office, made) is True
    assert "to be changed at the first call" in office("employees", "show", "101")
    again = office.data("employees", "pin", "101", "--one-time")
    assert again["pin"] != made
    assert opens(office, again["pin"]) is True


def test_one_that_is_locked_is_seen_and_unlocked(office: Voicepost) -> None:
    office("employees", "pin", "101", "--set", "4711")
    lock(office)
    assert "locked until" in office("employees", "show", "101")
    found = doctor(office)
    assert found.state == "warning"
    assert found.what.startswith("1 of 1 employees have one; too many wrong ones: 101 of Ромашка")
    assert "--unlock" in found.advice
    office("employees", "pin", "101", "--unlock")
    assert "locked" not in office("employees", "show", "101")
    assert opens(office, "4711") is False
    assert (doctor(office).state, doctor(office).what) == ("ok", "1 of 1 employees have one")
    office("employees", "pin", "101", "--remove")
    assert "there is no PIN" in office.refused("employees", "pin", "101", "--remove")


def test_what_does_not_do_is_told(office: Voicepost) -> None:
    pin = ("employees", "pin", "101")
    assert "a PIN is 4 to 12 digits" in office.refused(*pin, "--set", "47")
    assert "its digits are in a row" in office.refused(*pin, "--set", "1234")
    assert "one at a time" in office.refused(*pin, "--set", "4711", "--remove", code=2)
    assert "no employee “199”" in office.refused("employees", "pin", "199", "--unlock")


def test_who_gives_a_pin_is_a_setting(office: Voicepost) -> None:
    assert "does not call from the mailbox's own phone" in office("mailbox", "show")
    office("mailbox", "set", "--pin", "always")
    assert office.data("mailbox", "show")["pin"] == "always"
    assert 'pin = "always"' in office("config", "show")
    office.refused("mailbox", "set", "--pin", "perhaps", code=2)
