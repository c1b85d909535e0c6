"""A company's configuration over the API: the same changes as by command, from the next call on."""

from __future__ import annotations

import dataclasses
import io
import wave
from collections.abc import Iterator
from urllib.parse import quote

import numpy as np
import pytest
from starlette.testclient import TestClient

from storage.office import Office, as_data
from tests.web.api.front import problem, script
from tests.web.conftest import COMPANY, NOBODY, NUMBER, Front
from web.errors import PhoneUnavailable


@pytest.fixture
def olga(front: Front) -> Iterator[TestClient]:
    """The administrator's script."""
    with script(front, "olga") as client:
        yield client


@pytest.fixture
def anna(front: Front) -> Iterator[TestClient]:
    """The script of the employee with the extension 101."""
    with script(front, "anna") as client:
        yield client


def tone(seconds: float = 1.0) -> bytes:
    """A sound file."""
    samples = 8000 * np.sin(np.arange(int(16000 * seconds)) * 0.2)
    file = io.BytesIO()
    with wave.open(file, "wb") as target:
        target.setnchannels(1)
        target.setsampwidth(2)
        target.setframerate(16000)
        target.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


def test_things_are_told_as_the_command_line_tells_them(front: Front, olga: TestClient) -> None:
    office = front.site.office
    anna = {"extension": "101", **as_data(office.employees["101"])}
    assert olga.get("employees/101").json() == anna
    assert anna["forward"] == {"no_answer": {"action": "voicemail", "after": 15.0}}
    assert olga.get("employees").json()["items"][0] == anna
    main = {"name": "main", **as_data(office.menus["main"])}
    assert olga.get("menus/main").json() == main
    assert olga.get("menus").json() == {"items": [main], "next": None}
    assert olga.get("mailbox").json() == as_data(office.voicemail)
    assert olga.get("numbers").json()["items"] == [
        {"number": NUMBER, "company": COMPANY, "menu": "main"}
    ]
    (prompt,) = olga.get("prompts").json()["items"]
    assert prompt["say"] == "Вы позвонили в компанию."
    assert prompt["seconds"] > 0


def test_a_short_list_has_pages_too(olga: TestClient) -> None:
    first = olga.get("employees", params={"limit": 1}).json()
    second = olga.get("employees", params={"limit": 1, "cursor": first["next"]}).json()
    extensions = [item["extension"] for item in (*first["items"], *second["items"])]
    assert extensions == ["101", "102"]
    assert second["next"] is None


def test_an_employee_comes_changes_and_goes(front: Front, olga: TestClient) -> None:
    assert olga.put("employees/103", json={"name": "Вера Лис"}).json() == {
        "extension": "103",
        "name": "Вера Лис",
        "numbers": ["103"],
        "endpoint": "PJSIP/103",
        "ring_timeout": 20.0,
        "forward": {},
    }
    voicemail = {"action": "voicemail", "after": 12.5}
    olga.put("employees/103/forward/no_answer", json=voicemail)
    olga.put("employees/103/forward/busy", json={"action": "ring", "employee": "101"})
    assert olga.get("employees/103").json()["forward"] == {
        "busy": {"action": "ring", "employee": "101"},
        "no_answer": voicemail,
    }
    assert front.site.office.employees["103"].answer_within == 12.5
    assert olga.delete("employees/103/forward/no_answer").status_code == 204
    problem(olga.delete("employees/103/forward/no_answer"), 404)
    told = olga.get("employees/103").json()
    assert "no_answer" not in told["forward"]
    again = {name: value for name, value in told.items() if name != "extension"}
    assert olga.put("employees/103", json=again).json() == told
    assert olga.delete("employees/103").status_code == 204
    problem(olga.get("employees/103"), 404)


def test_lamps_and_whose_messages_they_tell_of(
    front: Front, olga: TestClient, anna: TestClient
) -> None:
    counts = {"new": 0, "old": 0}
    lamps = olga.get("lamps").json()
    context = front.site.mailbox_context
    assert lamps["items"] == [
        {"mailbox": f"company@{context}", "extension": None, "with_company": True, **counts},
        {"mailbox": f"101@{context}", "extension": "101", "with_company": False, **counts},
        {"mailbox": f"102@{context}", "extension": "102", "with_company": False, **counts},
    ]
    problem(anna.get("lamps"), 403)

    again = olga.get("employees/101").json()
    del again["extension"]
    assert olga.put("employees/101", json={**again, "company_lamp": True}).json()["company_lamp"]
    assert olga.put("employees/101", json=again).json()["company_lamp"], "older clients leave it"
    front.receive(front.company_box())
    front.receive(front.box_of("101"))
    counted = {lamp["extension"]: lamp["new"] for lamp in olga.get("lamps").json()["items"]}
    assert counted == {None: 1, "101": 2, "102": 0}
    told = olga.put("employees/101", json={**again, "company_lamp": False}).json()
    assert "company_lamp" not in told
    assert len(olga.get("lamps", params={"limit": 1}).json()["items"]) == 1


def test_what_cannot_be_is_refused_with_sentences(olga: TestClient) -> None:
    told = problem(olga.delete("employees/101"), 422)
    assert told["problems"] == ["menus.main.keys.1: there is no employee 101"]
    told = problem(olga.put("employees/10x", json={"name": "X"}), 422)
    assert "extension" in told["detail"]
    circle = {"action": "ring", "employee": "101"}
    problem(olga.put("employees/101/forward/always", json=circle), 422)
    late = {"action": "voicemail", "after": 5}
    told = problem(olga.put("employees/101/forward/busy", json=late), 422)
    assert "after" in told["detail"]
    told = problem(olga.put("menus/main/keys/5", json={"action": "rign"}), 422)
    assert "action" in told["detail"]
    told = problem(olga.put("menus/main", json={"timeout": -1}), 422)
    assert len(told["problems"]) == 2


def test_a_menu_comes_changes_and_goes(front: Front, olga: TestClient) -> None:
    made = olga.put("menus/hours", json={"greeting": "sound:vm-intro"}).json()
    assert made["default"] == {"action": "voicemail"}
    olga.put(f"menus/main/keys/{quote('#')}", json={"action": "menu", "menu": "hours"})
    assert olga.get("menus/main").json()["keys"]["#"] == {"action": "menu", "menu": "hours"}
    problem(olga.delete("menus/hours"), 422)
    assert olga.delete(f"menus/main/keys/{quote('#')}").status_code == 204
    problem(olga.delete(f"menus/main/keys/{quote('#')}"), 404)
    assert olga.delete("menus/hours").status_code == 204
    assert list(front.site.office.menus) == ["main"]


def test_a_number_is_known_in_every_spelling(front: Front, olga: TestClient) -> None:
    told = olga.put(f"numbers/{quote('+7 (495) 123-45-67')}", json={"voicemail": True}).json()
    assert told == {"number": NUMBER, "company": COMPANY, "voicemail": True}
    foreign = problem(olga.put("numbers/74957654321", json={"menu": "main"}), 422)
    assert "is not yours" in foreign["detail"]
    assert olga.delete(f"numbers/{quote('8 495 123-45-67')}").status_code == 204
    assert front.site.office.numbers == {}
    problem(olga.delete(f"numbers/{NUMBER}"), 404)


def test_settings_are_changed(front: Front, olga: TestClient, anna: TestClient) -> None:
    settings = {**olga.get("mailbox").json(), "max_seconds": 60.0}
    assert olga.put("mailbox", json=settings).json() == settings
    limited = {**settings, "max_messages": 500}
    assert olga.put("mailbox", json=limited).json() == olga.get("mailbox").json() == limited
    problem(olga.put("mailbox", json={"max_messages": 0}), 422)
    assert front.site.office.voicemail.max_messages == 500
    assert "max_messages" not in olga.put("mailbox", json=settings).json()
    assert olga.put("company", json={"self_service": True}).json() == {
        "name": COMPANY,
        "language": "ru",
        "timezone": "Europe/Moscow",
        "self_service": True,
    }
    problem(olga.put("company", json={"timezone": "Moscow"}), 422)
    assert anna.get("company").json()["name"] == COMPANY
    problem(anna.put("company", json={}), 403)


def test_problems_are_those_of_config_check(olga: TestClient) -> None:
    olga.put("menus/alone", json={"greeting": "sound:vm-intro"})
    assert {
        "severity": "warning",
        "where": "menus.alone",
        "message": "nobody can reach this menu",
    } in olga.get("problems").json()["items"]


def test_every_change_stands_in_the_log(olga: TestClient) -> None:
    olga.put("mailbox", json={"max_seconds": 61})
    entry = olga.get("audit", params={"action": "config.change"}).json()["items"][0]
    assert (entry["who"], entry["via"]) == ("olga", "api")
    assert "max_seconds" in str(entry["details"])
    assert olga.get("audit", params={"search": "nobody did this"}).json()["items"] == []


def test_a_prompt_is_sent_heard_and_removed(front: Front, olga: TestClient) -> None:
    upload = {"file": ("..\\привет.wav", tone(2.0), "audio/wav")}
    made = olga.put("prompts/hello/file", files=upload).json()
    doubts = ["no speech is heard in it"]
    assert made == {"name": "hello", "file": "привет.wav", "seconds": 2.0, "doubts": doubts}
    sound = olga.get("prompts/hello/audio", headers={"Range": "bytes=0-3"})
    assert (sound.status_code, sound.content) == (206, b"RIFF")
    problem(olga.get("prompts/hello/audio", headers={"Range": "bytes=99999999-"}), 416)
    told = problem(olga.put("prompts/hello/file", files={"file": ("x.mp3", b"not a sound")}), 422)
    assert "sound" in told["detail"]
    problem(olga.put("prompts/hel lo/file", files=upload), 422)
    assert olga.delete("prompts/hello").status_code == 204
    problem(olga.get("prompts/hello/audio"), 404)
    problem(olga.delete("prompts/main"), 422)


def test_a_text_is_spoken(olga: TestClient) -> None:
    made = olga.put("prompts/hello/text", json={"say": "Добрый день."}).json()
    assert made["seconds"] > 0
    told = problem(olga.put("prompts/hello/text", json={"say": "Да", "voice": "nobody"}), 422)
    assert "voice" in told["detail"] or "nobody" in told["detail"]


def test_a_phone_is_rung_to_record(front: Front) -> None:
    rung: list[tuple[str, ...]] = []

    def ring(_office: Office, *words: str) -> None:
        rung.append(words)
        if words[0] == "102":
            raise PhoneUnavailable("phone-not-reached", phone="102")

    front.services = dataclasses.replace(front.services, ring=ring)
    with script(front, "olga") as olga:
        assert olga.post("prompts/hello/record", json={"phone": "101"}).status_code == 202
        told = problem(olga.post("prompts/hello/record", json={"phone": "102"}), 503)
        assert told["detail"].startswith("The phone 102 cannot be rung")
        problem(olga.post("prompts/hello/record", json={"phone": "PJSIP/evil"}), 404)
    with script(front, "anna") as anna:
        assert anna.post("me/phones/101/greeting/record").status_code == 202
        problem(anna.post("me/phones/102/greeting/record"), 404)
    company = front.site.company_id
    assert rung == [
        ("101", "record-prompt", company, "hello"),
        ("102", "record-prompt", company, "hello"),
        ("101", "record-prompt", company, "greeting-101"),
    ]


def test_an_employee_has_a_greeting_of_his_own(front: Front, anna: TestClient) -> None:
    problem(anna.get("me/phones/101/greeting"), 404)
    upload = {"file": ("hello.wav", tone(), "audio/wav")}
    made = anna.put("me/phones/101/greeting", files=upload).json()
    assert made["greeting"] == "prompt:greeting-101"
    assert made["greeting_doubts"] == ["no speech is heard in it"]
    assert anna.get("me/phones/101/greeting").content[:4] == b"RIFF"
    problem(anna.put("me/phones/102/greeting", files=upload), 404)
    assert anna.delete("me/phones/101/greeting").status_code == 204
    assert front.site.office.employees["101"].greeting is None
    assert list(front.site.office.prompts) == ["main"]


def test_an_employee_sets_what_the_company_allows(front: Front, anna: TestClient) -> None:
    (phone,) = anna.get("me/phones").json()["items"]
    assert (phone["extension"], phone["voicemail"], phone["ring_timeout"]) == ("101", True, 15.0)
    problem(anna.patch("me/phones/101", json={"voicemail": False}), 403)
    company = front.site.office.company.model_copy(update={"self_service": True})
    front.services.offices.edit(
        COMPANY, lambda office: office.model_copy(update={"company": company}), by=NOBODY
    )
    assert not anna.patch("me/phones/101", json={"voicemail": False}).json()["voicemail"]
    changed = anna.patch("me/phones/101", json={"voicemail": True, "ring_timeout": 9}).json()
    assert (changed["voicemail"], changed["ring_timeout"]) == (True, 9.0)
    problem(anna.patch("me/phones/102", json={"voicemail": False}), 404)
    problem(anna.patch("me/phones/101", json={"ring_timeout": 0}), 422)


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"mail": "a@b.example", "between": "9-18"}, "notify.1.between: "),
        ({"mail": "nobody"}, "notify.1.mail: "),
        ({"webhook": "https://a.example/", "secret": "x"}, "notify.1.secret: "),
        ({"webhook": "https://a.example/"}, "notify.1.secret is missing"),
        ({"webhook": "https://a.example/", "attach": "wav"}, "notify.1.attach is not known here"),
        ({"chat": "tgram://x"}, "notify.1.chat: "),
    ],
)
def test_a_mistake_has_its_place_in_what_was_sent(
    front: Front, wrong: dict[str, str], place: str
) -> None:
    body = {"notify": [{"mail": "anna@example.com"}, wrong]}
    with script(front, "olga") as client:
        for path, more in (("mailbox", {}), ("employees/101", {"name": "Анна"})):
            answer = client.put(path, json={**body, **more})
            assert any(each.startswith(place) for each in problem(answer, 422)["problems"])
