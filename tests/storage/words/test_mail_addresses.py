"""Mail addresses are shown as people write them, unless they could be taken for others."""

from __future__ import annotations

import pytest

from storage.words.mail_addresses import as_kept, as_written


@pytest.mark.parametrize(
    "address",
    [
        "anna@пример.рф",
        "anna@почта.пример.рф",
        "anna@mail.пример.рф",
        "anna@пошта.укр",
        "anna@müller.example",
        "anna@Пример-2.рф".lower(),
        "anna@соро.рф",  # Latin letters alone it does not seem: the end is none of theirs
        "anna@example.com",
        "a.b+c@xn.example",
    ],
)
def test_it_is_shown_as_people_write_it(address: str) -> None:
    assert as_kept(address).isascii()
    assert as_written(as_kept(address)) == address
    assert as_kept(as_written(address)) == as_kept(address)


@pytest.mark.parametrize(
    "address",
    [
        "anna@аррӏе.com",  # every letter Cyrillic
        "anna@соре.com",
        "anna@сорока.раураӏ.com",
        "anna@pаypal.com",  # one letter Cyrillic
        "anna@пример.рaф",
        "anna@пример.müller.example",  # two scripts
        "anna@παράδειγμα.gr",  # a script that is not read here
        "anna@例え.jp",
        "anna@مثال.example",
        "anna@kırmızı.example",  # an i without its dot
        "anna@smørrebrød.example",
    ],
)
def test_what_could_be_taken_for_another_is_shown_as_it_is_kept(address: str) -> None:
    kept = as_kept(address)
    assert "xn--" in kept
    assert as_written(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "xn--e1afmkfd.xn--p1ai",
        "anna@xn--",
        "anna@xn--a",
        "anna@xn--zzzzzz999999.example",
        "anna@xn--example-.example",  # decodes to what is written otherwise
        "anna@XN--E1AFMKFD.XN--P1AI",
        "https://anna@xn--e1afmkfd.xn--p1ai/hook",
        "anna@xn--e1afmkfd.xn--p1ai, boris@xn--e1afmkfd.xn--p1ai",
        "tgram://***-5d41402a",
    ],
)
def test_what_is_no_such_address_stays_as_it_is(text: str) -> None:
    assert as_written(text) == text
