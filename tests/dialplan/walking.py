"""Walking calls through an office by script: the tests' short way to say "dial, press, see"."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from dialplan.entry import take_call
from dialplan.services import Services
from storage.companies.allowance import ALONE, Allowance
from storage.companies.store import Site
from storage.intake.drafts import Interrupted
from storage.intake.intake import Draft, Empty, Kept, Mailbox
from storage.office import Office, VoicemailSettings, parse_office
from telephony.call import Call
from telephony.errors import CallerLeft
from telephony.scripted import Script, ScriptedCall
from tests.dialplan.mailroom import Mailroom

NUMBER = "74951234567"


@dataclass
class Attendant:
    """A taker that only notes for whom messages were taken."""

    boxes: list[tuple[str, str]] = field(default_factory=list)

    async def begin(
        self, call: Call, mailbox: Mailbox, settings: VoicemailSettings, replaces: Draft | None
    ) -> Draft:
        self.boxes.append((mailbox.box, mailbox.addressee_number))
        return Draft("draft")

    async def is_recorded(self, draft: Draft) -> bool:
        return False

    async def is_only_noise(self, draft: Draft, seconds: float) -> bool:
        return False

    async def mark_cut_off(self, draft: Draft) -> None: ...

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        return True

    async def finish(self, draft: Draft) -> Kept | Empty:
        return Kept(draft.id, 3.0)

    async def interrupted(self, call: Call) -> Interrupted | None:
        return None


@dataclass(frozen=True)
class Walk:
    """What became of a call."""

    steps: list[str]
    boxes: list[tuple[str, str]]

    def played(self, sound: str) -> int:
        """How often a sound was played."""
        return self.steps.count(f"play {sound}")

    def rung(self) -> list[str]:
        """Every time that phones were rung: "PJSIP/101 for 20 s"."""
        rung = [step for step in self.steps if step.startswith("ring ")]
        return [step.removeprefix("ring ").partition(",")[0] for step in rung]


async def walk(
    office: Office | str,
    script: Script,
    *,
    dialled: str = NUMBER,
    allowance: Allowance = ALONE,
    mailroom: Mailroom | None = None,
    endpoint: str = "PJSIP/trunk",
) -> Walk:
    """Place a call; a scripted caller hangs up at the beep unless the script says else."""
    office = parse_office(office) if isinstance(office, str) else office
    site = Site("company", office, allowance)
    attendant = Attendant()
    call = ScriptedCall(dialled, script, endpoint=endpoint)
    services = Services(
        site=site,
        taker=attendant,
        mailboxes=mailroom or Mailroom(),
        sound=lambda reference: reference.partition(":")[2],
        outside="PJSIP/{number}@trunk",
    )
    with suppress(CallerLeft):
        await take_call(call, services)
    return Walk(call.steps, attendant.boxes)
