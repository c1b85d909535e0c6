"""Drafts of callers who are about to speak."""

from __future__ import annotations

from storage.intake.intake import Draft, Intake, Mailbox
from storage.messages.envelope import new_envelope


def begun(intake: Intake, mailbox: Mailbox, run: int, count: int) -> list[Draft]:
    """So many of them, in one mailbox; their calls are named after the run."""
    return [
        intake.begin(
            new_envelope(
                mailbox,
                caller_number=f"7916{number:07}",
                dialled="74951234567",
                source="ari",
                call_id=f"{run}.{number}",
                min_speech=1.0,
            )
        )
        for number in range(count)
    ]
