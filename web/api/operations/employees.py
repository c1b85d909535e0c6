"""Employees: people with phones, where their calls go when they cannot answer, and their PINs."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Response

from storage.accounts.pin_rules import random_pin
from storage.companies.reassigning import reassign
from storage.office import Employee, Forward, Office, as_data, make_part
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.api.account_schemas import Confirmation, NewPin, OneTimePin, PinState
from web.api.auth import IN_PERSON, Administrator, Asking
from web.api.office_schemas import (
    EmployeeEntry,
    Employees,
    EmployeeSettings,
    Extension,
    ForwardAfter,
    NewExtension,
    Rule,
    Successor,
)
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals
from web.errors import FormError
from web.forms.phones import phone_in

LATER: Final = frozenset({"notify", "company_lamp"})
"""Fields that were not there from the beginning."""

router = APIRouter(prefix="/employees", tags=["employees"])


@router.get("", responses=refusals(404), response_model_exclude_unset=True)
def list_employees(who: Administrator, limit: Limit = USUAL, cursor: Cursor = None) -> Employees:
    """The company's employees."""
    employees = [as_entry(who.office, extension) for extension in who.office.employees]
    items, following = page_of(employees, limit, cursor)
    return Employees(items=items, next=following)


@router.get("/{extension}", responses=refusals(404), response_model_exclude_unset=True)
def get_employee(who: Administrator, extension: Extension) -> EmployeeEntry:
    """An employee."""
    return as_entry(who.office, extension)


@router.put("/{extension}", responses=refusals(404, 413), response_model_exclude_unset=True)
def put_employee(
    who: Administrator, extension: NewExtension, settings: EmployeeSettings
) -> EmployeeEntry:
    """Change an employee as a whole, or add one. Another name is the same person's."""
    fields = settings.model_dump()
    try:
        fields["endpoint"] = phone_in(who.site, extension, settings.endpoint or "")
    except FormError as error:
        raise FormError.of(
            each.under(f"employees.{extension}") for each in error.problems
        ) from error
    fields["numbers"] = [extension] if settings.numbers is None else settings.numbers
    employee = make_part(Employee, **fields)

    def changed(office: Office) -> Office:
        before = office.employees.get(extension)
        if before is None:
            return _with(office, extension, employee)
        # Clients of earlier versions do not know of them.
        unsent = LATER.difference(settings.model_fields_set)
        kept = {name: getattr(before, name) for name in unsent}
        return _with(office, extension, employee.model_copy(update=kept))

    return as_entry(who.edit(changed), extension)


@router.post(
    "/{extension}/reassign", responses=refusals(404, 413), response_model_exclude_unset=True
)
def reassign_employee(
    who: Administrator, extension: Extension, successor: Successor
) -> EmployeeEntry:
    """Give an extension to somebody else, with the old messages or without.

    Phone, numbers and forwarding stay; the predecessor's greeting goes. Accounts stay with the
    predecessor.
    """
    office = reassign(
        who.services.offices,
        who.office.company.name,
        extension,
        successor.name,
        messages=successor.messages,
        by=who.actor,
    )
    return as_entry(office, extension)


@router.delete("/{extension}", status_code=204, responses=refusals(404))
def delete_employee(who: Administrator, extension: Extension) -> Response:
    """Remove an employee; nothing may lead to them any more. Their messages stay."""
    who.edit(
        lambda office: with_fields(
            office, employees=without_entry(office.employees, extension, "employee")
        )
    )
    return Response(status_code=204)


@router.put(
    "/{extension}/forward/{rule}", responses=refusals(404, 413), response_model_exclude_unset=True
)
def put_forward(
    who: Administrator, extension: Extension, rule: Rule, action: ForwardAfter
) -> EmployeeEntry:
    """Forward an employee's calls by a rule; ``after`` goes with ``no_answer`` only."""
    rules: dict[str, Any] = {rule: action.model_dump(exclude_none=True)}
    office = who.edit(lambda office: _with_forward(office, extension, rules))
    return as_entry(office, extension)


@router.delete("/{extension}/forward/{rule}", status_code=204, responses=refusals(404))
def delete_forward(who: Administrator, extension: Extension, rule: Rule) -> Response:
    """Take a forwarding rule away."""

    def without_rule(office: Office) -> Office:
        rules = as_data(entry(office.employees, extension, "employee").forward)
        entry(rules, rule, "rule")
        return _with_forward(office, extension, {rule: None})

    who.edit(without_rule)
    return Response(status_code=204)


@router.get("/{extension}/pin", responses=refusals(404))
def get_pin(who: Administrator, extension: Extension) -> PinState:
    """Whether an employee has a PIN, and whether it is locked. What it is nobody is told."""
    state = who.services.pins.state(*_box(who, extension))
    return PinState.model_validate(state.as_json())


@router.put(
    "/{extension}/pin",
    status_code=204,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def set_pin(who: Administrator, extension: Extension, new: NewPin) -> Response:
    """Give an employee a PIN for good. Not by a token."""
    box = _box(who, extension)
    who.confirm(new.current)
    who.services.pins.set(*box, new.pin, by=who.actor)
    return Response(status_code=204)


@router.post(
    "/{extension}/pin/one-time",
    status_code=201,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def make_one_time_pin(
    who: Administrator, extension: Extension, confirmation: Confirmation
) -> OneTimePin:
    """Give an employee a PIN that has to be changed at the first call. Not by a token."""
    box = _box(who, extension)
    who.confirm(confirmation.current)
    pin = random_pin(extension)
    who.services.pins.set(*box, pin, one_time=True, by=who.actor)
    return OneTimePin(pin=pin)


@router.post(
    "/{extension}/pin/unlock",
    status_code=204,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def unlock_pin(who: Administrator, extension: Extension, confirmation: Confirmation) -> Response:
    """Forget the wrong PINs that were tried: the next one is looked at. Not by a token."""
    box = _box(who, extension)
    who.confirm(confirmation.current)
    who.services.pins.unlock(*box, by=who.actor)
    return Response(status_code=204)


@router.delete("/{extension}/pin", status_code=204, responses=refusals(404))
def delete_pin(who: Administrator, extension: Extension) -> Response:
    """Let nobody in by an employee's PIN any more."""
    who.services.pins.remove(*_box(who, extension), by=who.actor)
    return Response(status_code=204)


def as_entry(office: Office, extension: str) -> EmployeeEntry:
    """An employee as the API sends one. Raises NotFound."""
    employee = entry(office.employees, extension, "employee")
    return EmployeeEntry.model_validate({"extension": extension, **as_data(employee)})


def _box(who: Asking, extension: str) -> tuple[str, str]:
    """The mailbox of an employee. Raises NotFound."""
    entry(who.office.employees, extension, "employee")
    return who.user.company_id, extension


def _with(office: Office, extension: str, employee: Employee) -> Office:
    return with_fields(office, employees=with_entry(office.employees, extension, employee))


def _with_forward(office: Office, extension: str, rules: dict[str, Any]) -> Office:
    employee = entry(office.employees, extension, "employee")
    forward = make_part(Forward, **{**as_data(employee.forward), **rules})
    return _with(office, extension, with_fields(employee, forward=forward))
