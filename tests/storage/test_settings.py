"""Settings: a file in the home, and the environment above it."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage.errors import ConfigError
from storage.settings import load_settings
from tests.refusals import refuses
from web.language.problems import whole


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in [name for name in os.environ if name.startswith("VOICEPOST_")]:
        monkeypatch.delenv(name)


def write(home: Path, text: str) -> Path:
    (home / "voicepost.toml").write_text(text, encoding="utf-8")
    return home


def test_a_home_without_a_file_has_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "home")

    assert settings.home == tmp_path / "home"
    assert settings.sandbox.sip_port == 5060
    assert settings.database_url == f"sqlite:///{tmp_path}/home/voicepost.db"
    assert settings.recordings == tmp_path / "home/asterisk/spool/recording"
    assert settings.fallback_spool == tmp_path / "home/asterisk/spool/voicepost"
    assert settings.audio_folder == tmp_path / "home/audio"
    assert settings.ari_url == "http://127.0.0.1:8088"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize("before", ["", "\ufeff"])
def test_a_byte_order_mark_is_no_mistake(tmp_path: Path, encoding: str, before: str) -> None:
    """Editors on Windows put one before the text, and some tools one more."""
    text = before + "# настройки\n[web]\nport = 8081\n"
    (tmp_path / "voicepost.toml").write_text(text, encoding=encoding)

    assert load_settings(tmp_path).web.port == 8081


def test_the_file_is_read_and_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = write(tmp_path, "[sandbox]\nsip_port = 5070\nhttp_port = 8090\n[web]\nport = 81\n")
    monkeypatch.setenv("VOICEPOST_SANDBOX__SIP_PORT", "5080")

    settings = load_settings(home)

    assert (settings.sandbox.sip_port, settings.sandbox.http_port) == (5080, 8090)
    assert settings.web.port == 81
    assert settings.ari_url == "http://127.0.0.1:8090"


def test_another_home_in_the_environment_does_not_change_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEPOST_HOME", "/elsewhere")

    assert load_settings(tmp_path).home == tmp_path


def test_a_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_settings(Path("var")).home == tmp_path / "var"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[sandbox]\nsip_port = "many"', "sandbox.sip_port"),
        ("[sandbox]\nsip_port = 70000", "sandbox.sip_port"),
        ("[sandbox]\nsipport = 5060", "sandbox.sipport"),
        ("[sandbox]\nrtp_start = 20000", "rtp_end must be above rtp_start"),
        ("[sandboxes]\nsip_port = 5060", "sandboxes"),
        ('[calls]\nringing = "jingle"', "calls.ringing"),
        ('[audio]\nurl = "gs://bucket"', "audio.url"),
        ('[audio]\nurl = "s3://"', "audio.url"),
        ('[audio]\nurl = "s3://me:secret@bucket"', "audio.url"),
        ('[audio]\nendpoint = "minio:9000"', "audio.endpoint"),
        ('[agi]\nsecret = "too-short"', "agi.secret"),
        ('[agi]\nsecret = "one;two three four five"', "agi.secret"),
        ("sandbox = 1", "sandbox"),
        ("[sandbox", "voicepost.toml"),
        ("\udcff", "voicepost.toml"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_key(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "voicepost.toml").write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(ConfigError) as raised:
        load_settings(tmp_path)

    assert key in whole(raised.value)
    assert "\n" not in whole(raised.value)
    assert len(raised.value.problems) == 1


def test_a_mistake_in_the_environment_names_the_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEPOST_WEB__PORT", "http")

    with refuses(ConfigError, r"web\.port"):
        load_settings(tmp_path)


def test_a_variable_that_is_no_table_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEPOST_SANDBOX", "{broken")

    with refuses(ConfigError, "sandbox"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("url", "used"),
    [
        ("postgresql://me@host/db", "postgresql+psycopg://me@host/db"),
        ("postgres://me@host/db", "postgresql+psycopg://me@host/db"),
        ("postgresql+psycopg://me@host/db", "postgresql+psycopg://me@host/db"),
        ("sqlite:////data/x.db", "sqlite:////data/x.db"),
    ],
)
def test_postgresql_gets_the_driver_we_ship(tmp_path: Path, url: str, used: str) -> None:
    assert load_settings(write(tmp_path, f'[database]\nurl = "{url}"')).database_url == used


def test_audio_may_be_kept_elsewhere(tmp_path: Path) -> None:
    for url, folder in (("file:///data/a%20b", "/data/a b"), ("sounds", f"{tmp_path}/sounds")):
        settings = load_settings(write(tmp_path, f'[audio]\nurl = "{url}"'))
        assert settings.audio_folder == Path(folder)


def test_audio_may_be_kept_in_an_object_store(tmp_path: Path) -> None:
    text = """
    [audio]
    url = "s3://voicemail/office"
    endpoint = "http://127.0.0.1:9000"
    access_key = "the-key"
    secret_key = "the-secret"
    """
    settings = load_settings(write(tmp_path, text))

    assert settings.audio.in_bucket
    assert settings.outbox_folder == tmp_path / "outbox"
    assert "the-" not in repr(settings)


def test_the_sandbox_makes_the_password_unless_one_is_set(tmp_path: Path) -> None:
    with refuses(ConfigError, r"asterisk\.password"):
        _ = load_settings(tmp_path).ari_password
    (tmp_path / "asterisk").mkdir()
    (tmp_path / "asterisk" / "ari.secret").write_text("made\n")
    assert load_settings(tmp_path).ari_password == "made"

    write(tmp_path, '[asterisk]\npassword = "set"')
    settings = load_settings(tmp_path)

    assert settings.ari_password == "set"
    assert "'set'" not in repr(settings)


def test_the_fallbacks_secret_is_the_one_set_or_the_sandboxs(tmp_path: Path) -> None:
    assert load_settings(tmp_path).agi_secret == ""
    secret = tmp_path / "asterisk" / "agi.secret"
    secret.parent.mkdir()
    secret.write_text("made-by-the-sandbox\n")
    assert load_settings(tmp_path).agi_secret == "made-by-the-sandbox"

    settings = load_settings(write(tmp_path, '[agi]\nsecret = "set-by-a-person="'))

    assert settings.agi_secret == "set-by-a-person="
    assert "set-by-a-person" not in repr(settings)


@pytest.mark.parametrize("key", ["url", "password"])
def test_another_asterisk_does_not_know_the_sandboxs_secret(tmp_path: Path, key: str) -> None:
    """A home in which the sandbox was tried once, before there was a real Asterisk."""
    (tmp_path / "asterisk").mkdir()
    (tmp_path / "asterisk" / "agi.secret").write_text("made-by-the-sandbox\n")

    assert load_settings(write(tmp_path, f'[asterisk]\n{key} = "x"')).agi_secret == ""


def test_a_secret_that_cannot_be_read_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "asterisk" / "agi.secret").mkdir(parents=True)

    with refuses(ConfigError, r"agi\.secret cannot be read"):
        _ = load_settings(tmp_path).agi_secret


def test_a_secret_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_settings(write(tmp_path, '[agi]\nsecret = "my secret words, long"'))
    assert "my secret" not in whole(refused.value)


def test_chats_are_told_by_telegrams_own_server_and_only_where_people_talk(tmp_path: Path) -> None:
    chat = load_settings(tmp_path).chat

    assert chat.telegram_url == "https://api.telegram.org"
    assert {"tgram", "ntfys", "mmosts", "rockets", "slack", "matrixs"} <= set(chat.schemes)
    assert not {"json", "jsons", "mailto", "syslog", "dbus", "twilio"} & set(chat.schemes)


def test_the_operator_says_which_chats_are_told_and_by_whom(tmp_path: Path) -> None:
    text = '[chat]\ntelegram_url = "http://127.0.0.1:8081/api/"\nallow = "TGRAM,json , ntfys"\n'
    chat = load_settings(write(tmp_path, text)).chat

    assert chat.telegram_url == "http://127.0.0.1:8081/api"
    assert chat.schemes == ("tgram", "json", "ntfys")
    assert load_settings(write(tmp_path, '[chat]\nallow = ""\n')).chat.schemes == ()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('allow = "tgram, mailto"', "chat.allow: “mailto” is none of the chats that are known"),
        ('allow = "tgram ntfy"', "chat.allow: “tgram ntfy” is none of the chats"),
        ('telegram_url = ""', "chat.telegram_url: Telegram's Bot API is http://HOST"),
        ('telegram_url = "tgram://x"', "chat.telegram_url: Telegram's Bot API is http://HOST"),
        ('telegram_url = "https://a:b@x"', "chat.telegram_url: Telegram's Bot API is"),
        ('telegram_url = "https://x?y"', "chat.telegram_url: Telegram's Bot API is"),
    ],
)
def test_wrong_settings_of_chats_are_told(tmp_path: Path, line: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(write(tmp_path, f"[chat]\n{line}\n"))

    assert sentence in whole(caught.value)


@pytest.mark.parametrize(
    "entry",
    ["*", "*.example.com", "crm_x y", "https://crm.example.com", "crm:8443", "10.0.0.0/99"],
)
def test_hosts_to_allow_are_names_addresses_and_networks(tmp_path: Path, entry: str) -> None:
    write(tmp_path, f'[webhooks]\nallow = "crm.example.com, {entry}"\n')
    with refuses(ConfigError) as refused:
        load_settings(tmp_path)
    assert whole(refused.value).count("\n") == 0
    assert f"webhooks.allow: “{entry}” is no host: names, addresses and networks are allowed" in (
        whole(refused.value)
    )


def test_hosts_to_allow_may_be_written_in_any_way(tmp_path: Path) -> None:
    write(
        tmp_path, '[webhooks]\nallow = "CRM.example.com,, my_crm, пример.рф, 10.0.0.5/8, fd00::1"\n'
    )
    allowed = load_settings(tmp_path).webhooks
    assert allowed.names == {"crm.example.com", "my_crm", "xn--e1afmkfd.xn--p1ai"}
    assert list(map(str, allowed.networks)) == ["10.0.0.0/8", "fd00::1/128"]
