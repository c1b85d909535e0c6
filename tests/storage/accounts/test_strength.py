"""Passwords that are common, or near to the person, the company or the product, are refused."""

from __future__ import annotations

import time

import pytest
from argon2.profiles import CHEAPEST
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.accounts.passwords import Passwords, check_password, generate_password
from storage.accounts.strength import is_soon_guessed
from storage.accounts.users import Users
from storage.database.engine import Database
from storage.database.tables import NumberRow
from storage.errors import Refused
from tests.refusals import refuses
from tests.storage.accounts.house import BOSS, COMPANY, House, house

NEAR = ("anna", "Анна Щукина", "Ромашка", "74951234567")


@pytest.fixture
def people(database: Database) -> House:
    return house(database)


@pytest.mark.parametrize(
    "password",
    [
        *("Password2024!", "P@ssw0rd1234", "Summer2026!!", "Admin@123456", "Qwerty123456"),
        *("romashka-demo", "Romashka2026!", "Ромашка2026!", "hjvfirf12345", "romashka74951234567"),
        *("voicepost2026", "VoicePost!2026", "asterisk-2026", "Voicemail1234"),
        *("пароль12345", "Пароль2026!", "gfhjkm12345", "parol12345", "йцукенгшщз", "любовь2024"),
        *("Наташа1985", "natasha1985", "Щукина2026", "shchukina-101"),
        *("74951234567", "8(495)123-45-67", "+7 495 123-45-67", "4951234567!", "84951234567"),
        *("Компания2025!", "Ноябрь2026!", "Сентябрь2025", "Dekabr2026!", "Воскресенье1"),
        *("Здравствуй1", "Любимая2025!", "ЯЛюблюТебя1", "Секретарь2025!", "Бухгалтер2025!"),
        *("Договор2024!", "Сообщение2024!", "вход2026вход", "москва-москва", "Санкт-Петербург"),
        *(
            "Gjkmpjdfntkm1",
            "Rossiya2024!",
            "Rossija2024!",
            "Rossiia2024!",
            "Ntktajy2026!",
            ":bpym2026!!",
        ),
        *("Ноября2026!", "Екатеринбург1", "Казахстан2025!", "Зелёный2025!"),
        *("1q2w3e4r5t", "1qaz2wsx3edc", "01.02.1985-1985", "abcdefghijklm", "11111111111"),
    ],
)
def test_what_comes_to_mind_first_is_refused(password: str) -> None:
    with refuses(Refused, "password: "):
        check_password(password, "anna", NEAR)


@pytest.mark.parametrize(
    "password",
    [
        *("twelve green apples", "двенадцать зелёных груш", "correct horse battery"),
        *("три весёлых медведя пьют чай", "Осень пахнет мокрой корой", "самовар кактус велосипед"),
        *("москва бухгалтер дельфин лимон", "компот-граница-сова", "samovar kaktus velosiped"),
        *("k7mpx9qdhw", "vTz8#kQ2!mWe", "лошадь-скрепка-батарея", "Зебра ест 14 кактусов"),
    ],
)
def test_what_nobody_thinks_of_is_taken(password: str) -> None:
    check_password(password, "anna", NEAR)


def test_generated_passwords_are_taken() -> None:
    for _ in range(200):
        check_password(generate_password(), "anna", NEAR)


def test_the_company_its_number_and_the_name_count_wherever_a_password_is_chosen(
    people: House,
) -> None:
    with people.database.session() as session:
        session.add(NumberRow(number="74957776655", company_id=COMPANY))
    user = people.add("vera")
    link = people.invitations.make(COMPANY, by=BOSS)
    reset = people.invitations.make(COMPANY, user_id=user.id, by=BOSS)
    for password in ("romashka-demo", "74957776655", "Ромашка-2026"):
        for choose in (
            lambda: people.add("new", password=password),  # noqa: B023
            lambda: people.users.set_password(user.id, password, by=BOSS),  # noqa: B023
            lambda: people.invitations.accept(link, login="o", name="O", password=password),  # noqa: B023
            lambda: people.invitations.accept(reset, password=password),  # noqa: B023
        ):
            with refuses(Refused, "password: would soon be guessed"):
                choose()
    # Another company's name is as good as any.
    assert is_soon_guessed("romashka-4711", ["Ромашка"])
    people.log_in("vera")


def test_who_has_such_a_password_still_comes_in_and_a_demo_takes_any(people: House) -> None:
    demo = Users(people.database, Passwords(CHEAPEST, any_will_do=True), people.clock)
    demo.add(
        company_id=COMPANY,
        login="olga",
        name="Ольга",
        role="administrator",
        password="romashka-demo",
        by=BOSS,
    )
    assert people.log_in("olga", "romashka-demo")


@pytest.mark.parametrize(
    "part",
    [
        "а",
        "пароль",
        "москва2026",
        "P@$$w0rd",
        "@4301$5+7!",
        "zhshchyuya",
        "ёжик",
        "Gjkmpjdfntkm1",
        "1!",
    ],
)
def test_no_password_keeps_the_processor_for_long(part: str) -> None:
    began = time.process_time()
    is_soon_guessed((part * 200)[:200], NEAR)
    assert time.process_time() - began < 1


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=4))
def test_no_text_is_too_odd_to_be_judged(password: str, near: list[str]) -> None:
    assert is_soon_guessed(password, near) in (True, False)
