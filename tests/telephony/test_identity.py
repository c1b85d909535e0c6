"""Numbers with parameters, and names in any charset."""

from __future__ import annotations

from urllib.parse import quote_from_bytes

import pytest

from telephony.identity import (
    called_number,
    forwarded_number,
    guess,
    name_of_header,
    plain_number,
)


@pytest.mark.parametrize(
    ("came", "number"),
    [
        ("+79161112233", "+79161112233"),
        ("+79161112233;npdi;rn=+79390000000", "+79161112233"),
        ("+7-916-111-22-33;ext=12", "+7-916-111-22-33"),
        ("2233;phone-context=+7916111", "2233"),
        ("+79161112233;verstat=TN-Validation-Passed", "+79161112233"),
        ("112;cpc=payphone;oli=62", "112"),
        ("alice;day=tuesday", "alice;day=tuesday"),
        ("", ""),
        ("1'; DROP TABLE messages", "1'; DROP TABLE messages"),
    ],
)
def test_parameters_are_no_part_of_a_number(came: str, number: str) -> None:
    assert plain_number(came) == number


@pytest.mark.parametrize(
    ("dialled", "number"),
    [
        ("+74950000003", "+74950000003"),
        ("+74950000003+79390000000", "+74950000003"),
        ("74950000003+79390000000", "74950000003"),
        ("*98", "*98"),
        ("+", "+"),
        ("", ""),
    ],
)
def test_what_an_older_dialplan_glues_to_a_number(dialled: str, number: str) -> None:
    assert called_number(dialled) == number


@pytest.mark.parametrize(
    ("forward", "number"),
    [
        ("102", "102"),
        ("+79161112233", "+79161112233"),
        ("102@voicepost", "102"),
        ("+7(916)111-22-33;npdi", "+79161112233"),
        ("PJSIP/101/sip:102@10.0.0.7:5060;transport=udp", "102"),
        ("Local/102@elsewhere", "102"),
        ("tel:+79161112233", "+79161112233"),
        ("voicemail", ""),
        ("", ""),
        ("1,2", ""),
        ("7" * 41, ""),
    ],
)
def test_the_number_that_a_phone_redirects_to(forward: str, number: str) -> None:
    assert forwarded_number(forward) == number


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "cp866"])
@pytest.mark.parametrize(
    "name", ["Иван", "Мария Петрова", "ООО Ромашка", "Щукина А. В.", "Офис 5", "Ёлкин"]
)
def test_a_russian_name_in_the_charset_that_it_is_in(name: str, charset: str) -> None:
    assert guess(name.encode(charset)) == (name, charset)


@pytest.mark.parametrize("name", ["Müller", "José García", "François", "Åsa Öberg", "Éric"])
def test_a_western_name_is_latin(name: str) -> None:
    assert guess(name.encode("latin-1")) == (name, "latin-1")


@pytest.mark.parametrize("name", ["ИВАН", "иван"])
def test_where_two_charsets_make_sense_it_is_the_commonest(name: str) -> None:
    assert guess(name.encode("cp1251")) == (name, "cp1251")


@pytest.mark.parametrize("byte", range(128, 256))
def test_any_byte_at_all_is_some_name(byte: int) -> None:
    text, charset = guess(bytes([65, byte]))
    assert text.startswith("A")
    assert charset


def header(display: bytes) -> str:
    return quote_from_bytes(b'"' + display + b'" <sip:79161112233@127.0.0.1>')


def test_the_name_of_a_header() -> None:
    shown = "\ufffd" * 4
    assert name_of_header(header("Иван".encode("cp1251")), shown) == ("Иван", "cp1251")


def test_a_name_that_was_only_cut_is_not_guessed() -> None:
    name = "Общество с ограниченной ответственностью Ромашка"
    assert name_of_header(header(name.encode()), name[:39] + "\ufffd") == (name, "")


def test_what_is_escaped_once_and_twice() -> None:
    display = 'ООО \\"Ромашка\\"'.encode("cp1251")
    once = b'"' + display + b'" <sip:1@127.0.0.1>'
    twice = once.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    for raw in (once, twice):
        assert name_of_header(quote_from_bytes(raw), '\ufffd "\ufffd"')[0] == 'ООО "Ромашка"'


@pytest.mark.parametrize(
    "kept", ["", "%", "<sip:1@127.0.0.1>", '"', "\\", '"Anna" <sip:1@127.0.0.1>']
)
def test_a_header_of_another_name_is_none(kept: str) -> None:
    assert name_of_header(kept, "M\ufffdller") == ("", "")
