"""Static files, under an address that changes with them: browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER: Final = Path(__file__).parents[1] / "static"
FOR_EVER: Final = "public, max-age=31536000, immutable"


@cache
def digest() -> str:
    """One name for the present state of all static files.

    It stands in the path, not in each name, so that style sheets and modules refer to each other
    by relative addresses.
    """
    state = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file():
            state.update(path.relative_to(FOLDER).as_posix().encode() + b"\0" + path.read_bytes())
    return state.hexdigest()[:12]


def static(name: str) -> str:
    """The address of a static file."""
    return f"/static/{digest()}/{name}"


class Assets(StaticFiles):
    """The folder of static files."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; one that is asked for by an older digest is not kept for ever."""
        asked, _, name = path.partition("/")
        response = await super().get_response(name, scope)
        if response.status_code in (200, 304):
            response.headers["Cache-Control"] = FOR_EVER if asked == digest() else "no-cache"
        return response
