"""Whose number was dialled, and where its calls begin: all offices as they were at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from storage.allowance import ALONE, Allowance
from storage.bounds import beyond
from storage.office import Office, Problem, Target, check
from storage.office.phone import canonical, digits, region_of


@dataclass(frozen=True)
class Site:
    """A company's office, the id that stays when the company is renamed, and what is allowed it."""

    company_id: str
    office: Office
    allowance: Allowance = ALONE

    @cached_property
    def region(self) -> str:
        """The country whose habits the company's numbers follow."""
        return region_of(self.office.company.timezone)

    def problems(self) -> list[Problem]:
        """Everything wrong with the office, errors first, and what is beyond the allowance."""
        return [*check(self.office), *beyond(self.office, self.allowance)]

    def dials(self, number: str) -> bool:
        """Whether the company's calls go out to an outside number."""
        return self.allowance.dials(number, self.region)

    def target(self, dialled: str) -> Target | None:
        """Where a call to this number of the company begins, in whatever spelling it came."""
        return self._exactly.get(digits(dialled)) or self._canonically.get(
            canonical(dialled, self.region)
        )

    @cached_property
    def _exactly(self) -> dict[str, Target]:
        return {digits(number): target for number, target in self.office.numbers.items()}

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
        """Whose number was dialled: by its exact digits first, then in any spelling."""
        exact = self._exactly.get(digits(number))
        if exact is not None:
            return exact
        for region in self._regions:
            site = self._canonically.get((region, canonical(number, region)))
            if site is not None:
                return site
        return None

    @cached_property
    def _exactly(self) -> dict[str, Site]:
        return {
            digits(number): site for site in self.offices.values() for number in site.office.numbers
        }

    @cached_property
    def _canonically(self) -> dict[tuple[str, str], Site]:
        return {
            (site.region, canonical(number, site.region)): site
            for site in self.offices.values()
            for number in site.office.numbers
        }

    @cached_property
    def _regions(self) -> list[str]:
        return list(dict.fromkeys(site.region for site in self.offices.values()))
