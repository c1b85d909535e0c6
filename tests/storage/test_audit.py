"""Who did what: what is written down, and found again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from storage.actor import Actor
from storage.audit import AuditEntry, AuditLog, AuditQuery, note
from storage.companies.store import Offices
from storage.database.tables import AuditRow
from storage.errors import NotFound
from storage.messages.repository import Query
from storage.office import parse_office
from storage.office.prompts import PromptLibrary
from tests.acting import ME
from tests.storage.conftest import ANNA, COMPANY, Store
from tests.storage.people import acting, found_company, hire


@pytest.fixture
def log(store: Store) -> AuditLog:
    return AuditLog(store.database)


def entries(log: AuditLog, **wanted: object) -> list[AuditEntry]:
    return list(log.list(AuditQuery(**wanted)).entries)  # type: ignore[arg-type]


def actions(log: AuditLog, **wanted: object) -> list[str]:
    return [entry.action for entry in entries(log, **wanted)]


def test_what_is_done_to_messages_is_noted(store: Store, log: AuditLog) -> None:
    found_company(store)
    anna = hire(store, "anna", "employee", "101")
    message_id = store.receive(ANNA, at=datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC))
    by = acting(anna)

    store.messages.listen(message_id, user=anna, by=by)
    store.messages.note_download(store.messages.get(message_id), by=by)
    store.messages.mark([message_id], "new", user=anna, by=by)
    store.messages.delete(message_id, by=ME)
    store.messages.delete(message_id, by=ME)
    store.messages.restore(message_id, by=ME)
    store.messages.note_export(Query(month="2026-08", scope=anna.scope), 1, by=by)

    found = entries(log)
    assert [entry.action for entry in found][::-1] == [
        *("message.play", "message.download", "message.new"),
        *("message.delete", "message.restore", "messages.export"),
    ]
    assert {entry.subject for entry in found[1:]} == {message_id}
    assert {entry.company_id for entry in found} == {COMPANY.company_id}
    assert found[0].details == {"messages": 1, "month": "2026-08"}
    played = found[-1]
    assert (played.who, played.via, played.address, played.user_id) == (
        *("anna", "page", "192.0.2.7"),
        anna.id,
    )
    assert datetime.now(UTC) - played.at < timedelta(minutes=1)
    assert played.details == {
        "addressee": {"name": "Анна Щукина", "number": "101"},
        "caller": {"number": "79161234567", "name": ""},
        "received_at": "2026-08-14T06:30:05+00:00",
    }


def test_one_listening_is_noted_once(store: Store, log: AuditLog) -> None:
    found_company(store)
    anna, olga = hire(store, "anna", "employee", "101"), hire(store, "olga", "administrator")
    first, second = store.receive(ANNA), store.receive(ANNA)

    for message_id in (first, second, first):
        store.messages.listen(message_id, user=anna, by=acting(anna))
    store.messages.listen(first, user=olga, by=acting(olga))
    assert actions(log) == ["message.play"] * 3

    with store.database.session() as session:
        earlier = datetime.now(UTC) - timedelta(minutes=15)
        session.execute(update(AuditRow).values(at=earlier))
    store.messages.listen(first, user=anna, by=acting(anna))
    assert actions(log) == ["message.play"] * 4


def test_what_fails_is_not_noted(store: Store, log: AuditLog) -> None:
    message_id = store.receive()

    with pytest.raises(NotFound):
        store.messages.delete_many([message_id, "0192f0c0-0000-7000-8000-000000000000"], by=ME)

    assert entries(log) == []
    assert len(store.messages.list(Query()).messages) == 1


def test_a_change_of_the_configuration_is_told_value_by_value(
    store: Store, log: AuditLog, tmp_path: Path
) -> None:
    offices = Offices(store.database, PromptLibrary(tmp_path / "prompts"))
    text = '[company]\nname = "Ромашка"\n[numbers]\n"74951234567" = { voicemail = true }\n'
    office = parse_office(text + '[employees.101]\nname = "Анна"\nendpoint = "PJSIP/101"\n')
    offices.apply(office, by=ME)
    offices.apply(office, by=ME)

    offices.apply(parse_office(text + "[voicemail]\nmax_seconds = 60\n"), by=ME)
    offices.rename("Ромашка", "Lotus", by=ME)
    company_id = offices.site().company_id
    offices.remove("Lotus", by=ME)

    found = entries(log)
    assert {entry.company_id for entry in found} == {company_id}
    assert [(entry.action, entry.subject) for entry in found][::-1] == [
        ("company.add", "Ромашка"),
        ("config.change", "Ромашка"),
        ("config.change", "Lotus"),
        ("company.remove", "Lotus"),
    ]
    details: Any = found[2].details
    removed, seconds = details
    assert removed["path"] == "employees.101"
    assert removed["before"]["name"] == "Анна"
    assert removed["after"] is None
    assert seconds == {"path": "voicemail.max_seconds", "before": 180.0, "after": 60.0}
    assert found[1].details == [{"path": "company.name", "before": "Ромашка", "after": "Lotus"}]


def fill(store: Store, number: int, company_id: str | None = "1", **what: str) -> None:
    by = Actor(name=what.get("who", "olga"), via="api", user_id=what.get("user_id"))
    with store.database.session() as session:
        for count in range(number):
            note(
                *(session, by, what.get("action", "message.play")),
                company_id=company_id,
                subject=what.get("subject", f"subject {count}"),
            )


def test_entries_are_found_by_company_action_user_and_words(store: Store, log: AuditLog) -> None:
    fill(store, 1, company_id=None, action="login.failed", who="Иван")
    fill(store, 1, company_id="2")
    fill(store, 1, action="user.add", subject="Пётр Щукин", user_id="7")
    fill(store, 1, action="user.remove")

    assert len(entries(log)) == 4
    assert actions(log, company_id="1") == ["user.remove", "user.add"]
    assert actions(log, action="user.") == ["user.remove", "user.add"]
    assert actions(log, action="user") == []
    assert actions(log, action="login.failed") == ["login.failed"]
    assert actions(log, user_id="7") == actions(log, search="ПЕТР щук") == ["user.add"]
    assert actions(log, search="иван") == ["login.failed"]
    assert actions(log, search="иван щукин") == []


def test_entries_are_found_however_a_name_is_written(store: Store, log: AuditLog) -> None:
    fill(store, 1, action="user.add", subject="O\N{RIGHT SINGLE QUOTATION MARK}Neil Йошкар-Ола")
    fill(store, 1, action="user.remove")
    with store.database.session() as session:  # as an earlier version wrote it
        session.execute(
            update(AuditRow)
            .where(AuditRow.action == "user.remove")
            .values(search="cli user.remove йошкар-ола 192.0.2.7")
        )

    assert actions(log, search="o'neil йошкар\N{NON-BREAKING HYPHEN}ола") == ["user.add"]
    assert actions(log, search="йошкар-ола") == ["user.remove", "user.add"]
    assert actions(log, search="192.0.2.7") == ["user.remove"]


def test_pages_of_the_log_follow_each_other(
    store: Store, log: AuditLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, 1, subject="needle")
    fill(store, 6)
    everything = [entry.id for entry in entries(log)]

    def pages(**wanted: object) -> list[list[int]]:
        found, before = [], None
        while True:
            page = log.list(AuditQuery(before=before, **wanted))  # type: ignore[arg-type]
            found.append([entry.id for entry in page.entries])
            before = page.next
            if before is None:
                return found

    assert pages(limit=3) == [everything[:3], everything[3:6], everything[6:]]
    assert pages(limit=7) == [everything]
    monkeypatch.setattr("storage.audit.LOOKED_AT", 4)
    assert pages(search="needle") == [[], everything[6:]], "a search looks back bit by bit"


def test_hostile_texts_are_kept_as_text(store: Store, log: AuditLog) -> None:
    fill(store, 1, who="<b>\0\ud800\x1b[31m", subject="x" * 5_000)

    (entry,) = entries(log)
    assert entry.who == "<b>\ufffd\ufffd\x1b[31m"
    assert len(entry.subject) == 1_000
    assert entry.as_json()["action"] == "message.play"
