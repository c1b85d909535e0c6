"""Where a call to one of the company's numbers may begin, each kind of place described once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, Self

from pydantic import model_validator

from storage.errors import WrongValue
from storage.office.actions import OpenMailbox, OpenMenu, Ring, Voicemail
from storage.office.any_action import AnyAction, StrictModel
from storage.office.values import Extension, Name


@dataclass(frozen=True)
class Lead:
    """A kind of place that a number may lead to."""

    action: Callable[[str], AnyAction]
    """What happens to a call there, by the name of the place."""
    argument: str = ""
    """What the command line calls that name; "" if there is one such place, without a name.

    In brackets where a call may begin there without a name, too.
    """

    @property
    def needs_name(self) -> bool:
        """Whether it has to be said which of the places."""
        return bool(self.argument) and not self.argument.startswith("[")


LEADS: Final[dict[str, Lead]] = {
    "menu": Lead(lambda name: OpenMenu(menu=name), "NAME"),
    "employee": Lead(lambda extension: Ring(employee=extension), "EXTENSION"),
    "voicemail": Lead(lambda _: Voicemail()),
    "mailbox": Lead(lambda extension: OpenMailbox(employee=extension or None), "[EXTENSION]"),
}
"""The kinds by the field of `Target`, which is also the first word on the command line."""


class Target(StrictModel):
    """Where a call to one of the company's numbers begins: exactly one of these."""

    menu: Name | None = None
    employee: Extension | None = None
    voicemail: Literal[True] | None = None
    mailbox: Literal[True] | Extension | None = None
    """Messages are heard: of who gives an extension and PIN, or of the one named, for the PIN."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(getattr(self, kind) is not None for kind in LEADS) != 1:
            raise WrongValue("one-target")
        return self

    @property
    def kind(self) -> str:
        """Which kind of place it is."""
        return next(kind for kind in LEADS if getattr(self, kind) is not None)

    @property
    def name(self) -> str:
        """What the place is called; "" where it needs no name."""
        place = getattr(self, self.kind)
        return "" if place is True else str(place)

    @property
    def action(self) -> AnyAction:
        """What happens to a call there."""
        return LEADS[self.kind].action(self.name)

    @property
    def words(self) -> str:
        """The place in words: `menu main`, `voicemail`."""
        return f"{self.kind} {self.name}".rstrip()


def usages() -> list[str]:
    """How each kind is written in words."""
    return [f"{kind} {lead.argument}".rstrip() for kind, lead in LEADS.items()]


def target_fields(kind: str, name: str) -> dict[str, object] | None:
    """The fields of a target; None if there is no such kind, or its name is missing."""
    lead = LEADS.get(kind)
    if lead is None or (lead.needs_name and not name):
        return None
    return {kind: name if lead.argument and name else True}
