"""Prompts: the company's own sounds, to be heard and made from a text, a file or a recording."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from storage.audio.text_to_speech import voices
from storage.errors import AudioError, NotFound, Refused
from storage.office import Office, Prompt, make_part, revalidated
from storage.office.edit import entry, with_entry, with_fields, without_entry
from storage.text import shown
from web.errors import FormError, PhoneUnavailable
from web.forms.fields import typed
from web.forms.office_changes import edit_office
from web.forms.sounds import doubts_of
from web.forms.uploads import sound_in
from web.http.ranges import audio_response
from web.language.places import place_in_words
from web.language.telling import Mistakes
from web.menu_editor.pages import address_of, playing, prompt_address
from web.visit import Visit, page

_FIELDS: Final = ("name", "way", "say", "voice", "file", "phone")


@dataclass(frozen=True)
class PromptForm:
    """How a prompt is to be made, as the form has it."""

    name: str = ""
    way: str = "say"
    say: str = ""
    voice: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Row:
    """A prompt in the list."""

    name: str
    address: str
    prompt: Prompt
    seconds: float
    doubts: list[str]
    uses: list[tuple[str, str]]


def show_prompts(visit: Visit) -> Response:
    """All prompts, each to be heard, with where it is played."""
    return _list(visit, PromptForm(phone=_own_phone(visit)))


def add_prompt(visit: Visit) -> Response:
    """Make a new prompt."""
    form = _sent(visit)
    try:
        _refuse_taken(visit, form.name)
        return _make(visit, form)
    except (Refused, AudioError) as error:
        return _list(visit, form, _mistakes(visit, form.name, error))
    except PhoneUnavailable as error:
        return _list(visit, form, {"phone": [visit.tell(error.problem)]})


def show_prompt(visit: Visit) -> Response:
    """A prompt, and the ways to make it anew."""
    name, prompt = _prompt(visit)
    way = "say" if prompt.say is not None else "file"
    form = PromptForm(name, way, prompt.say or "", prompt.voice or "", _own_phone(visit))
    return _form(visit, form)


def change_prompt(visit: Visit) -> Response:
    """Make a prompt anew."""
    name, _there = _prompt(visit)
    form = _sent(visit, name)
    try:
        return _make(visit, form)
    except (Refused, AudioError) as error:
        return _form(visit, form, _mistakes(visit, name, error))
    except PhoneUnavailable as error:
        return _form(visit, form, {"phone": [visit.tell(error.problem)]})


def play_prompt(visit: Visit) -> Response:
    """The sound as callers hear it."""
    _name, prompt = _prompt(visit)
    library = visit.services.prompts
    if prompt.audio is None or not library.has(prompt.audio):
        raise NotFound("sound-gone")
    return audio_response(visit.request, library.path(prompt.audio).open("rb"), etag=prompt.audio)


def ask_remove_prompt(visit: Visit) -> Response:
    """The question before a prompt is removed, or where it is still played."""
    return _remove_form(visit, {})


def remove_prompt(visit: Visit) -> Response:
    """Remove a prompt that nothing plays any more."""
    name, _there = _prompt(visit)
    try:
        edit_office(
            visit,
            lambda office: with_fields(
                office, prompts=without_entry(office.prompts, name, "prompt")
            ),
        )
    except Refused as error:
        return _remove_form(visit, visit.mistakes(error.problems, "", ()))
    return visit.redirect("/prompts", visit.text("Removed: %(name)s.", name=name))


def _refuse_taken(visit: Visit, name: str) -> None:
    if not name:
        raise FormError("empty", "name")
    if name in visit.office.prompts:
        raise FormError("prompt-exists", "name", name=name)


def _prompt(visit: Visit) -> tuple[str, Prompt]:
    """The prompt that the address names. NotFound."""
    name = visit.path["name"]
    return name, entry(visit.office.prompts, name, "prompt")


def _sent(visit: Visit, name: str = "") -> PromptForm:
    fields = typed(visit.form)
    return PromptForm(
        name or "-".join(fields.get("name", "").split()),
        fields.get("way", ""),
        fields.get("say", ""),
        fields.get("voice", ""),
        fields.get("phone", ""),
    )


def _make(visit: Visit, form: PromptForm) -> Response:
    """Make the prompt, or ring the phone on which it will be spoken."""
    match form.way:
        case "say":
            prompt = make_part(Prompt, say=form.say, voice=form.voice or None)
        case "file":
            _with_prompt(visit.office, form.name, Prompt(say="-"))
            audio = sound_in(visit, "file")
            prompt = make_part(Prompt, file=_file_name(visit), audio=audio)
        case "phone":
            return _ring(visit, form)
        case _:
            raise FormError("choose-way", "way")
    edit_office(visit, lambda office: _with_prompt(office, form.name, prompt))
    return visit.redirect(prompt_address(form.name), visit.text("Saved: %(name)s.", name=form.name))


def _ring(visit: Visit, form: PromptForm) -> Response:
    site, name = visit.site, form.name
    assert site is not None  # the office was read already
    # A wrong name is told now, not after somebody has spoken.
    _with_prompt(site.office, name, Prompt(say="-"))
    if form.phone not in site.office.employees:
        raise FormError("no-employee", "phone", extension=shown(form.phone))
    visit.services.ring(site.office, form.phone, "record-prompt", site.company_id, name)
    return visit.redirect(
        "/prompts",
        visit.text(
            "Phone %(phone)s is ringing. What is said there becomes the prompt “%(name)s”.",
            phone=form.phone,
            name=name,
        ),
    )


def _with_prompt(office: Office, name: str, prompt: Prompt) -> Office:
    return revalidated(with_fields(office, prompts=with_entry(office.prompts, name, prompt)))


def _file_name(visit: Visit) -> str:
    """What the file was called on the visitor's computer, as far as it can be kept."""
    upload = visit.form["file"]
    name = upload.filename if isinstance(upload, UploadFile) else None
    plain = PurePath((name or "").replace("\\", "/")).name[:200].strip()
    return plain if plain and plain.isprintable() else "recording"


def _own_phone(visit: Visit) -> str:
    return next((one for one in visit.user.extensions if one in visit.office.employees), "")


def _mistakes(visit: Visit, name: str, error: Refused | AudioError) -> Mistakes:
    """What is wrong, beside its field; what is wrong with a sound belongs to the way it is made."""
    place = f"prompts.{name}"
    if isinstance(error, AudioError):
        way = typed(visit.form).get("way", "")
        own = ("", place)  # another prompt's sound may be at fault as well
        told = [one.at(way) if one.where in own else one for one in error.problems]
        return visit.mistakes(told, place, _FIELDS)
    named = [one.at("name") if one.where == place else one for one in error.problems]
    return visit.mistakes(named, place, _FIELDS)


def _list(visit: Visit, form: PromptForm, wrong: Mistakes | None = None) -> Response:
    office = visit.office
    rows = [
        Row(
            name,
            prompt_address(name),
            prompt,
            visit.services.prompts.seconds(prompt.audio),
            doubts_of(visit, prompt),
            _uses(visit, name),
        )
        for name, prompt in office.prompts.items()
    ]
    return visit.render(
        "prompts/list.html", 422 if wrong else 200, rows=rows, **_context(visit, form, wrong)
    )


def _form(visit: Visit, form: PromptForm, wrong: Mistakes | None = None) -> Response:
    name, prompt = _prompt(visit)
    return visit.render(
        "prompts/edit.html",
        422 if wrong else 200,
        prompt_name=name,
        prompt=prompt,
        seconds=visit.services.prompts.seconds(prompt.audio),
        sound_doubts=doubts_of(visit, prompt),
        uses=_uses(visit, name),
        **_context(visit, form, wrong),
    )


def _context(visit: Visit, form: PromptForm, wrong: Mistakes | None) -> dict[str, object]:
    known = voices(visit.office.company.language)
    also = [form.voice] if form.voice and form.voice not in known else []
    return {
        "form": form,
        "wrong": wrong or {},
        "voices": [(voice, voice) for voice in (*known, *also)],
        "phones": [(e, f"{who.name} ({e})") for e, who in visit.office.employees.items()],
    }


def _remove_form(visit: Visit, wrong: Mistakes) -> Response:
    name, _there = _prompt(visit)
    return visit.render(
        "prompts/remove.html",
        422 if wrong else 200,
        prompt_name=name,
        uses=_uses(visit, name),
        wrong=wrong,
    )


def _uses(visit: Visit, name: str) -> list[tuple[str, str]]:
    """Where the prompt is played: words and addresses."""
    return [
        (place_in_words(place, visit.language), address_of(place))
        for place in playing(name, visit.office)
    ]


routes = [
    Route("/prompts", page(show_prompts, role="administrator"), methods=["GET"]),
    Route("/prompts", page(add_prompt, role="administrator"), methods=["POST"]),
    Route("/prompts/{name}", page(show_prompt, role="administrator"), methods=["GET"]),
    Route("/prompts/{name}", page(change_prompt, role="administrator"), methods=["POST"]),
    Route("/prompts/{name}/audio", page(play_prompt, role="administrator"), methods=["GET"]),
    Route("/prompts/{name}/remove", page(ask_remove_prompt, role="administrator"), methods=["GET"]),
    Route("/prompts/{name}/remove", page(remove_prompt, role="administrator"), methods=["POST"]),
]
