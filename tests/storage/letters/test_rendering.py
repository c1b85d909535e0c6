"""Letters in a company's own words: whatever stands in a template, it harms nobody."""

from __future__ import annotations

from pathlib import Path
from threading import Semaphore
from time import monotonic

import pytest

from storage.errors import Problem
from storage.letters import rendering
from storage.letters.names import ANOTHER, SAMPLE
from storage.letters.rendering import LetterFailed, problems, render
from storage.office import check, parse_office
from web.language.problems import message

PLAIN = {
    "subject": "{{ what }}: {{ caller }}",
    "text": "{{ caller }}",
    "html": "<b>{{ caller }}</b>",
}
SLOW = {**PLAIN, "text": "{{ caller }}, slowly"}
OFFICE = """
[company]
name = "Лилия"
[voicemail.letter]
subject = "{{ what }}"
text = '''{{ caller }} {% if number %}({{ number }}){% endif %}'''
html = "<p>{{ nobody }}</p>"
"""


@pytest.fixture(autouse=True)
def _forgotten() -> None:
    """Nothing is known of letters that were tried before."""
    rendering._too_much.clear()


def wrong_with(template: str, part: str = "text") -> Problem:
    """What is wrong with a template that is the only wrong one."""
    (problem,) = problems({**PLAIN, part: template})
    return problem


def test_a_letter_says_what_its_names_stand_for() -> None:
    made = render(PLAIN, {**SAMPLE, "caller": "Иван & <b>Пётр</b>", "what": "Новое"})
    assert made == {
        "subject": "Новое: Иван & <b>Пётр</b>",
        "text": "Иван & <b>Пётр</b>",
        "html": "<b>Иван &amp; &lt;b&gt;Пётр&lt;/b&gt;</b>",
    }
    assert problems(PLAIN) == []


def test_what_callers_send_is_no_template() -> None:
    name = "{{ 7 * 7 }}{% for i in range(9) %}"
    made = render(PLAIN, {**SAMPLE, "caller": name})
    assert made["text"] == name


def test_templates_may_use_what_jinja_has() -> None:
    text = (
        "{% for word in caller.split() %}{{ loop.index }}{{ word|upper|truncate(9) }}{% endfor %}"
        "{% set n = seconds // 60 %}{{ '%d' % n }} {{ {'a': 1}|tojson }} {{ link|urlize }}"
        "{{ number|replace(' ', '\\u00a0') }}{% if attached is defined %}+{% endif %}"
    )
    assert problems({**PLAIN, "text": text}) == []


def test_samples_have_the_same_names() -> None:
    assert SAMPLE.keys() == ANOTHER.keys()
    assert [type(value) for value in SAMPLE.values()] == [type(value) for value in ANOTHER.values()]


@pytest.mark.parametrize(
    ("template", "code"),
    [
        ("{{ nobody }}", "letter-unknown-name"),
        ("{% if caller %}", "letter-syntax"),
        ("{{ caller", "letter-syntax"),
        ("{{ caller.nothing.more }}", "letter-failed"),
        ("{{ seconds / 0 }}", "letter-failed"),
        ("{% include '/etc/passwd' %}", "letter-failed"),
        ("{% import 'os' as os %}", "letter-failed"),
        ("{{ ''.__class__.__mro__ }}", "letter-forbidden"),
        ("{{ caller.__init__.__globals__['os'].system('id') }}", "letter-forbidden"),
        ("{{ caller|attr('__class__') }}", "letter-forbidden"),
        ("{{ cycler.__init__.__globals__ }}", "letter-forbidden"),
        ("{{ {}.update({1: 2}) }}", "letter-forbidden"),
        ("{{ '{0.__class__}'.format(caller) }}", "letter-forbidden"),
        ("{% for i in range(10**9) %}x{% endfor %}", "letter-too-much"),
        ("{{ 'x' * 10**10 }}", "letter-too-much"),
        ("{{ caller|center(10**10) }}", "letter-too-much"),
        ("{{ '%9999999999d' % 1 }}", "letter-too-much"),
        ("{{ '{0:>9999999999}'.format(1) }}", "letter-too-much"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "letter-too-much"),
        ("{{ " + "(" * 9_000 + "1" + ")" * 9_000 + " }}", "letter-too-much"),
        ("{% for i in range(99999) %}123456789{% endfor %}", "letter-too-long"),
        ("   \n ", "letter-empty"),
        ("{% if incomplete %}x{% endif %}", "letter-empty"),
    ],
)
def test_what_a_template_may_not_do_is_told(template: str, code: str) -> None:
    problem = wrong_with(template)
    assert (problem.code, problem.where) == (code, "text")


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{{ 9 ** (9 ** 9) }}",
    ],
)
def test_one_that_never_ends_is_ended_and_left_alone_for_a_while(template: str) -> None:
    assert wrong_with(template).code == "letter-too-much"
    parts = {**PLAIN, "html": template}
    with pytest.raises(LetterFailed):
        render(parts, SAMPLE)
    begun = monotonic()
    with pytest.raises(LetterFailed):
        render(parts, SAMPLE)
    assert monotonic() - begun < 0.1, "others' letters do not wait for it again"
    assert render(PLAIN, SAMPLE)["text"] == "Ivan"


def test_what_took_too_much_is_a_problem_without_another_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 0.001)
    assert [each.code for each in problems(SLOW)] == ["letter-too-much"]
    monkeypatch.setattr(rendering, "_rendered", None)
    assert [each.code for each in problems(SLOW)] == ["letter-too-much"]
    with pytest.raises(LetterFailed):
        render(SLOW, SAMPLE)


def test_nobody_waits_for_ever_for_others_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "_TURNS", Semaphore(0))
    monkeypatch.setattr(rendering, "TURN_SECONDS", 0.01)
    assert [each.code for each in problems(SLOW)] == ["letter-waits"]
    with pytest.raises(LetterFailed) as failed:
        render(SLOW, SAMPLE)
    assert message(failed.value.problem).startswith("could not be tried, as other letters take")
    monkeypatch.setattr(rendering, "_TURNS", turns := Semaphore(1))
    for _ in range(2):
        assert problems({**SLOW, "text": "{{"}) != []
        assert render(SLOW, SAMPLE)["text"] == "Ivan, slowly"
    assert turns.acquire(blocking=False), "each gives its turn back"


def test_one_that_hangs_without_working_is_ended_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "SECONDS", 0.001)
    with pytest.raises(LetterFailed) as failed:
        render(PLAIN, SAMPLE)
    assert failed.value.problem.code == "letter-too-much"


def test_a_template_is_rendered_where_no_secrets_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Even code that got out of the sandbox would find neither settings nor a file to open."""
    child = tmp_path / "child.py"
    original = rendering._CHILD.read_text("utf-8")
    spying = original.replace(
        '    part = ""\n',
        "    import os\n"
        "    seen = dict(os.environ)\n"
        "    try:\n"
        "        open('/etc/passwd')\n"
        "    except OSError as error:\n"
        "        seen['error'] = type(error).__name__\n"
        "    part = str(sorted(set(seen) - {'LC_CTYPE'}))\n"
        "    given['parts'] = {part: '{{'}\n",
    )
    assert spying != original
    child.write_text(spying, "utf-8")
    monkeypatch.setattr(rendering, "_CHILD", child)
    monkeypatch.setenv("VOICEPOST_MAIL__URL", "smtp://user:password@mail.example.com")
    with pytest.raises(LetterFailed) as failed:
        render(PLAIN, SAMPLE)
    assert failed.value.problem.where == "['error']"


def test_what_no_mail_can_hold_is_replaced() -> None:
    made = render({**PLAIN, "text": "{{ '\\ud800\\u0000' }}."}, SAMPLE)
    assert made["text"] == "\ufffd\ufffd."


def test_an_office_with_a_wrong_letter_is_told_where_and_why() -> None:
    (problem,) = [each for each in check(parse_office(OFFICE)) if each.severity == "error"]
    assert problem.where == "voicemail.letter.html"
    assert problem.code == "letter-unknown-name"
    assert problem.params["name"] == "nobody"
    right = OFFICE.replace("{{ nobody }}", "{{ caller }}")
    assert [each for each in check(parse_office(right)) if each.severity == "error"] == []
