"""Settings of one installation: HOME/voicepost.toml, overridden by VOICEPOST_* variables.

Settings say where things are and which ports are used. What callers hear is not here: that
is an office's configuration, kept in the database.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from storage.errors import ConfigError, Problem, WrongValue, own_problem, reason_of, wrong
from storage.machine import reachable_host
from storage.settings_sections import (
    AgiSettings,
    AsteriskSettings,
    AudioSettings,
    MailSettings,
    SandboxSettings,
    Section,
    WebhookSettings,
)
from storage.text import printable
from storage.toml import parse_toml, read_toml
from storage.words.chats import CHATS, checked_schemes
from storage.words.prefixes import NATIONAL, checked_prefixes, parted

FILE_NAME = "voicepost.toml"
PUBLIC_TELEGRAM: Final = "https://api.telegram.org"


class WebSettings(Section):
    """Where the pages are served.

    ``url`` is their address as people type it, where a proxy stands in front: links begin with it.
    ``hosts`` are the names, parted by commas, under which pages are served besides; empty: what
    this machine is called, or any name where there is no ``url``. ``proxies`` are the addresses of
    proxies whose word about the caller's address and TLS is taken. An API token lasts
    ``token_days`` where its user chooses no other time.
    """

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=1, le=65535)
    url: str = ""
    hosts: str = ""
    proxies: str = "127.0.0.1"
    token_days: int = Field(90, ge=1, le=3650)


class DatabaseSettings(Section):
    """The database; an empty URL is SQLite in the home."""

    url: str = Field("", repr=False)


class CallSettings(Section):
    """What holds for every call: minutes and seconds are limits.

    ``outside`` is the dial string for outside numbers, with ``{number}`` in it; ``allow`` says
    which of them may be dialled, see `storage.words.prefixes`. Whoever calls a number that no
    company has by one of the ``trunks`` (see `dialplan.strays`) may leave a message, so many
    ``per_caller`` and in all ``per_day``.
    """

    ringing: Literal["ringing", "music"] = "ringing"
    outside: str = "PJSIP/{number}@trunk"
    allow: str = NATIONAL
    trunks: str = ""
    unassigned_per_caller: int = Field(5, ge=0)
    unassigned_per_day: int = Field(100, ge=0)
    max_minutes: float = Field(60, gt=0)
    shutdown_seconds: float = Field(30, ge=0)

    @field_validator("allow")
    @classmethod
    def _check_prefixes(cls, allow: str) -> str:
        return checked_prefixes(allow)


class ChatSettings(Section):
    """How chats are told. ``telegram_url`` is where Telegram's Bot API is: the public one, or a
    server of one's own. ``allow`` are schemes of chats that may be told, parted by commas."""

    telegram_url: str = PUBLIC_TELEGRAM
    allow: str = ", ".join(CHATS)

    @field_validator("telegram_url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if not re.fullmatch(r"https?://[^/?#@\s]+(/[^?#\s]*)?", url):
            raise WrongValue("not-a-telegram-url")
        return url.rstrip("/")

    @field_validator("allow")
    @classmethod
    def _check_schemes(cls, allow: str) -> str:
        return checked_schemes(allow)

    @property
    def schemes(self) -> tuple[str, ...]:
        """What ``allow`` names."""
        return parted(self.allow)


class MessageSettings(Section):
    """Days that deleted messages stay in the trash, and what is probably empty lies aside: see
    `storage.retention.retention`."""

    trash_days: int = Field(30, ge=0)
    quiet_days: int = Field(14, ge=1, le=36_500)


class LogSettings(Section):
    """What is logged, and how."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["text", "json"] = "text"


class Settings(BaseSettings):
    """Everything an installation can set, with the places derived from it."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="VOICEPOST_", env_nested_delimiter="__"
    )

    home: Path
    sandbox: SandboxSettings = SandboxSettings()
    asterisk: AsteriskSettings = AsteriskSettings()
    agi: AgiSettings = AgiSettings()
    web: WebSettings = WebSettings()
    database: DatabaseSettings = DatabaseSettings()
    audio: AudioSettings = AudioSettings()
    calls: CallSettings = CallSettings()
    messages: MessageSettings = MessageSettings()
    mail: MailSettings = MailSettings.model_construct()
    webhooks: WebhookSettings = WebhookSettings()
    chat: ChatSettings = ChatSettings()
    log: LogSettings = LogSettings()

    @property
    def database_url(self) -> str:
        """SQLAlchemy's URL of the database, with the driver we ship."""
        url = self.database.url
        if not url:
            return f"sqlite:///{self.home / 'voicepost.db'}"
        scheme, separator, rest = url.partition("://")
        if separator and scheme in ("postgresql", "postgres"):
            return f"postgresql+psycopg://{rest}"
        return url

    @property
    def database_file(self) -> Path | None:
        """SQLite's file; None where the database is a server."""
        url = self.database_url
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None

    @property
    def spool(self) -> Path:
        """Asterisk's spool folder."""
        spool = self.asterisk.spool
        return self.home / spool.expanduser() if spool else self.home / "asterisk" / "spool"

    @property
    def recordings(self) -> Path:
        """Where ARI's recordings appear, while and after they are made."""
        return self.spool / "recording"

    @property
    def fallback_spool(self) -> Path:
        """Where Asterisk alone leaves messages taken while the service was away."""
        return self.spool / "voicepost"

    @property
    def audio_folder(self) -> Path:
        """Where kept recordings live."""
        url = self.audio.url
        if not url:
            return self.home / "audio"
        return self.home / Path(unquote(urlsplit(url).path) if "://" in url else url).expanduser()

    @property
    def outbox_folder(self) -> Path:
        """Where recordings wait to be taken to the object store."""
        return self.home / "outbox"

    @property
    def prompts_folder(self) -> Path:
        """Where rendered prompts live."""
        return self.home / "prompts"

    @property
    def log_folder(self) -> Path:
        """Where each role keeps a log of its own."""
        return self.home / "log"

    @property
    def metrics_folder(self) -> Path:
        """Where each role counts what it does."""
        return self.home / "metrics"

    @property
    def ari_url(self) -> str:
        """Base URL of Asterisk's HTTP server, without a slash at the end."""
        return self.asterisk.url.rstrip("/") or f"http://127.0.0.1:{self.sandbox.http_port}"

    @property
    def ari_password(self) -> str:
        """The ARI password: the one set, else the one the sandbox made. Raises ConfigError."""
        if self.asterisk.password:
            return self.asterisk.password
        secret = self.home / "asterisk" / "ari.secret"
        try:
            return secret.read_text(encoding="utf-8-sig").strip()
        except OSError as error:
            raise ConfigError("no-ari-password") from error

    @property
    def agi_secret(self) -> str:
        """What Asterisk has to know to be served over AGI; "" where it is not asked.

        The one set, else the one that the sandbox made, as long as the settings mean its Asterisk.
        Raises ConfigError.
        """
        if self.agi.secret or self.asterisk.url or self.asterisk.password:
            return self.agi.secret
        secret = self.home / "asterisk" / "agi.secret"
        try:
            return secret.read_text(encoding="utf-8-sig").strip()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise ConfigError("settings-unreadable", path=secret, reason=error.strerror) from error

    @property
    def web_url(self) -> str:
        """The address of the pages, without a slash at the end: the one set, or where they are."""
        if self.web.url:
            return self.web.url.rstrip("/")
        names = (name.strip() for name in self.web.hosts.split(","))
        served = (name for name in names if name not in ("", "*"))  # and then no address is
        host = next(served, "") or reachable_host(self.web.host)
        host = f"[{host}]" if ":" in host and not host.startswith("[") else host
        return f"http://{host}:{self.web.port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The home decides where the file is; the environment wins over the file."""
        assert isinstance(init_settings, InitSettingsSource)
        file = Path(init_settings.init_kwargs["home"]) / FILE_NAME
        written = parse_toml(read_toml(file)) if file.exists() else {}
        return init_settings, env_settings, InitSettingsSource(settings_cls, written)


def load_settings(home: Path) -> Settings:
    """The settings of the installation in ``home``; nothing is created.

    Raises ConfigError, which has each wrong key.
    """
    home = home.expanduser().absolute()
    try:
        return Settings(home=home)
    except ValidationError as error:
        raise ConfigError.of(_problem(home, detail) for detail in error.errors()) from error
    except SettingsError as error:
        raise ConfigError("variable-unreadable", reason=str(error)) from error
    except (ConfigError, OSError) as error:
        reason = reason_of(error)
        raise ConfigError("settings-unreadable", path=home / FILE_NAME, reason=reason) from error


def _problem(home: Path, detail: ErrorDetails) -> Problem:
    key = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "extra_forbidden":
        return wrong("unknown-setting", key, path=home / FILE_NAME)
    if own := own_problem(detail):
        return own.at(key)
    text = str(detail["msg"]).removeprefix("Value error, ")
    return wrong("refused", key, reason=printable(f"{text[:1].lower()}{text[1:]}", 500))
