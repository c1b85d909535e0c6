"""The numbers people dial, and where each call begins."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from starlette.responses import Response
from starlette.routing import Route

from storage.errors import Refused
from storage.office import Office, Target, make_part
from storage.office.edit import as_written, entry, with_entry, with_fields, without_entry
from storage.office.targets import target_fields
from storage.words.phone_numbers import whole
from web.errors import FormError
from web.forms.fields import typed
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.language.target_words import Offered, offered, told
from web.language.telling import Mistakes, tell_message
from web.language.texts import texts
from web.visit import Visit, page

_FIELDS: Final = ("number", "target")


def show_numbers(visit: Visit) -> Response:
    """The numbers, where each leads, and the form of a new one."""
    return _list(visit, number="", target="")


def add_number(visit: Visit) -> Response:
    """Take calls to a number that the company does not have yet."""
    form = typed(visit.form)
    number = form.get("number", "")

    def with_number(office: Office) -> Office:
        if not number:
            raise FormError("empty", "number")
        own = as_written(office, number)
        if own in office.numbers:
            raise FormError("same-number", "number", number=own)
        target = _target_in(form)
        return with_fields(office, numbers=with_entry(office.numbers, number, target))

    try:
        edit_office(visit, with_number)
    except Refused as error:
        wrong = _mistakes(visit, number, error)
        return _list(visit, number=number, target=form.get("target", ""), wrong=wrong)
    return visit.redirect("/numbers", visit.text("Added: %(name)s.", name=number))


def show_number(visit: Visit) -> Response:
    """Where one number leads."""
    number = visit.path["number"]
    return _form(visit, number, entry(visit.office.numbers, number, "number").words)


def change_number(visit: Visit) -> Response:
    """Lead a number elsewhere."""
    number, form = visit.path["number"], typed(visit.form)

    def with_target(office: Office) -> Office:
        refuse_if_changed(visit, entry(office.numbers, number, "number"))
        target = _target_in(form)
        return with_fields(office, numbers=with_entry(office.numbers, number, target))

    try:
        edit_office(visit, with_target)
    except Refused as error:
        wrong = _mistakes(visit, number, error)
        return _form(visit, number, form.get("target", ""), wrong, form_status(error))
    return visit.redirect("/numbers", visit.text("Saved: %(name)s.", name=number))


def ask_remove_number(visit: Visit) -> Response:
    """The question before a number is removed."""
    number = visit.path["number"]
    target = entry(visit.office.numbers, number, "number")
    last = len(visit.office.numbers) == 1
    return visit.render("numbers/remove.html", number=number, place=_told(visit, target), last=last)


def remove_number(visit: Visit) -> Response:
    """Take calls to a number no longer."""
    number = visit.path["number"]
    entry(visit.office.numbers, number, "number")

    def without_number(office: Office) -> Office:
        return with_fields(office, numbers=without_entry(office.numbers, number, "number"))

    edit_office(visit, without_number)
    return visit.redirect("/numbers", visit.text("Removed: %(name)s.", name=number))


def _list(visit: Visit, *, number: str, target: str, wrong: Mistakes | None = None) -> Response:
    rows = [
        (own, quote(own, safe=""), _told(visit, leads_to), _problems(visit, own))
        for own, leads_to in visit.office.numbers.items()
    ]
    return visit.render(
        "numbers/list.html",
        422 if wrong else 200,
        rows=rows,
        number=number,
        target=target,
        groups=offered(visit.office, texts(visit.language)),
        wrong=wrong or {},
        unused=_unused(visit),
    )


def _told(visit: Visit, target: Target) -> Offered:
    return told(target, visit.office, texts(visit.language))


def _unused(visit: Visit) -> list[str]:
    """The numbers that are the company's and lead nowhere yet, with a plus before whole ones."""
    assigned = visit.services.allowances.assigned(visit.user.company_id)
    return [whole(one.number) for one in assigned if not one.in_use]


def _form(
    visit: Visit, number: str, target: str, wrong: Mistakes | None = None, status: int = 200
) -> Response:
    return visit.render(
        "numbers/edit.html",
        status,
        number=number,
        target=target,
        groups=offered(visit.office, texts(visit.language)),
        seen=fingerprint(visit.office.numbers[number]),
        problems=_problems(visit, number),
        wrong=wrong or {},
    )


def _target_in(form: dict[str, str]) -> Target:
    """Where the form leads a number: "menu main", "employee 101" or "voicemail"."""
    kind, _, name = form.get("target", "").partition(" ")
    fields = target_fields(kind, name)
    if fields is None:
        raise FormError("choose-target", "target")
    return make_part(Target, **fields)


def _problems(visit: Visit, number: str) -> list[str]:
    """What `config check` finds about a number."""
    return [
        tell_message(problem, visit.language)
        for problem in visit.own_site.problems()
        if problem.where == f"numbers.{number}"
    ]


def _mistakes(visit: Visit, number: str, error: Refused) -> Mistakes:
    """What is wrong with the form; what the document says of the number is about its field."""
    place = f"numbers.{number}"
    of_target = ("no-menu", "no-employee")
    problems = (
        one.at("target" if one.code in of_target else "number") if one.where == place else one
        for one in error.problems
    )
    return visit.mistakes(problems, "", _FIELDS)


_REMOVE: Final = "/numbers/{number}/remove"

routes = [
    Route("/numbers", page(show_numbers, role="administrator"), methods=["GET"]),
    Route("/numbers", page(add_number, role="administrator"), methods=["POST"]),
    Route("/numbers/{number}", page(show_number, role="administrator"), methods=["GET"]),
    Route("/numbers/{number}", page(change_number, role="administrator"), methods=["POST"]),
    Route(_REMOVE, page(ask_remove_number, role="administrator"), methods=["GET"]),
    Route(_REMOVE, page(remove_number, role="administrator"), methods=["POST"]),
]
