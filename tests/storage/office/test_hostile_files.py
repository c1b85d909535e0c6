"""Configuration that nobody means: whatever stands in it, an answer in sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import tomlkit
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from pydantic import BaseModel

from storage.errors import ConfigError
from storage.office import check, parse_office
from storage.settings import FILE_NAME, Settings, load_settings
from web.language.problems import sentence, sentences

EXAMPLE = (Path(__file__).parents[3] / "examples" / "office.toml").read_text(encoding="utf-8")

SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(
        ["../../etc/shadow", "prompt:../x", "sound:../../etc/passwd", "\u202e", "%", "1;2", "a&b"]
    ),
    st.just("x" * 5000),
    st.just(date(1979, 5, 27)),
    st.just(datetime(1979, 5, 27, 7, 32)),
    st.just(time(7, 32)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def places(data: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of a document, tables included."""
    for key, value in data.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from places(value, (*path, key))


PLACES = list(places(tomllib.loads(EXAMPLE)))


def assert_sentences(problems: list[str]) -> None:
    assert problems
    for told in problems:
        assert told.strip()
        assert told.isprintable(), told
        assert len(told) < 1000


def answer(read: Callable[[], object]) -> None:
    """Either it is taken, or ConfigError says what is wrong with it."""
    try:
        read()
    except ConfigError as error:
        assert_sentences(sentences(error))


@hypothesis_settings(max_examples=300, deadline=None)
@given(st.sampled_from(PLACES), VALUES)
def test_whatever_stands_in_the_place_of_a_value(place: tuple[str, ...], value: object) -> None:
    document = tomllib.loads(EXAMPLE)
    table = document
    for key in place[:-1]:
        table = table[key]
    table[place[-1]] = value
    text = tomlkit.dumps(document)
    answer(lambda: [sentence(problem) for problem in check(parse_office(text))])


@hypothesis_settings(max_examples=100, deadline=None)
@given(st.sampled_from(PLACES), st.text(max_size=20), VALUES)
def test_whatever_stands_beside_it(place: tuple[str, ...], name: str, value: object) -> None:
    document = tomllib.loads(EXAMPLE)
    table = document
    for key in place[:-1]:
        table = table[key]
    table[name] = value
    text = tomlkit.dumps(document)
    answer(lambda: [sentence(problem) for problem in check(parse_office(text))])


def keys() -> list[tuple[str, str]]:
    """Every setting, as table and key."""
    found = []
    for table, described in Settings.model_fields.items():
        section = described.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            found += [(table, f.alias or key) for key, f in section.model_fields.items()]
    assert len(found) > 25
    return found


GARBAGE = [
    "", " ", "-1", "0", "70000", "nan", "1e999", "9" * 400, "x" * 5000, "\x1b[2J", "\u202e", "{",
    "[]", '{"a": 1}', "null", "../../etc/shadow", "http://[", "s3://", "postgresql://\udcff", "%00",
]  # fmt: skip


@pytest.mark.parametrize(("table", "key"), keys(), ids=".".join)
def test_garbage_in_a_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: str, key: str
) -> None:
    for value in GARBAGE:
        monkeypatch.setenv(f"VOICEPOST_{table.upper()}__{key.upper()}", value)
        answer(lambda: load_settings(tmp_path))
    monkeypatch.setenv(f"VOICEPOST_{table.upper()}", "garbage")
    answer(lambda: load_settings(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("table", "key"), keys(), ids=".".join)
def test_garbage_in_the_file(tmp_path: Path, table: str, key: str) -> None:
    values: list[object] = [*GARBAGE, -1, 0, 2**70, 1e308, True, [], [1], {}, {"a": {"b": 1}}]
    for value in values:
        if isinstance(value, str) and "\udcff" in value:
            continue
        text = tomlkit.dumps({table: {key: value}})
        (tmp_path / FILE_NAME).write_text(text, encoding="utf-8")
        answer(lambda: load_settings(tmp_path))


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"\0" * 1000,
        b"[" * 50_000,
        b"a." * 2_000 + b"a = 1",
        b"= = =",
        b"x = " + b"[" * 9999,
        b"#" * 1_000_001,
    ],
    ids=["no UTF-8", "NULs", "brackets", "dots", "equals", "depth", "much"],
)
def test_a_settings_file_that_is_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_settings(tmp_path)
    assert_sentences(sentences(caught.value))


def test_a_settings_file_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    answer(lambda: load_settings(tmp_path))
