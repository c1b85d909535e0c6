"""What only tests know: an action, silence for some seconds, and a number that begins with it.

Both are registered by importing this, as a plugin of pytest, before anything else of the product
has read what actions and targets there are.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import NullTranslations
from typing import Any, Literal

from pydantic.fields import FieldInfo

from dialplan.actions import RUNS
from dialplan.services import Services
from dialplan.steps import Next, Repeat
from storage.office import Employee, Forward, Menu, Office, Ring, Target
from storage.office.any_action import AnyAction, Read, known
from storage.office.targets import LEADS, Lead
from storage.office.values import Seconds
from telephony.call import Call
from web.language.action_forms import Asked, FormChoice, OnPage, Words
from web.language.action_words import ON_PAGE
from web.language.target_words import TARGETS_ON_PAGE, TargetOnPage
from web.language.words import written


@known
class Wait(AnyAction):
    """Silence, then back to the menu."""

    action: Literal["wait"] = "wait"
    seconds: Seconds

    stays = True
    usage = (("wait SECONDS", "silence, then back to the menu"),)

    @classmethod
    def read(cls, words: list[str], _inner: Read | None, /) -> dict[str, Any] | None:
        return {"seconds": float(words[0])} if len(words) == 1 and words[0].isdecimal() else None

    @property
    def words(self) -> tuple[str, ...]:
        return (f"{self.seconds:g}",)

    @property
    def times(self) -> Mapping[str, float]:
        return {"seconds": self.seconds}


async def run(call: Call, services: Services, action: Wait, typed: str) -> Next:
    """Wait; a key ends it, and counts in the menu."""
    await call.answer(services.office.company.language)
    return Repeat(typed or await call.digit(action.seconds))


def sentence(wait: Wait, _office: Office, texts: NullTranslations, _owner: str | None) -> Words:
    """The action in words."""
    return Words("Just wait", f"{written(wait.seconds, texts)} s")


RUNS["wait"] = run
ON_PAGE["wait"] = OnPage(
    sentence,
    (FormChoice("wait", "Wait a while", (Asked("pause", "seconds", "seconds", "How long"),)),),
    sign="M12 4v8l5 3",
)

LEADS["patience"] = Lead(lambda _: Wait(seconds=3))
TARGETS_ON_PAGE["patience"] = TargetOnPage(
    "Patience",
    lambda _office: [""],
    lambda _name, _office, _texts: "Just patience",
    lambda _name: "/numbers",
    lambda _name, _office, _texts: Words("Patience"),
)
Target.__annotations__["patience"] = Literal[True] | None
Target.model_fields["patience"] = FieldInfo(annotation=Literal[True] | None, default=None)
for part in (Target, Ring, Forward, Menu, Employee, Office):
    part.model_rebuild(force=True)
