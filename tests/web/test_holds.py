"""Legal hold on the page: an administrator's badge, and deleting that is refused."""

from __future__ import annotations

import pytest

from tests.web.conftest import NOBODY, Front
from tests.web.message_list.test_messages import follow, shown, words


def test_a_message_is_put_on_hold_and_released(front: Front) -> None:
    olga = front.visitor("olga")
    address = f"/messages/{(message_id := front.receive())}"
    assert "Запретить удаление" in words(olga.get(address))

    page = follow(olga, olga.post(f"{address}/hold", data={"reason": "Дело <7>"}))

    told = words(page)
    for part in ("Удаление сообщения запрещено.", "удаление запрещено", "Дело <7>", "olga"):
        assert part in told
    assert "<7>" not in page.text
    assert f"{address}/delete" not in page.text
    listed = olga.get("/messages")
    assert "удаление запрещено" in words(listed)
    assert f"{address}/delete" not in listed.text

    page = follow(olga, olga.post(f"{address}/release"))
    assert "Запрет удаления снят." in words(page)
    assert f"{address}/delete" in page.text
    assert front.services.messages.get(message_id).hold is None


def test_a_reason_is_asked_for(front: Front) -> None:
    olga = front.visitor("olga")
    message_id = front.receive()
    refused = olga.post(f"/messages/{message_id}/hold", data={"reason": " "})
    assert refused.status_code == 422
    assert "не должно быть пустым" in words(refused)
    long = olga.post(f"/messages/{message_id}/hold", data={"reason": "x" * 501})
    assert long.status_code == 422
    assert "x" * 501 in long.text, "what was typed stays"
    assert front.services.messages.get(message_id).hold is None


@pytest.mark.parametrize("way", ["one", "question", "selected", "asked"])
def test_deleting_is_refused_and_says_which(front: Front, way: str) -> None:
    olga = front.visitor("olga")
    held, other = front.receive(name="Мария"), front.receive(name="Иван")
    front.services.messages.hold([held], reason="Дело 7", by=NOBODY)
    form = {"message": [held, other], "back": "/messages?state=new"}

    match way:
        case "one":
            refused = olga.post(f"/messages/{held}/delete", data={"back": form["back"]})
        case "question":
            refused = olga.get(f"/messages/{held}/delete?back=/messages?state=new")
        case "selected":
            refused = olga.post("/messages/delete", data=form)
        case _:
            refused = olga.post("/messages/selected", data={**form, "action": "delete"})

    assert refused.status_code == 409
    told = words(refused)
    for part in ("Удаление сообщения запрещено", "Мария", "Дело 7", "Ничего не удалено"):
        assert part in told
    assert "Иван" not in told
    assert 'href="/messages?state=new"' in refused.text
    assert set(shown(olga.get("/messages"))) == {held, other}, "all or none"


def test_what_is_in_the_trash_can_be_held_and_restored(front: Front) -> None:
    olga = front.visitor("olga")
    message_id = front.receive()
    front.services.messages.delete(message_id, by=NOBODY)
    address = f"/messages/{message_id}"

    page = follow(olga, olga.post(f"{address}/hold", data={"reason": "Дело 7"}))
    assert "в корзине" in words(page)
    assert "удаление запрещено" in words(olga.get("/messages?trash=1"))
    olga.post(f"{address}/restore")
    assert shown(olga.get("/messages")) == [message_id]


def test_employees_see_nothing_of_it(front: Front) -> None:
    anna = front.visitor("anna")
    hers = front.receive(front.box_of("101"))
    front.services.messages.hold([hers], reason="Дело 7", by=NOBODY)
    for address in ("/messages", f"/messages/{hers}"):
        told = anna.get(address)
        assert told.status_code == 200
        for part in ("запрещено", "Запрет", "Дело 7"):
            assert part not in told.text
    assert anna.post(f"/messages/{hers}/release").status_code == 403


def test_it_is_in_the_audit_log_in_words(front: Front) -> None:
    olga = front.visitor("olga")
    message_id = front.receive()
    olga.post(f"/messages/{message_id}/hold", data={"reason": "Дело 7"})
    olga.post(f"/messages/{message_id}/release")
    told = words(olga.get("/audit"))
    for part in ("Удаление сообщения запрещено", "Запрет удаления снят", "Причина", "Дело 7"):
        assert part in told


def test_a_page_in_english(front: Front) -> None:
    olga = front.visitor("olga")
    olga.post("/account", data={"name": "Olga", "language": "en"})
    message_id = front.receive()
    page = follow(olga, olga.post(f"/messages/{message_id}/hold", data={"reason": "Case 7"}))
    assert "on hold" in words(page)
    refused = olga.post(f"/messages/{message_id}/delete")
    assert "It cannot be deleted until it is released. Nothing was deleted." in words(refused)


def test_days_are_set_in_the_forms_and_stay(front: Front) -> None:
    olga = front.visitor("olga")
    mailbox = {"min_seconds": "1", "max_seconds": "60", "silence_seconds": "5"}
    anna = {"name": "Анна Щукина", "ring_timeout": "9", "no_answer": "voicemail"}

    olga.post("/mailbox", data={**mailbox, "keep_days": "90"})
    olga.post("/employees/101", data={**anna, "keep_days": " 365 "})

    office = front.site.office
    assert (office.voicemail.keep_days, office.employees["101"].keep_days) == (90, 365)
    assert 'value="90"' in olga.get("/mailbox").text
    assert 'value="365"' in olga.get("/employees/101").text

    for wrong, sentence in (("1,5", "целое число"), ("0", "не меньше 1"), ("-1", "не меньше 1")):
        for address, form in (("/mailbox", mailbox), ("/employees/101", anna)):
            refused = olga.post(address, data={**form, "keep_days": wrong})
            assert refused.status_code == 422
            assert sentence in words(refused)
    assert front.site.office == office

    olga.post("/mailbox", data={**mailbox, "keep_days": ""})
    olga.post("/employees/101", data={**anna, "keep_days": ""})
    office = front.site.office
    assert office.voicemail.keep_days is office.employees["101"].keep_days is None
