"""Prompts: a company's own sounds, from a file, a text or a phone."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from storage.errors import NotFound
from storage.office import Office, Prompt, as_data, make_part, revalidated
from storage.office.edit import entry, with_entry, with_fields, without_entry
from web.api.auth import Administrator, Asking
from web.api.office_schemas import PhoneCall, PromptEntry, PromptName, Prompts, PromptText
from web.api.paging import USUAL, Cursor, Limit, page_of
from web.api.problems import refusals
from web.api.sounds import (
    SOUND,
    Sound,
    doubts_of,
    file_title,
    import_sound,
    sound_response,
    sounds_refused,
)

router = APIRouter(prefix="/prompts", tags=["prompts"])


@router.get("", responses=refusals(404), response_model_exclude_unset=True)
def list_prompts(who: Administrator, limit: Limit = USUAL, cursor: Cursor = None) -> Prompts:
    """The company's prompts."""
    office = who.office
    items, following = page_of(list(office.prompts), limit, cursor)
    return Prompts(items=[_as_entry(who, office, name) for name in items], next=following)


@router.get("/{name}", responses=refusals(404), response_model_exclude_unset=True)
def get_prompt(who: Administrator, name: PromptName) -> PromptEntry:
    """A prompt."""
    return _as_entry(who, who.office, name)


@router.get("/{name}/audio", response_class=Response, responses={**SOUND, **refusals(404, 416)})
@router.head("/{name}/audio", include_in_schema=False)
def get_prompt_audio(who: Administrator, name: PromptName, request: Request) -> Response:
    """A prompt as callers hear it."""
    return prompt_response(who, request, name)


@router.put("/{name}/text", responses=refusals(404, 413), response_model_exclude_unset=True)
def say_prompt(who: Administrator, name: PromptName, text: PromptText) -> PromptEntry:
    """Make a text, spoken by a synthesiser, the prompt of that name."""
    return _put(who, name, Prompt(say=text.say, voice=text.voice))


@router.put("/{name}/file", responses=refusals(404, 413), response_model_exclude_unset=True)
def import_prompt(who: Administrator, name: PromptName, file: Sound) -> PromptEntry:
    """Make a sound file the prompt of that name."""
    _checked(who.office, name)
    digest = import_sound(who, file)
    return _put(who, name, make_part(Prompt, file=file_title(file), audio=digest))


@router.post(
    "/{name}/record",
    status_code=202,
    response_class=Response,
    responses=refusals(404, 413),
)
def record_prompt(who: Administrator, name: PromptName, call: PhoneCall) -> Response:
    """Ring a phone and make what is said there the prompt of that name."""
    site = who.site
    _checked(site.office, name)
    entry(site.office.employees, call.phone, "employee")
    who.services.ring(site.office, call.phone, "record-prompt", site.company_id, name)
    return Response(status_code=202)


@router.delete("/{name}", status_code=204, responses=refusals(404))
def delete_prompt(who: Administrator, name: PromptName) -> Response:
    """Remove a prompt; nothing may play it any more."""
    who.edit(
        lambda office: with_fields(office, prompts=without_entry(office.prompts, name, "prompt"))
    )
    return Response(status_code=204)


def prompt_response(who: Asking, request: Request, name: str) -> Response:
    """The sound of a prompt. Raises NotFound, also where its file is gone."""
    digest = entry(who.office.prompts, name, "prompt").audio
    if digest is None or not who.services.prompts.has(digest):
        raise NotFound("sound-gone")
    wav = who.services.prompts.path(digest).open("rb")
    return sound_response(request, wav, etag=digest)


def _put(who: Asking, name: str, prompt: Prompt) -> PromptEntry:
    with sounds_refused():
        office = who.edit(lambda office: _with(office, name, prompt))
    return _as_entry(who, office, name)


def _as_entry(who: Asking, office: Office, name: str) -> PromptEntry:
    """A prompt as the API sends one. Raises NotFound."""
    prompt = entry(office.prompts, name, "prompt")
    library = who.services.prompts
    sound = {"seconds": library.seconds(prompt.audio), "doubts": doubts_of(who, prompt)}
    return PromptEntry.model_validate({"name": name, **as_data(prompt), **sound})


def _with(office: Office, name: str, prompt: Prompt) -> Office:
    return with_fields(office, prompts=with_entry(office.prompts, name, prompt))


def _checked(office: Office, name: str) -> None:
    """Raises ConfigError for a wrong name: that is told before somebody speaks."""
    revalidated(_with(office, name, Prompt(say="-")))
