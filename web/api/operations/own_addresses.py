"""Mail addresses that employees set to be told of their messages; administrators remove them too.

By no token is one set: it would go on telling whoever stole that, when the token is long revoked.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import AfterValidator, Field

from storage.errors import NotFound
from storage.notifications.own_address import OWN_EVENTS, OwnEvent
from storage.notifications.own_address import OwnAddress as Stored
from storage.office.edit import entry
from storage.office.notify import ATTACH_UP_TO, Attach, AttachUpTo, UnheardMinutes, some
from storage.office.times import Between, TimeOfDay
from web.api.auth import IN_PERSON, Administrator, Anyone, Asking
from web.api.office_schemas import Extension
from web.api.problems import forbidden, refusals
from web.api.schemas import Answer, Body, Id
from web.forms.own_addresses import put_address

router = APIRouter()

OwnExtension = Annotated[str, Path(max_length=8, description="One of one's own extensions.")]
AddressId = Annotated[str, Path(max_length=36, description="The address's id.")]
Events = Annotated[
    tuple[OwnEvent, ...],
    Field(max_length=len(OWN_EVENTS), json_schema_extra={"minItems": 1}),
    AfterValidator(some),
]


class OwnAddress(Answer):
    """A mail address of an employee's own."""

    id: Id
    mail: str = Field(examples=["anna@example.com"])
    attach: Attach
    """What a letter brings along of the message itself."""
    attach_up_to: int
    """Bytes of the recording above which only the link is sent."""
    events: list[OwnEvent]
    """What is told."""
    daily: str | None = Field(examples=["08:00"])
    """Once a day at that time, what is still unheard; instead of each message."""
    between: str | None = Field(examples=["09:00-18:00"])
    """Told between these times of the day only; what comes outside of them waits."""
    unheard_minutes: int | None
    """A reminder: so many minutes after a message was kept, if it is still unheard then."""
    confirmed: bool
    """Nothing is told to an address before the code is given that a letter brought there."""


class OwnAddresses(Answer):
    """The mail addresses of an employee's own."""

    items: list[OwnAddress]


class NewOwnAddress(Body):
    """A mail address to be told, or what is told to one that is there."""

    mail: str = Field(max_length=254, examples=["anna@example.com"])
    attach: Attach = "none"
    attach_up_to: AttachUpTo = ATTACH_UP_TO
    events: Events = ("message.kept",)
    daily: TimeOfDay | None = Field(None, examples=["08:00"])
    between: Between | None = Field(None, examples=["09:00-18:00"])
    unheard_minutes: UnheardMinutes | None = None
    """A reminder is an entry of its own: the same address may be told at once as well."""


class GivenCode(Body):
    """The code of a letter."""

    code: str = Field(max_length=20, examples=["1234 5678"])


@router.get("/me/phones/{extension}/addresses", tags=["me"], responses=refusals(404))
def list_my_addresses(who: Anyone, extension: OwnExtension) -> OwnAddresses:
    """One's own mail addresses that are told of one's messages."""
    return _as_answers(who.services.own_addresses.of(_own(who, extension)))


@router.post(
    "/me/phones/{extension}/addresses",
    tags=["me"],
    responses=refusals(404, 413),
    dependencies=[IN_PERSON],
)
def put_my_address(who: Anyone, extension: OwnExtension, new: NewOwnAddress) -> OwnAddress:
    """Have a mail address told, where the company allows it, or told something else.

    A new one is sent a letter with a code first. Not by a token.
    """
    employee_id, language = _allowed(who, extension), who.user.language
    fields = new.model_dump()
    return _as_answer(
        put_address(who.services, employee_id, fields, language=language, by=who.actor)
    )


@router.post(
    "/me/phones/{extension}/addresses/{address_id}/confirm",
    tags=["me"],
    responses=refusals(404, 413),
    dependencies=[IN_PERSON],
)
def confirm_my_address(
    who: Anyone, extension: OwnExtension, address_id: AddressId, given: GivenCode
) -> OwnAddress:
    """Give the code that a letter brought: what comes from now on is told there. Not by a token."""
    employee_id = _allowed(who, extension)
    addresses = who.services.own_addresses
    return _as_answer(addresses.confirm(employee_id, address_id, given.code, by=who.actor))


@router.post(
    "/me/phones/{extension}/addresses/{address_id}/code",
    tags=["me"],
    status_code=202,
    response_class=Response,
    responses=refusals(404, 413),
    dependencies=[IN_PERSON],
)
def send_my_code(who: Anyone, extension: OwnExtension, address_id: AddressId) -> Response:
    """Have another letter with a code sent. Not by a token."""
    employee_id = _allowed(who, extension)
    who.services.own_addresses.send_code(employee_id, address_id, by=who.actor)
    return Response(status_code=202)


@router.delete(
    "/me/phones/{extension}/addresses/{address_id}",
    tags=["me"],
    status_code=204,
    responses=refusals(404),
)
def delete_my_address(who: Anyone, extension: OwnExtension, address_id: AddressId) -> Response:
    """Tell one's own mail address no more."""
    who.services.own_addresses.remove(_own(who, extension), address_id, by=who.actor)
    return Response(status_code=204)


@router.get("/employees/{extension}/addresses", tags=["employees"], responses=refusals(404))
def list_own_addresses(who: Administrator, extension: Extension) -> OwnAddresses:
    """The mail addresses that an employee set: they are no part of the configuration."""
    return _as_answers(who.services.own_addresses.of(_employee(who, extension)))


@router.delete(
    "/employees/{extension}/addresses/{address_id}",
    tags=["employees"],
    status_code=204,
    responses=refusals(404),
)
def delete_own_address(who: Administrator, extension: Extension, address_id: AddressId) -> Response:
    """Tell a mail address that an employee set no more."""
    employee_id = _employee(who, extension)
    who.services.own_addresses.remove(employee_id, address_id, by=who.actor)
    return Response(status_code=204)


def _own(who: Asking, extension: str) -> str:
    """The id of the asking user's own person with that extension. Raises NotFound."""
    for person in who.user.people:
        if person.is_present and person.extension == extension in who.office.employees:
            return person.id
    raise NotFound("phone-not-own")


def _allowed(who: Asking, extension: str) -> str:
    """The same, where the company lets employees set addresses. Raises Problem 403."""
    employee_id = _own(who, extension)
    if not who.office.company.self_service:
        raise forbidden("the administrator has not allowed that")
    return employee_id


def _employee(who: Asking, extension: str) -> str:
    entry(who.office.employees, extension, "employee")
    employee_id = who.services.own_addresses.person(who.user.company_id, extension)
    if employee_id is None:
        raise NotFound("no-such-extension")
    return employee_id


def _as_answer(stored: Stored) -> OwnAddress:
    return OwnAddress.model_validate(stored.as_json())


def _as_answers(stored: list[Stored]) -> OwnAddresses:
    return OwnAddresses(items=[_as_answer(each) for each in stored])
