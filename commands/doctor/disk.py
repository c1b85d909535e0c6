"""Checks of folders and disks: room for messages, the spool, logs, prompts, stray audio."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from commands.context import App
from commands.doctor.finding import Check, Finding, State, ok
from commands.observability.disk_places import known_free_bytes, places
from storage.errors import NotFound
from storage.messages.orphaned_audio import orphan_audio
from storage.privacy import too_open
from web.language.problems import whole

LEAST_BYTES: Final = 100_000_000
"""Below this a busy hour's recordings may not fit: 16 kB a second of speech, twice for a while."""
FEW_BYTES: Final = 1_000_000_000
TOLD: Final = 5
"""Places that a finding names."""
MEGABYTE: Final = 1_000_000


def checks(app: App) -> Iterator[Check]:
    """All of them, in the order in which they are told."""
    settings = app.settings
    yield "spool", lambda: spool(settings.recordings, is_real=bool(settings.asterisk.url))
    yield (
        "fallback spool",
        lambda: spool(
            settings.fallback_spool, name="fallback spool", is_real=bool(settings.asterisk.url)
        ),
    )
    yield "disk space", lambda: space(app)
    yield "privacy", lambda: privacy(app)
    yield "logs and metrics", lambda: logs(app)
    yield "prompts", lambda: prompts(app)
    yield "stray audio", lambda: stray_audio(app)


def spool(folder: Path, name: str = "spool", *, is_real: bool = False) -> Finding:
    """Whether we can write and remove files, and Asterisk is meant to."""
    advice = (
        f"Make it a folder of Asterisk's user and our group, which both may write: "
        f"install -d -o asterisk -g asterisk -m 2770 {folder}; and the service's user has to be "
        "in that group. Is asterisk.spool right?"
    )
    if not folder.is_dir():
        return Finding(name, "failure", f"the folder {folder} is not there", advice)
    trial = folder / f".doctor-{secrets.token_hex(4)}"
    try:
        with trial.open("xb") as file:
            file.write(b"x" * 1000)
            file.flush()
            os.fsync(file.fileno())
        trial.unlink()
    except OSError as error:
        trial.unlink(missing_ok=True)
        what = f"we cannot write in {folder}: {error.strerror}"
        return Finding(name, "failure", what, advice)
    mode = folder.stat().st_mode
    if is_real and folder.stat().st_uid == os.geteuid() and not mode & stat.S_IWGRP:
        what = f"{folder} is ours alone ({stat.filemode(mode)}): Asterisk may not write in it"
        return Finding(name, "warning", what, advice)
    return ok(name, f"{folder} can be written")


def space(app: App) -> Finding:
    """Free bytes wherever something of a message is written."""
    free = {name: known_free_bytes(path) for name, path in places(app).items()}
    told = ", ".join(
        f"{name} {bytes_free // MEGABYTE} MB" if bytes_free is not None else f"{name} unknown"
        for name, bytes_free in free.items()
    )
    least = min(bytes_free or 0 for bytes_free in free.values())
    if least < FEW_BYTES:
        state: State = "failure" if least < LEAST_BYTES else "warning"
        advice = (
            "Make room: `voicepost messages purge`, shorter retention, older backups and logs. "
            "On a full disk no caller can leave a message."
        )
        return Finding("disk space", state, f"free: {told}", advice)
    return ok("disk space", f"free: {told}")


def privacy(app: App) -> Finding:
    """Whether nobody reads along: not in the home, not in the spool, and in secrets not even
    the group."""
    found = too_open(app.settings)
    if not found:
        return ok("privacy", "what others should not read, they cannot")
    told = ", ".join(f"{one.path} ({one.mode:04o}, at most {one.most:04o})" for one in found[:TOLD])
    if len(found) > TOLD:
        told += f", and {len(found) - TOLD} more"
    state: State = "failure" if any(one.is_open_to_all for one in found) else "warning"
    first = found[0]
    advice = (
        "At its start the service closes what belongs to its user; what does not: "
        f"chmod {first.closed:04o} {first.path}."
    )
    return Finding("privacy", state, f"more may read than should: {told}", advice)


def logs(app: App) -> Finding:
    """Whether the roles can write what they did."""
    for folder in (app.settings.log_folder, app.settings.metrics_folder):
        if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
            advice = f"chown -R {folder} to the service's user."
            what = f"{folder} cannot be written by this user"
            return Finding("logs and metrics", "warning", what, advice)
    return ok("logs and metrics", f"{app.settings.log_folder} can be written")


def prompts(app: App) -> Finding:
    """Whether every prompt of every company has its sound."""
    missing, there = [], 0
    for site in app.offices.snapshot().offices.values():
        for name in site.office.prompts:
            try:
                app.prompts.sound(site.office, f"prompt:{name}")
                there += 1
            except NotFound as error:
                missing.append(whole(error))
    if missing:
        advice = "Record, import or say it anew: see `voicepost prompts --help`."
        return Finding("prompts", "failure", "; ".join(missing[:5]), advice)
    return ok("prompts", f"all {there} are there")


def stray_audio(app: App) -> Finding:
    """Whether there is audio that belongs to no message, among the newest files."""
    if app.settings.audio.in_bucket:
        return Finding("stray audio", "skipped", "recordings are in an object store")
    if not app.settings.audio_folder.is_dir():
        return ok("stray audio", "no recordings yet")
    found = orphan_audio(app.database, app.settings.audio_folder)
    if found.count:
        advice = "Listen to them: somebody put them there, or their rows were lost. Restore those."
        what = f"{found.count} files belong to no message, such as {', '.join(found.keys[:3])}"
        return Finding("stray audio", "warning", what, advice)
    return ok("stray audio", f"none among {found.looked_at} files")
