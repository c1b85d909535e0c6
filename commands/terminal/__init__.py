"""What commands share: tables, options, the words of an action, sound, a progress bar.

No command stands here.
"""

__all__ = [
    "action_syntax",
    "audio_player",
    "destinations",
    "letters",
    "listening",
    "message_options",
    "office_options",
    "pins",
    "progress",
    "tables",
]
