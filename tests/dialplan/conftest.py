"""What the tests of call flows share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

import dialplan.keeping.mailbox_keeping
import dialplan.keeping.message_taking
import dialplan.reception
import dialplan.strays
from storage.office import Office
from tests.dialplan.company import SOME_OFFICE, Company

Found = Callable[..., Company]


@pytest.fixture(autouse=True, scope="module")
def patient() -> Iterator[None]:
    """A database that is there answers, however busy the machine is: nobody gives it up."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (dialplan.keeping.message_taking, dialplan.reception, dialplan.strays):
            patch.setattr(module, "PATIENCE", 30.0)
        for module in (dialplan.keeping.message_taking, dialplan.keeping.mailbox_keeping):
            patch.setattr(module, "FINISH_PATIENCE", 30.0)
        patch.setattr(dialplan.reception, "NEW_NUMBER_PATIENCE", 30.0)
        yield


@pytest.fixture
def found(tmp_path: Path) -> Iterator[Found]:
    """Founds companies: give it an office, or its text."""
    with ExitStack() as companies:

        def make(office: Office | str = SOME_OFFICE, name: str = "company") -> Company:
            return companies.enter_context(closing(Company(tmp_path / name, office)))

        yield make


@pytest.fixture
def company(found: Found) -> Company:
    """A company of which only the taker matters."""
    return found()
