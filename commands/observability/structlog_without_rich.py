"""structlog without rich, which it loads where it is installed: a tenth of the program's start.

It would draw tracebacks with the values of variables; passwords are among them, and ours are plain.
Whoever is first to load structlog has to get it here.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

__all__ = ["structlog"]


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Have a module seem not to be installed; one that is loaded already stays."""
    if name in sys.modules:
        yield
        return
    modules = cast("dict[str, object]", sys.modules)
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]


with _hidden("rich"):
    import structlog
