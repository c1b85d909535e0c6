"""Recordings for elsewhere: complete, named, listed, and continued where they stopped."""

from __future__ import annotations

import csv
import errno
import hashlib
import io
import json
import os
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.errors import AudioError, StorageError
from storage.messages.repository import Message, Query
from storage.text import plain
from storage.transfer.export import Exported, export
from storage.transfer.file_names import file_name, readable_name
from storage.transfer.manifest import CsvStyle
from storage.transfer.zip_stream import stream_zip
from tests.refusals import refuses
from tests.storage.conftest import ANNA, COMPANY, Store
from web.language.problems import whole

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

AUGUST = datetime(2026, 8, 14, 6, 30, 5, tzinfo=UTC)
ALL = Query(limit=None)


def quietly(done: int, total: int) -> None:
    """No progress is shown."""


def wavs(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*.wav"))


def manifest(folder: Path) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text("utf-8"))
    return entries


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_the_table_is_for_spreadsheets_or_for_programs(
    store: Store, tmp_path: Path, name: str
) -> None:
    """Without a byte-order mark, spreadsheets on Windows take UTF-8 for an old charset."""
    store.receive(at=AUGUST, caller="Restricted", name="Анна")
    tables: list[bytes] = []
    styles: tuple[CsvStyle, ...] = ("excel", "plain")

    for style in styles:
        target = tmp_path / style / name
        export(store.messages, ALL, target, quietly, style)
        tables.append(
            zipfile.ZipFile(target).read("manifest.csv")
            if name.endswith(".zip")
            else (target / "manifest.csv").read_bytes()
        )

    excel, plain = (table.decode("utf-8") for table in tables)
    assert excel == "\ufeff" + plain.replace(",Restricted,", ",Number withheld,")
    assert plain.startswith("id,box,company,")
    assert ",Restricted,Анна," in plain


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_folder_has_recordings_and_manifests(store: Store, tmp_path: Path) -> None:
    company = store.receive(at=AUGUST, caller="+79161234567")
    anna = store.receive(ANNA, at=AUGUST + timedelta(minutes=1), caller="+79161234567")
    steps: list[tuple[int, int]] = []

    result = export(store.messages, ALL, tmp_path / "out", lambda *step: steps.append(step))

    assert result == Exported(written=2, skipped=0, missing=())
    assert steps == [(0, 2), (1, 2), (2, 2)]
    assert wavs(tmp_path / "out") == [
        f"2026-08-14_09-30-05_company_Ромашка_from_+79161234567_{company}.wav",
        f"2026-08-14_09-31-05_employee_Анна_Щукина_from_+79161234567_{anna}.wav",
    ]
    entries = manifest(tmp_path / "out")
    assert [entry["id"] for entry in entries] == [anna, company]
    for entry, row in zip(entries, rows(tmp_path / "out"), strict=True):
        audio = (tmp_path / "out" / entry["file"]).read_bytes()
        assert entry["sha256"] == row["sha256"] == hashlib.sha256(audio).hexdigest()
        assert (entry["id"], entry["box"]) == (row["id"], row["box"])
        assert row["time"] == entry["received_at"]
        assert row["caller"] == "+79161234567"
        assert row["duration"] == "4.7"


def test_only_what_was_asked_for_is_exported(store: Store, tmp_path: Path) -> None:
    store.receive()
    anna = store.receive(ANNA)

    export(store.messages, Query(box="employee", limit=None), tmp_path / "out", quietly)

    assert [entry["id"] for entry in manifest(tmp_path / "out")] == [anna]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_interrupted_export_continues(store: Store, tmp_path: Path, name: str) -> None:
    for minute in range(4):
        store.receive(at=AUGUST + timedelta(minutes=minute))

    def pull_the_plug(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(store.messages, ALL, tmp_path / name, pull_the_plug)
    result = export(store.messages, ALL, tmp_path / name, quietly)

    assert result == Exported(written=2, skipped=2, missing=())
    assert [path.name for path in tmp_path.glob("out*")] == [name]


def test_recordings_go_to_the_disk_in_batches(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.transfer.export.BATCH", 2)
    ids = [store.receive(at=AUGUST + timedelta(minutes=minute)) for minute in range(5)]
    there: list[int] = []

    export(
        store.messages, ALL, tmp_path / "out", lambda *_: there.append(len(wavs(tmp_path / "out")))
    )

    assert there == [0, 0, 2, 2, 4, 4]
    assert [entry["id"] for entry in manifest(tmp_path / "out")] == ids[::-1]
    assert len(list((tmp_path / "out").iterdir())) == 5 + 2


def test_a_disk_that_fails_leaves_nothing_half_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(2):
        store.receive(at=AUGUST + timedelta(minutes=minute))

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("storage.files.fsync._flush_file_system", fail)
        with refuses(StorageError, "cannot be written: No space left"):
            export(store.messages, ALL, tmp_path / "out", quietly)
    assert list((tmp_path / "out").iterdir()) == []
    assert export(store.messages, ALL, tmp_path / "out", quietly).written == 2


def test_what_a_killed_export_left_goes_when_it_is_old(store: Store, tmp_path: Path) -> None:
    """A younger one may be somebody's who exports to the same folder just now."""
    old, young = (tmp_path / f"out/.unfinished-{name}" for name in ("old", "young"))
    for left in (old, young):
        left.mkdir(parents=True)
        (left / "1234.part").write_bytes(b"RIFF")
    os.utime(old, (0, 0))

    export(store.messages, ALL, tmp_path / "out", quietly)

    assert young.exists()
    assert not old.exists()


def test_a_file_half_there_is_written_again(store: Store, tmp_path: Path) -> None:
    store.receive()
    export(store.messages, ALL, tmp_path / "out", quietly)
    (name,) = wavs(tmp_path / "out")
    whole = (tmp_path / "out" / name).read_bytes()
    damaged = [whole[:1000], whole[:-1] + bytes([whole[-1] ^ 1])]

    for contents in damaged:
        (tmp_path / "out" / name).write_bytes(contents)
        assert export(store.messages, ALL, tmp_path / "out", quietly).written == 1
        assert (tmp_path / "out" / name).read_bytes() == whole


def test_a_second_export_adds_to_the_first(store: Store, tmp_path: Path) -> None:
    for mailbox in (COMPANY, ANNA):
        store.receive(mailbox)

    for box in ("company", "employee"):
        export(store.messages, Query(box=box, limit=None), tmp_path / "out", quietly)

    assert {entry["box"] for entry in manifest(tmp_path / "out")} == {"company", "employee"}


def test_a_zip_is_complete_and_added_to(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    store.receive(at=AUGUST)
    export(store.messages, ALL, target, quietly)
    store.receive(at=AUGUST + timedelta(minutes=1))

    second = export(store.messages, ALL, target, quietly)
    third = export(store.messages, ALL, target, quietly)

    assert second == Exported(written=1, skipped=1, missing=())
    assert third == Exported(written=0, skipped=2, missing=())
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 4
        entries = json.loads(archive.read("manifest.json"))
        assert {entry["file"] for entry in entries} < set(archive.namelist())
    assert [path.name for path in tmp_path.glob("all*")] == ["all.zip"]


def test_what_is_no_zip_is_not_overwritten(store: Store, tmp_path: Path) -> None:
    target = tmp_path / "all.zip"
    target.write_text("my letters")

    with refuses(StorageError, "not a zip"):
        export(store.messages, ALL, target, quietly)

    assert target.read_text() == "my letters"


def test_lost_and_changed_audio_is_reported_and_the_rest_exported(
    store: Store, tmp_path: Path
) -> None:
    lost, changed, good = (store.receive() for _ in range(3))
    store.audio.delete(store.messages.get(lost).audio_key)
    store.audio.put(store.messages.get(changed).audio_key, b"something else")

    result = export(store.messages, ALL, tmp_path / "out", quietly)

    assert result.written == 1
    assert sorted(str(problem.params["id"]) for problem in result.missing) == sorted(
        [lost, changed]
    )
    assert [entry["id"] for entry in manifest(tmp_path / "out")] == [good]


def test_nothing_to_export_makes_empty_manifests(store: Store, tmp_path: Path) -> None:
    export(store.messages, ALL, tmp_path / "out", quietly)

    assert manifest(tmp_path / "out") == []
    assert rows(tmp_path / "out") == []


@pytest.mark.parametrize(
    "caller", ["../../etc/passwd", "a/b\\c:d*e?", "\n\0\x1b[31m", ".hidden", "x" * 500, "Ж" * 500]
)
def test_no_caller_writes_outside_the_folder(store: Store, tmp_path: Path, caller: str) -> None:
    store.receive(caller=caller)

    export(store.messages, ALL, tmp_path / "out", quietly)

    (message,) = store.messages.list(ALL).messages
    (name,) = wavs(tmp_path / "out")
    assert name == file_name(message)
    assert len(name.encode()) <= 255
    assert not set(name) & set("/\\:*?\n\0\x1b")


FORMULAS = [
    *("=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "+1+1", "\t=1", '"=1', "=1;2"),
    *("Иван;=1+1", "Иван; =1+1", 'Иван;"=1+1"', "Иван;\r\n=1+1", ";;-1", "a;b;@SUM(1)"),
    *("\uff1d1", "\uff0b1", "\uff0d1", "\uff20SUM(1)", "Иван;\uff1d1+1", "\u22121"),
]


@pytest.mark.parametrize("caller", FORMULAS)
def test_no_caller_is_a_formula(store: Store, tmp_path: Path, caller: str) -> None:
    store.receive(caller=caller, name=caller)

    export(store.messages, ALL, tmp_path / "out", quietly)

    row = rows(tmp_path / "out")[0]
    for cell in (row["caller"], row["caller_name"]):
        for half in cell.split(";"):
            assert not re.match('["\\s]*[-=+@\uff1d\uff0b\uff0d\uff20\u2212]', half), cell
        assert cell.replace("'", "") == " ".join(caller.replace("'", "").split())
    assert manifest(tmp_path / "out")[0]["caller"]["number"] == plain(caller)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_spreadsheet_that_parts_cells_elsewhere_finds_no_formula(
    store: Store, tmp_path: Path, separator: str
) -> None:
    for caller in FORMULAS:
        store.receive(caller=caller, name=caller)
    export(store.messages, ALL, tmp_path / "out", quietly)
    with (tmp_path / "out" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file, delimiter=separator):
            for cell in row:
                assert not re.match("[-=+@\uff1d\uff0b\uff0d\uff20\u2212]", cell), cell


def test_numbers_and_names_stay_as_they_are(store: Store, tmp_path: Path) -> None:
    store.receive(caller="+79161234567", name="Анна-Мария (склад); =)")
    export(store.messages, ALL, tmp_path / "out", quietly)
    row = rows(tmp_path / "out")[0]
    assert (row["caller"], row["caller_name"]) == ("+79161234567", "Анна-Мария (склад);' =)")


def test_a_target_that_cannot_be_written_is_a_sentence(store: Store, tmp_path: Path) -> None:
    store.receive()
    (tmp_path / "file").write_text("in the way")

    with refuses(StorageError, "cannot be written"):
        export(store.messages, ALL, tmp_path / "file" / "out", quietly)


def test_a_foreign_manifest_is_replaced(store: Store, tmp_path: Path) -> None:
    message_id = store.receive()
    (tmp_path / "out").mkdir()
    for text in ("nonsense", "[1]", '{"id": 1}', '[{"id": "x", "file": "../../etc/passwd"}]'):
        (tmp_path / "out" / "manifest.json").write_text(text)
        export(store.messages, ALL, tmp_path / "out", quietly)
        assert [entry["id"] for entry in manifest(tmp_path / "out")] == [message_id]


def test_a_zip_is_sent_while_it_is_made(store: Store) -> None:
    company = store.receive(at=AUGUST)
    lost = store.receive(at=AUGUST + timedelta(minutes=1))
    anna = store.receive(ANNA, at=AUGUST + timedelta(minutes=2))
    store.audio.delete(store.messages.get(lost).audio_key)

    pieces = list(stream_zip(store.messages, store.messages.each(ALL)))

    assert len(pieces) == 3, "one for each recording, one for the manifests"
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as packed:
        assert packed.testzip() is None
        messages = [store.messages.get(message_id) for message_id in (anna, company)]
        names = [*map(readable_name, messages)]
        assert packed.namelist() == [*names, "manifest.csv", "manifest.json"]
        for message, name in zip(messages, names, strict=True):
            assert packed.read(name) == store.messages.read(message)
        assert packed.getinfo(names[1]).date_time == (2026, 8, 14, 9, 30, 4)
        entries = json.loads(packed.read("manifest.json"))
        table = list(csv.DictReader(io.StringIO(packed.read("manifest.csv").decode())))
    assert [entry["id"] for entry in entries] == [row["id"] for row in table]
    assert [(row["id"], bool(row["file"])) for row in table] == [
        (anna, True),
        (lost, False),
        (company, True),
    ]


def test_equal_names_in_a_zip_get_numbers(store: Store) -> None:
    for second, name in enumerate(("Иван", "ИВАН", "Пётр", "Иван")):
        store.receive(at=AUGUST + timedelta(seconds=second), name=name)

    sent = b"".join(stream_zip(store.messages, store.messages.each(ALL)))

    with zipfile.ZipFile(io.BytesIO(sent)) as packed:
        names = packed.namelist()[:4]
        told = [entry["file"] for entry in json.loads(packed.read("manifest.json"))]
    assert names == told
    assert names == [
        "2026-08-14 09-30 Иван +79161234567 - Ромашка.wav",
        "2026-08-14 09-30 Пётр +79161234567 - Ромашка.wav",
        "2026-08-14 09-30 ИВАН +79161234567 - Ромашка (2).wav",
        "2026-08-14 09-30 Иван +79161234567 - Ромашка (3).wav",
    ]


def test_a_zip_of_nothing_is_a_zip(store: Store) -> None:
    with zipfile.ZipFile(io.BytesIO(b"".join(stream_zip(store.messages, [])))) as packed:
        assert packed.namelist() == ["manifest.csv", "manifest.json"]


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_outage_ends_the_export_which_goes_on_later(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for minute in range(3):
        store.receive(at=AUGUST + timedelta(minutes=minute))
    read, reads = store.messages.read, []

    def breaks(message: Message) -> bytes:
        reads.append(message.id)
        if len(reads) == 2:
            raise AudioError("the object store https://s3.example fails: no answer")
        return read(message)

    monkeypatch.setattr(store.messages, "read", breaks)
    with pytest.raises(StorageError) as stopped:
        export(store.messages, ALL, tmp_path / name, quietly)
    assert whole(stopped.value) == (
        "the export stopped after 1 of 3 messages and goes on from there when it is repeated: "
        "the object store https://s3.example fails: no answer"
    )
    assert len(wavs(tmp_path / ("out.zip.part" if name.endswith("zip") else name))) == 1
    assert not (tmp_path / "out.zip").exists()

    result = export(store.messages, ALL, tmp_path / name, quietly)
    assert result == Exported(written=2, skipped=1, missing=())


def test_a_zip_that_is_sent_does_not_go_on_without_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.receive()

    def away(_message: Message) -> bytes:
        raise AudioError("the object store https://s3.example fails: no answer")

    monkeypatch.setattr(store.messages, "read", away)
    with refuses(AudioError, "no answer"):
        list(stream_zip(store.messages, store.messages.each(ALL)))


def test_a_recording_that_the_disk_cannot_read_is_left_out(store: Store, tmp_path: Path) -> None:
    store.receive(at=AUGUST)
    bad = store.messages.get(store.receive(at=AUGUST + timedelta(minutes=1)))
    path = next(tmp_path.rglob(Path(bad.audio_key).name))
    path.unlink()
    path.mkdir()

    result = export(store.messages, ALL, tmp_path / "out", quietly)

    assert (result.written, len(result.missing)) == (1, 1)
    assert result.missing[0].params["id"] == bad.id
