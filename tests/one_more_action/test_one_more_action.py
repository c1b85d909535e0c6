"""An action and a target that only these tests know are there wherever actions and targets are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_one_more_action_is_there_in_file_cli_api_form_picture_and_call() -> None:
    """In a process of its own, as it must be known before the product is read."""
    stories = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.one_more_action.wait"),
            *("-p", "no:xdist", "-p", "no:cacheprovider", "tests/one_more_action/stories.py"),
        ],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert stories.returncode == 0, stories.stdout + stories.stderr
