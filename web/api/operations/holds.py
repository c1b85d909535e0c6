"""Legal hold: messages that nobody can delete, and that time does not remove."""

from __future__ import annotations

from fastapi import APIRouter

from web.api import schemas
from web.api.auth import Administrator
from web.api.filters import MessageId, checked_ids, message_of
from web.api.operations.messages import as_answer
from web.api.problems import refusals

router = APIRouter(prefix="/messages", tags=["messages"])


@router.post("/hold", responses=refusals(404, 413))
def hold_messages(who: Administrator, chosen: schemas.HoldChosen) -> schemas.Changed:
    """Put messages on hold, deleted or not: all of them, or none. For administrators."""
    ids = who.services.messages.hold(
        checked_ids(chosen.ids), reason=chosen.reason, by=who.actor, scope=who.scope
    )
    return schemas.Changed(ids=list(ids))


@router.post("/release", responses=refusals(404, 413))
def release_messages(who: Administrator, chosen: schemas.Chosen) -> schemas.Changed:
    """End the hold of messages: of all of them, or none. For administrators."""
    ids = who.services.messages.release(checked_ids(chosen.ids), by=who.actor, scope=who.scope)
    return schemas.Changed(ids=list(ids))


@router.post("/{message_id}/hold", responses=refusals(404, 413))
def hold_message(
    who: Administrator, message_id: MessageId, hold: schemas.HoldReason
) -> schemas.Message:
    """Put a message on hold; one that is held already keeps its reason. For administrators."""
    ids = [message_of(who, message_id).id]
    who.services.messages.hold(ids, reason=hold.reason, by=who.actor, scope=who.scope)
    return as_answer(message_of(who, message_id))


@router.post("/{message_id}/release", responses=refusals(404))
def release_message(who: Administrator, message_id: MessageId) -> schemas.Message:
    """End the hold of a message. For administrators."""
    who.services.messages.release([message_of(who, message_id).id], by=who.actor, scope=who.scope)
    return as_answer(message_of(who, message_id))
