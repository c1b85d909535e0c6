"""An employee's forwarding as a form has it: for each rule one choice, and a number to dial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from storage.errors import Problem, Refused
from storage.office import Forward, ForwardAction, Nothing, Office, make_part
from storage.office.any_action import ACTIONS
from web.errors import FormError
from web.forms.fields import seconds_in
from web.language.action_forms import FormChoice
from web.language.action_words import ON_PAGE

Rule = Literal["no_answer", "busy", "unreachable", "always"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)


@dataclass(frozen=True)
class Choice:
    """What a rule does, as a form has it.

    ``does`` is "" (no rule) or an action's name, and an extension where one was chosen: "voicemail"
    (the employee's own), "ring 102"; "dial" (then ``number`` says which).
    """

    does: str = ""
    number: str = ""


def choices(forward: Forward) -> dict[str, Choice]:
    """The rules as choices."""
    return {rule: _choice(getattr(forward, rule)) for rule in RULES}


def typed_choices(form: Mapping[str, str]) -> dict[str, Choice]:
    """The choices that a form was sent with, right or wrong."""
    return {
        rule: Choice(form.get(rule, ""), form.get(f"{rule}_number", "").strip()) for rule in RULES
    }


def forward_in(form: Mapping[str, str]) -> Forward:
    """The rules that a form describes. FormError has each that makes no sense."""
    problems: list[Problem] = []
    rules: dict[str, object] = {}
    for rule, choice in typed_choices(form).items():
        try:
            rules[rule] = _action(choice)
        except Refused as error:
            problems += [problem.under(f"forward.{rule}") for problem in error.problems]
    if rules.get("no_answer") is not None:
        try:
            rules["no_answer_after"] = seconds_in(form, "after", optional=True)
        except Refused as error:
            problems += [problem.under("forward.no_answer") for problem in error.problems]
    if problems:
        raise FormError.of(problems)
    try:
        return make_part(Forward, **rules)
    except Refused as error:
        raise FormError.of(problem.under("forward") for problem in error.problems) from error


def others(office: Office, extension: str) -> list[tuple[str, str]]:
    """The employees a call can be forwarded to: extension and name."""
    return [(other, who.name) for other, who in office.employees.items() if other != extension]


def offered(rule: Rule, does: str) -> list[tuple[str, FormChoice]]:
    """What can be chosen for a rule, with each one's action.

    Lists of employees come last, of them the one whose lines are names alone first. To forward
    nowhere is the same as no rule, but for the one that holds always.
    """
    there = [
        (action, choice)
        for action, on_page in ON_PAGE.items()
        for choice in on_page.forwarding
        if action != Nothing().action or rule == "always" or does == action
    ]
    lists = [each for each in there if each[1].person]
    lists.sort(key=lambda each: each[1].fields[0].label)
    return [*(each for each in there if not each[1].person), *lists]


def _choice(action: ForwardAction | None) -> Choice:
    if action is None:
        return Choice()
    whom = next((name for kind, name in action.named if kind == "employee"), "")
    number = next((name for kind, name in action.named if kind == "number"), "")
    return Choice(f"{action.action} {whom}".rstrip(), number)


def _action(choice: Choice) -> ForwardAction | None:
    if not choice.does:
        return None
    action, _, extension = choice.does.partition(" ")
    for chosen in ON_PAGE[action].forwarding if action in ON_PAGE else ():
        if bool(chosen.person) == bool(extension):
            return make_part(ACTIONS[action], **_fields(chosen, extension, choice.number))
    raise FormError("choose-forwarding", "action")


def _fields(chosen: FormChoice, extension: str, number: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for asked in chosen.fields:
        value = extension if asked.kind == "person" else number
        if not value and asked.missing:
            raise FormError(asked.missing, asked.name)
        fields[asked.key] = value
    return fields
