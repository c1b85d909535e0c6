"""What is traced: an import of old messages, whose spool is beside the folder that is the disk."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from commands.context import App
from storage.actor import Actor
from storage.intake.mailboxes import unassigned_mailbox
from storage.transfer.app_voicemail import survey
from storage.transfer.asterisk_import import Imported, Importer


def take_in(app: App, spool: Path) -> Imported:
    """What `voicepost messages import` does."""
    importer = Importer(app.database, app.audio, lambda place: unassigned_mailbox(place.mailbox))
    places = survey(spool).messages
    return importer.run(places, lambda *_: None, company_id="1", by=Actor("test", "cli"))


def main(disk: Path) -> None:
    app = App(disk / "home")
    _ = app.database
    os.write(1, b"begun\n")
    take_in(app, disk.parent / "voicemail")
    os.write(1, b"saved\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
