"""The audio of a message for programs that were told of it, by a signed link (webhooks')."""

from __future__ import annotations

from typing import Final

from starlette.responses import Response
from starlette.routing import Route

from storage.actor import Actor
from storage.errors import NotFound
from web.guard import address_of
from web.http.ranges import audio_response, closed_unless_sent
from web.visit import Guest, open_page

WHO: Final = "webhook"
"""Who listens, in the audit log: nobody who has logged in."""


def fetch(guest: Guest) -> Response:
    """The sound. It stays new to everybody; that a program fetched it is noted.

    A link that is wrong, or too old, or of a message in the trash is answered as if nothing had
    ever been there.
    """
    message_id = guest.path["id"]
    repository = guest.services.messages
    expires, signature = (guest.query.get(name, "") for name in ("expires", "signature"))
    if not repository.links.allow(message_id, expires, signature):
        raise NotFound("no-message", id=message_id)
    message = repository.get(message_id)
    if message.deleted_at is not None:
        raise NotFound("no-message", id=message_id)
    with closed_unless_sent(repository.open(message)) as wav:
        response = audio_response(guest.request, wav, etag=message.sha256)
        if guest.request.method == "GET":
            by = Actor(name=WHO, via="api", address=address_of(guest.request))
            repository.note_listening(message.id, by=by)
        return response


routes = [Route("/audio/{id}", open_page(fetch), methods=["GET"])]
