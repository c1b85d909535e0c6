"""What employees set for themselves: greeting, voicemail or none, how long the phone rings.

A greeting of their own is the company's prompt `greeting-EXTENSION`.
"""

from __future__ import annotations

from typing import Final

from storage.office.actions import ForwardAction, Voicemail
from storage.office.check import check
from storage.office.edit import entry, with_entry, with_fields, without_entry
from storage.office.model import Employee, Office, Prompt

_RULES: Final = ("always", "busy", "no_answer", "unreachable")
_PREFIX: Final = "greeting-"


def own_greeting(extension: str) -> str:
    """The name of the prompt that is the employee's own greeting."""
    return f"{_PREFIX}{extension}"


def greeting_prompt(office: Office, employee: Employee) -> Prompt | None:
    """The company's prompt that is an employee's greeting; None for Asterisk's or the usual one."""
    return office.prompts.get((employee.greeting or "").removeprefix("prompt:"))


def with_recording(office: Office, name: str, digest: str) -> Office:
    """The office with a recording as the prompt of that name.

    A prompt with the name of an employee's own greeting becomes theirs at once.
    """
    office = with_fields(office, prompts=with_entry(office.prompts, name, Prompt(recorded=digest)))
    extension = name.removeprefix(_PREFIX)
    if name != own_greeting(extension) or extension not in office.employees:
        return office
    employee = with_fields(office.employees[extension], greeting=f"prompt:{name}")
    return with_fields(office, employees=with_entry(office.employees, extension, employee))


def without_own_greeting(office: Office, extension: str) -> Office:
    """The office with the usual greeting for an employee; a recording that nobody has then goes."""
    employee = entry(office.employees, extension, "employee")
    employee = employee.model_copy(update={"greeting": None})
    office = with_fields(office, employees=with_entry(office.employees, extension, employee))
    name = own_greeting(extension)
    if name not in office.prompts:
        return office
    rest = with_fields(office, prompts=without_entry(office.prompts, name, "prompt"))
    return office if any(problem.severity == "error" for problem in check(rest)) else rest


def has_voicemail(employee: Employee) -> bool:
    """Whether callers whom the employee does not answer can leave a message."""
    return Voicemail() in (employee.forward.no_answer, employee.forward.always)


def with_own_settings(
    office: Office, extension: str, *, voicemail: bool, ring_timeout: float
) -> Office:
    """The office with an employee's voicemail on or off, and so many seconds of ringing.

    On puts their voicemail where no rule stands, and on "no answer" in any case; off takes it away
    wherever it stands. Rules that lead elsewhere are the administrator's and stay.
    """
    employee = entry(office.employees, extension, "employee")
    forward = employee.forward
    rules: dict[str, ForwardAction | None] = {rule: getattr(forward, rule) for rule in _RULES}
    if voicemail and not has_voicemail(employee):
        for rule in ("busy", "unreachable"):
            rules[rule] = rules[rule] or Voicemail()
        rules["no_answer"] = Voicemail()
    elif not voicemail:
        rules = {rule: None if does == Voicemail() else does for rule, does in rules.items()}
    changed = employee.model_copy(
        update={
            "ring_timeout": ring_timeout,
            "forward": forward.model_copy(update={**rules, "no_answer_after": None}),
        }
    )
    return with_fields(office, employees=with_entry(office.employees, extension, changed))
