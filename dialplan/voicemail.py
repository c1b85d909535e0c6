"""Leaving a message: greeting, beep, speech, review, and the promise that it is saved.

Nothing that was said after a beep is dropped unless the caller said it again: each recording is
a *take*, and when the caller is done (or gone) the newest take that holds speech is the message.
A take without speech is kept aside, for no detector hears everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import structlog

from dialplan import log_events, sounds
from dialplan.digits import SKIP
from dialplan.keeping.message_taking import MessageTaker
from dialplan.takes import Takes
from storage.errors import MailboxFull, NoPlace, StorageError
from storage.intake.intake import Draft, Empty, Kept, Mailbox
from storage.metrics import metrics
from storage.office import VoicemailSettings
from telephony.call import Call, EndedBy
from telephony.errors import CallEnded, CallerLeft, CallLost, MovedOn

ATTEMPTS = 3
"""How often a caller may try before a message without speech ends the call."""
REVIEW_SECONDS = 5.0
REVIEW_REPEATS = 3
KEEP, LISTEN, AGAIN = "1", "2", "3"

log = structlog.get_logger()


async def leave_message(
    call: Call, taker: MessageTaker, mailbox: Mailbox, greeting: str, settings: VoicemailSettings
) -> None:
    """Take one message for ``mailbox``; ``greeting`` is what is played before the beep, if any.

    "Saved" is said only once the message is on disk and in the database. Where it cannot be
    filed now the caller hears no promise, and the recording waits to be filed later. Raises
    `StorageError` when not even a draft can be made: nothing was said yet, and the caller is to
    be handed to the fallback.
    """
    await go_on_with(call, taker, greeting, Takes(mailbox, settings))


async def go_on_with(call: Call, taker: MessageTaker, greeting: str, takes: Takes) -> None:
    """The same, from the takes on that an earlier flow of the call left when it was lost."""
    try:
        if not takes.recorded:
            # First: who finds no place is not to hear the greeting that asks for a message.
            begun = await takes.begin(call, taker)
            takes = replace(takes, begun=begun)
            await _greet(call, taker, begun, greeting)
        await _take_message(call, taker, takes)
    except NoPlace as error:
        why = "mailbox_full" if isinstance(error, MailboxFull) else "no_room"
        metrics().refused.labels(why).inc()
        log.warning(log_events.NO_PLACE, why=error)
        await call.play(sounds.NO_PLACE, sounds.GOODBYE)


async def _take_message(call: Call, taker: MessageTaker, takes: Takes) -> None:
    for _ in range(ATTEMPTS):
        takes = await record_takes(call, taker, takes)
        try:
            result = await keep_newest(taker, takes.recorded)
        except StorageError as error:
            metrics().failures.inc()
            log.error(log_events.WAITS, message=takes.newest.id, why=error)
            await call.play(sounds.GOODBYE)
            return
        if isinstance(result, Kept) and not result.quiet:
            saved = () if result.cut_off else (sounds.MESSAGE_SAVED,)
            with suppress(CallLost):  # it is kept: the caller must not be asked for it again
                await call.play(*saved, sounds.GOODBYE)
            return
        takes = takes.none_yet()
        await call.play(sounds.TOO_SHORT, interrupt=SKIP)
    await call.play(sounds.GOODBYE)


async def record_takes(call: Call, taker: MessageTaker, takes: Takes) -> Takes:
    """Record until the caller is content; where there are takes already, they are asked first.

    A caller who hangs up is content too: what was said is kept before `CallerLeft` goes on its way.
    """
    recording = False
    try:
        again = not takes.recorded or await _says_again(call, taker, takes, EndedBy.KEY)
        while again:
            takes = await takes.and_next(call, taker)
            recording = True
            ended_by = await _record(call, taker, takes)
            recording = False
            again = await _says_again(call, taker, takes, ended_by)
    except CallEnded as ended:
        # After CallLost Asterisk may be recording still: that take is settled once it is not. And
        # whoever has the call now goes on with all of them.
        if not (isinstance(ended, MovedOn) or (recording and isinstance(ended, CallLost))):
            await keep_for_absent(taker, takes.recorded)
        raise
    except StorageError:
        if not takes.recorded:
            raise
    return takes


async def _record(call: Call, taker: MessageTaker, takes: Takes) -> EndedBy:
    """Record the newest of the takes."""
    take = takes.newest
    log.info(log_events.BEEP, message=take.id)
    try:
        ended_by = await call.record(take.id, takes.limits(taker))
    finally:
        await note_what_is_missing(call, taker, take)
    log.info(log_events.RECORDING_OVER, message=take.id, ended_by=str(ended_by))
    return ended_by


async def _says_again(call: Call, taker: MessageTaker, takes: Takes, ended_by: EndedBy) -> bool:
    """Whether the caller, who may review the newest take, wants to record it again.

    Only who ended it by a key is asked, and only about speech.
    """
    settings = takes.settings
    if not settings.review or ended_by is not EndedBy.KEY:
        return False
    if not await taker.has_speech(takes.newest, settings.min_seconds):
        return False
    return await review_recording(call, takes.newest.id) == AGAIN


async def note_what_is_missing(call: Call, taker: MessageTaker, take: Draft) -> None:
    """Mark a take as cut off that lacks something of what the caller said."""
    if not call.is_whole(take.id):
        await taker.mark_cut_off(take)


async def _greet(call: Call, taker: MessageTaker, begun: Draft, greeting: str) -> None:
    """Play the greeting; whoever leaves during it gives their place in the box back at once."""
    if not greeting:
        return
    try:
        await call.play(greeting, interrupt=SKIP)
    except CallerLeft:
        await keep_for_absent(taker, [begun])
        raise


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


async def keep_newest(taker: MessageTaker, takes: Sequence[Draft]) -> Kept | Empty:
    """File the newest take that holds speech; the older ones that it replaces go with that.

    Newer ones are kept aside. Raises `StorageError` when it cannot be filed now.
    """
    for take in reversed(takes):
        result = await taker.finish(take)
        if isinstance(result, Empty):
            log.info(log_events.NO_SOUND, message=take.id)
        elif result.quiet:
            log.info(log_events.KEPT_ASIDE, message=take.id, seconds=result.duration)
        else:
            log.info(log_events.KEPT, message=result.id, seconds=result.duration)
            break
    return result


async def keep_for_absent(taker: MessageTaker, takes: Sequence[Draft]) -> None:
    """File what a caller said who is gone; what cannot be filed now is filed later."""
    try:
        await keep_newest(taker, takes)
    except StorageError as error:
        metrics().failures.inc()
        log.error(log_events.WAITS, message=takes[-1].id, why=error)
