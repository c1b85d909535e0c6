"""The trash emptied: asked first, and of exactly what lay in it when it was asked."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

from web.visit import Visit, page

TRASH = "/messages?trash=1"


def ask_to_empty(visit: Visit) -> Response:
    """The question, with how much goes for good."""
    asked_at = datetime.now(UTC)  # first: what is deleted from now on is not asked about
    found = visit.services.retention.trash(visit.scope)
    if not found.removed:
        return visit.redirect(TRASH)
    return visit.render("messages/empty_trash.html", found=found, asked_at=asked_at.isoformat())


def empty(visit: Visit) -> Response:
    """Remove for good what lay in the trash when it was asked."""
    retention, before = visit.services.retention, _asked_at(str(visit.form.get("asked_at", "")))
    removed, _size = retention.empty_trash(visit.scope, before, by=visit.actor)
    told = visit.counted(
        "%(num)s message removed permanently.",
        "%(num)s messages removed permanently.",
        removed,
    )
    return visit.redirect(TRASH, told)


def _asked_at(text: str) -> datetime:
    """When the question was asked. Raises HTTPException for a form that nobody was asked by."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise HTTPException(400) from error
    if at.tzinfo is None:
        raise HTTPException(400)
    return at.astimezone(UTC)


routes = [
    Route("/messages/trash/empty", page(ask_to_empty, role="administrator"), methods=["GET"]),
    Route("/messages/trash/empty", page(empty, role="administrator"), methods=["POST"]),
]
