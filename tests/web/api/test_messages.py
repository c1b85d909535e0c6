"""Messages over the API: found, heard, taken away, deleted and restored, each by whom it may."""

from __future__ import annotations

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from storage.database.tables import MessageRow
from tests.web.api.front import UNKNOWN, problem, script
from tests.web.conftest import OTHER_COMPANY, Front
from web.language import words

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)


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


def test_a_message_is_told_as_the_command_line_tells_it(front: Front, olga: TestClient) -> None:
    message_id = front.receive(at=AUGUST)
    told = olga.get(f"messages/{message_id}").json()
    printed = front.services.messages.get(message_id).as_json()
    assert {name: told[name] for name in printed} == printed
    assert told["received_at"] == "2026-08-14T09:30:05+03:00"
    assert (told["deleted_at"], told["cut_off"]) == (None, False)


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_a_list_is_read_page_by_page(front: Front, olga: TestClient, order: str) -> None:
    ids = [front.receive(at=AUGUST + timedelta(minutes=minute)) for minute in range(5)]
    found, pages = [], 0
    asked, cursor = {"limit": "2", "order": order}, None
    while pages == 0 or cursor:
        page = olga.get("messages", params=asked | ({"cursor": cursor} if cursor else {}))
        found += [message["id"] for message in page.json()["items"]]
        cursor, pages = page.json()["next"], pages + 1
    assert found == (ids if order == "oldest" else ids[::-1])
    assert pages == 3


def test_filters_narrow_the_list_down(front: Front, olga: TestClient) -> None:
    company = front.receive(at=AUGUST, caller="79161234567")
    own = front.receive(front.box_of("101"), at=AUGUST + timedelta(days=31), caller="74990001122")

    def found(**filters: str) -> set[str]:
        return {item["id"] for item in olga.get("messages", params=filters).json()["items"]}

    assert found() == {company, own}
    assert found(month="2026-08") == {company}
    assert found(since="2026-09-01") == {own}
    assert found(until="2026-08-14") == {company}
    assert found(box="company") == {company}
    assert found(employee="101") == {own}
    assert found(search="8 (916) 123") == {company}
    assert found(search="щукин") == {own}
    assert found(state="heard") == set()
    assert found(since="0001-01-01", until="9999-12-31") == {company, own}


@pytest.mark.parametrize(
    "filters",
    [
        {"month": "2026-13"},
        {"month": "9999-12"},
        {"since": "yesterday"},
        {"limit": "0"},
        {"limit": "201"},
        {"cursor": "%%%"},
        {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5"},
        {"colour": "red"},
    ],
)
def test_filters_that_make_no_sense_are_refused(filters: dict[str, str], olga: TestClient) -> None:
    told = problem(olga.get("messages", params=filters), 422)
    assert next(iter(filters)) in told["detail"]


def test_an_employee_finds_the_messages_of_own_numbers_only(front: Front, anna: TestClient) -> None:
    front.receive()
    front.receive(front.box_of("102"))
    own = front.receive(front.box_of("101"))
    assert [item["id"] for item in anna.get("messages").json()["items"]] == [own]
    assert anna.get("messages/new").json() == {"count": 1, "at_least": False}
    assert [month["count"] for month in anna.get("messages/months").json()["items"]] == [1]


def test_what_is_not_ones_own_is_as_if_it_were_not_there(front: Front, anna: TestClient) -> None:
    foreign = [
        front.receive(),
        front.receive(front.box_of("102")),
        front.receive(front.company_box(OTHER_COMPANY)),
    ]
    for path in ("", "/audio", "/download", "/waveform"):
        unknown = problem(anna.get(f"messages/{UNKNOWN}{path}"), 404)
        for message_id in foreign:
            told = problem(anna.get(f"messages/{message_id}{path}"), 404)
            assert told["detail"].replace(message_id, UNKNOWN) == unknown["detail"]
        # Ids are not found out digit by digit.
        problem(anna.get(f"messages/{front.receive(front.box_of('101'))[:13]}{path}"), 404)


def test_a_mark_is_ones_own(front: Front, olga: TestClient, anna: TestClient) -> None:
    message_id = front.receive(front.box_of("101"))
    heard = anna.patch(f"messages/{message_id}", json={"state": "heard"}).json()
    assert heard["state"] == "heard"
    assert anna.get("messages/new").json()["count"] == 0
    assert olga.get(f"messages/{message_id}").json()["state"] == "new"
    anna.patch(f"messages/{message_id}", json={"state": "new"})
    assert anna.get("messages", params={"state": "new"}).json()["items"][0]["id"] == message_id


def test_several_are_marked_at_once_or_none(front: Front, anna: TestClient) -> None:
    own = [front.receive(front.box_of("101")) for _ in range(2)]
    foreign = front.receive(front.box_of("102"))
    mark = {"ids": [*own, foreign], "state": "heard"}
    problem(anna.post("messages/mark", json=mark), 404)
    assert anna.get("messages/new").json()["count"] == 2
    changed = anna.post("messages/mark", json={**mark, "ids": own}).json()["ids"]
    assert set(changed) == set(own)
    assert anna.get("messages/new").json()["count"] == 0


def test_deleting_is_undone_and_is_for_administrators(
    front: Front, olga: TestClient, anna: TestClient
) -> None:
    message_id = front.receive(front.box_of("101"))
    problem(anna.delete(f"messages/{message_id}"), 403)
    problem(anna.post("messages/delete", json={"ids": [message_id]}), 403)
    assert olga.delete(f"messages/{message_id}").status_code == 204
    assert olga.get("messages").json()["items"] == []
    (deleted,) = olga.get("messages", params={"trash": True}).json()["items"]
    assert deleted["deleted_at"]
    problem(anna.get(f"messages/{message_id}"), 404)
    problem(anna.get("messages", params={"trash": True}), 403)
    problem(anna.post(f"messages/{message_id}/restore"), 403)
    assert olga.post(f"messages/{message_id}/restore").json()["deleted_at"] is None
    assert anna.get(f"messages/{message_id}").status_code == 200


def test_several_are_deleted_and_restored(front: Front, olga: TestClient) -> None:
    ids = [front.receive() for _ in range(3)]
    assert set(olga.post("messages/delete", json={"ids": ids}).json()["ids"]) == set(ids)
    assert olga.post("messages/delete", json={"ids": ids}).json()["ids"] == []
    assert set(olga.post("messages/restore", json={"ids": ids}).json()["ids"]) == set(ids)
    problem(olga.post("messages/delete", json={"ids": [UNKNOWN]}), 404)
    problem(olga.post("messages/delete", json={"ids": []}), 422)


def test_asking_for_any_part_is_listening(front: Front, anna: TestClient) -> None:
    message_id = front.receive(front.box_of("101"))
    audio = f"messages/{message_id}/audio"
    assert anna.head(audio).status_code == 200
    assert anna.get(f"messages/{message_id}").json()["state"] == "new"
    assert anna.get(audio, headers={"Range": "bytes=100-199"}).status_code == 206
    assert anna.get(f"messages/{message_id}").json()["state"] == "heard"
    whole = anna.get(audio)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["cache-control"] == "private, no-cache"
    assert hashlib.sha256(whole.content).hexdigest() in whole.headers["etag"]
    part = anna.get(audio, headers={"Range": "bytes=100-199"})
    assert part.content == whole.content[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole.content)}"
    known = anna.get(audio, headers={"If-None-Match": whole.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    beyond = anna.get(audio, headers={"Range": f"bytes={len(whole.content)}-"})
    problem(beyond, 416)
    assert beyond.headers["content-range"] == f"bytes */{len(whole.content)}"


def test_listening_and_downloading_stand_in_the_log(front: Front, olga: TestClient) -> None:
    message_id = front.receive(at=AUGUST)
    olga.get(f"messages/{message_id}/audio")
    file = olga.get(f"messages/{message_id}/download")
    assert "attachment" in file.headers["content-disposition"]
    assert "2026-08-14%2009-30%20" in file.headers["content-disposition"]
    entries = olga.get("audit", params={"action": "message."}).json()["items"]
    assert [(entry["action"], entry["via"]) for entry in entries] == [
        ("message.download", "api"),
        ("message.play", "api"),
    ]
    assert entries[0]["who"] == "olga"
    assert entries[0]["subject"] == message_id


def test_a_waveform_is_drawn_from_the_recording(front: Front, olga: TestClient) -> None:
    message_id = front.receive()
    told = olga.get(f"messages/{message_id}/waveform").json()
    assert len(told["peaks"]) == 256
    assert max(told["peaks"]) > 20
    assert max(told["loudness"]) == 255
    assert len(told["loudness"]) == 256
    assert told["duration"] == pytest.approx(
        front.services.messages.get(message_id).duration, abs=0.01
    )
    assert all(begin < end <= told["duration"] for begin, end in told["silences"])


def test_a_message_from_before_loudness_was_measured_is_drawn_all_the_same(
    front: Front, olga: TestClient
) -> None:
    message_id = front.receive()
    measured = olga.get(f"messages/{message_id}/waveform").json()
    with front.installation.database.session() as session:
        session.execute(update(MessageRow).values(loudness=None))

    assert olga.get(f"messages/{message_id}/waveform").json() == measured
    listed = front.visitor("olga").get("/messages").text
    assert words.waveform(front.services.messages.get(message_id).peaks) in listed


def test_an_answer_stays_in_no_cache(front: Front, olga: TestClient) -> None:
    front.receive()
    for path in ("messages", "messages/months", f"messages/{UNKNOWN}", "nothing", "openapi.json"):
        assert olga.get(path).headers["cache-control"] == "private, no-store"


def test_recordings_are_taken_away_as_a_zip(front: Front, olga: TestClient) -> None:
    august = front.receive(at=AUGUST)
    front.receive(at=AUGUST + timedelta(days=31))
    answer = olga.get("messages/export", params={"month": "2026-08"})
    assert answer.headers["content-type"] == "application/zip"
    assert "attachment" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        recordings = [name for name in packed.namelist() if name.endswith(".wav")]
        assert len(recordings) == 1
        table = csv.DictReader(io.StringIO(packed.read("manifest.csv").decode()))
        assert [(row["id"], row["file"]) for row in table] == [(august, recordings[0])]
        assert "manifest.csv" in packed.namelist()
    (entry,) = olga.get("audit", params={"action": "messages.export"}).json()["items"]
    assert entry["details"]["messages"] == 1


def test_chosen_recordings_are_taken_away(front: Front, anna: TestClient) -> None:
    own = [front.receive(front.box_of("101")) for _ in range(3)]
    foreign = front.receive()
    answer = anna.get("messages/export", params={"id": own[:2]})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert sum(name.endswith(".wav") for name in packed.namelist()) == 2
    problem(anna.get("messages/export", params={"id": [own[0], foreign]}), 404)
