"""`voicepost deliveries`: what was sent to whom, what waits, and what to do about it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from commands.context import App
from commands.terminal.office_options import company_option, json_option
from commands.terminal.tables import print_json
from storage.messages.message import Party
from storage.notifications.delivery import STATES, Delivery, State
from storage.text import plain, printable
from storage.words.mail_addresses import as_written


@click.group("deliveries")
def group() -> None:
    """Notifications: what was sent to whom, and what waits to be sent."""


@group.command("list")
@company_option
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--message", "message_id", help="Only those about this message.", metavar="ID")
@click.option(
    "--limit",
    type=click.IntRange(1, 10_000),
    default=50,
    show_default=True,
    help="How many at most.",
)
@json_option
@click.pass_obj
def list_deliveries(
    app: App,
    company: str | None,
    state: State | None,
    message_id: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List deliveries, newest first."""
    company_id = app.offices.site(company).company_id if company else None
    if message_id is not None:
        message_id = app.deliveries.message_id(message_id)
    found = app.deliveries.list(company_id, state=state, message_id=message_id, limit=limit)
    if as_json:
        print_json([each.as_json() for each in found])
        return
    sites, people = app.offices.snapshot().offices, app.deliveries.people_of(found)
    for each in found:
        site = sites.get(each.company_id)
        timezone = ZoneInfo(site.office.company.timezone) if site else None
        click.echo(_line(each, timezone, _mailbox(each, people)))


@group.command()
@click.argument("delivery_id")
@json_option
@click.pass_obj
def show(app: App, delivery_id: str, as_json: bool) -> None:
    """Show one delivery."""
    delivery = app.deliveries.get(delivery_id)
    if as_json:
        print_json(delivery.as_json())
        return
    whose = _mailbox(delivery, app.deliveries.people_of([delivery]))
    told = {**delivery.as_json(), "to": as_written(delivery.address), "mailbox": whose}
    for name, value in told.items():
        if value not in (None, ""):
            click.echo(f"{name.replace('_', ' ')}: {value}")


@group.command()
@click.argument("delivery_id")
@click.pass_obj
def retry(app: App, delivery_id: str) -> None:
    """Send it once more, now, whatever became of it."""
    app.deliveries.retry(delivery_id, by=app.actor)


@group.command()
@click.argument("delivery_id")
@click.pass_obj
def cancel(app: App, delivery_id: str) -> None:
    """Do not send it any more."""
    app.deliveries.cancel(delivery_id, by=app.actor)


def _mailbox(each: Delivery, people: dict[str, Party]) -> str:
    """Whose mailbox is told of: ``101 Anna``; "" where a message says whose it is."""
    if not each.is_of_mailbox:
        return ""
    who = people.get(each.employee_id or "")
    return printable(f"{who['number']} {who['name']}") if who else "the company's"


def _line(each: Delivery, timezone: ZoneInfo | None, mailbox: str) -> str:
    at = each.made_at.astimezone(timezone).strftime("%Y-%m-%d %H:%M:%S")
    answer = f"  {plain(each.answer)}" if each.answer else ""
    if each.waits_for_its_time and each.next_try_at and not each.tries:
        answer += f"  not before {each.next_try_at.astimezone(timezone):%Y-%m-%d %H:%M}"
    event, to = each.event + (f" ({mailbox})" if mailbox else ""), as_written(each.address)
    return f"{each.id}  {at}  {each.state:9}  {each.kind:7}  {event}  {to}{answer}"
