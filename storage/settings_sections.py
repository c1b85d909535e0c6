"""Tables of the settings file: what they have in common, and those with more than plain values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Literal, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from storage.errors import WrongValue
from storage.text import shown


class Section(BaseModel):
    """One table of the settings file: frozen, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class AudioSettings(Section):
    """Where recordings are kept; an empty URL is the folder ``audio`` in the home.

    ``s3://bucket/prefix`` is an object store; what else it needs may also stand in the usual
    AWS_ variables.
    """

    url: str = ""
    endpoint: str = ""
    region: str = ""
    access_key: str = Field("", repr=False)
    secret_key: str = Field("", repr=False)

    @property
    def in_bucket(self) -> bool:
        """Whether recordings are kept in an object store."""
        return self.url.startswith("s3://")

    @field_validator("url")
    @classmethod
    def _check_scheme(cls, url: str) -> str:
        place = urlsplit(url)
        if place.scheme not in ("", "file", "s3"):
            raise WrongValue("not-an-audio-url", scheme=place.scheme)
        if place.scheme == "s3" and not re.fullmatch(r"s3://[\w.-]+(/[\w./-]*)?", url, re.ASCII):
            raise WrongValue("not-a-bucket")
        return url

    @field_validator("endpoint")
    @classmethod
    def _check_endpoint(cls, endpoint: str) -> str:
        if endpoint and not re.fullmatch(r"https?://[^/\s]+/?", endpoint):
            raise WrongValue("not-an-endpoint-url")
        return endpoint


def _networks(names: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Raises ValueError for what is neither an address nor a network."""
    return tuple(ip_network(name.strip(), strict=False) for name in names.split(","))


class SandboxSettings(Section):
    """The private Asterisk: its ports on 127.0.0.1 and where its program is unpacked."""

    sip_port: int = Field(5060, ge=1, le=65535)
    http_port: int = Field(8088, ge=1, le=65535)
    rtp_start: int = Field(10000, ge=1024, le=65535)
    rtp_end: int = Field(10999, ge=1024, le=65535)
    cache: Path = Field(Path("~/.cache/voicepost"), validate_default=True)

    @field_validator("cache")
    @classmethod
    def _expand_home_folder(cls, cache: Path) -> Path:
        return cache.expanduser()

    @model_validator(mode="after")
    def _check_range(self) -> SandboxSettings:
        if self.rtp_end <= self.rtp_start:
            raise WrongValue("rtp-range-empty")
        return self


class AsteriskSettings(Section):
    """How to reach Asterisk. The defaults mean the sandbox's own."""

    url: str = ""
    user: str = "voicepost"
    password: str = Field("", repr=False)
    app: str = "voicepost"
    spool: Path | None = None


class AgiSettings(Section):
    """Where the fallback service listens.

    ``allow`` are the addresses and networks, parted by commas, from which Asterisk may connect.
    ``secret`` is what it has to know, where there is one: the dialplan's VOICEPOST_AGI_SECRET.
    """

    host: str = "127.0.0.1"
    port: int = Field(4573, ge=1, le=65535)
    allow: str = "127.0.0.0/8"
    secret: str = Field("", repr=False)

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, secret: str) -> str:
        # What Asterisk's files and AGI's lines take as it is, and nobody guesses.
        if secret and not re.fullmatch(r"[\w.+/=~-]{16,200}", secret, re.ASCII):
            raise WrongValue("not-a-secret")
        return secret

    @field_validator("allow")
    @classmethod
    def _check_networks(cls, allow: str) -> str:
        _ = _networks(allow)
        return allow

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """What ``allow`` names."""
        return _networks(self.allow)


StartTls = Literal["required", "optional", "never"]


@dataclass(frozen=True)
class MailServer:
    """A mail server as ``mail.url`` names it."""

    host: str
    port: int
    tls: bool
    starttls: StartTls
    user: str = ""
    password: str = field(default="", repr=False)


class MailSettings(Section):
    """By which mail server letters are sent, and whom they are from.

    ``url`` is ``smtp://user:password@host:port`` or ``smtps://…``, with ``?starttls=required``,
    ``optional`` (the usual) or ``never``. Without one no letters are sent.
    """

    model_config = ConfigDict(populate_by_name=True)

    url: str = Field("", repr=False)
    sender: str = Field("voicepost@localhost", alias="from")

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        if url:
            _ = _mail_server(url)
        return url

    @field_validator("sender")
    @classmethod
    def _check_sender(cls, sender: str) -> str:
        if not re.fullmatch(r"[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+", sender, re.ASCII):
            raise WrongValue("not-a-mail-address", text=shown(sender))
        return sender

    @property
    def server(self) -> MailServer | None:
        """What ``url`` names."""
        return _mail_server(self.url) if self.url else None


def _mail_server(url: str) -> MailServer:
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    starttls = options.pop("starttls", "optional")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if (
        parts.scheme not in ("smtp", "smtps")
        or not parts.hostname
        or port == 0
        or options
        or starttls not in ("required", "optional", "never")
        or parts.path.strip("/")
    ):
        raise WrongValue("not-a-mail-url")
    tls = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname,
        port=port or (465 if tls else 587 if parts.username else 25),
        tls=tls,
        starttls=cast(StartTls, starttls),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class WebhookSettings(Section):
    """Which hosts webhooks may name beside public ones by https.

    ``allow`` are names, addresses and networks, parted by commas: to these plain http is spoken
    too, and an address or a network is the leave for private ones.
    """

    allow: str = ""

    @field_validator("allow")
    @classmethod
    def _check_allow(cls, allow: str) -> str:
        for entry in WebhookSettings.model_construct(allow=allow)._entries:
            if not (_is_name(entry) or _network(entry)):
                raise WrongValue("not-a-host-to-allow", text=shown(entry))
        return allow

    @property
    def _entries(self) -> list[str]:
        parts = (part.strip().lower() for part in self.allow.split(","))
        return [_ascii(each) for each in parts if each]

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The addresses and networks that ``allow`` names."""
        return tuple(filter(None, map(_network, self._entries)))

    @property
    def names(self) -> frozenset[str]:
        """The host names that ``allow`` names."""
        return frozenset(filter(_is_name, self._entries))


def _is_name(entry: str) -> bool:
    """Whether it is a host's name, as URLs have it, and no address, nor meant as one."""
    label = r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
    return re.fullmatch(rf"(?=.*[a-z_]){label}(\.{label})*", entry) is not None


def _ascii(name: str) -> str:
    """A name of other letters as URLs have it."""
    try:
        return name.encode("idna").decode()
    except UnicodeError:
        return name


def _network(entry: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(entry, strict=False)
    except ValueError:
        return None
