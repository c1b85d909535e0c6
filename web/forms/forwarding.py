"""An employee's forwarding as a form has it: for each rule one choice, and a number to dial."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from storage.errors import Problem, Refused
from storage.office import Dial, Forward, ForwardAction, Nothing, Office, Ring, Voicemail, make_part
from web.errors import FormError
from web.forms.fields import seconds_in

Rule = Literal["no_answer", "busy", "unreachable", "always"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)


@dataclass(frozen=True)
class Choice:
    """What a rule does, as a form has it.

    ``does`` is "" (no rule), "voicemail" (the employee's own), "voicemail 102", "ring 102",
    "dial" (then ``number`` says which) or "nothing".
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


def _choice(action: ForwardAction | None) -> Choice:
    match action:
        case None:
            return Choice()
        case Voicemail(employee=None):
            return Choice("voicemail")
        case Voicemail(employee=extension):
            return Choice(f"voicemail {extension}")
        case Ring():
            return Choice(f"ring {action.everyone[0]}")
        case Dial(number=number):
            return Choice("dial", number)
        case _:
            return Choice(action.action)


def _action(choice: Choice) -> ForwardAction | None:
    kind, _, extension = choice.does.partition(" ")
    match kind:
        case "":
            return None
        case "voicemail":
            return make_part(Voicemail, employee=extension or None)
        case "ring":
            return make_part(Ring, employee=extension)
        case "dial":
            if not choice.number:
                raise FormError("enter-number", "number")
            return make_part(Dial, number=choice.number)
        case "nothing":
            return Nothing()
        case _:
            raise FormError("choose-forwarding", "action")
