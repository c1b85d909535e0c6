"""Where a company's configuration goes beyond what the operator of the system allows it.

What stands there stays, and is told of. What a company's own administrators change has to keep
within: they may send back what there is, and nothing else that is beyond.
"""

from __future__ import annotations

from collections.abc import Iterator

from storage.companies.allowance import OF_ONE_COMPANY, Allowance
from storage.errors import Problem, warning, wrong
from storage.office import Office
from storage.office.any_action import named_by
from storage.office.routes import all_actions
from storage.words.phone_numbers import country_of


def beyond(office: Office, allowance: Allowance) -> Iterator[Problem]:
    """What is beyond, as warnings."""
    usual = allowance
    if office.employees and not allowance.names_phones:
        yield warning("no-phones-allowed", "employees")
        usual = Allowance(OF_ONE_COMPANY)
    for where, endpoint in _endpoints_beyond(office, usual):
        yield warning("phone-not-allowed", where, endpoint=endpoint)
    for where, number in _numbers_beyond(office, allowance):
        if number in allowance.dialled_before:
            code = "number-allowed-before"
        elif where.startswith("employees."):
            code = "number-not-allowed-voicemail"
        else:
            code = "number-not-allowed-nobody"
        yield warning(code, where, number=number)
    if _lacks_country(office, allowance):
        yield warning("zone-without-country", "company.timezone")


def overstepped(before: Office, after: Office, allowance: Allowance) -> Iterator[Problem]:
    """Each thing in an office that is beyond, and was not at its place before."""
    phones = {extension: employee.endpoint for extension, employee in before.employees.items()}
    for where, endpoint in _endpoints_beyond(after, allowance):
        if endpoint != phones.get(where.split(".")[1]):
            yield wrong("phone-not-allowed", where, endpoint=endpoint)
    dialled = set(_numbers(before))
    new = [placed for placed in _numbers_beyond(after, allowance) if placed not in dialled]
    for where, number in new:
        yield wrong("number-not-allowed", where, number=number)
    if new and _lacks_country(after, allowance):
        yield wrong("zone-without-country", "company.timezone")
    if _country(before) != _country(after):
        # It decides how numbers are read, and which are national.
        yield wrong("other-country", "company.timezone")


def _endpoints_beyond(office: Office, allowance: Allowance) -> Iterator[tuple[str, str]]:
    for extension, employee in office.employees.items():
        if employee.endpoint not in allowance.endpoints_for(extension):
            yield f"employees.{extension}.endpoint", employee.endpoint


def _numbers_beyond(office: Office, allowance: Allowance) -> Iterator[tuple[str, str]]:
    country = _country(office)
    for where, number in _numbers(office):
        if not allowance.permits(number, country):
            yield where, number


def _numbers(office: Office) -> Iterator[tuple[str, str]]:
    """The outside numbers, each with its place."""
    for placed in all_actions(office):
        for number in named_by(placed.action, "number"):
            yield placed.where, number


def _lacks_country(office: Office, allowance: Allowance) -> bool:
    """Whether a number is beyond that might be national, were there a country."""
    is_beyond = any(True for _ in _numbers_beyond(office, allowance))
    return is_beyond and allowance.needs_country and _country(office) is None


def _country(office: Office) -> str | None:
    return country_of(office.company.timezone)
