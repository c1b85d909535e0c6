"""What holds for all tests."""

# Imported before any test: its pytest plugin imports it in the closing summary otherwise, deep
# inside pytest's calls, where CPython 3.11 may refuse to compile it (gh-106905).
import hypothesis  # noqa: F401
