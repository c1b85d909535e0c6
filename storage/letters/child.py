"""Renders the parts of a letter: a program of its own, `python -I child.py`, JSON in and JSON out.

It imports nothing of ours. Before it looks at a template it gives up whatever that does not need:
memory, time, opening files and sockets. What exceeds the first two ends it.
"""

from __future__ import annotations

import codecs
import importlib
import json
import resource
import sys
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, meta
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY = 192 * 1024 * 1024
"""Bytes of addresses; Python and Jinja take about 40 MB of them."""
CPU_SECONDS = 2
"""An honest letter takes a hundredth of one."""
LARGEST = 200_000
"""Characters that a part may become."""
IMPORTED_LATE = ("jinja2.debug", "pprint", "urllib.parse")
"""What Jinja imports when a template asks for it: by then no file can be opened any more."""
ESCAPED = "html"
"""The part in which what callers send is escaped."""


class Wrong(Exception):
    """What is wrong with a part, as a code and what its sentence tells."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.params = params


def limit() -> None:
    """Give up what no template needs, for good."""
    codecs.lookup("unicode-escape")  # of what stands in quotes
    for module in IMPORTED_LATE:
        importlib.import_module(module)
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 20 * LARGEST),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        own = resource.getrlimit(kind)[1]
        resource.setrlimit(kind, (most, most) if own == -1 or own > most else (own, own))


def render(part: str, source: str, samples: list[dict[str, Any]]) -> list[str]:
    """What a part becomes with each of the values. Raises Wrong."""
    environment = ImmutableSandboxedEnvironment(
        autoescape=part == ESCAPED,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    del environment.globals["lipsum"]
    try:
        _check_names(environment, source, list(samples[0]))
        template = environment.from_string(source)
        return [_written(template.generate(values)) for values in samples]
    except Wrong:
        raise
    except TemplateSyntaxError as error:
        raise Wrong("letter-syntax", line=error.lineno, reason=error.message or "") from error
    except SecurityError as error:
        raise Wrong("letter-forbidden", reason=str(error)) from error
    except UndefinedError as error:
        raise Wrong("letter-failed", reason=str(error)) from error
    except (MemoryError, RecursionError, OverflowError) as error:
        raise Wrong("letter-too-much") from error
    except Exception as error:
        raise Wrong("letter-failed", reason=f"{type(error).__name__}: {error}"[:300]) from error


def _check_names(environment: ImmutableSandboxedEnvironment, source: str, known: list[str]) -> None:
    asked = meta.find_undeclared_variables(environment.parse(source))
    unknown = sorted(asked.difference(known, environment.globals))
    if unknown:
        raise Wrong("letter-unknown-name", name=unknown[0], known=", ".join(known))


def _written(pieces: Any) -> str:
    written, length = [], 0
    for piece in pieces:
        written.append(piece)
        length += len(piece)
        if length > LARGEST:
            raise Wrong("letter-too-long", most=LARGEST)
    return "".join(written)


def main() -> None:
    """Read what is to be rendered, and write what it became, or what is wrong with it."""
    given = json.load(sys.stdin)
    limit()
    part = ""
    try:
        rendered = {}
        for part, source in given["parts"].items():
            rendered[part] = render(part, source, given["samples"])
        answer: dict[str, Any] = {"rendered": rendered}
    except Wrong as wrong:
        answer = {"wrong": str(wrong), "part": part, "params": wrong.params}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
