"""What can be wrong with a backup, and with the home that it is restored into."""

from __future__ import annotations

from typing import Final

BACKUPS: Final = {
    "backup-damaged": "{path} is not a whole backup: {reason}",
    "backup-exists": "{path} is there already",
    "backup-format-newer": "the backup was written by a newer version of Voicepost",
    "backup-newer": "{path} was written by a newer version of Voicepost",
    "backup-not-restored": "{path} cannot be restored: {reason}",
    "backup-unwritable": "the backup {path} cannot be made: {reason}",
    "home-has-recordings": "there are recordings in this home already: restore into an empty one",
    "home-in-use": "this home is in use already: restore into an empty one",
    "home-unwritable": "cannot restore into {folder}: {reason}",
    "not-backed-up": "{path}: {reason}",
    # why it is not whole
    "audio-of-another": "the audio of {id} is another's",
    "audio-of-nobody": "nobody's audio is {key}",
    "end-missing": "its end is missing",
    "manifest-of-another": "{file} does not belong to {sums}",
    "member-behind-end": "{name} follows its end",
    "member-cut-off": "{name} is cut off",
    "member-damaged": "{name} is damaged or missing",
    "member-not-in-sums": "{name} is not in {file}",
    "member-too-long": "{name} is too long",
    "no-field": "{file} has no {name}",
    "no-number-of": "{file} has no number of {name}",
    "no-table": "there is no table {name}",
    "other-columns": "{table} has other columns",
    "recordings-missing": "recordings are missing",
    "rows-do-not-fit": "its rows do not fit together",
    "rows-missing": "rows are missing",
    "strange-member": "no backup has a member {name}",
    "wrong-kind": "a value of {table} is of the wrong kind",
}
