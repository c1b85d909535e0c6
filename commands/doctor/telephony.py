"""Checks of the telephone side: Asterisk, its modules and clock, our service, our fallback."""

from __future__ import annotations

import asyncio
import hmac
import re
from datetime import UTC, datetime
from typing import Any, Final

from commands.context import App
from commands.doctor.finding import AsyncCheck, Finding, look_async, ok
from commands.doctor.lamps import lamps
from commands.doctor.probe import probe
from commands.phone import ari_access
from dialplan import sounds
from storage.errors import ConfigError
from telephony.agi.ping import ping
from telephony.agi.protocol import SHARED_VARIABLE
from telephony.ari import lease
from telephony.ari.client import HttpAri
from telephony.ari.lamps import MODULES as LAMP_MODULES
from telephony.errors import AriError, AriUnavailable, TelephonyError
from telephony.sandbox.configuration import SHIPPED
from web.language.problems import whole

SAFE_VERSION: Final = (22, 10, 1)
"""Security fixes of ARI and of the HTTP server are in it."""
CLOCK_SECONDS: Final = 2.0
NEEDED_SOUNDS: Final = (sounds.LEAVE_MESSAGE, sounds.MESSAGE_SAVED, sounds.GOODBYE, "beep")

START = "Start it: `systemctl start voicepost`, or `voicepost serve`."


async def telephone_side(app: App, *, with_probe: bool, knows_offices: bool) -> list[Finding]:
    """Everything about Asterisk, and what serves its calls.

    Without ``knows_offices`` the database is not asked which languages are spoken.
    """
    try:
        access = ari_access(app.settings)
    except ConfigError as error:
        advice = "Set asterisk.password to that of the user in Asterisk's ari.conf."
        found = [Finding("asterisk", "failure", whole(error), advice)]
        return [*found, *await look_async([("fallback (AGI)", lambda: fallback(app))])]
    async with HttpAri.connect(access) as ari:
        found = [await asterisk(ari)]
        checks: list[AsyncCheck] = [
            ("modules", lambda: modules(ari)),
            ("sounds", lambda: bundled_sounds(app if knows_offices else None, ari)),
            ("clock", lambda: clock(ari)),
            ("service (ARI)", lambda: service(ari)),
        ]
        if knows_offices:
            checks.append(("lamps", lambda: lamps(app, ari)))
        if found[0].state == "failure":
            reason = "Asterisk cannot be asked"
            found += [Finding(name, "skipped", reason) for name, _ in checks]
        else:
            found += await look_async(checks)
        asked = None if found[0].state == "failure" else ari
        found += await look_async([("fallback (AGI)", lambda: fallback(app, asked))])
        if with_probe and all(f.is_well and f.state != "skipped" for f in found[:5:4]):
            found += await look_async([("probe", lambda: probe(app, ari))])
        elif with_probe:
            found.append(Finding("probe", "failure", "no call can be placed", "See above."))
    return found


async def asterisk(ari: HttpAri) -> Finding:
    """Whether it answers, lets us in, and how old it is."""
    try:
        info = await ari.request("GET", "/asterisk/info")
    except AriUnavailable as error:
        advice = (
            "Is it running (systemctl status asterisk)? Is its HTTP server on (enabled, bindaddr "
            "and bindport in http.conf), and asterisk.url the same?"
        )
        return Finding("asterisk", "failure", str(error), advice)
    except AriError as error:
        if error.status in (401, 403):
            what = f"it refuses the ARI user “{ari.access.user}” or the password"
            advice = (
                "asterisk.user and asterisk.password must be those of a user in Asterisk's "
                "ari.conf, who is not read_only. After a change there: asterisk -rx 'module "
                "reload res_ari.so'."
            )
            return Finding("asterisk", "failure", what, advice)
        what = f"what answers at {ari.access.url} is no ARI: {error.message} ({error.status})"
        advice = "Is ARI on (enabled=yes in ari.conf, res_ari.so loaded), and asterisk.url right?"
        return Finding("asterisk", "failure", what, advice)
    version = str(info["system"]["version"])
    numbers = tuple(map(int, re.findall(r"\d+", version)[:3]))
    if numbers < SAFE_VERSION:
        advice = "Update it to 22.10.1 or newer: older ones lack security fixes of ARI and HTTP."
        return Finding("asterisk", "warning", f"version {version} answers", advice)
    return ok("asterisk", f"version {version} answers")


async def modules(ari: HttpAri) -> Finding:
    """Whether everything in asterisk-conf/modules.conf runs."""
    loaded = await ari.request("GET", "/asterisk/modules")
    running = {module["name"] for module in loaded if module["status"] == "Running"}
    text = (SHIPPED / "modules.conf").read_text(encoding="utf-8")
    wanted = re.findall(r"^(?:pre)?load\s*=>?\s*(\S+\.so)", text, re.MULTILINE)
    missing = [name for name in wanted if name not in running and name not in LAMP_MODULES]
    if missing:
        advice = (
            f"In Asterisk's modules.conf: {' '.join(f'load={name}' for name in missing[:5])}; then "
            f"asterisk -rx 'module load {missing[0]}'."
        )
        return Finding("modules", "failure", f"not running: {', '.join(missing)}", advice)
    return ok("modules", f"all {len(set(wanted) - set(LAMP_MODULES))} run")


async def bundled_sounds(app: App | None, ari: HttpAri) -> Finding:
    """Whether Asterisk has its own sounds in the languages that companies speak."""
    sites = (await asyncio.to_thread(app.offices.snapshot)).offices.values() if app else ()
    languages = {site.office.company.language for site in sites} or {"en"}
    missing = []
    for name in NEEDED_SOUNDS:
        try:
            found: Any = await ari.request("GET", f"/sounds/{name}")
            there = {variant["language"] for variant in found["formats"]}
        except AriError as error:
            if error.status != 404:
                raise
            there = set()
        if name != "beep":
            missing += [f"{name} ({language})" for language in sorted(languages - there)]
        elif not there:
            missing.append(name)
    if missing:
        advice = "Install Asterisk's core sounds, such as asterisk-core-sounds-ru-wav, in WAV."
        return Finding("sounds", "failure", f"not there: {', '.join(missing)}", advice)
    return ok("sounds", f"are there for {', '.join(sorted(languages))}")


async def clock(ari: HttpAri) -> Finding:
    """Whether Asterisk and we agree what time it is."""
    asked = datetime.now(UTC)
    answer = await ari.request("GET", "/asterisk/ping")
    theirs = datetime.fromisoformat(str(answer["timestamp"]))
    difference = max((asked - theirs).total_seconds(), (theirs - datetime.now(UTC)).total_seconds())
    if difference > CLOCK_SECONDS:
        advice = "Have both clocks kept right by NTP: messages get the times of both."
        what = f"Asterisk's and ours differ by {difference:.0f} s"
        return Finding("clock", "warning", what, advice)
    return ok("clock", "Asterisk's and ours agree")


async def service(ari: HttpAri) -> Finding:
    """Whether a service serves the application, and is not frozen: it renews its lease."""
    name, app = "service (ARI)", ari.access.app
    try:
        await ari.request("GET", f"/applications/{app}")
    except AriError as error:
        if error.status != 404:
            raise
        return Finding(name, "failure", f"nobody serves the application “{app}”", START)
    before = await lease.read(ari)
    await asyncio.sleep(lease.RENEW_SECONDS + 0.5)
    now = await lease.read(ari)
    if now is None or now == before:
        what = f"who served the application “{app}” is dead or frozen"
        advice = "Restart `voicepost calls` (systemctl restart voicepost); its log says more."
        return Finding(name, "failure", what, advice)
    return ok(name, f"serves the application “{app}”")


async def fallback(app: App, ari: HttpAri | None = None) -> Finding:
    """Whether `voicepost agi` answers in AGI, and asks for a secret that Asterisk knows.

    Asterisk is asked over ``ari``, where it can be.
    """
    name, settings, secret = "fallback (AGI)", app.settings.agi, app.settings.agi_secret
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "") else settings.host  # noqa: S104
    try:
        await asyncio.to_thread(ping, host, settings.port)
    except TelephonyError as error:
        advice = (
            f"{START} Is agi.port ({settings.port}) free for it, the same as in VOICEPOST_AGI "
            "(extensions.conf), and this machine in agi.allow?"
        )
        return Finding(name, "failure", str(error), advice)
    answers = f"answers on {host}:{settings.port}"
    if not secret:
        advice = (
            "Set agi.secret (`openssl rand -hex 24` makes one) and, in the [globals] of Asterisk's "
            f"extensions.conf, {SHARED_VARIABLE} to the same: without it anybody who can connect "
            "is taken for Asterisk."
        )
        return Finding(name, "warning", f"{answers}, and asks nobody for a secret", advice)
    if ari is not None and not await _knows(ari, secret):
        what = f"{answers}, and asks for agi.secret, which Asterisk does not know"
        advice = (
            f"Set {SHARED_VARIABLE} to it in the [globals] of Asterisk's extensions.conf; then "
            "asterisk -rx 'dialplan reload'. Until then Asterisk records alone."
        )
        return Finding(name, "failure", what, advice)
    return ok(name, answers)


async def _knows(ari: HttpAri, secret: str) -> bool:
    try:
        answer = await ari.request("GET", "/asterisk/variable", {"variable": SHARED_VARIABLE})
    except AriError as error:
        if error.status == 404:  # there is no such variable
            return False
        raise
    return hmac.compare_digest(str(answer["value"]).encode(), secret.encode())
