"""A recording as it is attached to a letter: as it is, or as MP3 or Opus, which are smaller."""

from __future__ import annotations

from typing import Final

from notifications.mail import Recording
from storage.audio.child_programs import run
from storage.audio.ffmpeg import FFMPEG, working_on
from storage.errors import AudioError, Busy
from storage.messages.message import Message
from storage.messages.repository import MessageRepository
from storage.office.notify import Attach

_ENCODERS: Final = {
    "mp3": ("-c:a", "libmp3lame", "-q:a", "6", "-f", "mp3"),
    "opus": ("-c:a", "libopus", "-b:a", "24k", "-f", "ogg"),
}
_SUFFIXES: Final = {"wav": "wav", "mp3": "mp3", "opus": "ogg"}


def recording_of(
    messages: MessageRepository, message: Message, attach: Attach, most_bytes: int
) -> Recording | None:
    """The recording, None where it is larger than so many bytes, or cannot be made.

    Then the letter has its link. Raises StorageError where the audio is not to be had just now.
    """
    name = f"{message.received_at:%Y-%m-%d_%H-%M}.{_SUFFIXES[attach]}"
    wav = messages.read(message)
    if attach == "wav":
        return Recording(name, "wav", wav) if len(wav) <= most_bytes else None
    command = [*FFMPEG, "-f", "wav", "-i", "pipe:0", *_ENCODERS[attach], "pipe:1"]
    try:
        with working_on(message.id):
            data = run(command, given=wav, most_bytes=most_bytes)
    except (AudioError, Busy):
        return None
    return Recording(name, attach, data)
