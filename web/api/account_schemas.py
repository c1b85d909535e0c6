"""What the API says and takes of accounts: as ``voicepost users … --json`` prints it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field

from storage.office.values import Seconds
from web.api.paging import Listing
from web.api.schemas import Answer, Body, Id

Role = Literal["administrator", "employee"]
Language = Literal["ru", "en"]
ChosenLanguage = Literal["ru", "en", "company"]
UserId = Annotated[str, Path(description="The user's id.")]
SessionId = Annotated[str, Path(max_length=64, description="The session's id.")]
TokenId = Annotated[str, Path(description="The token's id.")]

Login = Annotated[str, Field(min_length=1, max_length=64, examples=["anna"])]
PersonName = Annotated[str, Field(min_length=1, max_length=200, examples=["Анна Щукина"])]
Password = Annotated[
    str,
    Field(
        min_length=10,
        max_length=200,
        examples=["twelve green apples"],
        json_schema_extra={"format": "password"},
    ),
]
Current = Annotated[str, Field(max_length=200, json_schema_extra={"format": "password"})]
"""The asking user's own present password."""
Extensions = Annotated[
    list[Annotated[str, Field(max_length=36)]],
    Field(
        max_length=100,
        examples=[["101"]],
        description="Extensions; and ids of former employees who are to stay bound.",
    ),
]


class FormerEmployee(Answer):
    """Somebody who had an extension."""

    id: Id
    extension: str = Field(examples=["101"])
    name: str = Field(examples=["Анна Щукина"])
    """Empty for somebody of whom nothing is known."""


class User(Answer):
    """An account of the page."""

    id: Id
    login: str = Field(examples=["anna"])
    name: str = Field(examples=["Анна Щукина"])
    company: str = Field(examples=["Ромашка"])
    role: Role
    extensions: list[str] = Field(examples=[["101"]])
    """The numbers bound to an employee's account: whose messages it sees."""
    former: list[FormerEmployee]
    """Employees bound to the account who have no extension any more: it sees their old messages."""
    language: Language | None
    """Of the pages; null for the company's."""
    state: Literal["active", "disabled", "invited"]
    """Invited is who has no password yet."""
    must_change_password: bool
    """Whether the password only lets in to choose another one."""
    created_at: datetime
    logged_in_at: datetime | None


class Users(Listing[User]):
    """Users, by name."""


class NewUser(Body):
    """An account to be made. Without a password, its user comes in by a one-time link."""

    login: Login
    name: PersonName
    role: Role
    extensions: Extensions = Field(default_factory=list)
    language: Language | None = None
    password: Password | None = None
    must_change_password: bool = True
    """Whether the password only lets in to choose another one."""
    current: Current | None = None
    """One's own present password: wanted for a password, and for an administrator's account.

    Neither by a token.
    """


class UserChange(Body):
    """What to change of an account; what is not sent, or null, stays as it is.

    To make somebody an administrator, or to change a login, one's own present password is wanted,
    and no token suffices.
    """

    login: Login | None = None
    name: PersonName | None = None
    role: Role | None = None
    extensions: Extensions | None = None
    language: ChosenLanguage | None = None
    """`company` follows the company's."""
    current: Current | None = None
    """One's own present password."""


class Confirmation(Body):
    """That the asking user is there in person."""

    current: Current
    """One's own present password."""


class PinState(Answer):
    """What is known of the PIN of a mailbox."""

    is_set: bool
    must_change: bool
    """Whether it is a one-time PIN, to be changed at the first call."""
    locked_until: datetime | None
    """Until when none is looked at, as too many were wrong; null for one that is not locked."""


class NewPin(Confirmation):
    """A PIN of 4 to 12 digits that nobody guesses."""

    pin: str = Field(max_length=24, examples=["4711"], json_schema_extra={"format": "password"})


class OneTimePin(Answer):
    """A PIN that has to be changed at the first call; it is told only here."""

    pin: str = Field(examples=["470926"])


class NewPassword(Confirmation):
    """A password that somebody else chose."""

    password: Password
    must_change: bool = True
    """Whether it only lets in to choose another one."""


class Link(Answer):
    """A one-time link."""

    path: str = Field(examples=["/setup?key=…"])
    """Its address on this server."""
    hours: int
    """How long it lasts."""


class OwnChange(Body):
    """What to change of one's own account; what is not sent, or null, stays as it is."""

    name: PersonName | None = None
    language: ChosenLanguage | None = None
    """`company` follows the company's."""


class PasswordChange(Confirmation):
    """One's own new password."""

    new: Password
    revoke_tokens: bool = False
    """Whether one's API tokens become worthless, too."""


class Session(Answer):
    """A browser in which one is logged in."""

    id: str = Field(examples=["3f9a0c1d2b4e5f60"])
    created_at: datetime
    seen_at: datetime
    address: str = Field(examples=["192.0.2.7"])
    agent: str
    """What the browser calls itself."""
    is_current: bool
    """Whether the request comes from it."""


class Sessions(Listing[Session]):
    """Sessions, last used first."""


class Token(Answer):
    """An API token, without its secret."""

    id: Id
    name: str = Field(examples=["backup"])
    created_at: datetime
    used_at: datetime | None
    expires_at: datetime
    read_only: bool
    """Whether it is for reading only: for GET and HEAD."""


class Tokens(Listing[Token]):
    """Tokens, newest first."""


class NewToken(Confirmation):
    """A token to be made."""

    name: PersonName = Field(examples=["backup"])
    days: int | None = Field(None, ge=1, le=3650, strict=True)
    """How long it lasts; null for as long as is usual here: 90 days, unless set otherwise."""
    read_only: bool = False
    """Whether it is for reading only: for GET and HEAD."""


class TokenSecret(Token):
    """A token with its secret, which is told only once."""

    secret: str = Field(examples=["vp_…"])


class Phone(Answer):
    """A phone of the asking user's own, and the mailbox that belongs to it."""

    extension: str = Field(examples=["101"])
    name: str
    voicemail: bool
    """Whether unanswered callers can leave a message."""
    ring_timeout: float
    """Seconds the phone rings."""
    greeting: str | None
    """What callers hear before they leave a message; null for the bundled greeting."""
    greeting_doubts: list[str] = Field(examples=[[]])
    """What may be wrong with the sound of a greeting of one's own."""
    self_service: bool
    """Whether the user may change `voicemail` and `ring_timeout`."""


class Phones(Answer):
    """The asking user's phones."""

    items: list[Phone]


class PhoneChange(Body):
    """What to change of one's own phone; what is not sent, or null, stays as it is."""

    voicemail: bool | None = None
    ring_timeout: Seconds | None = None
