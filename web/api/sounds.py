"""Sounds: WAV files that the API sends, and sound files sent to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Annotated, Any, BinaryIO, Final

from fastapi import File, Request, Response, UploadFile

from storage.errors import AudioError
from storage.office import Prompt
from web.api.auth import Asking
from web.api.problems import Problem
from web.http.ranges import audio_response
from web.language.problems import message, whole

_WAV: Final = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The WAV: 16 bits, usually one channel and 8000 Hz.", "content": _WAV},
    206: {"description": "The part of it that `Range` asks for.", "content": _WAV},
    304: {"description": "It is what `If-None-Match` names."},
}
"""The answers of an operation that sends a sound."""

Sound = Annotated[UploadFile, File(description="A sound file of any usual format, up to 20 MB.")]


def sound_response(
    request: Request, wav: BinaryIO, *, etag: str, filename: str | None = None
) -> Response:
    """A sound as the request asks for it. Raises Problem 416."""
    response = audio_response(request, wav, etag=etag, filename=filename)
    if response.status_code == 416:
        headers = {"Content-Range": response.headers["content-range"]}
        raise Problem(416, "the sound ends before that range", headers=headers)
    return response


def doubts_of(who: Asking, prompt: Prompt | None) -> list[str]:
    """What may be wrong with the sound of a prompt: a sentence for each thing."""
    doubts = who.services.prompts.doubts(prompt.audio) if prompt else ()
    return [message(doubt) for doubt in doubts]


def file_title(upload: UploadFile) -> str:
    """What the file was called where it came from, as far as that can be kept."""
    name = PurePath((upload.filename or "").replace("\\", "/")).name[:200].strip()
    return name if name and name.isprintable() else "recording"


def import_sound(who: Asking, upload: UploadFile) -> str:
    """Take an uploaded file into the prompts folder; its digest. Raises Problem 422."""
    with tempfile.TemporaryDirectory(prefix="voicepost-") as folder:
        path = Path(folder) / "upload"
        with path.open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        with sounds_refused():
            return who.services.prompts.import_audio(path)


@contextmanager
def sounds_refused() -> Iterator[None]:
    """A sound that cannot be made or read is a mistake of the request, not of the server."""
    try:
        yield
    except AudioError as error:
        raise Problem(422, whole(error)) from error
