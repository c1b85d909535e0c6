"""Deliveries: what was sent to whom, and what waits."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import Field

from storage.notifications.delivery import Delivery as Stored
from storage.notifications.delivery import State
from storage.office.notify import Kind
from web.api.auth import Administrator
from web.api.paging import USUAL, Cursor, Limit, Listing, cursor_of_id, id_of
from web.api.problems import refusals
from web.api.schemas import Answer

router = APIRouter(prefix="/deliveries", tags=["company"])

DeliveryId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$", description="The delivery's id.")]


class Delivery(Answer):
    """Something to be sent to one destination."""

    id: str
    """The same with each try: the `webhook-id`, and part of the letter's `Message-ID`."""
    kind: Kind
    event: str = Field(examples=["message.kept"])
    to: str = Field(examples=["anna@example.com"])
    message: str | None
    state: State
    tries: int
    """Since it was made, or last sent again by hand."""
    made_at: datetime
    next_try_at: datetime | None
    ended_at: datetime | None
    answer: str = Field(examples=["250 OK"])
    """What the other side said last."""


class Deliveries(Listing[Delivery]):
    """Deliveries, newest first."""


@router.get("", responses=refusals())
def list_deliveries(
    who: Administrator,
    state: Annotated[State | None, Query(description="Only those in this state.")] = None,
    message: Annotated[str | None, Query(max_length=36, description="About this message.")] = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Deliveries:
    """What was sent to whom in the company, newest first."""
    found = who.services.deliveries.list(
        who.user.company_id, state=state, message_id=message, below=id_of(cursor), limit=limit + 1
    )
    last = found[limit - 1].id if len(found) > limit else None
    return Deliveries(items=[_answer(each) for each in found[:limit]], next=cursor_of_id(last))


@router.get("/{delivery_id}", responses=refusals(404))
def get_delivery(who: Administrator, delivery_id: DeliveryId) -> Delivery:
    """A delivery."""
    return _answer(who.services.deliveries.get(delivery_id, who.user.company_id))


@router.post("/{delivery_id}/retry", responses=refusals(404))
def retry_delivery(who: Administrator, delivery_id: DeliveryId) -> Delivery:
    """Have it sent now, whatever became of it."""
    queue = who.services.deliveries
    return _answer(queue.retry(delivery_id, by=who.actor, company_id=who.user.company_id))


@router.post("/{delivery_id}/cancel", responses=refusals(404, 409))
def cancel_delivery(who: Administrator, delivery_id: DeliveryId) -> Delivery:
    """Do not send it any more; 409 where it was sent or has failed already."""
    queue = who.services.deliveries
    return _answer(queue.cancel(delivery_id, by=who.actor, company_id=who.user.company_id))


def _answer(delivery: Stored) -> Delivery:
    return Delivery.model_validate(delivery.as_json())
