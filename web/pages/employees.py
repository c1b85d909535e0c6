"""Employees: people with phones, and where their calls go when they cannot answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.companies.reassigning import same_name
from storage.companies.succession import Succession
from storage.errors import Problem, Refused
from storage.office import Employee, Forward, Office, as_data, make_part
from storage.office.edit import entry, with_entry, with_fields, without_entry
from storage.office.own import own_greeting, without_own_greeting
from storage.office.values import checked_extension
from web.errors import FormError
from web.forms.about_employees import forwarding_of, offers, problems_of
from web.forms.fields import list_in, seconds_in, typed, whole_in
from web.forms.forwarding import RULES, Choice, choices, forward_in, typed_choices
from web.forms.office_changes import edit_office, fingerprint, form_status, refuse_if_changed
from web.forms.phones import phone_in
from web.language.places import place_in_words
from web.language.telling import Mistakes
from web.language.texts import texts
from web.language.words import written
from web.menu_editor.pages import address_of, leading_to_employee
from web.visit import Visit, page

_FIELDS: Final = (
    *("extension", "name", "numbers", "endpoint", "ring_timeout", "greeting", "keep_days"),
    *("quiet_days", "person"),
    *("forward.no_answer.after", *(f"forward.{rule}" for rule in RULES)),
)


@dataclass(frozen=True)
class Draft:
    """An employee as the form has them, right or wrong."""

    extension: str = ""
    name: str = ""
    numbers: str = ""
    endpoint: str = ""
    ring_timeout: str = "20"
    greeting: str = ""
    keep_days: str = ""
    quiet_days: str = ""
    company_lamp: str = ""
    after: str = ""
    person: str = ""
    """Whose the name is where it is another: "same", or somebody else's ("keep", "hand-over")."""
    rules: Mapping[str, Choice] = field(default_factory=lambda: choices(Forward()))


def show_employees(visit: Visit) -> Response:
    """Everybody, with where the calls go and who has an account."""
    office = visit.office
    accounts = {
        extension: user
        for user in visit.services.users.of_company(visit.user.company_id)
        for extension in user.extensions
    }
    rows = [
        (extension, employee, forwarding_of(visit, extension, employee), accounts.get(extension))
        for extension, employee in office.employees.items()
    ]
    return visit.render("employees/list.html", rows=rows, problems=problems_of(visit, ""))


def ask_new_employee(visit: Visit) -> Response:
    """The form of a new employee: unanswered calls go to their voicemail."""
    rules: dict[str, Choice] = {
        rule: Choice() if rule == "always" else Choice("voicemail") for rule in RULES
    }
    return _new_form(visit, Draft(rules=rules))


def add_employee(visit: Visit) -> Response:
    """Add an employee under an extension that nobody has."""
    draft = _draft_in(visit)
    extension = draft.extension

    def with_employee(office: Office) -> Office:
        if not extension:
            raise FormError("empty", "extension")
        if extension in office.employees:
            raise FormError("extension-exists", "extension")
        checked_extension(extension, "extension")
        employee = _employee_in(visit, None)
        return with_fields(office, employees=with_entry(office.employees, extension, employee))

    try:
        edit_office(visit, with_employee)
    except Refused as error:
        return _new_form(visit, draft, _mistakes(visit, extension, error.problems))
    return visit.redirect(
        f"/employees/{extension}", visit.text("Added: %(name)s.", name=draft.name)
    )


def show_employee(visit: Visit) -> Response:
    """The settings of an employee, with what is wrong with them."""
    extension, employee = _employee(visit)
    forward = employee.forward
    draft = Draft(
        extension=extension,
        name=employee.name,
        numbers=", ".join(employee.numbers),
        endpoint=employee.endpoint,
        ring_timeout=written(employee.ring_timeout, texts(visit.language)),
        greeting=employee.greeting or "",
        keep_days=written(employee.keep_days, texts(visit.language)),
        quiet_days=written(employee.quiet_days, texts(visit.language)),
        company_lamp="yes" if employee.company_lamp else "",
        after=written(forward.no_answer_after, texts(visit.language)),
        rules=choices(forward),
    )
    return _form(visit, draft)


def change_employee(visit: Visit) -> Response:
    """Change the settings of an employee."""
    extension, _ = _employee(visit)
    draft = replace(_draft_in(visit), extension=extension)
    successor = None
    if draft.person in ("keep", "hand-over"):
        successor = Succession(extension, hand_over=draft.person == "hand-over")

    def with_changes(office: Office) -> Office:
        before = entry(office.employees, extension, "employee")
        refuse_if_changed(visit, before)
        changed = _employee_in(visit, before)
        if same_name(before.name, changed.name):
            if successor:
                raise FormError("extension-theirs-already", "name")
        elif draft.person not in ("same", "keep", "hand-over"):
            raise FormError("choose-whose", "person")
        office = with_fields(office, employees=with_entry(office.employees, extension, changed))
        of_predecessor = (before.greeting, f"prompt:{own_greeting(extension)}")
        goes = successor and changed.greeting in of_predecessor
        return without_own_greeting(office, extension) if goes else office

    try:
        edit_office(visit, with_changes, successor)
    except Refused as error:
        wrong = _mistakes(visit, extension, error.problems)
        return _form(visit, draft, wrong, form_status(error))
    return visit.redirect(
        f"/employees/{extension}", visit.text("Saved: %(name)s.", name=draft.name)
    )


def ask_remove_employee(visit: Visit) -> Response:
    """The question before an employee is removed, or what still leads to them."""
    return _remove_form(visit, {})


def remove_employee(visit: Visit) -> Response:
    """Remove an employee to whom nothing leads any more."""
    extension, employee = _employee(visit)
    try:
        edit_office(
            visit,
            lambda office: with_fields(
                office, employees=without_entry(office.employees, extension, "employee")
            ),
        )
    except Refused as error:
        return _remove_form(visit, visit.mistakes(error.problems, "", ()))
    return visit.redirect("/employees", visit.text("Removed: %(name)s.", name=employee.name))


def _employee(visit: Visit) -> tuple[str, Employee]:
    """The employee that the address names. NotFound."""
    extension = visit.path["extension"]
    return extension, entry(visit.office.employees, extension, "employee")


def _draft_in(visit: Visit) -> Draft:
    form = typed(visit.form)
    texts_in = {name: form.get(name, "") for name in vars(Draft()) if name != "rules"}
    return Draft(**texts_in, rules=typed_choices(form))


def _employee_in(visit: Visit, before: Employee | None) -> Employee:
    """The employee that the form describes. FormError has each mistake."""
    form = typed(visit.form)
    extension = visit.path.get("extension") or form.get("extension", "")
    numbers = list_in(form.get("numbers", ""))
    fields: dict[str, object] = {
        "name": form.get("name", ""),
        "numbers": numbers or (() if before else (extension,)),
        "greeting": form.get("greeting") or None,
        "notify": before.notify if before else None,  # has a page of its own
        "company_lamp": "company_lamp" in form or None,
    }
    readings: dict[str, Callable[[], object]] = {
        "endpoint": lambda: phone_in(visit.own_site, extension, form.get("endpoint", "")),
        "ring_timeout": lambda: seconds_in(form, "ring_timeout"),
        "keep_days": lambda: whole_in(form, "keep_days"),
        "quiet_days": lambda: whole_in(form, "quiet_days"),
        "forward": lambda: as_data(forward_in(form)),
    }
    problems: list[Problem] = []
    for name, reading in readings.items():
        try:
            fields[name] = reading()
        except Refused as error:
            problems += error.problems
    fields.setdefault("endpoint", "PJSIP/none")  # what else is wrong is told as well
    try:
        employee = make_part(Employee, **fields)
    except Refused as error:
        raise FormError.of([*problems, *error.problems]) from error
    if problems:
        raise FormError.of(problems)
    return employee


def _mistakes(visit: Visit, extension: str, problems: Iterable[Problem]) -> Mistakes:
    # What is wrong with the key itself has no field's name behind it.
    place = f"employees.{extension}"
    named = [each.at("extension") if each.where == place else each for each in problems]
    return visit.mistakes(named, place, _FIELDS)


def _new_form(visit: Visit, draft: Draft, wrong: Mistakes | None = None) -> Response:
    return visit.render(
        "employees/new.html",
        422 if wrong else 200,
        draft=draft,
        wrong=wrong or {},
        **offers(visit, draft.extension, draft.greeting, draft.endpoint),
    )


def _form(visit: Visit, draft: Draft, wrong: Mistakes | None = None, status: int = 200) -> Response:
    users = visit.services.users.of_company(visit.user.company_id)
    account = next((user for user in users if draft.extension in user.extensions), None)
    return visit.render(
        "employees/edit.html",
        status,
        draft=draft,
        seen=fingerprint(visit.office.employees[draft.extension]),
        predecessor=visit.office.employees[draft.extension].name,
        wrong=wrong or {},
        account=account,
        problems=problems_of(visit, draft.extension),
        **offers(visit, draft.extension, draft.greeting, draft.endpoint),
    )


def _remove_form(visit: Visit, wrong: Mistakes) -> Response:
    extension, employee = _employee(visit)
    leading = [
        (place_in_words(place, visit.language), address_of(place))
        for place in leading_to_employee(extension, visit.office)
    ]
    return visit.render(
        "employees/remove.html",
        422 if wrong else 200,
        extension=extension,
        employee=employee,
        leading=leading,
        wrong=wrong,
    )


routes = [
    Route("/employees", page(show_employees, role="administrator"), methods=["GET"]),
    Route("/employees/new", page(ask_new_employee, role="administrator"), methods=["GET"]),
    Route("/employees/new", page(add_employee, role="administrator"), methods=["POST"]),
    Route("/employees/{extension}", page(show_employee, role="administrator"), methods=["GET"]),
    Route("/employees/{extension}", page(change_employee, role="administrator"), methods=["POST"]),
    Route(
        "/employees/{extension}/remove",
        page(ask_remove_employee, role="administrator"),
        methods=["GET"],
    ),
    Route(
        "/employees/{extension}/remove",
        page(remove_employee, role="administrator"),
        methods=["POST"],
    ),
]
