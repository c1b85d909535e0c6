"""`voicepost demo`: starts everything, calls three times, shows the messages."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import click

from commands.context import App
from commands.demo.calls import EMPLOYEE, NUMBER, RING_SECONDS, phone_network, three_calls
from commands.demo.mail import as_read, heading, mail_catcher
from commands.demo.stage import Service, telephones
from commands.processes.serve import sandbox_asterisk
from storage.actor import Role
from storage.messages.query import Query
from telephony.errors import AriError, TelephonyError

OFFICE = Path(__file__).resolve().parents[2] / "examples" / "office.toml"
COMPANY = "Ромашка"
"""Whom that office is of."""
PEOPLE: tuple[tuple[str, str, Role, tuple[str, ...]], ...] = (
    ("olga", "Ольга Смирнова", "administrator", ()),
    ("anna", "Анна Петрова", "employee", (EMPLOYEE,)),
)
PASSWORD = "romashka-demo"  # noqa: S105 - of a demo, on this machine only
DESTINATIONS = (
    ("mailbox", "notify", "--mail", "office@romashka.example"),
    ("employees", "notify", EMPLOYEE, "--mail", "anna@romashka.example", "--attach", "opus"),
)
"""Who is told of messages: the company of its own, and Anna of hers."""
MESSAGES = 3
FILING_SECONDS = 20.0
POLL_SECONDS = 0.1

THE_PAGE = """
The same on a page, in Russian or in English, while the service runs:

    {page}
    login olga    password {password}    an administrator: sees everything
    login anna    password {password}    an employee: sees her own messages
"""

WHAT_TO_TRY = """
Voicepost goes on until you press Ctrl-C. Now call it yourself: in a softphone on this
machine make an account

    server 127.0.0.1, port {port}, UDP    user 101    password voicepost-101

and dial {number}. You are Anna now: a second softphone (user 102, password
voicepost-102) that dials the same number and presses 1 makes yours ring.

In another terminal:

    {voicepost} messages list
    {voicepost} messages download {message} --out message.wav
    {voicepost} deliveries list
    {voicepost} try {number} --keys 1 --no-answer 101
    {voicepost} menus key main 4 voicemail
"""


@click.command(hidden=True)
@click.option("--exit", "and_exit", is_flag=True, help="End when the messages were printed.")
@click.pass_obj
def demo(app: App, and_exit: bool) -> None:
    """Run the service with a private Asterisk, call it three times, show the messages."""
    click.echo(f"Voicepost's demo. All that it keeps is in {app.settings.home}\n")
    service = Service(app.settings, sandbox_asterisk(app.settings))
    asyncio.run(_run(app, service, and_exit))
    click.echo("\nThe service, its Asterisk and the telephones have ended.")


async def _run(app: App, service: Service, and_exit: bool) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stage:
        if not await _unless(stop, _show(app, service, stage)):
            raise click.Abort
        if and_exit:
            return
        click.echo(_what_to_try(app))
        if await _unless(stop, service.ended()):
            raise TelephonyError(f"The service has ended by itself: see {service.log}")


async def _show(app: App, service: Service, stage: AsyncExitStack) -> None:
    """Everything up to the list of messages. What it starts, the stage ends."""
    known = set(_newest(app))
    catcher = await stage.enter_async_context(mail_catcher())
    service.environment = catcher.settings
    await stage.enter_async_context(service.run())
    async with telephones(service.asterisk) as phones:
        await service.voicepost("config", "apply", _shown(OFFICE))
        anna = f"PJSIP/trunk/sip:{EMPLOYEE}@{phones.sip}"
        # It is none of the phones that a company usually has.
        await service.voicepost("companies", "set", COMPANY, "--endpoint", anna)
        change = ("--endpoint", anna, "--ring-timeout", f"{RING_SECONDS}", "--company", COMPANY)
        await service.voicepost("employees", "set", EMPLOYEE, *change)
        for destination in DESTINATIONS:
            await service.voicepost(*destination, "--company", COMPANY)
        click.echo("\nThree people call at the same time: real SIP calls from a second Asterisk.\n")
        try:
            async with phone_network(service.asterisk, phones, phones.folder / "voices") as people:
                tell = _teller()
                catcher.arrived = lambda letter: tell(
                    "mail", f"a letter arrives, {heading(letter)}"
                )
                await three_calls(people, tell)
            async with asyncio.timeout(FILING_SECONDS):
                # The service, another process, sends no event.
                while len((set(_newest(app)) - known) & _told(app)) < MESSAGES:  # noqa: ASYNC110
                    await asyncio.sleep(POLL_SECONDS)
        except (ExceptionGroup, AriError, TimeoutError) as error:
            raise TelephonyError(f"A call did not go as it should: see {service.log}") from error
    _make_accounts(app)
    catcher.arrived = lambda letter: click.echo(f"\nA letter arrives:\n\n{as_read(letter)}\n")
    click.echo(
        "\nThe three messages are kept. Of each a letter came to the demo's own mail server:\n"
    )
    click.echo("\n\n".join(map(as_read, catcher.letters)))
    click.echo("\nAnna's phone becomes yours again:\n")
    change = ("--endpoint", f"PJSIP/{EMPLOYEE}", "--ring-timeout", "20", "--company", COMPANY)
    await service.voicepost("employees", "set", EMPLOYEE, *change)
    await service.voicepost("companies", "set", COMPANY, "--endpoint", "")
    click.echo()
    await service.voicepost("messages", "list", "--limit", "10")
    await service.voicepost("lamps", "list")
    click.echo()
    await service.voicepost("deliveries", "list")
    click.echo(THE_PAGE.format(page=app.settings.web_url, password=PASSWORD))


def _make_accounts(app: App) -> None:
    """The two people who may log in; those of an earlier demo on this home stay."""
    from storage.accounts.passwords import Passwords

    app.passwords = Passwords(any_will_do=True)  # this one is in the README
    company_id = app.offices.site(COMPANY).company_id
    known = {user.login for user in app.users.of_company(company_id)}
    for login, name, role, extensions in PEOPLE:
        if login not in known:
            app.users.add(
                company_id=company_id,
                login=login,
                name=name,
                role=role,
                extensions=extensions,
                password=PASSWORD,
                by=app.actor,
            )


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> bool:
    """Do the work, unless ``stop`` comes first: whether it was done."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    done = working.done()
    for task in (working, stopping):
        task.cancel()
    (result, _) = await asyncio.gather(working, stopping, return_exceptions=True)
    if isinstance(result, Exception):
        raise result
    return done


def _teller() -> Callable[[str, str], None]:
    began = time.monotonic()

    def tell(who: str, what: str) -> None:
        click.echo(f"{time.monotonic() - began:5.1f} s  {who:6} {what}")

    return tell


def _newest(app: App) -> list[str]:
    return [message.id for message in app.messages.list(Query(limit=50)).messages]


def _told(app: App) -> set[str | None]:
    """The messages of which a letter has arrived."""
    return {delivery.message_id for delivery in app.deliveries.list(state="sent")}


def _what_to_try(app: App) -> str:
    home = app.settings.home
    elsewhere = "" if home == Path("var").absolute() else f" --home {_shown(home)}"
    return WHAT_TO_TRY.format(
        port=app.settings.sandbox.sip_port,
        number=NUMBER,
        voicepost=f".venv/bin/voicepost{elsewhere}",
        message=_newest(app)[0][:13],
    )


def _shown(path: Path) -> str:
    """A path as one would type it here."""
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
