"""`voicepost prompts`: a company's own sounds, from a file, a text or a phone."""

import shutil
from pathlib import Path

import click

from commands.context import App
from commands.phone import phone_endpoint, ring_phone
from commands.terminal.office_options import change, company_option, json_option, warn_of_doubts
from commands.terminal.tables import print_json, print_table
from storage.office import Office, Prompt, as_data, make_part, revalidated
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.language.problems import message


@click.group()
def group() -> None:
    """List, make and remove a company's own sounds."""


@group.command("list")
@company_option
@json_option
@click.pass_obj
def list_command(app: App, company: str | None, as_json: bool) -> None:
    """List the prompts."""
    prompts = app.offices.get(company).prompts
    if as_json:
        print_json(
            [
                {
                    "name": name,
                    **as_data(prompt),
                    "seconds": app.prompts.seconds(prompt.audio),
                    "doubts": [message(doubt) for doubt in app.prompts.doubts(prompt.audio)],
                }
                for name, prompt in prompts.items()
            ]
        )
    else:
        print_table(
            ("PROMPT", "SECONDS", "FROM"),
            (
                (name, app.prompts.seconds(prompt.audio), _origin(prompt))
                for name, prompt in prompts.items()
            ),
        )


@group.command("import")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@company_option
@click.pass_obj
def import_command(app: App, name: str, file: Path, company: str | None) -> None:
    """Make the sound FILE (any format ffmpeg reads) the prompt NAME."""
    digest = app.prompts.import_audio(file)
    _set(app, company, name, make_part(Prompt, file=file.name, audio=digest))
    warn_of_doubts(app, {name: digest})


@group.command()
@click.argument("name")
@click.argument("text")
@click.option("--voice", help="Of RHVoice (anna, …) or espeak-ng (ru+f3, …).")
@company_option
@click.pass_obj
def say(app: App, name: str, text: str, voice: str | None, company: str | None) -> None:
    """Make TEXT, spoken by a synthesiser, the prompt NAME."""
    _set(app, company, name, make_part(Prompt, say=text, voice=voice))


@group.command()
@click.argument("name")
@click.option("--phone", required=True, help="An extension, or a dial string such as PJSIP/101.")
@company_option
@click.pass_obj
def record(app: App, name: str, phone: str, company: str | None) -> None:
    """Ring a phone and make what is said there the prompt NAME."""
    site = app.offices.site(company)
    # A wrong name is told now, not after somebody has spoken.
    revalidated(_with_prompt(site.office, name, Prompt(say="-")))
    endpoint = phone_endpoint(site.office, phone)
    ring_phone(app.settings, endpoint, "record-prompt", site.company_id, name)


@group.command()
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The WAV file to write.",
)
@company_option
@click.pass_obj
def export(app: App, name: str, out: Path, company: str | None) -> None:
    """Write the prompt NAME, as callers hear it, to a WAV file."""
    office = app.offices.get(company)
    entry(office.prompts, name, "prompt")
    sound = Path(f"{app.prompts.sound(office, f'prompt:{name}')}.wav")
    try:
        shutil.copyfile(sound, out)
    except OSError as error:
        raise click.ClickException(f"cannot write {out}: {error.strerror}") from error


@group.command()
@click.argument("name")
@company_option
@click.pass_obj
def remove(app: App, name: str, company: str | None) -> None:
    """Remove the prompt NAME; nothing may play it any more."""
    change(
        app,
        company,
        lambda office: with_fields(office, prompts=without_entry(office.prompts, name, "prompt")),
    )


def _set(app: App, company: str | None, name: str, prompt: Prompt) -> None:
    change(app, company, lambda office: _with_prompt(office, name, prompt))


def _with_prompt(office: Office, name: str, prompt: Prompt) -> Office:
    return with_fields(office, prompts=with_entry(office.prompts, name, prompt))


def _origin(prompt: Prompt) -> str:
    if prompt.say is not None:
        return f"says: {prompt.say}"
    return "recorded by phone" if prompt.file is None else f"file: {prompt.file}"
