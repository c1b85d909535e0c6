"""PINs on the command line: `voicepost employees pin`, and how one is told."""

from __future__ import annotations

import click

from commands.context import App
from commands.terminal.office_options import company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.accounts.pin_rules import random_pin
from storage.accounts.pins import PinState
from storage.office.edit import entry


@click.command("pin")
@click.argument("extension")
@click.option("--set", "pin", metavar="PIN", help="Set this one, for as long as they want it.")
@click.option("--one-time", is_flag=True, help="Make one to be changed at the first call.")
@click.option("--unlock", is_flag=True, help="Forget what was tried: the next PIN is looked at.")
@click.option("--remove", is_flag=True, help="Take the PIN away.")
@company_option
@json_option
@click.pass_obj
def pin_command(
    app: App,
    *,
    extension: str,
    pin: str | None,
    one_time: bool,
    unlock: bool,
    remove: bool,
    company: str | None,
    as_json: bool,
) -> None:
    """Show whether the employee of EXTENSION has a PIN, or change that.

    A PIN is 4 to 12 digits. It is the person's, and no part of the configuration; nobody can be
    told what it is.
    """
    if (pin is not None) + one_time + unlock + remove > 1:
        raise click.UsageError("--set, --one-time, --unlock and --remove go one at a time")
    site = app.offices.site(company)
    entry(site.office.employees, extension, "employee")
    company_id = site.company_id
    if pin is not None:
        app.pins.set(company_id, extension, pin, by=app.actor)
    elif one_time:
        made = random_pin(extension)
        app.pins.set(company_id, extension, made, one_time=True, by=app.actor)
        if as_json:
            print_json({"extension": extension, "pin": made})
        else:
            click.echo(made)
    elif unlock:
        app.pins.unlock(company_id, extension, by=app.actor)
    elif remove:
        app.pins.remove(company_id, extension, by=app.actor)
    else:
        state = app.pins.state(company_id, extension)
        if as_json:
            print_json({"extension": extension, **state.as_json()})
        else:
            print_table(("SETTING", "VALUE"), (("PIN", pin_in_words(state)),))


def pin_in_words(state: PinState) -> str:
    """What is known of a PIN."""
    words = "none"
    if state.is_set:
        words = "to be changed at the first call" if state.must_change else "set"
    if state.locked_until is not None:
        words += f"; locked until {state.locked_until:%Y-%m-%d %H:%M:%S} UTC"
    return words
