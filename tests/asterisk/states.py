"""The states that a call can be in, and how a caller gets into each.

A call that comes from nowhere and ends in no state would be missing here: a new flow needs a row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from dialplan.sounds import GOODBYE, MESSAGE_SAVED, NOBODY_AVAILABLE, REVIEW, TOO_SHORT, WRONG_KEY
from tests.asterisk.steps import (
    Breathe,
    Heard,
    OtherHangsUp,
    PicksUp,
    RealStep,
    Replayed,
    Say,
    TwoParts,
    Typed,
)
from tests.scenarios import (
    ADDRESS,
    ANNA_BOX,
    COMPANY_BOX,
    HELLO,
    HOURS,
    OUTSIDE,
    SECOND,
    WELCOME,
    Beep,
    Expected,
    HangUp,
    Hear,
    PhoneDoes,
    Press,
    Rings,
    Speak,
    Talk,
)

SHORT_GAP = 2.0
LONG_GAP = 5.5
"""Asterisk ends a recording when no sound came for four seconds."""

Steps = tuple[RealStep, ...]

COMPANY = (Expected("company", "74951234567", HELLO),)
ANNA = (Expected("employee", "101", HELLO),)
THIRD = "И ещё одно, чуть не забыл: принесите, пожалуйста, чертежи."


@dataclass(frozen=True)
class State:
    """What the caller did to get into this state, and what becomes of the call from there.

    ``kept`` is there when the caller hangs up in this state, and when he stays without a sound.
    """

    name: str
    way: Steps
    back: Steps = ()
    """What he does when he has come back after ``gap`` seconds; ``in_the_end`` is kept then."""
    kept: tuple[Expected, ...] = ()
    in_the_end: tuple[Expected, ...] = ()
    silent: Steps = ()
    """What happens while he stays on the line without a sound; then the company hangs up."""
    gap: float = SHORT_GAP
    phones: Mapping[str, PhoneDoes] = field(default_factory=dict)
    dialled: str = "74951234567"
    answered: bool = True
    ends: bool = True
    """Whether the call ends by itself, within a test's patience, when no more sound comes."""


LEAVE = (Speak(HELLO), HangUp())
LATE = (Say(HELLO), HangUp())
"""To the beep that has sounded: no pause brings another one."""
MENU = (Hear(WELCOME),)
BOX = (*MENU, Press("9"))
SPOKEN = (*BOX, Speak(HELLO))
REVIEWED = (*SPOKEN, Press("#"), Hear(REVIEW))
SAVED = (*REVIEWED, Press("1"), Hear(MESSAGE_SAVED))
KEEP = (Press("1"), Hear(MESSAGE_SAVED))
ANNA_RINGS = (*MENU, Press("1"), Rings("101"))
ANNA_TALKS = (*ANNA_RINGS, Talk("101"))
OUTSIDE_RINGS = (*MENU, Press("6"), Rings(OUTSIDE))
NOBODY = (Hear(NOBODY_AVAILABLE), Hear(ANNA_BOX), *LEAVE)
DIRECT = "74951234568"
"""The number that leads to Anna's phone at once."""

STATES = (
    State("before anything is sent", (), (*BOX, *LEAVE), in_the_end=COMPANY),
    State("menu, greeting", MENU, (Press("9"), *LEAVE), in_the_end=COMPANY),
    State("menu, waiting for a key", (*MENU, Heard(WELCOME)), (*BOX, *LEAVE), in_the_end=COMPANY),
    State(
        "menu, wrong key",
        (*MENU, Press("0"), Hear(WRONG_KEY)),
        (*BOX, *LEAVE),
        in_the_end=COMPANY,
    ),
    State(
        "menu, the right key while the wrong one is told",
        (*MENU, Press("0"), Hear(WRONG_KEY), Press("7"), Hear(COMPANY_BOX)),
        LEAVE,
        in_the_end=(Expected("employee", "102", HELLO),),
    ),
    State(
        "menu, between two digits",
        (*MENU, Press("1"), Typed("1")),
        (Rings("101"), *NOBODY),
        in_the_end=ANNA,
    ),
    State(
        "menu behind a menu",
        (*MENU, Press("3"), Hear(HOURS)),
        (*BOX, *LEAVE),
        in_the_end=COMPANY,
    ),
    State(
        "announcement",
        (*MENU, Press("5"), Hear(ADDRESS)),
        (*BOX, *LEAVE),
        in_the_end=COMPANY,
    ),
    State("a phone rings", ANNA_RINGS, NOBODY, in_the_end=ANNA),
    State(
        "several phones ring",
        (*MENU, Press("2"), Rings("101"), Rings("102")),
        (Hear(NOBODY_AVAILABLE), Hear(COMPANY_BOX), *LEAVE),
        in_the_end=COMPANY,
    ),
    State(
        "phones ring in turn",
        (*MENU, Press("4"), Rings("101"), Rings("102")),
        (Hear(NOBODY_AVAILABLE), Hear(COMPANY_BOX), *LEAVE),
        in_the_end=COMPANY,
    ),
    State(
        "an outside number rings",
        OUTSIDE_RINGS,
        (PicksUp(OUTSIDE), Talk(OUTSIDE), HangUp()),
        silent=(PicksUp(OUTSIDE), Talk(OUTSIDE), OtherHangsUp(OUTSIDE)),
    ),
    State(
        "a phone picked up this moment",
        ANNA_RINGS,
        (Talk("101"), HangUp()),
        silent=(Talk("101"), OtherHangsUp("101")),
        phones={"101": "answer"},
    ),
    State(
        "in conversation",
        ANNA_TALKS,
        (HangUp(),),
        silent=(OtherHangsUp("101"),),
        gap=LONG_GAP,
        phones={"101": "answer"},
    ),
    State(
        "in conversation, outside",
        (*OUTSIDE_RINGS, Talk(OUTSIDE)),
        (OtherHangsUp(OUTSIDE),),
        silent=(OtherHangsUp(OUTSIDE),),
        gap=LONG_GAP,
        phones={OUTSIDE: "answer"},
    ),
    State(
        "nobody available",
        (*ANNA_RINGS, Hear(NOBODY_AVAILABLE)),
        (Hear(ANNA_BOX), *LEAVE),
        in_the_end=ANNA,
        phones={"101": "busy"},
    ),
    State("the mailbox's greeting", (*BOX, Hear(COMPANY_BOX)), LEAVE, in_the_end=COMPANY),
    State("the beep", (*BOX, Beep()), LATE, in_the_end=COMPANY),
    State(
        "recording, nothing said yet",
        (*BOX, Beep(), Breathe()),
        LATE,
        in_the_end=COMPANY,
        gap=LONG_GAP,
    ),
    State(
        "recording, something said",
        SPOKEN,
        (Say(SECOND), HangUp()),
        COMPANY,
        (TwoParts("company", "74951234567", HELLO, SECOND),),
        gap=LONG_GAP,
    ),
    State("review", REVIEWED, KEEP, COMPANY, COMPANY),
    State("review, waiting for a key", (*REVIEWED, Heard(REVIEW)), KEEP, COMPANY, COMPANY),
    State(
        "listening to oneself",
        (*REVIEWED, Press("2"), Replayed()),
        (Hear(REVIEW), *KEEP),
        COMPANY,
        COMPANY,
    ),
    State(
        "recording again, at the beep",
        (*REVIEWED, Press("3"), Beep()),
        (Say(SECOND), HangUp()),
        COMPANY,
        (Expected("company", "74951234567", SECOND),),
    ),
    State(
        "recording again, something said",
        (*REVIEWED, Press("3"), Speak(SECOND)),
        (Say(THIRD), HangUp()),
        (Expected("company", "74951234567", SECOND),),
        (TwoParts("company", "74951234567", SECOND, THIRD),),
        gap=LONG_GAP,
    ),
    State(
        "too short",
        (*BOX, Beep(), Press("#"), Hear(TOO_SHORT)),
        LEAVE,
        in_the_end=COMPANY,
    ),
    State("saved", SAVED, (), COMPANY, COMPANY),
    State("goodbye, after saving", (*SAVED, Hear(GOODBYE)), (), COMPANY, COMPANY),
    State("goodbye, by key", (*MENU, Press("#"), Hear(GOODBYE))),
    State("unanswered, a phone rings", (Rings("101"),), dialled=DIRECT, answered=False),
    State(
        "unanswered, another phone rings",
        (Rings("102"), Rings("101")),
        dialled="74951234570",
        phones={"102": "busy"},
        answered=False,
    ),
)

ALONE = Hear("vm-intro")
ALONE_SPOKEN = (ALONE, Speak(HELLO))

ALONE_STATES = (
    State("Asterisk alone, greeting", (ALONE,), LEAVE, in_the_end=COMPANY, ends=False),
    State(
        "Asterisk alone, the greeting skipped",
        (ALONE, Press("#"), Heard("vm-intro")),
        LEAVE,
        in_the_end=COMPANY,
        ends=False,
    ),
    State(
        "Asterisk alone, nothing said yet",
        (ALONE, Beep(), Breathe()),
        LATE,
        in_the_end=COMPANY,
        gap=LONG_GAP,
        ends=False,
    ),
    State(
        "Asterisk alone, something said",
        ALONE_SPOKEN,
        (Say(SECOND), HangUp()),
        COMPANY,
        (TwoParts("company", "74951234567", HELLO, SECOND),),
        gap=LONG_GAP,
        ends=False,
    ),
    State(
        "Asterisk alone, an employee's number",
        ALONE_SPOKEN,
        (HangUp(),),
        ANNA,
        ANNA,
        gap=LONG_GAP,
        dialled=DIRECT,
        ends=False,
    ),
    State(
        "Asterisk alone, goodbye",
        (*ALONE_SPOKEN, Press("#"), Hear("auth-thankyou&vm-goodbye")),
        (),
        COMPANY,
        COMPANY,
    ),
    State(
        "Asterisk alone, goodbye without a word",
        (ALONE, Beep(), Breathe(), Press("#"), Hear("auth-thankyou&vm-goodbye")),
    ),
)
"""What is left when neither the service nor AGI is there: a greeting and a recording."""
