"""`voicepost mailbox`: how messages are taken."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click

from commands.context import App
from commands.terminal import letters
from commands.terminal.action_syntax import SOUND, days_in_words
from commands.terminal.destinations import destination_options, list_or_change
from commands.terminal.office_options import change, company_option, json_option
from commands.terminal.tables import print_json, print_table
from storage.office import Office, as_data
from storage.office.edit import with_fields
from storage.office.model import PinAsked
from storage.office.told import COMPANY

PIN_ASKED: Final[Mapping[PinAsked, str]] = {
    "always": "asked of everybody",
    "outside": "asked of who does not call from the mailbox's own phone",
    "never": "asked of nobody: mailboxes are heard on their own phones only",
}
FILE: Final = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def group() -> None:
    """Show and change how messages are taken."""


@group.command()
@company_option
@json_option
@click.pass_obj
def show(app: App, company: str | None, as_json: bool) -> None:
    """Show the settings of a company's voicemail."""
    voicemail = app.offices.get(company).voicemail
    if as_json:
        print_json(as_data(voicemail))
        return
    print_table(
        ("SETTING", "VALUE"),
        (
            ("shortest message", f"{voicemail.min_seconds:g} s of speech"),
            ("longest message", f"{voicemail.max_seconds:g} s"),
            ("silence that ends it", f"{voicemail.silence_seconds:g} s"),
            ("review after #", "yes" if voicemail.review else "no"),
            ("messages are kept", days_in_words(voicemail.keep_days, "for ever")),
            ("what is probably empty", days_in_words(voicemail.quiet_days, "as in the settings")),
            ("most messages in a box", str(voicemail.max_messages or "any number")),
            ("PIN by phone", PIN_ASKED[voicemail.pin]),
            ("company's greeting", voicemail.greeting or "the bundled one"),
            ("letters", "in its own words" if voicemail.letter else "as usual"),
        ),
    )


@group.command("set")
@click.option(
    "--min-seconds", type=float, help="With less speech, it is kept aside as probably empty."
)
@click.option("--max-seconds", type=float, help="The longest message.")
@click.option("--silence-seconds", type=float, help="A pause this long ends the message.")
@click.option("--review/--no-review", default=None, help="After #: keep, listen, record again.")
@click.option("--greeting", type=SOUND, help="The company mailbox's own greeting.")
@click.option("--no-greeting", is_flag=True, help="Play the bundled greeting.")
@click.option("--max-messages", type=int, help="One box holds no more; the trash is apart.")
@click.option("--no-max-messages", is_flag=True, help="A box holds any number of messages.")
@click.option(
    "--pin",
    type=click.Choice(list(PIN_ASKED)),
    help="Who gives a PIN to hear a mailbox by phone: everybody, who does not call from its own"
    " phone, or nobody: then it is heard there alone.",
)
@click.option("--keep-days", type=int, help="Messages older than this go to the trash.")
@click.option("--keep-for-ever", is_flag=True, help="Messages stay until they are deleted.")
@click.option("--quiet-days", type=int, help="What is probably empty lies aside for so long.")
@click.option("--quiet-as-usual", is_flag=True, help="As long as `messages.quiet_days` says.")
@company_option
@click.pass_obj
def set_command(
    app: App,
    /,
    company: str | None,
    no_greeting: bool,
    keep_for_ever: bool,
    quiet_as_usual: bool,
    no_max_messages: bool,
    **settings: object,
) -> None:
    """Change how a company's messages are taken."""

    def with_settings(office: Office) -> Office:
        voicemail = with_fields(office.voicemail, **settings)
        if no_greeting:
            voicemail = voicemail.model_copy(update={"greeting": None})
        if keep_for_ever:
            voicemail = voicemail.model_copy(update={"keep_days": None})
        if quiet_as_usual:
            voicemail = voicemail.model_copy(update={"quiet_days": None})
        if no_max_messages:
            voicemail = voicemail.model_copy(update={"max_messages": None})
        return with_fields(office, voicemail=voicemail)

    change(app, company, with_settings)


@group.command("notify")
@destination_options
@company_option
@json_option
@click.pass_obj
def notify_command(app: App, /, company: str | None, as_json: bool, **options: Any) -> None:
    """List who is told of the company's own messages, or change that for one destination."""
    list_or_change(app, company, COMPANY, as_json=as_json, **options)


@group.command("letter")
@click.option("--subject", metavar="TEMPLATE", help="What stands in the subject.")
@click.option("--text", type=FILE, help="A file with the template of the plain text.")
@click.option("--html", type=FILE, help="A file with the template of the same as HTML.")
@click.option("--remove", is_flag=True, help="Letters read as usual again.")
@click.option("--preview", is_flag=True, help="Print how a letter reads; --json has its HTML.")
@company_option
@json_option
@click.pass_obj
def letter_command(
    app: App,
    /,
    company: str | None,
    as_json: bool,
    remove: bool,
    preview: bool,
    subject: str | None,
    text: Path | None,
    html: Path | None,
) -> None:
    """Show or change the company's own letter about messages."""
    is_changed = any(each is not None for each in (subject, text, html))
    if is_changed + remove + preview > 1:
        raise click.UsageError("a change, --remove and --preview go one at a time")
    if remove:
        letters.remove_letter(app, company)
    elif is_changed:
        letters.change_letter(app, company, subject, text, html)
    elif preview:
        letters.print_preview(app, company, as_json=as_json)
    else:
        letters.print_letter(app, company, as_json=as_json)
