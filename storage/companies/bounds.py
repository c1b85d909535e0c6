"""Where a company's configuration goes beyond what the operator of the system allows it.

What stands there stays, and is told of. What a company's own administrators change has to keep
within: they may send back what there is, and nothing else that is beyond. Webhooks and chats that
the settings do not allow nobody adds, as nothing would be sent there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from storage.companies.allowance import OF_ONE_COMPANY, Allowance
from storage.errors import Problem, WrongValue, warning, wrong
from storage.office import Office
from storage.office.any_action import named_by
from storage.office.differences import people_before
from storage.office.notify import AnyDestination, ChatDestination, WebhookDestination
from storage.office.routes import all_actions
from storage.office.told import COMPANY, told
from storage.words.chats import asked_at, check_scheme
from storage.words.hosts import check_url
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
    for _, _, problem in _destinations_beyond(office, allowance):
        yield replace(problem, severity="warning")


def not_told(before: Office | None, after: Office, allowance: Allowance) -> Iterator[Problem]:
    """Each webhook and chat in an office that is not allowed, and was not there before.

    Before is where the same person was told of the same, or the company.
    """
    people = people_before(before, after)
    lists = {extension: who.notify for extension, who in people.items()}
    lists[COMPANY] = before.voicemail.notify if before else None
    there = {(mailbox, each.place) for mailbox, list_ in lists.items() for each in list_ or ()}
    for mailbox, each, problem in _destinations_beyond(after, allowance):
        if (mailbox, each.place) not in there:
            yield problem


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


def refusal(destination: AnyDestination, allowance: Allowance) -> Problem | None:
    """Why nothing would be sent to a destination, as far as its address tells; None if it would."""
    try:
        if isinstance(destination, WebhookDestination):
            check_url(destination.webhook, allowance.webhooks)
        elif isinstance(destination, ChatDestination):
            check_scheme(destination.chat, allowance.chats)
            if url := asked_at(destination.chat):
                check_url(url, allowance.webhooks, of_chat=True)
    except WrongValue as error:
        return error.problem
    return None


def _destinations_beyond(
    office: Office, allowance: Allowance
) -> Iterator[tuple[str, AnyDestination, Problem]]:
    """Those that nothing would be sent to, with the extensions or "" and what forbids it."""
    for mailbox in (COMPANY, *office.employees):
        place = f"employees.{mailbox}" if mailbox != COMPANY else "voicemail"
        for number, each in enumerate(told(office, mailbox)):
            if (problem := refusal(each, allowance)) is not None:
                yield mailbox, each, problem.at(f"{place}.notify.{number}.{each.kind}")


def _lacks_country(office: Office, allowance: Allowance) -> bool:
    """Whether a number is beyond that might be national, were there a country."""
    is_beyond = any(True for _ in _numbers_beyond(office, allowance))
    return is_beyond and allowance.needs_country and _country(office) is None


def _country(office: Office) -> str | None:
    return country_of(office.company.timezone)
