"""What holds for all tests."""

# Imported before any test: its pytest plugin imports it in the closing summary otherwise, deep
# inside pytest's calls, where CPython 3.11 may refuse to compile it (gh-106905).
import hypothesis  # noqa: F401
import structlog

# Tests provoke exceptions that are logged; in colours and with all variables, as is usual for
# programs that set up no logging, one takes as long to draw as a whole test.
structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback
