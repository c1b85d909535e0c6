"""Tables of the settings file: what they have in common, and those with more than plain values."""

from __future__ import annotations

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from storage.errors import WrongValue


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
