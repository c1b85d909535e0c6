"""The phones that an employee may have: those the operator named, and the one that is there."""

from __future__ import annotations

from storage.companies.directory import Site
from web.errors import FormError
from web.visit import Visit


def phone_in(site: Site, extension: str, chosen: str) -> str:
    """The dial string that was chosen for an employee's phone; with "" the usual one.

    Where the operator has named none as usual, it is the one that they have. Raises FormError.
    """
    there = site.office.employees.get(extension)
    endpoint = chosen or site.allowance.usual_endpoint(extension) or (there and there.endpoint)
    if not endpoint:
        known = site.allowance.names_phones
        raise FormError("choose-phone" if known else "no-phones-allowed", "endpoint")
    return endpoint


def phone_choices(visit: Visit, extension: str, chosen: str) -> list[tuple[str, str]]:
    """The dial strings to choose from, with their words; what was chosen wrongly is among them."""
    allowance = visit.own_site.allowance
    employee = visit.office.employees.get(extension)
    if employee is not None:
        phones = {phone: phone for phone in allowance.endpoints_for(extension)}
        phones[employee.endpoint] = employee.endpoint
    else:
        usual = allowance.usual_endpoint(visit.text("EXTENSION"))
        phones = {"": visit.text("%(phone)s, by the extension", phone=usual)} if usual else {}
        phones |= {phone: phone for phone in allowance.endpoints}
    if phones and chosen:
        phones.setdefault(chosen, chosen)
    return list(phones.items())
