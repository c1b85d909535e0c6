"""A page with nothing but a list and the player on it, and recordings made for the purpose."""

from __future__ import annotations

import socket
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import uvicorn
from jinja2 import Environment
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from storage.audio.waveform import loudness, peaks
from web.http.assets import Assets, static
from web.http.headers import SecurityHeaders
from web.language.texts import Language, language_of
from web.templating import template

RATE = 8000
"""Samples per second, as recorded by telephones."""

PAGE = Environment(autoescape=True).from_string(
    """<!doctype html>
<html lang="{{ language }}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="htmx-config" content='{"includeIndicatorCSS": false}'>
  <title>Stage</title>
  <link rel="icon" href="{{ static('favicon.svg') }}">
  <link rel="stylesheet" href="{{ static('voicepost.css') }}">
  <link rel="stylesheet" href="{{ static('player.css') }}">
  <script src="{{ static('vendor/htmx.min.js') }}" defer></script>
  <script src="{{ static('player.js') }}" type="module"></script>
</head>
<body hx-boost:inherited="true" hx-target:inherited="#page" hx-select:inherited="#page"
  hx-swap:inherited="outerMorph">
<div id="page">
  <main>
    <h1>Messages</h1>
    <nav aria-label="Filters"><a href="/">All</a> <a href="/?hidden={{ hidden }}">Some</a></nav>
    <ol>
    {% for message in messages %}
      <li class="message" id="message-{{ message.id }}" data-message="{{ message.id }}"
        data-audio="/messages/{{ message.id }}/audio" data-title="{{ message.caller }}"
        data-subtitle="{{ message.subtitle }}" data-duration="{{ message.duration }}">
        <a class="play" data-play hx-boost="false" data-label-play="Play {{ message.caller }}"
          data-label-pause="Pause {{ message.caller }}" aria-label="Play {{ message.caller }}"
          href="/messages/{{ message.id }}">▸</a>
        <span class="caller">{{ message.caller }}</span>
        <span class="addressee">{{ message.subtitle }}</span>
      </li>
    {% endfor %}
    </ol>
    <label>Search <input name="search" value="words"></label>
    <label>Month <select name="month"><option>May</option><option>June</option></select></label>
    <label><input type="checkbox" name="chosen"> Chosen</label>
    <p><button type="button" name="other">Another button</button></p>
    {% if own %}<audio controls src="/messages/{{ own }}/audio" preload="none"></audio>{% endif %}
  </main>
</div>
{{ player }}
</body>
</html>
"""
)


@dataclass(frozen=True)
class Sound:
    """A message of the list."""

    id: str
    caller: str
    subtitle: str
    parts: tuple[tuple[float, bool], ...]
    """Seconds, and whether somebody speaks in them."""

    @property
    def duration(self) -> float:
        """Seconds."""
        return sum(seconds for seconds, _ in self.parts)

    def picture(self) -> dict[str, object]:
        """The waveform and the silences, as the API gives them."""
        at, silences = 0.0, []
        for seconds, speech in self.parts:
            if not speech:
                silences.append([at, at + seconds])
            at += seconds
        samples = self.samples().tobytes()
        return {
            "peaks": list(peaks(samples)),
            "loudness": list(loudness(samples)),
            "silences": silences,
            "duration": self.duration,
        }

    def samples(self) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """Something that rises and falls as syllables do."""
        dice = np.random.default_rng(len(self.id) + int(self.duration * 10))
        pieces = []
        for seconds, speech in self.parts:
            time = np.arange(int(seconds * RATE)) / RATE
            syllable = dice.random(int(seconds * 5) + 2)
            syllables = np.interp(time * 5, range(len(syllable)), syllable)
            loudness = syllables**1.7 * 0.7 if speech else 0.0005
            pieces.append(np.sin(time * 2 * np.pi * 180) * loudness)
        return np.array(np.concatenate(pieces) * 32767, dtype=np.int16)

    def write(self, folder: Path) -> Path:
        """The recording."""
        path = folder / f"{self.id}.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(self.samples().tobytes())
        return path


LONG = Sound("long", "+7 916 123-45-67", "Ромашка · 14 августа, 09:30", ((45.0, True),))
PAUSED = Sound(
    "paused",
    "+7 495 000-11-22",
    "Анна Щукина · 13 августа, 18:05",
    ((1, True), (30, False), (2, True)),
)
SHORT = Sound("short", "<b>Иван</b>", "Борис Орлов · 13 августа, 11:20", ((3.0, True),))
LAST = Sound("last", "Номер скрыт", "Ромашка · 12 августа, 10:00", ((45.0, True),))
LIST = (LONG, PAUSED, SHORT, LAST)


@dataclass
class Stage:
    """The page's server: what it has, and what was asked of it."""

    folder: Path
    sounds: tuple[Sound, ...]
    broken: set[str] = field(default_factory=set)
    """Ids of messages whose recording is no sound at all."""
    gone: set[str] = field(default_factory=set)
    """Ids of messages that the server refuses."""
    session: bool = True
    """Whether the visitor's session lasts."""
    asked: list[str] = field(default_factory=list)
    """Addresses of recordings and waveforms, in the order in which they were asked for."""
    heard: list[str] = field(default_factory=list)
    """Ids of messages that were reported as heard."""
    url: str = ""

    def app(self) -> Starlette:
        """The server."""
        for sound in self.sounds:
            sound.write(self.folder)
        (self.folder / "broken.wav").write_bytes(b"no sound at all" * 100)
        return Starlette(
            routes=[
                Route("/", self._list),
                Route("/messages/{id}", self._own_page),
                Route("/messages/{id}/audio", self._audio),
                Route("/messages/{id}/heard", self._heard, methods=["POST"]),
                Route("/api/v1/messages/{id}/waveform", self._waveform),
                Mount("/static", Assets()),
            ],
            middleware=[Middleware(SecurityHeaders)],
        )

    async def _list(self, request: Request) -> Response:
        return self._page(request)

    async def _own_page(self, request: Request) -> Response:
        return self._page(request, own=request.path_params["id"])

    def _page(self, request: Request, own: str = "") -> Response:
        hidden = request.query_params.get("hidden", "").split(",")
        language: Language = language_of(request.headers.get("accept-language", ""))
        page = PAGE.render(
            language=language,
            static=static,
            messages=[sound for sound in self.sounds if sound.id not in hidden],
            hidden=self.sounds[1].id,
            own=own,
            player=Markup(template("player.html", language).render()),
        )
        return HTMLResponse(page)

    async def _audio(self, request: Request) -> Response:
        asked = request.path_params["id"]
        self.asked.append(request.url.path)
        if asked in self.gone or not self.session:
            return Response(status_code=404 if self.session else 401)
        name = "broken" if asked in self.broken else asked
        return FileResponse(self.folder / f"{name}.wav", media_type="audio/wav")

    async def _heard(self, request: Request) -> Response:
        self.heard.append(request.path_params["id"])
        return Response(status_code=204)

    async def _waveform(self, request: Request) -> Response:
        asked = request.path_params["id"]
        self.asked.append(request.url.path)
        if not self.session:
            return Response(status_code=401)
        found = [sound for sound in self.sounds if sound.id == asked and asked not in self.gone]
        return JSONResponse(found[0].picture()) if found else Response(status_code=404)


@contextmanager
def served(stage: Stage) -> Iterator[Stage]:
    """The stage, reachable at ``stage.url``."""
    server = uvicorn.Server(uvicorn.Config(stage.app(), log_config=None, access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stage.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        serving.start()
        try:
            yield stage
        finally:
            server.should_exit = True
            serving.join()
