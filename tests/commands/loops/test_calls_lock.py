"""Whether anybody serves the calls of a home, as others can tell."""

from __future__ import annotations

from pathlib import Path

import pytest

from commands.loops.calls_lock import is_served, serving


def test_a_home_is_served_for_as_long_as_somebody_serves_it(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    with serving(tmp_path):
        assert is_served(tmp_path)
        with serving(tmp_path):  # a successor, for the moment that both are there
            assert is_served(tmp_path)
        assert is_served(tmp_path)
    assert not is_served(tmp_path)


def test_no_home_at_all(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        is_served(tmp_path / "none")
