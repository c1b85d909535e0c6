"""What an error of storage tells people, in English, as tests ask for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from storage.errors import StorageError
from web.language.problems import whole


@contextmanager
def refuses(
    kind: type[StorageError] | tuple[type[StorageError], ...], told: str = ""
) -> Iterator[pytest.ExceptionInfo[Any]]:
    """As `pytest.raises`: the pattern ``told`` is found in what the error tells."""
    with pytest.raises(kind) as raised:
        yield raised
    assert re.search(told, whole(raised.value)), whole(raised.value)
