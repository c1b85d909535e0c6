"""What a form of the page or a request asks to put right."""

from __future__ import annotations

from typing import Final

FORMS: Final = {
    "by-mail-alone": "this goes with mail alone",
    "by-webhook-alone": "this goes with webhooks alone",
    "changed-meanwhile": (
        "Somebody else has changed this meanwhile. "
        "Look at it; to save yours all the same, press the button again."
    ),
    "chat-takes-opus": "a chat gets the link, or the recording as Opus",
    "choose-action": "choose what happens",
    "choose-employee": "choose who is rung",
    "choose-forwarding": "choose where the calls go",
    "choose-phone": "choose a phone",
    "choose-sound": "choose a sound file",
    "choose-target": "choose where the call begins",
    "choose-time-zone": "choose a time zone",
    "choose-way": "choose how it is made",
    "choose-whose": "choose whose the extension is",
    "destination-there": "{address} is in the list already",
    "digest-of-new-alone": "a digest tells of new messages alone: tick only these",
    "enter-number": "enter a number",
    "extension-exists": "there is an employee with this extension already",
    "key-taken": "does something else already",
    "menu-exists": "there is a menu “{name}” already",
    "own-account": "you cannot disable or remove your own account",
    "own-password": "your own password is changed under “My account”",
    "own-role": "you cannot change your own role",
    "not-asterisks-sound": (
        "“{text}” is not the name of one of Asterisk's sounds, such as vm-intro"
    ),
    "no-office-any-more": "the company has no configuration any more",
    "no-own-greeting": "there is no greeting of one's own",
    "no-such-extension": "there is no such extension",
    "no-such-message": "there is no such message",
    "not-with-digest": "does not go with a digest once a day: choose one of the two",
    "password-missing": "is missing",
    "password-not-yours": "is not your password",
    "phone-not-own": "you have no such phone",
    "phone-not-reached": "The phone {phone} cannot be rung: is it registered?",
    "reminder-of-new-alone": "a reminder tells of new messages alone: tick only these",
    "prompt-exists": "there is a prompt “{name}” already",
    "recording-not-attached": "for this the recording has to come along in the letter",
    "webhook-without-recording": "a webhook gets a link to the recording: choose “the link only”",
    "service-not-running": "The service is not running: start it with `voicepost serve`.",
    "sound-gone": "the sound of this prompt is gone",
}
