"""What a browser may say aloud of new messages: nothing that the visitor may not see, or has heard.

Which messages it may be about, an open page knows from the news.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.identifiers import is_id
from storage.messages.envelope import IMPORTED
from storage.messages.repository import Message
from web.language.words import duration
from web.message_list.rows import row_of
from web.visit import Visit, page
from web.ways_back import LIST

MOST: Final = 3
"""More messages at once are told as so many, not each."""
ASKED: Final = 100
"""Messages that are asked for at once."""


class Notification(TypedDict):
    """What the browser shows, and the page that opens when it is clicked."""

    id: str
    title: str
    text: str
    address: str


def tell(visit: Visit) -> Response:
    """Notifications for those of the messages asked for that are new to the visitor."""
    new = _new(visit, visit.query.getlist("message")[:ASKED])
    if len(new) > MOST:
        counted = visit.counted("%(num)s new voice message", "%(num)s new voice messages", len(new))
        told = [Notification(id=new[-1].id, title=counted, text="", address=LIST)]
    else:
        told = [_notification(visit, message) for message in new]
    return JSONResponse({"notifications": told})


def _new(visit: Visit, ids: Sequence[str]) -> list[Message]:
    asked = list(filter(is_id, ids))
    there = visit.services.messages.those(asked, visit.scope, reader=visit.user.id)
    return [
        message
        for message in there
        if message.state == "new" and message.deleted_at is None and message.source != IMPORTED
    ]


def _notification(visit: Visit, message: Message) -> Notification:
    row = row_of(message, visit.language, visit.timezone)
    who = f"{row.who}, {row.number}" if row.number else row.who
    lines = (
        who,
        f"{visit.text('For')}: {row.addressee}",
        f"{visit.text('Length')}: {duration(message.duration)}",
    )
    return Notification(
        id=message.id,
        title=visit.text("New voice message"),
        text="\n".join(lines),
        address=f"{LIST}/{message.id}",
    )


routes = [Route("/notifications", page(tell), methods=["GET"])]
