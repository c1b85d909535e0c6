"""An employee on the pages: forwarding in words, what is wrong, and what a form offers."""

from __future__ import annotations

from storage.office import Employee
from web.forms.forwarding import RULES, offered, others
from web.forms.phones import phone_choices
from web.forms.sounds import greetings
from web.language.action_words import describe
from web.language.texts import texts
from web.visit import Visit


def problems_of(visit: Visit, extension: str) -> list[str]:
    """What `config check` finds about an employee, or about any ("")."""
    place = f"employees.{extension}" if extension else "employees."
    return [
        visit.tell(problem)
        for problem in visit.own_site.problems()
        if f"{problem.where}.".startswith(f"{place}." if extension else place)
    ]


def forwarding_of(visit: Visit, extension: str, employee: Employee) -> list[tuple[str, str]]:
    """The rules in words: which, and what it does."""
    words: list[tuple[str, str]] = []
    for rule in RULES:
        action = getattr(employee.forward, rule)
        if action is not None:
            told = describe(action, visit.office, texts(visit.language), owner=extension)
            words.append((rule, told.title))
    return words


def offers(visit: Visit, extension: str, greeting: str, endpoint: str) -> dict[str, object]:
    """What an employee's form has to choose from; what is chosen now is among it."""
    return {
        "others": others(visit.office, extension),
        "offered": offered,
        "greetings": greetings(visit, greeting),
        "phones": phone_choices(visit, extension, endpoint),
    }
