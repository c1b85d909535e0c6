"""Backups that are damaged, or made to do harm: one sentence, and nothing changes."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.backup.archive import ArchiveWriter, members
from storage.backup.home import Home
from storage.backup.verifying import verify
from storage.database.engine import Database
from storage.errors import StorageError
from tests.refusals import refuses
from tests.storage.homes import backed_up, empty_home, quiet, restored, used_home
from web.language.problems import whole

Contents = dict[str, bytes]


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with something of everything."""
    folder = tmp_path_factory.mktemp("backup")
    database = Database(f"sqlite:///{folder}/voicepost.db")
    home = used_home(folder / "home", database)
    home.fallback.mkdir(parents=True)
    (home.fallback / "1790000000_74951234567_101_1790.12.wav").write_bytes(b"not long")
    made = backed_up(home, folder / "backup.tar")
    database.close()
    return made.path


@pytest.fixture
def other(tmp_path: Path) -> Home:
    return empty_home(tmp_path / "other", Database(f"sqlite:///{tmp_path}/other.db"))


def refused(path: Path, other: Home) -> str:
    """Restoring and verifying both refuse, in the same words, and the home is as before."""
    with pytest.raises(StorageError) as raised:
        restored(path, other)
    sentence = whole(raised.value)
    with pytest.raises(StorageError) as verified:
        verify(path, quiet)
    assert whole(verified.value) == sentence
    assert "\n" not in sentence
    assert len(sentence) < 500
    assert other.database.revision() == ""
    assert [path for path in other.folder.rglob("*") if path.is_file()] == []
    other.database.close()
    return sentence


def contents_of(path: Path) -> Contents:
    return {member.name: member.read() for member in members(path)}


def sealed_again(path: Path, target: Path, change: Callable[[Contents], None]) -> Path:
    """The backup with changes, and sums that are right for them."""
    contents = contents_of(path)
    change(contents)
    del contents["SHA256SUMS"]
    manifest = json.loads(contents.pop("manifest.json"))
    del manifest["format"]
    with ArchiveWriter(target) as archive:
        for name, data in contents.items():
            archive.add(name, data)
        archive.finish(manifest)
    return target


def first(contents: Contents, beginning: str) -> str:
    return next(name for name in contents if name.startswith(beginning))


def change_rows(contents: Contents, table: str, change: Callable[[dict[str, Any]], None]) -> None:
    name = first(contents, f"tables/{table}/")
    rows = [json.loads(line) for line in contents[name].splitlines()]
    for row in rows:
        change(row)
    contents[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def change_manifest(contents: Contents, **changes: object) -> None:
    manifest = {**json.loads(contents["manifest.json"]), **changes}
    contents["manifest.json"] = json.dumps(manifest).encode()


def test_a_backup_cut_off_anywhere_is_none(tmp_path: Path, backup: Path, other: Home) -> None:
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        headers = [info.offset for info in tar] + [info.offset_data + 1 for info in tar]
    for cut in (0, 1, 511, *headers):
        path = tmp_path / "cut.tar"
        path.write_bytes(whole[:cut])
        assert "is not a whole backup" in refused(path, other)


def test_a_byte_changed_in_any_member_is_found(tmp_path: Path, backup: Path, other: Home) -> None:
    whole = backup.read_bytes()
    with tarfile.open(backup) as tar:
        places = [(info.name, info.offset_data + info.size // 2) for info in tar]
    for name, place in places:
        path = tmp_path / "changed.tar"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        sentence = refused(path, other)
        if name not in ("SHA256SUMS", "manifest.json"):
            assert f"{name} is damaged" in sentence


def test_a_member_taken_out_is_missed(tmp_path: Path, backup: Path, other: Home) -> None:
    names = [name for name in contents_of(backup) if name not in ("SHA256SUMS", "manifest.json")]
    for name in (names[0], first(contents_of(backup), "audio/"), names[-1]):
        path = tmp_path / "missing.tar"
        with tarfile.open(backup) as whole, tarfile.open(path, "w") as tar:
            for info in whole:
                if info.name != name:
                    tar.addfile(info, whole.extractfile(info))
        assert f"{name} is damaged or missing" in refused(path, other)


def hostile(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


@pytest.mark.parametrize(
    "info",
    [
        hostile("../../../tmp/evil"),
        hostile("/etc/cron.d/evil"),
        hostile("audio/../../evil.wav"),
        hostile("audio/2026/08/evil.wav"),
        hostile("spool/fallback/..%2f..%2Fevil.wav"),
        hostile("spool/fallback/%2E%2e.wav"),
        hostile("spool/recording/.evil.wav"),
        hostile("spool/recording/a%00.wav"),
        hostile("prompts/" + "a" * 64 + ".wav", tarfile.SYMTYPE, "/etc/passwd"),
        hostile("voicepost.toml", tarfile.LNKTYPE, "prompts"),
        hostile("voicepost.toml", tarfile.FIFOTYPE),
        hostile("voicepost.toml", tarfile.CHRTYPE),
        hostile("prompts", tarfile.DIRTYPE),
        hostile("tables/messages/1.jsonl"),
        hostile("x" * 5000),
        hostile("voice\npost.toml"),
    ],
    ids=lambda info: f"{info.name[:30]!r} {info.type!r}",
)
def test_members_that_no_backup_has_are_refused(
    tmp_path: Path, backup: Path, other: Home, info: tarfile.TarInfo
) -> None:
    path = tmp_path / "hostile.tar"
    with tarfile.open(backup) as whole, tarfile.open(path, "w") as tar:
        tar.addfile(info)
        for member in whole:
            tar.addfile(member, whole.extractfile(member))

    assert "no backup has a member" in refused(path, other)


def test_nothing_may_follow_the_end(tmp_path: Path, backup: Path, other: Home) -> None:
    path = tmp_path / "longer.tar"
    shutil.copy(backup, path)
    with tarfile.open(path, "a") as tar:
        tar.addfile(hostile("voicepost.toml"), io.BytesIO())

    assert "follows its end" in refused(path, other)


def test_a_member_that_claims_to_be_endless_is_refused(
    tmp_path: Path, backup: Path, other: Home
) -> None:
    path = tmp_path / "endless.tar"
    info = hostile("tables/messages/000001.jsonl")
    info.size = 2**40
    with path.open("wb") as file:
        file.write(info.tobuf())
        file.truncate(2**41)

    assert "is too long" in refused(path, other)


@pytest.mark.parametrize(
    "contents", [b"", b"not a tar", b"\x1f\x8b\x08\0\0", b"\0" * 10240, b"x" * 100_000]
)
def test_what_is_no_tar_is_no_backup(tmp_path: Path, other: Home, contents: bytes) -> None:
    path = tmp_path / "some.tar"
    path.write_bytes(contents)

    assert "is not a whole backup" in refused(path, other)


def swap_audio(contents: Contents) -> None:
    one, two, *_ = (name for name in contents if name.startswith("audio/"))
    contents[one], contents[two] = contents[two] + b"\0\0", contents[one]


def drop_rows(contents: Contents) -> None:
    del contents[first(contents, "tables/messages/")]


def double_rows(contents: Contents) -> None:
    contents["tables/users/000002.jsonl"] = contents["tables/users/000001.jsonl"]


def nest(contents: Contents) -> None:
    contents["tables/users/000001.jsonl"] = b"[" * 100_000 + b"\n"


def no_text(contents: Contents) -> None:
    contents["tables/users/000001.jsonl"] = b"\xff\xfe\n"


def unknown_table(contents: Contents) -> None:
    contents["tables/secrets/000001.jsonl"] = b'{"a":1}\n'


def in_rows(table: str, **values: object) -> Callable[[Contents], None]:
    return lambda contents: change_rows(contents, table, lambda row: row.update(values))


def in_manifest(**values: object) -> Callable[[Contents], None]:
    return lambda contents: change_manifest(contents, **values)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (swap_audio, "is another's"),
        (drop_rows, "rows do not fit together"),
        (double_rows, "rows do not fit together"),
        (nest, "is not a whole backup"),
        (no_text, "is not a whole backup"),
        (unknown_table, "there is no table secrets"),
        (in_rows("messages", audio_key="../../evil.wav"), "nobody's audio"),
        (in_rows("messages", sha256="0" * 64), "is another's"),
        (in_rows("messages", extra=1), "has other columns"),
        (in_rows("messages", received_at="yesterday"), "is not a whole backup"),
        (in_rows("messages", received_at=7), "is of the wrong kind"),
        (in_rows("messages", peaks="%%%"), "is not a whole backup"),
        (in_rows("users", name=["x"]), "is of the wrong kind"),
        (in_rows("users", company_id="nobody's"), "rows do not fit together"),
        (in_rows("messages", state="lost"), "is not a whole backup"),
        (in_manifest(revision="9999"), "newer version of Voicepost"),
        (in_manifest(revision=["0001"]), "newer version of Voicepost"),
        (in_manifest(rows={}), "rows are missing"),
        (in_manifest(rows=[1]), "manifest.json has no rows"),
        (in_manifest(rows={"messages": -1}), "has no number of messages"),
        (in_manifest(recordings="many"), "has no number of recordings"),
        (in_manifest(sequences={"audit": 2**70}), "has no number of audit"),
        (in_manifest(without_recording=1), "recordings are missing"),
    ],
)
def test_sums_that_are_right_prove_nothing_else(
    tmp_path: Path, backup: Path, other: Home, change: Callable[[Contents], None], why: str
) -> None:
    path = sealed_again(backup, tmp_path / "hostile.tar", change)

    assert why in refused(path, other)


def test_a_format_to_come_is_refused(
    tmp_path: Path, backup: Path, other: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("storage.backup.archive.FORMAT", 2)
        path = sealed_again(backup, tmp_path / "new.tar", lambda contents: None)

    assert "newer version of Voicepost" in refused(path, other)


def test_a_full_disk_while_restoring_changes_nothing(
    tmp_path: Path, backup: Path, other: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, times = other.audio.put, []

    def full(key: str, audio: bytes) -> None:
        times.append(key)
        if len(times) == 3:
            raise OSError(28, "No space left on device")
        put(key, audio)

    with monkeypatch.context() as patch:
        patch.setattr(other.audio, "put", full)
        with refuses(StorageError, "No space left"):
            restored(backup, other)

    assert other.database.revision() == ""
    assert [path for path in other.folder.rglob("*") if path.is_file()] == []
    restored(backup, other)
    other.database.close()
