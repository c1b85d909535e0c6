"""What can be wrong with messages: finding, keeping, exporting, importing and removing them."""

from __future__ import annotations

from typing import Final

MESSAGES: Final = {
    "ambiguous-delivery": "several deliveries have ids that begin with {id}: {ids}",
    "ambiguous-delivery-of-many": (
        "several deliveries have ids that begin with {id}: {ids} and more"
    ),
    "ambiguous-id": "several messages have ids that begin with {id}: {ids}",
    "ambiguous-id-of-many": "several messages have ids that begin with {id}: {ids} and more",
    "mailbox-full": "the mailbox {name} holds {most} messages and is full",
    "message-held": "message {id} is on hold and cannot be deleted",
    "no-delivery": "there is no delivery {id}",
    "no-draft": "there is no draft {id}",
    "no-message": "there is no message {id}",
    "no-room": "there is no room for a message in {folder}",
    "not-a-message-id": "“{text}” is not the id of a message",
    "not-filed": "{name}: {reason}",
    "not-removed": "message {id} is not removed: {reason}",
    "delivery-failed": "delivery {id} has failed and is not tried again: nothing to cancel",
    "delivery-sent": "delivery {id} has been sent already: nothing to cancel",
    "draft-file-not-written": "{folder} takes no draft file: {reason}",
    "draft-file-unreadable": "the draft file {id} cannot be read: {reason}",
    # export
    "export-not-a-zip": "{path} is there already and is not a zip",
    "export-stopped": (
        "the export stopped after {done} of {total} messages and goes on from there "
        "when it is repeated: {reason}"
    ),
    "export-unwritable": "the export to {path} cannot be written: {reason}",
    "not-exported": "{id}: {reason}",
    # import
    "no-context": "there is no context {context} in {folder}",
    "no-txt": "there is no .txt",
    "not-taken": "{place} not taken: {reason}",
    "passed-by": "{path} is passed by: {reason}",
    "passed-by-link": "{path} is passed by: a link, not a folder",
    "spool-unreadable": "the folder {folder}: {reason}",
    "spool-without-messages": (
        "there are no messages in {folder}, the folder that holds contexts which hold mailboxes"
    ),
    "time-not-told": (
        "{place} does not tell when it was left: the time of its file is taken, {time}"
    ),
    "txt-unreadable": "the .txt cannot be read: {reason}",
    # the database
    "database-busy-connections": "the database is busy: no connection was free",
    "database-busy-writing": "the database is busy: others have been writing for too long",
    "database-failed": "the database cannot be used: {reason}",
    "database-folder": "the database's folder {folder} cannot be made: {reason}",
    "database-newer": "the database was written by a newer version of Voicepost",
    "database-refuses": "the database refuses the message",
    "database-silent": "the database has not answered those who asked before",
    "database-slow": "the database has not answered within {seconds} s",
}
