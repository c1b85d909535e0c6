"""A company's configuration as one document: its shape, its file, what can be wrong with it.

Where documents are kept, whose they are and who may change them may not come in here: that is
`storage.companies`.
"""

from storage.errors import Problem
from storage.office.actions import (
    Action,
    Dial,
    ForwardAction,
    HangUp,
    Nothing,
    OpenMailbox,
    OpenMenu,
    Play,
    Repeat,
    Ring,
    Voicemail,
)
from storage.office.check import check
from storage.office.file import (
    as_data,
    dump_office,
    make_part,
    parse_office,
    read_office,
    revalidated,
    stored_office,
)
from storage.office.model import (
    Company,
    Employee,
    Forward,
    Menu,
    Office,
    Prompt,
    VoicemailSettings,
)
from storage.office.targets import Target

__all__ = [
    "Action",
    "Company",
    "Dial",
    "Employee",
    "Forward",
    "ForwardAction",
    "HangUp",
    "Menu",
    "Nothing",
    "Office",
    "OpenMailbox",
    "OpenMenu",
    "Play",
    "Problem",
    "Prompt",
    "Repeat",
    "Ring",
    "Target",
    "Voicemail",
    "VoicemailSettings",
    "any_action",
    "as_data",
    "check",
    "differences",
    "dump_office",
    "edit",
    "make_part",
    "mistakes",
    "model",
    "notify",
    "own",
    "parse_office",
    "prompts",
    "read_office",
    "revalidated",
    "routes",
    "secrets",
    "stored_office",
    "targets",
    "times",
    "told",
    "values",
]
