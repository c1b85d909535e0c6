"""Leaving a message: greeting, beep, speech, review, and the promise that it is saved.

Nothing that was said after a beep is dropped unless the caller said it again: each recording is
a *take*, and when the caller is done (or gone) the newest take that holds speech is the message.
A take without speech is kept aside, for no detector hears everybody.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

import structlog

from dialplan import sounds
from dialplan.digits import SKIP
from dialplan.message_taking import Mailroom
from storage.errors import MailboxFull, NoPlace, StorageError
from storage.intake.intake import Draft, Empty, Kept, Mailbox
from storage.metrics import metrics
from storage.office import VoicemailSettings
from telephony.call import Call, EndedBy, RecordingLimits
from telephony.errors import CallEnded, CallLost, Hangup, MovedOn

ATTEMPTS = 3
"""How often a caller may try before a message without speech ends the call."""
REVIEW_SECONDS = 5.0
REVIEW_REPEATS = 3
KEEP, LISTEN, AGAIN = "1", "2", "3"

log = structlog.get_logger()


async def leave_message(
    call: Call,
    mailroom: Mailroom,
    mailbox: Mailbox,
    greeting: str,
    settings: VoicemailSettings,
    *,
    earlier: Sequence[Draft] = (),
    begun: Draft | None = None,
) -> None:
    """Take one message for ``mailbox``; ``greeting`` is what is played before the beep, if any.

    ``earlier`` is what the caller has recorded already, to a flow that was lost; ``begun`` the
    draft that it made, if it got no further.

    "Saved" is said only once the message is on disk and in the database. Where it cannot be
    filed now the caller hears no promise, and the recording waits to be filed later. Raises
    `StorageError` when not even a draft can be made: nothing was said yet, and the caller is to
    be handed to the fallback.
    """
    try:
        if not earlier:
            # First: who finds no place is not to hear the greeting that asks for a message.
            begun = begun or await mailroom.begin(call, mailbox, settings, None)
            await _greet(call, mailroom, begun, greeting)
        await _take_message(call, mailroom, mailbox, settings, earlier, begun)
    except NoPlace as error:
        why = "mailbox_full" if isinstance(error, MailboxFull) else "no_room"
        metrics().refused.labels(why).inc()
        log.warning("no message can be taken", why=error)
        await call.play(sounds.NO_PLACE, sounds.GOODBYE)


async def _take_message(
    call: Call,
    mailroom: Mailroom,
    mailbox: Mailbox,
    settings: VoicemailSettings,
    earlier: Sequence[Draft],
    begun: Draft | None,
) -> None:
    for _ in range(ATTEMPTS):
        takes = await record_takes(call, mailroom, mailbox, settings, earlier, begun)
        earlier, begun = (), None
        try:
            result = await keep_newest(mailroom, takes)
        except StorageError as error:
            metrics().failures.inc()
            log.error("a message waits to be filed", message=takes[-1].id, why=error)
            await call.play(sounds.GOODBYE)
            return
        if isinstance(result, Kept) and not result.quiet:
            saved = () if result.cut_off else (sounds.MESSAGE_SAVED,)
            with suppress(CallLost):  # it is kept: the caller must not be asked for it again
                await call.play(*saved, sounds.GOODBYE)
            return
        await call.play(sounds.TOO_SHORT, interrupt=SKIP)
    await call.play(sounds.GOODBYE)


async def record_takes(
    call: Call,
    mailroom: Mailroom,
    mailbox: Mailbox,
    settings: VoicemailSettings,
    earlier: Sequence[Draft] = (),
    begun: Draft | None = None,
) -> list[Draft]:
    """Record until the caller is content: the takes, newest last; ``begun`` is the first's draft.

    A caller who hangs up is content too: what was said is kept before `Hangup` goes on its way.
    The newest of ``earlier`` takes is reviewed first.
    """
    takes = list(earlier)
    again = not takes
    ended_by = EndedBy.KEY
    recording = False
    try:
        while True:
            if again:
                older = takes[-1] if takes else None
                takes.append(begun or await mailroom.begin(call, mailbox, settings, older))
                begun = None
                recording = True
                log.info("beep", message=takes[-1].id)
                ended_by = await _record(call, mailroom, takes[-1], settings)
                recording = False
                log.info("recording over", message=takes[-1].id, ended_by=str(ended_by))
            if not settings.review or ended_by is not EndedBy.KEY:
                return takes
            if not await mailroom.has_speech(takes[-1], settings.min_seconds):
                return takes
            if await review_recording(call, takes[-1].id) != AGAIN:
                return takes
            again = True
    except CallEnded as ended:
        # After CallLost Asterisk may be recording still: that take is settled once it is not. And
        # whoever has the call now goes on with all of them.
        if not (isinstance(ended, MovedOn) or (recording and isinstance(ended, CallLost))):
            await keep_for_absent(mailroom, takes)
        raise
    except StorageError:
        if not takes:
            raise
        return takes


async def _record(
    call: Call, mailroom: Mailroom, take: Draft, settings: VoicemailSettings
) -> EndedBy:
    try:
        return await call.record(take.id, limits_of(settings, mailroom, take))
    finally:
        await note_what_is_missing(call, mailroom, take)


async def note_what_is_missing(call: Call, mailroom: Mailroom, take: Draft) -> None:
    """Mark a take as cut off that lacks something of what the caller said."""
    if not call.is_whole(take.id):
        await mailroom.mark_cut_off(take)


async def _greet(call: Call, mailroom: Mailroom, begun: Draft, greeting: str) -> None:
    """Play the greeting; whoever leaves during it gives their place in the box back at once."""
    if not greeting:
        return
    try:
        await call.play(greeting, interrupt=SKIP)
    except Hangup:
        await keep_for_absent(mailroom, [begun])
        raise


def limits_of(settings: VoicemailSettings, mailroom: Mailroom, take: Draft) -> RecordingLimits:
    """When the recording of a take ends by itself."""
    return RecordingLimits(
        max_seconds=math.ceil(settings.max_seconds),
        silence_seconds=math.ceil(settings.silence_seconds),
        only_noise=partial(mailroom.is_only_noise, take, settings.silence_seconds),
    )


async def review_recording(call: Call, recording: str) -> str:
    """Let the caller keep, hear or repeat a recording: `KEEP` (also for silence) or `AGAIN`.

    Whoever presses the key for listening while listening hears it from the beginning.
    """
    keys = KEEP + LISTEN + AGAIN
    for _ in range(REVIEW_REPEATS):
        key = await call.play(sounds.REVIEW, interrupt=keys) or await call.digit(REVIEW_SECONDS)
        while key == LISTEN:
            key = await call.replay(recording, interrupt=keys)
        if key in (KEEP, AGAIN):
            return key
    return KEEP


async def keep_newest(mailroom: Mailroom, takes: list[Draft]) -> Kept | Empty:
    """File the newest take that holds speech; the older ones that it replaces go with that.

    Newer ones are kept aside. Raises `StorageError` when it cannot be filed now.
    """
    for take in reversed(takes):
        result = await mailroom.finish(take)
        if isinstance(result, Empty):
            log.info("take without a sound", message=take.id)
        elif result.quiet:
            log.info("message kept aside", message=take.id, seconds=result.duration)
        else:
            log.info("message kept", message=result.id, seconds=result.duration)
            break
    return result


async def keep_for_absent(mailroom: Mailroom, takes: list[Draft]) -> None:
    """File what a caller said who is gone; what cannot be filed now is filed later."""
    try:
        await keep_newest(mailroom, takes)
    except StorageError as error:
        metrics().failures.inc()
        log.error("a message waits to be filed", message=takes[-1].id, why=error)
