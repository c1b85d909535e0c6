"""The JSON API: everything the page does, for scripts."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from web.api.limits import BodyLimits
from web.api.operations import (
    audit,
    deliveries,
    employees,
    events,
    holds,
    lamps,
    mailbox,
    me,
    menus,
    messages,
    numbers,
    own_addresses,
    phones,
    prompts,
    recordings,
    selection,
    users,
)
from web.api.problems import install_problems
from web.api.schemas import Problem
from web.events import Events
from web.services import Services

VERSION: Final = "1"
DESCRIPTION: Final = """
Voice messages of a company, its people and its voice menus. Names are those that
`voicepost … --json` prints.

Everybody sees what they see on the page: an administrator everything of the company, an employee
the messages left for their own numbers. What belongs to others is answered as if it were not there.

A token ends some day, and may be for reading only: then it is good for GET and HEAD, and what is
listened to by it stays new. By no token are credentials made or changed: passwords, one-time
links, PINs, other tokens, administrators. That takes a person who has logged in, and `current`, the
person's present password.

Lists come a page at a time: `next` of one page is the `cursor` of the following one. Errors are
`application/problem+json` (RFC 9457). Times are ISO 8601, durations seconds, sizes bytes.
"""
TAGS: Final = (
    ("messages", "Voice messages: finding, hearing, deleting, restoring and holding them."),
    ("users", "Accounts of the page. For administrators."),
    ("employees", "People with phones, and where their calls go. For administrators."),
    ("menus", "Voice menus, their keys and default actions. For administrators."),
    ("prompts", "The company's own sounds. For administrators."),
    (
        "company",
        "Numbers, voicemail settings, problems, audit log, deliveries, lamps. Administrators only.",
    ),
    ("me", "The asking user's own account, phone and mailbox."),
    ("events", "News as they happen."),
)
# Addresses of the chosen few come before those of one: /messages/months is no message.
SECTIONS: Final = (
    *(selection, messages, holds, recordings, users, employees, menus, prompts),
    *(numbers, mailbox, audit, deliveries, lamps, me, phones, own_addresses, events),
)


def create_api(services: Services, news: Events) -> FastAPI:
    """The API over these services, to be mounted; ``news`` are shared with the pages."""
    app = FastAPI(
        title="Voicepost",
        version=VERSION,
        description=DESCRIPTION,
        openapi_tags=[{"name": name, "description": text} for name, text in TAGS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
    )
    app.state.services = services
    app.state.events = news
    app.add_middleware(BodyLimits)
    install_problems(app)
    for section in SECTIONS:
        app.include_router(section.router)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the shape of errors, which no operation returns."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            separate_input_output_schemas=False,
        )
        document["servers"] = [{"url": "/api/v1"}]
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema()
        app.openapi_schema = document
    return app.openapi_schema
