"""The asking user's own phones and mailboxes: greeting, voicemail, ring timeout, PIN."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from storage.errors import NotFound
from storage.office import Employee, Office
from storage.office.own import (
    greeting_prompt,
    has_voicemail,
    own_greeting,
    with_own_settings,
    with_recording,
    without_own_greeting,
)
from web.api.account_schemas import NewPin, Phone, PhoneChange, Phones, PinState
from web.api.auth import IN_PERSON, Anyone, Asking
from web.api.operations.prompts import prompt_response
from web.api.problems import forbidden, refusals
from web.api.sounds import SOUND, Sound, doubts_of, import_sound

router = APIRouter(prefix="/me/phones", tags=["me"])

OwnExtension = Annotated[str, Path(max_length=8, description="One of one's own extensions.")]


@router.get("", responses=refusals(404))
def list_my_phones(who: Anyone) -> Phones:
    """The phones whose extensions are bound to one's account."""
    office = who.office
    own = [extension for extension in who.user.extensions if extension in office.employees]
    return Phones(items=[_as_answer(who, office, extension) for extension in own])


@router.patch("/{extension}", responses=refusals(404, 413))
def change_my_phone(who: Anyone, extension: OwnExtension, change: PhoneChange) -> Phone:
    """Switch one's voicemail or set one's ring timeout, where the company allows it."""
    _own(who, extension)
    if not who.office.company.self_service:
        raise forbidden("the administrator has not allowed that")

    def with_change(office: Office) -> Office:
        before = _as_answer(who, office, extension)
        return with_own_settings(
            office,
            extension,
            voicemail=before.voicemail if change.voicemail is None else change.voicemail,
            ring_timeout=before.ring_timeout
            if change.ring_timeout is None
            else change.ring_timeout,
        )

    return _as_answer(who, who.edit(with_change), extension)


@router.get(
    "/{extension}/greeting", response_class=Response, responses={**SOUND, **refusals(404, 416)}
)
def get_my_greeting(who: Anyone, extension: OwnExtension, request: Request) -> Response:
    """One's own greeting as callers hear it."""
    greeting = _own(who, extension).greeting or ""
    return prompt_response(who, request, greeting.removeprefix("prompt:"))


@router.put("/{extension}/greeting", responses=refusals(404, 413))
def import_my_greeting(who: Anyone, extension: OwnExtension, file: Sound) -> Phone:
    """Make a sound file one's own voicemail greeting."""
    _own(who, extension)
    digest = import_sound(who, file)
    name = own_greeting(extension)
    changed = who.edit(lambda office: with_recording(office, name, digest))
    return _as_answer(who, changed, extension)


@router.post(
    "/{extension}/greeting/record",
    status_code=202,
    response_class=Response,
    responses=refusals(404),
)
def record_my_greeting(who: Anyone, extension: OwnExtension) -> Response:
    """Ring one's phone and make what is said there one's own greeting."""
    _own(who, extension)
    site, name = who.site, own_greeting(extension)
    who.services.ring(site.office, extension, "record-prompt", site.company_id, name)
    return Response(status_code=202)


@router.delete("/{extension}/greeting", status_code=204, responses=refusals(404))
def delete_my_greeting(who: Anyone, extension: OwnExtension) -> Response:
    """Have the usual greeting played again."""
    _own(who, extension)
    who.edit(lambda office: without_own_greeting(office, extension))
    return Response(status_code=204)


@router.get("/{extension}/pin", responses=refusals(404))
def get_my_pin(who: Anyone, extension: OwnExtension) -> PinState:
    """Whether there is a PIN by which one's mailbox is heard by phone, and whether it is locked."""
    _own(who, extension)
    state = who.services.pins.state(who.user.company_id, extension)
    return PinState.model_validate(state.as_json())


@router.put(
    "/{extension}/pin",
    status_code=204,
    responses=refusals(404, 413, 429),
    dependencies=[IN_PERSON],
)
def set_my_pin(who: Anyone, extension: OwnExtension, new: NewPin) -> Response:
    """Set the PIN by which one's mailbox is heard by phone. Not by a token."""
    _own(who, extension)
    who.confirm(new.current)
    own = {person.extension: person.id for person in who.user.people if person.is_present}
    who.services.pins.change(own[extension], new.pin, by=who.actor)
    return Response(status_code=204)


def _own(who: Asking, extension: str) -> Employee:
    """The employee of an extension of the asking user's. Raises NotFound for any other."""
    if extension not in who.user.extensions:
        raise NotFound("phone-not-own")
    return _employee(who.office, extension)


def _employee(office: Office, extension: str) -> Employee:
    if extension not in office.employees:
        raise NotFound("phone-not-own")
    return office.employees[extension]


def _as_answer(who: Asking, office: Office, extension: str) -> Phone:
    employee = _employee(office, extension)
    prompt = greeting_prompt(office, employee)
    return Phone(
        extension=extension,
        name=employee.name,
        voicemail=has_voicemail(employee),
        ring_timeout=employee.answer_within,
        greeting=employee.greeting,
        greeting_doubts=doubts_of(who, prompt),
        self_service=office.company.self_service,
    )
