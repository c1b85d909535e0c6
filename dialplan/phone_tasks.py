"""What a person asked for at a computer and does by phone: hear a message, record a prompt."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import structlog

from dialplan import sounds
from dialplan.voicemail import AGAIN, review_recording
from storage.inbox import Inbox
from storage.offices import Offices
from storage.prompts import PromptLibrary
from telephony.call import Call, EndedBy, RecordingLimits
from telephony.errors import CallEnded

PROMPT_LIMITS = RecordingLimits(max_seconds=300, silence_seconds=10)

log = structlog.get_logger()


async def play_message(call: Call, inbox: Inbox, message_id: str, folder: Path) -> None:
    """Play a message on the phone that was rung for it; ``#`` ends it early.

    Asterisk plays from ``folder`` (its own recordings), so the audio may be kept anywhere.
    """
    message = await asyncio.to_thread(inbox.get, message_id)
    audio = await asyncio.to_thread(inbox.read, message)
    name = f"play-{uuid.uuid4()}"
    copy = folder / f"{name}.wav"
    await asyncio.to_thread(copy.write_bytes, audio)
    try:
        await call.answer("en")
        await call.replay(name, interrupt="#")
        await asyncio.to_thread(inbox.mark_heard, message.id)
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

    Hanging up after ``#`` keeps what was recorded; hanging up while speaking does too.
    """
    directory = await asyncio.to_thread(offices.snapshot)
    await call.answer(directory.offices[company_id].office.company.language)
    while True:
        recording = f"prompt-{uuid.uuid4()}"
        path = folder / f"{recording}.wav"
        try:
            ended_by = await call.record(recording, PROMPT_LIMITS)
            if ended_by is EndedBy.KEY and await review_recording(call, recording) == AGAIN:
                path.unlink(missing_ok=True)
                continue
        except CallEnded:
            await asyncio.to_thread(_keep, offices, prompts, company_id, name, path)
            raise
        await asyncio.to_thread(_keep, offices, prompts, company_id, name, path)
        await call.play(sounds.MESSAGE_SAVED, sounds.GOODBYE)
        return


def _keep(offices: Offices, prompts: PromptLibrary, company_id: str, name: str, path: Path) -> None:
    offices.set_recorded_prompt(company_id, name, prompts.adopt(path))
    path.unlink(missing_ok=True)
    log.info("prompt recorded", prompt=name)
