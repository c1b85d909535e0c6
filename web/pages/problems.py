"""What is wrong with the company's configuration, and where to mend it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from storage.actor import Person
from storage.errors import Problem
from web.language.places import place_in_words
from web.language.telling import tell_message
from web.menu_editor.pages import address_of
from web.visit import Visit, page


@dataclass(frozen=True)
class Told:
    """A problem in the words of the page."""

    severity: str
    where: str
    address: str
    message: str


def show_problems(visit: Visit) -> Response:
    """Everything that `config check` finds, errors first, and accounts bound to nobody."""
    problems = [*told(visit, visit.own_site.problems()), *_stale_accounts(visit)]
    return visit.render("problems.html", problems=problems)


def told(visit: Visit, problems: list[Problem]) -> list[Told]:
    """Problems in the words of the page."""
    return [
        Told(
            problem.severity,
            place_in_words(problem.where, visit.language),
            address_of(problem.where),
            tell_message(problem, visit.language),
        )
        for problem in problems
    ]


def _stale_accounts(visit: Visit) -> list[Told]:
    return [
        Told(
            "warning",
            visit.text("Account %(login)s", login=stale.login),
            f"/users/{stale.user_id}",
            _about(visit, stale.person),
        )
        for stale in visit.services.users.stale_bindings(visit.user.company_id)
    ]


def _about(visit: Visit, who: Person) -> str:
    if who.is_present:
        return visit.text(
            "bound to the extension %(extension)s, which nobody has", extension=who.extension
        )
    return visit.text(
        "bound to somebody who has no extension any more: %(name)s · had %(extension)s",
        name=who.name or visit.text("Somebody"),
        extension=who.extension,
    )


routes = [Route("/problems", page(show_problems, role="administrator"), methods=["GET"])]
