"""Numbers in words, and digit by digit."""

from __future__ import annotations

from typing import Final, Literal

from storage.office.model import Language

Sounds = tuple[str, ...]
"""Names of bundled sounds, in the order in which they are played."""
Gender = Literal["masculine", "neuter"]
"""Of what is counted in Russian: один час, одно сообщение.

There is no feminine: the Russian set has neither «одна» nor «две».
"""
Form = Literal["one", "few", "many"]

_SIGNS: Final = {
    **{digit: f"digits/{digit}" for digit in "0123456789"},
    "*": "digits/star",
    "+": "letters/plus",
}
_NEUTER: Final = {"digits/1": "digits/1n", "digits/2": "digits/2n"}
_LARGEST: Final = 999_999


def digits(text: str) -> Sounds:
    """Digit by digit, with star and plus: "101" is "one, zero, one", «один, ноль, один».

    What else is in the text is passed over; a text without any of them is nothing to be said.
    """
    return tuple(_SIGNS[sign] for sign in text if sign in _SIGNS)


def number(n: int, language: Language, gender: Gender = "masculine") -> Sounds:
    """A number in words: "one hundred twenty-one", «сто двадцать один», «сто двадцать одно».

    One without words of its own is told digit by digit: 250 is «два, пять, ноль», as there is no
    «двести» (`has_words`), and so is one above 999,999.
    """
    if n < 0:
        return ("digits/minus", *number(-n, language, gender))
    if not has_words(n, language):
        return digits(str(n))
    return _english(n) if language == "en" else _russian(n, gender)


def has_words(n: int, language: Language) -> bool:
    """Whether the set of a language has the words of a number (of no digits by themselves).

    The Russian one has «сто» of the hundreds, «тысяча» and «тысячи» of the thousands, and nothing
    feminine: 199, 1 000, 1 121, 3 000 and 24 000 can be said; 200, 2 000, 5 000 and 21 000 cannot.
    """
    if language == "en":
        return 0 <= n <= _LARGEST
    thousands, rest = divmod(n, 1000)
    return rest < 200 and (thousands in (0, 1) or (thousands < 200 and _ends_in_few(thousands)))


def form(n: int) -> Form:
    """What a Russian noun becomes after a number: сообщение, сообщения, сообщений."""
    if n % 10 == 1 and n % 100 != 11:
        return "one"
    return "few" if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14) else "many"


def two_digits(n: int, language: Language) -> Sounds:
    """0 to 99 as two digits are read: "oh five", «ноль пять»; "forty-five", «сорок пять»."""
    zero = "digits/oh" if language == "en" and n else "digits/0"
    return below_hundred(n) if n >= 10 else (zero, f"digits/{n}")


def below_hundred(n: int) -> Sounds:
    """0 to 99: both languages say tens and then the rest."""
    tens, rest = divmod(n, 10)
    if n <= 20 or rest == 0:
        return (f"digits/{n}",)
    return (f"digits/{tens * 10}", f"digits/{rest}")


def _ends_in_few(thousands: int) -> bool:
    """Три or четыре тысячи; of two there would have to be «две»."""
    return thousands > 0 and form(thousands) == "few" and thousands % 10 != 2


def _english(n: int) -> Sounds:
    said: Sounds = ()
    for size, word in ((1000, "digits/thousand"), (100, "digits/hundred")):
        count, n = divmod(n, size)
        said += (*_english(count), word) if count else ()
    return said + below_hundred(n) if n or not said else said


def _russian(n: int, gender: Gender) -> Sounds:
    thousands, rest = divmod(n, 1000)
    said: Sounds = ()
    if thousands == 1:
        said = ("digits/thousand",)
    elif thousands:
        said = (*_russian(thousands, "masculine"), "digits/h-thousand")
    if rest >= 100:
        said += ("digits/hundred",)
        rest -= 100
    if rest or not said:
        *before, last = below_hundred(rest)
        said += (*before, _NEUTER.get(last, last) if gender == "neuter" else last)
    return said
