"""Which messages a request is about: the filters of a list, or an id."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from storage.errors import NotFound
from storage.messages.query import AnyBox
from storage.messages.query import Query as Wanted
from storage.messages.repository import Message
from web.api.auth import Asking
from web.api.paging import MOST, USUAL, position_of
from web.api.problems import forbidden

_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EARLIEST: Final = date(1970, 1, 1)
_LATEST: Final = date(2200, 1, 1)


def _within_reason(day: date) -> date:
    """No message is older or newer, and zones can be reckoned with."""
    return max(_EARLIEST, min(day, _LATEST))


MessageId = Annotated[str, Path(examples=["0198a6b0-8c1e-7d3f-9a52-6f2f4c9d1e77"])]
Day = Annotated[date, AfterValidator(_within_reason)]


MessageBox = Annotated[
    AnyBox | None,
    Query(description="In the company's box, in an employee's, or in none that is known."),
]
Employee = Annotated[
    str | None,
    Query(
        max_length=36,
        description="For the employee who has this extension now, or for that of this id.",
    ),
]


class Filters(BaseModel):
    """The filters of messages; all of them have to fit."""

    model_config = ConfigDict(use_attribute_docstrings=True, extra="forbid")

    month: str | None = Field(
        None, pattern=r"^(19[7-9]|20[0-9]|21[0-9])[0-9]-(0[1-9]|1[0-2])$", examples=["2026-08"]
    )
    """Received in this month."""
    since: Day | None = None
    """Received on this day or later."""
    until: Day | None = None
    """Received on this day or earlier."""
    search: str = Field("", max_length=200)
    """Parts of names and numbers of addressee and caller, in any spelling."""
    box: AnyBox | None = None
    """In the company's box, in an employee's, or in none that is known."""
    employee: str | None = Field(None, max_length=36)
    """For the employee who has this extension now, or for that of this id."""
    state: Literal["new", "heard"] | None = None
    """New to the asking user, or heard."""
    trash: bool = False
    """Deleted messages instead of the others. For administrators."""
    held: bool = False
    """Only messages on hold, deleted or not; with `trash` only deleted ones. For administrators."""
    quiet: bool = False
    """What was kept aside as probably empty instead of the others; with `trash` or `held`, what is
    both."""

    def query(self, who: Asking, limit: int | None, cursor: str | None = None) -> Wanted:
        """The query it is for that user. Raises Problem 403 or 422."""
        if (self.trash or self.held) and not who.user.is_administrator:
            raise forbidden("the trash and what is on hold are for administrators")
        return Wanted(
            scope=who.scope,
            reader=who.user.id,
            month=self.month,
            since=self.since,
            until=self.until,
            search=self.search,
            box=self.box,
            employee=self.employee,
            state=self.state,
            deleted=self.trash,
            held=self.held,
            quiet=self.quiet,
            limit=limit,
            before=position_of(cursor),
        )


class Listed(Filters):
    """A page of what the filters find."""

    limit: int = Field(USUAL, ge=1, le=MOST)
    """How many at most."""
    cursor: str | None = Field(None, max_length=100)
    """`next` of the page before, in the same order; without it, the first page."""
    order: Literal["newest", "oldest"] = "newest"
    """Which come first."""


class Exported(Filters):
    """What the filters find, or some of it."""

    ids: list[Annotated[str, Field(max_length=36)]] = Field([], alias="id", max_length=200)
    """Only these messages, whatever else is asked for; repeatable."""


def checked_ids(ids: Iterable[str]) -> list[str]:
    """Ids, each once; NotFound for what can be no id."""
    once = list(dict.fromkeys(ids))
    for message_id in once:
        _check(message_id)
    return once


def message_of(who: Asking, message_id: str) -> Message:
    """A message the user may see; NotFound for any other id, whatever is wrong with it."""
    _check(message_id)
    return who.services.messages.get(message_id, who.scope, reader=who.user.id)


def _check(message_id: str) -> None:
    """A beginning of an id is none: what can be guessed step by step is no secret."""
    if not _ID.fullmatch(message_id):
        raise NotFound("no-such-message")
