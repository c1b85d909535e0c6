"""The private Asterisk's files: small generated ones that include `asterisk-conf/` unchanged.

The generated files say what differs between machines: folders, ports, the secret. Everything else
is copied from `asterisk-conf/` into ``etc/voicepost``, as it would be on a real installation.
"""

from __future__ import annotations

import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from telephony.errors import SandboxError
from telephony.sandbox.build import Build

SHIPPED = Path(__file__).resolve().parents[2] / "asterisk-conf"

USER = "voicepost"

Role = Literal["server", "phones"]
"""``server`` answers calls for Voicepost; ``phones`` plays callers and employees' phones."""

# The sound sets carry their speakers' names; Asterisk looks for the language's.
_VOICES = {"en": "en_US_f_Allison", "ru": "ru_RU_f_IvrvoiceRU"}

# Modules refuse to load, or complain, when these are missing; empty is all they need here.
_EMPTY = (
    "acl.conf", "ccss.conf", "cel.conf", "cli.conf", "codecs.conf", "features.conf",
    "geolocation.conf", "manager.conf", "minivm.conf", "pjproject.conf", "sorcery.conf",
    "stasis.conf", "statsd.conf", "udptl.conf", "websocket_client.conf",
)  # fmt: skip

_FOLDERS = (
    "cache", "data", "data/sounds", "db", "etc", "keys", "log", "run",
    "spool", "spool/recording", "spool/voicepost",
)  # fmt: skip


@dataclass(frozen=True)
class Ports:
    """Where an Asterisk listens on 127.0.0.1: SIP and the sound's range over UDP, ARI over TCP."""

    sip: int
    http: int
    rtp_start: int
    rtp_end: int


@dataclass(frozen=True)
class Site:
    """One private Asterisk: everything that differs from another.

    ``agi`` is host:port of the fallback, and ``agi_secret`` what that asks for ("": one is made);
    ``language`` is what Asterisk speaks when it is alone; ``max_seconds`` ends any call.
    """

    build: Build
    folder: Path
    ports: Ports
    role: Role
    agi: str
    language: str
    max_seconds: int
    agi_secret: str = ""

    @property
    def file(self) -> Path:
        """The asterisk.conf to start it with."""
        return self.folder / "etc/asterisk.conf"

    @property
    def secret_file(self) -> Path:
        return self.folder / "ari.secret"

    def secret(self) -> str:
        """The ARI user's password."""
        return _made_once(self.secret_file)

    def secret_of_agi(self) -> str:
        """What the dialplan knows, and tells the fallback."""
        return self.agi_secret or _made_once(self.folder / "agi.secret")


def write(site: Site) -> set[str]:
    """Write every file and folder of the site; returns the names of the files that changed.

    Raises SandboxError where the folder's path cannot be written into Asterisk's files.
    """
    if re.search(r"[^\w/.+@~ -]", str(site.folder)):
        raise SandboxError(f"Asterisk cannot live in {site.folder}: use a path of plain letters.")
    if len(str(site.folder / "run/asterisk.ctl").encode()) > 107:
        raise SandboxError(f"Asterisk cannot live in {site.folder}: the path is too long.")
    try:
        return _write_all(site)
    except OSError as error:
        raise SandboxError(f"Asterisk's folder cannot be written: {error.strerror}.") from error


def _write_all(site: Site) -> set[str]:
    for name in ("", *_FOLDERS):
        (site.folder / name).mkdir(parents=True, exist_ok=True)
        (site.folder / name).chmod(0o700)
    _link_data(site.build.data, site.folder / "data")

    files = _generated(site)
    for shipped in SHIPPED.rglob("*.conf"):
        files[f"voicepost/{shipped.relative_to(SHIPPED)}"] = shipped.read_text()
    return {name for name, text in files.items() if _write(site.folder / "etc" / name, text)}


def _generated(site: Site) -> dict[str, str]:
    folder, ports = site.folder, site.ports
    include = "voicepost/phones" if site.role == "phones" else "voicepost"
    more_modules = ""
    if site.role == "phones":
        more_modules = (
            "[modules](+)\n"
            "load=res_pjsip_outbound_authenticator_digest.so\n"
            "load=res_pjsip_outbound_registration.so\n"
        )
    files = dict.fromkeys(_EMPTY, "")
    files |= {
        "asterisk.conf": f"""\
[directories]
astetcdir => {folder}/etc
astmoddir => {site.build.modules}
astvarlibdir => {folder}/db
astdbdir => {folder}/db
astkeydir => {folder}/keys
astdatadir => {folder}/data
astagidir => {folder}/data/agi-bin
astspooldir => {folder}/spool
astrundir => {folder}/run
astlogdir => {folder}/log
astcachedir => {folder}/cache

[options]
documentation_language = en_US
; A line that hears nothing while it records may be given up by the provider.
transmit_silence = yes
""",
        "extensions.conf": f"""\
[general]
static=yes
writeprotect=yes

[globals]
VOICEPOST_APP={"phones" if site.role == "phones" else "voicepost"}
VOICEPOST_AGI={site.agi}
VOICEPOST_AGI_SECRET={site.secret_of_agi()}
VOICEPOST_SPOOL={folder}/spool/voicepost
VOICEPOST_LANGUAGE={site.language}
VOICEPOST_MAX_SECONDS={site.max_seconds}

#include {include}/extensions.conf
""",
        "pjsip.conf": f"""\
[transport-udp]
type=transport
protocol=udp
bind=127.0.0.1:{ports.sip}

#include {include}/pjsip.conf
""",
        "http.conf": f"""\
[general]
enabled=yes
bindaddr=127.0.0.1
bindport={ports.http}

#include voicepost/http.conf
""",
        "rtp.conf": f"""\
[general]
rtpstart={ports.rtp_start}
rtpend={ports.rtp_end}

#include voicepost/rtp.conf
""",
        "ari.conf": f"""\
[general]
enabled=yes

#include voicepost/ari.conf

[{USER}]
type=user
read_only=no
password={site.secret()}
""",
        "modules.conf": f"#include voicepost/modules.conf\n{more_modules}",
        "cdr.conf": "[general]\nenable=no\n",
        "indications.conf": "#include voicepost/indications.conf\n",
        "dsp.conf": "#include voicepost/dsp.conf\n",
        "logger.conf": "#include voicepost/logger.conf\n",
        "musiconhold.conf": "#include voicepost/musiconhold.conf\n",
    }
    return files


def _link_data(shared: Path, data: Path) -> None:
    """A data folder of links into the build's, where the sound sets are called en and ru."""
    for entry in shared.iterdir():
        if entry.name != "sounds":
            _link(data / entry.name, entry)
    for entry in (shared / "sounds").glob("*"):
        if entry.name not in _VOICES.values():
            _link(data / "sounds" / entry.name, entry)
    for language, voice in _VOICES.items():
        if (shared / "sounds" / voice).is_dir():
            _link(data / "sounds" / language, shared / "sounds" / voice)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)


def _made_once(file: Path) -> str:
    """A secret of this folder, readable by its owner only."""
    if not file.exists():
        _write(file, secrets.token_hex(24))
    return file.read_text().strip()


def _write(path: Path, text: str) -> bool:
    """Write a file only its owner may read, whole or not at all; False when it was so already."""
    if path.exists() and path.read_text() == text:
        return False
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    shutil.move(fresh, path)
    return True
