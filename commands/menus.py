"""`voicepost menus`: voice menus, their keys and what happens when none is pressed."""

import click

from commands.context import App
from commands.terminal.action_syntax import ACTION, SOUND, spell, usages
from commands.terminal.office_options import change, company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.office import Action, Menu, Office, as_data, make_part
from storage.office.edit import entry, with_entry, with_fields, without_entry

WORDS = f"""An ACTION is written in words:

\b
{usages()}"""


@click.group(epilog=WORDS)
def group() -> None:
    """List, change and remove voice menus."""


@group.command("list")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, company: str | None, as_json: bool) -> None:
    """List the menus."""
    menus = app.offices.get(company).menus
    if as_json:
        print_json([{"name": name, **as_data(menu)} for name, menu in menus.items()])
    else:
        print_table(
            ("MENU", "GREETING", "KEYS", "DEFAULT"),
            (
                (name, menu.greeting, " ".join(menu.keys), spell(menu.default))
                for name, menu in menus.items()
            ),
        )


@group.command(epilog=WORDS)
@click.argument("menu")
@company_option
@json_option
@click.pass_obj
def show(app: App, menu: str, company: str | None, as_json: bool) -> None:
    """Show a menu and what each key does."""
    shown = entry(app.offices.get(company).menus, menu, "menu")
    if as_json:
        print_json({"name": menu, **as_data(shown)})
        return
    print_table(
        ("SETTING", "VALUE"),
        (
            ("greeting", shown.greeting),
            ("timeout", f"{shown.timeout:g} s"),
            ("digit timeout", f"{shown.digit_timeout:g} s"),
            ("repeats", shown.repeats),
            ("direct dial", "yes" if shown.direct_dial else "no"),
            ("default", spell(shown.default)),
            ("invalid", spell(shown.invalid)),
            ("invalid limit", shown.invalid_limit),
            *((f"key {key}", spell(action)) for key, action in shown.keys.items()),
        ),
    )


@group.command("set", epilog=WORDS)
@click.argument("menu")
@click.option("--greeting", type=SOUND, help="prompt:NAME, or sound:NAME of Asterisk's own.")
@click.option("--timeout", type=float, help="Seconds of silence that mean: nothing pressed.")
@click.option("--digit-timeout", type=float, help="Seconds to wait for another digit.")
@click.option("--repeats", type=int, help="How often the greeting is played again.")
@click.option("--default", type=ACTION, help="What happens when nothing is pressed.")
@click.option("--invalid", type=ACTION, help="What happens on a wrong key.")
@click.option("--invalid-limit", type=int, help="Wrong keys before the default action.")
@click.option("--direct-dial/--no-direct-dial", default=None, help="Extensions can be keyed in.")
@company_option
@click.pass_obj
def set_command(app: App, /, menu: str, company: str | None, **settings: object) -> None:
    """Change MENU, or make it (a new one needs --greeting)."""

    def with_menu(office: Office) -> Office:
        before = office.menus.get(menu)
        if before is None:
            if settings["greeting"] is None:
                raise click.ClickException(
                    f"there is no menu “{menu}”; to make it, give its --greeting"
                )
            before = make_part(Menu, greeting=settings["greeting"])
        after = with_fields(before, **settings)
        return with_fields(office, menus=with_entry(office.menus, menu, after))

    change(app, company, with_menu)


@group.command(epilog=WORDS)
@click.argument("menu")
@click.argument("key")
@click.argument("action", type=ACTION, required=False)
@click.option("--remove", is_flag=True, help="Take the key away.")
@company_option
@click.pass_obj
def key(
    app: App, *, menu: str, key: str, action: Action | None, remove: bool, company: str | None
) -> None:
    """Make KEY of MENU do ACTION; a key is one or several of 0–9, * and #."""
    if (action is None) != remove:
        raise click.UsageError("give either an action or --remove")

    def with_key(office: Office) -> Office:
        before = entry(office.menus, menu, "menu")
        keys = (
            without_entry(before.keys, key, "key")
            if action is None
            else with_entry(before.keys, key, action)
        )
        after = before.model_copy(update={"keys": keys})
        return with_fields(office, menus=with_entry(office.menus, menu, after))

    change(app, company, with_key)


@group.command()
@click.argument("menu")
@company_option
@click.pass_obj
def remove(app: App, menu: str, company: str | None) -> None:
    """Remove MENU; nothing may lead to it any more."""
    change(
        app,
        company,
        lambda office: with_fields(office, menus=without_entry(office.menus, menu, "menu")),
    )
