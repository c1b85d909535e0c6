"""What a run of the retention does, or would do, told box by box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, cast

from storage.errors import Problem
from storage.messages.envelope import Box

MOST_TOLD = 20
"""Failures told in words; what is more is counted."""


class Addressed(Protocol):
    """A row that says whose message it is."""

    company_id: str | None
    company: str
    box: str
    addressee_number: str


@dataclass(frozen=True, order=True)
class Whose:
    """A mailbox: ``number`` is the employee's extension, "" for the company's box."""

    company: str
    box: Box
    number: str

    @classmethod
    def of(cls, row: Addressed, names: Mapping[str, str]) -> Whose:
        """The mailbox of a message; ``names`` are those of the companies there are, by their ids.

        A company that is gone has the name that its messages remember.
        """
        company = names.get(row.company_id or "", row.company)
        number = row.addressee_number if row.box == "employee" else ""
        return cls(company, cast(Box, row.box), number)


@dataclass(frozen=True)
class Effect:
    """Messages of one box: moved to the trash, removed for good, and kept by a hold from either."""

    moved: int = 0
    removed: int = 0
    removed_bytes: int = 0
    held: int = 0

    def __add__(self, other: Effect) -> Effect:
        return Effect(
            self.moved + other.moved,
            self.removed + other.removed,
            self.removed_bytes + other.removed_bytes,
            self.held + other.held,
        )


@dataclass(frozen=True)
class Report:
    """What is done to which box. ``failed`` messages stay, as their audio cannot be removed.

    ``failures`` tells of each of them, up to `MOST_TOLD`.
    """

    effects: Mapping[Whose, Effect] = field(default_factory=dict)
    failures: tuple[Problem, ...] = ()
    failed: int = 0

    def __add__(self, other: Report) -> Report:
        effects = dict(self.effects)
        for whose, effect in other.effects.items():
            effects[whose] = effects.get(whose, Effect()) + effect
        failures = (self.failures + other.failures)[:MOST_TOLD]
        return Report(effects, failures, self.failed + other.failed)

    @property
    def total(self) -> Effect:
        """All boxes together."""
        return sum(self.effects.values(), Effect())
