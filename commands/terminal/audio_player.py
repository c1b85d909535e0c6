"""Playing a recording through this computer's speaker, with whichever player is there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import click

from storage.audio.child_programs import run
from storage.audio.wav import LARGEST_BYTES

# Each plays the file it is given and comes back when that is over.
PLAYERS = (
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
    ("paplay",),
    ("aplay", "-q"),
    ("play", "-q"),
)
SLOWEST = 2
"""How many times as long a recording may become."""
# ffplay reports this and then claims success.
NO_DEVICE = "audio open failed"


def play_aloud(wav: bytes, speed: float = 1.0) -> None:
    """Play, and return when it is over. Faster or slower speech keeps its pitch.

    Raises ClickException when there is no player or no sound device.
    """
    player = next((player for player in PLAYERS if shutil.which(player[0])), None)
    if player is None:
        names = ", ".join(player[0] for player in PLAYERS)
        raise click.ClickException(f"no program that plays sound was found (looked for {names})")
    with tempfile.TemporaryDirectory(prefix="voicepost-") as folder:
        path = Path(folder) / "message.wav"
        path.write_bytes(wav)
        if speed != 1.0:
            path = _at_speed(path, speed)
        played = subprocess.run(
            [*player, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    if played.returncode or NO_DEVICE in played.stderr.decode(errors="replace"):
        raise click.ClickException(
            f"{player[0]} could not play the sound: is there a sound device?"
        )


def _at_speed(path: Path, speed: float) -> Path:
    changed = path.with_name("changed.wav")
    source = ["-f", "wav", "-protocol_whitelist", "file", "-i", f"file:{path}"]
    command = ["ffmpeg", "-loglevel", "error", *source, "-af", f"atempo={speed}", str(changed)]
    try:
        run(command, most_bytes=SLOWEST * LARGEST_BYTES)
    except FileNotFoundError as error:
        raise click.ClickException(
            f"--speed needs {error.args[0]}, which is not installed"
        ) from error
    except (subprocess.SubprocessError, OSError) as error:
        raise click.ClickException("the sound cannot be played at another speed") from error
    return changed
