"""`config apply` of what is refused: nothing of it is in effect, and nothing was written."""

from __future__ import annotations

import shutil
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
import tomlkit
from click.testing import CliRunner
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cli import main
from tests.storage.office.test_hostile_files import EXAMPLE, PLACES, VALUES, assert_sentences

MISTAKES = st.one_of(
    st.tuples(st.sampled_from(PLACES), VALUES),
    # Right in themselves, and wrong together with everything else.
    st.tuples(
        st.sampled_from([place for place in PLACES if place[0] in ("menus", "employees")]),
        st.sampled_from(
            [
                {"action": "menu", "menu": "gone"},
                {"action": "ring", "employee": "101"},
                {"action": "ring", "employee": "999"},
                {"action": "play", "prompt": "prompt:gone"},
            ]
        ),
    ),
    st.tuples(st.just(("prompts", "address", "file")), st.just("office.toml")),
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the example is in effect."""
    place = tmp_path_factory.mktemp("place")
    shutil.copy(Path(__file__).parents[2] / "examples" / "address.wav", place)
    (place / "office.toml").write_text(EXAMPLE, encoding="utf-8")
    assert apply(place / "home", place / "office.toml")[0] == 0
    return place / "home"


def apply(home: Path, file: Path) -> tuple[int, str]:
    """The exit code, and what was said on stderr."""
    result = CliRunner().invoke(main, ["--home", str(home), "config", "apply", str(file)])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stderr


def everything(home: Path) -> list[str]:
    """The whole database, as SQL, and the names of all prompts."""
    with closing(sqlite3.connect(home / "voicepost.db")) as database:
        dump = list(database.iterdump())
    return dump + sorted(str(path) for path in (home / "prompts").rglob("*"))


@settings(max_examples=60, deadline=None)
@given(MISTAKES)
def test_a_refused_file_changes_nothing(
    home: Path, mistake: tuple[tuple[str, ...], object]
) -> None:
    place, value = mistake
    document = tomllib.loads(EXAMPLE)
    table = document
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    file = home.parent / "wrong.toml"
    file.write_text(tomlkit.dumps(document), encoding="utf-8")
    before = everything(home)

    code, said = apply(home, file)

    assume(code)
    assert_sentences(said.splitlines())
    assert everything(home) == before
