"""Ringing a phone from a command: Asterisk is asked, and the calls process serves the call."""

from __future__ import annotations

import asyncio

from storage.errors import wrong
from storage.office import Office
from storage.settings import Settings
from telephony.ari.client import AriAccess, HttpAri, Params, new_id
from telephony.ari.ringing import UNFORWARDED
from telephony.errors import AriError, TelephonyError
from web.language.problems import message

RING_SECONDS = 30


def ari_access(settings: Settings) -> AriAccess:
    """How to reach this installation's Asterisk. Raises `ConfigError`."""
    return AriAccess(
        url=settings.ari_url,
        user=settings.asterisk.user,
        password=settings.ari_password,
        app=settings.asterisk.app,
    )


class ServiceNotRunning(TelephonyError):
    """Nobody would take the call of a phone that is rung."""

    def __init__(self) -> None:
        super().__init__(message(wrong("service-not-running")))


class PhoneNotReached(TelephonyError):
    """Asterisk cannot ring a phone."""

    def __init__(self, phone: str) -> None:
        super().__init__(message(wrong("phone-not-reached", phone=phone)))
        self.phone = phone


def phone_endpoint(office: Office, phone: str) -> str:
    """The dial string of a phone: an employee's, or what was given."""
    employee = office.employees.get(phone)
    return phone if employee is None else employee.endpoint


def ring_phone(settings: Settings, phone: str, *args: str) -> None:
    """Ring ``phone`` (an extension such as 101, or a dial string); when it is answered the calls
    process gets the call with ``args``.

    Raises `TelephonyError` when Asterisk or the calls process is away, or the phone cannot be
    rung at all.
    """
    asyncio.run(_ring_phone(settings, phone, args))


async def _ring_phone(settings: Settings, phone: str, args: tuple[str, ...]) -> None:
    access = ari_access(settings)
    async with HttpAri.connect(access) as ari:
        try:
            await ari.request("GET", f"/applications/{access.app}")
        except AriError as error:
            if error.status == 404:
                raise ServiceNotRunning from None
            raise
        params: Params = {
            "endpoint": phone if "/" in phone else f"PJSIP/{phone}",
            "app": access.app,
            "appArgs": ",".join(("phone", *args)),
            "callerId": '"Voicepost" <>',
            "timeout": RING_SECONDS,
            # Nobody but who has the phone is to hear the message, or to be recorded.
            "variables": UNFORWARDED,
        }
        try:
            await ari.request("POST", f"/channels/{new_id()}", params)
        except AriError as error:
            if error.status:
                raise PhoneNotReached(phone) from None
            raise
