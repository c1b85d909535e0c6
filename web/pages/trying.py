"""A sound before it is taken: what callers would hear of it. Nothing is kept."""

from __future__ import annotations

import base64
from typing import Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from storage.audio.rendition import rendition_of
from storage.audio.silence import samples_of
from storage.audio.waveform import loudness
from storage.errors import AudioError, Busy, Refused, StorageError, warning
from web.forms.uploads import uploaded
from web.language.telling import tell_message
from web.visit import Visit, page

_FIELD: Final = "sound"


def try_sound(visit: Visit) -> Response:
    """The WAV that a sound file would become, in base64, its picture, and what is doubtful.

    Else an ``error``, in the words of the page. To be fetched by static/sound-trial.js.
    """
    try:
        with uploaded(visit, _FIELD) as path:
            rendition = rendition_of(path, path.name)
    except (Refused, AudioError) as error:
        return _refused(visit, error, 422)
    except Busy as error:
        return _refused(visit, error, 503)
    doubts = [tell_message(warning(doubt), visit.language) for doubt in rendition.doubts]
    wav = base64.b64encode(rendition.wav).decode()
    picture = list(loudness(samples_of(rendition.wav)[0]))
    return JSONResponse({"wav": wav, "loudness": picture, "doubts": doubts})


def _refused(visit: Visit, error: StorageError, status: int) -> Response:
    return JSONResponse({"error": tell_message(error.problem, visit.language)}, status)


routes = [Route("/sounds/try", page(try_sound), methods=["POST"])]
