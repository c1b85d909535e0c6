"""Lamps of phones (message waiting indication, MWI): how many messages a mailbox holds.

Asterisk keeps the count, and tells it to phones whose endpoint or aor names the mailbox. Debian's
has neither `res_mwi_external` nor `res_ari_mailboxes`: what sets it is MinivmMWI, in a dialplan of
one line that is dialled for it (`asterisk-conf/extensions.conf`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final

from telephony.ari.client import Ari, Params, new_id
from telephony.errors import AriError

CONTEXT: Final = "voicepost-lamp"
MODULES: Final = (
    "app_minivm.so",
    "res_ari_device_states.so",
    "res_mwi_devstate.so",
    "res_pjsip_mwi.so",
    "res_pjsip_mwi_body_generator.so",
    "res_stasis_device_state.so",
)
"""What lamps need; calls do without."""
SECONDS: Final = 5
"""What Asterisk has for setting one."""
LOOKS: Final = 40
LOOK_SECONDS: Final = 0.05
"""It takes 10 ms; a busy machine may take longer."""


@dataclass(frozen=True)
class Naming:
    """Whether a phone names its mailbox: as one that is told by itself, and as one that asks."""

    endpoint: bool = False
    aor: bool = False

    def __bool__(self) -> bool:
        return self.endpoint or self.aor


async def set_lamp(ari: Ari, mailbox: str, *, new: int, old: int) -> None:
    """Have phones told that a mailbox holds so many new messages, and so many others.

    Asterisk does it a moment after its answer. Raises `AriError`.
    """
    params: Params = {
        "endpoint": f"Local/set@{CONTEXT}",
        # Where it would go on if it were answered.
        "context": CONTEXT,
        "extension": "set",
        "priority": 1,
        "timeout": SECONDS,
        "variables": {
            "VOICEPOST_MAILBOX": mailbox,
            "VOICEPOST_NEW": str(new),
            "VOICEPOST_OLD": str(old),
        },
    }
    await ari.request("POST", f"/channels/{new_id()}", params)


async def try_lamp(ari: Ari, mailbox: str, *, new: int, old: int) -> str:
    """Set one, and see whether that is done: why it is not, or "". Raises `AriError`."""
    if missing := await missing_modules(ari):
        return f"not running: {', '.join(missing)}"
    await set_lamp(ari, mailbox, new=new, old=old)
    for _ in range(LOOKS):
        if await is_lit(ari, mailbox) is not None:
            return ""
        await asyncio.sleep(LOOK_SECONDS)
    return f"nothing comes of the context [{CONTEXT}] in Asterisk's extensions.conf"


async def is_lit(ari: Ari, mailbox: str) -> bool | None:
    """Whether Asterisk knows of something new in a mailbox; None where it knows nothing of it.

    Raises `AriError`.
    """
    answer = await ari.request("GET", f"/deviceStates/MWI:{mailbox}")
    return {"INUSE": True, "NOT_INUSE": False}.get(str(answer["state"]))


async def naming(ari: Ari, phone: str, mailbox: str) -> Naming | None:
    """Whether the phone of a dial string names the mailbox; None for what is none of PJSIP's.

    Raises `AriError`.
    """
    technology, _, name = phone.partition("/")
    if technology.upper() != "PJSIP" or not name or "/" in name:
        return None
    return await _naming(ari, name, mailbox)


async def any_naming(ari: Ari, mailbox: str) -> Naming:
    """Whether any of PJSIP's phones names the mailbox. Raises `AriError`."""
    try:
        phones = await ari.request("GET", "/endpoints/PJSIP")
    except AriError as error:
        if error.status == 404:  # there is none
            return Naming()
        raise
    found = Naming()
    for phone in phones:
        one = await _naming(ari, str(phone["resource"]), mailbox)
        found = Naming(found.endpoint or one.endpoint, found.aor or one.aor)
        if found.endpoint and found.aor:
            break
    return found


async def missing_modules(ari: Ari) -> list[str]:
    """What lamps need of Asterisk and it does not run. Raises `AriError`."""
    loaded = await ari.request("GET", "/asterisk/modules")
    running = {module["name"] for module in loaded if module["status"] == "Running"}
    return [name for name in MODULES if name not in running]


async def _naming(ari: Ari, name: str, mailbox: str) -> Naming:
    endpoint = await _object(ari, "endpoint", name)
    aors = [await _object(ari, "aor", aor) for aor in _parted(endpoint.get("aors", ""))]
    return Naming(
        endpoint=mailbox in _parted(endpoint.get("mailboxes", "")),
        aor=any(mailbox in _parted(aor.get("mailboxes", "")) for aor in aors),
    )


async def _object(ari: Ari, kind: str, name: str) -> dict[str, str]:
    """What PJSIP is told of an endpoint or an aor; nothing of one that is not there."""
    try:
        found = await ari.request("GET", f"/asterisk/config/dynamic/res_pjsip/{kind}/{name}")
    except AriError as error:
        if error.status == 404:
            return {}
        raise
    return {str(each["attribute"]): str(each["value"]) for each in found}


def _parted(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
