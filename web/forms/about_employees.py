"""What the pages tell of an employee: forwarding in words, and what is wrong."""

from __future__ import annotations

from storage.office import Employee
from web.forms.forwarding import RULES
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
