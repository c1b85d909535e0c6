"""The prompts folder: sounds of the companies' own, as Asterisk plays them.

Every sound is a WAV of 16 bits, one channel, 8000 Hz, about as loud as the next one, under a name
of 64 hexadecimal digits. They are only ever added: a call that began before a change still finds
the sounds of its own configuration. Beside a doubtful one it is noted what is doubtful.
"""

import hashlib
import tempfile
from pathlib import Path
from typing import Final, get_args

from storage.audio.ffmpeg import RATE
from storage.audio.recordings import read_recording
from storage.audio.rendition import Doubt, Rendition, rendition_of
from storage.audio.text_to_speech import choose_voice, speak
from storage.errors import AudioError, NoRecording, NotFound, Problem, warning
from storage.files.atomic import write_whole
from storage.files.fsync import make_folder
from storage.office import Office, Prompt
from storage.text import shown

# Part of a spoken text's name: to be raised when what was spoken before should sound no more.
_RENDITION: Final = "1"
_HEADER: Final = 44
"""Bytes before the samples of a WAV as we write it."""
_READABLE: Final = 0o644
"""Asterisk may run as another user."""


class PromptLibrary:
    """The prompts folder of one installation. Safe to use from several processes at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def import_audio(self, path: Path) -> str:
        """Take in a sound file of any format ffmpeg reads; its digest.

        Raises AudioError where it cannot be read, or is no sound. What is doubtful is taken:
        see `doubts`.
        """
        return self._keep_rendition(rendition_of(path, shown(path.name)))

    def adopt(self, recording: Path) -> str:
        """The same for what was recorded by phone, in all its parts; NoRecording for nothing.

        The files themselves stay where they are.
        """
        audio = read_recording(recording)
        if audio is None:
            raise NoRecording("nothing-recorded")
        return self._keep_rendition(_rendition_of(audio.wav, "the recording"))

    def doubts(self, digest: str | None) -> tuple[Problem, ...]:
        """What may be wrong with the audio of that digest, as warnings."""
        if digest is None:
            return ()
        try:
            noted = self._note(digest).read_text(encoding="ascii").split()
        except OSError:
            return ()
        return tuple(warning(doubt) for doubt in get_args(Doubt) if doubt in noted)

    def say(self, text: str, language: str, voice: str | None = None) -> str:
        """Speak a text, unless that was done before; its digest."""
        chosen = choose_voice(language, voice)
        subject = "\0".join((_RENDITION, chosen.program, chosen.name, text))
        digest = hashlib.sha256(subject.encode()).hexdigest()
        if not self.path(digest).exists():
            try:
                rendition = _rendition_of(speak(text, chosen), f"“{shown(text, 30)}”")
            except AudioError as error:
                if error.code != "no-sound":
                    raise
                raise AudioError("nothing-to-say", text=shown(text, 30)) from error
            self._keep(digest, rendition.wav)
        return digest

    def path(self, digest: str) -> Path:
        """Where the audio of that digest is, or would be."""
        return self.folder / f"{digest}.wav"

    def has(self, digest: str | None) -> bool:
        """Whether there is audio of that digest."""
        return digest is not None and self.path(digest).is_file()

    def seconds(self, digest: str | None) -> float:
        """How long the audio of that digest lasts, to a tenth; 0 if there is none."""
        if digest is None or not self.has(digest):
            return 0.0
        return round((self.path(digest).stat().st_size - _HEADER) / (2 * RATE), 1)

    def sound(self, office: Office, reference: str) -> str:
        """What Asterisk is told to play for `prompt:NAME` or `sound:NAME`: no extension.

        NotFound if the office has no such prompt, or its audio is gone.
        """
        kind, _, name = reference.partition(":")
        if kind == "sound":
            return name
        prompt = office.prompts.get(name)
        if prompt is None or prompt.audio is None or not self.has(prompt.audio):
            raise NotFound("no-sound-for-prompt", company=office.company.name, name=name)
        return str(self.path(prompt.audio).absolute().with_suffix(""))

    def _keep_rendition(self, rendition: Rendition) -> str:
        digest = hashlib.sha256(rendition.wav).hexdigest()
        self._keep(digest, rendition.wav)
        note = self._note(digest)
        try:
            if rendition.doubts:
                write_whole(note, " ".join(rendition.doubts).encode())
            else:
                note.unlink(missing_ok=True)
        except OSError as error:
            raise AudioError("sound-not-kept", reason=error.strerror) from error
        return digest

    def _note(self, digest: str) -> Path:
        """Where it is noted what is doubtful, if anything is."""
        return self.folder / f"{digest}.doubts"

    def _keep(self, digest: str, wav: bytes) -> None:
        try:
            make_folder(self.folder)
            write_whole(self.path(digest), wav, mode=_READABLE)
        except OSError as error:
            raise AudioError("sound-not-kept", reason=error.strerror) from error


def _rendition_of(wav: bytes, title: str) -> Rendition:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        file.write(wav)
        file.flush()
        return rendition_of(Path(file.name), title)


def render(
    office: Office, base: Path | None, library: PromptLibrary, earlier: Office | None = None
) -> Office:
    """The office with the audio of every prompt made; AudioError if one cannot be.

    Files are relative to `base`. A file that is not there keeps the audio it had in the `earlier`
    office, so that what `config show` printed can be applied again from anywhere.
    """
    known = {} if earlier is None else earlier.prompts
    prompts = {}
    for name, prompt in office.prompts.items():
        try:
            if prompt.say is not None:
                audio = library.say(prompt.say, office.company.language, prompt.voice)
            elif prompt.recorded is not None:
                audio = _recorded(prompt.recorded, library)
            else:
                audio = _imported(prompt, base, library, known.get(name))
        except AudioError as error:
            raise AudioError.of(each.at(f"prompts.{name}") for each in error.problems) from error
        prompts[name] = prompt.model_copy(update={"audio": audio})
    return office.model_copy(update={"prompts": prompts})


def _recorded(digest: str, library: PromptLibrary) -> str:
    if not library.has(digest):
        raise AudioError("recorded-prompt-missing")
    return digest


def _imported(
    prompt: Prompt, base: Path | None, library: PromptLibrary, earlier: Prompt | None
) -> str:
    assert prompt.file is not None
    if prompt.audio is not None and library.has(prompt.audio):
        return prompt.audio
    path = None if base is None else base / prompt.file
    if path is not None and path.exists():
        return library.import_audio(path)
    if earlier and earlier.file == prompt.file and earlier.audio and library.has(earlier.audio):
        return earlier.audio
    raise AudioError("no-file", file=shown(path or prompt.file, 200))
