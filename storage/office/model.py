"""A company's whole configuration as one frozen document: numbers, menus, employees, prompts."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from storage.errors import WrongValue
from storage.office.actions import Action, ForwardAction, Repeat, Ring, Voicemail
from storage.office.any_action import StrictModel
from storage.office.notify import Destination, Destinations
from storage.office.targets import Target
from storage.office.values import (
    Days,
    Digest,
    Endpoint,
    Extension,
    FilePath,
    Keys,
    Name,
    Number,
    Seconds,
    Sound,
    Speech,
    Timezone,
    Title,
    Voice,
    Yes,
)

Language = Literal["ru", "en"]
PinAsked = Literal["always", "outside", "never"]


class Company(StrictModel):
    """Whose office it is; `language` is that of prompts, pages and letters."""

    name: Title
    language: Language = "ru"
    timezone: Timezone = "Europe/Moscow"
    self_service: bool = False
    """Whether employees may switch their own voicemail and set their ring timeout on the page."""


class Menu(StrictModel):
    """A voice menu. Times are in seconds."""

    greeting: Sound
    timeout: Seconds = 5.0
    """Silence after the greeting that counts as "nothing pressed"."""
    digit_timeout: Seconds = 2.0
    """Wait for another digit, where more than one can be meant."""
    repeats: Annotated[int, Field(ge=0, le=20)] = 1
    """How often the greeting is played again before the default action."""
    direct_dial: bool = False
    """Whether a caller may key in an employee's extension."""
    default: Action = Voicemail()
    """Taken when nothing was pressed."""
    invalid: Action = Repeat()
    """Taken when a wrong key was pressed."""
    invalid_limit: Annotated[int, Field(ge=1, le=20)] = 3
    """Wrong keys in one visit before the default action is taken."""
    keys: dict[Keys, Action] = Field(default_factory=dict)


class Forward(StrictModel):
    """An employee's forwarding rules; an absent rule forwards nowhere."""

    always: ForwardAction | None = None
    busy: ForwardAction | None = None
    no_answer: ForwardAction | None = None
    unreachable: ForwardAction | None = None
    no_answer_after: Seconds | None = None
    """Seconds the phone rings before `no_answer`, instead of the ring timeout.
    In the document it is `after`, inside the table of `no_answer`."""

    @model_validator(mode="before")
    @classmethod
    def _lift_after(cls, data: Any) -> Any:
        rule = data.get("no_answer") if isinstance(data, dict) else None
        if not isinstance(rule, dict) or "after" not in rule:
            return data
        rest = {key: value for key, value in rule.items() if key != "after"}
        return {**data, "no_answer": rest, "no_answer_after": rule["after"]}

    @model_validator(mode="after")
    def _rules_are_simple(self) -> Self:
        for rule in (self.always, self.busy, self.no_answer, self.unreachable):
            if isinstance(rule, Ring) and rule != Ring(employee=rule.everyone[0]):
                raise WrongValue("forwarding-rings-one")
        if self.no_answer_after is not None and self.no_answer is None:
            raise WrongValue("after-outside-no-answer")
        return self


class Employee(StrictModel):
    """A person with a phone; the extension is the key they stand under."""

    name: Title
    numbers: Annotated[tuple[Number, ...], Field(strict=False, max_length=50)] = ()
    endpoint: Endpoint
    ring_timeout: Seconds = 20.0
    greeting: Sound | None = None
    """Their own voicemail greeting; None plays the bundled one."""
    keep_days: Days | None = None
    """Days their messages are kept; None keeps those as long as the company's."""
    quiet_days: Days | None = None
    """Days that what is probably empty is kept for them; None is as long as the company's."""
    forward: Forward = Forward()
    notify: Destinations | None = None
    """Who is told of their messages."""
    company_lamp: Yes = None
    """Whether the lamp of their phone tells of the company's new messages, too."""

    @property
    def answer_within(self) -> float:
        """Seconds their phone rings before nobody has answered."""
        after = self.forward.no_answer_after
        return self.ring_timeout if after is None else after


class LetterTemplate(StrictModel):
    """Letters about messages in the company's own words: see `storage.letters`."""

    subject: Annotated[str, Field(max_length=500)]
    text: Annotated[str, Field(max_length=20_000)]
    html: Annotated[str, Field(max_length=50_000)]


class VoicemailSettings(StrictModel):
    """How messages are taken. Times are in seconds."""

    min_seconds: Seconds = 1.0
    """What holds less speech than this is kept aside as probably empty."""
    max_seconds: Seconds = 180.0
    silence_seconds: Seconds = 8.0
    """A pause this long ends the message."""
    review: bool = True
    """Whether `#` offers: 1 keep, 2 listen, 3 record again."""
    greeting: Sound | None = None
    """The company mailbox's own greeting; None plays the bundled one."""
    keep_days: Days | None = None
    """Days that messages are kept before they go to the trash; None is for ever."""
    quiet_days: Days | None = None
    """Days that what is probably empty is kept aside; None is `messages.quiet_days`."""
    max_messages: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """Messages that one box holds, the trash apart; None is any number."""
    pin: PinAsked = "outside"
    """Who is asked for a PIN to hear a mailbox by phone: everybody ("always"), whoever does not
    call from its own phone ("outside"), or nobody ("never"): then it is heard there alone."""
    notify: Destinations | None = None
    """Who is told of the company's own messages."""
    letter: LetterTemplate | None = None
    """How letters about anybody's messages read; None is as Voicepost writes them."""


class Prompt(StrictModel):
    """A sound of the company's own: a text to speak, a file, or a recording made by phone."""

    say: Speech | None = None
    file: FilePath | None = None
    recorded: Digest | None = None
    voice: Voice | None = None
    """The synthesiser's voice for `say`; None takes the usual one of the company's language."""
    audio: Digest | None = None
    """The rendered audio in the prompts folder; set when applied, never written by people."""

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in (self.say, self.file, self.recorded)) != 1:
            raise WrongValue("one-source")
        if self.voice is not None and self.say is None:
            raise WrongValue("voice-without-say")
        return self


class Office(StrictModel):
    """A company's whole configuration. Employees stand under their extensions."""

    company: Company
    numbers: dict[Number, Target] = Field(default_factory=dict)
    menus: dict[Name, Menu] = Field(default_factory=dict)
    employees: dict[Extension, Employee] = Field(default_factory=dict)
    voicemail: VoicemailSettings = VoicemailSettings()
    prompts: dict[Name, Prompt] = Field(default_factory=dict)

    @property
    def destinations(self) -> tuple[Destination, ...]:
        """Everybody who is told of somebody's messages."""
        lists = [self.voicemail.notify, *(who.notify for who in self.employees.values())]
        return tuple(each for list_ in lists for each in list_ or ())
