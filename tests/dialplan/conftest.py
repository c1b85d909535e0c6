"""What the tests of call flows share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import dialplan.message_taking
from storage.office import Office
from tests.dialplan.company import SOME_OFFICE, Company

Found = Callable[..., Company]


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Found]:
    """Founds companies: give it an office, or its text.

    A database that is there answers, however busy the machine is: nobody gives it up.
    """
    monkeypatch.setattr(dialplan.message_taking, "PATIENCE", 30.0)
    monkeypatch.setattr(dialplan.message_taking, "FINISH_PATIENCE", 30.0)
    with ExitStack() as companies:

        def make(office: Office | str = SOME_OFFICE, name: str = "company") -> Company:
            return companies.enter_context(closing(Company(tmp_path / name, office)))

        yield make


@pytest.fixture
def company(found: Found) -> Company:
    """A company of which only the taker matters."""
    return found()
