"""What is wrong with the company's configuration, and where to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from storage.office import Problem
from web.places import address_of
from web.sentences import place_in_words, tell_message
from web.visit import Visit, page


@dataclass(frozen=True)
class Told:
    """A problem in the words of the page."""

    severity: str
    where: str
    address: str
    message: str


def show_problems(visit: Visit) -> Response:
    """Everything that `config check` finds, errors first."""
    return visit.render("problems.html", problems=told(visit, visit.own_site.problems()))


def told(visit: Visit, problems: list[Problem]) -> list[Told]:
    """Problems in the words of the page."""
    return [
        Told(
            problem.severity,
            place_in_words(problem.where, visit.language),
            address_of(problem.where),
            tell_message(problem.message, visit.language),
        )
        for problem in problems
    ]


routes = [Route("/problems", page(show_problems, role="administrator"), methods=["GET"])]
