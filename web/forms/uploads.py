"""Sound files sent with a form of the page."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.datastructures import UploadFile

from web.errors import FormError
from web.visit import Visit


def sound_in(visit: Visit, field: str) -> str:
    """Take the sound file of a form into the prompts folder; its digest.

    Raises FormError where none was chosen, AudioError where it is no sound.
    """
    with uploaded(visit, field) as path:
        return visit.services.prompts.import_audio(path)


@contextmanager
def uploaded(visit: Visit, field: str) -> Iterator[Path]:
    """The file of a form, for as long as it is looked at. Raises FormError for none."""
    upload = visit.form.get(field)
    if not isinstance(upload, UploadFile) or not upload.filename:
        raise FormError("choose-sound", field)
    with tempfile.TemporaryDirectory(prefix="voicepost-") as folder:
        path = Path(folder) / "recording"
        with path.open("wb") as file:
            shutil.copyfileobj(upload.file, file)
        yield path
