"""The administrator's pages of prompts: heard, made from a text, a file or a recording, removed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import html
import wave
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx2
import pytest

from storage.audio.child_programs import Turns
from storage.office import Office, Prompt
from tests.acting import ME
from tests.bad_sounds import upside_down
from tests.flac import flac
from tests.speech import speak
from tests.web.conftest import Front, Visitor
from web.errors import PhoneUnavailable


@pytest.fixture
def olga(front: Front) -> Visitor:
    return front.visitor("olga")


@pytest.fixture
def recording(tmp_path: Path) -> bytes:
    return speak("Мы на улице Садовой, дом пять.", path=tmp_path / "said.wav").read_bytes()


def prompts(front: Front) -> dict[str, Prompt]:
    return front.site.office.prompts


def test_the_list_says_what_is_spoken_how_to_hear_it_and_where_it_is_played(olga: Visitor) -> None:
    page = olga.get("/prompts")
    assert page.status_code == 200
    assert "Вы позвонили в компанию." in page.text
    assert 'src="/prompts/main/audio"' in page.text
    assert 'href="/menus/main"' in page.text


def test_a_prompt_is_heard_in_parts_and_kept_by_nobody_else(front: Front, olga: Visitor) -> None:
    whole = olga.get("/prompts/main/audio")
    assert whole.status_code == 200
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"].startswith("private")
    audio = prompts(front)["main"].audio
    assert audio is not None
    assert whole.content == front.services.prompts.path(audio).read_bytes()
    part = olga.get("/prompts/main/audio", headers={"Range": "bytes=0-43"})
    assert (part.status_code, part.content) == (206, whole.content[:44])
    again = olga.get("/prompts/main/audio", headers={"If-None-Match": whole.headers["etag"]})
    assert again.status_code == 304


def test_only_the_companys_administrator_hears_and_changes_prompts(front: Front) -> None:
    assert front.visitor("anna").get("/prompts/main/audio").status_code == 403
    assert front.visitor("anna").post("/prompts", data={"name": "x"}).status_code == 403
    rival, olga = front.visitor("rival"), front.visitor("olga")
    olga.post("/prompts", data={"name": "own", "way": "say", "say": "Наше."})
    assert rival.get("/prompts/own/audio").status_code == 404
    assert rival.get("/prompts/nothing/audio").status_code == 404
    assert front.visitor().get("/prompts/main/audio").status_code == 303


def test_a_text_is_spoken_by_the_voice_chosen(front: Front, olga: Visitor) -> None:
    page = olga.post(
        "/prompts",
        data={"name": "часы работы", "way": "say", "say": "С девяти до шести.", "voice": "ru+f3"},
    )
    assert page.status_code == 303
    made = prompts(front)["часы-работы"]
    assert (made.say, made.voice) == ("С девяти до шести.", "ru+f3")
    assert front.services.prompts.seconds(made.audio) > 1
    there = olga.get(page.headers["location"])
    assert "С девяти до шести." in there.text
    assert '<option value="ru+f3" selected' in there.text


def test_a_sound_file_is_uploaded_and_sounds_as_prompts_do(
    front: Front, olga: Visitor, recording: bytes
) -> None:
    page = olga.post(
        "/prompts",
        data={"name": "address", "way": "file"},
        files={"file": ("C:\\Sounds\\наш адрес.wav", recording, "audio/wav")},
    )
    assert page.status_code == 303
    made = prompts(front)["address"]
    assert made.file == "наш адрес.wav"
    assert made.audio is not None
    with wave.open(str(front.services.prompts.path(made.audio))) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a sound", b"#EXTM3U\nfile:///etc/passwd\n", b"RIFF\xff\xff\xff\xffWAVEfmt "],
)
def test_a_hostile_file_is_refused_with_a_sentence(
    front: Front, olga: Visitor, content: bytes
) -> None:
    page = olga.post(
        "/prompts/main",
        data={"way": "file"},
        files={"file": ("../../etc/passwd", content, "audio/wav")},
    )
    assert page.status_code == 422
    assert 'id="file-error"' in page.text
    assert prompts(front)["main"].say is not None


def test_a_form_that_cannot_be_keeps_what_was_typed(front: Front, olga: Visitor) -> None:
    for fields, error in (
        ({"name": "a/b", "way": "say", "say": "Мой текст"}, "name-error"),
        ({"name": "main", "way": "say", "say": "Мой текст"}, "name-error"),
        ({"name": "", "way": "say", "say": "Мой текст"}, "name-error"),
        ({"name": "new", "way": "say", "say": " "}, "say-error"),
        ({"name": "new", "way": "say", "say": "Мой текст", "voice": "no such"}, "voice-error"),
        ({"name": "new", "way": "file"}, "file-error"),
        ({"name": "new", "way": "phone", "phone": "999"}, "phone-error"),
        ({"name": "new", "way": "magic"}, "way-error"),
    ):
        page = olga.post("/prompts", data=fields)
        assert page.status_code == 422, fields
        assert f'id="{error}"' in page.text, fields
        assert fields.get("say", "").strip() in page.text
    assert list(prompts(front)) == ["main"]


def test_a_prompt_is_made_anew(front: Front, olga: Visitor) -> None:
    before = prompts(front)["main"].audio
    page = olga.post("/prompts/main", data={"way": "say", "say": "Теперь иначе."})
    assert page.status_code == 303
    assert prompts(front)["main"].say == "Теперь иначе."
    assert prompts(front)["main"].audio != before


def test_the_fault_of_another_prompt_is_not_told_as_this_ones(front: Front, olga: Visitor) -> None:
    olga.post("/prompts/main", data={"way": "say", "say": "Раз."})
    other = front.services.prompts.say("Два.", "ru")
    front.services.offices.set_recorded_prompt(front.site.company_id, "hours", other, by=ME)
    front.services.prompts.path(other).unlink()
    page = olga.post("/prompts/main", data={"way": "say", "say": "Три."})
    assert page.status_code == 422
    assert "Фраза «hours»: её записи нет в папке фраз" in html.unescape(page.text)


def test_a_sound_is_tried_and_nothing_of_it_kept(
    front: Front, tmp_path: Path, recording: bytes
) -> None:
    library = front.services.prompts
    before = sorted(library.folder.iterdir())
    for login in ("olga", "anna"):
        told = front.visitor(login).post("/sounds/try", files={"sound": ("a.wav", recording)})
        assert (told.status_code, told.json()["doubts"]) == (200, [])
        wav = base64.b64decode(told.json()["wav"])
        (tmp_path / "a.wav").write_bytes(recording)
        assert wav == library.path(library.import_audio(tmp_path / "a.wav")).read_bytes()
        library.path(hashlib.sha256(wav).hexdigest()).unlink()
    assert sorted(library.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (None, 422, "выберите звуковой файл"),
        (b"not a sound", 422, "это не звуковой файл, который можно прочитать"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", 422, "это не звуковой файл, который можно прочитать"),
        (flac(8000), 422, "в файле только тишина"),
    ],
)
def test_what_is_no_sound_is_told_when_it_is_tried(
    olga: Visitor, content: bytes | None, status: int, sentence: str
) -> None:
    files = None if content is None else {"sound": ("a.wav", content)}
    told = olga.post("/sounds/try", files=files)
    assert (told.status_code, told.json()) == (status, {"error": sentence})


def test_who_tries_a_sound_waits_for_a_turn_as_well(
    olga: Visitor, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(at_once=1, waiting=0)
    monkeypatch.setattr("storage.audio.ffmpeg.TURNS", turns)
    with turns.turn():
        told = olga.post("/sounds/try", files={"sound": ("a.wav", recording)})
    assert told.status_code == 503
    assert "слишком много звуков" in told.json()["error"]


def test_what_is_doubtful_about_a_sound_stands_beside_it(
    front: Front, olga: Visitor, tmp_path: Path
) -> None:
    sound = upside_down(tmp_path / "a.mp3", "-ar", "44100").read_bytes()
    files = {"file": ("a.mp3", sound)}
    assert olga.post("/prompts", data={"name": "a", "way": "file"}, files=files).status_code == 303
    for page in ("/prompts", "/prompts/a"):
        assert "два канала гасят друг друга" in olga.get(page).text
    front.visitor("anna").post("/account/greeting/101", files={"sound": ("a.mp3", sound)})
    assert "два канала гасят друг друга" in front.visitor("anna").get("/account").text


def test_a_phone_is_rung_for_a_recording(front: Front) -> None:
    rung: list[tuple[str, ...]] = []

    def ring(_office: Office, *words: str) -> None:
        rung.append(words)

    front.services = replace(front.services, ring=ring)
    olga = front.visitor("olga")
    page = olga.post("/prompts", data={"name": "ночь", "way": "phone", "phone": "101"})
    assert page.status_code == 303
    assert rung == [("101", "record-prompt", front.site.company_id, "ночь")]
    for fields in ({"name": "a b/c", "way": "phone", "phone": "101"}, {"way": "phone"}):
        assert olga.post("/prompts", data=fields).status_code == 422
    assert len(rung) == 1


def test_a_phone_that_cannot_be_rung_is_told_in_the_form(front: Front) -> None:
    def ring(*_words: object) -> None:
        raise PhoneUnavailable("phone-not-reached", phone="101")

    front.services = replace(front.services, ring=ring)
    page = front.visitor("olga").post("/prompts/main", data={"way": "phone", "phone": "101"})
    assert page.status_code == 422
    assert 'id="phone-error"' in page.text


def test_a_prompt_is_removed_when_nothing_plays_it(front: Front, olga: Visitor) -> None:
    assert 'href="/menus/main"' in olga.get("/prompts/main/remove").text
    assert olga.post("/prompts/main/remove").status_code == 422
    olga.post("/prompts", data={"name": "ночь", "way": "say", "say": "Мы спим."})
    address = f"/prompts/{quote('ночь')}/remove"
    assert olga.post(address).status_code == 303
    assert list(prompts(front)) == ["main"]
    assert olga.post(address).status_code == 404


def test_a_sound_that_asks_for_gigabytes_is_refused_in_the_visitors_language(
    front: Front, olga: Visitor
) -> None:
    files = {"file": ("a.flac", flac(1), "audio/flac")}
    told = olga.post("/prompts", data={"name": "bomb", "way": "file"}, files=files)
    assert told.status_code == 422
    assert "частота дискретизации файла — 1 Гц, а для речи нужно не меньше 4000 Гц" in told.text
    told = olga.put("/api/v1/prompts/bomb/file", files=files)
    assert told.status_code == 422
    assert told.json()["detail"].endswith("a rate of 1 Hz: at least 4000 are needed for speech")
    assert "bomb" not in prompts(front)


async def test_an_upload_waits_for_its_turn_and_nobody_waits_with_it(
    front: Front, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(at_once=1, waiting=1)
    monkeypatch.setattr("storage.audio.ffmpeg.TURNS", turns)
    uploads = [asyncio.create_task(_upload(front, name, recording)) for name in ("a", "b", "c")]
    with turns.turn():
        # One waits, and the others are sent away at once.
        refused, waiting = await asyncio.wait(uploads, return_when=asyncio.FIRST_COMPLETED)
        while len(refused) < 2:
            more, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            refused |= more
        assert front.visitor("anna").get("/messages").status_code == 200
        assert not any(upload.done() for upload in waiting)
    assert [upload.status_code for upload in await asyncio.gather(*waiting)] == [303]
    for upload in refused:
        response = upload.result()
        assert (response.status_code, response.headers["retry-after"]) == (503, "60")
        assert "сейчас обрабатывается слишком много звуков" in response.text


async def _upload(front: Front, name: str, recording: bytes) -> httpx2.Response:
    """A prompt made of a file, in a thread of its own."""
    form = {"name": name, "way": "file"}
    files = {"file": ("a.wav", recording)}
    olga = front.visitor("olga")
    return await asyncio.to_thread(olga.post, "/prompts", data=form, files=files)


def test_the_api_sends_uploads_away_too(
    front: Front, recording: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns(at_once=1, waiting=0)
    monkeypatch.setattr("storage.audio.ffmpeg.TURNS", turns)
    with turns.turn():
        refused = front.visitor("olga").put(
            "/api/v1/prompts/hello/file", files={"file": ("a.wav", recording)}
        )
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "60")
    assert refused.json()["detail"].startswith("too many sounds are being converted just now")
