"""What can happen to a call: the actions of a menu's keys and of an employee's forwarding.

An action is data. Its table in the document carries `action = "…"`, which says what it is; the
flows in `dialplan/actions` say what it does.
"""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from storage.errors import WrongValue
from storage.office.values import Dialled, Extension, Name, Seconds, Sound


class Part(BaseModel):
    """A frozen piece of the configuration; unknown keys and wrong types are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Voicemail(Part):
    """Take a message.

    For the employee named; with none named, for the company where the action stands in a menu,
    and for the employee himself where it stands in his forwarding.
    """

    action: Literal["voicemail"] = "voicemail"
    employee: Extension | None = None


class Ring(Part):
    """Ring one employee, by his own forwarding rules, or several at once or in turn."""

    action: Literal["ring"] = "ring"
    employee: Extension | None = None
    employees: Annotated[tuple[Extension, ...], Field(strict=False, max_length=50)] = ()
    strategy: Literal["all", "in-turn"] = "all"
    timeout: Seconds | None = None
    """Seconds each phone rings; None takes the employee's own ring timeout."""
    no_answer: "Action" = Voicemail()
    """When none of several answered. A single employee's forwarding rules decide instead."""

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.employee is None) == (not self.employees):
            raise WrongValue("one-or-several-employees")
        return self

    @property
    def everyone(self) -> tuple[str, ...]:
        """The extensions to ring, in the order written."""
        return self.employees if self.employee is None else (self.employee,)


class OpenMenu(Part):
    """Go to another menu."""

    action: Literal["menu"] = "menu"
    menu: Name


class Dial(Part):
    """Connect the caller to an outside number."""

    action: Literal["dial"] = "dial"
    number: Dialled


class Play(Part):
    """Play a prompt, then come back to the menu."""

    action: Literal["play"] = "play"
    prompt: Sound


class Repeat(Part):
    """Play the menu's greeting again."""

    action: Literal["repeat"] = "repeat"


class HangUp(Part):
    """End the call."""

    action: Literal["hangup"] = "hangup"


class Nothing(Part):
    """Forward nowhere: the caller is told that nobody answers, and the call ends or goes back."""

    action: Literal["nothing"] = "nothing"


Action = Annotated[
    Voicemail | Ring | OpenMenu | Dial | Play | Repeat | HangUp, Field(discriminator="action")
]
"""What a menu can do."""

ForwardAction = Annotated[Voicemail | Ring | Dial | Nothing, Field(discriminator="action")]
"""What an employee's forwarding can do; a Ring here names one employee and nothing else."""

Ring.model_rebuild()
