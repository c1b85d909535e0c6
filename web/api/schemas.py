"""What the API says about messages: the same names as ``voicepost … --json`` prints.

Times are ISO 8601 in the company's time zone, durations are seconds, sizes bytes.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from web.api.paging import Listing

Id = Annotated[str, Field(examples=["0198a6b0-8c1e-7d3f-9a52-6f2f4c9d1e77"])]


class Answer(BaseModel):
    """What the API sends."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Body(BaseModel):
    """What is sent to the API; names it does not know are refused."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")


class Problem(Answer):
    """An error (RFC 9457)."""

    type: Literal["about:blank", "urn:voicepost:held"]
    """`urn:voicepost:held` where a message is on hold and cannot be deleted; else nothing more
    than the status."""
    title: str = Field(examples=["Not Found"])
    """What the status means."""
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no such message"])
    """One sentence."""
    problems: list[str] | None = None
    """One sentence for each mistake, where several things have to be put right; each begins with
    its place (`menus.main.keys.2: …`)."""
    code: str | None = Field(None, examples=["3fa94c01"])
    """Where the server is to blame: what its log calls this failure."""


class Party(Answer):
    """Somebody's name and number, as received."""

    name: str = Field(examples=["Анна Щукина"])
    number: str = Field(examples=["101"])


class Hold(Answer):
    """Why a message must not be deleted."""

    since: datetime
    by: str = Field(examples=["olga"])
    """Who put it on hold."""
    reason: str = Field(examples=["Case 7/2026"])


class Message(Answer):
    """A voice message."""

    id: Id
    box: Literal["company", "employee"]
    """Whose mailbox it is in: the company's or an employee's."""
    company: str = Field(examples=["Ромашка"])
    addressee: Party
    """The company and the number dialled, or the employee and the extension."""
    caller: Party
    dialled: str = Field(examples=["74951234567"])
    received_at: datetime = Field(examples=["2026-08-14T09:30:05+03:00"])
    duration: float = Field(examples=[12.3])
    """Seconds."""
    state: Literal["new", "heard"]
    """Whether the asking user has heard it."""
    sha256: str
    """Of the WAV file, in hexadecimal digits."""
    bytes: int = Field(examples=[196844])
    """Size of the WAV file."""
    source: Literal["ari", "agi", "asterisk", "import"]
    """Which part of the system took it."""
    cut_off: bool
    """Whether the line broke while the caller spoke."""
    deleted_at: datetime | None
    """When it was moved to the trash; null for one that was not."""
    held: bool
    """Whether it is on hold: then it cannot be deleted. Only administrators are told."""
    hold: Hold | None
    """Since when, by whom and why; null for one that is not on hold."""
    kind: Literal["message"]
    """Always `message`."""
    mailbox: str | None = Field(examples=["101"])
    """The extension of the employee whose mailbox it is; null for the company's."""
    quiet: bool
    """Whether it is kept aside as probably empty: hardly any speech was heard in it."""
    urgent: bool
    """Always false: callers cannot mark messages yet."""
    handling: None
    """Always null: nobody's work on messages is noted yet."""
    text: None
    """Always null: messages are not written down yet."""


class Messages(Listing[Message]):
    """Messages, newest first."""

    month: str | None = None
    """The only month that was looked through, where a search is too short for all of them."""


class Month(Answer):
    """A month that has messages, and how many."""

    month: str = Field(examples=["2026-08"])
    count: int = Field(examples=[42])


class Months(Answer):
    """The months that have messages, newest first."""

    items: list[Month]


class NewCount(Answer):
    """How many messages the asking user has not heard."""

    count: int = Field(examples=[3])
    at_least: bool
    """Whether there may be more: beyond 1000 nobody counts."""


class QuietCount(Answer):
    """How many messages lie aside as probably empty that the asking user may see."""

    count: int = Field(examples=[3])
    at_least: bool
    """Whether there may be more: beyond 1000 nobody counts."""


class Mark(Body):
    """What a message becomes for the asking user."""

    state: Literal["new", "heard"]


class Chosen(Body):
    """Some messages."""

    ids: list[Annotated[str, Field(max_length=36)]] = Field(min_length=1, max_length=200)


class HoldReason(Body):
    """Why a message must not be deleted."""

    reason: Annotated[str, Field(min_length=1, max_length=500, examples=["Case 7/2026"])]
    """In words that an administrator will understand later."""


class HoldChosen(Chosen, HoldReason):
    """Some messages, and why they must not be deleted."""


class MarkChosen(Chosen):
    """Some messages, and what they become for the asking user."""

    state: Literal["new", "heard"]


class Changed(Answer):
    """The messages that were changed: all but those that were so already."""

    ids: list[str]


class Emptied(Answer):
    """What was removed for good."""

    count: int = Field(examples=[12])
    """Messages."""
    bytes: int = Field(examples=[2362128])
    """Of their recordings."""


class Waveform(Answer):
    """What a player draws, and what it may skip."""

    peaks: list[Annotated[int, Field(ge=0, le=255)]] = Field(min_length=256, max_length=256)
    """The loudest sample of each of 256 equal parts, 0 to 255."""
    loudness: list[Annotated[int, Field(ge=0, le=255)]] = Field(min_length=256, max_length=256)
    """How loud each of these parts is as a whole (RMS), from 0 to 255 for the loudest of them."""
    silences: list[Annotated[list[float], Field(min_length=2, max_length=2)]] = Field(
        examples=[[[4.15, 7.85]]]
    )
    """Pauses worth skipping: begin and end of each, in seconds."""
    duration: float = Field(examples=[12.3])
    """Seconds."""
