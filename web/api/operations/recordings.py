"""The sound of a message: to be heard, taken away, and drawn."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from storage.audio.silence import find_silences, samples_of
from storage.audio.waveform import POINTS, loudness
from storage.transfer.file_names import readable_name
from web.api import schemas
from web.api.auth import Anyone
from web.api.filters import MessageId, message_of
from web.api.problems import refusals
from web.api.sounds import SOUND, sound_response
from web.http.ranges import closed_unless_sent

router = APIRouter(prefix="/messages/{message_id}", tags=["messages"])


@router.get("/audio", response_class=Response, responses={**SOUND, **refusals(404, 416)})
@router.head("/audio", include_in_schema=False)
def get_audio(who: Anyone, message_id: MessageId, request: Request) -> Response:
    """The recording. To ask for any part of it is to listen: it is heard from then on.

    By a token for reading only it stays new; that somebody listened is noted all the same.
    """
    message = message_of(who, message_id)
    repository = who.services.messages
    with closed_unless_sent(repository.open(message)) as wav:
        response = sound_response(request, wav, etag=message.sha256)
        if request.method == "GET":
            listen = repository.note_listening if who.read_only else repository.listen
            listen(message.id, user=who.user, by=who.actor)
        return response


@router.get("/download", response_class=Response, responses={**SOUND, **refusals(404, 416)})
@router.head("/download", include_in_schema=False)
def download_message(who: Anyone, message_id: MessageId, request: Request) -> Response:
    """The recording as a file with a name that tells when and from whom. It stays new."""
    message = message_of(who, message_id)
    repository, name = who.services.messages, readable_name(message)
    with closed_unless_sent(repository.open(message)) as wav:
        response = sound_response(request, wav, etag=message.sha256, filename=name)
        if request.method == "GET":
            repository.note_download(message, by=who.actor)
        return response


@router.get("/waveform", responses=refusals(404))
def get_waveform(who: Anyone, message_id: MessageId) -> schemas.Waveform:
    """What a player draws, and the pauses it may skip."""
    message = message_of(who, message_id)
    wav = who.services.messages.read(message)
    return schemas.Waveform(
        peaks=list(message.peaks.ljust(POINTS, b"\0")),
        loudness=list(message.loudness or loudness(samples_of(wav)[0])),
        silences=[list(span) for span in find_silences(wav)],
        duration=round(message.duration, 2),
    )
