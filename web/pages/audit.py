"""The audit log: who did what, when and from where."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from storage.audit import AuditQuery
from web.language.audit_words import KINDS, AuditWords
from web.language.texts import texts
from web.visit import Visit, page

PER_PAGE: Final = 50
_FARTHEST: Final = 2**62


def show_audit(visit: Visit) -> Response:
    """A page of the log, newest first, searched and filtered."""
    search, action = visit.query.get("search", ""), visit.query.get("action", "")
    found = visit.services.audit.list(
        AuditQuery(
            company_id=visit.user.company_id,
            action=action if action in KINDS else "",
            search=search,
            before=_position(visit.query.get("before", "")),
            limit=PER_PAGE,
        )
    )
    words = AuditWords(visit.language, visit.site.office if visit.site else None)
    kept = {name: value for name, value in (("search", search), ("action", action)) if value}
    return visit.render(
        "audit/list.html",
        lines=[words.line(entry) for entry in found.entries],
        kinds=[(kind, texts(visit.language).gettext(words)) for kind, words in KINDS.items()],
        search=search,
        action=action,
        is_first="before" not in visit.query,
        newest=f"/audit?{urlencode(kept)}" if kept else "/audit",
        older="" if found.next is None else f"/audit?{urlencode({**kept, 'before': found.next})}",
    )


def _position(text: str) -> int | None:
    """Where the page before ended; None for the newest entries."""
    is_number = text.isascii() and text.isdecimal() and len(text) < 20
    return min(int(text), _FARTHEST) if is_number else None


routes = [Route("/audit", page(show_audit, role="administrator"), methods=["GET"])]
