"""Lamps of phones: what they show of new messages."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from storage.notifications.lamps import Count
from storage.notifications.lamps import Lamp as Stored
from web.api.auth import Administrator
from web.api.paging import USUAL, Cursor, Limit, Listing, page_of
from web.api.problems import refusals
from web.api.schemas import Answer

router = APIRouter(prefix="/lamps", tags=["company"])


class Lamp(Answer):
    """What the lamps of phones show that name a mailbox in Asterisk's configuration."""

    mailbox: str = Field(examples=["101@voicepost"])
    """What the phone's endpoint or aor has to name."""
    extension: str | None = Field(examples=["101"])
    """Whose it is; null for the company's own mailbox."""
    with_company: bool
    """Whether the company's messages are counted, too."""
    new: int = Field(examples=[2])
    """At most 999, as is `old`."""
    old: int = Field(examples=[15])
    """The other messages, those in the trash apart."""


class Lamps(Listing[Lamp]):
    """Lamps, the company's first."""


@router.get("", responses=refusals(404))
def list_lamps(who: Administrator, limit: Limit = USUAL, cursor: Cursor = None) -> Lamps:
    """What the lamps of the company's phones show, where they name their mailboxes."""
    lamps = who.services.lamps
    there = lamps.all(who.services.offices.snapshot())
    ours = [lamp for lamp in there if lamp.boxes and lamp.company_id == who.user.company_id]
    shown, following = page_of(ours, limit, cursor)
    counts = lamps.counts({box for lamp in shown for box in lamp.boxes})
    return Lamps(items=[_answer(lamp, lamp.count(counts)) for lamp in shown], next=following)


def _answer(lamp: Stored, count: Count) -> Lamp:
    return Lamp(
        mailbox=lamp.mailbox,
        extension=lamp.extension or None,
        with_company=not lamp.extension or len(lamp.boxes) > 1,
        new=count.new,
        old=count.old,
    )
