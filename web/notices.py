"""A sentence for the next page: what was done, and perhaps how to undo it.

It travels in a cookie from the answer that redirects to the page that shows it.
"""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from storage.text import storable
from web.http import cookies

COOKIE: Final = cookies.NOTICE
SECONDS: Final = 60
MOST_IDS: Final = 60
"""What fits into a cookie; more cannot be chosen on one page anyway."""
UNDOING: Final = frozenset({"/messages/restore"})
"""Where something can be undone. A cookie may come from anybody: no button leads elsewhere."""


@dataclass(frozen=True)
class Notice:
    """What was done. ``undo`` is the address to post ``ids`` to, "" where there is no way back."""

    text: str
    kind: str = "done"
    undo: str = ""
    ids: tuple[str, ...] = ()


def leave(request: Request, response: Response, notice: Notice) -> None:
    """Have the next page show the notice."""
    whole = notice if len(notice.ids) <= MOST_IDS else Notice(notice.text, notice.kind)
    value = base64.urlsafe_b64encode(json.dumps(asdict(whole)).encode()).decode()
    cookies.give(request, response, COOKIE, value, seconds=SECONDS)


def take(request: Request) -> Notice | None:
    """The notice left for this page; None if there is none, or it cannot be read."""
    try:
        data = json.loads(base64.urlsafe_b64decode(cookies.read(request, COOKIE) or ""))
        text, kind, undo = (storable(str(data[name])) for name in ("text", "kind", "undo"))
        ids = tuple(storable(str(one)) for one in data["ids"])
        return Notice(text, kind, undo if undo in UNDOING else "", ids)
    except (KeyError, ValueError, TypeError, RecursionError):
        return None


def forget(request: Request, response: Response) -> None:
    """The notice was shown."""
    cookies.drop(request, response, COOKIE)
