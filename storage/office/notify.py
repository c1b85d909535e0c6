"""Who is told what happens in a mailbox: a list of mail addresses, webhooks and chats.

Which kind a destination is, its own key says: ``{ mail = "…" }``, ``{ webhook = "…" }``,
``{ chat = "…" }``.
"""

import base64
import binascii
import hashlib
import re
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo, model_validator

from storage.errors import WrongValue
from storage.office.any_action import StrictModel
from storage.office.times import Between, TimeOfDay
from storage.text import shown
from storage.words import chats, mail_addresses

Event = Literal[
    "message.kept",
    "message.heard",
    "message.deleted",
    "message.restored",
    "box.full",
    "delivery.failed",
]
"""What may be told; the names are those of the webhooks."""
Occasion = Event | Literal["message.unheard"]
"""What of one message is told: also, by reminders, that it is still unheard."""
Told = TypeVar("Told", bound=Event)
Kind = Literal["mail", "webhook", "chat"]
"""How somebody is told."""
Attach = Literal["none", "wav", "mp3", "opus"]
"""What a letter brings along of the message itself."""
OnceSent = Literal["keep", "mark-heard", "delete"]
"""What becomes of a message once a letter has brought it: "delete" is to the trash, and is for
administrators to set."""

MOST: Final = 20
"""Destinations of one mailbox."""
ATTACH_UP_TO: Final = 10_000_000
"""Bytes of a recording above which a letter brings the link alone, unless it is told otherwise."""
MOST_PER_HOUR: Final = 60
"""Letters, and lines in a chat, unless it is told otherwise."""
LARGEST_ATTACHED: Final = 50_000_000
STORED: Final = "stored"
"""The context in which a document is read that was taken before: addresses that differ in capitals
alone were two once, and are the first of them now."""
HIDDEN: Final = "kept"
"""Stands for a secret wherever it is shown; given back, it means the one that is there."""
HIDDEN_BEFORE: Final = "***"
"""It stood so in what 0.2.0 showed for a while."""
_MARK: Final = "whsec_"


def _webhook_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise WrongValue("not-a-webhook-url", text=shown(text)) from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.username is not None
        or parts.fragment
        or not port_is_fine
        or len(text) > 2_000
        or not re.fullmatch(r"[!-~]+", text)
    ):
        raise WrongValue("not-a-webhook-url", text=shown(text))
    return text


def _webhook_secret(text: str) -> str:
    """As Standard Webhooks write it: ``whsec_`` and 24 to 64 bytes in base64; or `HIDDEN`."""
    if text in (HIDDEN, HIDDEN_BEFORE):
        return HIDDEN
    try:
        key = base64.b64decode(text.removeprefix(_MARK), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not text.startswith(_MARK) or not 24 <= len(key) <= 64:
        raise WrongValue("not-a-webhook-secret")
    return text


def some(events: tuple[Told, ...]) -> tuple[Told, ...]:
    """What is told, if that is anything. Raises WrongValue."""
    if not events:
        raise WrongValue("empty")
    return events


UnheardMinutes = Annotated[int, Field(ge=1, le=10_080)]
AttachUpTo = Annotated[int, Field(ge=1, le=LARGEST_ATTACHED)]
Secret = Annotated[str, AfterValidator(_webhook_secret)]
Events = Annotated[
    tuple[Event, ...],
    Field(strict=False, json_schema_extra={"minItems": 1}),
    AfterValidator(some),
]


class AnyDestination(StrictModel):
    """What is to be known of a destination, of whatever kind."""

    kind: ClassVar[Kind]

    events: Events = ("message.kept",)
    between: Between | None = None
    """Told between these times of the day only; what comes outside of them waits."""
    unheard_minutes: UnheardMinutes | None = None
    """A reminder: told so many minutes after a message was kept, if it is still unheard then."""
    most_per_hour: Annotated[int, Field(ge=1, le=3_600)] | None = None
    """What is more within an hour is told of by one delivery, at its end; None is any number."""

    @model_validator(mode="after")
    def _reminds_of_what_is_kept(self) -> Self:
        if self.unheard_minutes is not None and self.events != ("message.kept",):
            raise WrongValue("unheard-of-kept-alone")
        return self

    @property
    def address(self) -> str:
        """Where it is, as people read it: what stands under the name of its kind."""
        return self.sent_to

    @property
    def sent_to(self) -> str:
        """Where it is; of a chat nobody is shown that."""
        return str(getattr(self, self.kind))

    def is_at(self, text: str) -> bool:
        """Whether somebody who writes this means it."""
        return text in (self.address, self.sent_to)

    @property
    def place(self) -> tuple[Kind, str, bool]:
        """What no two of one mailbox have alike, and stays the same of a chat that is hidden."""
        return self.kind, self.address, self.is_reminder

    @property
    def is_reminder(self) -> bool:
        """Whether it is told only of what is still unheard after a while."""
        return self.unheard_minutes is not None

    @property
    def key(self) -> str:
        """The same as long as it is the same kind and place, whatever else is changed.

        One place may be told and reminded: the reminder is a destination of its own.
        """
        which = f"{self.kind} {self.sent_to}" + (" unheard" if self.is_reminder else "")
        return hashlib.sha256(which.encode()).hexdigest()[:32]


class PeopleDestination(AnyDestination):
    """One that people read, who want no more than they can."""

    most_per_hour: Annotated[int, Field(ge=1, le=3_600)] = MOST_PER_HOUR
    daily: TimeOfDay | None = None
    """Instead of each message, once a day at that time, what is still unheard."""

    @model_validator(mode="after")
    def _is_daily_and_no_more(self) -> Self:
        if self.daily is not None:
            if self.between is not None or self.unheard_minutes is not None:
                raise WrongValue("daily-and-other-times")
            if self.events != ("message.kept",):
                raise WrongValue("daily-of-kept-alone")
        return self


class MailDestination(PeopleDestination):
    """A letter; the message itself is in it up to ``attach_up_to`` bytes, above that the link."""

    kind: ClassVar[Kind] = "mail"

    mail: Annotated[str, AfterValidator(mail_addresses.checked_address)]
    attach: Attach = "none"
    attach_up_to: AttachUpTo = ATTACH_UP_TO
    once_sent: OnceSent = "keep"

    def is_at(self, text: str) -> bool:
        """Also in other capitals: no mail server has two addresses that differ in these alone."""
        return mail_addresses.as_kept(text).lower() == self.mail.lower()

    @property
    def place(self) -> tuple[Kind, str, bool]:
        """The same however it is capitalised."""
        return self.kind, self.mail.lower(), self.is_reminder

    @model_validator(mode="after")
    def _brings_what_goes(self) -> Self:
        if self.once_sent != "keep" and self.attach == "none":
            raise WrongValue("once-sent-without-attach")
        if self.once_sent != "keep" and self.daily is not None:
            raise WrongValue("once-sent-with-daily")
        return self


class WebhookDestination(AnyDestination):
    """A request to an address, signed with the secret (Standard Webhooks 1.0.0).

    While a secret is replaced, ``old_secret`` signs too.
    """

    kind: ClassVar[Kind] = "webhook"

    webhook: Annotated[str, AfterValidator(_webhook_url)]
    secret: Secret = Field(repr=False)
    old_secret: Secret | None = Field(None, repr=False)


class ChatDestination(PeopleDestination):
    """A chat, told of the message in a few lines; the recording comes along where it takes one."""

    kind: ClassVar[Kind] = "chat"

    chat: Annotated[str, AfterValidator(chats.checked_address)] = Field(repr=False)
    attach: Literal["none", "opus"] = "none"

    @property
    def address(self) -> str:
        """The service, and digits by which its chats are told apart."""
        return chats.hidden_address(self.chat)


KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


def _kind_of(value: Any) -> str | None:
    if isinstance(value, AnyDestination):
        return value.kind
    if isinstance(value, dict):
        return next((kind for kind in KINDS if kind in value), None)
    return None


def daily_of(destination: AnyDestination) -> str | None:
    """At which time of the day a destination gets its digest; None where it is told at once."""
    return destination.daily if isinstance(destination, PeopleDestination) else None


Destination = Annotated[
    Annotated[MailDestination, Tag("mail")]
    | Annotated[WebhookDestination, Tag("webhook")]
    | Annotated[ChatDestination, Tag("chat")],
    Discriminator(
        _kind_of,
        custom_error_type="unknown_destination",
        custom_error_message="neither mail nor webhook nor chat",
    ),
]


def _each_once(
    destinations: tuple[Destination, ...], info: ValidationInfo
) -> tuple[Destination, ...]:
    seen = dict[tuple[Kind, str, bool], Destination]()
    for each in destinations:
        if each.place in seen:
            if info.context == STORED:
                continue
            address = mail_addresses.as_written(each.address)
            raise WrongValue("destination-twice", address=shown(address))
        seen[each.place] = each
    return tuple(seen.values())


Destinations = Annotated[
    tuple[Destination, ...], Field(strict=False, max_length=MOST), AfterValidator(_each_once)
]
