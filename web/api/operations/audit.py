"""The audit log: who did what, when and from where."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from storage.audit import AuditQuery
from web.api.auth import Administrator
from web.api.paging import USUAL, Cursor, Limit, Listing, cursor_of, position_of
from web.api.problems import refusals
from web.api.schemas import Answer

router = APIRouter(prefix="/audit", tags=["company"])


class AuditEntry(Answer):
    """Something that somebody did."""

    id: int
    at: datetime
    who: str = Field(examples=["olga"])
    """The login of the user, or what else did it."""
    via: str = Field(examples=["page"])
    """`page`, `api`, `cli` or `phone`."""
    address: str = Field(examples=["192.0.2.7"])
    """The network address it came from, where there is one."""
    action: str = Field(examples=["message.delete"])
    subject: str
    """What it was done to."""
    details: object
    """What else is known; for a change of the configuration, what was and what became."""


class AuditEntries(Listing[AuditEntry]):
    """Entries of the log, newest first.

    While searching a page may have few items or none, and still a `next`.
    """


@router.get("", responses=refusals())
def list_audit(
    who: Administrator,
    search: Annotated[
        str, Query(max_length=200, description="Part of who, action, subject or address.")
    ] = "",
    action: Annotated[
        str, Query(max_length=100, description="An action; `message.` means all that begin so.")
    ] = "",
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> AuditEntries:
    """What was done in the company, newest first."""
    page = who.services.audit.list(
        AuditQuery(
            company_id=who.user.company_id,
            search=search,
            action=action,
            limit=limit,
            before=position_of(cursor),
        )
    )
    return AuditEntries(
        items=[AuditEntry.model_validate(entry.as_json()) for entry in page.entries],
        next=cursor_of(page.next),
    )
