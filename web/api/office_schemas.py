"""What the API says and takes of a company's configuration: as ``voicepost … --json`` prints it.

Menus, targets, settings and actions are those of the configuration itself. Times are seconds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Path
from pydantic import ConfigDict, Field

from storage.office import (
    Dial,
    ForwardAction,
    Menu,
    Nothing,
    Ring,
    Target,
    Voicemail,
    values,
)
from storage.office.any_action import StrictModel
from storage.office.notify import Destinations
from storage.office.values import (
    Days,
    Endpoint,
    Number,
    Seconds,
    Sound,
    Speech,
    Timezone,
    Title,
    Voice,
)
from web.api.paging import Listing
from web.api.schemas import Answer, Body

MenuName = Annotated[str, Path(max_length=64, examples=["main"])]
PromptName = Annotated[str, Path(max_length=64, examples=["greeting"])]
Extension = Annotated[str, Path(max_length=8, examples=["101"])]
NewExtension = Annotated[values.Extension, Path(examples=["103"])]
Key = Annotated[str, Path(max_length=8, description="1 to 8 characters of 0-9, * and #.")]
DialledNumber = Annotated[str, Path(max_length=64, examples=["+7 495 123-45-67"])]
Rule = Literal["always", "busy", "no_answer", "unreachable"]


class _Late(StrictModel):
    """Something that happens after a while of ringing."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    after: Seconds | None = None
    """Seconds the phone rings first; without it, the ring timeout."""


class VoicemailAfter(_Late, Voicemail):
    """Take a message for the employee, or for another one."""


class RingAfter(_Late, Ring):
    """Ring another employee, by their own forwarding rules."""


class DialAfter(_Late, Dial):
    """Connect the caller to an outside number."""


class NothingAfter(_Late, Nothing):
    """Forward nowhere."""


ForwardAfter = Annotated[
    VoicemailAfter | RingAfter | DialAfter | NothingAfter, Field(discriminator="action")
]


class Forwarding(Body):
    """Where an employee's calls go; a rule that is absent forwards nowhere."""

    always: ForwardAction | None = None
    """Without ringing the phone."""
    busy: ForwardAction | None = None
    """When the phone is busy."""
    no_answer: ForwardAfter | None = None
    """When nobody has answered in time."""
    unreachable: ForwardAction | None = None
    """When the phone is not there."""


class EmployeeSettings(Body):
    """An employee; what is not sent has its usual value."""

    name: Title = Field(examples=["Анна Щукина"])
    numbers: list[Number] | None = Field(None, max_length=50, examples=[["101"]])
    """Numbers of the person's own; usually the extension."""
    endpoint: Endpoint | None = Field(None, examples=["PJSIP/101"])
    """Asterisk's dial string of the phone: one that the company may use (`GET /company/allowance`),
    or the one that is there; usually the pattern's."""
    ring_timeout: Seconds = 20.0
    """Seconds the phone rings."""
    greeting: Sound | None = Field(None, examples=["prompt:anna"])
    """The person's own voicemail greeting; null plays the bundled one."""
    keep_days: Days | None = Field(None, examples=[90])
    """Days that the person's messages are kept; null keeps them as long as the company's."""
    quiet_days: Days | None = Field(None, examples=[7])
    """Days that what is probably empty is kept; null is as long as the company's."""
    forward: Forwarding = Forwarding()
    notify: Destinations | None = None
    """Who is told of the person's messages. Secrets are sent as `kept`, and chats as their kind
    and some digits; they stay where that comes back. What is not sent at all stays, too."""
    company_lamp: bool | None = None
    """Whether the lamp of the person's phone tells of the company's new messages, too: absent where
    it does not. Not sent, it stays as it is."""


class EmployeeEntry(EmployeeSettings):
    """A person with a phone."""

    extension: str = Field(examples=["101"])


class Successor(Body):
    """Who gets an extension after somebody else."""

    name: Title = Field(examples=["Борис Орлов"])
    messages: Literal["keep", "hand-over"]
    """Whose the old messages are: the predecessor keeps them, or they are handed over."""


class Employees(Listing[EmployeeEntry]):
    """Employees, in the order of the configuration."""


class MenuEntry(Menu):
    """A voice menu. Times are in seconds."""

    name: str = Field(examples=["main"])


class Menus(Listing[MenuEntry]):
    """Voice menus, in the order of the configuration."""


class NumberEntry(Target):
    """A number people dial, and where its calls begin: a menu, an employee or the voicemail."""

    number: str = Field(examples=["+7 495 123-45-67"])
    company: str = Field(examples=["Ромашка"])


class Numbers(Listing[NumberEntry]):
    """Numbers, in the order of the configuration."""


class PromptText(Body):
    """A text to be spoken by a synthesiser."""

    say: Speech = Field(examples=["Вы позвонили в компанию «Ромашка»."])
    voice: Voice | None = Field(None, examples=["anna"])
    """The synthesiser's voice; null takes the usual one of the company's language."""


class PromptEntry(Answer):
    """A sound of the company's own: a text, a file or a recording; exactly one of the three."""

    name: str = Field(examples=["greeting"])
    say: str | None = None
    file: str | None = Field(None, examples=["welcome.mp3"])
    recorded: str | None = None
    voice: str | None = None
    seconds: float = Field(examples=[4.2])
    """How long it lasts."""
    doubts: list[str] = Field([], examples=[["no speech is heard in it"]])
    """What may be wrong with its sound."""


class Prompts(Listing[PromptEntry]):
    """Prompts, in the order of the configuration."""


class PhoneCall(Body):
    """Which phone to ring."""

    phone: str = Field(min_length=1, max_length=221, examples=["101"])
    """An employee's extension."""


class ProblemEntry(Answer):
    """Something wrong with the configuration, or likely not meant."""

    severity: Literal["error", "warning"]
    where: str = Field(examples=["menus.main.keys.2"])
    message: str = Field(examples=["there is no employee 199"])


class ProblemList(Answer):
    """What ``voicepost config check`` finds, errors first."""

    items: list[ProblemEntry]


class AssignedNumber(Answer):
    """A number that the company may use."""

    number: str = Field(examples=["74951234567"])
    in_use: bool
    """Whether calls to it lead somewhere already."""


class CompanyAllowance(Answer):
    """What the server's administrator allows the company."""

    endpoint_pattern: str | None = Field(examples=["PJSIP/{extension}"])
    """Makes the dial string of an employee's phone; null if there is none."""
    endpoints: list[str]
    """Other phones that employees may have."""
    allow: str = Field(examples=["national"])
    """Outside numbers that may be dialled: prefixes and the words `national`, `any`, `none`."""
    numbers: list[AssignedNumber]
    """Where there is no other company, any number may be used."""


class CompanySettings(Body):
    """The company's settings; those not sent stay as they are."""

    name: Title | None = Field(None, examples=["Ромашка"])
    """No two companies have the same."""
    language: Literal["ru", "en"] | None = None
    """Of prompts and pages."""
    timezone: Timezone | None = Field(None, examples=["Europe/Moscow"])
    """Whose days and months count; a zone of another country only the operator can set."""
    self_service: bool | None = None
    """Whether employees may switch their own voicemail and set their ring timeout."""
