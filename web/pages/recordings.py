"""The sound of messages: to be heard in the page, and to be taken away, alone or as a zip."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict

from starlette.responses import JSONResponse, Response

from storage.errors import NotFound
from storage.messages.repository import Message
from storage.transfer.file_names import readable_name
from web.http.progress import Downloads, Key
from web.http.ranges import audio_response, closed_unless_sent
from web.language.words import count_words, size_words
from web.message_list.address import Listing
from web.message_list.asked import asked_listing
from web.message_list.selection import everything
from web.message_list.zips import zip_name, zip_response
from web.visit import Visit


def play(visit: Visit) -> Response:
    """The sound. Whoever asks for any part of it listens: to them the message is new no longer.

    Only our player says that it will report what was heard (`note_heard`). Until then the message
    stays new; that somebody listens is written down all the same.
    """
    message = message_of(visit)
    repository = visit.services.messages
    # First: nobody has heard what cannot be had.
    with closed_unless_sent(repository.open(message)) as wav:
        if visit.request.method == "GET":
            reports = visit.query.get("by") == "player"
            listen = repository.note_listening if reports else repository.listen
            listen(message.id, user=visit.user, by=visit.actor)
        return audio_response(visit.request, wav, etag=message.sha256)


def note_heard(visit: Visit) -> Response:
    """The player reports that so much of the message was heard that it is new no longer."""
    visit.services.messages.listen(message_of(visit).id, user=visit.user, by=visit.actor)
    return Response(status_code=204)


def download(visit: Visit) -> Response:
    """The sound as a file. The message stays as new as it was."""
    message = message_of(visit)
    repository = visit.services.messages
    with closed_unless_sent(repository.open(message)) as wav:
        if visit.request.method == "GET":
            repository.note_download(message, by=visit.actor)
        name = readable_name(message)
        return audio_response(visit.request, wav, etag=message.sha256, filename=name)


def export(visit: Visit) -> Response:
    """The sound of all messages of a list, as one zip that is made while it is sent."""
    return send_found(visit, asked_listing(visit))


def send_found(visit: Visit, listing: Listing) -> Response:
    """The sound of all that a list finds, as one zip that is made while it is sent."""
    repository = visit.services.messages
    query = everything(visit, listing)
    total = repository.count(query)
    messages = _downloads(visit).followed(_key(visit), repository.each(query), total)
    response = _zip(visit, messages, listing.period)  # first: nobody took what cannot be had
    repository.note_export(query, total, by=visit.actor)
    return response


def ask_to_export(visit: Visit) -> Response:
    """The question before a long download: how many messages, and how large the zip will be."""
    count, size = visit.services.messages.amount(everything(visit, asked_listing(visit)))
    question = visit.counted(
        "Download %(num)s message? The archive is about %(size)s.",
        "Download %(num)s messages? The archive is about %(size)s.",
        count,
        written=count_words(count, visit.language),
        size=size_words(size, visit.language),
    )
    return JSONResponse({"question": question})


def progress(visit: Visit) -> Response:
    """How far the user's zip of that key has come, as far as this process has heard of it."""
    known = _downloads(visit).of(_key(visit))
    return JSONResponse(asdict(known) if known else {"state": "unknown"})


def send_selected(visit: Visit, ids: Sequence[str]) -> Response:
    """The sound of some messages as one zip. Raises NotFound if there is one not to be seen."""
    repository = visit.services.messages
    messages = [repository.get(message_id, visit.scope) for message_id in ids]
    response = _zip(visit, messages)
    for message in messages:
        repository.note_download(message, by=visit.actor)
    return response


def _downloads(visit: Visit) -> Downloads:
    downloads: Downloads = visit.request.app.state.downloads
    return downloads


def _key(visit: Visit) -> Key:
    return visit.user.id, visit.query.get("key", "")


def _zip(visit: Visit, messages: Iterable[Message], period: str = "") -> Response:
    name = zip_name(visit.text("voicemail"), period, visit.timezone)
    withheld = visit.text("Number withheld")
    return zip_response(visit.services.messages, messages, name, "excel", withheld)


def message_of(visit: Visit) -> Message:
    """The message of the address. Raises NotFound, also for one that the user may not see."""
    message_id = visit.path["id"]
    message = visit.services.messages.get(message_id, visit.scope, reader=visit.user.id)
    if message.id != message_id:
        raise NotFound("no-message", id=message_id)
    return message
