"""The sounds a form offers to choose from: the company's own prompts."""

from __future__ import annotations

from web.visit import Visit


def greetings(visit: Visit, chosen: str) -> list[tuple[str, str]]:
    """Options for a greeting: the bundled one, the prompts, and what is chosen now."""
    options = [("", visit.text("the usual greeting"))]
    options += [(f"prompt:{name}", name) for name in visit.office.prompts]
    if chosen and chosen not in dict(options):
        options.append((chosen, chosen))
    return options
