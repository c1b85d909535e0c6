"""Every action has all its parts, and one more is there wherever actions are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dialplan.actions import RUNS
from storage.office.any_action import ACTIONS
from storage.office.targets import LEADS, Target
from web.api import office_schemas
from web.forms.forwarding import choices, forward_in, offered
from web.language.action_forms import FormChoice
from web.language.action_words import ON_PAGE, all_choices
from web.language.target_words import TARGETS_ON_PAGE

ROOT = Path(__file__).parent.parent
every_action = pytest.mark.parametrize("name", ACTIONS)


@every_action
def test_an_action_is_performed_and_told(name: str) -> None:
    assert name in RUNS
    assert name in ON_PAGE


def test_nothing_is_performed_or_told_that_is_no_action() -> None:
    assert RUNS.keys() == ON_PAGE.keys() == ACTIONS.keys()


@every_action
def test_an_action_can_be_said_where_it_may_stand(name: str) -> None:
    kind = ACTIONS[name]
    assert kind.in_menus or kind.in_forwarding
    for allowed, usage in (
        (kind.in_menus, kind.usage),
        (kind.in_forwarding, kind.forward_usage),
    ):
        assert bool(usage) == allowed
        assert {words.split()[0] for words, _ in usage} <= {name}


@every_action
def test_an_action_of_menus_can_be_chosen_and_drawn(name: str) -> None:
    kind, on_page = ACTIONS[name], ON_PAGE[name]
    assert bool(on_page.choices) == kind.in_menus
    assert bool(on_page.sign) == kind.in_menus
    for choice in on_page.choices:
        assert {asked.key for asked in choice.fields} <= kind.model_fields.keys()


def test_choices_and_their_fields_are_told_apart() -> None:
    choices = [choice for _, choice in all_choices()]
    names = [choice.name for choice in choices]
    fields = [asked.name for choice in choices for asked in choice.fields]
    own = {"kind", "kept", "keep", "employees", "strategy", "timeout", "no_answer"}
    assert len({*names, *own}) == len(names) + len(own)
    assert len({*fields, *own}) == len(fields) + len(own)


def test_the_style_sheet_shows_the_fields_of_each_choice() -> None:
    style = (ROOT / "web/static/menu.css").read_text(encoding="utf-8")
    shown = re.findall(r'\[value="([\w-]+)"\]:checked\) > \[data-kind="\1"\]', style)
    asking = [choice.name for _, choice in all_choices() if choice.fields or choice.is_several]
    assert sorted(shown) == sorted(asking)


def test_the_api_lets_each_forwarding_wait_for_an_answer() -> None:
    after = office_schemas._Late.__subclasses__()
    late = {kind.model_fields["action"].default for kind in after}
    assert late == {name for name, kind in ACTIONS.items() if kind.in_forwarding}


FORWARDING = [name for name, kind in ACTIONS.items() if kind.in_forwarding]


def test_an_action_of_forwarding_can_be_chosen_there() -> None:
    assert {name for name, on_page in ON_PAGE.items() if on_page.forwarding} == set(FORWARDING)


@pytest.mark.parametrize(
    ("name", "choice"),
    [(name, choice) for name in FORWARDING for choice in ON_PAGE[name].forwarding],
)
def test_what_is_chosen_for_a_rule_is_shown_again(name: str, choice: FormChoice) -> None:
    does = f"{name} 102" if choice.person else name
    sent = {"busy": does, "busy_number": "74957654321"}
    forward = forward_in(sent)
    assert forward.busy is not None
    assert forward.busy.action == name
    assert choices(forward)["busy"].does == does
    assert (name, choice) in offered("busy", does)


@every_action
def test_an_action_is_documented(name: str) -> None:
    told = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    assert f'action = "{name}"' in told or f"`{name}`" in told


def test_a_target_is_told_and_leads_to_an_action() -> None:
    assert LEADS.keys() == TARGETS_ON_PAGE.keys() == Target.model_fields.keys()
    for lead in LEADS.values():
        assert lead.action("1").action in RUNS
