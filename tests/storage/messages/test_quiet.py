"""What the detector hears no speech in is kept aside: a message all the same, with its sound."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage.actor import SYSTEM, Scope
from storage.audit import AuditLog, AuditQuery
from storage.companies.directory import Directory, Site
from storage.errors import NotFound
from storage.intake.intake import Empty
from storage.messages import quiet
from storage.messages.envelope import Box, Mailbox
from storage.messages.events import News
from storage.messages.repository import Message, Query
from storage.office import parse_office
from storage.retention.report import Effect, Whose
from storage.retention.retention import Retention
from storage.transfer.export import export
from tests.acting import ME
from tests.quiet_voices import VOICES, quiet_voice
from tests.speech import speak, tone, write_wav
from tests.storage.conftest import ANNA, COMPANY, REQUEST, WHO, Store, envelope, kept
from tests.storage.people import acting, found_company, hire

OURS = Scope(company_id=COMPANY.company_id)
ANNAS = Scope(company_id=COMPANY.company_id, people=(WHO["101"],))
BORIS = replace(ANNA, addressee_name="Борис", addressee_number="102", numbers=("102",))
TRASH = timedelta(days=30)


def whisper(
    store: Store, mailbox: Mailbox = COMPANY, *, voice: str = "whisper", days_ago: float = 0
) -> str:
    """Somebody whispers for that mailbox; the message's id."""
    path = store.folder / f"{uuid.uuid4()}-in.wav"
    path.write_bytes(quiet_voice(voice).read_bytes())
    outcome = store.intake.take_in(
        path,
        mailbox=mailbox,
        caller_number="79161234567",
        received_at=datetime.now(UTC) - timedelta(days=days_ago),
        source="asterisk",
        min_speech=1.0,
    )
    assert kept(outcome).quiet
    return outcome.id


def aside(store: Store, **wanted: object) -> list[str]:
    query = Query(quiet=True, **wanted)  # type: ignore[arg-type]
    ids = [message.id for message in store.messages.list(query).messages]
    assert store.messages.count(query) == len(ids)
    return ids


def ordinary(store: Store, **wanted: object) -> list[str]:
    return [message.id for message in store.messages.list(Query(**wanted)).messages]  # type: ignore[arg-type]


def in_trash(store: Store) -> list[Message]:
    return list(store.messages.list(Query(deleted=True)).messages)


@pytest.mark.parametrize("voice", VOICES)
def test_no_voice_is_lost(store: Store, voice: str) -> None:
    draft = store.begin(caller_name="Иван")
    recorded = quiet_voice(voice).read_bytes()
    store.recording(draft).write_bytes(recorded)

    outcome = kept(store.intake.finish(draft.id))

    assert outcome.quiet
    assert aside(store) == [draft.id]
    assert ordinary(store) == []
    message = store.messages.get(draft.id)
    assert message.quiet
    assert store.messages.read(message) == recorded
    assert (message.caller_number, message.caller_name) == ("+79161234567", "Иван")
    assert (message.box, message.cut_off, len(message.peaks)) == ("company", False, 256)
    assert not store.recording(draft).exists()


def test_a_busy_tone_is_kept_aside_too(store: Store) -> None:
    """It is not for us to say that nobody spoke beside it."""
    draft = store.begin()
    write_wav(store.recording(draft), tone(4))

    assert kept(store.intake.finish(draft.id)).quiet
    assert aside(store) == [draft.id]


def test_settling_it_again_changes_nothing(store: Store) -> None:
    draft = store.begin()
    store.recording(draft).write_bytes(quiet_voice("whisper").read_bytes())

    first = store.intake.finish(draft.id)

    assert store.intake.finish(draft.id) == first
    assert aside(store) == [draft.id]


def test_without_the_database_it_waits_on_a_slip(store: Store) -> None:
    draft = store.begin_without_database()
    store.recording(draft).write_bytes(quiet_voice("whisper").read_bytes())

    assert kept(store.intake.finish(draft.id)).quiet
    assert aside(store) == [draft.id]
    assert list(store.recordings.iterdir()) == []


def test_it_is_new_to_nobody_and_counted_nowhere(store: Store) -> None:
    found_company(store)
    olga = hire(store, "olga", "administrator")
    newest = News(store.database).newest()

    message_id = whisper(store)

    assert store.messages.new_count(olga) == 0
    assert store.messages.months(OURS) == []
    assert ordinary(store, reader=olga.id, state="new", scope=OURS) == []
    assert [item.kind for item in News(store.database).since(newest)] == ["aside"]
    message = store.messages.get(message_id, reader=olga.id)
    assert (message.state, message.as_json()["quiet"]) == ("heard", True)
    assert store.messages.mark([message_id], "new", user=olga, by=acting(olga)) == []
    assert store.messages.new_count(olga) == 0
    newcomer = hire(store, "maria", "administrator")
    assert store.messages.new_count(newcomer) == 0


def test_it_takes_no_place_in_its_box(store: Store) -> None:
    for _ in range(2):
        whisper(store)

    draft = store.intake.begin(envelope(), most=1)

    speak(REQUEST, path=store.recording(draft))
    assert not kept(store.intake.finish(draft.id)).quiet


def test_a_try_without_a_voice_takes_nothing_back(store: Store) -> None:
    first = store.begin()
    second = store.begin(replaces=first)
    speak(REQUEST, path=store.recording(first))
    store.recording(second).write_bytes(quiet_voice("whisper").read_bytes())

    assert kept(store.intake.finish(second.id)).quiet
    assert not kept(store.intake.finish(first.id)).quiet

    assert aside(store) == [second.id]
    assert ordinary(store) == [first.id]


def test_saying_it_again_aloud_takes_the_whisper_back(store: Store) -> None:
    first = store.begin()
    second = store.begin(replaces=first)
    store.recording(first).write_bytes(quiet_voice("whisper").read_bytes())
    speak(REQUEST, path=store.recording(second))

    assert not kept(store.intake.finish(second.id)).quiet

    assert store.intake.finish(first.id) == Empty(first.id)
    assert (ordinary(store), aside(store)) == ([second.id], [])


def test_a_call_that_left_a_whisper_is_not_done(store: Store) -> None:
    draft = store.begin(call_id="call-7")
    store.recording(draft).write_bytes(quiet_voice("whisper").read_bytes())
    store.intake.finish(draft.id)

    was = store.intake.drafts.interrupted("call-7")

    assert was is not None
    assert (was.takes, was.kept) == ([], False)


def test_who_may_see_it_finds_it(store: Store) -> None:
    of_company, hers, his = whisper(store), whisper(store, ANNA), whisper(store, BORIS)

    assert aside(store, scope=OURS) == [his, hers, of_company]
    assert aside(store, scope=ANNAS) == [hers]
    assert aside(store, scope=OURS, box="company") == [of_company]
    assert aside(store, scope=OURS, employee="102") == [his]
    assert aside(store, scope=OURS, search="щукина") == [hers]
    assert aside(store, scope=OURS, search="916 123", limit=2) == [his, hers]
    assert aside(store, scope=Scope(company_id="another")) == []
    assert [store.messages.quiet_count(scope) for scope in (OURS, ANNAS)] == [3, 1]
    with pytest.raises(NotFound):
        store.messages.accept([his], by=ME, scope=ANNAS)


def test_it_becomes_an_ordinary_message(store: Store) -> None:
    found_company(store)
    olga, anna = hire(store, "olga", "administrator"), hire(store, "anna", "employee", "101")
    message_id = whisper(store, ANNA, days_ago=3)
    newest = News(store.database).newest()

    assert store.messages.accept([message_id], by=acting(anna), scope=anna.scope) == [message_id]
    assert store.messages.accept([message_id], by=acting(anna), scope=anna.scope) == []

    assert (ordinary(store), aside(store)) == ([message_id], [])
    assert [store.messages.new_count(user) for user in (olga, anna)] == [1, 1]
    assert sum(count for _, count in store.messages.months(OURS)) == 1
    assert ordinary(store, scope=OURS, search="щукина") == [message_id]
    assert [item.kind for item in News(store.database).since(newest)] == ["kept"]
    (entry,) = AuditLog(store.database).list(AuditQuery(action="message.accept")).entries
    assert (entry.who, entry.subject) == ("anna", message_id)


def test_it_goes_to_the_trash_and_comes_back_as_what_it_was(store: Store) -> None:
    message_id = whisper(store)

    store.messages.delete(message_id, by=ME)
    assert [message.id for message in in_trash(store)] == [message_id]
    assert (aside(store), aside(store, deleted=True)) == ([], [message_id])

    store.messages.restore(message_id, by=ME)
    assert (aside(store), ordinary(store)) == ([message_id], [])
    assert store.messages.months(OURS) == []


def test_a_hold_keeps_it(store: Store) -> None:
    message_id = whisper(store, days_ago=20)
    store.messages.hold([message_id], reason="case 7", by=ME)

    report = _retention(store).run(TRASH, by=SYSTEM)

    assert (aside(store), aside(store, held=True)) == ([message_id], [message_id])
    assert report.total.moved == 0
    assert _retention(store).rehearse(TRASH).total == Effect(held=1)


@pytest.mark.parametrize(
    ("box", "settings", "days"),
    [
        ("company", "", 14),
        ("company", "voicemail.quiet_days = 3", 3),
        ("company", "voicemail.keep_days = 5", 5),
        ("employee", "voicemail.quiet_days = 3", 3),
        ("employee", "voicemail.quiet_days = 3\nemployees.101.quiet_days = 9", 9),
        ("employee", "employees.101.keep_days = 2\nemployees.101.quiet_days = 9", 2),
    ],
)
def test_time_moves_it_to_the_trash(store: Store, box: Box, settings: str, days: int) -> None:
    mailbox = ANNA if box == "employee" else COMPANY
    old, younger = (whisper(store, mailbox, days_ago=days + more) for more in (1, -1))
    spoken = store.receive(mailbox, at=datetime.now(UTC) - timedelta(hours=1))
    retention = _retention(store, settings)
    whose = Whose("Ромашка", box, "101" if box == "employee" else "")
    assert retention.rehearse(TRASH).effects == {whose: Effect(moved=1)}

    retention.run(TRASH, by=SYSTEM)

    assert aside(store) == [younger]
    assert ordinary(store) == [spoken]
    assert [message.id for message in in_trash(store)] == [old]
    (entry,) = AuditLog(store.database).list(AuditQuery(action="messages.retire")).entries
    assert isinstance(entry.details, dict)
    assert entry.details["quiet_days"] == days


def test_boxes_of_nobody_keep_it_as_long_as_the_settings_say(store: Store) -> None:
    gone = replace(COMPANY, company_id="2", company="Лютик", addressee_name="Лютик")
    old = {whisper(store, gone, days_ago=8)}
    young = whisper(store, gone, days_ago=6)

    _retention(store, usual=7).run(TRASH, by=SYSTEM)

    assert {message.id for message in in_trash(store)} == old
    assert aside(store) == [young]


def test_an_accepted_one_has_days_of_its_own(store: Store) -> None:
    message_id = whisper(store, days_ago=20)
    store.messages.accept([message_id], by=ME)

    _retention(store, "voicemail.keep_days = 10").run(TRASH, by=SYSTEM)

    assert ordinary(store) == [message_id]


def test_a_box_keeps_so_many_aside_and_the_oldest_go(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "MOST", 2)
    others = whisper(store, ANNA, days_ago=9)
    held = whisper(store, days_ago=4)
    store.messages.hold([held], reason="case 7", by=ME)
    oldest, middle = whisper(store, days_ago=3), whisper(store, days_ago=2)

    newest = whisper(store)

    assert set(aside(store)) == {newest, middle, held, others}
    assert [message.id for message in in_trash(store)] == [oldest]
    (entry,) = AuditLog(store.database).list(AuditQuery(action="messages.retire")).entries
    assert entry.details == {"messages": 1, "most": 2, "box": "company"}


def test_who_takes_one_back_wants_it_longer(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "MOST", 1)
    oldest, _ = whisper(store, days_ago=3), whisper(store, days_ago=2)
    store.messages.restore(oldest, by=ME)

    newest = whisper(store)

    assert set(aside(store)) == {newest, oldest}


def test_no_more_are_counted_than_a_page_shows(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quiet, "COUNTED", 2)
    for _ in range(3):
        whisper(store)

    assert store.messages.quiet_count(OURS) == 2


def test_an_export_leaves_it_out_unless_it_is_asked_for(store: Store, tmp_path: Path) -> None:
    spoken, whispered = store.receive(), whisper(store)

    done = [
        export(store.messages, Query(limit=None, quiet=quiet), tmp_path / name, lambda *_: None)
        for quiet, name in ((False, "ordinary"), (True, "aside"))
    ]

    assert [one.written for one in done] == [1, 1]
    told = [(tmp_path / name / "manifest.json").read_text() for name in ("ordinary", "aside")]
    assert [spoken in told[0], whispered in told[0]] == [True, False]
    assert [spoken in told[1], whispered in told[1]] == [False, True]
    assert '"quiet": true' in told[1]


def _retention(store: Store, settings: str = "", usual: int = 14) -> Retention:
    """Over one company with such settings."""
    office = parse_office(
        f'{settings}\n[company]\nname = "Ромашка"\n'
        '[employees.101]\nname = "Анна"\nendpoint = "PJSIP/101"\n'
        if "employees" not in settings
        else f'{settings}\nemployees.101.name = "Анна"\nemployees.101.endpoint = "PJSIP/101"\n'
        '[company]\nname = "Ромашка"\n'
    )
    site = Site(str(COMPANY.company_id), office)
    return Retention(store.database, store.audio, lambda: Directory(1, {"Ромашка": site}), usual)
