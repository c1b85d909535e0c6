"""The question for one's present password, before credentials of anybody are changed."""

from __future__ import annotations

from storage.accounts.sessions import LoginRefused
from web.guard import address_of
from web.http.cookies import session_token
from web.visit import Visit


def refusal(visit: Visit, field: str = "current") -> str:
    """Why what was typed into that field does not do; "" where it is the user's password.

    A session that was stolen is not to become an account.
    """
    password = str(visit.form.get(field, ""))
    if not password:
        return visit.text("Type your current password.")
    try:
        visit.services.sessions.confirm(
            visit.user.id,
            password,
            token=session_token(visit.request) or "",
            address=address_of(visit.request),
        )
    except LoginRefused as refused:
        if refused.retry_after is None:
            return visit.text("This is not your current password.")
        return visit.text(
            "Too many attempts. Try again in %(seconds)s s.", seconds=refused.retry_after
        )
    return ""
