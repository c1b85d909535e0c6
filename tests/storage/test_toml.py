"""Documents of strangers: whatever stands in them, an answer comes soon."""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.errors import ConfigError
from storage.office import check, parse_office
from storage.settings import FILE_NAME, load_settings
from storage.toml import MAX_BYTES, MAX_DEPTH, parse_toml
from tests.refusals import refuses
from web.language.problems import sentence, sentences, whole

SOON = 10.0
"""Seconds of the processor, on a busy machine; what is refused here took some ninety of them."""
COMPANY = '[company]\nname = "Ромашка"\n'
DEEP = f"not a configuration: it is nested deeper than {MAX_DEPTH} tables"
MANY = 100_000
"""Parts of a key, in 200 KB."""


def soon(work: Callable[[], object]) -> None:
    begun = time.process_time()
    work()
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize(
    "text",
    [
        "a." * MANY + "a = 1",
        "[" + "a." * MANY + "a]",
        "[[" + "a." * MANY + "a]]",
        "x = { " + "a." * MANY + "a = 1 }",
        "'a'." * MANY + "a = 1",
        '"a.b". ' * MANY + "a = 1",
        'x = "said" # a.b\n' + "a\t.\t" * MANY + "a = 1",
        "x = '''\na.b'''\n" + "a." * MANY + "a = 1",
        "\n".join("a." * 900 + f"b{i} = 1" for i in range(500)),
        "a = " + "[" * MANY,
        "a = " + "{a = " * MANY,
    ],
    ids=[
        *("a key", "a table", "a list", "within", "quoted", "dots quoted", "after a comment"),
        *("after a text", "many long ones", "lists", "tables"),
    ],
)
def test_what_is_nested_deeper_than_any_office_is_refused_at_once(text: str) -> None:
    def read() -> None:
        with pytest.raises(ConfigError) as refused:
            parse_toml(text)
        assert sentences(refused.value) == [DEEP]

    soon(read)


@pytest.mark.parametrize(
    "text",
    ['\\"' * 250_000, '"""' + '\\"""' * 120_000, "'''" + "''" * 200_000, '"' * 500_001],
    ids=["escaped", "long", "longer", "quotes"],
)
def test_quotes_without_an_end_are_refused_at_once(text: str) -> None:
    def read() -> None:
        with refuses(ConfigError, "not a TOML document"):
            parse_toml(f"x = {text}")

    soon(read)


def test_dots_that_are_none_of_a_key_are_any_number() -> None:
    dots = "один.два." * 100
    text = f'# {dots}\na = "{dots}"\nb = \'{dots}\'\nc = """{dots}\n"{dots}"""\n'
    text += f"d = '''{dots}\n'{dots}'''\n\"{dots}\" = 1 # {dots}\n"
    text += "e = [" + "1.5, " * 100 + "]\n" + "".join(f"f{i}.g.h = 1.0\n" for i in range(1000))
    assert parse_toml(text) == tomllib.loads(text)


def test_as_deep_as_it_may_be() -> None:
    key = ".".join("a" * MAX_DEPTH)
    assert parse_toml(f"{key} = 1") == tomllib.loads(f"{key} = 1")
    with refuses(ConfigError, "nested deeper"):
        parse_toml(f"{key}.a = 1")


def test_a_company_of_thousands_is_read() -> None:
    people = "".join(
        f'[employees.{extension}]\nname = "Анна {extension}"\nendpoint = "PJSIP/{extension}"\n'
        f'forward.no_answer = {{ action = "voicemail", after = 15.5 }}\n'
        for extension in range(10_000, 16_000)
    )
    assert len((COMPANY + people).encode()) < MAX_BYTES

    def read() -> None:
        office = parse_office(COMPANY + people)
        assert len(office.employees) == 6000
        assert [sentence(problem) for problem in check(office)] == [
            "numbers: no number leads to this company"
        ]

    soon(read)


def test_a_menu_of_very_many_keys_is_checked_at_once() -> None:
    keys = "".join(f'{key} = {{ action = "voicemail" }}\n' for key in range(100_000, 120_000))
    menu = '[menus.main]\ngreeting = "sound:hello"\n[menus.main.keys]\n12 = { action = "hangup" }\n'
    office = parse_office(COMPANY + menu + keys)
    soon(lambda: check(office))


def test_a_key_that_begins_another_or_an_extension_is_told() -> None:
    text = COMPANY + (
        '[numbers]\n1000 = { menu = "main" }\n'
        '[menus.main]\ngreeting = "sound:hello"\ndirect_dial = true\n[menus.main.keys]\n'
        '1 = { action = "voicemail" }\n12 = { action = "voicemail" }\n'
        '3 = { action = "voicemail" }\n4 = { action = "voicemail" }\n'
        '[employees.30]\nname = "Анна"\nendpoint = "PJSIP/30"\n'
    )
    assert [sentence(problem) for problem in check(parse_office(text))] == [
        "menus.main.keys.1: works 2 s late: the caller may go on to 12",
        "menus.main.keys.3: works 2 s late: the caller may go on to 30",
    ]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"a." * MANY + b"a = 1", DEEP),
        (b"#" * (MAX_BYTES + 1), f"is larger than {MAX_BYTES} bytes"),
        (b"\n\xff", "line 2 is not UTF-8 text"),
        (b"[web", "not a TOML document"),
    ],
    ids=["depth", "much", "no UTF-8", "no TOML"],
)
def test_the_settings_are_read_within_the_same_limits(
    tmp_path: Path, content: bytes, told: str
) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    def read() -> None:
        with refuses(ConfigError, "cannot be read: ") as refused:
            load_settings(tmp_path)
        assert told in whole(refused.value)

    soon(read)
