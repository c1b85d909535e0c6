"""Messages: a list of them, and one."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Query, Response

from storage.messages.repository import Message
from web.api import schemas
from web.api.auth import Administrator, Anyone
from web.api.filters import Listed, MessageId, message_of
from web.api.paging import cursor_of
from web.api.problems import refusals

router = APIRouter(prefix="/messages", tags=["messages"])


@router.get("", responses=refusals())
def list_messages(who: Anyone, listed: Annotated[Listed, Query()]) -> schemas.Messages:
    """Messages that the asking user may see, newest first or as asked for."""
    query = listed.query(who, listed.limit, listed.cursor)
    page = who.services.messages.list(replace(query, oldest_first=listed.order == "oldest"))
    return schemas.Messages(
        items=[as_answer(message) for message in page.messages],
        next=cursor_of(page.next),
        month=page.month,
    )


@router.get("/{message_id}", responses=refusals(404))
def get_message(who: Anyone, message_id: MessageId) -> schemas.Message:
    """A message."""
    return as_answer(message_of(who, message_id))


@router.patch("/{message_id}", responses=refusals(404, 413))
def mark_message(who: Anyone, message_id: MessageId, mark: schemas.Mark) -> schemas.Message:
    """Make a message new or heard for the asking user; others' marks stay."""
    message = message_of(who, message_id)
    who.services.messages.mark([message.id], mark.state, user=who.user, by=who.actor)
    return as_answer(message_of(who, message_id))


@router.delete("/{message_id}", status_code=204, responses=refusals(404, 409))
def delete_message(who: Administrator, message_id: MessageId) -> Response:
    """Move a message to the trash, unless it is on hold. For administrators."""
    who.services.messages.delete(message_of(who, message_id).id, by=who.actor)
    return Response(status_code=204)


@router.post("/{message_id}/restore", responses=refusals(404))
def restore_message(who: Administrator, message_id: MessageId) -> schemas.Message:
    """Take a message back from the trash. For administrators."""
    who.services.messages.restore(message_of(who, message_id).id, by=who.actor)
    return as_answer(message_of(who, message_id))


@router.post("/{message_id}/accept", responses=refusals(404))
def accept_message(who: Anyone, message_id: MessageId) -> schemas.Message:
    """Make an ordinary message of one that was kept aside as probably empty.

    It is new to everybody who may see it.
    """
    who.services.messages.accept([message_of(who, message_id).id], by=who.actor, scope=who.scope)
    return as_answer(message_of(who, message_id))


def as_answer(message: Message) -> schemas.Message:
    """A message as the API sends it."""
    return schemas.Message.model_validate(
        {
            **message.as_json(),
            "deleted_at": message.deleted_at,
            "hold": message.hold and asdict(message.hold),
        }
    )
