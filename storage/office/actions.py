"""What can happen to a call: the actions of a menu's keys and of an employee's forwarding.

An action is data. Its table in the document carries `action = "…"`, which says what it is; the
flows in `dialplan/actions` say what it does, `web/language/action_words.py` how pages tell it.
Here stands everything else: its fields, its words on the command line, and what it names.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from storage.errors import WrongValue
from storage.office.any_action import AnyAction, Named, OneOf, Read, known
from storage.office.values import Dialled, Extension, Name, Seconds, Sound, named_sound
from storage.text import shown


@known
class Voicemail(AnyAction):
    """Take a message.

    For the employee named; with none named, for the company where the action stands in a menu,
    and for the employee where it stands in their forwarding.
    """

    action: Literal["voicemail"] = "voicemail"
    employee: Extension | None = None

    in_forwarding = True
    usage = (("voicemail [EXTENSION]", "a message for the company, or for an employee"),)
    forward_usage = (("voicemail [EXTENSION]", "a message for the employee, or for another one"),)

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        match words:
            case []:
                return {}
            case [extension]:
                return {"employee": extension}
            case _:
                return None

    @property
    def words(self) -> tuple[str, ...]:
        return () if self.employee is None else (self.employee,)

    @property
    def named(self) -> tuple[Named, ...]:
        return () if self.employee is None else (("employee", self.employee),)


@known
class Ring(AnyAction):
    """Ring one employee, by their own forwarding rules, or several at once or in turn."""

    action: Literal["ring"] = "ring"
    employee: Extension | None = None
    employees: Annotated[tuple[Extension, ...], Field(strict=False, max_length=50)] = ()
    strategy: Literal["all", "in-turn"] = "all"
    timeout: Seconds | None = None
    """Seconds each phone rings; None takes the employee's own ring timeout."""
    no_answer: "Action" = Voicemail()
    """When none of several answered. A single employee's forwarding rules decide instead."""

    in_forwarding = True
    usage = (
        ("ring EXTENSION", "ring an employee, by their forwarding rules"),
        (
            "ring EXT,EXT [all|in-turn] [SECONDS] [else ACTION]",
            "ring several; else: when nobody answered",
        ),
    )
    forward_usage = (("ring EXTENSION", "another employee, by their own forwarding rules"),)

    @model_validator(mode="after")
    def _one_or_several(self) -> Self:
        if (self.employee is None) == (not self.employees):
            raise WrongValue("one-or-several-employees")
        return self

    @property
    def everyone(self) -> tuple[str, ...]:
        """The extensions to ring, in the order written."""
        return self.employees if self.employee is None else (self.employee,)

    @classmethod
    def read(cls, words: list[str], inner: Read | None, /) -> dict[str, Any] | None:
        if not words:
            return None
        extensions, *words = words
        ring: dict[str, Any] = {}
        if "," in extensions:
            ring["employees"] = [part for part in extensions.split(",") if part]
        else:
            ring["employee"] = extensions
        while words:
            match words:
                case ["all" | "in-turn" as strategy, *words] if "strategy" not in ring:
                    ring["strategy"] = strategy
                case ["else", *words] if inner is not None:
                    ring["no_answer"], words = inner(words), []
                case [seconds, *words] if "timeout" not in ring and _is_number(seconds):
                    ring["timeout"] = float(seconds)
                case [word, *_]:
                    raise WrongValue("misplaced-word", word=shown(word), usage=cls.usage[-1][0])
        return ring

    @property
    def words(self) -> tuple[str, ...]:
        several = ",".join(self.employees)
        # A comma tells a list of one from a single employee.
        extensions = self.employee or (several if "," in several else f"{several},")
        strategy = "" if self.strategy == "all" else self.strategy
        timeout = "" if self.timeout is None else f"{self.timeout:.6f}".rstrip("0").rstrip(".")
        after = self.no_answer
        otherwise = () if after == Voicemail() else ("else", after.action, *after.words)
        return (extensions, strategy, timeout, *otherwise)

    @property
    def named(self) -> tuple[Named, ...]:
        return tuple(("employee", extension) for extension in self.everyone)

    @property
    def times(self) -> Mapping[str, float]:
        return {} if self.timeout is None else {"timeout": self.timeout}

    @property
    def inner(self) -> Mapping[str, AnyAction]:
        return {"no_answer": self.no_answer} if self.employee is None else {}


@known
class OpenMenu(AnyAction):
    """Go to another menu."""

    action: Literal["menu"] = "menu"
    menu: Name

    usage = (("menu NAME", "open another menu"),)

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        return {"menu": words[0]} if len(words) == 1 else None

    @property
    def words(self) -> tuple[str, ...]:
        return (self.menu,)

    @property
    def named(self) -> tuple[Named, ...]:
        return (("menu", self.menu),)


@known
class OpenMailbox(AnyAction):
    """Let the caller hear a mailbox, after its PIN; with no employee named, its extension first."""

    action: Literal["mailbox"] = "mailbox"
    employee: Extension | None = None

    usage = (("mailbox [EXTENSION]", "hear one's messages, or an employee's, after the PIN"),)

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        return Voicemail.read(words, _inner)

    @property
    def words(self) -> tuple[str, ...]:
        return () if self.employee is None else (self.employee,)

    @property
    def named(self) -> tuple[Named, ...]:
        return () if self.employee is None else (("employee", self.employee),)


@known
class Dial(AnyAction):
    """Connect the caller to an outside number."""

    action: Literal["dial"] = "dial"
    number: Dialled

    in_forwarding = True
    usage = (("dial NUMBER", "an outside number"),)
    forward_usage = usage

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        return {"number": "".join(words)} if words else None

    @property
    def words(self) -> tuple[str, ...]:
        return (self.number,)

    @property
    def named(self) -> tuple[Named, ...]:
        return (("number", self.number),)


@known
class Play(AnyAction):
    """Play a prompt, then come back to the menu."""

    action: Literal["play"] = "play"
    prompt: Sound

    stays = True
    usage = (("play SOUND", "play prompt:NAME or sound:NAME, then back to the menu"),)

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        return {"prompt": named_sound(words[0])} if len(words) == 1 else None

    @property
    def words(self) -> tuple[str, ...]:
        return (self.prompt,)

    @property
    def named(self) -> tuple[Named, ...]:
        return (("sound", self.prompt),)


@known
class Repeat(AnyAction):
    """Play the menu's greeting again."""

    action: Literal["repeat"] = "repeat"

    stays = True
    usage = (("repeat", "the greeting again"),)


@known
class HangUp(AnyAction):
    """End the call."""

    action: Literal["hangup"] = "hangup"

    usage = (("hangup", "end the call"),)


@known
class Nothing(AnyAction):
    """Forward nowhere: the caller is told that nobody answers, and the call ends or goes back."""

    action: Literal["nothing"] = "nothing"

    in_menus = False
    in_forwarding = True
    forward_usage = (("nothing", "nowhere"),)


Action = Annotated[AnyAction, OneOf(lambda kind: kind.in_menus)]
"""What a menu can do."""

ForwardAction = Annotated[AnyAction, OneOf(lambda kind: kind.in_forwarding)]
"""What an employee's forwarding can do; a Ring here names one employee and nothing else."""

Ring.model_rebuild()


def _is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdecimal() and word.isascii()
