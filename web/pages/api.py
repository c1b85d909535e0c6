"""What the API can do, to be read: the page that its own document is made into."""

from __future__ import annotations

from functools import cache

from fastapi import FastAPI
from starlette.responses import Response
from starlette.routing import Route

from web.api.guide import Guide, guide_to
from web.visit import Visit, page


def show_api(visit: Visit) -> Response:
    """All operations and the shapes of what they take and give."""
    address = f"{visit.request.base_url}api/v1"
    return visit.render(
        "account/api.html", guide=_guide(visit.request.app.state.api), address=address
    )


@cache
def _guide(api: FastAPI) -> Guide:
    return guide_to(api.openapi())


routes = [Route("/api", page(show_api), methods=["GET"])]
