"""Whose number was dialled, and where its calls begin: all offices as they were at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from storage.companies.allowance import ALONE, Allowance
from storage.companies.bounds import beyond
from storage.errors import Problem, warning
from storage.office import Office, Target, check
from storage.office.model import Language
from storage.words.phone_numbers import DEFAULT_REGION, canonical, country_of, dialable, region_of


@dataclass(frozen=True)
class Site:
    """A company's office, the id that stays when the company is renamed, and what is allowed it."""

    company_id: str
    office: Office
    allowance: Allowance = ALONE
    mailbox_context: str = ""
    """What stands behind the @ of the company's mailboxes in Asterisk: see
    `storage.companies.mailbox_contexts`."""

    @cached_property
    def region(self) -> str:
        """The country whose habits the company's numbers follow."""
        return region_of(self.office.company.timezone)

    def problems(self) -> list[Problem]:
        """Everything wrong with the office, errors first, and what is beyond the allowance."""
        return [*check(self.office), *beyond(self.office, self.allowance)]

    def dials(self, number: str) -> bool:
        """Whether the company's calls go out to an outside number."""
        return self.allowance.dials(number, country_of(self.office.company.timezone))

    def phones_of(self, other: Site) -> list[str]:
        """Phones of another company that this one's employees may have too."""
        theirs = {employee.endpoint for employee in other.office.employees.values()}
        found = {
            phone
            for phone in theirs.union(other.allowance.endpoints)
            if self.allowance.names(phone)
        }
        found.update(phone for phone in self.allowance.endpoints if other.allowance.names(phone))
        return sorted(found)

    def target(self, dialled: str) -> Target | None:
        """Where a call to this number of the company begins, in whatever spelling it came."""
        whole = canonical(dialled, self.region)
        if _is_international(dialled):
            return self._canonically.get(whole)
        plain = dialable(dialled)
        return (
            self._canonically.get(plain) or self._exactly.get(plain) or self._canonically.get(whole)
        )

    @cached_property
    def _exactly(self) -> dict[str, Target]:
        return {dialable(number): target for number, target in self.office.numbers.items()}

    @cached_property
    def _canonically(self) -> dict[str, Target]:
        return {
            canonical(number, self.region): target for number, target in self.office.numbers.items()
        }


@dataclass(frozen=True)
class Directory:
    """All offices as they were at one version of the configuration."""

    version: int
    offices: Mapping[str, Site]
    """By company id."""

    def find(self, number: str) -> Site | None:
        """Whose number was dialled.

        Digits that are a company's number as the whole world writes it are that company's, however
        another spells its own. With a plus they are nothing else; without one they may be a
        spelling, exactly as it stands or any.
        """
        return next(self._having(number), None)

    def has_phone(self, endpoint: str) -> bool:
        """Whether one of Asterisk's endpoints is a phone that an employee has, or may have."""
        wanted = endpoint.casefold()
        return any(
            site.allowance.names(endpoint)
            or any(one.endpoint.casefold() == wanted for one in site.office.employees.values())
            for site in self.offices.values()
        )

    @property
    def language(self) -> Language:
        """What callers hear of whom no company is known: what all companies speak, or English."""
        spoken = {site.office.company.language for site in self.offices.values()}
        return spoken.pop() if len(spoken) == 1 else "en"

    @property
    def timezone(self) -> str:
        """The zone of messages that no company is found for: that of all companies, or UTC."""
        zones = {site.office.company.timezone for site in self.offices.values()}
        return zones.pop() if len(zones) == 1 else "UTC"

    def contested(self, company_id: str) -> Iterator[Problem]:
        """Numbers of a company whose digits may be dialled for one of another company's too."""
        for number in self.offices[company_id].office.numbers:
            plain = dialable(number)
            others = (site for site in self._having(plain) if site.company_id != company_id)
            reached = self.find(plain)
            if reached is not None and (other := next(others, None)) is not None:
                whose, whom = other.office.company.name, reached.office.company.name
                yield warning(
                    "contested-number", f"numbers.{number}", number=plain, whose=whose, whom=whom
                )

    def _having(self, number: str) -> Iterator[Site]:
        """Whose it may be, in the order in which they are asked."""
        if _is_international(number):
            yield from self._canonically.get(canonical(number, DEFAULT_REGION), ())
            return
        plain = dialable(number)
        yield from self._canonically.get(plain, ())
        yield from self._exactly.get(plain, ())
        for region in self._regions:
            whole = canonical(number, region)
            yield from (s for s in self._canonically.get(whole, ()) if s.region == region)

    @cached_property
    def _exactly(self) -> dict[str, list[Site]]:
        return _grouped((dialable(number), site) for site, number in self._numbers())

    @cached_property
    def _canonically(self) -> dict[str, list[Site]]:
        return _grouped((canonical(number, site.region), site) for site, number in self._numbers())

    def _numbers(self) -> Iterator[tuple[Site, str]]:
        for site in self.offices.values():
            for number in site.office.numbers:
                yield site, number

    @cached_property
    def _regions(self) -> list[str]:
        return list(dict.fromkeys(site.region for site in self.offices.values()))


def _grouped(pairs: Iterable[tuple[str, Site]]) -> dict[str, list[Site]]:
    groups: dict[str, list[Site]] = {}
    for number, site in pairs:
        groups.setdefault(number, []).append(site)
    return groups


def _is_international(number: str) -> bool:
    return number.strip().startswith("+")
