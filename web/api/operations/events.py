"""News as they happen, as server-sent events."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from web.api.auth import Anyone
from web.api.problems import refusals
from web.events import Events, last_known

router = APIRouter(tags=["events"])

STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": 'Events called `news`, with data such as `{"kind": "kept", "id": "…"}`:'
        " what happened to which message. Kinds are kept, aside (kept as"
        " probably empty), deleted, restored and marked. One called `ended` comes last where the"
        " session or the token has ended.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
After = Annotated[
    int | None,
    Query(ge=0, lt=2**63, description="The `id` of an event: those that came after it come first."),
]


class EventStream(StreamingResponse):
    """Text that goes on."""

    media_type = "text/event-stream"


@router.get("/events", response_class=EventStream, responses={**STREAM, **refusals()})
async def stream_events(who: Anyone, request: Request, after: After = None) -> EventStream:
    """What happens to the messages the asking user may see.

    The stream ends after some minutes; `Last-Event-ID` goes on where it ended, as `after` does.
    """
    events: Events = request.app.state.events
    known = last_known(request)
    return EventStream(events.stream(who.find, after if known is None else known))
