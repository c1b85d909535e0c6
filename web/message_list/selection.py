"""Which messages a form of the list is about: the ticked ones, or all that the list finds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from starlette.responses import JSONResponse, Response

from storage.errors import Held, NotFound
from storage.messages.query import Query
from web.message_list.address import Listing, listing_at
from web.message_list.asked import asked_listing
from web.visit import Visit
from web.ways_back import list_behind

MOST_TICKED: Final = 500
AT_ONCE: Final = 200
"""Found messages that one transaction changes: whoever leaves a message meanwhile waits for it."""

Act = Callable[[Sequence[str]], Sequence[str]]
"""Changes all the messages of these ids, or none; the ids of those that it has changed."""


class ListChanged(Exception):
    """Another number of messages, or other ones, are found than were when they were selected."""

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} messages are found now")
        self.count = count


@dataclass(frozen=True)
class Selection:
    """Messages by their ids. ``listing`` is the list that finds them, None for ticked ones."""

    ids: Sequence[str]
    listing: Listing | None = None
    mark: str = ""
    """What `count_found` called exactly these messages."""

    def apply(self, act: Act) -> tuple[Sequence[str], int]:
        """Act on them: the ids of those that changed, and how many are on hold and stayed.

        What was ticked changes as a whole or not at all: raises NotFound or Held. What was found
        goes a few at a time, and leaves out what is on hold, or is gone by now.
        """
        if self.listing is None:
            return act(self.ids), 0
        changed: list[str] = []
        held = 0
        for start in range(0, len(self.ids), AT_ONCE):
            some = self.ids[start : start + AT_ONCE]
            try:
                changed += act(some)
            except (Held, NotFound):
                for one in some:
                    try:
                        with suppress(NotFound):
                            changed += act([one])
                    except Held:
                        held += 1
        return changed, held


def count_found(visit: Visit) -> Response:
    """How many messages the list of the address finds in all, and a mark of which they are."""
    ids = _found(visit, asked_listing(visit))
    return JSONResponse({"count": len(ids), "mark": _mark(ids)})


def selected(visit: Visit) -> Selection:
    """What the form is about, each message once.

    Raises ListChanged where all that are found were selected and others are found by now: nothing
    is done to a message that nobody has seen.
    """
    mark = str(visit.form.get("found", ""))
    if not mark:
        ticked = visit.form.getlist("message")[:MOST_TICKED]
        return Selection(list(dict.fromkeys(map(str, ticked))))
    listing = listing_at(list_behind(str(visit.form.get("back", ""))))
    ids = _found(visit, listing)
    if _mark(ids) != mark:
        raise ListChanged(len(ids))
    return Selection(ids, listing, mark)


def everything(visit: Visit, listing: Listing) -> Query:
    """What storage is asked for all that a list finds, on all its pages."""
    return replace(listing.query(visit.scope, visit.user.id), limit=None, before=None)


def _found(visit: Visit, listing: Listing) -> Sequence[str]:
    return visit.services.messages.ids(everything(visit, listing))


def _mark(ids: Sequence[str]) -> str:
    return hashlib.sha256("".join(sorted(ids)).encode()).hexdigest()[:32]
