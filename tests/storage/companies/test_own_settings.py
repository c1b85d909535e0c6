"""What an employee sets for himself, and what of the administrator's stays."""

from __future__ import annotations

import pytest

from storage.office import (
    Company,
    Dial,
    Employee,
    Forward,
    ForwardAction,
    Nothing,
    Office,
    Voicemail,
)
from storage.office.own import (
    has_voicemail,
    own_greeting,
    with_own_settings,
    with_recording,
    without_own_greeting,
)

DIGEST = "a" * 64
OTHER = Dial(number="74957654321")


def office(forward: Forward | None = None) -> Office:
    anna = Employee(name="Анна", endpoint="PJSIP/101", forward=forward or Forward())
    boris = Employee(name="Борис", endpoint="PJSIP/102")
    return Office(company=Company(name="Ромашка"), employees={"101": anna, "102": boris})


def test_a_recording_under_the_greetings_name_is_the_greeting() -> None:
    changed = with_recording(office(), own_greeting("101"), DIGEST)
    assert changed.prompts["greeting-101"].recorded == DIGEST
    assert changed.employees["101"].greeting == "prompt:greeting-101"
    assert changed.employees["102"].greeting is None


@pytest.mark.parametrize("name", ["welcome", "greeting-999", "greeting-", "101"])
def test_any_other_recording_is_a_prompt_and_nothing_else(name: str) -> None:
    changed = with_recording(office(), name, DIGEST)
    assert changed.prompts[name].recorded == DIGEST
    assert changed.employees == office().employees


def test_the_recording_goes_with_the_greeting_unless_something_else_plays_it() -> None:
    recorded = with_recording(office(), own_greeting("101"), DIGEST)
    alone = without_own_greeting(recorded, "101")
    assert alone.employees["101"].greeting is None
    assert alone.prompts == {}
    boris = recorded.employees["102"].model_copy(update={"greeting": "prompt:greeting-101"})
    shared = recorded.model_copy(update={"employees": {**recorded.employees, "102": boris}})
    left = without_own_greeting(shared, "101")
    assert left.employees["101"].greeting is None
    assert "greeting-101" in left.prompts


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, Voicemail()),
        (OTHER, OTHER),
        (Nothing(), Nothing()),
        (Voicemail(employee="102"), Voicemail(employee="102")),
    ],
)
def test_switched_on_it_takes_the_place_of_nothing(
    before: ForwardAction | None, after: ForwardAction
) -> None:
    forward = Forward(busy=before, no_answer=before)
    changed = with_own_settings(office(forward), "101", voicemail=True, ring_timeout=9)
    assert changed.employees["101"].forward.busy == after
    assert changed.employees["101"].forward.no_answer == Voicemail()
    assert has_voicemail(changed.employees["101"])


def test_switched_off_only_his_own_voicemail_goes() -> None:
    forward = Forward(
        always=Voicemail(), busy=OTHER, no_answer=Voicemail(), no_answer_after=5, unreachable=None
    )
    changed = with_own_settings(office(forward), "101", voicemail=False, ring_timeout=9)
    assert changed.employees["101"].forward == Forward(busy=OTHER)
    assert changed.employees["101"].answer_within == 9
    assert not has_voicemail(changed.employees["101"])


def test_switched_on_already_nothing_but_the_time_changes() -> None:
    forward = Forward(no_answer=Voicemail(), no_answer_after=5, busy=None)
    changed = with_own_settings(office(forward), "101", voicemail=True, ring_timeout=9)
    assert changed.employees["101"].forward == Forward(no_answer=Voicemail())
    assert changed.employees["101"].answer_within == 9
