"""`voicepost try`: a call through the configuration, without a phone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import click

from commands.context import App
from commands.terminal.listening import TellingMailboxes
from dialplan.entry import take_call
from dialplan.services import Services
from storage.intake.drafts import Interrupted
from storage.intake.intake import Draft, Empty, Kept, Mailbox
from storage.office import Office, VoicemailSettings
from telephony.call import Call, Rang
from telephony.errors import CallEnded
from telephony.scripted import SILENT, Script, ScriptedCall


@click.command("try")
@click.argument("number")
@click.option(
    "--keys",
    default="",
    metavar="KEYS",
    help=f"Keys the caller presses, one after the other; “{SILENT}” lets one wait pass.",
)
@click.option("--no-answer", multiple=True, metavar="EXTENSION", help="This phone rings in vain.")
@click.option("--busy", multiple=True, metavar="EXTENSION", help="This phone is busy.")
@click.option("--unreachable", multiple=True, metavar="EXTENSION", help="This phone is off.")
@click.option(
    "--hang-up-at", type=click.IntRange(1, 10_000), help="The step in which the caller hangs up."
)
@click.pass_obj
def try_call(
    app: App,
    number: str,
    keys: str,
    no_answer: tuple[str, ...],
    busy: tuple[str, ...],
    unreachable: tuple[str, ...],
    hang_up_at: int | None,
) -> None:
    """Walk a call to NUMBER through the configuration and print each step.

    No phone rings and no message is kept. Phones that are not named answer.
    """
    wrong = set(keys) - set(f"0123456789*#{SILENT}")
    if wrong:
        raise click.BadParameter(f"“{min(wrong)}” is no key of a telephone", param_hint="--keys")
    site = app.offices.snapshot().find(number)
    if site is None:
        raise click.ClickException(
            f"no company has the number {number}: who calls it by a trunk may leave a message that "
            "is unassigned"
        )
    phones: dict[str, Rang] = {}
    for extensions, outcome in (
        (no_answer, Rang.NO_ANSWER),
        (busy, Rang.BUSY),
        (unreachable, Rang.UNREACHABLE),
    ):
        phones |= dict.fromkeys(_endpoints(site.office, extensions), outcome)
    lines = _Steps()
    script = Script(keys=keys, phones=phones, hang_up_at=hang_up_at)
    call = ScriptedCall(number, script, tell=lines.tell)
    services = _TellingServices(
        steps=lines,
        site=site,
        taker=_TellingTaker(lines),
        mailboxes=TellingMailboxes(lines.note, app.mailboxes),
        sound=lambda reference: _spoken(site.office, reference),
        outside=app.settings.calls.outside,
        hearing=app.settings.calls.ringing,
    )
    asyncio.run(_walk(call, services))


async def _walk(call: ScriptedCall, services: Services) -> None:
    try:
        await take_call(call, services)
        await call.hang_up()
    except CallEnded:
        return


class _Steps:
    """Prints the steps, numbered."""

    def __init__(self) -> None:
        self._count = 0

    def tell(self, what: str) -> None:
        self._count += 1
        click.echo(f"{self._count:3}. {what}")

    def note(self, what: str) -> None:
        click.echo(f"     → {what}")


@dataclass(frozen=True, kw_only=True)
class _TellingServices(Services):
    """Services that say which number is not dialled."""

    steps: _Steps

    def dials(self, number: str) -> bool:
        allowed = super().dials(number)
        if not allowed:
            self.steps.note(f"{number} may not be dialled: it is as if nobody answered")
        return allowed


class _TellingTaker:
    """A taker that keeps nothing, and says what would have been kept."""

    def __init__(self, steps: _Steps) -> None:
        self._steps = steps

    async def begin(
        self, call: Call, mailbox: Mailbox, settings: VoicemailSettings, replaces: Draft | None
    ) -> Draft:
        whose = "the company" if mailbox.box == "company" else "the employee"
        self._steps.note(
            f"a message for {whose}: {mailbox.addressee_name} ({mailbox.addressee_number}), "
            f"at least {settings.min_seconds:g} s of speech"
        )
        return Draft("try")

    async def is_recorded(self, draft: Draft) -> bool:
        return False

    async def is_only_noise(self, draft: Draft, seconds: float) -> bool:
        return False

    async def mark_cut_off(self, draft: Draft) -> None: ...

    async def has_speech(self, draft: Draft, min_speech: float) -> bool:
        return True

    async def finish(self, draft: Draft) -> Kept | Empty:
        self._steps.note("the message would be kept")
        return Kept(draft.id, 10.0)

    async def interrupted(self, call: Call) -> Interrupted | None:
        return None


def _endpoints(office: Office, extensions: Iterable[str]) -> list[str]:
    for extension in extensions:
        if extension not in office.employees:
            raise click.ClickException(f"{office.company.name} has no employee {extension}")
    return [office.employees[extension].endpoint for extension in extensions]


def _spoken(office: Office, reference: str) -> str:
    """A prompt as a reader of the steps should see it: its text, where it is a text."""
    kind, _, name = reference.partition(":")
    prompt = office.prompts.get(name) if kind == "prompt" else None
    return f"{reference} “{prompt.say}”" if prompt and prompt.say else reference
