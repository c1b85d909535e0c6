"""A key that is told twice is pressed once; one that is pressed twice, twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from telephony.ari.keys import Presses

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
Told = tuple[str, int, int]


def heard(*told: Told) -> str:
    """What is left of keys that were told: each with when, and how long it was held, in ms."""
    presses = Presses()
    left = ""
    for key, told_at, held in told:
        at = NOON + timedelta(milliseconds=told_at)
        stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}+0000"
        event = {
            "type": "ChannelDtmfReceived",
            "digit": key,
            "timestamp": stamp,
            "duration_ms": held,
        }
        left += "" if presses.is_told_again(event) else key
    return left


@pytest.mark.parametrize("held", [60, 100, 250, 900])
@pytest.mark.parametrize("said", [60, 100, 160, 250])
def test_by_info_when_it_is_pressed_and_as_an_event_when_it_is_over(held: int, said: int) -> None:
    assert heard(("1", 0, said), ("1", held, held)) == "1"
    assert heard(("1", 20, said), ("1", held, held)) == "1", "INFO took longer than RTP"
    assert heard(("1", 0, said), ("1", held + 20, held)) == "1", "RTP took longer than INFO"


@pytest.mark.parametrize("late", [0, 5, 60])
def test_as_an_event_and_by_info_when_it_is_over(late: int) -> None:
    assert heard(("1", 100, 100), ("1", 100 + late, 100)) == "1"


MEASURED = {
    "held 100 ms, INFO at the press": (
        *(("1", 879, 100), ("1", 968, 100), ("1", 1113, 100), ("1", 1129, 100), ("1", 1265, 100)),
        *(("3", 1416, 100), ("7", 1483, 100), ("3", 1483, 100), ("7", 1484, 100)),
    ),
    "held 100 ms, INFO at the release": (
        *(("1", 844, 100), ("1", 890, 100), ("1", 1006, 100), ("1", 1037, 100), ("1", 1211, 100)),
        *(("3", 1374, 100), ("3", 1376, 100), ("3", 1548, 100), ("7", 1696, 100), ("7", 1696, 100)),
    ),
    "held 200 ms, INFO at the press": (
        *(("1", 669, 200), ("1", 849, 200), ("1", 1094, 200), ("1", 1233, 200), ("1", 1345, 200)),
        *(("3", 1613, 200), ("3", 1613, 200), ("3", 1858, 200), ("7", 2126, 200), ("7", 2133, 200)),
    ),
    "held 200 ms, INFO at the release": (
        *(("1", 533, 200), ("1", 585, 200), ("1", 898, 200), ("1", 1147, 200), ("3", 1260, 200)),
        *(("3", 1395, 200), ("3", 1442, 200), ("7", 1625, 200), ("7", 1670, 200)),
    ),
}
"""What a real Asterisk told of 1, 1, 3 and 7, pressed one after the other, as long between."""


@pytest.mark.parametrize("told", MEASURED.values(), ids=MEASURED)
def test_what_asterisk_makes_of_many_keys_told_twice(told: tuple[Told, ...]) -> None:
    assert heard(*told) == "1137"


@pytest.mark.parametrize("pause", [40, 60, 150, 400])
@pytest.mark.parametrize("held", [40, 50, 100, 300])
def test_a_key_pressed_again_is_another_press(held: int, pause: int) -> None:
    told = [("1", place * (held + pause) + held, held) for place in range(4)]
    assert heard(*told) == "1111"


@pytest.mark.parametrize("keys", ["3711", "1211", "12" * 5])
def test_of_a_telephone_that_tells_once_each_press_counts_however_late_it_comes(keys: str) -> None:
    """Packets that were held up come together."""
    assert heard(*((key, place // 2 * 300, 100) for place, key in enumerate(keys))) == keys


def test_two_keys_are_two_presses() -> None:
    assert heard(("1", 100, 100), ("2", 110, 100)) == "12"


def test_a_clock_that_was_set_back_hides_no_key() -> None:
    assert heard(("1", 5000, 100), ("1", 0, 100)) == "11"


def test_events_without_times_are_all_heard() -> None:
    presses = Presses()
    event = {"type": "ChannelDtmfReceived", "digit": "1"}
    assert not presses.is_told_again(event)
    assert not presses.is_told_again(event)
    assert not presses.is_told_again({"type": "StasisEnd", "timestamp": "x"})
