"""The calls that Voicepost must get right, told once and placed on every ring of tests.

A scenario is what a caller does, step by step, and which messages are there afterwards. The same
list runs against the call flows alone, over a fake ARI server, and on a real Asterisk.

Greetings are short sounds that Asterisk brings along, so that a step can wait for one by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from dialplan.sounds import GOODBYE, MESSAGE_SAVED, NOBODY_AVAILABLE, REVIEW, TOO_SHORT, WRONG_KEY

PhoneDoes = Literal["ring", "answer", "busy", "unreachable"]
"""What a phone does when it is called; "ring" means that nobody picks up."""


@dataclass(frozen=True)
class Hear:
    """Wait until this sound begins to play (Asterisk's name for it)."""

    sound: str


@dataclass(frozen=True)
class Press:
    """Press keys, one after the other, at once: cutting short a greeting or ending a recording."""

    keys: str


@dataclass(frozen=True)
class Wait:
    """Do nothing until Asterisk loses patience: with a menu's silence, or with a recording's."""


@dataclass(frozen=True)
class Beep:
    """Wait for the beep, and say nothing."""


@dataclass(frozen=True)
class Speak:
    """Wait for the beep, then say this text, in Russian, to its end."""

    text: str


@dataclass(frozen=True)
class Rings:
    """Wait until this phone is rung: an extension or an outside number."""

    phone: str


@dataclass(frozen=True)
class Talk:
    """Be connected to this phone. If it is the last step, the other side hangs up."""

    phone: str


@dataclass(frozen=True)
class HangUp:
    """Hang up, at once. Without this step the caller stays until Voicepost hangs up."""


Step = Hear | Press | Wait | Beep | Speak | Rings | Talk | HangUp


@dataclass(frozen=True)
class Expected:
    """A message that must be there after the call: in whose box, and what it says."""

    box: Literal["company", "employee"]
    number: str
    """The addressee's: the number dialled, or the employee's extension."""
    said: str


@dataclass(frozen=True)
class Scenario:
    """One call. Phones that are not named ring, and nobody answers.

    ``expect`` lists all messages that the call leaves: () means none at all.
    """

    name: str
    steps: tuple[Step, ...]
    expect: tuple[Expected, ...] = ()
    phones: Mapping[str, PhoneDoes] = field(default_factory=dict)
    dialled: str = "74951234567"
    voicemail: str = ""
    """Lines of TOML, put into the office's table ``[voicemail]``."""
    pause: int = 3
    """So many seconds of silence end a message."""

    def office(self, endpoint: Callable[[str], str] = "PJSIP/{}".format) -> str:
        """The company's configuration; ``endpoint`` gives the dial string of an extension."""
        lines = f"[voicemail]\nsilence_seconds = {self.pause}\n{self.voicemail}"
        text = OFFICE.replace("[voicemail]", lines)
        return re.sub(r'"PJSIP/(\d+)"', lambda found: f'"{endpoint(found[1])}"', text)

    def __str__(self) -> str:
        return self.name


WELCOME, HOURS, ADDRESS = "dir-welcome", "hours", "location"
"""The greetings of the two menus, and an announcement."""
COMPANY_BOX, ANNA_BOX = "vm-isunavail", "vm-isonphone"
"""What is heard before the beep: of every box, and of Anna's."""
OUTSIDE = "74957654321"

OFFICE = f"""
[company]
name = "Ромашка"

[numbers]
"74951234567" = {{ menu = "main" }}
"74951234568" = {{ employee = "101" }}
"74951234569" = {{ voicemail = true }}
"74951234570" = {{ employee = "102" }}

[menus.main]
greeting = "sound:{WELCOME}"
timeout = 1.0
digit_timeout = 1.0
repeats = 1
direct_dial = true
invalid_limit = 2
[menus.main.keys]
1 = {{ action = "ring", employee = "101" }}
2 = {{ action = "ring", employees = ["101", "102"], timeout = 3 }}
3 = {{ action = "menu", menu = "hours" }}
4 = {{ action = "ring", employees = ["101", "102"], strategy = "in-turn", timeout = 3 }}
5 = {{ action = "play", prompt = "sound:{ADDRESS}" }}
6 = {{ action = "dial", number = "{OUTSIDE}" }}
7 = {{ action = "voicemail", employee = "102" }}
9 = {{ action = "voicemail" }}
"*" = {{ action = "repeat" }}
"#" = {{ action = "hangup" }}

[menus.hours]
greeting = "sound:{HOURS}"
timeout = 1.0
repeats = 0
default = {{ action = "menu", menu = "main" }}
[menus.hours.keys]
9 = {{ action = "voicemail", employee = "101" }}

[employees.101]
name = "Анна Петрова"
numbers = ["101", "79161234567"]
endpoint = "PJSIP/101"
ring_timeout = 3
greeting = "sound:{ANNA_BOX}"
[employees.101.forward]
no_answer = {{ action = "voicemail" }}
busy = {{ action = "voicemail" }}
unreachable = {{ action = "voicemail" }}

[employees.102]
name = "Борис Иванов"
endpoint = "PJSIP/102"
ring_timeout = 20
[employees.102.forward]
no_answer = {{ action = "dial", number = "{OUTSIDE}", after = 3 }}
busy = {{ action = "ring", employee = "101" }}
unreachable = {{ action = "voicemail", employee = "101" }}

[employees.103]
name = "Вера Смирнова"
endpoint = "PJSIP/103"
[employees.103.forward]
always = {{ action = "voicemail" }}

[employees.104]
name = "Глеб Орлов"
endpoint = "PJSIP/104"
[employees.104.forward]
always = {{ action = "ring", employee = "101" }}

[employees.42]
name = "Дарья Котова"
endpoint = "PJSIP/42"
ring_timeout = 3

[voicemail]
greeting = "sound:{COMPANY_BOX}"
"""

HELLO = "Добрый день, это Иван. Перезвоните мне, пожалуйста, завтра утром."
SECOND = "Вторая попытка. Вот теперь я всё сказал правильно и по порядку."
LONG = (
    "Здравствуйте, я звоню по поводу вчерашнего заказа. Там было двенадцать коробок, "
    "а привезли только одиннадцать, и одна из них совсем промокла под дождём. Что делать?"
)

_COMPANY = Expected("company", "74951234567", HELLO)
_ANNA = Expected("employee", "101", HELLO)
_TO_COMPANY = (Hear(WELCOME), Press("9"))
_LEAVE = (Speak(HELLO), HangUp())

SCENARIOS = (
    # -- the menu ------------------------------------------------------------------------------
    Scenario(
        "nothing pressed: the default action",
        (Hear(WELCOME), Wait(), Hear(WELCOME), Wait(), Hear(COMPANY_BOX), *_LEAVE),
        (_COMPANY,),
    ),
    Scenario("a key during the greeting", (*_TO_COMPANY, *_LEAVE), (_COMPANY,)),
    Scenario(
        "a wrong key, then a right one",
        (Hear(WELCOME), Press("0"), Hear(WRONG_KEY), *_TO_COMPANY, *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "the right key while the wrong one is told",
        (*(Hear(WELCOME), Press("0"), Hear(WRONG_KEY), Press("7"), Hear(COMPANY_BOX)), *_LEAVE),
        (Expected("employee", "102", HELLO),),
    ),
    Scenario(
        "wrong keys to the limit: the default action",
        (
            *(Hear(WELCOME), Press("0"), Hear(WRONG_KEY)),
            *(Hear(WELCOME), Press("8"), Hear(WRONG_KEY)),
            *(Hear(COMPANY_BOX), *_LEAVE),
        ),
        (_COMPANY,),
    ),
    Scenario(
        "silence and wrong keys are counted apart",
        (
            *(Hear(WELCOME), Press("0"), Hear(WRONG_KEY)),
            *(Hear(WELCOME), Wait()),
            *(*_TO_COMPANY, *_LEAVE),
        ),
        (_COMPANY,),
    ),
    Scenario(
        "to another menu, and back by its silence",
        (Hear(WELCOME), Press("3"), Hear(HOURS), Wait(), *_TO_COMPANY, *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "to another menu, and a key there",
        (Hear(WELCOME), Press("3"), Hear(HOURS), Press("9"), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
    ),
    Scenario(
        "an announcement, then the menu again",
        (Hear(WELCOME), Press("5"), Hear(ADDRESS), *_TO_COMPANY, *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "a key during an announcement",
        (*(Hear(WELCOME), Press("5"), Hear(ADDRESS), Press("7"), Hear(COMPANY_BOX)), *_LEAVE),
        (Expected("employee", "102", HELLO),),
    ),
    Scenario(
        "the repeat key, then the goodbye key",
        (Hear(WELCOME), Press("*"), Hear(WELCOME), Press("#"), Hear(GOODBYE)),
    ),
    Scenario("hanging up in the menu", (Hear(WELCOME), HangUp())),
    # -- employees -----------------------------------------------------------------------------
    Scenario(
        "an employee does not answer",
        (
            Hear(WELCOME),
            Press("101"),
            Rings("101"),
            Hear(NOBODY_AVAILABLE),
            Hear(ANNA_BOX),
            *_LEAVE,
        ),
        (_ANNA,),
    ),
    Scenario(
        "a key that is the beginning of an extension",
        (Hear(WELCOME), Press("1"), Wait(), Rings("101"), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
        phones={"101": "busy"},
    ),
    Scenario(
        "an extension of two digits, answered",
        (Hear(WELCOME), Press("42"), Rings("42"), Talk("42")),
        phones={"42": "answer"},
    ),
    Scenario(
        "the caller ends the conversation",
        (Hear(WELCOME), Press("101"), Rings("101"), Talk("101"), HangUp()),
        phones={"101": "answer"},
    ),
    Scenario(
        "the caller hangs up while a phone rings",
        (Hear(WELCOME), Press("101"), Rings("101"), HangUp()),
    ),
    Scenario(
        "an employee is busy",
        (
            Hear(WELCOME),
            Press("101"),
            Rings("101"),
            Hear(NOBODY_AVAILABLE),
            Hear(ANNA_BOX),
            *_LEAVE,
        ),
        (_ANNA,),
        phones={"101": "busy"},
    ),
    Scenario(
        "an employee cannot be reached",
        (Hear(WELCOME), Press("101"), Hear(NOBODY_AVAILABLE), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
        phones={"101": "unreachable"},
    ),
    Scenario(
        "always to voicemail, with no ringing",
        (Hear(WELCOME), Press("103"), Hear(COMPANY_BOX), *_LEAVE),
        (Expected("employee", "103", HELLO),),
        phones={"103": "answer"},
    ),
    Scenario(
        "always to another employee",
        (Hear(WELCOME), Press("104"), Rings("101"), Talk("101")),
        phones={"101": "answer", "104": "answer"},
    ),
    Scenario(
        "always to another employee, who does not answer",
        (Hear(WELCOME), Press("104"), Rings("101"), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
        phones={"104": "answer"},
    ),
    Scenario(
        "busy: forwarded to another employee",
        (Hear(WELCOME), Press("102"), Rings("102"), Rings("101"), Talk("101")),
        phones={"102": "busy", "101": "answer"},
    ),
    Scenario(
        "no answer: forwarded to an outside number",
        (Hear(WELCOME), Press("102"), Rings("102"), Rings(OUTSIDE), Talk(OUTSIDE)),
        phones={OUTSIDE: "answer"},
    ),
    Scenario(
        "unreachable: forwarded to another employee's voicemail",
        (Hear(WELCOME), Press("102"), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
        phones={"102": "unreachable"},
    ),
    Scenario(
        "no rule for no answer: back to the menu",
        (Hear(WELCOME), Press("42"), Rings("42"), Hear(NOBODY_AVAILABLE), *_TO_COMPANY, *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "to the beep while it is told that nobody is available",
        (Hear(WELCOME), Press("101"), Rings("101"), Hear(NOBODY_AVAILABLE), Press("#"), *_LEAVE),
        (_ANNA,),
        phones={"101": "busy"},
    ),
    Scenario(
        "a menu's key while it is told that nobody is available",
        (
            *(Hear(WELCOME), Press("42"), Rings("42"), Hear(NOBODY_AVAILABLE), Press("7")),
            *(Hear(COMPANY_BOX), *_LEAVE),
        ),
        (Expected("employee", "102", HELLO),),
        phones={"42": "busy"},
    ),
    Scenario(
        "several at once, one answers",
        (Hear(WELCOME), Press("2"), Rings("102"), Talk("102")),
        phones={"102": "answer"},
    ),
    Scenario(
        "several at once, nobody answers",
        (
            Hear(WELCOME),
            Press("2"),
            Rings("102"),
            Hear(NOBODY_AVAILABLE),
            Hear(COMPANY_BOX),
            *_LEAVE,
        ),
        (_COMPANY,),
    ),
    Scenario(
        "several in turn, the second answers",
        (Hear(WELCOME), Press("4"), Wait(), Rings("101"), Rings("102"), Talk("102")),
        phones={"101": "busy", "102": "answer"},
    ),
    Scenario(
        "an outside number",
        (Hear(WELCOME), Press("6"), Rings(OUTSIDE), Talk(OUTSIDE), HangUp()),
        phones={OUTSIDE: "answer"},
    ),
    Scenario(
        "an outside number that is busy: back to the menu",
        (Hear(WELCOME), Press("6"), Rings(OUTSIDE), Hear(NOBODY_AVAILABLE), *_TO_COMPANY, *_LEAVE),
        (_COMPANY,),
        phones={OUTSIDE: "busy"},
    ),
    # -- numbers that lead elsewhere -----------------------------------------------------------
    Scenario(
        "an employee's own number",
        (Rings("101"), Hear(NOBODY_AVAILABLE), Hear(ANNA_BOX), *_LEAVE),
        (_ANNA,),
        dialled="74951234568",
    ),
    Scenario(
        "a number that is only voicemail",
        (Hear(COMPANY_BOX), *_LEAVE),
        (Expected("company", "74951234569", HELLO),),
        dialled="74951234569",
    ),
    # -- leaving a message ---------------------------------------------------------------------
    Scenario("hanging up at the beep", (*_TO_COMPANY, Beep(), HangUp())),
    Scenario("hanging up in the mailbox's greeting", (*_TO_COMPANY, Hear(COMPANY_BOX), HangUp())),
    Scenario(
        "the greeting skipped with #",
        (*_TO_COMPANY, Hear(COMPANY_BOX), Press("#"), *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "# at once, three times",
        (
            *_TO_COMPANY,
            *(Beep(), Press("#"), Hear(TOO_SHORT)) * 3,
            Hear(GOODBYE),
        ),
    ),
    Scenario(
        "silence, then a message",
        (*_TO_COMPANY, Beep(), Wait(), Hear(TOO_SHORT), *_LEAVE),
        (_COMPANY,),
    ),
    Scenario(
        "a pause ends the message",
        (*_TO_COMPANY, Speak(HELLO), Wait(), Hear(MESSAGE_SAVED)),
        (_COMPANY,),
    ),
    Scenario(
        "the time limit ends the message",
        (*_TO_COMPANY, Speak(LONG), Hear(MESSAGE_SAVED)),
        (Expected("company", "74951234567", LONG),),
        voicemail="max_seconds = 6",
    ),
    Scenario(
        "review: keep",
        (*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), Press("1"), Hear(MESSAGE_SAVED)),
        (_COMPANY,),
    ),
    Scenario(
        "review: listen, then keep",
        (
            *(*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), Press("2")),
            *(Hear(REVIEW), Press("1"), Hear(MESSAGE_SAVED)),
        ),
        (_COMPANY,),
    ),
    Scenario(
        "review: record again",
        (
            *(*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), Press("3")),
            *(Speak(SECOND), Press("#"), Hear(REVIEW), Press("1"), Hear(MESSAGE_SAVED)),
        ),
        (Expected("company", "74951234567", SECOND),),
    ),
    Scenario(
        "record again, then hang up after speaking",
        (
            *(*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), Press("3")),
            *(Speak(SECOND), HangUp()),
        ),
        (Expected("company", "74951234567", SECOND),),
    ),
    Scenario(
        "record again, then hang up without a word: the first take is kept",
        (*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), Press("3"), Beep(), HangUp()),
        (_COMPANY,),
    ),
    Scenario(
        "hanging up in the review keeps the message",
        (*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(REVIEW), HangUp()),
        (_COMPANY,),
    ),
    Scenario(
        "no review: # saves at once",
        (*_TO_COMPANY, Speak(HELLO), Press("#"), Hear(MESSAGE_SAVED)),
        (_COMPANY,),
        voicemail="review = false",
    ),
    Scenario(
        "an employee's mailbox without ringing",
        (Hear(WELCOME), Press("7"), Hear(COMPANY_BOX), *_LEAVE),
        (Expected("employee", "102", HELLO),),
    ),
)
