"""«Голосовая почта» as a browser without scripts sees it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape, unescape
from io import BytesIO
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from httpx2 import Response

from storage.audit import AuditQuery
from storage.messages.query import Query
from tests.web.conftest import NOBODY, OTHER_COMPANY, Front, Visitor

AUGUST = datetime(2026, 8, 14, 6, 30, tzinfo=UTC)
JULY = datetime(2026, 7, 2, 9, 0, tzinfo=UTC)
LAST_YEAR = datetime(2025, 12, 31, 21, 30, tzinfo=UTC)
"""In Moscow it was next year already."""


def shown(page: Response) -> list[str]:
    """The ids of the messages in a list, in its order."""
    assert page.status_code == 200
    return re.findall(r'<li class="message[^>]* id="message-([^"]+)"', page.text)


def words(page: Response) -> str:
    """What the page's main part says."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def follow(visitor: Visitor, response: Response) -> Response:
    """The page that an answer sends the browser to."""
    assert response.status_code == 303
    return visitor.get(response.headers["location"])


def suggested(file: Response) -> str:
    """The name under which a browser keeps a file."""
    return unquote(file.headers["content-disposition"].partition("filename*=UTF-8''")[2])


def test_an_administrator_sees_everything_and_an_employee_what_is_hers(front: Front) -> None:
    company = front.receive(at=JULY)
    annas = front.receive(front.box_of("101"), at=AUGUST)
    boriss = front.receive(front.box_of("102"), at=AUGUST.replace(hour=7))
    front.receive(front.company_box(OTHER_COMPANY))
    assert shown(front.visitor("olga").get("/messages")) == [boriss, annas, company]
    assert shown(front.visitor("anna").get("/messages")) == [annas]
    assert shown(front.visitor("boris").get("/messages?employee=101")) == []


def test_a_stranger_is_asked_to_log_in(front: Front) -> None:
    response = front.visitor().get("/messages?month=2026-08")
    assert response.headers["location"].startswith("/login?next=/messages")


def test_a_row_says_who_for_whom_and_when_in_russian(front: Front) -> None:
    front.receive(front.box_of("101"), caller="89161234567", name="Иван", at=AUGUST)
    page = front.visitor("olga").get("/messages")
    assert "<title>(1) Голосовая почта · Ромашка</title>" in page.text
    row = words(page).partition("14 августа")[2]
    for part in ("Иван", "+7 916 123-45-67", "Анна Щукина · 101", "09:30", "Скачать", "Удалить"):
        assert part in row


def test_what_callers_send_is_text(front: Front) -> None:
    front.receive(name="<b>Акция</b>\u202e<script>alert(1)</script>", caller='"><img src=x>')
    page = front.visitor("olga").get("/messages")
    assert "<b>Акция" not in page.text
    assert "<img src=x>" not in page.text
    assert "\u202e" not in page.text
    assert "<b>Акция</b> <script>alert(1)</script>" in words(page)


def test_year_and_month_are_chosen_and_stand_in_the_address(front: Front) -> None:
    olga = front.visitor("olga")
    august, july = front.receive(at=AUGUST), front.receive(at=JULY)
    january = front.receive(at=LAST_YEAR)
    months = olga.get("/messages?month=2026-08")
    assert shown(months) == [august]
    assert all(month in words(months) for month in ("Август (1)", "Июль (1)", "Январь (1)"))
    chosen = olga.get("/messages?year=2026&month=07&search=&mailbox=")
    assert chosen.headers["location"] == "/messages?month=2026-07"
    assert shown(follow(olga, chosen)) == [july]
    assert shown(olga.get("/messages?month=2026")) == [august, july, january]
    assert shown(olga.get("/messages?month=2025")) == []
    assert shown(olga.get("/messages?month=nonsense")) == [august, july, january]


def test_a_month_without_a_year_is_that_of_the_newest_year_that_has_it(front: Front) -> None:
    olga = front.visitor("olga")
    august, july = front.receive(at=AUGUST), front.receive(front.box_of("101"), at=JULY)
    older = front.receive(at=AUGUST.replace(year=2024))
    december = front.receive(at=datetime(2024, 12, 5, 9, 0, tzinfo=UTC))
    offered = words(olga.get("/messages"))
    for month in ("Август 2026 (1)", "Июль 2026 (1)", "Декабрь 2024 (1)"):
        assert month in offered
    assert "Август 2024" not in offered

    chosen = olga.get("/messages?year=&month=08&search=")
    assert chosen.headers["location"] == "/messages?month=2026-08"
    assert shown(follow(olga, chosen)) == [august]
    assert shown(follow(olga, olga.get("/messages?month=12"))) == [december]
    assert shown(follow(olga, olga.get("/messages?year=&month=07&mailbox=employee:101"))) == [july]
    assert shown(follow(olga, olga.get("/messages?year=&month=07&mailbox=company"))) == []
    assert shown(follow(olga, olga.get("/messages?year=&month=05"))) == []
    # Whoever goes from one August to all years wants to see everything.
    all_years = olga.get("/messages?was=2026-08&year=&month=08")
    assert shown(follow(olga, all_years)) == [august, july, december, older]
    packed = olga.get("/messages/export?month=12")
    assert suggested(packed) == "голосовая-почта-2024-12.zip"


def test_oldest_first(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 2)
    ids = [front.receive(at=AUGUST.replace(day=day)) for day in (12, 13, 14)]
    olga = front.visitor("olga")
    first = olga.get("/messages?order=oldest")
    assert shown(first) == ids[:2]
    onwards = re.search(r'rel="next" href="(/messages\?order=oldest&amp;before=\d+)"', first.text)
    assert onwards
    assert shown(olga.get(unescape(onwards[1]))) == ids[2:]
    # Other choices keep it.
    assert 'href="/messages?state=new&amp;order=oldest"' in first.text


def test_a_mailbox_is_chosen(front: Front) -> None:
    olga = front.visitor("olga")
    company, annas = front.receive(at=JULY), front.receive(front.box_of("101"), at=AUGUST)
    assert shown(olga.get("/messages?box=company")) == [company]
    assert shown(olga.get("/messages?box=employee")) == [annas]
    chosen = olga.get("/messages?mailbox=employee:101")
    assert parse_qs(urlsplit(chosen.headers["location"]).query)["employee"] == ["101"]
    assert shown(follow(olga, chosen)) == [annas]


@pytest.mark.parametrize("search", ["щукина", "ЩУКИ", "8 (916) 765", "+7916765", "101"])
def test_search_by_addressee_and_caller(front: Front, search: str) -> None:
    front.receive(front.box_of("102"), caller="79031112233", name="")
    wanted = front.receive(front.box_of("101"), caller="79167654321", name="")
    assert shown(front.visitor("olga").get("/messages", params={"search": search})) == [wanted]


def test_nothing_found_says_how_to_go_on(front: Front) -> None:
    front.receive()
    page = front.visitor("olga").get("/messages", params={"search": "<никого>"})
    assert "По запросу «<никого>» сообщений не найдено." in words(page)
    assert "Показать все сообщения" in words(page)


def test_an_empty_list_says_what_to_do(front: Front) -> None:
    assert "Настроить голосовое меню" in words(front.visitor("olga").get("/messages"))
    assert "Сообщений пока нет" in words(front.visitor("anna").get("/messages"))


def test_pages_of_fifty(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 2)
    ids = [front.receive(at=AUGUST.replace(day=day)) for day in (14, 13, 12)]
    olga = front.visitor("olga")
    first = olga.get("/messages")
    assert shown(first) == ids[:2]
    older = re.search(r'href="(/messages\?before=\d+)"', first.text)
    assert older
    assert shown(olga.get(older[1])) == ids[2:]


def test_listening_makes_it_heard_for_that_person_alone(front: Front) -> None:
    message = front.receive(front.box_of("101"))
    anna, olga = front.visitor("anna"), front.visitor("olga")
    audio = anna.get(f"/messages/{message}/audio", headers={"Range": "bytes=0-"})
    assert audio.status_code == 206
    assert audio.content.startswith(b"RIFF")
    assert shown(anna.get("/messages?state=new")) == []
    assert shown(olga.get("/messages?state=new")) == [message]
    etag = audio.headers["etag"]
    again = olga.get(f"/messages/{message}/audio", headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert shown(olga.get("/messages?state=new")) == []


def test_to_the_player_it_is_heard_once_that_reports_it(front: Front) -> None:
    message = front.receive(front.box_of("101"))
    anna, boris = front.visitor("anna"), front.visitor("boris")
    page = anna.get("/messages?state=new").text
    (address,) = re.findall(r'data-audio="([^"]+)"', page)
    assert anna.get(address, headers={"Range": "bytes=0-"}).status_code == 206
    assert shown(anna.get("/messages?state=new")) == [message]
    (entry,) = front.services.audit.list(AuditQuery(action="message.play")).entries
    assert entry.who == "anna"

    (pattern,) = re.findall(r'data-heard="([^"]+)"', page)
    report = pattern.replace("{id}", message)
    assert boris.post(report).status_code == 404
    assert anna.post(report).status_code == 204
    assert shown(anna.get("/messages?state=new")) == []
    assert len(front.services.audit.list(AuditQuery(action="message.play")).entries) == 1


def test_marks_for_several_at_once(front: Front) -> None:
    olga = front.visitor("olga")
    ids = [front.receive(at=AUGUST), front.receive(at=JULY)]
    form = {"action": "heard", "message": ids, "back": "/messages?month=2026-08"}
    heard = olga.post("/messages/selected", data=form)
    assert heard.headers["location"] == "/messages?month=2026-08"
    assert "2 сообщения отмечены прослушанными." in words(follow(olga, heard))
    assert shown(olga.get("/messages?state=new")) == []
    olga.post(f"/messages/{ids[1]}/mark", data={"state": "new"})
    assert shown(olga.get("/messages?state=new")) == [ids[1]]


def test_delete_asks_and_can_be_undone(front: Front) -> None:
    olga = front.visitor("olga")
    message = front.receive()
    asked = olga.get(f"/messages/{message}/delete?back=/messages%3Fmonth%3D2026-08")
    assert "Удалить сообщение? Иван · Сегодня, " in words(asked)
    assert shown(olga.get("/messages")) == [message]
    deleted = follow(olga, olga.post(f"/messages/{message}/delete", data={"back": "/messages"}))
    assert shown(deleted) == []
    assert "1 сообщение удалено. Отменить" in words(deleted)
    trash = olga.get("/messages?trash=1")
    assert shown(trash) == [message]
    assert "можно восстановить в течение 30 дней" in words(trash)
    assert "Удалено: Сегодня, " in words(trash)
    undo = re.search(r'action="(/messages/restore)"', deleted.text)
    assert undo
    restored = follow(olga, olga.post(undo[1], data={"message": message, "back": "/messages"}))
    assert shown(restored) == [message]
    assert "1 сообщение восстановлено." in words(restored)


def test_several_are_deleted_after_a_question_that_lists_them(front: Front) -> None:
    olga = front.visitor("olga")
    ids = [front.receive(name="Иван", at=AUGUST), front.receive(name="Пётр", at=JULY)]
    back = "/messages?search=7"
    form = {"action": "delete", "message": ids, "back": back}
    asked = olga.post("/messages/selected", data=form)
    for part in ("Удалить выбранные сообщения?", "Иван · 14 авг., 09:30", "Пётр · 2 июл., 12:00"):
        assert part in words(asked)
    assert shown(olga.get("/messages")) == ids
    sent = re.findall(r'name="message" value="([^"]+)"', asked.text)
    deleted = olga.post("/messages/delete", data={"message": sent, "back": back})
    assert deleted.headers["location"] == back
    assert shown(olga.get("/messages?trash=1")) == ids


def test_a_search_says_how_many_it_found(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 1)
    olga = front.visitor("olga")
    front.receive(name="Иван")
    assert "Найдено по запросу «Иван»: 1 " in words(olga.get("/messages?search=Иван"))
    front.receive(name="Иван")
    assert "Найдено по запросу «Иван»: больше 1 " in words(olga.get("/messages?search=Иван"))


def test_all_that_is_found_is_counted_and_done_to_at_once(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 1)
    monkeypatch.setattr("web.message_list.selection.AT_ONCE", 2)
    olga, back = front.visitor("olga"), f"/messages?search={quote('Пётр')}"
    other = front.receive(name="Иван")
    ids = [front.receive(name="Пётр") for _ in range(3)]

    def found(action: str, told: Mapping[str, str], at: str = "selected") -> Response:
        form = {"action": action, "message": ids[2], "back": back, "found": told["mark"]}
        return olga.post(f"/messages/{at}", data=form)

    told = olga.get("/messages/found?search=Пётр").json()
    assert told["count"] == 3
    assert "3 сообщения отмечены" in words(follow(olga, found("heard", told)))
    assert shown(olga.get("/messages?state=new")) == [other]
    with zipfile.ZipFile(BytesIO(found("download", told).content)) as packed:
        assert len([name for name in packed.namelist() if name.endswith(".wav")]) == 3

    # What has come since was seen by nobody.
    ids.append(front.receive(name="Пётр"))
    for at in ("selected", "delete"):
        refused = follow(olga, found("new", told, at))
        assert "теперь найдено сообщений: 4. Ничего не сделано" in words(refused)
    assert front.services.messages.count(Query(deleted=True)) == 0

    # What is on hold stays, and is told.
    front.services.messages.hold([ids[1]], reason="case 7", by=NOBODY)
    told = olga.get("/messages/found?search=Пётр").json()
    asked = found("delete", told)
    assert "Удалить все найденные сообщения: 4?" in words(asked)
    deleted = words(follow(olga, found("delete", told, "delete")))
    assert "3 сообщения удалены. 1 сообщение осталось: его удаление запрещено." in deleted

    told = olga.get("/messages/found?trash=1").json()
    form = {"found": told["mark"], "back": "/messages?trash=1"}
    restored = follow(olga, olga.post("/messages/restore", data=form))
    assert "3 сообщения восстановлены." in words(restored)
    assert front.services.messages.count(Query()) == 5


def test_an_employee_finds_at_once_what_is_hers_and_deletes_none(front: Front) -> None:
    hers, anna = front.receive(front.box_of("101")), front.visitor("anna")
    front.receive(front.box_of("102"))
    told = anna.get("/messages/found").json()
    assert told["count"] == 1
    assert anna.get("/messages/found?trash=1").json()["count"] == 0
    form = {"found": told["mark"], "back": "/messages", "action": "delete"}
    assert anna.post("/messages/selected", data=form).status_code == 403
    assert anna.post("/messages/delete", data=form).status_code == 403
    assert anna.post("/messages/restore", data=form).status_code == 403
    anna.post("/messages/selected", data={**form, "action": "heard"})
    assert shown(anna.get("/messages?state=new")) == []
    assert shown(anna.get("/messages")) == [hers]


def test_the_way_back_from_a_message_keeps_what_was_chosen(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.message_list.address.PAGE", 1)
    olga = front.visitor("olga")
    for _ in range(2):
        front.receive(name="Иван", at=AUGUST)
    first = olga.get("/messages?search=Иван&month=2026-08&order=oldest")
    older = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert older
    back = unescape(older[1])
    second = olga.get(back)
    (message,) = shown(second)
    links = set(re.findall(rf'href="(/messages/{message}\?back=[^"]+)"', second.text))
    assert len(links) == 1  # the name and the play button lead to the same page
    here = links.pop()
    own = olga.get(here)
    assert f'<a href="{escape(back)}">Голосовая почта</a>' in own.text

    # What is done there leads back to it, and it knows its way still.
    sent = re.search(r'name="back" id="back" value="([^"]+)"', own.text)
    assert sent
    form = {"back": unescape(sent[1])}
    for deed in ("mark", "hold", "release"):
        done = olga.post(f"/messages/{message}/{deed}", data={**form, "reason": "case 7"})
        assert done.headers["location"] == here
    assert f'<a href="{escape(back)}">' in olga.get(here).text
    wrong = olga.post(f"/messages/{message}/hold", data={**form, "reason": ""})
    assert f'<a href="{escape(back)}">' in wrong.text
    # Deleted, it leads to the list itself; taken back, too.
    asked = re.search(rf'href="(/messages/{message}/delete[^"]+)"', own.text)
    assert asked
    question = olga.get(unescape(asked[1]))
    assert f'<a class="button" href="{escape(here)}">Отмена</a>' in question.text
    deleted = olga.post("/messages/delete", data={"message": message, **form})
    assert deleted.headers["location"] == back
    in_trash = olga.get("/messages?trash=1")
    assert f'href="/messages/{message}?back=/messages%3Ftrash%3D1"' in in_trash.text
    assert '<a href="/messages?trash=1">Корзина</a>' in olga.get(f"/messages/{message}").text


def test_an_employee_deletes_nothing_by_any_request(front: Front) -> None:
    message = front.receive(front.box_of("101"))
    anna = front.visitor("anna")
    assert "Удалить" not in words(anna.get("/messages"))
    assert "Корзина" not in words(anna.get("/messages"))
    form = {"action": "delete", "message": message}
    assert anna.get(f"/messages/{message}/delete").status_code == 403
    assert anna.post(f"/messages/{message}/delete").status_code == 403
    assert anna.post("/messages/selected", data=form).status_code == 403
    assert anna.post("/messages/delete", data=form).status_code == 403
    assert anna.post("/messages/selected", data={**form, "action": "restore"}).status_code == 403
    assert anna.post("/messages/restore", data={"message": message}).status_code == 403
    assert anna.get("/messages?trash=1").status_code == 403
    assert shown(anna.get("/messages")) == [message]


@pytest.mark.parametrize("path", ["", "/audio", "/download"])
def test_another_ones_message_is_as_unknown_as_none(front: Front, path: str) -> None:
    boriss = front.receive(front.box_of("102"))
    anna = front.visitor("anna")
    foreign = anna.get(f"/messages/{boriss}{path}")
    unknown = anna.get(f"/messages/{boriss[::-1]}{path}")
    beginning = front.visitor("olga").get(f"/messages/{boriss[:8]}{path}")
    assert foreign.status_code == unknown.status_code == beginning.status_code == 404
    assert words(foreign) == words(unknown)


def test_a_download_has_a_name_that_people_understand_and_stays_new(front: Front) -> None:
    olga = front.visitor("olga")
    message = front.receive(front.box_of("101"), at=AUGUST, name="Иван")
    response = olga.get(f"/messages/{message}/download")
    assert response.content.startswith(b"RIFF")
    assert suggested(response) == "2026-08-14 09-30 Иван +79161234567 - Анна Щукина.wav"
    assert shown(olga.get("/messages?state=new")) == [message]


def test_selected_messages_as_a_zip(front: Front) -> None:
    ids = [front.receive(at=AUGUST), front.receive(at=JULY)]
    front.receive(at=LAST_YEAR)
    form = {"action": "download", "message": ids}
    response = front.visitor("olga").post("/messages/selected", data=form)
    assert response.headers["content-type"] == "application/zip"
    assert re.fullmatch(r"голосовая-почта-\d{4}-\d\d-\d\d\.zip", suggested(response))
    with zipfile.ZipFile(BytesIO(response.content)) as packed:
        names = [name for name in packed.namelist() if name.endswith(".wav")]
    assert sorted(name[:10] for name in names) == ["2026-07-02", "2026-08-14"]


def test_the_table_in_a_zip_is_for_spreadsheets(front: Front) -> None:
    front.receive(at=AUGUST, caller="Restricted", name="Анна")
    answer = front.visitor("olga").get("/messages/export?month=2026-08")
    with zipfile.ZipFile(BytesIO(answer.content)) as packed:
        table = packed.read("manifest.csv").decode("utf-8")
    assert table.startswith("\ufeffid,box,")
    assert ",Номер скрыт,Анна," in table


@pytest.mark.parametrize(
    ("number", "name"),
    [("", ""), ("anonymous", "Anonymous"), ("Restricted", ""), ("sip:anonymous@invalid", "")],
)
def test_a_number_that_is_withheld_is_told_and_found(front: Front, number: str, name: str) -> None:
    message = front.receive(at=AUGUST, caller=number, name=name)
    named = front.receive(at=JULY, caller=number, name="Пётр")
    front.receive(at=LAST_YEAR, caller="+79161234567")
    olga = front.visitor("olga")

    found = olga.get("/messages?search=номер+скрыт")

    assert shown(found) == [message, named]
    assert shown(olga.get("/messages?search=Number+withheld+пётр")) == [named]
    row = found.text.partition(f'id="message-{message}"')[2]
    assert "<bdi>Номер скрыт</bdi>" in row
    for message_id in (message, named):
        page = olga.get(f"/messages/{message_id}")
        assert "<bdi>Номер скрыт</bdi>" in page.text
        assert "nonymous" not in words(page)
    assert "<h1><bdi>Пётр</bdi></h1>" in page.text
    olga.get(f"/messages/{named}/audio")
    assert "Пётр (Номер скрыт)" in olga.get("/audit").text


def test_a_month_as_a_zip(front: Front) -> None:
    front.receive(at=AUGUST)
    front.receive(at=JULY)
    response = front.visitor("olga").get("/messages/export?month=2026-08")
    assert suggested(response) == "голосовая-почта-2026-08.zip"
    with zipfile.ZipFile(BytesIO(response.content)) as packed:
        assert [name[:10] for name in packed.namelist() if name.endswith(".wav")] == ["2026-08-14"]


def test_the_way_back_stays_within_the_list(front: Front) -> None:
    olga = front.visitor("olga")
    message = front.receive()
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example", "/messagesx"):
        response = olga.post(f"/messages/{message}/mark", data={"state": "new", "back": elsewhere})
        assert response.headers["location"] == "/messages"
