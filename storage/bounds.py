"""Where a company's configuration goes beyond what the operator of the system allows it.

What stands there stays, and is told of. What a company's own administrators change has to keep
within: they may send back what there is, and nothing else that is beyond.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from storage.allowance import OF_ONE_COMPANY, Allowance
from storage.office import Dial, Office, Problem
from storage.office.phone import country_of
from storage.office.routes import all_actions

NO_PHONES: Final = "the server's administrator has not said yet which phones this company may use"
NO_COUNTRY: Final = "is that of no country, so that no number is national"
_COUNTRY: Final = (
    "company.timezone: is of another country, which only the server's administrator can set"
)


def beyond(office: Office, allowance: Allowance) -> Iterator[Problem]:
    """What is beyond, as warnings."""
    usual = allowance
    if office.employees and not allowance.names_phones:
        yield Problem("warning", "employees", NO_PHONES)
        usual = Allowance(OF_ONE_COMPANY)
    for where, endpoint in _endpoints_beyond(office, usual):
        yield Problem("warning", where, _strange_phone(endpoint))
    for where, number in _numbers_beyond(office, allowance):
        if number in allowance.dialled_before:
            told = f"{number} would not be allowed today; it is dialled because it was here before"
        elif where.startswith("employees."):
            told = f"{_undialled(number)}: callers reach voicemail instead"
        else:
            told = f"{_undialled(number)}: callers hear that nobody answers"
        yield Problem("warning", where, told)
    if _lacks_country(office, allowance):
        yield Problem("warning", "company.timezone", NO_COUNTRY)


def overstepped(before: Office, after: Office, allowance: Allowance) -> Iterator[str]:
    """A sentence for each thing in an office that is beyond, and was not at its place before."""
    phones = {extension: employee.endpoint for extension, employee in before.employees.items()}
    for where, endpoint in _endpoints_beyond(after, allowance):
        if endpoint != phones.get(where.split(".")[1]):
            yield f"{where}: {_strange_phone(endpoint)}"
    dialled = set(_numbers(before))
    new = [placed for placed in _numbers_beyond(after, allowance) if placed not in dialled]
    for where, number in new:
        yield f"{where}: {_undialled(number)}"
    if new and _lacks_country(after, allowance):
        yield f"company.timezone: {NO_COUNTRY}"
    if _country(before) != _country(after):
        # It decides how numbers are read, and which are national.
        yield _COUNTRY


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
        if isinstance(placed.action, Dial):
            yield placed.where, placed.action.number


def _lacks_country(office: Office, allowance: Allowance) -> bool:
    """Whether a number is beyond that might be national, were there a country."""
    is_beyond = any(True for _ in _numbers_beyond(office, allowance))
    return is_beyond and allowance.needs_country and _country(office) is None


def _country(office: Office) -> str | None:
    return country_of(office.company.timezone)


def _strange_phone(endpoint: str) -> str:
    return f"“{endpoint}” is not one of the phones that this company may use"


def _undialled(number: str) -> str:
    return f"{number} is not one of the numbers that this company may dial"
