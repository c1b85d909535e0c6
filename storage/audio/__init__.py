"""Sound: read, decoded, measured, spoken, drawn, and kept in a folder or an object store.

Whose a recording is, and whether it becomes a message, is not known here.
"""

__all__ = [
    "channels",
    "child_programs",
    "ffmpeg",
    "noise",
    "recordings",
    "rendition",
    "s3",
    "silence",
    "speech",
    "store",
    "text_to_speech",
    "upload_queue",
    "voice_detector",
    "wav",
    "waveform",
]
