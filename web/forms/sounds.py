"""The company's own prompts: to choose from in a form, and what is doubtful about each."""

from __future__ import annotations

from storage.office import Prompt
from web.language.telling import tell_message
from web.visit import Visit


def greetings(visit: Visit, chosen: str) -> list[tuple[str, str]]:
    """Options for a greeting: the bundled one, the prompts, and what is chosen now."""
    options = [("", visit.text("the usual greeting"))]
    options += [(f"prompt:{name}", name) for name in visit.office.prompts]
    if chosen and chosen not in dict(options):
        options.append((chosen, chosen))
    return options


def doubts_of(visit: Visit, prompt: Prompt | None) -> list[str]:
    """What may be wrong with the sound of a prompt, in the words of the page."""
    if prompt is None:
        return []
    doubts = visit.services.prompts.doubts(prompt.audio)
    return [tell_message(doubt, visit.language) for doubt in doubts]
