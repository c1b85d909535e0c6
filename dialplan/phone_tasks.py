"""What a person asked for at a computer and does by phone: hear a message, record a prompt."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from dialplan import sounds
from dialplan.keeping.mailbox_keeping import by_phone
from dialplan.voicemail import AGAIN, ATTEMPTS, review_recording
from storage.actor import Actor
from storage.audio.noise import is_only_noise
from storage.audio.recordings import PROMPT, remove_recording
from storage.companies.store import Offices
from storage.errors import AudioError, NoRecording
from storage.messages.repository import MessageRepository
from storage.office.prompts import PromptLibrary
from telephony.call import Call, EndedBy, RecordingLimits
from telephony.errors import CallerLeft

PROMPT_LIMITS = RecordingLimits(max_seconds=300, silence_seconds=10)

log = structlog.get_logger()


async def play_message(
    call: Call, repository: MessageRepository, message_id: str, folder: Path, extension: str = ""
) -> None:
    """Play a message on the phone that was rung for it, an ``extension``'s; ``#`` ends it early.

    Asterisk plays from ``folder`` (its own recordings), so the audio may be kept anywhere.
    """
    message = await asyncio.to_thread(repository.get, message_id)
    log.info("message played on a phone", message=message.id, call_of_message=message.call_id)
    audio = await asyncio.to_thread(repository.read, message)
    name = f"play-{uuid.uuid4()}"
    copy = folder / f"{name}.wav"
    await asyncio.to_thread(copy.write_bytes, audio)
    try:
        await call.answer("en")
        await call.replay(name, interrupt="#")
        await asyncio.to_thread(repository.listen, message.id, phone=extension, by=by_phone(call))
    finally:
        copy.unlink(missing_ok=True)


async def record_prompt(
    call: Call,
    offices: Offices,
    prompts: PromptLibrary,
    company_id: str,
    name: str,
    folder: Path,
) -> None:
    """Record a company's prompt from the phone that was rung for it, with the usual review.

    Whoever hangs up keeps what was said last, as with a message. Where there is no sound in it, the
    other side hears so and may speak again.
    """
    directory = await asyncio.to_thread(offices.snapshot)
    await call.answer(directory.offices[company_id].office.company.language)
    takes: list[Path] = []

    async def keep() -> bool:
        return await asyncio.to_thread(
            _keep_newest, offices, prompts, company_id, name, takes, by_phone(call)
        )

    for _ in range(ATTEMPTS):
        try:
            await _record_takes(call, folder, takes)
        except CallerLeft:
            await keep()
            raise
        if await keep():
            await call.play(sounds.MESSAGE_SAVED, sounds.GOODBYE)
            return
        await call.play(sounds.TOO_SHORT, interrupt="#")
    await call.play(sounds.GOODBYE)


async def _record_takes(call: Call, folder: Path, takes: list[Path]) -> None:
    """Record until the other side is content; the files are added to ``takes``, newest last."""
    while True:
        recording = f"{PROMPT}{uuid.uuid4()}"
        takes.append(folder / f"{recording}.wav")
        noise = partial(asyncio.to_thread, is_only_noise, takes[-1], PROMPT_LIMITS.silence_seconds)
        ended_by = await call.record(recording, replace(PROMPT_LIMITS, only_noise=noise))
        if ended_by is not EndedBy.KEY or await review_recording(call, recording) != AGAIN:
            return


def _keep_newest(
    offices: Offices,
    prompts: PromptLibrary,
    company_id: str,
    name: str,
    takes: list[Path],
    by: Actor,
) -> bool:
    """Make the newest recording with speech, or else with any sound, the prompt; False for none."""
    digest = _newest_sound(prompts, takes)
    if digest is None:
        log.warning("nothing was recorded for a prompt", prompt=name)
        return False
    offices.set_recorded_prompt(company_id, name, digest, by=by)
    for take in takes:
        remove_recording(take)
    log.info("prompt recorded", prompt=name, doubts=prompts.doubts(digest))
    return True


def _newest_sound(prompts: PromptLibrary, takes: list[Path]) -> str | None:
    """Its digest. Who began to record once more and only hung up has not said anything new."""
    found: str | None = None
    for take in reversed(takes):
        try:
            digest = prompts.adopt(take)
        except NoRecording:
            remove_recording(take)
            continue
        except AudioError as error:
            log.warning("a recorded prompt is none", take=take.name, why=error)
            continue
        if all(doubt.code != "no-speech" for doubt in prompts.doubts(digest)):
            return digest
        found = found or digest
    return found
