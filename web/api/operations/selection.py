"""Several messages at once: counting, marking, deleting, restoring, and taking them away."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from web.api import schemas
from web.api.auth import Administrator, Anyone
from web.api.filters import Employee, Exported, MessageBox, checked_ids, message_of
from web.api.problems import refusals
from web.message_list.zips import zip_name, zip_response

router = APIRouter(prefix="/messages", tags=["messages"])

MOST_COUNTED: Final = 1000
ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A zip with the recordings and a manifest.",
        "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/months", responses=refusals())
def list_months(who: Anyone, box: MessageBox = None, employee: Employee = None) -> schemas.Months:
    """The months that have messages, and how many, newest first."""
    months = who.services.messages.months(who.scope, box=box, employee=employee)
    return schemas.Months(
        items=[schemas.Month(month=month, count=count) for month, count in months]
    )


@router.get("/new", responses=refusals())
def count_new_messages(who: Anyone) -> schemas.NewCount:
    """How many messages are new to the asking user."""
    count = who.services.messages.new_count(who.user)
    return schemas.NewCount(count=count, at_least=count >= MOST_COUNTED)


@router.get("/quiet", responses=refusals())
def count_quiet_messages(who: Anyone) -> schemas.QuietCount:
    """How many messages lie aside as probably empty."""
    count = who.services.messages.quiet_count(who.scope)
    return schemas.QuietCount(count=count, at_least=count >= MOST_COUNTED)


@router.post("/accept", responses=refusals(404, 413))
def accept_messages(who: Anyone, chosen: schemas.Chosen) -> schemas.Changed:
    """Make ordinary messages of what was kept aside as probably empty: of all of them, or none."""
    ids = who.services.messages.accept(checked_ids(chosen.ids), by=who.actor, scope=who.scope)
    return schemas.Changed(ids=list(ids))


@router.post("/mark", responses=refusals(404, 413))
def mark_messages(who: Anyone, chosen: schemas.MarkChosen) -> schemas.Changed:
    """Make messages new or heard for the asking user: all of them, or none."""
    ids = who.services.messages.mark(
        checked_ids(chosen.ids), chosen.state, user=who.user, by=who.actor
    )
    return schemas.Changed(ids=list(ids))


@router.post("/delete", responses=refusals(404, 409, 413))
def delete_messages(who: Administrator, chosen: schemas.Chosen) -> schemas.Changed:
    """Move messages to the trash: all of them, or none if one is on hold. For administrators."""
    ids = who.services.messages.delete_many(checked_ids(chosen.ids), by=who.actor, scope=who.scope)
    return schemas.Changed(ids=list(ids))


@router.post("/restore", responses=refusals(404, 413))
def restore_messages(who: Administrator, chosen: schemas.Chosen) -> schemas.Changed:
    """Take messages back from the trash: all of them, or none. For administrators."""
    ids = who.services.messages.restore_many(checked_ids(chosen.ids), by=who.actor, scope=who.scope)
    return schemas.Changed(ids=list(ids))


@router.post("/empty-trash", responses=refusals())
def empty_trash(who: Administrator) -> schemas.Emptied:
    """Remove for good what is in the trash, but for what is on hold. For administrators.

    Nothing brings it back.
    """
    retention, now = who.services.retention, datetime.now(UTC)
    count, size = retention.empty_trash(who.scope, now, by=who.actor)
    return schemas.Emptied(count=count, bytes=size)


@router.get("/export", response_class=StreamingResponse, responses={**ZIP, **refusals(404)})
def export_messages(who: Anyone, wanted: Annotated[Exported, Query()]) -> StreamingResponse:
    """Recordings as a zip, with a manifest; it is made while it is sent."""
    repository, query = who.services.messages, wanted.query(who, limit=None)
    if wanted.ids:
        chosen = [message_of(who, message_id) for message_id in dict.fromkeys(wanted.ids)]
        messages, count = iter(chosen), len(chosen)
    else:
        messages, count = repository.each(query), repository.count(query)
    name = zip_name("voicemail", wanted.month, who.timezone)
    response = zip_response(repository, messages, name)  # first: nobody took what cannot be had
    repository.note_export(query, count, by=who.actor)
    return response
