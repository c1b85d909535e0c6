"""What can be wrong with sounds, speech and recordings, and where they are kept."""

from __future__ import annotations

from typing import Final

SOUNDS: Final = {
    # doubts about a sound that is taken all the same
    "cancels": "its two channels cancel each other out: only the louder one is played",
    "no-speech": "no speech is heard in it",
    "quiet": "it is very quiet, and could not be raised as far as it should be",
    # sounds that are none
    "busy-converting": "too many sounds are being converted just now; try again in a minute",
    "no-file": "there is no file {file}",
    "no-file-but-applied": "there is no file {file}; the sound applied before stays",
    "no-sound": "there is no sound in {title}",
    "no-sound-track": "there is no sound track in {title}",
    "not-a-sound-file": "{title} is not a sound file that can be read",
    "not-decoded": "{title} cannot be decoded: {reason}",
    "program-missing": "{program} is not installed",
    "rate-too-low": "{title} has a rate of {rate} Hz: at least {least} are needed for speech",
    "slow-to-decode": "{title} takes longer than {seconds} s to decode",
    "sound-not-kept": "the sound cannot be kept: {reason}",
    "sound-too-long": "{title} is longer than {seconds} seconds",
    # prompts and speech
    "cannot-speak": "{program} cannot speak with the voice “{name}”",
    "no-sound-for-prompt": "{company} has no sound for the prompt “{name}”",
    "no-synthesiser": "the speech synthesiser {program} is not installed (voice {name})",
    "nothing-to-say": "there is nothing to be spoken in “{text}”",
    "nothing-recorded": "nothing was recorded",
    "recorded-prompt-missing": "its recording is not in the prompts folder",
    "slow-to-speak": "{program} took longer than {seconds} seconds",
    # recordings
    "impossible-rate": "{name} has the impossible rate of {rate} Hz",
    "is-a-link": "{name} is a link, not a file",
    "larger-than": "{name} has more than {most} bytes",
    "no-audio": "no audio",
    "no-audio-but": "no audio but in {endings}, which is not read",
    "no-audio-in-it": "{name} has no audio in it",
    "no-recording-folder": "the folder of recordings {folder} is not there",
    "not-a-file": "{name} is not a file",
    "not-a-plain-file": "{name} is not a plain file",
    "not-gsm": "{name} is not a GSM recording",
    "not-pcm": "{name} is not 16 bit PCM",
    "not-wav": "{name} is not a WAV recording",
    "recording-too-large": "{name} is too large for a recording",
    "recording-too-long": "{name} is too long for a recording",
    "recording-unreadable": "the recording {name} cannot be read: {reason}",
    "samples-not-pcm": "the recording is not 16 bit PCM",
    "samples-not-wav": "the recording is not a WAV",
    "too-many-parts": "{name} has too many parts for a recording",
    # where kept audio is
    "audio-changed": "the audio is not what was recorded",
    "audio-ends-early": "the audio {key} ends too early in {url}",
    "audio-key-outside": "the audio key {key} leads out of the audio folder",
    "audio-lost": "the audio {key} is not in {place}",
    "audio-not-deleted": "the audio {key} cannot be deleted: {reason}",
    "audio-not-kept": "nobody kept {key}",
    "audio-not-kept-in": "{folder} cannot take the audio: {reason}",
    "audio-unreadable": "the audio cannot be read: {reason}",
    "file-not-removed": "{path} cannot be removed: {reason}",
    "folder-unreadable": "{folder} cannot be read: {reason}",
    "kept-audio-unreadable": "the audio {key} cannot be read: {reason}",
    "outbox-failed": "the outbox {folder} fails: {reason}",
    "store-failed": "the object store {url} fails: {reason}",
    "store-returns-else": "{url} returns something else than it was given",
    "store-returns-other-audio": "{url} returns other audio than it got: {key}",
}
