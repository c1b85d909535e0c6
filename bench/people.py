"""Somebody who looks at the pages of an installation, and may see all of them."""

from __future__ import annotations

from typing import Final

from commands.context import App
from storage.actor import Actor
from web.guard import COOKIE

PASSWORD: Final = "only for this bench"


def logged_in(app: App) -> dict[str, str]:
    """The cookies of an administrator who has logged in."""
    app.users.add(
        company_id=app.offices.site().company_id,
        login="bench",
        name="bench",
        role="administrator",
        extensions=(),
        password=PASSWORD,
        by=Actor(name="bench", via="cli"),
    )
    _, token = app.sessions.log_in("bench", PASSWORD, address="", agent="")
    return {COOKIE: token}
